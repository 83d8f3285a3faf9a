"""What the graph says of both ends of a link, side by side, and where they differ. Bounded work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kg import namespaces as ns
from kg.resources import GraphReader, Thing

_READ = 200  # things of a kind that are read of either side
_SHOWN = 8  # values of a side in a row


@dataclass(frozen=True)
class Value:
    """`iri` is that of a thing that can be looked at; `is_shared`: the other side has it as well."""

    text: str
    iri: str | None = None
    is_shared: bool = False

    @property
    def key(self) -> str:
        return " ".join(self.text.casefold().split())


@dataclass(frozen=True)
class Row:
    """A heading with the values of both sides; `more` says how many are not shown of each."""

    heading: str
    one: list[Value]
    other: list[Value]
    more: tuple[int, int] = (0, 0)

    @property
    def verdict(self) -> str:
        """'agrees', 'differs', or 'unknown' where one side says nothing."""
        if not (self.one and self.other):
            return "unknown"
        return "agrees" if any(value.is_shared for value in self.one) else "differs"


Read = Callable[[GraphReader, str], list[Value]]


def side_by_side(reader: GraphReader, kind: str, one: str, other: str) -> list[Row]:
    """Rows of which at least one side says something."""
    rows = (_row(heading, read(reader, one), read(reader, other)) for heading, read in _ROWS.get(kind, _ANY))
    return [row for row in rows if row.one or row.other]


def _row(heading: str, one: list[Value], other: list[Value]) -> Row:
    shared = {value.key for value in one} & {value.key for value in other}
    left, right = _marked(one, shared), _marked(other, shared)
    more = max(0, len(left) - _SHOWN), max(0, len(right) - _SHOWN)
    return Row(heading, left[:_SHOWN], right[:_SHOWN], more)


def _marked(values: Iterable[Value], shared: set[str]) -> list[Value]:
    """Each once, what both sides have first."""
    marked = {value.key: Value(value.text, value.iri, value.key in shared) for value in values}
    return sorted(marked.values(), key=lambda value: not value.is_shared)


def papers_of(reader: GraphReader, kind: str, iri: str, limit: int = _READ) -> list[str]:
    """Some of the papers of a thing, at most `limit`."""
    if kind == "paper":
        return [iri]
    if kind == "authorship":
        return reader.subjects(ns.HAS_AUTHORSHIP, iri, limit)
    properties = {
        "author": (ns.CREATOR,),
        "institution": (ns.PAPER_INSTITUTION,),
        "venue": (ns.IS_PART_OF,),
        "concept": (ns.SUBJECT,),
    }
    found = [paper for name in properties.get(kind, ()) for paper in reader.subjects(name, iri, limit)]
    if kind == "institution":
        authorships = reader.subjects(ns.AFFILIATION, iri, limit)
        found += [paper for each in authorships for paper in reader.subjects(ns.HAS_AUTHORSHIP, each, 1)]
    return list(dict.fromkeys(found))[:limit]


def _texts(*predicates: str) -> Read:
    return lambda reader, iri: [Value(text) for name in predicates for text in reader.texts(iri, name)]


def _links(*predicates: str) -> Read:
    return lambda reader, iri: _values(thing for name in predicates for thing in reader.things(iri, name))


def _values(things: Iterable[Thing]) -> list[Value]:
    return [Value(thing.label, thing.iri) for thing in things]


def _elsewhere(reader: GraphReader, iri: str) -> list[Value]:
    return [Value(name, name) for name in reader.iris(iri, ns.SAME_AS)]


def _authors(reader: GraphReader, iri: str) -> list[Value]:
    return _values(reader.thing(author) for author in reader.iris(iri, ns.CREATOR)[:_READ])


def _papers(kind: str) -> Read:
    def read(reader: GraphReader, iri: str) -> list[Value]:
        papers = papers_of(reader, kind, iri)
        years = {paper: reader.integer(paper, ns.PUBLICATION_YEAR) or 0 for paper in papers}
        papers.sort(key=lambda paper: (-years[paper], paper))
        return [
            Value(f"{reader.thing(paper).label} ({years[paper]})" if years[paper] else reader.thing(paper).label, paper)
            for paper in papers
        ]

    return read


def _people(kind: str) -> Read:
    """Who wrote these papers, the most frequent first; without the thing itself."""

    def read(reader: GraphReader, iri: str) -> list[Value]:
        papers = papers_of(reader, kind, iri)
        authors = Counter(author for paper in papers for author in reader.iris(paper, ns.CREATOR)[:_READ])
        authors.pop(iri, None)
        return _values(reader.thing(author) for author, _ in authors.most_common(_READ))

    return read


def _of_papers(kind: str, name: str) -> Read:
    def read(reader: GraphReader, iri: str) -> list[Value]:
        found = Counter(thing for paper in papers_of(reader, kind, iri) for thing in reader.iris(paper, name))
        return _values(reader.thing(thing) for thing, _ in found.most_common(_READ))

    return read


def _affiliations(reader: GraphReader, iri: str) -> list[Value]:
    authorships = reader.subjects(ns.AUTHORSHIP_AUTHOR, iri, _READ)
    things = dict.fromkeys(thing for each in authorships for thing in reader.iris(each, ns.AFFILIATION))
    printed = dict.fromkeys(text for each in authorships for text in reader.texts(each, ns.RAW_AFFILIATION))
    return [*_values(map(reader.thing, things)), *map(Value, printed)]


def _years(kind: str) -> Read:
    def read(reader: GraphReader, iri: str) -> list[Value]:
        years = [reader.integer(paper, ns.PUBLICATION_YEAR) for paper in papers_of(reader, kind, iri)]
        return [Value(str(year)) for year in sorted({year for year in years if year}, reverse=True)]

    return read


_IDENTIFIED: Sequence[tuple[str, Read]] = (("Identifiers", _texts(ns.IDENTIFIER)), ("Known elsewhere as", _elsewhere))
_ANY: Sequence[tuple[str, Read]] = (("Names", _texts(ns.NAME, ns.TITLE, ns.PREF_LABEL)), *_IDENTIFIED)
_ROWS: dict[str, Sequence[tuple[str, Read]]] = {
    "author": (
        ("Names", _texts(ns.NAME)),
        *_IDENTIFIED,
        ("Papers", _papers("author")),
        ("Co-authors", _people("author")),
        ("Affiliations", _affiliations),
        ("Venues", _of_papers("author", ns.IS_PART_OF)),
        ("Subjects", _of_papers("author", ns.SUBJECT)),
        ("Years", _years("author")),
    ),
    "paper": (
        ("Titles", _texts(ns.TITLE)),
        *_IDENTIFIED,
        ("Authors", _authors),
        ("Date", _texts(ns.ISSUED)),
        ("Venue", _links(ns.IS_PART_OF)),
        ("Subjects", _links(ns.SUBJECT)),
        ("Abstract", _texts(ns.ABSTRACT)),
        ("Known from", _links(ns.DERIVED_FROM)),
    ),
    "authorship": (
        ("Name as printed", _texts(ns.NAME_AS_PRINTED)),
        ("Author", _links(ns.AUTHORSHIP_AUTHOR)),
        ("Position", _texts(ns.POSITION)),
        ("Paper", _papers("authorship")),
        ("Affiliations", _links(ns.AFFILIATION)),
        ("Affiliations as printed", _texts(ns.RAW_AFFILIATION)),
    ),
    "institution": (
        ("Names", _texts(ns.NAME)),
        *_IDENTIFIED,
        ("Place", _texts(ns.PLACE, ns.COUNTRY)),
        ("Kind", _texts(ns.INSTITUTION_KIND)),
        ("Papers", _papers("institution")),
        ("People", _people("institution")),
    ),
    "venue": (
        ("Names", _texts(ns.NAME)),
        ("ISSN", _texts(ns.ISSN)),
        *_IDENTIFIED,
        ("Kind", _texts(ns.VENUE_KIND)),
        ("Papers", _papers("venue")),
        ("Years", _years("venue")),
    ),
    "concept": (
        ("Labels", _texts(ns.PREF_LABEL, ns.ALT_LABEL)),
        ("Definition", _texts(ns.DEFINITION)),
        ("Scheme", _links(ns.IN_SCHEME)),
        ("Broader", _links(ns.BROADER)),
        *_IDENTIFIED,
        ("Papers", _papers("concept")),
    ),
}
