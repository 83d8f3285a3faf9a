"""What is written as a reference is read again as the same paper by the project's own sources, whatever it holds."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg.citations import BIBTEX, CITATION_FORMATS, CSL_JSON, RIS, Citation, CitationFormat, Options, Person
from kg.citations.people import person
from kg.identifiers import identifier
from kg.records import Identifier, Paper, PartialDate
from kg.sources import bibtex, csl_json, ris
from kg.sources.contract import Chunk, Source
from kg.sources.paper_types import TYPES
from kg.sources.plain_text import plain_text

SOURCES: dict[str, Source] = {source.name: source for source in (bibtex.SOURCE, ris.SOURCE, csl_json.SOURCE)}
MARKS = r"""{}\%$&#_~^@"'`,;=-–—()[]<>|/.:!?+*"""
HOSTILE = (
    st.sampled_from(
        [
            *(
                "{",
                "}",
                "\\",
                "%",
                "$",
                "&",
                "#",
                "_",
                "~",
                "^",
                "@article{x,",
                "--",
                "---",
                "\\alpha",
                "\\'e",
                "{\\o}",
            ),
            *("\n", "\r\n", "\t", "TY  - JOUR", "ER  - ", "\nER  - \n", '"', " and ", "others", "\u2028", "e\u0301"),
            *(
                "🧪",
                "👩‍🔬",
                "عنوان",
                "כותרת",
                "\u202e",
                "量子",
                "<i>x</i>",
                "<math><mi>x</mi></math>",
                "&amp;",
                "$x^2$",
            ),
            *("NeRF", "GPT-4", "a", "The", "of", " ", " ", ": ", "Ångström", "ß", "ﬁ", "½"),
        ]
    )
    | st.text(st.sampled_from(MARKS + "aB1 é"), max_size=4)
    | st.text(max_size=6)
)


def settled(text: str) -> str:
    """What the sources make of it, as titles in the graph are: nothing in it is markup any more."""
    for _ in range(20):
        before, text = text, plain_text(text.encode("utf-8", "ignore").decode())
        if text == before:
            break
    return text


TEXTS = st.lists(HOSTILE, min_size=1, max_size=8).map("".join).map(settled).filter(bool)
LETTERS = st.text(st.sampled_from("abcdeflnorstuvABCDEFXV'éßøžŁ.-"), min_size=1, max_size=8)
WORDS = LETTERS.map(settled).filter(lambda word: re.search(r"[^\W\d_]", word) is not None and "--" not in word)
FAMILIES = st.lists(st.sampled_from(["van", "der", "de la", "von"]) | WORDS, max_size=2).map(" ".join)
# A list takes such a name for one whose initials stand behind it.
INITIALS_LAST = re.compile(r".*[^\W\d_]{2} [^\W\d_a-z][^a-z ]{0,5}")
NAMES = (
    st.tuples(WORDS, FAMILIES, WORDS, st.sampled_from(["", "", "Jr.", "III"]))
    .map(lambda parts: " ".join(filter(None, parts)))
    .filter(lambda name: not INITIALS_LAST.fullmatch(name))
)
NOT_NAMES = re.compile(r"(?:others|et\.? al\.?|\.\.\.|…)", re.IGNORECASE)
PEOPLE = (NAMES | TEXTS).filter(
    lambda name: (
        re.search(r"[^\W\d_]", name)
        and not NOT_NAMES.fullmatch(name.strip(" ,{}"))
        and not INITIALS_LAST.fullmatch(name)
    )
)
DATES = (
    st.dates()
    .flatmap(
        lambda day: st.sampled_from(
            [
                PartialDate(max(day.year, 1500), day.month, min(day.day, 28)),
                PartialDate(max(day.year, 1500), day.month),
                PartialDate(max(day.year, 1500)),
            ]
        )
    )
    .filter(lambda date: date.year is not None and date.year < 2026)
)
DOIS = (
    st.text(st.sampled_from("abcxyz0189._-()/<>;:%#&{}\\+~"), min_size=1, max_size=12)
    .map(lambda tail: identifier("doi", f"10.5555/a{tail}z"))
    .filter(lambda known: known is not None and identifier("doi", known.value) == known)
)
PAGES = st.sampled_from([None, "12-34", "7", "e1004", "98:1-98:76", "S1-12", "5-5"])
IRI = "https://w3id.org/paperkg/paper/doi:10.5555/12345678"


@st.composite
def papers(draw: st.DrawFn) -> Citation:
    doi = draw(st.none() | DOIS)
    arxiv = draw(st.none() | st.just(Identifier("arxiv", "2301.00001")))
    return Citation(
        iri=IRI,
        type="article",
        title=draw(TEXTS),
        language=draw(st.sampled_from([None, "en", "pt-BR"])),
        authors=tuple(map(person, draw(st.lists(PEOPLE, max_size=4)))),
        is_complete=draw(st.booleans()),
        editors=tuple(map(person, draw(st.lists(NAMES, max_size=2)))),
        date=draw(st.none() | DATES),
        container=draw(st.none() | TEXTS.filter(lambda text: not re.search("ar.*xiv|corr", text, re.IGNORECASE))),
        issns=draw(st.sampled_from([(), ("2050-084X",), ("1932-6203", "2050-084X")])),
        publisher=draw(st.none() | TEXTS),
        volume=draw(st.none() | TEXTS.filter(lambda text: not text.startswith("abs/"))),
        issue=draw(st.sampled_from([None, "3", "3-4"])),
        pages=draw(PAGES),
        identifiers=tuple(filter(None, (doi, arxiv))),
        address="https://example.org/a_b%20c?d=1&e=2#f",
        keywords=tuple(draw(st.lists(st.sampled_from(["one", "two, three", "a b", "C++", "50%"]), unique=True))),
        abstract=draw(st.none() | TEXTS),
    )


def read(text: str, name: str) -> list[Paper]:
    kind = "document" if name == CSL_JSON.name else ""
    readings = list(SOURCES[name].readings(Chunk("library", 1, text.encode(), kind)))
    assert [reading.rejects for reading in readings if any(not reject.is_partial for reject in reading.rejects)] == []
    return [record for reading in readings for record in reading.records if isinstance(record, Paper)]


def in_ris(text: str | None) -> str | None:
    """A comma or semicolon cannot be part of a name there."""
    return settled(re.sub(r"\s*[,;]\s*", " ", text)) if text else text


def same_names(people: tuple[Person, ...], name: str) -> list[str | None]:
    names = [each.name for each in people]
    return [in_ris(each) for each in names] if name == RIS.name else names


@pytest.mark.parametrize("citation_format", CITATION_FORMATS, ids=lambda known: known.name)
@given(papers())
@settings(max_examples=80)
def test_a_paper_survives(citation_format: CitationFormat, paper: Citation) -> None:
    (found,) = read(citation_format.write([paper], Options(abstracts=True)), citation_format.name)
    name = citation_format.name
    assert found.title == paper.title
    assert found.language == paper.language
    authors = [authorship.author.name for authorship in found.authorships]
    assert authors == same_names(paper.authors, name)
    if paper.authors and not paper.is_complete:
        assert found.author_list_complete is False
    assert found.date == paper.date
    assert (found.venue.name if found.venue else None) == paper.container
    if paper.container:
        assert {known.value for known in found.venue.identifiers if found.venue} == set(paper.issns)
    assert (found.publisher.name if found.publisher else None) == paper.publisher
    assert (found.volume, found.issue, found.pages) == (paper.volume, paper.issue, paper.pages)
    assert set(found.identifiers) == set(paper.identifiers)
    assert found.abstract == paper.abstract


@pytest.mark.parametrize("citation_format", (BIBTEX, CSL_JSON), ids=lambda known: known.name)
@given(papers())
@settings(max_examples=60)
def test_keywords_and_editors_survive(citation_format: CitationFormat, paper: Citation) -> None:
    (found,) = read(citation_format.write([paper], Options()), citation_format.name)
    assert found.keywords == paper.keywords
    assert [editor.name for editor in found.editors] == [editor.name for editor in paper.editors]


@pytest.mark.parametrize("citation_format", CITATION_FORMATS, ids=lambda known: known.name)
def test_a_given_name_that_looks_like_a_suffix_stays_where_it_is(citation_format: CitationFormat) -> None:
    names = ["X. van der Berg", "V. Berg", "I. Garcia Lopez", "V. Berg Jr.", "Sen Liu"]
    authors = (*map(person, names[:2]), person(names[2], ["Garcia Lopez"]), *map(person, names[3:]))
    paper = Citation(iri=IRI, title="Made", authors=authors, address=IRI)
    (found,) = read(citation_format.write([paper], Options()), citation_format.name)
    assert [authorship.author.name for authorship in found.authorships] == names


@pytest.mark.parametrize("citation_format", CITATION_FORMATS, ids=lambda known: known.name)
def test_an_author_may_be_called_what_stands_between_authors(citation_format: CitationFormat) -> None:
    paper = Citation(iri=IRI, title="Made", authors=(person("Ann Lee"), person("and"), person("AND")), address=IRI)
    (found,) = read(citation_format.write([paper], Options()), citation_format.name)
    assert [authorship.author.name for authorship in found.authorships] == ["Ann Lee", "and", "AND"]


@given(st.lists(papers(), max_size=4))
@settings(max_examples=40)
def test_a_list_is_as_many_papers_with_keys_of_their_own(found: list[Citation]) -> None:
    for citation_format in CITATION_FORMATS:
        read_again = read(citation_format.write(found, Options(abstracts=True)), citation_format.name)
        assert [paper.title for paper in read_again] == [paper.title for paper in found]


# What a format has no word for comes back as what it was written as.
_LOST = {
    "bibtex": {
        **dict.fromkeys(("review", "editorial", "letter", "erratum", "retraction"), "article"),
        **dict.fromkeys(("preprint", "presentation", "peer-review"), "other"),
        "reference-entry": "book-chapter",
    },
    "ris": {
        **dict.fromkeys(("review", "editorial", "letter", "erratum", "retraction"), "article"),
        "proceedings": "book",
        "peer-review": "other",
    },
    "csl-json": {
        **dict.fromkeys(("editorial", "letter", "erratum", "retraction"), "article"),
        "proceedings": "book",
        "peer-review": "review",
    },
}


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("citation_format", CITATION_FORMATS, ids=lambda known: known.name)
def test_types_survive_as_far_as_the_format_has_them(citation_format: CitationFormat, kind: str) -> None:
    paper = Citation(iri=IRI, type=kind, title="Made", address=IRI)
    (found,) = read(citation_format.write([paper], Options()), citation_format.name)
    assert found.type == _LOST[citation_format.name].get(kind, kind)


@given(st.text(st.sampled_from("éüøßÅčłñçÜ aB-{}%"), min_size=1, max_size=20).map(settled).filter(bool))
@example("Schrödinger's Łódź, São Paulo & Åse")
def test_ascii_says_the_same(title: str) -> None:
    text = BIBTEX.write([Citation(iri=IRI, title=title, address=IRI)], Options(ascii_only=True))
    assert text.isascii()
    assert [paper.title for paper in read(text, "bibtex")] == [title]


@pytest.mark.parametrize("write", [BIBTEX.write, RIS.write], ids=["bibtex", "ris"])
def test_no_value_breaks_out_of_its_line(write: Callable[[list[Citation], Options], str]) -> None:
    bad = "one\n\n}\n@article{evil,\nER  - \r\nTY  - JOUR\u2028two"
    paper = Citation(iri=IRI, title=bad, publisher=bad, authors=(person(bad),), address=IRI)
    text = write([paper], Options())
    assert len(re.findall(r"^(?:@|TY  -)", text, re.MULTILINE)) == 1
    assert len(re.findall(r"^(?:\}|ER  -)", text, re.MULTILINE)) == 1
