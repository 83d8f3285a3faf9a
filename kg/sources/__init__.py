"""Sources: one adapter a format. An adapter reads a file and yields records and rejects; it never touches the store."""

from kg.sources.registry import SOURCES, Source, find_source

__all__ = ["SOURCES", "Source", "find_source"]
