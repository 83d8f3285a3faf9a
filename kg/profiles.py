"""What the pages of authors, institutions, concepts and venues show, read from the graph."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from pyoxigraph import Store

from kg import namespaces as ns
from kg.details import Detail, thing_details
from kg.latest import PAPERS_SHOWN, LatestPapers, latest_papers, papers_per_year
from kg.linked_papers import Link
from kg.links import LinkEntry, identity_links
from kg.pages import Date, ExternalIdentifier, RecordEntry, dates, identifiers, record_entry, records, same_elsewhere
from kg.resources import GraphReader, Thing, authorships_in_order

_AUTHORS_SHOWN = 3
_PEOPLE_SHOWN = 60
_LONGEST_SPAN = 200

_AFFILIATIONS_READ = 2000

# What the graph itself counts, by the name of the metric that a source may report of the same thing.
_COMPUTED = {"paperCount": ns.PAPER_COUNT, "citationCount": ns.CITED_BY_COUNT, "coauthorCount": ns.COAUTHOR_COUNT}
_COMPUTED_LABELS = {"paperCount": "Papers", "citationCount": "Citations", "coauthorCount": "Co-authors"}


@dataclass(frozen=True)
class PaperEntry:
    """A paper in a list: its first authors, how many more the graph knows, whether the list is complete."""

    paper: Thing
    authors: list[Thing]
    more: int
    complete: bool | None
    date: Date | None


@dataclass(frozen=True)
class YearOfPapers:
    """The papers of one year, latest first; `year` None: no source gives it."""

    year: int | None
    papers: list[PaperEntry]


@dataclass(frozen=True)
class Report:
    """A figure as a source reports it."""

    value: str
    unit: str
    record: RecordEntry | None
    iri: str


@dataclass(frozen=True)
class Metric:
    """A figure about an author: what the graph counts (None: nothing) beside what sources report."""

    label: str
    computed: int | None
    reports: list[Report]


@dataclass(frozen=True)
class Count:
    """A thing and how often it occurs."""

    thing: Thing
    count: int


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
    return _profile(reader, iri, latest, _counts(reader, affiliated))


def concept_page(reader: GraphReader, store: Store, iri: str) -> Profile:
    latest = latest_papers(store, iri, [Link(ns.SUBJECT), Link(ns.PAPER_TYPE)])
    return _profile(reader, iri, latest, _people(reader, latest))


def venue_page(reader: GraphReader, store: Store, iri: str) -> Profile:
    latest = latest_papers(store, iri, [Link(ns.IS_PART_OF)])
    return _profile(reader, iri, latest, _people(reader, latest))


def paper_entry(reader: GraphReader, iri: str) -> PaperEntry:
    authorships = authorships_in_order(reader, iri)
    authors = [reader.iris(authorship, ns.AUTHORSHIP_AUTHOR) for authorship in authorships[:_AUTHORS_SHOWN]]
    return PaperEntry(
        paper=reader.thing(iri),
        authors=[reader.thing(author) for names in authors for author in names[:1]],
        more=max(0, len(authorships) - _AUTHORS_SHOWN),
        complete=reader.boolean(iri, ns.AUTHOR_LIST_COMPLETE),
        date=max(dates(reader, iri, ns.ISSUED), key=lambda date: date.text, default=None),
    )


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
        metrics=_metrics(reader, iri),
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
    return _counts(reader, authors)


def _counts(reader: GraphReader, counter: Counter[str]) -> list[Count]:
    counts = [Count(reader.thing(iri), number) for iri, number in counter.items()]
    return sorted(counts, key=lambda count: (-count.count, count.thing.label.casefold(), count.thing.iri))[
        :_PEOPLE_SHOWN
    ]


def _metrics(reader: GraphReader, iri: str) -> list[Metric]:
    """Every figure that is computed or reported; those that can be compared first."""
    reports: dict[str, list[Report]] = {}
    labels: dict[str, str] = {}
    for reported in reader.iris(iri, ns.HAS_REPORTED_METRIC):
        for measured in reader.things(reported, ns.IS_MEASUREMENT_OF):
            name = measured.iri.rpartition("/")[2]
            labels[name] = measured.label
            reports.setdefault(name, []).append(_report(reader, reported))
    computed = {name: reader.integer(iri, predicate) for name, predicate in _COMPUTED.items()}
    names = [name for name in _COMPUTED if computed[name] is not None or name in reports]
    names += sorted(set(reports) - set(names))
    return [
        Metric(_COMPUTED_LABELS.get(name) or labels[name], computed.get(name), reports.get(name, [])) for name in names
    ]


def _report(reader: GraphReader, iri: str) -> Report:
    record = next((record_entry(reader, record) for record in reader.iris(iri, ns.DERIVED_FROM)), None)
    unit = next((unit.removeprefix(ns.UNIT) for unit in reader.iris(iri, ns.HAS_UNIT)), "")
    return Report(reader.text(iri, ns.VALUE) or "", unit, record, iri)
