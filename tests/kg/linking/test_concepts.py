"""Concepts in texts, and between schemes: what is found, what is not, and what the graph says of it."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from kg import namespaces as ns
from kg import pipeline
from kg.linking import changed_labels, concept_search
from kg.linking.changed_labels import ChangedLabels
from kg.linking.chunks import MentionedPart
from kg.linking.concept_search import KeptConcepts, find_concepts
from kg.linking.concepts import ConceptFinder, Labels, TextWords, labels_of, words_of
from kg.linking.decisions import Decision, decision
from kg.linking.judging import statements
from kg.linking.kept_words import KeptWords, encoded_words
from kg.linking.linking import Linker
from kg.linking.model import Mentions, PaperMention, ThingMention, encoded_mentions
from kg.linking.schemes import scheme_links
from kg.naming import Naming
from kg.records import Author, Authorship, Concept, Identifier, Paper, PartialDate, Profile, SourceRecord, Text
from kg.snapshots import Snapshots
from kg.store import StoreFolder
from kg.texts import VERSION as TEXTS
from kg.texts import PaperText, Texts, encoded_texts
from tests.kg.linking.test_linking import B, by_rules, linker, stated, values
from tests.made_records import made_source

C = f"{B}concept/made:"


def concept(notation: str, *names: str, scheme: str = "made") -> ThingMention:
    return ThingMention(f"{B}concept/{scheme}:{notation}", "concept", names, (f"{scheme}:{notation}",))


FINDER = ConceptFinder(
    labels_of(
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
    found(f"{title} reinforcement learning", f"{abstract} (RL)")  # what is found is printed as it stands there


@given(
    st.lists(st.sampled_from(["reinforcement learning", "support vector machine", "(SVM)", "deep", "x"]), max_size=8)
)
def test_a_label_among_others_is_found(words: list[str]) -> None:
    text = " ".join(words)
    assert ("svm" in found(text)) == ("support vector machine" in words or "(SVM)" in words)


# Words as texts have them: in capitals, with accents of both kinds, plurals, apostrophes, signs that fall to letters.
_PIECES = ["art", "Arts", "state", "theory", "Theories", "naïve", "nai\u0308ve", "Bayes", "bayes'", "d'art", "a'b'art"]
_PIECES += [
    "deep\u2122art",
    "½art",
    "RL",
    "(RL)",
    "(TH)",
    "TH",
    "_art_",
    "boxes",
    "box",
    "particular",
    "straße",
    "Strassen",
    "ﬁeld",
    "field",
]
_BETWEEN = [" ", "-", ". ", "’s ", "", " (", ") ", "\u0301", "/"]
_LABELS = [
    "art",
    "state art",
    "theory",
    "naive bayes",
    "RL",
    "art theory",
    "box",
    "straße",
    "field",
    "art (state)",
    "d'art",
]
_TEXTS = st.lists(st.tuples(st.sampled_from(_PIECES), st.sampled_from(_BETWEEN)), max_size=6).map(
    lambda pieces: "".join(chain.from_iterable(pieces))
)
_CONCEPTS = st.builds(
    lambda scheme, number, labels: concept(number, *labels, scheme=scheme),
    st.sampled_from("ab"),
    st.sampled_from("123"),
    st.lists(st.sampled_from(_LABELS), min_size=1, max_size=2),
)


@st.composite
def _schemes(draw: st.DrawFn) -> tuple[Labels, Labels]:
    """Before and after, where most stays as it was."""
    concepts = draw(st.lists(_CONCEPTS, min_size=1, max_size=6))
    before, after = (draw(st.sets(st.integers(0, len(concepts) - 1))) for _ in range(2))
    return labels_of([concepts[place] for place in before]), labels_of([concepts[place] for place in after])


@settings(max_examples=1500)
@given(_TEXTS, _TEXTS, _schemes())
def test_other_labels_find_what_all_of_them_find(title: str, abstract: str, schemes: tuple[Labels, Labels]) -> None:
    first, finder = map(ConceptFinder, schemes)
    patterns = words_of(title, abstract).patterns
    changed = ChangedLabels(*schemes, finder)
    found = changed.links(PaperText("p", title, abstract), patterns, first.links("p", title, abstract))
    assert found == finder.links("p", title, abstract)


@pytest.mark.parametrize(
    ("abstract", "before", "after"),
    [
        # A label that comes stands over another, which stood in a longer text more often.
        ("Art theory and art.", [("art",)], [("art",), ("art theory",)]),
        ("Art theory and art.", [("art",), ("art theory",)], [("art",)]),
        # Two labels of one concept, each found once.
        ("The field of art.", [("art",)], [("art", "field")]),
        # An acronym that stands for the new label, as often as the text has it.
        ("Theory (TH) is TH.", [("art",)], [("art",), ("theory",)]),
        # One that is not sure enough any more, as another concept of the scheme has its label.
        ("Art and art.", [("art",)], [("art",), ("Art",)]),
    ],
)
def test_what_comes_or_goes_concerns_others(
    abstract: str, before: list[tuple[str, ...]], after: list[tuple[str, ...]]
) -> None:
    schemes = [labels_of(concept(str(place), *names) for place, names in enumerate(some)) for some in (before, after)]
    first, finder = map(ConceptFinder, schemes)
    known, expected = (each.links("p", "", abstract) for each in (first, finder))
    assert known != expected
    changed = ChangedLabels(*schemes, finder)
    assert changed.links(PaperText("p", "", abstract), words_of("", abstract).patterns, known) == expected


def test_of_a_text_that_names_many_concepts_the_surest_are_kept_whichever_labels_come() -> None:
    few = [concept(str(number), f"Label {letter}") for number, letter in enumerate("abcdefgh")]
    rest, more = concept("rest", "Label x"), concept("more", "Label y")
    text = PaperText("p", "label a", " ".join(f"label {letter}, label {letter}," for letter in "bcdefghxxy"))
    for before, after in (
        ([*few, rest], [*few[1:], rest]),  # one falls away, and the next comes up
        ([*few, rest], [*few[1:], rest, more]),
        ([*few], [*few, rest]),
        ([*few, rest], [*few, rest, more]),
        ([*few[1:]], [*few]),
        ([*few], [concept("other", "label a"), *few]),  # it is no more the only one that is called so
    ):
        labels = [labels_of(before), labels_of(after)]
        finders = list(map(ConceptFinder, labels))
        found = [finder.links("p", text.title, text.abstract) for finder in finders]
        changed = ChangedLabels(*labels, finders[1])
        assert changed.links(text, words_of(text.title, text.abstract).patterns, found[0]) == found[1]
        assert found[0] != found[1] or before == [*few, rest]


_WORDS = st.lists(st.sampled_from(["a", "b", "ab", "ba"]), min_size=1, max_size=3).map(tuple)


@settings(max_examples=1000)
@given(st.sets(_WORDS, min_size=1, max_size=5), st.lists(st.sampled_from(["a", "b", "ab", "ba"]), max_size=7))
def test_of_labels_that_overlap_the_first_counts_and_of_those_that_begin_alike_the_longest(
    labels: set[tuple[str, ...]], words: list[str]
) -> None:
    expected, place = [], 0
    while place < len(words):
        here = [label for label in labels if tuple(words[place : place + len(label)]) == label]
        expected += [" ".join(max(here, key=len))] if here else []
        place += len(max(here, key=len)) if here else 1
    finder = ConceptFinder(labels_of(concept("-".join(label), " ".join(label)) for label in labels))
    spans = finder.spans(words_of(" ".join(words), None).patterns[0])
    assert [label.text for of_words in spans.values() for label in of_words] == expected


def test_letters_that_fall_to_several_words_or_to_none() -> None:
    """Of which one is common in Arabic texts; words after it are where they were."""
    words, mark = "\ufdfa", "\ufe70"
    assert found(f"{words} and {mark} of reinforcement learning, {words}") == found("of reinforcement learning")
    labels = labels_of(
        [concept("1", words), concept("2", mark), concept("3", f"{mark} art"), concept("4", f"{words} art")]
    )
    links = ConceptFinder(labels).links("p", f"{words} {mark} {words} art", "")
    assert {link.object.removeprefix(C) for link in links} == {"1", "4"}


def part(name: str, *titles: str, read: list[str] | None = None) -> MentionedPart:
    mentions = encoded_mentions(Mentions([PaperMention(f"{name}{title}", f"r{title}", title) for title in titles], []))
    texts = encoded_texts(Texts([PaperText(f"{name}{title}", title) for title in titles], [], TEXTS))
    read = [] if read is None else read
    return MentionedPart(name, lambda: iter([mentions]), lambda: (read.append(name), iter([texts]))[1])


def test_texts_are_read_again_only_for_labels_that_changed(tmp_path: Path) -> None:
    read: list[str] = []

    def links(parts: list[MentionedPart], *concepts: ThingMention) -> set[tuple[str, str]]:
        found = find_concepts(parts, concepts, KeptConcepts(tmp_path / "concepts.zst"), 1)
        read_now = read.copy()
        (tmp_path / "anew").mkdir(exist_ok=True)
        (tmp_path / "anew" / "concepts.zst").unlink(missing_ok=True)
        assert found == find_concepts(parts, concepts, KeptConcepts(tmp_path / "anew" / "concepts.zst"), 1)
        read[:] = read_now
        return {(link.subject, link.object.removeprefix(C)) for link in found}

    deep, tree = concept("deep", "Deep learning"), concept("tree", "Decision tree")
    one, two = part("1", "Deep learning", "Decision trees", read=read), part("2", "Deep decision trees", read=read)
    assert links([one], deep) == {("1Deep learning", "deep")}
    assert links([one, two], deep) == {("1Deep learning", "deep")}
    assert read == ["1", "2"]
    assert links([one, two], deep, tree) == {
        ("1Deep learning", "deep"),
        ("1Decision trees", "tree"),
        ("2Deep decision trees", "tree"),
    }
    assert links([two], tree) == {("2Deep decision trees", "tree")}
    (tmp_path / "concepts.zst").write_bytes(b"rubbish")
    assert links([one], tree) == {("1Decision trees", "tree")}


def test_words_of_texts_are_kept_and_what_is_damaged_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parted: list[str] = []

    def watched(title: str | None, abstract: str | None, patterns: tuple[str, str] | None = None) -> TextWords:
        parted.extend([] if patterns else [title or ""])
        return words_of(title, abstract, patterns)

    for module in (concept_search, changed_labels):
        monkeypatch.setattr(module, "words_of", watched)
    parts = [part("1", "Deep learning", "Decision trees"), part("2", "Deep decision trees")]
    deep, tree, other = (concept(name, name) for name in ("Deep learning", "Decision tree", "Random forest"))

    def found(*concepts: ThingMention) -> list[str]:
        parted.clear()
        links = find_concepts(parts, concepts, KeptConcepts(tmp_path / "concepts.zst"), 1)
        return [link.subject for link in links]

    assert found(deep) == ["1Deep learning"]
    assert parted == ["Deep learning", "Decision trees", "Deep decision trees"]
    assert found(deep, tree) == ["1Deep learning", "1Decision trees", "2Deep decision trees"]
    assert parted == []
    whole = {path: path.read_bytes() for path in (tmp_path / "words").iterdir()}
    for damage in (
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b"rubbish"),
        lambda path: path.write_bytes(whole[path][:-20] + bytes(20)),
        lambda path: path.write_bytes(msgspec.msgpack.encode(("0", [encoded_words([("", ""), ("", "")])]))),
        lambda path: path.write_bytes(whole[path][:8].replace(b"1 ", b"0 ") + whole[path][8:]),
        lambda path: KeptWords(path.parent).put(parts[0].name, [encoded_words([("", "")])]),
    ):
        for path in whole:
            damage(path)
        assert found(tree) == ["1Decision trees", "2Deep decision trees"]
        assert parted[:2] == ["Deep learning", "Decision trees"]
        assert {path: path.read_bytes() for path in (tmp_path / "words").iterdir()} == whole
        assert found(deep, tree, other) == ["1Deep learning", "1Decision trees", "2Deep decision trees"]
        assert parted == []
    del parts[0]
    assert found(tree, other) == ["2Deep decision trees"]
    assert len(list((tmp_path / "words").iterdir())) == 1


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
