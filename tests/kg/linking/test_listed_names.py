"""Names that a record about a person lists: whoever married is found under either name, if there is a reason."""

from __future__ import annotations

import hashlib
from pathlib import Path

from msgspec import structs

from kg.linking.chunks import MentionedPart
from kg.linking.linking import Linker, LinkFolder
from kg.linking.listed_names import listed_names, with_listed_names
from kg.linking.model import (
    AuthorMention,
    Link,
    Mentions,
    PaperMention,
    ThingMention,
    decoded_mentions,
    encoded_mentions,
)
from kg.texts import Texts, encoded_texts

BASE = "https://w3id.org/paperkg/"
MARY, JONES = f"{BASE}author/orcid:1", f"{BASE}author/mary-jones"
SMITH = AuthorMention(MARY, "e:1", "Mary Smith", keys=("orcid:1",))
BY_NAME = AuthorMention(JONES, "e:2", "Mary Jones")
GRACE = AuthorMention(f"{BASE}author/grace-hopper", "e:3", "Grace Hopper")
ALAN = AuthorMention(f"{BASE}author/alan-turing", "e:4", "Alan Turing")
PROFILE = ThingMention(MARY, "author", ("Mary Smith", "M. Smith", "Mary Jones"), ("orcid:1", "openalex:A1"))


def paper(name: str, *authors: AuthorMention) -> PaperMention:
    return PaperMention(f"{BASE}paper/{name}", f"{BASE}record/{name}", f"On {name}", authors, year=2020)


def linked(tmp_path: Path, profile: ThingMention, *papers: PaperMention) -> list[Link]:
    """Links between the two Marys."""
    tmp_path.mkdir(exist_ok=True)
    folder = LinkFolder(tmp_path)
    chunk = packed_chunk(profile, *papers)
    part = MentionedPart(hashlib.sha256(chunk).hexdigest(), lambda: [chunk], lambda: [NO_TEXTS])
    judgement = Linker(BASE, {}, 0.9, jobs=1).link(folder, "0" * 16, [part])
    return [each.link for each in judgement.links if {each.link.subject, each.link.object} == {MARY, JONES}]


def packed_chunk(profile: ThingMention, *papers: PaperMention) -> bytes:
    return encoded_mentions(Mentions(list(papers), [profile]))


NO_TEXTS = encoded_texts(Texts([], []))
TOGETHER = paper("a", SMITH, GRACE, ALAN), paper("b", BY_NAME, GRACE, ALAN)


def test_a_listed_name_is_one_that_a_person_may_be_called(tmp_path: Path) -> None:
    (link,) = linked(tmp_path, PROFILE, *TOGETHER)
    assert link.method == "name-and-evidence"
    assert link.confidence >= 0.9
    assert [fact.what for fact in link.facts] == ["name", "co-authors in common", "listed name"]
    assert {link.facts[-1].subject, link.facts[-1].object} == {"Mary Jones"}


def test_a_listed_name_may_be_another_altogether(tmp_path: Path) -> None:
    molly = structs.replace(BY_NAME, name="Zhang Molly")
    profile = structs.replace(PROFILE, names=("Mary Smith", "Molly Zhang"))
    (link,) = linked(tmp_path, profile, TOGETHER[0], paper("b", molly, GRACE, ALAN))
    assert link.facts[-1].what == "listed name"


def test_without_the_list_they_are_two(tmp_path: Path) -> None:
    assert not linked(tmp_path, structs.replace(PROFILE, names=("Mary Smith", "M. Smith")), *TOGETHER)
    of_another = structs.replace(PROFILE, thing=f"{BASE}author/orcid:2", keys=("orcid:2",))
    assert not linked(tmp_path / "other", of_another, *TOGETHER)


def test_a_list_alone_is_no_reason(tmp_path: Path) -> None:
    assert not linked(tmp_path, PROFILE, paper("a", SMITH, GRACE), paper("b", BY_NAME, ALAN))


def test_two_authors_of_one_paper_are_two_whatever_is_listed(tmp_path: Path) -> None:
    assert not linked(tmp_path, PROFILE, paper("a", SMITH, BY_NAME, GRACE, ALAN), TOGETHER[1])


def test_whom_another_identifier_tells_apart_stays_apart(tmp_path: Path) -> None:
    other = structs.replace(BY_NAME, keys=("orcid:9",))
    assert not linked(tmp_path, PROFILE, TOGETHER[0], paper("b", other, GRACE, ALAN))


def test_a_list_of_very_many_names_is_of_several_people() -> None:
    names = ("Mary Smith", *(f"Mary Other{number}" for number in range(30)))
    assert listed_names([structs.replace(PROFILE, names=names)]) == {}


def test_only_quite_different_names_are_given_and_other_chunks_stay_as_they_are() -> None:
    listed = listed_names([PROFILE])
    chunks = [packed_chunk(PROFILE, TOGETHER[0]), packed_chunk(PROFILE, TOGETHER[1])]
    first, second = with_listed_names(chunks, listed)
    (author, *_) = decoded_mentions(first).papers[0].authors
    assert author.listed == ("Mary Jones",), "M. Smith agrees anyway"
    assert second is chunks[1]
    assert list(with_listed_names(chunks, {})) == chunks
