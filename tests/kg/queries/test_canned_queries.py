"""Every canned query gives the rows that the seeds say it must, and nothing where nothing matches."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, Store

from kg import namespaces as ns
from kg import paths
from kg.namespaces import DEFAULT_BASE
from kg.queries import CannedQuery, bind, load_queries
from kg.snapshots import Snapshot
from kg.sparql import Kind, tokens

QUERIES = load_queries()
SLEEPER = "sleeper-agents-training-deceptive-llms-that-persist-through-94e5cbf21b"
DOCUMENT = Path(__file__).parents[3] / "docs" / "queries.md"

Row = tuple[str | None, ...]

# Values, the first rows in the order of the columns, and how many rows there are in all. "…" stands for any value.
EXPECTED: dict[str, tuple[dict[str, str], list[Row], int]] = {
    "author/author-coauthors": (
        {},
        [
            ("author/benjamin-wright", "Benjamin Wright", "3"),
            ("author/carson-denison", "Carson Denison", "3"),
            ("author/anna-chen", "Anna Chen", "2"),
        ],
        42,
    ),
    "author/author-concepts": (
        {},
        [
            ("concept/arxiv:cs.AI", "Artificial Intelligence", "8", "2025"),
            ("concept/arxiv:cs.CL", "Computation and Language", "6", "2025"),
        ],
        4,
    ),
    "author/author-papers": (
        {},
        [
            (
                "paper/natural-emergent-misalignment-from-reward-hacking-in-12268dddd5",
                "Natural Emergent Misalignment from Reward Hacking in Production RL",
                "2025-11-23",
                "Monte MacDiarmid, Benjamin Wright, Jonathan Uesato",
            ),
            ("…", "…", "2025-11-03", "Sharan Maiya, Henning Bartsch, Nathan Lambert"),
        ],
        20,
    ),
    "author/author-papers-per-year": (
        {},
        [("2019", "1"), ("2020", "1"), ("2022", "2"), ("2023", "5"), ("2024", "5"), ("2025", "6")],
        6,
    ),
    "author/most-connected-authors": (
        {"limit": "3"},
        [
            ("author/evan-hubinger", "Evan Hubinger", "20", "42"),
            ("author/benjamin-wright", "Benjamin Wright", "3", "7"),
            ("author/carson-denison", "Carson Denison", "3", "6"),
        ],
        3,
    ),
    "author/most-prolific-authors": (
        {"limit": "1000"},
        [
            ("author/evan-hubinger", "Evan Hubinger", "20", "42"),
            ("author/benjamin-wright", "Benjamin Wright", "3", "7"),
            ("author/carson-denison", "Carson Denison", "3", "6"),
            ("author/anna-chen", "Anna Chen", "2", "4"),
        ],
        52,
    ),
    "author/papers-together": (
        {},
        [
            ("…", "Alignment faking in large language models", "2024-12-18"),
            ("…", "…", "2024-06-14"),
            (f"paper/{SLEEPER}", "…", "2024-01-10"),
        ],
        3,
    ),
    "author/reported-and-computed-metrics": (
        {},
        [
            ("metric/aiScore", "AI score", "53", ns.UNIT + "UNITLESS", None, "…", "dataset/evan-hubinger"),
            ("metric/citationCount", "citation count", "3987", ns.UNIT + "NUM", None, "…", "…"),
            ("metric/hIndex", "h-index", "54", ns.UNIT + "UNITLESS", None, "…", "…"),
            ("metric/novelty", "novelty", "55", ns.UNIT + "PERCENT", None, "…", "…"),
            ("metric/paperCount", "paper count", "20", ns.UNIT + "NUM", "20", "…", "…"),
        ],
        5,
    ),
    "author/same-name-candidates": ({}, [("author/adam-s-jermyn", "Adam S. Jermyn", "1", "0", "1")], 1),
    "concept/concept-papers": (
        {},
        [
            ("…", "Sabotage Evaluations for Frontier Models", "2024-10-28", "true"),
            ("…", "…", "2023-08-07", "true"),
            ("…", "…", "2022-11-16", "true"),
            ("…", "An overview of 11 proposals for building safe advanced AI", "2020-12-04", "true"),
        ],
        4,
    ),
    "concept/most-frequent-concepts": (
        {},
        [
            ("concept/arxiv:cs.AI", "Artificial Intelligence", "cs.AI", "10"),
            ("concept/arxiv:cs.CL", "Computation and Language", "cs.CL", "7"),
            ("concept/arxiv:cs.LG", "Machine Learning", "cs.LG", "4"),
            ("concept/arxiv:cs.CR", "Cryptography and Security", "cs.CR", "2"),
        ],
        4,
    ),
    "concept/papers-per-year": (
        {"from": "2025", "until": "2025"},
        [
            ("2025", "concept/arxiv:cs.AI", "Artificial Intelligence", "3"),
            ("2025", "concept/arxiv:cs.CL", "Computation and Language", "2"),
            ("2025", "concept/arxiv:cs.CR", "Cryptography and Security", "1"),
            (None, "concept/arxiv:cs.AI", "Artificial Intelligence", "1"),
        ],
        4,
    ),
    "dataset/datasets": (
        {},
        [
            ("dataset/alignment-papers", "alignment-papers", "profile-page", "8", "8"),
            ("dataset/evan-hubinger", "evan-hubinger", "profile-page", "21", "20"),
        ],
        2,
    ),
    "dataset/papers-in-several-datasets": (
        {},
        [("…", "Alignment faking in large language models", "2", "2"), ("…", "…", "2", "2")],
        5,
    ),
    "institution/institution-papers": (
        {},
        [
            ("…", "Sabotage Evaluations for Frontier Models", "2024-10-28", None),
            ("…", "Studying Large Language Model Generalization with Influence Functions", "2023-08-07", None),
        ],
        4,
    ),
    "institution/institutions-together": (
        {},
        [
            ("institution/openai", "OpenAI", "2"),
            ("institution/berkeley", "University of California, Berkeley", "1"),
        ],
        2,
    ),
    "institution/most-frequent-institutions": (
        {},
        [
            ("institution/berkeley", "University of California, Berkeley", "5"),
            ("institution/stanford", "Stanford University", "4"),
            ("institution/openai", "OpenAI", "2"),
        ],
        6,
    ),
    "paper/incomplete-author-lists": ({}, [("…", "…", "2025-11-23", "3", "1"), ("…", "…", "2025-11-03", "3", "1")], 20),
    "paper/paper-authors": (
        {},
        [
            ("1", "author/evan-hubinger", "Evan Hubinger", "Evan Hubinger", None, "printed"),
            ("2", "author/carson-denison", "Carson Denison", "Carson Denison", None, "printed"),
            ("3", "author/jesse-mu", "Jesse Mu", "Jesse Mu", None, "printed"),
        ],
        3,
    ),
    "paper/papers-with-code": (
        {},
        [("…", "…", "2025-11-03", "https://github.com/maiush/OpenCharacterTraining")],
        1,
    ),
    "paper/papers-without-year": (
        {},
        [
            (
                "paper/scaling-monosemanticity-extracting-interpretable-features-022894af4f",
                "Scaling Monosemanticity: Extracting Interpretable Features from Claude 3 Sonnet",
                "--05-28",
            )
        ],
        1,
    ),
    "paper/recent-papers": (
        {"from": "2025"},
        [
            ("…", "…", "2025-11-23", "Artificial Intelligence"),
            ("…", "…", "2025-11-03", "Computation and Language"),
            ("…", "Agentic Misalignment: How LLMs Could Be Insider Threats", "2025-10-05", "Cryptography and Security"),
        ],
        6,
    ),
    "paper/source-comparison": (
        {},
        [
            ("…", "alignment-papers", "…", "…", "2024-01-10", "…", None, "CR", "false", None),
            (
                f"record/evan-hubinger/{SLEEPER}",
                "evan-hubinger",
                "evan-hubinger.txt, line 68",
                "Sleeper Agents: Training Deceptive LLMs that Persist Through Safety Training",
                "2024-01-10",
                "Evan Hubinger, Carson Denison, Jesse Mu et al.",
                None,
                "CR",
                "false",
                None,
            ),
        ],
        2,
    ),
    "paper/titles-containing": (
        {"words": "ALIGNMENT FA"},
        [("paper/alignment-faking-in-large-language-models-632021ef01", "…", "2024-12-18")],
        1,
    ),
}


TURING = "paper/doi:10.1093/mind/lix.236.433"

# The same of queries that ask for what the seeds do not have, over beyond_seeds.ttl.
EXPECTED_BEYOND: dict[str, tuple[dict[str, str], list[Row], int]] = {
    "author/author-institutions": (
        {},
        [
            ("institution/ror:00cvxb145", "First University", "2", "2020", "2023"),
            ("institution/ror:03vek6s52", "Second University", "1", "2020", "2020"),
        ],
        2,
    ),
    "author/author-venues": (
        {},
        [
            ("venue/mlanthology:neurips", "Conference of Made Papers", "3", "2022", "2023"),
            ("venue/mlanthology:jmlr", "A Journal", "1", "2023", "2023"),
        ],
        2,
    ),
    "institution/institution-authors": (
        {},
        [("author/orcid:0000-0001-5843-6243", "Person with Affiliations", "2", "2023")],
        1,
    ),
    "paper/most-cited-papers": (
        {},
        [(TURING, "Cited", "1950", "3"), ("paper/doi:10.1016/s0140-6736(17)30068-5", "Also cited", None, "2")],
        2,
    ),
    "paper/papers-cited-together": (
        {},
        [(TURING, "Cited", "1950", "2"), ("paper/made-c", "C", "2022", "1")],
        2,
    ),
    "paper/papers-citing-paper": (
        {},
        [("paper/made-a", "A", "2023"), ("paper/made-b", "B", "2023"), ("paper/made-d", "D", "2023")],
        3,
    ),
    "venue/most-prolific-venues": (
        {"limit": "2"},
        [
            ("venue/mlanthology:neurips", "Conference of Made Papers", "conference", "3"),
            ("venue/issn:2331-8422", None, None, "1"),
        ],
        2,
    ),
    "venue/venue-authors": (
        {},
        [
            ("author/bernhard-schoelkopf", "Made Person", "2"),
            ("author/michael-i-jordan", "Other Person", "1"),
        ],
        2,
    ),
    "venue/venue-concepts": ({}, [("concept/made:trees", "Trees", "1")], 1),
    "venue/venue-papers": ({}, [("paper/made-b", "B", "2023-09"), ("paper/made-a", "A", "2023-02")], 2),
    "venue/venue-papers-per-year": ({}, [("2022", "1"), ("2023", "2")], 2),
}


def ask(store: Store, name: str, **values: str) -> list[Row]:
    """Rows in the order of the columns: values as text, IRIs relative to the base, nothing and no text as None."""
    query = QUERIES[name]
    solutions = store.query(bind(query, values, DEFAULT_BASE))
    assert isinstance(solutions, pyoxigraph.QuerySolutions)
    assert [variable.value for variable in solutions.variables] == list(query.columns)
    return [tuple(_text(term) for term in solution) for solution in solutions]


def _text(term: object) -> str | None:
    return term.value.removeprefix(DEFAULT_BASE) or None if isinstance(term, NamedNode | Literal) else None


def defaults(query: CannedQuery) -> Mapping[str, str]:
    return {parameter.name: parameter.default for parameter in query.parameters}


def _seen_as(wanted: str | None, value: str | None) -> str | None:
    return wanted if wanted == "…" and value is not None else value


@pytest.fixture(scope="module")
def graph(seed_snapshot: Snapshot) -> Store:
    """The seeds and what they do not have."""
    store = Store()
    store.extend(seed_snapshot.store.quads_for_pattern(None, None, None))
    store.load(path=Path(__file__).parent / "beyond_seeds.ttl")
    return store


@pytest.fixture(scope="module")
def corner_cases() -> Store:
    store = Store()
    store.load(path=Path(__file__).parent / "corner_cases.ttl")
    return store


def test_every_selecting_query_is_expected_here() -> None:
    assert set(EXPECTED) | set(EXPECTED_BEYOND) == {name for name, query in QUERIES.items() if query.form == "select"}


@pytest.mark.parametrize("name", EXPECTED)
def test_rows_of_the_seeds(seed_snapshot: Snapshot, name: str) -> None:
    values, first, count = EXPECTED[name]
    rows = ask(seed_snapshot.store, name, **values)
    shown = [tuple(map(_seen_as, expected, row)) for expected, row in zip(first, rows, strict=False)]
    assert shown == first
    assert len(rows) == count


@pytest.mark.parametrize("name", EXPECTED_BEYOND)
def test_rows_of_what_the_seeds_do_not_have(graph: Store, name: str) -> None:
    values, first, count = EXPECTED_BEYOND[name]
    rows = ask(graph, name, **values)
    assert (rows[: len(first)], len(rows)) == (first, count)


@pytest.mark.parametrize("name", QUERIES)
def test_the_defaults_and_the_examples_have_an_answer(seed_snapshot: Snapshot, graph: Store, name: str) -> None:
    query, store = QUERIES[name], graph if name in EXPECTED_BEYOND else seed_snapshot.store
    assert list(store.query(bind(query, {}, DEFAULT_BASE)))  # type: ignore[arg-type]
    for parameter in query.parameters:
        for example in parameter.examples:
            text = bind(query, {parameter.name: example}, DEFAULT_BASE)
            assert list(store.query(text)), example  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        (name, parameter.name)
        for name, query in QUERIES.items()
        for parameter in query.parameters
        if parameter.type in ("iri", "string")
    ],
)
def test_a_value_that_nothing_has_matches_nothing(graph: Store, name: str, parameter: str) -> None:
    assert not list(graph.query(bind(QUERIES[name], {parameter: "no-such"}, DEFAULT_BASE)))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", QUERIES)
def test_an_empty_graph_has_nothing(name: str) -> None:
    assert not list(Store().query(bind(QUERIES[name], {}, DEFAULT_BASE)))  # type: ignore[arg-type]


def test_years_that_nothing_has_match_nothing(seed_snapshot: Snapshot) -> None:
    assert ask(seed_snapshot.store, "paper/recent-papers", **{"from": "2030"}) == []
    without_year = [(None, "concept/arxiv:cs.AI", "Artificial Intelligence", "1")]
    assert ask(seed_snapshot.store, "concept/papers-per-year", **{"from": "2030"}) == without_year
    assert ask(seed_snapshot.store, "concept/papers-per-year", until="1999") == without_year


@pytest.mark.parametrize("name", [name for name, query in QUERIES.items() if "limit" in defaults(query)])
def test_a_limit_cuts_the_same_rows(graph: Store, name: str) -> None:
    assert ask(graph, name, limit="2") == ask(graph, name)[:2]


def test_a_paper_in_schema_org_terms(seed_snapshot: Snapshot) -> None:
    query = QUERIES["paper/paper-as-schema-org"]
    text = bind(query, {"paper": "alignment-faking-in-large-language-models-632021ef01"}, DEFAULT_BASE)
    triples = {str(triple).removeprefix(f"<{DEFAULT_BASE}") for triple in seed_snapshot.store.query(text)}  # type: ignore[union-attr]
    key = "paper/alignment-faking-in-large-language-models-632021ef01>"
    assert f"{key} <{ns.SCHEMA}author> <{DEFAULT_BASE}author/ryan-greenblatt>" in triples
    assert f"{key} <{ns.SCHEMA}sourceOrganization> <{DEFAULT_BASE}institution/berkeley>" in triples
    assert f'author/ryan-greenblatt> <{ns.SCHEMA}name> "Ryan Greenblatt"' in triples
    assert f'{key} <{ns.SCHEMA}datePublished> "2024-12-18"^^<{ns.XSD}date>' in triples
    assert query.form == "construct" and query.columns == {}


def test_what_is_not_known_makes_nothing_vanish(corner_cases: Store) -> None:
    two_sources = ("paper/two-sources", "One title", "2020-05-06")
    assert ask(corner_cases, "author/author-papers", author="bo") == [
        (*two_sources, 'Ada "A" L'),
        ("paper/bare", None, None, None),
    ]
    assert ask(corner_cases, "author/author-coauthors", author="bo") == [
        ("author/nameless", None, "1"),
        ("author/ada", 'Ada "A" L', "1"),
    ]
    assert ask(corner_cases, "author/author-papers-per-year", author="bo") == [("2020", "1"), (None, "1")]
    assert ask(corner_cases, "paper/papers-without-year") == [("paper/bare", None, None)]
    assert ask(corner_cases, "paper/papers-with-code") == [(*two_sources, "https://example.org/code")]
    assert ask(corner_cases, "author/reported-and-computed-metrics", author="bo") == [
        ("metric/paperCount", None, None, None, "2", None, None)
    ]
    assert ask(corner_cases, "paper/paper-authors", paper="two-sources") == [
        ("1", "author/bo", "Bo", None, "X", None),
        ("2", "author/ada", 'Ada "A" L', None, "Y", None),
        (None, "author/nameless", None, None, None, "listing"),
    ]


def test_affiliations_of_single_authors_count(corner_cases: Store) -> None:
    assert ask(corner_cases, "institution/institution-papers", institution="x") == [
        ("paper/two-sources", "One title", "2020-05-06", "Bo")
    ]
    assert ask(corner_cases, "institution/institutions-together", institution="x") == [("institution/y", "Y", "1")]


def test_citations_are_counted_beside_those_reported(corner_cases: Store) -> None:
    store = Store()
    store.extend(corner_cases.quads_for_pattern(None, None, None))
    for paper, count in (("two-sources", 3), ("bare", 4)):
        node = NamedNode(f"{DEFAULT_BASE}paper/{paper}")
        store.add(pyoxigraph.Quad(node, NamedNode(ns.CITED_BY_COUNT), pyoxigraph.Literal(count)))
    rows = ask(store, "author/reported-and-computed-metrics", author="bo")
    assert {row[0]: row[4] for row in rows} == {"metric/citationCount": "7", "metric/paperCount": "2"}


@pytest.mark.parametrize("name", QUERIES)
def test_headings_are_distinct_and_rows_are_ordered(name: str) -> None:
    query = QUERIES[name]
    assert len(set(query.columns.values())) == len(query.columns)
    assert query.form == "construct" or "\nORDER BY" in query.text


@pytest.mark.parametrize("name", QUERIES)
def test_queries_ask_for_own_terms_that_the_graph_has(name: str) -> None:
    known = {value for value in vars(ns).values() if isinstance(value, str)}
    names = {token.value for token in tokens(QUERIES[name].text) if token.kind is Kind.PNAME} - {"kg:"}
    assert {ns.KG + used.removeprefix("kg:") for used in names if used.startswith("kg:")} <= known


def test_the_document_lists_every_query() -> None:
    listed = {}
    for line in DOCUMENT.read_text("utf-8").splitlines():
        if line.startswith("| `") and "/" in line.split("`")[1]:
            listed[line.split("`")[1]] = line.split("|")[2].strip()
    assert listed == {name: query.title for name, query in QUERIES.items()}


def test_files_lie_where_the_package_finds_them() -> None:
    assert {path.relative_to(paths.QUERIES).as_posix() for path in paths.QUERIES.rglob("*.rq")} == {
        f"{name}.rq" for name in QUERIES
    }
