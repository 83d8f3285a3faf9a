"""The full-text index of a snapshot: papers, authors, institutions, concepts and venues by name, title and abstract.

index      searching
model      what a search is asked and what it answers
asking     queries of the index
facets     counting hits by what they have
spelling   words as they may have been meant
words      words as the index holds them
schema     the fields
documents  what stands in it, by what records say
graph      … and by what a graph says
building   writing it
"""

from kg.search.building import PreparedIndex, affected_things, build, update
from kg.search.documents import Chunk
from kg.search.index import Index
from kg.search.model import KINDS, SORTS, Facets, Filters, Hit, SearchResult, Sort
from kg.search.schema import VERSION

__all__ = [
    "KINDS",
    "SORTS",
    "VERSION",
    "Chunk",
    "Facets",
    "Filters",
    "Hit",
    "Index",
    "PreparedIndex",
    "SearchResult",
    "Sort",
    "affected_things",
    "build",
    "update",
]
