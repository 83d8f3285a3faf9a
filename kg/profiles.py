"""What the pages of authors, institutions, concepts and venues show: facts from the graph, papers from the index."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from kg import namespaces as ns
from kg.details import Detail, thing_details
from kg.entries import Count, ranking
from kg.figures import Metric, metrics
from kg.linked_papers import some_papers
from kg.links import LinkEntry, identity_links
from kg.pages import ExternalIdentifier, RecordEntry, identifiers, records, same_elsewhere
from kg.paper_lists import Asked, PaperList, paper_list
from kg.resources import GraphReader, Thing
from kg.search import Index
from kg.tallies import tally

_NARROWER_SHOWN = 100
_PEOPLE_SHOWN = 30
_LONGEST_SPAN = 200
# Of a thing with more papers, their citations are not summed.
_PAPERS_SUMMED = 500
_AFFILIATIONS_READ = 1000
_AUTHORSHIPS_READ = 300
_TALLIED = 400
_CONCEPTS_SHOWN = 8
_YEARS_SHOWN = 15


@dataclass(frozen=True)
class ConceptOverTime:
    """How many of the papers read name a concept, by year; the years are those of the table that it stands in."""

    concept: Thing
    counts: list[int]


@dataclass(frozen=True)
class OverTime:
    """The concepts named most, over the latest years. `papers` were read; `all_papers`: there are no others."""

    years: list[int]
    rows: list[ConceptOverTime]
    papers: int
    all_papers: bool

    def level(self, count: int) -> int:
        """From 0 for none to 4 for what is most frequent in the table."""
        highest = max((count for row in self.rows for count in row.counts), default=1)
        return -(-4 * count // highest)


@dataclass(frozen=True)
class Profile:
    """A thing that papers belong to. `papers` are those asked for; `per_year`, `people` and `named` are of all.

    `printed` are the names that papers print for an author, with how many do, of the papers that were read.
    """

    thing: Thing
    other_names: list[str]
    printed: list[tuple[str, int]]
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
    paper_count: int
    per_year: list[tuple[int, int]]
    papers: PaperList
    people: list[Count]
    named: dict[str, list[Count]]
    over_time: OverTime | None
    records: list[RecordEntry]
    links: list[LinkEntry]


def profile(reader: GraphReader, index: Index, iri: str, kind: str, asked: Asked = Asked()) -> Profile:  # noqa: B008
    """`kind` is author, institution, concept or venue. Bounded work, however many papers there are."""
    thing = reader.thing(iri)
    papers = paper_list(reader, index, iri, kind, asked)
    every = papers if not asked else paper_list(reader, index, iri, kind, Asked())
    names = [*reader.texts(iri, ns.NAME), *reader.texts(iri, ns.PREF_LABEL), *reader.texts(iri, ns.ALT_LABEL)]
    known = identifiers(reader, iri, kind)
    return Profile(
        thing=thing,
        other_names=[name for name in dict.fromkeys(names) if name != thing.label],
        printed=_printed(reader, iri) if kind == "author" else [],
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
        narrower=[reader.thing(narrower) for narrower in reader.subjects(ns.BROADER, iri, _NARROWER_SHOWN)],
        metrics=_metrics(reader, iri, kind),
        paper_count=reader.integer(iri, ns.PAPER_COUNT) or every.total,
        per_year=_without_gaps(every.years),
        papers=papers,
        people=_affiliated(reader, iri) if kind == "institution" else every.named.get("author", []),
        named=every.named,
        over_time=_over_time(reader, iri, kind) if every.named.get("concept") and kind != "concept" else None,
        records=records(reader, iri),
        links=identity_links(reader, iri),
    )


def _metrics(reader: GraphReader, iri: str, kind: str) -> list[Metric]:
    """With citations where all papers can be read; those of a concept are nobody's."""
    if kind == "concept":
        return metrics(reader, iri)
    papers, complete = some_papers(reader, iri, kind, _PAPERS_SUMMED)
    return metrics(reader, iri, papers if complete else None)


def _affiliated(reader: GraphReader, iri: str) -> list[Count]:
    """Authors who were at an institution, not all who wrote a paper that names it."""
    authorships = reader.subjects(ns.AFFILIATION, iri, _AFFILIATIONS_READ)
    reader.expect(authorships, (ns.AUTHORSHIP_AUTHOR,))
    authors = Counter(author for authorship in authorships for author in reader.iris(authorship, ns.AUTHORSHIP_AUTHOR))
    return ranking(reader, authors, _PEOPLE_SHOWN)


def _printed(reader: GraphReader, iri: str) -> list[tuple[str, int]]:
    """The most frequent first."""
    authorships = reader.subjects(ns.AUTHORSHIP_AUTHOR, iri, _AUTHORSHIPS_READ)
    reader.expect(authorships, (ns.NAME_AS_PRINTED,))
    names = Counter(name for authorship in authorships for name in reader.texts(authorship, ns.NAME_AS_PRINTED))
    return sorted(names.items(), key=lambda item: (-item[1], item[0]))


def _over_time(reader: GraphReader, iri: str, kind: str) -> OverTime | None:
    """None where there is nothing to be seen: one year, or no concept."""
    found = tally(reader, iri, kind, ("concept",), _TALLIED)
    years = sorted(found.years)[-_YEARS_SHOWN:]
    shown = ranking(reader, found.named["concept"], _CONCEPTS_SHOWN)
    if len(years) < 2 or not shown:
        return None
    of_years = [found.concept_years.get(count.thing.iri, Counter[int]()) for count in shown]
    rows = [
        ConceptOverTime(count.thing, [counted[year] for year in years])
        for count, counted in zip(shown, of_years, strict=True)
    ]
    return OverTime(years, rows, len(found.papers), found.all_papers)


def _without_gaps(counted: dict[int, int]) -> list[tuple[int, int]]:
    """Year and number of papers, the years between with none; as it is where a wrong year makes that absurd."""
    if not counted or max(counted) - min(counted) > _LONGEST_SPAN:
        return list(counted.items())
    return [(year, counted.get(year, 0)) for year in range(min(counted), max(counted) + 1)]
