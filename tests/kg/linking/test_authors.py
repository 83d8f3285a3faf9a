"""Authors: who is one person, and who is kept apart."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.mentions import papers
from kg.linking.authors import AuthorMatcher
from kg.linking.model import AuthorMention, Link, PaperMention
from kg.linking.names import family_words, name_keys
from kg.linking.people import Frequencies, people_of

ROOT = Path(__file__).parents[3]


def paper(name: str, *people: str | AuthorMention, year: int = 2020, **more: object) -> PaperMention:
    authors = tuple(
        AuthorMention(f"e:author/{person}", f"e:{name}/{person}", person) if isinstance(person, str) else person
        for person in people
    )
    return PaperMention(f"e:paper/{name}", f"e:record/{name}", name, authors, year=year, **more)  # type: ignore[arg-type]


def known(name: str, key: str, **more: object) -> AuthorMention:
    return AuthorMention(f"e:author/{key}", f"e:authorship/{key}", name, keys=(key,), **more)  # type: ignore[arg-type]


_ITEMS = """
from kg.linking.authors import AuthorMatcher
from kg.linking.model import AuthorMention, PaperMention
names = ("Robert Andrei Smith-Jones", "Yuri Xiao-Ming Lee", "Wang Xiaoming")
authors = tuple(AuthorMention(f"e:{name}", f"e:1/{name}", name, affiliations=("Lyon, Lille, Metz",)) for name in names)
print([item.hex() for _, item in AuthorMatcher().items(PaperMention("e:1", "e:r", "One", authors))])
"""


def test_an_appearance_is_encoded_alike_in_every_process() -> None:
    """The order of items is that of what is told of links, and of how sure they are."""
    said = [
        subprocess.run(
            (sys.executable, "-c", _ITEMS), env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True
        ).stdout
        for seed in "123"
    ]
    assert said[0] == said[1] == said[2] != b""


def links(*records: PaperMention) -> dict[tuple[str, str], Link]:
    matcher = AuthorMatcher()
    blocks: dict[str, list[bytes]] = {}
    for each in records:
        for key, item in matcher.items(each):
            blocks.setdefault(key, []).append(item)
    return {
        (link.subject, link.object): link
        for block in blocks.values()
        if len(set(block)) > 1
        for link in matcher.links(sorted(set(block)))
    }


def accepted(*records: PaperMention) -> set[tuple[str, str]]:
    return {pair for pair, link in links(*records).items() if link.confidence >= 0.9}


JOHN, J = ("e:author/John Roe", "e:author/J. Roe")


def test_co_authors_tell_who_an_initial_is() -> None:
    first = paper("a", "John Roe", "Ada Byron", "Grace Hopper")
    second = paper("b", "J. Roe", "Ada Byron", "Grace Hopper")
    found = links(first, second)[J, JOHN]
    assert found.confidence >= 0.9
    assert found.method == "name-and-evidence"
    assert any(fact.what == "co-authors in common" and "ada byron" in fact.subject for fact in found.facts)


def test_an_initial_alone_tells_nobody() -> None:
    assert not accepted(paper("a", "John Roe", "Ada Byron"), paper("b", "J. Roe", "Someone Else"))


def test_the_initial_of_two_is_neither_for_sure() -> None:
    records = [paper("a", "John Roe"), paper("b", "J. Roe", subjects=("x",)), paper("c", "Jane Roe", subjects=("x",))]
    assert not accepted(*records)


def test_two_authors_of_one_record_are_two() -> None:
    first = paper("a", "John Roe", "J. Roe", "Ada Byron")
    assert not links(first, paper("b", "John Roe", "Ada Byron"))


@pytest.mark.parametrize("scheme", ["orcid", "dblp-person", "dblp-name", "openalex", "semanticscholar-author"])
def test_whom_a_source_tells_apart_stay_apart(scheme: str) -> None:
    together = ("Ada Byron", "Grace Hopper")
    one = paper("a", known("John Roe", f"{scheme}:1", affiliations=("Uni of X, Town",)), *together, venue="v")
    other = paper("b", known("John Roe", f"{scheme}:2", affiliations=("Uni of X, Town",)), *together, venue="v")
    found = links(one, other)
    assert not any({f"e:author/{scheme}:1", f"e:author/{scheme}:2"} == set(pair) for pair in found)


def test_who_has_one_identifier_is_one() -> None:
    one = AuthorMention("e:author/1", "e:1", "John Roe", keys=("orcid:1", "openalex:A1"))
    other = AuthorMention("e:author/2", "e:2", "Roe, J.", keys=("openalex:A1",))
    found = links(paper("a", one), paper("b", other))["e:author/1", "e:author/2"]
    assert found.method == "shared-identifier"
    assert found.confidence >= 0.9


def test_another_family_name_is_another_person_without_an_identifier() -> None:
    records = paper("a", "Mary Smith", "Ada Byron"), paper("b", "Mary Jones", "Ada Byron")
    assert not links(*records)


def test_a_person_may_stand_on_two_records_of_one_paper() -> None:
    """As one source has it and as another does: that is no reason to keep them apart."""
    one = paper("a", "John Roe", "Ada Byron", "Grace Hopper", "Alan Turing")
    other = PaperMention(
        "e:paper/a", "e:record/b", "a", paper("x", "J. Roe", "Ada Byron", "Grace Hopper", "Alan Turing").authors
    )
    assert (J, JOHN) in accepted(one, other)


def test_the_two_jermyns_of_the_seeds_are_one() -> None:
    found = links(*papers("profile-page", ROOT / "seeds"))
    (link,) = (link for link in found.values() if "jermyn" in link.subject)
    assert link.confidence >= 0.9
    assert [(fact.what, fact.subject) for fact in link.facts] == [
        ("name", "Adam Jermyn"),
        ("co-authors in common", "evan hubinger"),
    ]


def test_many_of_one_name_cost_seconds() -> None:
    people = [known("Y. Wang", f"orcid:{number}") for number in range(1500)]
    links(*(paper(str(number), person, f"Co Author{number % 50}") for number, person in enumerate(people)))


def test_one_initial_is_not_two_people_however_well_it_fits_both() -> None:
    john = paper("a", "John Roe", "Ada Byron", "Grace Hopper", "Alan Turing")
    jane = paper("b", "Jane Roe", "Ada Byron", "Grace Hopper")
    initial = paper("c", "J. Roe", "Ada Byron", "Grace Hopper", "Alan Turing")
    found = links(john, jane, initial)
    assert found[J, JOHN].confidence >= 0.9
    doubtful = found[J, "e:author/Jane Roe"]
    assert doubtful.confidence < 0.9
    assert doubtful.facts[-1].what == "would make one of"


def test_who_may_be_either_of_two_whom_a_source_tells_apart_is_neither() -> None:
    together = ("Ada Byron", "Grace Hopper", "Alan Turing")
    records = [paper(name, known("John Roe", f"orcid:{name}"), *together) for name in "ab"]
    found = links(*records, paper("c", "J. Roe", *together))
    of_john = [link for pair, link in found.items() if "e:author/J. Roe" in pair and "orcid" in "".join(pair)]
    assert [link.confidence for link in of_john] == [0.5, 0.5]
    assert {link.facts[-1].what for link in of_john} == {"would make one of"}


def test_a_name_that_many_bear_is_nobodys_without_more() -> None:
    """Though nobody else here is called so; and one co-author of a common name is not enough either."""
    rare = paper("a", "Evan Hubinger", "Ada Byron"), paper("b", known("Evan Hubinger", "orcid:e"), "Grace Hopper")
    assert accepted(*rare)
    common = [paper("a", "Jun Wang", "Lei Chen"), paper("b", known("Jun Wang", "orcid:j"), "Grace Hopper")]
    assert not accepted(*common)
    assert not accepted(common[0], paper("c", known("Jun Wang", "orcid:j"), "Lei Chen"))
    assert not accepted(paper("a", "Jun Wang", venue="v"), paper("b", known("Jun Wang", "orcid:j"), venue="v"))
    assert accepted(paper("a", "Jun Wang", "Ada Byron"), paper("b", known("Jun Wang", "orcid:j"), "Ada Byron"))


def test_one_paper_of_a_common_name_does_not_tell_whose_the_others_are() -> None:
    physicist, same = paper("a", known("Wei Wang", "orcid:w"), "Ada Byron"), paper("b", "Wei Wang", "Ada Byron")
    beside = {"c": "X Y", "d": "Z Q", "e": "U V"}
    assert accepted(physicist, same)
    assert not accepted(physicist, same, *(paper(name, "Wei Wang", other) for name, other in beside.items()))
    bound = [paper(name, "Wei Wang", other, "Ada Byron") for name, other in beside.items()]
    assert accepted(physicist, same, *bound), "they all have to do with each other"


def test_confidence_is_never_certainty() -> None:
    """However much speaks for it, of such links some are wrong."""
    together = [f"Co Author{number}" for number in range(20)]
    more = {"subjects": ("s", "t", "u"), "venue": "v", "keys": ("doi:1",), "references": ("doi:1",)}
    (found,) = (
        link
        for pair, link in links(
            paper("a", "John Roe", *together, **more), paper("b", "J. Roe", *together, **more)
        ).items()
        if pair == (J, JOHN)
    )
    assert 0.9 <= found.confidence < 1


NAMES = [
    "佐藤 健",
    "健 佐藤",
    "Jan Wang",
    "J. Wang",
    "Jan Roe",
    "J. Roe",
    "Jane Roe",
    "Roe, Jan",
    "Jan B. Roe",
    "J Roe",
    "Jan Roë",
    "Roe Jan",
    "Janet Roe",
    "Ian Roe",
]
OTHERS = ["Ada Byron", "A. Byron", "Grace Hopper", "Alan El-Sayed", "A. Elsayed", "Kurt Gödel"]


@st.composite
def appearances(draw: st.DrawFn, with_subjects: bool) -> PaperMention:
    person = AuthorMention(
        f"e:author/{draw(st.integers(1, 6))}",
        "e:authorship",
        draw(st.sampled_from(NAMES)),
        keys=draw(st.sampled_from([(), (), ("orcid:1",), ("orcid:2",), ("openalex:A1",)])),
        affiliations=draw(st.sampled_from([(), ("Springfield",), ("Shelbyville",)])),
        listed=draw(st.sampled_from([(), (), ("Ann Ray",), ("Janet Roe",)])),
    )
    others = draw(st.lists(st.sampled_from(OTHERS), max_size=3))
    return paper(
        str(draw(st.integers(1, 30))),
        person,
        *others,
        year=draw(st.sampled_from([1990, 2000, 2020])),
        venue=draw(st.sampled_from([None, "v", "w"])),
        keys=draw(st.sampled_from([(), ("doi:1",), ("doi:2",)])),
        references=draw(st.sampled_from([(), ("doi:1",)])),
        subjects=draw(st.sampled_from([(), ("x",), ("x", "y")])) if with_subjects else (),
    )


def items(records: list[PaperMention]) -> set[bytes]:
    """What is compared of the first author of each, all in one block."""
    return {next(iter(AuthorMatcher().items(record)))[1] for record in records}


@settings(max_examples=200, deadline=None)
@given(data=st.data(), with_subjects=st.booleans())
def test_a_block_that_grows_has_the_links_of_one_that_was_never_smaller(
    data: st.DataObject, with_subjects: bool
) -> None:
    records = st.lists(appearances(with_subjects), min_size=1, max_size=12)
    old, more = items(data.draw(records)), items(data.draw(records))
    matcher = AuthorMatcher()
    before = list(matcher.links(sorted(old)))
    block, new = sorted(old | more), sorted(more - old)
    assert list(matcher.links_of_more(block, new, before)) == list(matcher.links(block))


def test_in_a_block_that_grows_those_who_stay_apart_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    old = items([paper(str(number), f"J{'abcdefgh'[number]}n Roe") for number in range(8)])
    new = items([paper("new", "Jan Roe")])
    monkeypatch.setattr("kg.linking.authors._are_told_apart", lambda *_: pytest.fail("two were compared"))
    assert not list(AuthorMatcher().links_of_more(sorted(old | new), sorted(new - old), []))


def grown(old: set[bytes], new: set[bytes]) -> list[Link]:
    """The links that a block has once it has grown and had not before; all are those of one that was never smaller."""
    matcher = AuthorMatcher()
    before = list(matcher.links(sorted(old)))
    found = list(matcher.links_of_more(sorted(old | new), sorted(new), before))
    assert found == list(matcher.links(sorted(old | new)))
    pairs = {(link.subject, link.object) for link in before}
    return [link for link in found if (link.subject, link.object) not in pairs]


def test_who_is_not_looked_at_any_more_is_a_rival_no_more() -> None:
    """Of a person's spellings only the first count: with more of them, others may be surer to be one."""
    spellings = [AuthorMention("e:author/crowd", "e:1", name) for name in ("Zed Roe", "A Roe", "B Roe", "C Roe")]
    crowd = [paper(mention.name, mention) for mention in spellings]
    two = [paper("x", "Z. Roe", "Ada Byron", year=2000), paper("y", "Zed Roe", "Ada Byron", year=2018)]
    assert grown(items([*two, crowd[0]]), items(crowd[1:]))


def test_a_subject_says_more_among_many_who_have_none_of_it() -> None:
    two = [paper("x", "J. Roe", subjects=("s",)), paper("y", "Jan Roe", subjects=("s",))]
    many = [paper(f"z{number}", f"M{'abcdefghijkl'[number]}x Roe") for number in range(12)]
    assert grown(items(two), items(many))


@example("Jan van der Jr. Berg")
@given(
    st.text(max_size=40)
    | st.lists(st.sampled_from([*NAMES, *OTHERS, "van der", "Jr.", "O'Neil", "ﷺ", "-", ","])).map(" ".join)
)
def test_names_that_may_be_one_have_a_family_word_in_common(name: str) -> None:
    assert {key.rpartition(" ")[0] for key in name_keys(name)} <= family_words(name)


def test_things_are_counted_alike_one_by_one_and_all_at_once() -> None:
    """Whoever few things are asked for, and whoever they stand beside in what is packed."""
    matcher = AuthorMatcher()
    names = [f"Cora {letter}name" for letter in "abcdefghijklmnop"]
    records = [paper(str(number), "John Roe", *names[number:], year=2000 + number) for number in range(len(names))]
    records.append(paper("venue", "J. Roe", *names[1:3], venue=names[0].lower()))  # which is not a co-author
    people = people_of([item for each in records for key, item in matcher.items(each) if key == "roe j"])
    counted = Frequencies(people, lambda person: person.coauthors)
    asked = [counted[name.lower()] for name in names]
    assert asked == [sum(name.lower() in person.coauthors for person in people) for name in names]
    assert len(set(asked)) > 1
    assert Frequencies(people, lambda person: person.coauthors)["nobody"] == 0
