"""What is kept of chunks of mentions: which papers matter for what is linked, and that nothing is read in vain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from kg.linking.blocks import KeptBlocks, chunks_of, find_links
from kg.linking.chunks import MentionedPart, papers_of, printed_affiliations
from kg.linking.gathering import gathered
from kg.linking.linking import Linker, LinkFolder
from kg.linking.matchers import MATCHERS
from kg.linking.model import AuthorMention, Mentions, PaperMention, ThingMention, decoded_mentions, encoded_mentions
from kg.texts import Texts, encoded_texts

BASE = "https://example.org/"
NAMES = ["Ann Lee", "A. Lee", "Bob Ray", "Zoë Ünal"]


def author(name: str, paper: str, **more: tuple[str, ...]) -> AuthorMention:
    key = name.lower().replace(" ", "-")
    return AuthorMention(f"{BASE}author/{key}", f"{BASE}authorship/{paper}/{key}", name, **more)  # type: ignore[arg-type]


@st.composite
def chunks(draw: st.DrawFn) -> bytes:
    numbers = draw(st.lists(st.integers(1, 6), max_size=5))
    papers = []
    for number in numbers:
        names = draw(st.lists(st.sampled_from(NAMES), max_size=3, unique=True))
        printed = draw(st.sampled_from([(), ("Univ. of Things",)]))
        institutions = draw(st.sampled_from([(), (f"{BASE}institution/u",)]))
        keys = draw(st.sampled_from([(), ("orcid:1",)]))
        people = tuple(
            author(name, str(number), affiliations=printed, institutions=institutions, keys=keys) for name in names
        )
        paper = PaperMention(
            f"{BASE}paper/{number}",
            f"{BASE}record/{number}",
            "On Things",
            people,
            type=draw(st.sampled_from([None, "preprint"])),
            keys=draw(st.sampled_from([(), ("doi:10.1/x",)])),
            subjects=draw(st.sampled_from([(), (f"{BASE}concept/a", f"{BASE}concept/b")])),
        )
        papers.append(paper)
    return encoded_mentions(Mentions(papers))


class Part:
    """A part that counts how often it was read."""

    def __init__(self, name: str, *chunks: bytes) -> None:
        self.chunks = chunks
        self.read = 0
        self.part = MentionedPart(name, self.mentions, lambda: [encoded_texts(Texts())] * len(chunks))

    def mentions(self) -> Iterable[bytes]:
        self.read += 1
        return self.chunks


def decoded(parts: Iterable[Part]) -> Iterator[PaperMention]:
    for part in parts:
        for chunk in part.chunks:
            yield from decoded_mentions(chunk).papers


@given(
    of_parts=st.lists(st.lists(chunks(), max_size=3), max_size=3),
    things=st.sets(st.sampled_from([*(f"{BASE}paper/{n}" for n in range(1, 7)), *(f"{BASE}author/ann-lee",)])),
)
def test_the_papers_that_matter_are_all_there_and_no_others(of_parts: list[list[bytes]], things: set[str]) -> None:
    parts = [Part(str(number), *of_part) for number, of_part in enumerate(of_parts)]
    taken = chunks_of(chunk for part in parts for chunk in part.chunks)
    names = iter(list(taken.new))
    taken.of_parts = {part.part.name: [next(names) for _ in part.chunks] for part in parts}
    find_links(taken, MATCHERS, 1)
    in_order = [part.part for part in parts]
    found = list(papers_of(in_order, taken, things))
    assert list(map(judged_by, found)) == [judged_by(paper) for paper in decoded(parts) if matters(paper, things)]
    assert list(printed_affiliations(in_order, taken)) == [
        (each.authorship, raw)
        for paper in decoded(parts)
        for each in paper.authors
        for raw in each.affiliations
        if not each.institutions
    ]


def judged_by(paper: PaperMention) -> tuple[object, ...]:
    """Of a paper what links are judged by."""
    authors = [(author.author, author.authorship, author.keys) for author in paper.authors]
    return paper.paper, paper.record, paper.type, paper.keys, bool(paper.subjects), authors


def matters(paper: PaperMention, things: set[str]) -> bool:
    named = {paper.paper, *(each.author for each in paper.authors), *(each.authorship for each in paper.authors)}
    return bool(named & things)


def chunk(number: int, *names: str, things: tuple[ThingMention, ...] = ()) -> bytes:
    people = tuple(author(name, str(number)) for name in names)
    paper = PaperMention(f"{BASE}paper/{number}", f"{BASE}record/{number}", f"On {number} Things", people)
    return encoded_mentions(Mentions([paper], list(things)))


@pytest.mark.parametrize("threshold", [0.6, 0.99])
def test_a_part_that_was_read_is_not_read_again(tmp_path: Path, threshold: float) -> None:
    old, new = Part("d/old", chunk(1, "Quentin Xavier")), Part("d/new", chunk(2, "Ann Quist", "Bob Ray"))
    more = Part("d/more", chunk(3, "A. Quist", "Bob Ray"))
    folder, linker = LinkFolder(tmp_path), Linker(BASE, {}, threshold, jobs=1)
    for links, parts in (("1" * 16, [old]), ("2" * 16, [old, new]), ("3" * 16, [old, new, more])):
        for part in (old, new, more):
            part.read = 0
        judgement = linker.link(folder, links, [part.part for part in parts])
    assert [each.link.method for each in judgement.links] == ["name-and-evidence"]
    assert (old.read, new.read) == (0, 0)
    (tmp_path / "anew").mkdir()
    assert judgement == Linker(BASE, {}, threshold, jobs=1).link(
        LinkFolder(tmp_path / "anew"), "3" * 16, [part.part for part in (more, new, old)]
    )


def test_with_other_names_listed_what_they_concern_is_read_again(tmp_path: Path) -> None:
    def listing(*names: str) -> Part:
        person = ThingMention(f"{BASE}author/orcid:1", "author", names, ("orcid:1",), f"{BASE}record/p")
        return Part(f"d/{names}", chunk(3, "Bob Ray", things=(person,)))

    def known_by(key: str) -> bytes:
        paper = PaperMention("p", "r", "On Things", (structs.replace(author("Ann Lee", "4"), keys=(key,)),))
        return encoded_mentions(Mentions([paper], []))

    old, new, hers = (
        Part("d/old", chunk(1, "Ann Lee")),
        Part("d/new", chunk(2, "Bob Ray")),
        Part("d/hers", known_by("orcid:1")),
    )
    first, second = listing("Ann Lee", "Zoe Ray"), listing("Ann Lee", "Zoe Ray", "Eve Poe")
    reads = []
    for parts in (
        [old, hers],
        [old, hers, first],
        [old, hers, first],
        [old, hers, second],
        [old, hers, new],
        [old, hers],
    ):
        kept = KeptBlocks(tmp_path / "kept", MATCHERS)
        for part in (old, hers):
            part.read = 0
        found, things = gathered([part.part for part in parts], [], [], kept)
        taken = len(found.new)
        find_links(found, MATCHERS, 1, kept)
        reads.append((old.read, hers.read, taken))
        anew, same = gathered([part.part for part in parts], [], [], KeptBlocks(tmp_path / "anew", MATCHERS))
        find_links(anew, MATCHERS, 1)
        assert (found, things) == (anew, same)
    # What identifies nobody for whom names are listed is looked at, and nothing of it taken apart anew.
    assert reads == [(1, 1, 2), (1, 1, 2), (0, 0, 0), (1, 1, 2), (1, 1, 2), (0, 0, 0)]


def test_of_a_former_version_everything_is_read_again(tmp_path: Path) -> None:
    """It did not say which names were listed."""
    person = ThingMention(f"{BASE}author/orcid:1", "author", ("Ann Lee", "Zoe Ray"), ("orcid:1",), f"{BASE}record/p")
    paper = PaperMention("p", "r", "On Things", (structs.replace(author("Ann Lee", "4"), keys=("orcid:1",)),))
    hers = Part("d/hers", encoded_mentions(Mentions([paper], [])))
    listing = Part("d/listing", chunk(3, "Bob Ray", things=(person,)))
    for parts in ([hers, listing], [hers]):
        kept = KeptBlocks(tmp_path, MATCHERS)
        kept.found.listed_names.clear()
        found, _ = gathered([part.part for part in parts], [], [], kept)
        find_links(found, MATCHERS, 1, kept)
    assert found.items.keys() == {kept.name(chunk) for chunk in hers.chunks}
