"""What is shown of both ends of a link, and what accepting it would do."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg import namespaces as ns
from kg.curation.effects import merge_of
from kg.curation.queue import Waiting
from kg.curation.sides import papers_of, side_by_side
from kg.linking.model import Judged, Link
from kg.namespaces import DEFAULT_BASE
from kg.resources import GraphReader


def thing(name: str) -> str:
    return DEFAULT_BASE + name


def graph(*statements: tuple[str, str, str | int]) -> GraphReader:
    """Ends that are texts with a slash are things."""
    store = Store()
    for subject, predicate, end in statements:
        is_thing = isinstance(end, str) and "/" in end
        term = NamedNode(thing(str(end))) if is_thing else Literal(end)
        store.add(Quad(NamedNode(thing(subject)), NamedNode(predicate), term))
    return GraphReader(store)


def waiting(one: str, other: str, relation: str = "same") -> Waiting:
    link = Link(subject=thing(one), object=thing(other), relation=relation, method="name", confidence=0.8)  # type: ignore[arg-type]
    return Waiting(Judged(link, "candidate"), one.partition("/")[0], thing(one), thing(other))


PEOPLE = (
    ("author/a", ns.NAME, "Ann Ash"),
    ("author/b", ns.NAME, "ANN  ash"),
    ("author/a", ns.IDENTIFIER, "orcid:1"),
    ("author/b", ns.IDENTIFIER, "orcid:2"),
    ("author/b", ns.IDENTIFIER, "openalex:A1"),
    ("paper/1", ns.CREATOR, "author/a"),
    ("paper/1", ns.TITLE, "First"),
    ("paper/1", ns.PUBLICATION_YEAR, 2001),
    ("paper/2", ns.CREATOR, "author/b"),
    ("paper/2", ns.TITLE, "Second"),
    ("paper/3", ns.CREATOR, "author/b"),
    ("paper/3", ns.PUBLICATION_YEAR, 2003),
    ("paper/1", ns.CREATOR, "author/c"),
    ("paper/3", ns.CREATOR, "author/c"),
    ("author/c", ns.NAME, "Cy"),
    ("authorship/1", ns.AUTHORSHIP_AUTHOR, "author/a"),
    ("authorship/1", ns.AFFILIATION, "institution/i"),
    ("authorship/1", ns.RAW_AFFILIATION, "Dept. of I"),
)


def test_what_both_have_is_marked_and_what_one_lacks_is_not_known() -> None:
    rows = {row.heading: row for row in side_by_side(graph(*PEOPLE), "author", thing("author/a"), thing("author/b"))}
    assert {heading: row.verdict for heading, row in rows.items()} == {
        "Names": "agrees",  # but for capitals and spaces
        "Identifiers": "differs",
        "Papers": "differs",
        "Co-authors": "agrees",
        "Affiliations": "unknown",
        "Years": "differs",
    }
    assert [(value.text, value.is_shared) for value in rows["Co-authors"].one] == [("Cy", True)]
    assert [value.text for value in rows["Affiliations"].one] == ["i", "Dept. of I"]
    assert [value.text for value in rows["Papers"].one] == ["First (2001)"]
    assert [value.iri for value in rows["Papers"].other] == [thing("paper/3"), thing("paper/2")]  # the latest first


def test_long_lists_are_cut_and_counted() -> None:
    many = (("author/a", ns.NAME, f"Name {number:02}") for number in range(20))
    (row,) = side_by_side(
        graph(*many, ("author/b", ns.NAME, "Name 19")), "author", thing("author/a"), thing("author/b")
    )
    assert (len(row.one), row.more) == (8, (12, 0))
    assert row.one[0].text == "Name 19"  # what is shared comes first


def test_no_more_is_read_than_is_told() -> None:
    hub = graph(*((f"paper/{number}", ns.CREATOR, "author/a") for number in range(50)))
    assert len(papers_of(hub, "author", thing("author/a"), 10)) == 10


def test_the_stronger_name_stays_and_what_leads_to_the_other_is_told() -> None:
    reader = graph(
        *PEOPLE,
        ("author/orcid:9", ns.NAME, "Ann Ash"),
        ("author/a", ns.SAME_AS, "author/old-a"),
        ("author/a", ns.SAME_AS, "author/orcid:9"),
        ("paper/1", ns.CREATOR, "author/orcid:9"),
        ("paper/4", ns.CREATOR, "author/orcid:9"),
    )
    for pair in (("author/a", "author/orcid:9"), ("author/orcid:9", "author/a")):
        merge = merge_of(reader, waiting(*pair), DEFAULT_BASE)
        assert merge
        assert merge.into == thing("author/orcid:9")
        assert merge.redirects == [thing("author/a"), thing("author/old-a")]
        assert (merge.papers, sorted(merge.of_each), merge.is_exact) == (2, [1, 2], True)


def test_identifiers_that_tell_two_apart_are_told() -> None:
    merge = merge_of(graph(*PEOPLE), waiting("author/a", "author/b"), DEFAULT_BASE)
    assert merge
    assert merge.against == [("orcid", ["1"], ["2"])]
    shared = graph(*PEOPLE, ("author/b", ns.IDENTIFIER, "orcid:1"))
    again = merge_of(shared, waiting("author/a", "author/b"), DEFAULT_BASE)
    assert again
    assert again.against == []


@pytest.mark.parametrize("relation", ["version", "affiliation", "subject", "close-match"])
def test_what_makes_nothing_one_merges_nothing(relation: str) -> None:
    assert merge_of(graph(), waiting("paper/1", "paper/2", relation), DEFAULT_BASE) is None


@pytest.mark.parametrize(
    ("kind", "statement", "heading"),
    [
        ("paper", ("paper/x", ns.TITLE, "T"), "Titles"),
        ("authorship", ("authorship/x", ns.NAME_AS_PRINTED, "A. Ash"), "Name as printed"),
        ("institution", ("institution/x", ns.COUNTRY, "CH"), "Place"),
        ("venue", ("venue/x", ns.ISSN, "1234-5679"), "ISSN"),
        ("concept", ("concept/x", ns.PREF_LABEL, "Trees"), "Labels"),
        ("", ("paper/x", ns.TITLE, "T"), "Names"),
    ],
)
def test_every_kind_of_thing_has_its_rows(kind: str, statement: tuple[str, str, str], heading: str) -> None:
    rows = side_by_side(graph(statement), kind, thing(statement[0]), thing("paper/none"))
    assert [(row.heading, [value.text for value in row.one], row.other) for row in rows if row.heading == heading] == [
        (heading, [statement[2]], [])
    ]
