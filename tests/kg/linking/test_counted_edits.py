"""What is derived follows edits and what comes beside them, or else everything is built anew by the rules."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode

from kg import derived, pipeline
from kg import namespaces as ns
from kg.namespaces import DEFAULT_BASE as B
from kg.naming import Naming
from kg.records import Author, Authorship, Identifier, Paper, PartialDate, SourceRecord
from kg.snapshots import Snapshots
from kg.store import StoreFolder
from kg.writer import Writer
from tests.kg.linking.world import PEOPLE, UNI, VENUES, World, assert_alike, assert_derived

ANN, A_LEE, BOB = PEOPLE[0], PEOPLE[1], PEOPLE[5]
ONE, TWO, NINE = (f"{B}paper/doi:10.5555/{number}" for number in (1, 2, 9))


def paper(number: int, people: Sequence[Author], **more: object) -> Paper:
    return Paper(
        title=f"On thing {number}",
        source=SourceRecord(f"r{number}"),
        identifiers=(Identifier("doi", f"10.5555/{number}"),),
        authorships=tuple(Authorship(each, place, each.name) for place, each in enumerate(people, start=1)),
        date=PartialDate(2020),
        **more,  # type: ignore[arg-type]
    )


class Stepwise(World):
    @property
    def folder(self) -> Path:
        return self.work / "stepwise"

    def load_papers(self, name: str, *papers: Paper) -> None:
        self.take(("load", name, list(papers)), self.folder)

    def say(self, subject: str, predicate: str, term: str, is_true: bool = True) -> None:
        self.take(("edit", is_true, f"<{subject}> <{predicate}> {term} ."), self.folder)

    def count(self, thing: str, predicate: str = ns.PAPER_COUNT) -> int:
        store = Snapshots(self.folder).current().store
        quads = list(store.quads_for_pattern(NamedNode(thing), NamedNode(predicate), None, DefaultGraph()))
        assert len(quads) < 2
        return int(quads[0].object.value) if quads and isinstance(quads[0].object, Literal) else 0

    @property
    def is_followed(self) -> bool:
        contents = StoreFolder(self.folder).contents()
        return contents is not None and contents.derived_from == contents.edits

    def assert_as_from_nothing(self) -> None:
        assert_alike(self.folder, self.from_nothing(self.folder))


@pytest.fixture
def world(tmp_path: Path) -> Stepwise:
    world = Stepwise(tmp_path, [])
    world.load_papers("z", paper(1, [ANN, BOB], venue=VENUES[0], institutions=(UNI,)), paper(2, [ANN]))
    return world


@pytest.fixture
def built_anew(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Gets a word for every time that a graph is built as a whole."""
    found: list[str] = []
    whole = Writer._bring_to

    def noted(self: Writer, *arguments: object) -> None:
        found.append("anew")
        whole(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Writer, "_bring_to", noted)
    return found


def test_counts_follow_an_edit_at_once_and_records_are_added_beside_it(world: Stepwise, built_anew: list[str]) -> None:
    world.say(TWO, ns.CREATOR, f"<{B}author/bob-ray>")
    assert [world.count(f"{B}author/{name}") for name in ("ann-lee", "bob-ray")] == [2, 2]
    world.say(ONE, ns.CREATOR, f"<{B}author/bob-ray>", is_true=False)
    assert [world.count(f"{B}author/{name}") for name in ("ann-lee", "bob-ray")] == [2, 1]
    world.say(ONE, ns.PUBLICATION_YEAR, f'"2020"^^<{ns.XSD}integer>', is_true=False)
    world.say(ONE, ns.PUBLICATION_YEAR, f'"2021"^^<{ns.XSD}integer>')
    assert [world.count(f"{B}venue/issn:1234-5679#papers-{year}") for year in (2020, 2021)] == [0, 1]
    world.say(TWO, ns.REFERENCE, "<https://doi.org/10.5555/1>")
    assert world.count(ONE, ns.CITED_BY_COUNT) == 1
    assert_derived(world.folder)
    world.load_papers("a", paper(3, [ANN, BOB], venue=VENUES[0]))
    assert not built_anew
    world.assert_as_from_nothing()


def test_a_graph_is_built_without_asking_the_rules_about_all_of_it(
    world: Stepwise, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.say(TWO, ns.CREATOR, f"<{B}author/bob-ray>")
    world.say(ONE, ns.IS_PART_OF, f"<{B}venue/issn:1234-5679>", is_true=False)
    with monkeypatch.context() as patch:
        patch.setattr("kg.derived.derive_by_rules", lambda *_: pytest.fail("the rules were asked"))
        pipeline.rebuild(StoreFolder(world.folder))
        assert (world.count(f"{B}author/bob-ray"), world.count(f"{B}venue/issn:1234-5679")) == (2, 0)
        world.take(("remove", "z"), world.folder)
        world.load_papers("z", paper(2, [ANN]), paper(3, [BOB], venue=VENUES[0]))
        patch.setattr("kg.writer._AT_LEAST", 0)  # so that whatever comes is much
        world.load_papers("a", paper(2, [ANN], venue=VENUES[0]))
    assert_derived(world.folder)
    world.assert_as_from_nothing()
    asked = []
    rules = derived.derive_by_rules
    monkeypatch.setattr("kg.derived.derive_by_rules", lambda *given: (asked.append(1), rules(*given)))
    world.say(TWO, ns.CITES, f"<{ONE}>")
    pipeline.rebuild(StoreFolder(world.folder))
    assert asked
    assert_derived(world.folder)


def test_a_paper_that_a_person_makes_counts_and_no_more_when_it_goes(world: Stepwise, built_anew: list[str]) -> None:
    said = [
        (ns.TYPE, f"<{ns.PAPER}>"),
        (ns.CREATOR, f"<{B}author/ann-lee>"),
        (ns.SAME_AS, "<https://doi.org/10.5555/9>"),
    ]
    for predicate, term in said:
        world.say(NINE, predicate, term)
    assert world.count(f"{B}author/ann-lee") == 3
    world.load_papers("a", paper(3, [BOB], references=(Identifier("doi", "10.5555/9"),)))
    assert world.count(NINE, ns.CITED_BY_COUNT) == 1
    assert not built_anew
    world.assert_as_from_nothing()
    # While something is said of what is no paper any more, only the rules can tell; once nothing is, it follows again.
    world.say(NINE, ns.TYPE, f"<{ns.PAPER}>", is_true=False)
    assert not world.is_followed


def test_what_a_person_says_is_no_paper_is_none_when_a_record_speaks_of_it(world: Stepwise) -> None:
    world.say(NINE, ns.TYPE, f"<{ns.PAPER}>")
    world.say(NINE, ns.TYPE, f"<{ns.PAPER}>", is_true=False)
    assert world.is_followed
    world.load_papers("a", paper(9, [BOB], venue=VENUES[0], institutions=(UNI,), author_list_complete=True))
    assert world.count(f"{B}author/bob-ray") == 1
    world.assert_as_from_nothing()


@pytest.mark.parametrize("is_everywhere", [False, True])
def test_a_paper_that_is_erased_counts_no_more_at_once(
    world: Stepwise, built_anew: list[str], is_everywhere: bool
) -> None:
    three = f"{B}paper/doi:10.5555/3"
    world.load_papers(
        "a",
        paper(3, [ANN, BOB], author_list_complete=True, references=(Identifier("doi", "10.5555/2"),)),
        paper(4, [BOB], references=(Identifier("doi", "10.5555/3"),)),
    )
    assert [world.count(TWO, ns.CITED_BY_COUNT), world.count(three, ns.CITED_BY_COUNT)] == [1, 1]
    world.erase(world.folder, three, is_everywhere)
    assert [world.count(f"{B}author/{name}") for name in ("ann-lee", "bob-ray")] == [2, 2]
    assert world.count(TWO, ns.CITED_BY_COUNT) == 0
    assert world.is_followed
    assert_derived(world.folder)
    # So does what is edited and loaded after it.
    world.say(TWO, ns.CREATOR, f"<{B}author/bob-ray>")
    world.load_papers("b", paper(5, [BOB], references=(Identifier("doi", "10.5555/2"),)))
    assert [world.count(f"{B}author/bob-ray"), world.count(TWO, ns.CITED_BY_COUNT)] == [4, 1]
    assert not built_anew
    world.assert_as_from_nothing()


def test_who_is_erased_with_all_that_leads_there_is_not_counted(world: Stepwise, built_anew: list[str]) -> None:
    world.erase(world.folder, f"{B}author/bob-ray", is_everywhere=True)
    assert world.count(f"{B}author/ann-lee", ns.COAUTHOR_COUNT) == 0
    assert world.is_followed
    world.load_papers("a", paper(3, [ANN, BOB]))
    assert not built_anew
    world.assert_as_from_nothing()


def test_what_is_one_with_an_erased_paper_is_left_to_the_rules(world: Stepwise, built_anew: list[str]) -> None:
    world.erase(world.folder, ONE, is_everywhere=False)
    other = f"{B}paper/openalex:W1"
    world.links.append((ONE, other, 0.95))
    more = Paper(
        title="Other", source=SourceRecord("w"), identifiers=(Identifier("openalex", "W1"),), institutions=(UNI,)
    )
    world.load_papers("a", more)
    assert built_anew
    world.assert_as_from_nothing()


def test_what_a_record_identifies_is_identified_though_an_edit_says_nothing_of_it(world: Stepwise) -> None:
    world.say(ONE, ns.IDENTITY_BASIS, '"identifier"', is_true=False)
    world.say(TWO, ns.CITES, f"<{ONE}>")
    assert not world.is_followed
    world.load_papers("a", paper(3, [ANN]))
    other = Paper(title="Other", source=SourceRecord("w"), authorships=(Authorship(BOB, 1, BOB.name),))
    world.links.append((ONE, Naming(B).paper(other), 0.95))
    world.load_papers("b", other)
    world.assert_as_from_nothing()


def test_whose_an_authorship_was_is_not_said_once_it_is_erased(world: Stepwise) -> None:
    """Not in dumps either, which are made of what records say."""
    both = (Identifier("doi", "10.5555/1"), Identifier("openalex", "W1"))
    people = tuple(Authorship(each, place, each.name) for place, each in enumerate((A_LEE, BOB), start=1))
    world.load_papers("a", Paper(title="On thing 1", source=SourceRecord("w"), identifiers=both, authorships=people))
    moved = f"{B}authorship/doi:10.5555/1/a-lee"
    world.erase(world.folder, moved, is_everywhere=True)
    world.assert_as_from_nothing()


def test_what_is_counted_as_two_things_has_both_counts_with_the_next_load(world: Stepwise) -> None:
    """An institution that is named as the author."""
    institution = f"{B}institution/ror:05dxps055"
    world.say(TWO, ns.CREATOR, f"<{institution}>")
    world.say(TWO, ns.PAPER_INSTITUTION, f"<{institution}>")
    assert not world.is_followed
    pipeline.repair(StoreFolder(world.folder))
    assert_derived(world.folder)
    world.assert_as_from_nothing()
    world.say(TWO, ns.CREATOR, f"<{institution}>", is_true=False)
    pipeline.repair(StoreFolder(world.folder))
    assert world.is_followed
    assert world.count(institution) == 2


def test_who_wrote_together_by_an_edit_does_not_count_twice(world: Stepwise, built_anew: list[str]) -> None:
    world.say(ONE, ns.CREATOR, f"<{B}author/bob-ray>", is_true=False)
    world.say(TWO, ns.CREATOR, f"<{B}author/bob-ray>")
    world.load_papers("a", paper(3, [ANN, BOB]))
    assert world.count(f"{B}author/ann-lee", ns.COAUTHOR_COUNT) == 1
    assert not built_anew
    world.assert_as_from_nothing()


@pytest.mark.parametrize(
    ("subject", "predicate", "term"),
    [
        (TWO, ns.IS_PART_OF, f"<{B}venue/nowhere>"),
        (TWO, ns.PUBLICATION_YEAR, '"soon"'),
        (TWO, ns.CREATOR, '"Ann"'),
        (TWO, ns.CITES, f"<{ONE}>"),
        (NINE, ns.PAPER_INSTITUTION, f"<{B}institution/ror:05dxps055>"),
        ("https://example.org/x", ns.REFERENCE, "<https://doi.org/10.5555/1>"),
        ("https://example.org/x", ns.TYPE, f"<{ns.PAPER}>"),
        (f"{B}author/ann-lee", ns.PAPER_COUNT, f'"7"^^<{ns.XSD}integer>'),
        (f"{B}venue/issn:1234-5679#papers-2020", ns.TYPE, f"<{ns.YEARLY_COUNT}>"),
    ],
)
def test_what_only_the_rules_can_tell_is_told_by_them_with_the_next_load(
    world: Stepwise, built_anew: list[str], subject: str, predicate: str, term: str
) -> None:
    world.say(subject, predicate, term)
    assert not world.is_followed
    world.load_papers("a", paper(3, [ANN, BOB], venue=VENUES[0], institutions=(UNI,)))
    assert built_anew
    world.assert_as_from_nothing()
    # As long as it is so, also beside what would be followed.
    world.say(f"{B}venue/nowhere", ns.TYPE, f"<{ns.VENUE}>")
    world.say(NINE, ns.TYPE, f"<{ns.PAPER}>")
    pipeline.repair(StoreFolder(world.folder))
    world.assert_as_from_nothing()


def test_a_paper_is_cited_by_the_name_that_a_link_gives_it(world: Stepwise, built_anew: list[str]) -> None:
    citing = paper(3, [BOB], references=(Identifier("openalex", "W77"),))
    world.load_papers("a", citing)
    world.take(("decide", "accepted", (ONE, "https://openalex.org/W77")), world.folder)
    assert world.count(ONE, ns.CITED_BY_COUNT) == 1
    world.say(TWO, ns.REFERENCE, "<https://openalex.org/W77>")
    assert world.count(ONE, ns.CITED_BY_COUNT) == 2
    assert not built_anew
    assert_derived(world.folder)
    world.assert_as_from_nothing()
    world.take(("decide", "rejected", (ONE, "https://openalex.org/W77")), world.folder)
    assert world.count(ONE, ns.CITED_BY_COUNT) == 0
    world.assert_as_from_nothing()


def test_very_much_at_once_is_left_to_the_rules(world: Stepwise, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.counted_edits._MANY", 0)
    world.say(TWO, ns.CREATOR, f"<{B}author/bob-ray>")
    assert not world.is_followed
    assert world.count(f"{B}author/bob-ray") == 1
    pipeline.repair(StoreFolder(world.folder))
    assert world.count(f"{B}author/bob-ray") == 2
    world.assert_as_from_nothing()
