"""Papers and other things as lists show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from kg import namespaces as ns
from kg.dates import readable_date
from kg.resources import GraphReader, Thing, authorships_in_order

_AUTHORS_SHOWN = 3
_OF_PAPERS = (ns.HAS_AUTHORSHIP, ns.IS_PART_OF, ns.AUTHOR_LIST_COMPLETE, ns.ISSUED, ns.PUBLICATION_YEAR)


@dataclass(frozen=True)
class Date:
    """`text` is the value as the graph has it, `readable` the same in words."""

    text: str
    readable: str


@dataclass(frozen=True)
class PaperEntry:
    """A paper in a list: its first authors, how many more the graph knows, whether the list is complete; a venue, if
    any, which tells a workshop's version from a conference's."""

    paper: Thing
    authors: list[Thing]
    more: int
    complete: bool | None
    date: Date | None
    venue: Thing | None = None


@dataclass(frozen=True)
class Count:
    """A thing and how often it occurs."""

    thing: Thing
    count: int


def dates(reader: GraphReader, iri: str, predicate: str) -> list[Date]:
    return [Date(text, readable_date(text)) for text in reader.texts(iri, predicate)]


def expect_papers(reader: GraphReader, papers: Collection[str]) -> None:
    """Say that the entries of many papers are going to be read."""
    if not reader.is_remote:
        return
    reader.expect_names(papers)
    reader.expect(papers, _OF_PAPERS)
    authorships = [each for paper in papers for each in reader.iris(paper, ns.HAS_AUTHORSHIP)]
    reader.expect(authorships, (ns.POSITION, ns.AUTHORSHIP_AUTHOR))
    first = (each for paper in papers for each in authorships_in_order(reader, paper)[:_AUTHORS_SHOWN])
    authors = [author for each in first for author in reader.iris(each, ns.AUTHORSHIP_AUTHOR)[:1]]
    reader.expect_names([*authors, *(venue for paper in papers for venue in reader.iris(paper, ns.IS_PART_OF))])


def paper_entry(reader: GraphReader, iri: str) -> PaperEntry:
    authorships = authorships_in_order(reader, iri)
    venues = reader.iris(iri, ns.IS_PART_OF)
    authors = [reader.iris(authorship, ns.AUTHORSHIP_AUTHOR) for authorship in authorships[:_AUTHORS_SHOWN]]
    return PaperEntry(
        paper=reader.thing(iri),
        authors=[reader.thing(author) for names in authors for author in names[:1]],
        more=max(0, len(authorships) - _AUTHORS_SHOWN),
        complete=reader.boolean(iri, ns.AUTHOR_LIST_COMPLETE),
        date=max(dates(reader, iri, ns.ISSUED), key=lambda date: date.text, default=None),
        venue=reader.thing(min(venues)) if venues else None,
    )


def ranking(reader: GraphReader, counter: Counter[str], most: int) -> list[Count]:
    """The most frequent first; between equals those whose IRI comes first."""
    first = sorted(counter.items(), key=lambda item: (-item[1], item[0]))[:most]
    reader.expect_names([iri for iri, _ in first])
    return [Count(reader.thing(iri), number) for iri, number in first]
