"""Canned queries where sources say different things of the same: no row twice, nothing left out for want of a title."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store

from kg import paths
from kg.mapping import Mapper, Mapping, dataset_lines
from kg.namespaces import DEFAULT_BASE
from kg.naming import Naming
from kg.queries import bind, load_queries
from kg.records import (
    Author,
    Authorship,
    Concept,
    Identifier,
    Institution,
    Paper,
    PartialDate,
    Profile,
    Record,
    ReportedMetric,
    SourceRecord,
    Text,
    Venue,
)

QUERIES = load_queries()
PAPER = (Identifier("doi", "10.5555/1"),)
UNTITLED = (Identifier("doi", "10.5555/2"),)
ANN, BOB, CY = (Identifier("orcid", f"0000-0000-0000-000{number}") for number in (1, 2, 3))
UNIVERSITY, LABORATORY = Identifier("ror", "05a28rw58"), Identifier("ror", "02nv7yv05")

# What is asked for, by parameter.
VALUES = {
    "author": "orcid:0000-0000-0000-0001",
    "other": "orcid:0000-0000-0000-0002",
    "concept": "made:trees",
    "institution": "ror:05a28rw58",
    "paper": "doi:10.5555/1",
    "words": "e",
    "from": "2000",
    "venue": "issn:1234-5679",
    "year": "2020",
}


def _papers(number: int, language: str | None, tree: str) -> list[Record]:
    """Two papers and their first author as one of two sources tells of them, in its own language."""
    own = f"{tree} {number}"
    authorships = tuple(
        Authorship(Author(f"{name}{' Lee' * number}", (known,)), place + number, f"{name[0]}. {own}", (university,))
        for place, (name, known, university) in enumerate(
            (
                ("Ann Lee", ANN, Institution(f"University {own}", (UNIVERSITY,))),
                ("Bob Lee", BOB, Institution(f"University {own}", (UNIVERSITY,))),
                ("Ada Lee", CY, Institution(f"Laboratory {own}", (LABORATORY,))),
            ),
            start=1,
        )
    )
    concept = Concept("made", "trees", tree, language, other_labels=(Text(f"{tree}x", "fr"),))
    common = {
        "language": language,
        "authorships": authorships,
        "author_list_complete": False,
        "venue": Venue(f"Venue {own}", (Identifier("issn", "1234-5679"),)),
        "primary_concept": concept,
        "institutions": (Institution(f"Laboratory {own}", (LABORATORY,)),),
        "abstract": f"About {own}",
        "code_available": bool(number),
        "code_urls": ("https://example.org/code",),
    }
    metrics = (ReportedMetric("hIndex", Decimal(number), "UNITLESS"),)
    source = SourceRecord(f"1-{number}", title=own, authors=own, affiliations=own, concept=tree)
    return [
        Paper(title=own, source=source, identifiers=PAPER, date=PartialDate(2020 + number, 5), **common),  # type: ignore[arg-type]
        Paper(title=None, source=SourceRecord(f"2-{number}"), identifiers=UNTITLED, **common),  # type: ignore[arg-type]
        Profile(thing=authorships[0].author, source=SourceRecord(f"ann-{number}"), metrics=metrics),
    ]


@pytest.fixture(scope="module")
def graph() -> Store:
    store = Store()
    for number, (language, tree) in enumerate(((None, "Trees"), ("de", "Bäume"))):
        mapping = Mapping(Naming(DEFAULT_BASE), f"source-{number}", "made", "1")
        mapper = Mapper(mapping)
        content = "".join(dataset_lines(mapping)).encode()
        content += b"".join(mapper.map(record).content for record in _papers(number, language, tree))
        store.load(content, RdfFormat.N_TRIPLES)
    store.load(path=paths.ONTOLOGY / "concepts.ttl")
    for rule in sorted((paths.ONTOLOGY / "derived").glob("*.rq")):
        derived = store.query(rule.read_text("utf-8"))
        store.load("".join(f"{triple} .\n" for triple in derived).encode(), RdfFormat.N_TRIPLES)  # type: ignore[union-attr]
    return store


def rows(graph: Store, name: str, **values: str) -> list[dict[str, str | None]]:
    query = QUERIES[name]
    known = {parameter.name for parameter in query.parameters}
    given = {key: value for key, value in (VALUES | values).items() if key in known}
    solutions = graph.query(bind(query, given, DEFAULT_BASE))
    assert isinstance(solutions, QuerySolutions)
    columns = [variable.value for variable in solutions.variables]
    return [dict(zip(columns, map(_text, solution), strict=True)) for solution in solutions]


def _text(term: object) -> str | None:
    """A term as text, without language: programs that read a column of titles get texts of one kind."""
    assert getattr(term, "language", None) is None
    return term.value.removeprefix(DEFAULT_BASE) if isinstance(term, NamedNode | Literal) else None


# The columns that tell rows apart, where it is not the first one.
KEYS = {
    "author/reported-and-computed-metrics": ("metric", "record"),
    "concept/papers-per-year": ("year", "concept"),
    "paper/paper-authors": ("author",),
    "paper/papers-with-code": ("paper", "repository"),
}
# How many rows there are, where it is not one for each of two papers.
COUNTS = {
    "author/author-concepts": 1,
    "author/author-institutions": 1,
    "author/author-papers-per-year": 3,
    "author/author-venues": 1,
    "author/most-connected-authors": 3,
    "author/most-prolific-authors": 3,
    "author/reported-and-computed-metrics": 3,
    "author/same-name-candidates": 1,
    "concept/most-frequent-concepts": 1,
    "institution/institution-authors": 2,
    "institution/institutions-together": 1,
    "paper/most-cited-papers": 0,  # nothing is cited here
    "paper/papers-cited-together": 0,
    "paper/papers-citing-paper": 0,
    "paper/paper-authors": 3,
    "paper/papers-without-year": 1,
    "paper/recent-papers": 1,
    "paper/titles-containing": 1,
    "venue/most-prolific-venues": 1,
    "venue/venue-authors": 3,
    "venue/venue-concepts": 1,
    "venue/venue-papers": 1,
}
ONE, TWO = "paper/doi:10.5555/1", "paper/doi:10.5555/2"


@pytest.mark.parametrize("name", [name for name, query in QUERIES.items() if query.form == "select"])
def test_sources_that_disagree_make_no_row_twice(graph: Store, name: str) -> None:
    found = rows(graph, name)
    keys = [tuple(row[column] for column in KEYS.get(name, (next(iter(row)),))) for row in found]
    assert len(set(keys)) == len(keys)
    assert len(keys) == COUNTS.get(name, 2)


@pytest.mark.parametrize("name", [name for name, query in QUERIES.items() if "title" in query.columns])
def test_a_paper_has_one_title_or_none_but_is_listed(graph: Store, name: str) -> None:
    if name == "paper/source-comparison":
        assert {row["title"] for row in rows(graph, name)} == {"Trees 0", "Bäume 1"}
    for row in rows(graph, name):
        if "paper" in row:
            assert row["title"] == {ONE: "Bäume 1", TWO: None}[str(row["paper"])]


def test_the_latest_of_several_dates_counts(graph: Store) -> None:
    for name in ("author/author-papers", "author/papers-together", "concept/concept-papers", "paper/recent-papers"):
        dates = {row["paper"]: row["date"] for row in rows(graph, name)}
        assert dates[ONE] == "2021-05" and dates.get(TWO) is None


@pytest.mark.parametrize(
    ("name", "column", "names"),
    [
        ("author/author-papers", "coauthors", "Bob Lee, Ada Lee"),
        ("institution/institution-papers", "authors", "Ann Lee, Bob Lee"),
    ],
)
def test_a_person_of_several_names_stands_once_in_a_list(graph: Store, name: str, column: str, names: str) -> None:
    assert [row[column] for row in rows(graph, name)] == [names, names]


def test_an_institution_of_several_names_stands_once_in_a_list(graph: Store) -> None:
    affiliations = [row["affiliations"] for row in rows(graph, "paper/paper-authors")]
    assert affiliations == ["University Bäume 1", "University Bäume 1", "Laboratory Bäume 1"]


@pytest.mark.parametrize("name", ["concept/most-frequent-concepts", "concept/papers-per-year", "paper/recent-papers"])
def test_a_concept_goes_by_its_english_or_untagged_label(graph: Store, name: str) -> None:
    assert {row["label"] for row in rows(graph, name)} == {"Trees"}
