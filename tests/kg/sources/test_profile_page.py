"""Profile pages: what each part becomes, what damage does, and what it must not do to the neighbours."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from kg.errors import SourceError
from kg.records import Concept, Institution, Paper, PartialDate, Profile, Record, Reject
from kg.sources import SOURCES

HEADER = "Ada Lovelace\n\nLG\nh-index7\n3papers\n1,024citations\nNovelty12.5%\nAI Score8\n\n3 Papers\n\n"
SPACED = [
    "LGMar 4, 2021\nLearning to Count\n\nAda Lovelace, Alan Turing\n\nNumbers are counted.\n\n",
    "CLMay 5, 2022Code\nGrammar for Machines\n\nGrace Hopper, Noam Miller et al. · uw, mit\n\nWords are parsed.\n\n",
    "AIJun 6\nThinking Twice\n\nKurt Novak\n\nThoughts are thought.\n",
]
GLUED = [
    "LGMar 4, 2021\nLearning to CountAda Miller, Alan Turing\nNumbers are counted.\n",
    "CLMay 5, 2022Code\nGrammar for MachinesGrace Hopper, Peter Miller, Wei Chen et al. · uw, mit\nWords are parsed.\n",
    "AIJun 6\nThinking Twice about LearningMaria Garcia\nThoughts are thought.\n",
]


def read(page: Path) -> list[Record | Reject]:
    """What one page gives, in order, a record before what is wrong with it."""
    return [item for reading in SOURCES["profile-page"].read(page) for item in (*reading.records, *reading.rejects)]


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "page.txt"


def read_text(page: Path, text: str) -> list[Record | Reject]:
    page.write_text(text, encoding="utf-8")
    return list(read(page))


def papers(records: list[Record | Reject]) -> list[Paper]:
    return [record for record in records if isinstance(record, Paper)]


def rejects(records: list[Record | Reject]) -> list[Reject]:
    return [record for record in records if isinstance(record, Reject)]


def profiles(records: list[Record | Reject]) -> list[Profile]:
    return [record for record in records if isinstance(record, Profile)]


def titles(records: list[Record | Reject]) -> list[str]:
    return [paper.title for paper in papers(records)]


ALL_SPACED = ["Learning to Count", "Grammar for Machines", "Thinking Twice"]
ALL_GLUED = ["Learning to Count", "Grammar for Machines", "Thinking Twice about Learning"]


def test_a_spaced_page_is_read(page: Path) -> None:
    records = read_text(page, HEADER + "".join(SPACED))
    assert titles(records) == ALL_SPACED
    assert not rejects(records)
    (profile,) = profiles(records)
    assert profile.source.record_id == "profile-ada-lovelace"
    assert [metric.value for metric in profile.metrics] == [7, 3, 1024, Decimal("12.5"), 8]
    parsed = papers(records)[1]
    assert parsed.date == PartialDate(2022, 5, 5)
    assert parsed.code_available is True
    assert parsed.institutions == (
        Institution("University of Washington", code="uw"),
        Institution("mit", code="mit"),
    )
    assert [(each.author.name, each.position) for each in parsed.authorships] == [
        ("Grace Hopper", 1),
        ("Noam Miller", 2),
        ("Ada Lovelace", None),
    ]
    assert parsed.source.authors == "Grace Hopper, Noam Miller et al."
    assert parsed.source.affiliations == "uw, mit"
    assert parsed.abstract == "Words are parsed."


def test_a_list_in_full_that_leaves_the_subject_out_is_not_complete(page: Path) -> None:
    by_title = {paper.title: paper for paper in papers(read_text(page, HEADER + "".join(SPACED)))}
    assert by_title["Learning to Count"].author_list_complete is True
    assert by_title["Thinking Twice"].author_list_complete is False


def test_a_glued_page_is_read(page: Path) -> None:
    records = read_text(page, "".join(GLUED))
    assert titles(records) == ALL_GLUED
    assert not rejects(records) and not profiles(records)
    assert [each.author.name for each in papers(records)[1].authorships] == ["Grace Hopper", "Peter Miller", "Wei Chen"]


@pytest.mark.parametrize("text", [HEADER + "".join(SPACED), "".join(GLUED)])
@pytest.mark.parametrize("change", [("\n", "\r\n"), ("\n", " \n"), ("\n", "\n\t")])
def test_line_ends_and_outer_spaces_make_no_difference(page: Path, text: str, change: tuple[str, str]) -> None:
    assert read_text(page, text.replace(*change)) == read_text(page, text)


@pytest.mark.parametrize(
    ("line", "concept", "date"),
    [
        ("LGAug 7, 2023", Concept("arxiv", "cs.LG"), PartialDate(2023, 8, 7)),
        ("MLAug 2023", Concept("arxiv", "stat.ML"), PartialDate(2023, 8)),
        ("AIFeb 29", Concept("arxiv", "cs.AI"), PartialDate(None, 2, 29)),
        ("CVFeb 29, 2024Code", Concept("profile-page", "CV", "CV"), PartialDate(2024, 2, 29)),
        ("hep-thDec 31, 1999", Concept("arxiv", "hep-th"), PartialDate(1999, 12, 31)),
        ("ZZJan 1, 2020", Concept("profile-page", "ZZ", "ZZ"), PartialDate(2020, 1, 1)),
    ],
)
def test_codes_and_dates_at_their_precision(page: Path, line: str, concept: Concept, date: PartialDate) -> None:
    (paper,) = papers(read_text(page, f"{line}\nA Title\n\nAda Lovelace\n\nAn abstract.\n"))
    assert (paper.primary_concept, paper.date) == (concept, date)


@pytest.mark.parametrize(
    "line",
    [
        "LGFeb 30, 2021",
        "LGMar 4, 21",
        "LG Mar 4, 2021",
        "LGMarch 4, 2021",
        "Mar 4, 2021",
        "LG2021-03-04",
        "LGMar 4, 2021Codes",
        "L§Mar",
        "???",
    ],
)
@pytest.mark.parametrize(("start", "entries", "whole"), [(HEADER, SPACED, ALL_SPACED), ("", GLUED, ALL_GLUED)])
def test_a_damaged_date_costs_the_date_only(
    page: Path, line: str, start: str, entries: list[str], whole: list[str]
) -> None:
    damaged = line + entries[1][entries[1].index("\n") :]
    records = read_text(page, start + entries[0] + damaged + entries[2])
    assert titles(records) == whole
    assert papers(records)[0].abstract == "Numbers are counted."
    assert papers(records)[1].date is None and papers(records)[1].primary_concept is None
    (reject,) = rejects(records)
    at = (start + entries[0]).count("\n") + 1
    assert (reject.file, reject.number, reject.field, reject.excerpt) == ("page.txt", at, "date", line)


@pytest.mark.parametrize("index", [0, 2])
@pytest.mark.parametrize("entries", [SPACED, GLUED])
def test_a_date_is_known_by_its_looks_where_nothing_around_it_tells(page: Path, entries: list[str], index: int) -> None:
    damaged = list(entries)
    damaged[index] = "LGMarch 4, 2021" + entries[index][entries[index].index("\n") :]
    records = read_text(page, "".join(damaged))
    assert len(papers(records)) == 3
    assert [(reject.field, reject.excerpt) for reject in rejects(records)] == [("date", "LGMarch 4, 2021")]


def test_a_title_that_looks_like_a_damaged_date_stays_a_title(page: Path) -> None:
    records = read_text(page, "LGMar 4, 2021\nMarch 11, 2011\n\nAda Lovelace\n\nAn abstract.\n")
    assert titles(records) == ["March 11, 2011"]
    assert not rejects(records)


def test_a_dot_in_a_glued_title_is_not_taken_for_the_one_before_affiliations(page: Path) -> None:
    text = "LGMar 4, 2021\nGraphs · Trees and LearningAda Miller, Alan Turing\nAn abstract.\n"
    (paper,) = papers(read_text(page, text))
    assert paper.title == "Graphs · Trees and Learning"
    assert not paper.institutions


def test_an_institution_printed_twice_is_one(page: Path) -> None:
    (paper,) = papers(read_text(page, "LGMar 4, 2021\nA Title\n\nAda Lovelace · uw, mit, uw\n\nAn abstract.\n"))
    assert [institution.code for institution in paper.institutions] == ["uw", "mit"]
    assert paper.source.affiliations == "uw, mit, uw"


@pytest.mark.parametrize(
    ("entry", "field", "offset"),
    [
        ("CLMay 5, 2022\n\n", "title", 0),
        ("CLMay 5, 2022\nGrammar for Machines\n\n", "authors", 1),
        (
            "CLMay 5, 2022\n\nGrace Hopper, Noam Miller et al.\n\nWords are parsed, all of them; we show how.\n\n",
            "title",
            2,
        ),
        ("CLMay 5, 2022\nGrammar for Machines\n\nWords are parsed. All of them, we show how.\n\n", "authors", 3),
        ("CLMay 5, 2022\nGrammar for Machines\n\nGrace Hopper,, Noam Miller\n\nWords.\n\n", "authors", 3),
        ("CLMay 5, 2022\nGrammar for Machines\n\nWe the people of these few words say so\n\nWords.\n\n", "authors", 3),
        ("CLMay 5, 2022\nGrammar for Machines\n\n12, 13\n\nWords.\n\n", "authors", 3),
        ("CLMay 5, 2022\n\u200b\n\nGrace Hopper\n\nWords.\n\n", "title", 1),
        ("CLMay 5, 2022\nGrammar for Machines Grace Hopper\nWords are parsed.\n\n", "authors", 1),
    ],
)
def test_a_spaced_entry_without_a_part_is_one_reject(page: Path, entry: str, field: str, offset: int) -> None:
    records = read_text(page, HEADER + SPACED[0] + entry + SPACED[2])
    assert titles(records) == ["Learning to Count", "Thinking Twice"]
    (reject,) = rejects(records)
    assert (reject.file, reject.field) == ("page.txt", field)
    assert reject.number == (HEADER + SPACED[0]).count("\n") + 1 + offset


@pytest.mark.parametrize(
    "entry",
    [
        "CLMay 5, 2022\n",
        "CLMay 5, 2022\nGrammar for Machines\nWords are parsed.\n",
        "CLMay 5, 2022\nGrace Hopper, Peter Miller, Wei Chen et al.\nWords are parsed.\n",
        "CLMay 5, 2022\n" + "Grammar " * 500 + "Grace Hopper\nWords are parsed.\n",
    ],
)
def test_a_glued_entry_that_cannot_be_split_is_one_reject(page: Path, entry: str) -> None:
    records = read_text(page, GLUED[0] + entry + GLUED[2])
    assert titles(records) == ["Learning to Count", "Thinking Twice about Learning"]
    (reject,) = rejects(records)
    assert reject.field in ("title", "authors") and reject.number in (4, 5)
    assert len(reject.excerpt) <= 80


@pytest.mark.parametrize(
    "abstract",
    [
        "One paragraph.\n\nAnother, in May 2020.\n\nLast.",
        "\x0b\x1b[31m ~~ ¶ ﷽ ``'' ${}$ &#x; <b",
        "h-index54\n\n20papers\n\n20 Papers",
        "x" * 10_000,
        "see Table 3\n· uw, mit\net al.",
    ],
)
def test_an_odd_abstract_does_not_swallow_the_next_entry(page: Path, abstract: str) -> None:
    entry = f"CLMay 5, 2022\nGrammar for Machines\n\nGrace Hopper\n\n{abstract}\n\n"
    records = read_text(page, HEADER + SPACED[0] + entry + SPACED[2])
    assert titles(records) == ALL_SPACED
    assert not rejects(records)


def test_paragraphs_of_an_abstract_are_kept_apart(page: Path) -> None:
    text = "LGMar 4, 2021\nA Title\n\nAda Lovelace\n\nOne\nparagraph.\n\nAnother.\n"
    assert papers(read_text(page, text))[0].abstract == "One paragraph.\n\nAnother."


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("h-indexmany", "hIndex"),
        ("1,02citations", "citationCount"),
        ("Novelty%", "novelty"),
        ("AI Score8\nAI Score9", "aiScore"),
        ("Follow this author!", "header"),
    ],
)
def test_a_damaged_header_line_is_one_reject(page: Path, line: str, field: str) -> None:
    records = read_text(page, f"Ada Lovelace\n\n{line}\n3 Papers\n\n" + "".join(SPACED))
    assert titles(records) == ALL_SPACED
    assert [reject.field for reject in rejects(records)] == [field]
    assert len(profiles(records)) == 1


def test_a_header_without_a_name_has_no_subject(page: Path) -> None:
    records = read_text(page, HEADER.removeprefix("Ada Lovelace\n") + "".join(SPACED))
    assert titles(records) == ALL_SPACED
    assert not profiles(records)
    assert "name" in {reject.field for reject in rejects(records)}
    assert all(each.position for paper in papers(records) for each in paper.authorships)


def test_text_before_the_entries_that_is_no_header_names_no_subject(page: Path) -> None:
    records = read_text(page, "Some Words\n" + "".join(GLUED))
    assert titles(records) == ALL_GLUED
    assert not profiles(records)
    assert [(reject.field, reject.number) for reject in rejects(records)] == [("header", 1)]


def test_more_entries_than_announced_are_read_and_noted(page: Path) -> None:
    records = read_text(page, HEADER.replace("3 Papers", "2 Papers") + "".join(SPACED))
    assert titles(records) == ALL_SPACED
    assert [reject.field for reject in rejects(records)] == ["paperCount"]


CUT = [
    (HEADER + SPACED[0] + SPACED[1], "announces 3 papers and has 2"),
    (HEADER.replace("3 Papers\n", "") + SPACED[0] + SPACED[1], "announces 3 papers and has 2"),
    (HEADER + SPACED[0] + SPACED[1] + "AIJun 6\n", "ends inside an entry, before its authors"),
    (HEADER + SPACED[0] + SPACED[1] + "AIJun 6\nThinking Twice\n", "ends inside an entry, before its authors"),
    (HEADER + SPACED[0] + SPACED[1] + "AIJun 6\nThinking Twice\n\nKurt Novak\n", "before the abstract"),
    ("".join(SPACED).removesuffix("thought.\n"), "in the middle of a sentence"),
    ("".join(GLUED[:2]) + "AIJun 6\n", "ends inside an entry"),
    ("".join(GLUED[:2]) + "AIJun 6\nThinking Twice about Lea", "before the abstract"),
    ("".join(GLUED[:2]) + "AIJun 6\nThinking Twice about LearningMaria Garcia\n", "before the abstract"),
    ("".join(GLUED).removesuffix("thought.\n"), "in the middle of a sentence"),
]


@pytest.mark.parametrize(("text", "message"), CUT)
def test_a_page_cut_off_at_its_end_is_refused_before_any_record(page: Path, text: str, message: str) -> None:
    page.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=message) as raised:
        read(page)
    assert raised.value.exit_code == 1
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", ["Just a letter.\n\nYours", "Title, Author\n2021-01-01\n", "1234\n" * 50])
def test_a_file_without_entries_is_refused(page: Path, text: str) -> None:
    page.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match="has no entries"):
        read(page)


def test_a_page_whose_abstracts_are_all_missing_is_whole(page: Path) -> None:
    records = read_text(page, "\n".join("\n".join(entry.splitlines()[:2]) for entry in GLUED))
    assert titles(records) == ALL_GLUED
    assert all(paper.abstract is None for paper in papers(records))
