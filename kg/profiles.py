"""What the pages of authors, institutions, concepts and venues show, read from the graph."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from pyoxigraph import Store

from kg import namespaces as ns
from kg.details import Detail, thing_details
from kg.entries import Count, PaperEntry, paper_entry, ranking
from kg.figures import Metric, metrics
from kg.latest import PAPERS_SHOWN, LatestPapers, latest_papers, papers_per_year
from kg.linked_papers import Link
from kg.links import LinkEntry, identity_links
from kg.pages import ExternalIdentifier, RecordEntry, identifiers, records, same_elsewhere
from kg.resources import GraphReader, Thing

_PEOPLE_SHOWN = 60
_LONGEST_SPAN = 200

_AFFILIATIONS_READ = 2000


@dataclass(frozen=True)
class YearOfPapers:
    """The papers of one year, latest first; `year` None: no source gives it."""

    year: int | None
    papers: list[PaperEntry]


@dataclass(frozen=True)
class Profile:
    """A thing that papers belong to. `years` holds the latest papers, `all_papers` says whether there are no others;
    `people` are those of the papers shown, `per_year` counts all."""

    thing: Thing
    other_names: list[str]
    notations: list[str]
    definition: str | None
    deprecated: bool
    by_name_only: bool
    identifiers: list[ExternalIdentifier]
    same_as: list[str]
    details: list[Detail]
    fields: list[Thing]
    schemes: list[Thing]
    broader: list[Thing]
    narrower: list[Thing]
    metrics: list[Metric]
    paper_count: int | None
    per_year: list[tuple[int, int]]
    years: list[YearOfPapers]
    all_papers: bool
    people: list[Count]
    records: list[RecordEntry]
    links: list[LinkEntry]

    @property
    def papers_shown(self) -> int:
        return sum(len(year.papers) for year in self.years)


def author_page(reader: GraphReader, store: Store, iri: str) -> Profile:
    latest = latest_papers(store, iri, [Link(ns.CREATOR)])
    return _profile(reader, iri, latest, _people(reader, latest, without=iri))


def institution_page(reader: GraphReader, store: Store, iri: str) -> Profile:
    """Papers that name the institution as a whole, and those of authors who were there."""
    latest = latest_papers(store, iri, [Link(ns.PAPER_INSTITUTION), Link(ns.AFFILIATION, of_authorship=True)])
    affiliated = Counter(
        author
        for authorship in reader.subjects(ns.AFFILIATION, iri, _AFFILIATIONS_READ)
        for author in reader.iris(authorship, ns.AUTHORSHIP_AUTHOR)
    )
    return _profile(reader, iri, latest, ranking(reader, affiliated, _PEOPLE_SHOWN))


def concept_page(reader: GraphReader, store: Store, iri: str) -> Profile:
    latest = latest_papers(store, iri, [Link(ns.SUBJECT), Link(ns.PAPER_TYPE)])
    return _profile(reader, iri, latest, _people(reader, latest))


def venue_page(reader: GraphReader, store: Store, iri: str) -> Profile:
    latest = latest_papers(store, iri, [Link(ns.IS_PART_OF)])
    return _profile(reader, iri, latest, _people(reader, latest))


def _profile(reader: GraphReader, iri: str, latest: LatestPapers, people: list[Count]) -> Profile:
    thing = reader.thing(iri)
    names = [*reader.texts(iri, ns.NAME), *reader.texts(iri, ns.PREF_LABEL), *reader.texts(iri, ns.ALT_LABEL)]
    count = reader.integer(iri, ns.PAPER_COUNT)
    known = identifiers(reader, iri, thing.kind or "")
    return Profile(
        thing=thing,
        other_names=[name for name in dict.fromkeys(names) if name != thing.label],
        notations=reader.texts(iri, ns.NOTATION),
        definition=reader.text(iri, ns.DEFINITION),
        deprecated=reader.boolean(iri, ns.DEPRECATED) is True,
        by_name_only=reader.texts(iri, ns.IDENTITY_BASIS) == ["name"],
        identifiers=known,
        same_as=same_elsewhere(reader, iri, known),
        details=thing_details(reader, iri),
        fields=reader.things(iri, ns.RESEARCH_FIELD),
        schemes=reader.things(iri, ns.IN_SCHEME),
        broader=reader.things(iri, ns.BROADER),
        narrower=[reader.thing(narrower) for narrower in reader.subjects(ns.BROADER, iri, PAPERS_SHOWN)],
        metrics=metrics(reader, iri),
        paper_count=len(latest.papers) if count is None and latest.complete else count,
        per_year=_without_gaps(papers_per_year(reader, iri, latest)),
        years=_by_year(reader, latest),
        all_papers=latest.complete,
        people=people,
        records=records(reader, iri),
        links=identity_links(reader, iri),
    )


def _by_year(reader: GraphReader, latest: LatestPapers) -> list[YearOfPapers]:
    years = groupby(latest.papers, key=lambda item: item[1])
    return [YearOfPapers(year, [paper_entry(reader, paper) for paper, _ in papers]) for year, papers in years]


def _without_gaps(counted: dict[int, int]) -> list[tuple[int, int]]:
    """Year and number of papers, the years between with none; as it is where a wrong year makes that absurd."""
    if not counted or max(counted) - min(counted) > _LONGEST_SPAN:
        return list(counted.items())
    return [(year, counted.get(year, 0)) for year in range(min(counted), max(counted) + 1)]


def _people(reader: GraphReader, latest: LatestPapers, without: str | None = None) -> list[Count]:
    """Who wrote these papers, the most frequent first."""
    authors = Counter(author for paper, _ in latest.papers for author in reader.iris(paper, ns.CREATOR))
    if without is not None:
        authors.pop(without, None)
    return ranking(reader, authors, _PEOPLE_SHOWN)
