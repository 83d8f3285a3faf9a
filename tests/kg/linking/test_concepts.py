"""Concepts in texts, and between schemes: what is found, what is not, and what the graph says of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from kg import namespaces as ns
from kg import pipeline
from kg.linking.concepts import ConceptFinder
from kg.linking.decisions import Decision, decision
from kg.linking.judging import statements
from kg.linking.linking import Linker
from kg.linking.model import ThingMention
from kg.linking.schemes import scheme_links
from kg.naming import Naming
from kg.records import Author, Authorship, Concept, Identifier, Paper, PartialDate, Profile, SourceRecord, Text
from kg.snapshots import Snapshots
from kg.store import StoreFolder
from tests.kg.linking.test_linking import B, by_rules, linker, stated, values
from tests.made_records import made_source

C = f"{B}concept/made:"


def concept(notation: str, *names: str, scheme: str = "made") -> ThingMention:
    return ThingMention(f"{B}concept/{scheme}:{notation}", "concept", names, (f"{scheme}:{notation}",))


FINDER = ConceptFinder(
    [
        concept("svm", "Support vector machine", "SVM"),
        concept("rl", "Reinforcement learning"),
        concept("drl", "Deep reinforcement learning"),
        concept("cnn", "CNN"),
        concept("stress", "Stress (linguistics)"),
        concept("bayes", "Naïve Bayes classifier"),
        concept("bank1", "River bank"),
        concept("bank2", "River bank"),
        concept("gene", "Gene"),
    ]
)


def found(title: str, abstract: str = "") -> dict[str, float]:
    return {each.object.removeprefix(C): each.confidence for each in FINDER.links("p", title, abstract)}


@pytest.mark.parametrize(
    ("title", "abstract", "concepts"),
    [
        ("Support Vector Machines", "", {"svm"}),
        ("support-vector machine’s margin", "", {"svm"}),
        ("On deep reinforcement learning", "", {"drl"}),
        ("Supportive vector machinery", "", set()),
        ("Genes", "", {"gene"}),
        ("Naive Bayes classifiers", "", {"bayes"}),
        ("CNNs at work", "", {"cnn"}),
        ("cnn at work", "", set()),
        ("Cellular noise networks (CNN) at work", "", set()),
        ("Stress at work", "", set()),
        ("Stress at work", "of linguistics", {"stress"}),
        ("", "reinforcement learning", {"rl"}),
        ("", "Behaviour needs reinforcement. Learning is another thing.", set()),
        ("", 'We call it "reinforcement." Learning, learning', set()),
        ("", "Reinforcement\nlearning. It ends.", {"rl"}),
        ("", "", set()),
    ],
)
def test_labels_are_found_as_they_are_meant(title: str, abstract: str, concepts: set[str]) -> None:
    assert set(found(title, abstract)) == concepts


def test_an_acronym_that_the_text_introduces_counts() -> None:
    """Also in the plural; what it stands for tells which label is meant."""
    text = "Reinforcement learning (RL) is used. RL is old; RL is new."
    (one,) = FINDER.links("p", "Agents", text)
    assert one.confidence == 0.9
    assert [(fact.what, fact.subject) for fact in one.facts] == [
        ("label", "Reinforcement learning"),
        ("in the abstract", "Reinforcement learning, 4 times"),
    ]


def test_more_and_better_places_are_surer() -> None:
    once, twice, often = (found("", "Reinforcement learning. " * times)["rl"] for times in (1, 2, 3))
    assert once < twice < often <= found("Reinforcement learning")["rl"]
    assert found("Genes", "gene, genes, gene")["gene"] < 0.9, "one word has many meanings"
    assert found("The river bank")["bank1"] < 0.9, "a label of two concepts of one scheme"


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_looked_through(title: str, abstract: str) -> None:
    assert len(found(title, abstract)) <= 8


@given(
    st.lists(st.sampled_from(["reinforcement learning", "support vector machine", "(SVM)", "deep", "x"]), max_size=8)
)
def test_a_label_among_others_is_found(words: list[str]) -> None:
    text = " ".join(words)
    assert ("svm" in found(text)) == ("support vector machine" in words or "(SVM)" in words)


def test_concepts_of_two_schemes_match_by_identifier_and_by_label() -> None:
    item = "http://www.wikidata.org/entity/Q1"
    things = [
        structs.replace(concept("1", "Graph theory"), keys=("made:1", item)),
        structs.replace(concept("a", "Graphs", scheme="other"), keys=("other:a", item)),
        concept("b", "Graph Theories", scheme="other"),
        concept("c", "Anatomy", scheme="other"),
        concept("2", "Anatomy"),
        concept("3", "Anatomy"),
        concept("4", "Graph theory in practice"),
    ]
    links = {(each.subject, each.object): each for each in scheme_links(Naming(B), things)}
    exact = links[f"{C}1", f"{B}concept/other:a"]
    close = links[f"{C}1", f"{B}concept/other:b"]
    assert (exact.relation, exact.confidence >= 0.9) == ("exact-match", True)
    assert (close.relation, close.confidence >= 0.9) == ("close-match", True)
    assert links[f"{C}2", f"{B}concept/other:c"].confidence < 0.9, "one scheme has the label twice"
    assert len(links) == 4


def test_the_scheme_that_comes_along_is_linked_to() -> None:
    (one,) = scheme_links(
        Naming("https://example.org/"), [concept("x", "Machine learning theory"), concept("y", "Robotics")]
    )
    assert one.subject == "https://example.org/concept/arxiv:cs.RO"


RECORDS: list[Paper | Profile] = [
    Profile(thing=Concept("made", "rl", "Reinforcement learning", "en"), source=SourceRecord("rl")),
    Profile(
        thing=Concept("other", "q", "Reinforcement Learning", "en", alternative_labels=(Text("learning by reward"),)),
        source=SourceRecord("q"),
    ),
    Paper(
        title="Reinforcement learning of things",
        source=SourceRecord("bare"),
        identifiers=(Identifier("doi", "10.5555/bare"),),
        authorships=(Authorship(Author("Ann Lee"), 1, name_as_printed="Ann Lee"),),
        abstract="Learning by reward, learning by reward.",
        date=PartialDate(2020),
    ),
    Paper(
        title="Reinforcement learning elsewhere",
        source=SourceRecord("rich"),
        identifiers=(Identifier("doi", "10.5555/rich"),),
        concepts=(Concept("made", "z", "Zoology", "en"),),
    ),
]
BARE, RICH = f"{B}paper/doi:10.5555/bare", f"{B}paper/doi:10.5555/rich"
RL, OTHER, Z = f"{C}rl", f"{B}concept/other:q", f"{C}z"


def load(folder: Path, by: Linker) -> StoreFolder:
    store = StoreFolder(folder)
    (folder.parent / "file").touch()
    pipeline.load(store, made_source("made", RECORDS), {"made": [folder.parent / "file"]}, linker=by)
    return store


def test_a_paper_without_concepts_gets_them_with_the_place(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    load(folder, linker())
    assert values(folder, BARE, ns.SUBJECT) == {RL, OTHER}
    assert values(folder, RICH, ns.SUBJECT) == {Z}, "its source says what it is about"
    said = {
        next(iter(values(folder, each, ns.LINK_OBJECT))): values(folder, each, ns.EVIDENCE)
        for each in values(folder, BARE, ns.HAS_IDENTITY_LINK)
    }
    assert said[OTHER] == {
        "label: Reinforcement Learning",
        "in the title: Reinforcement learning",
        "in the abstract: Learning by reward, 2 times",
    }
    assert values(folder, RL, ns.PAPER_COUNT) == {"1"}
    assert values(folder, f"{RL}#papers-2020", ns.PAPER_COUNT) == {"1"}
    assert values(folder, RL, ns.CLOSE_MATCH) == {OTHER}
    assert values(folder, OTHER, ns.CLOSE_MATCH) == {RL}
    store = Snapshots(folder).current().store
    assert by_rules(store) == stated(store)


@pytest.mark.parametrize(
    ("made", "bare", "rich"),
    [
        (decision("rejected", BARE, RL, "jo", ""), {OTHER}, {Z}),
        (decision("accepted", RICH, RL, "jo", ""), {RL, OTHER}, {Z, RL}),
        (decision("accepted", BARE, Z, "jo", "I wrote it"), {RL, OTHER, Z}, {Z}),
    ],
)
def test_people_have_the_last_word(tmp_path: Path, made: Decision, bare: set[str], rich: set[str]) -> None:
    folder = tmp_path / "store"
    store = load(folder, linker())
    pipeline.link(store, linker(decisions=[made]))
    assert (values(folder, BARE, ns.SUBJECT), values(folder, RICH, ns.SUBJECT)) == (bare, rich)
    pipeline.link(store, linker())
    assert (values(folder, BARE, ns.SUBJECT), values(folder, RICH, ns.SUBJECT)) == ({RL, OTHER}, {Z})


def test_concepts_follow_a_paper_that_is_merged(tmp_path: Path) -> None:
    """And leave it where the other record has concepts of its own."""
    folder = tmp_path / "store"
    store = load(folder, linker(decisions=[decision("accepted", BARE, RICH, "jo", "")]))
    assert values(folder, BARE, ns.SUBJECT) == {Z}
    judgement = store.links.read(store.links.in_force())
    assert judgement is not None
    assert not any(each.link.relation == "subject" for each in judgement.links)
    assert b"in the title" not in b"".join(statements(B, judgement))
