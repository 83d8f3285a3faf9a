"""References: names in their parts, keys that stay, what of several titles, dates and venues is cited, the command."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg import namespaces as ns
from kg.citations import BIBTEX, CSL_JSON, PAGE, RIS, Citation, Options, citation, papers_of
from kg.citations.keys import citation_keys
from kg.citations.people import person
from kg.cli import main
from kg.records import PartialDate
from kg.resources import GraphReader

BASE = ns.DEFAULT_BASE
PAPER = BASE + "paper/p"


@pytest.mark.parametrize(
    ("name", "families", "parts"),
    [
        ("Ada Byron", (), ("Ada", "Byron", "")),
        ("Ludwig van der Berg", (), ("Ludwig", "van der Berg", "")),
        ("Maria Garcia Lopez", ("Garcia Lopez", "Lopez"), ("Maria", "Garcia Lopez", "")),
        ("Maria Garcia Lopez", ("Other",), ("Maria Garcia", "Lopez", "")),
        ("Martin King Jr.", (), ("Martin", "King", "Jr.")),
        ("Henry Ford III", ("Ford",), ("Henry", "Ford", "III")),
        ("Wei Xi", (), ("Wei", "Xi", "")),
        ("A. B. Xi", (), ("A. B.", "Xi", "")),
        ("Plato", (), ("", "", "")),
        ("王小明", (), ("", "", "")),
        ("王小明", ("王",), ("小明", "王", "")),
        ("王 小明", (), ("小明", "王", "")),
        ("Made Things Consortium", (), ("", "", "")),
        ("University of Examples", (), ("", "", "")),
        ("Ann and Ben", (), ("", "", "")),
        ("Byron, Ada", (), ("", "", "")),
    ],
)
def test_names_are_taken_apart(name: str, families: tuple[str, ...], parts: tuple[str, str, str]) -> None:
    found = person(name, families)
    assert (found.given, found.family, found.suffix) == parts
    assert found.name == name


@given(st.text(max_size=30), st.lists(st.text(max_size=10), max_size=3))
def test_parts_make_the_name_again(name: str, families: list[str]) -> None:
    found = person(name, families)
    if found.family:
        assert " ".join(filter(None, (found.given, found.family, found.suffix))) == " ".join(name.split())


def made(number: int, title: str = "On Trees", author: str = "Ann Ash", year: int | None = 2020) -> Citation:
    return Citation(
        iri=f"{BASE}paper/{number}",
        title=title,
        authors=(person(author),) if author else (),
        date=PartialDate(year) if year else None,
        address="https://example.org/",
    )


@pytest.mark.parametrize(
    ("paper", "key"),
    [
        (made(1), "ash2020trees"),
        (made(1, author="Kamilė Lukošiūtė"), "lukosiute2020trees"),
        (made(1, author="Łukasz van Ørsted"), "vanorsted2020trees"),
        (made(1, year=None), "ashtrees"),
        (made(1, author=""), "anon2020trees"),
        (made(1, title="A {GPT-4} of the"), "ash2020gpt"),
    ],
)
def test_keys_are_author_year_and_word(paper: Citation, key: str) -> None:
    assert citation_keys([paper]) == [key]


def test_a_key_is_ascii_and_never_empty() -> None:
    (key,) = citation_keys([made(1, title="量子", author="王小明")])
    assert key.startswith("paper2020-")


def test_doubles_get_the_same_keys_in_any_order() -> None:
    papers = [made(number) for number in range(30)] + [made(99, "Other Things")]
    keys = dict(zip((paper.iri for paper in papers), citation_keys(papers), strict=True))
    assert len(set(keys.values())) == 31
    assert all(len(key) == len("ash2020trees-1a2b") for key in list(keys.values())[:-1])
    assert keys[papers[-1].iri] == "ash2020other"
    shuffled = random.Random(1).sample(papers, len(papers))
    assert dict(zip((paper.iri for paper in shuffled), citation_keys(shuffled), strict=True)) == keys


def test_two_whose_digests_are_alike_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.citations.keys._DIGITS", 0)
    assert len(set(citation_keys([made(1), made(2), made(3)]))) == 3


def store_of(*statements: tuple[str, str, str | Literal]) -> GraphReader:
    store = Store()
    for subject, predicate, value in statements:
        term = NamedNode(value) if isinstance(value, str) else value
        store.add(Quad(NamedNode(subject), NamedNode(predicate), term))
    return GraphReader(store)


def date(text: str, kind: str = "date") -> Literal:
    return Literal(text, datatype=NamedNode(ns.XSD + kind))


def test_of_several_the_one_is_cited_that_came_out() -> None:
    journal, shelf = BASE + "venue/z-journal", BASE + "venue/a-shelf"
    reader = store_of(
        (PAPER, ns.TYPE, ns.PAPER),
        (PAPER, ns.TITLE, Literal("Ein Titel", language="de")),
        (PAPER, ns.TITLE, Literal("A <i>title</i> with $x^2$", language="en")),
        (PAPER, ns.ISSUED, date("2020", "gYear")),
        (PAPER, ns.ISSUED, date("2021-03", "gYearMonth")),
        (PAPER, ns.PAPER_TYPE, BASE + "concept/paper-type:preprint"),
        (PAPER, ns.PAPER_TYPE, BASE + "concept/paper-type:article"),
        (PAPER, ns.IS_PART_OF, shelf),
        (PAPER, ns.IS_PART_OF, journal),
        (shelf, ns.VENUE_KIND, Literal("repository")),
        (shelf, ns.NAME, Literal("A Shelf")),
        (journal, ns.VENUE_KIND, Literal("journal")),
        (journal, ns.NAME, Literal("Z Journal")),
        (PAPER, ns.RETRACTED, Literal("true", datatype=NamedNode(ns.XSD + "boolean"))),
    )
    found = citation(reader, PAPER)
    assert (found.title, found.language) == ("A title with x^2", "en")
    assert found.date == PartialDate(2021, 3)
    assert (found.type, found.container) == ("article", "Z Journal")
    assert found.address == PAPER
    assert found.warning == "Retracted"
    assert "note = {Retracted}" in BIBTEX.write([found], Options())


def test_titles_keep_the_capitals_that_matter() -> None:
    titles = {
        "Training NeRF models with Bayesian methods on GPT-4": (
            "Training {NeRF} models with {Bayesian} methods on {GPT-4}"
        ),
        "A Two-Sample Problem: Kernels for RNA": "A Two-Sample Problem: Kernels for {RNA}",
        "ALL IN CAPITALS": "ALL IN CAPITALS",
        "learning: The first of its kind in Zürich, again": "learning: The first of its kind in {Zürich}, again",
    }
    for title, written in titles.items():
        assert f"title = {{{written}}}" in BIBTEX.write([made(1, title)], Options())


def test_tex_prints_every_mark_as_it_is() -> None:
    text = BIBTEX.write([made(1, r"a \ { } ~ ^ % & $ # _ -- b")], Options())
    braces = r"\textbraceleft{} \textbraceright{}"
    written = rf"a \textbackslash{{}} {braces} \textasciitilde{{}} \textasciicircum{{}} \% \& \$ \# \_ -{{}}- b"
    assert f"title = {{{written}}}" in text


def test_addresses_stand_as_they_are_and_end_no_field() -> None:
    paper = Citation(iri=PAPER, title="T", address="https://example.org/a_b?c=%20&d={x}#e~f")
    assert "url = {https://example.org/a_b?c=%20&d=%7Bx%7D#e~f}" in BIBTEX.write([paper], Options())


@pytest.mark.parametrize("count", [30, PAGE * 2, PAGE * 2 + 1, 1200])
def test_pages_hold_each_paper_once(count: int) -> None:
    store = Store()
    venue = BASE + "venue/v"
    for number in range(count):
        paper = NamedNode(f"{BASE}paper/{number}")
        store.add(Quad(paper, NamedNode(ns.TYPE), NamedNode(ns.PAPER)))
        store.add(Quad(paper, NamedNode(ns.IS_PART_OF), NamedNode(venue)))
        store.add(Quad(paper, NamedNode(ns.ISSUED), date(f"{1000 + number:04}", "gYear")))
    copy = NamedNode(BASE + "location/copy")
    store.add(Quad(copy, NamedNode(ns.TYPE), NamedNode(ns.LOCATION)))
    store.add(Quad(copy, NamedNode(ns.IS_PART_OF), NamedNode(venue)))
    reader = GraphReader(store)
    found: list[str] = []
    page = 0
    is_last = False
    while not is_last:
        page += 1
        papers = papers_of(reader, venue, "venue", page)
        assert len(papers.papers) == min(PAGE, count - len(found))
        found += papers.papers
        is_last = papers.is_last
    assert len(set(found)) == len(found) == count
    assert page == -(-count // PAGE)
    assert set(papers_of(reader, venue, "venue", page=None).papers) == set(found)
    if count <= 1000:
        assert found == [f"{BASE}paper/{number}" for number in reversed(range(count))]


def cite(store: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["--store", str(store), "cite", *arguments])
    return result.exit_code, result.output


def test_the_command_writes_the_papers_of_things_each_once(seeded_store_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "made.json"
    status, _ = cite(
        seeded_store_folder,
        "author/evan-hubinger",
        "author/carson-denison",
        "--format",
        "csl-json",
        "--output",
        str(file),
    )
    items = json.loads(file.read_text("utf-8"))
    assert status == 0
    assert len(items) == len({item["id"] for item in items}) == 20
    assert not any("abstract" in item for item in items)
    status, text = cite(seeded_store_folder, BASE + "author/carson-denison", "--abstracts", "--ascii")
    assert status == 0
    assert text.startswith("@")
    assert "  abstract = {" in text


@pytest.mark.parametrize(
    ("thing", "status", "message"),
    [
        ("author/nobody", 1, "the graph has nothing called https://w3id.org/paperkg/author/nobody"),
        ("dataset/evan-hubinger", 2, "is no paper and has none"),
    ],
)
def test_what_cannot_be_cited_says_why(seeded_store_folder: Path, thing: str, status: int, message: str) -> None:
    found, text = cite(seeded_store_folder, thing)
    assert found == status
    assert message in text


def test_a_series_contains_no_book() -> None:
    papers = [Citation(iri="a", address="a", type=kind, title="T", container="C") for kind in ("book", "book-chapter")]
    book, chapter = json.loads(CSL_JSON.write(papers, Options()))
    assert (book.get("collection-title"), book.get("container-title")) == ("C", None)
    assert (chapter.get("collection-title"), chapter.get("container-title")) == (None, "C")


def test_an_organisation_is_told_from_a_person_in_ris() -> None:
    paper = Citation(iri="a", address="a", title="T", authors=(person("ATLAS Collaboration"), person("Plato")))
    assert "AU  - ATLAS Collaboration,\nAU  - Plato\n" in RIS.write([paper], Options())


def test_what_tex_has_no_command_for_is_written_in_silence(caplog: pytest.LogCaptureFixture) -> None:
    paper = Citation(iri="a", address="a", title="量子 é")
    assert "title = {量子 {\\'e}}" in BIBTEX.write([paper], Options(ascii_only=True))
    assert not caplog.records
