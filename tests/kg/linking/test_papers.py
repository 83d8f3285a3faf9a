"""Records of papers: which are one, which are versions, which are two."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.linking.model import AuthorMention, PaperMention
from kg.linking.papers import PaperMatcher, compare

TITLE = "On the Learning of Rare Things from Few Examples"
PEOPLE = ("Ada Byron", "Grace M. Hopper", "Jürgen Müller")


def record(
    name: str, title: str | None = TITLE, people: Sequence[str] = PEOPLE, year: int | None = 2020, **more: object
) -> PaperMention:
    authors = tuple(
        AuthorMention(f"e:author/{person}", f"e:authorship/{name}/{person}", person, position)
        for position, person in enumerate(people, start=1)
    )
    return PaperMention(f"e:paper/{name}", f"e:record/{name}", title, authors, year=year, **more)  # type: ignore[arg-type]


# What another work about a paper, or a part of it, is called.
ENDS = (": Reply", " - A Reply", " (Correction)", ": Supplementary material", ": Supplementary Data Set", " [Poster]")
ENDS += (" (abstract)", ": Comment", ": Comment on Byron et al.", ". Erratum", ": Replication Package", ": Dataset")
PLACED = {"venue_name": "Journal of Things", "people": PEOPLE[:1]}
ONE = record("one", venue_name="Journal of Things", pages="8:1-8:25")


@pytest.mark.parametrize(
    "other",
    [
        record("x"),
        record("x", TITLE.upper() + "."),
        record("x", f"<i>{TITLE}</i>"),
        record("x", TITLE.replace("Examples", "Exampels")),
        record("x", r"{\bf On the} Learning of $\rm Rare$ Things $\textrmfrom$ Few Examples"),
        record("x", people=("A. Byron", "G. Hopper", "J. Mueller")),
        record("x", people=("Byron, Ada", "Hopper, Grace", "Muller, Jurgen")),
        record("x", people=PEOPLE[:2], is_complete=False),
        record("x", year=2021),
        record("x", year=None),
        record("x", venue_name="J. Things", pages="1-25"),
        record("x", "Another Title Altogether of the Paper", keys=("doi:10.5555/1",)),
    ],
)
def test_one_paper(other: PaperMention) -> None:
    one = msgspec.structs.replace(ONE, keys=other.keys)
    found = compare(one, other)
    assert found.relation == "same"
    assert found.confidence >= 0.9
    assert found.facts


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ONE, record("x", type="preprint")),
        (ONE, record("x", year=2023)),
        (
            msgspec.structs.replace(ONE, keys=("doi:10.5555/1",)),
            record("x", keys=("doi:10.5555/2",)),
        ),
        (record("c", venue_name="ICML"), record("w", venue_name="ICML Workshops")),
        (record("c", venue_name="ICML"), record("j", venue_name="Journal of Things", year=2021)),
        (
            record("c", venue_name="ICML", pages="117-126"),
            record("j", venue_name="Journal of Things", pages="8:1-8:25"),
        ),
    ],
)
def test_versions(one: PaperMention, other: PaperMention) -> None:
    found = compare(one, other)
    assert found.relation == "version"
    assert found.confidence >= 0.85


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ONE, record("x", people=("Someone Else", "And Another"))),
        (ONE, record("x", "Erratum: " + TITLE)),
        (ONE, record("x", TITLE.replace("Few", "No"))),
        (record("i", TITLE + ": Part I"), record("ii", TITLE + ": Part II")),
        (record("a", TITLE + " 2019"), record("b", TITLE + " 2020")),
        (record("a", "Preface", PEOPLE[:1], year=2019), record("b", "Preface", PEOPLE[:1])),
        (record("a", "Editorial", ()), record("b", "Editorial", ())),
        (record("a", None), record("b", None)),
        (
            record("a", venue_name="Journal of Things", pages="51-66"),
            record("b", TITLE + ": Introductory Comments", venue_name="Journal of Things", pages="67-80"),
        ),
        (
            record("a", "Things of All Kinds Considered", keys=("doi:10.5555/1",)),
            record("b", "Proceedings of Something", ("Editor Person",), keys=("doi:10.5555/1",)),
        ),
        *((ONE, record("x", TITLE + end)) for end in ENDS),
        *((ONE, record("x", TITLE + end, year=2021, keys=("doi:10.5555/2",))) for end in ENDS),
        (msgspec.structs.replace(ONE, type="article"), record("x", type="dataset")),
        (msgspec.structs.replace(ONE, type="conference-paper"), record("x", type="erratum", year=2021)),
        *(
            (
                record("p", title, **PLACED, keys=("doi:10.5555/1",)),
                record("x", title, **PLACED, keys=("doi:10.5555/2",)),
            )
            for title in ("Preface", "Editorial")
        ),
    ],
)
def test_two_papers(one: PaperMention, other: PaperMention) -> None:
    found = compare(one, other)
    assert found.relation is None or found.confidence < 0.9


def test_what_may_be_the_data_of_a_paper_is_a_candidate() -> None:
    assert compare(ONE, record("x", type="dataset")).confidence == 0.6
    assert compare(ONE, record("x", type="other")).confidence >= 0.9


def test_what_a_record_says_to_be_another_paper_is_another() -> None:
    erratum = record("x", related=("doi:10.5555/1",))
    assert compare(msgspec.structs.replace(ONE, keys=("doi:10.5555/1",)), erratum).relation is None


def links(*records: PaperMention) -> dict[tuple[str, str], str]:
    matcher = PaperMatcher()
    blocks: dict[str, list[bytes]] = {}
    for each in records:
        for key, item in matcher.items(each):
            blocks.setdefault(key, []).append(item)
    return {
        (link.subject, link.object): link.method
        for block in blocks.values()
        if len(set(block)) > 1
        for link in matcher.links(sorted(set(block)))
    }


def test_people_at_one_place_of_one_paper_are_one_there() -> None:
    other = record("x", people=("A. Byron", "Somebody New", "J. Müller"))
    found = links(ONE, other)
    assert found[("e:paper/one", "e:paper/x")] == "title-and-authors"
    assert {pair for pair, method in found.items() if method == "same-place-on-paper"} == {
        ("e:authorship/one/Ada Byron", "e:authorship/x/A. Byron"),
        ("e:authorship/one/Jürgen Müller", "e:authorship/x/J. Müller"),
    }


def test_a_list_in_another_order_is_aligned_where_it_agrees() -> None:
    found = links(ONE, record("x", people=("Grace M. Hopper", "Ada Byron", "Jürgen Müller")))
    assert ("e:authorship/one/Ada Byron", "e:authorship/x/Grace M. Hopper") not in found


@given(
    st.lists(
        st.tuples(st.text(max_size=40) | st.none(), st.lists(st.text(max_size=20), max_size=4), st.integers(0, 9999)),
        max_size=5,
    )
)
def test_whatever_records_say_they_can_be_compared(told: list[tuple[str | None, list[str], int]]) -> None:
    records = [record(str(number), title, people, year) for number, (title, people, year) in enumerate(told)]
    assert links(*records) == links(*reversed(records))


def test_many_papers_of_one_title_cost_little() -> None:
    links(*(record(str(number), "Editorial Board", (f"Person {number % 7}",)) for number in range(2000)))
