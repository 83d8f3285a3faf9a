"""The full-text index of a snapshot: papers, authors, institutions, concepts and venues by name, title and abstract.

index      searching
documents  what stands in it
building   writing it
"""

from kg.search.building import PreparedIndex, affected_things, build, update
from kg.search.index import KINDS, Hit, Index, SearchResult

__all__ = ["KINDS", "Hit", "Index", "PreparedIndex", "SearchResult", "affected_things", "build", "update"]
