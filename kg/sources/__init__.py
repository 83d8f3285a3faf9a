"""Sources: one adapter a format. An adapter reads a file and yields records and rejects; it never touches the store."""

from kg.sources.contract import Chunk, Source
from kg.sources.registry import SOURCES, find_source

__all__ = ["SOURCES", "Chunk", "Source", "find_source"]
