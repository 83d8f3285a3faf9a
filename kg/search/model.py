"""What a search is asked, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

KINDS = ("paper", "author", "institution", "concept", "venue")

Sort = Literal["relevance", "newest", "oldest", "title", "cited"]
SORTS: tuple[Sort, ...] = get_args(Sort)


@dataclass(frozen=True)
class Filters:
    """What papers have to have; things are named by their IRIs, and years count from the first to the last.

    Nothing but papers has any of this, so a search with a filter finds papers alone.
    """

    year_from: int | None = None
    year_to: int | None = None
    venue: str | None = None
    concept: str | None = None
    author: str | None = None
    institution: str | None = None
    dataset: str | None = None
    with_code: bool = False
    beside: tuple[str, ...] = ()
    """Other things that a paper has to have too, of any of these kinds: a co-author, say."""

    def __bool__(self) -> bool:
        return self != Filters()


@dataclass(frozen=True)
class Hit:
    """A thing that was found; `detail` is a line about it (authors and year, papers)."""

    iri: str
    kind: str
    label: str
    detail: str


@dataclass(frozen=True)
class Facets:
    """How many of all hits there are of each kind, in each year, and with each of the most frequent values.

    `kinds` counts what would be found without a kind, `years` without years, most recent first. Values are IRIs, the
    most frequent first.
    """

    kinds: dict[str, int] = field(default_factory=dict)
    years: dict[int, int] = field(default_factory=dict)
    venue: dict[str, int] = field(default_factory=dict)
    concept: dict[str, int] = field(default_factory=dict)
    author: dict[str, int] = field(default_factory=dict)
    institution: dict[str, int] = field(default_factory=dict)
    dataset: dict[str, int] = field(default_factory=dict)
    with_code: int = 0


@dataclass(frozen=True)
class SearchResult:
    """The hits of one page, and how many there are in all.

    `searched` is the text that was looked for, where nothing held the words as they were asked: other spellings of
    them. `suggestion` is a spelling that would find more. `partly`: hits hold some of the words only. `terms` are the
    words that were looked for, as `kg.search.words` has them.
    """

    total: int
    hits: list[Hit]
    facets: Facets | None = None
    searched: str | None = None
    suggestion: str | None = None
    partly: bool = False
    terms: tuple[str, ...] = ()
