"""Papers of the graph as references: of several titles, dates or venues the one that a reader would cite."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator

from pyoxigraph import Literal

from kg import namespaces as ns
from kg.citations.model import Citation, Person
from kg.citations.people import person
from kg.identifiers import external_iris
from kg.records import Identifier, PartialDate
from kg.resources import GraphReader, authorships_in_order
from kg.sources.paper_types import TYPES
from kg.sources.plain_text import plain_text

_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_SCHEMES = ("doi", "arxiv", "pmid", "pmcid", "isbn")
_ADDRESSED_BY = ("doi", "arxiv", "pmcid", "pmid")
_LAST_TYPES = ("preprint", "other")
_REPOSITORY = "repository"
_MOST_AUTHORS = 5000


def citations(reader: GraphReader, papers: Iterable[str], abstracts: bool = False) -> list[Citation]:
    papers = list(papers)
    _expect(reader, papers)
    return [citation(reader, iri, abstracts) for iri in papers]


def _expect(reader: GraphReader, papers: list[str]) -> None:
    """Say what is going to be read of all these papers."""
    if not reader.is_remote:
        return

    def named_by(things: list[str], *predicates: str) -> list[str]:
        return [other for thing in things for name in predicates for other in reader.iris(thing, name)]

    reader.expect(papers)
    authorships, venues = named_by(papers, ns.HAS_AUTHORSHIP), named_by(papers, ns.IS_PART_OF)
    reader.expect([*authorships, *venues, *named_by(papers, ns.HAS_LOCATION)])
    people = [*named_by(authorships, ns.AUTHORSHIP_AUTHOR), *named_by(papers, ns.EDITOR)]
    reader.expect(people, (ns.FAMILY_NAME,))
    reader.expect_names([*people, *named_by(papers, ns.PUBLISHER)])


def citation(reader: GraphReader, iri: str, abstracts: bool = False) -> Citation:
    title = _title(reader, iri)
    known = tuple(_identifiers(reader, iri))
    kind = _type(reader, iri)
    venue = _venue(reader, iri, kind)
    return Citation(
        iri=iri,
        type=kind,
        title=plain_text(title.value) if title else None,
        language=title.language if title else None,
        authors=tuple(_authors(reader, iri)),
        is_complete=reader.boolean(iri, ns.AUTHOR_LIST_COMPLETE) is not False,
        editors=tuple(_named(reader, editor) for editor in reader.iris(iri, ns.EDITOR)),
        date=_date(reader, iri),
        container=_text(reader, venue, ns.NAME) if venue else None,
        issns=tuple(reader.texts(venue, ns.ISSN)) if venue else (),
        publisher=next((plain_text(thing.label) for thing in reader.things(iri, ns.PUBLISHER)), None),
        volume=_text(reader, iri, ns.VOLUME),
        issue=_text(reader, iri, ns.ISSUE),
        pages=_text(reader, iri, ns.PAGES),
        identifiers=known,
        arxiv_class=_arxiv_class(reader, iri),
        address=_address(reader, iri, known),
        keywords=tuple(filter(None, map(plain_text, reader.texts(iri, ns.KEYWORDS)))),
        abstract=_text(reader, iri, ns.ABSTRACT) if abstracts else None,
        is_retracted="true" in reader.texts(iri, ns.RETRACTED),
        is_withdrawn="true" in reader.texts(iri, ns.WITHDRAWN),
    )


def _text(reader: GraphReader, iri: str, predicate: str) -> str | None:
    text = reader.text(iri, predicate)
    return plain_text(text) or None if text else None


def _title(reader: GraphReader, iri: str) -> Literal | None:
    """As `GraphReader.text` takes it, with its language."""
    titles = [term for term in reader.objects(iri, ns.TITLE) if isinstance(term, Literal) and term.value.strip()]
    preferred = [title for title in titles if (title.language or "en").startswith("en")]
    return min(preferred or titles, key=lambda title: (title.value, title.language or ""), default=None)


def _authors(reader: GraphReader, iri: str) -> Iterator[Person]:
    """In order, by the names that are printed on the paper, where a source says so."""
    for authorship in authorships_in_order(reader, iri)[:_MOST_AUTHORS]:
        author = next(iter(reader.iris(authorship, ns.AUTHORSHIP_AUTHOR)), None)
        yield _named(reader, author, reader.text(authorship, ns.NAME_AS_PRINTED))


def _named(reader: GraphReader, author: str | None, printed: str | None = None) -> Person:
    name = printed or (reader.thing(author).label if author else "")
    return person(plain_text(name), reader.texts(author, ns.FAMILY_NAME) if author else ())


def _identifiers(reader: GraphReader, iri: str) -> Iterator[Identifier]:
    """One of each scheme."""
    found: dict[str, str] = {}
    for text in [*(f"doi:{doi}" for doi in reader.texts(iri, ns.DOI)), *reader.texts(iri, ns.IDENTIFIER)]:
        scheme, _, value = text.partition(":")
        found.setdefault(scheme, value)
    return (Identifier(scheme, found[scheme]) for scheme in _SCHEMES if found.get(scheme))


def _type(reader: GraphReader, iri: str) -> str | None:
    """Of several the one that says most: what came out in print is no preprint any more."""
    found = {concept.rpartition("paper-type:")[2] for concept in reader.iris(iri, ns.PAPER_TYPE)}
    order = [kind for kind in TYPES if kind not in _LAST_TYPES] + list(_LAST_TYPES)
    return next((kind for kind in order if kind in found), None)


def _venue(reader: GraphReader, iri: str, kind: str | None) -> str | None:
    """Where it came out; a repository only if nothing else is known."""
    venues = reader.iris(iri, ns.IS_PART_OF)

    def order(venue: str) -> tuple[bool, str]:
        return (reader.text(venue, ns.VENUE_KIND) == _REPOSITORY) == (kind != "preprint"), venue

    return min(venues, key=order, default=None)


def _date(reader: GraphReader, iri: str) -> PartialDate | None:
    """The latest, as pages show it, else the year alone."""
    dates = (date for text in sorted(reader.texts(iri, ns.ISSUED), reverse=True) if (date := _partial_date(text)))
    if latest := next(dates, None):
        return latest
    year_alone = reader.integer(iri, ns.PUBLICATION_YEAR)
    return PartialDate(year_alone) if year_alone and 0 < year_alone < 10_000 else None


def _partial_date(text: str) -> PartialDate | None:
    """None for what is no date of a calendar."""
    match = _DATE.fullmatch(text)
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        datetime.date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    return PartialDate(year, month, day)


def _arxiv_class(reader: GraphReader, iri: str) -> str | None:
    concepts = (concept.rpartition("/concept/arxiv:") for concept in reader.iris(iri, ns.PRIMARY_CONCEPT))
    return next((notation for before, _, notation in concepts if before), None)


def _address(reader: GraphReader, iri: str, known: tuple[Identifier, ...]) -> str:
    by_scheme = {identifier.scheme: identifier for identifier in known}
    for scheme in _ADDRESSED_BY:
        if scheme in by_scheme:
            return external_iris(by_scheme[scheme], "paper")[0]
    places = sorted(reader.iris(iri, ns.HAS_LOCATION))
    pages = [page for name in (ns.URL, ns.FULL_TEXT) for place in places for page in reader.iris(place, name)]
    return next((page for page in pages if page.startswith(("http://", "https://"))), iri)
