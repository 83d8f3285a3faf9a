"""Blocks: what was compared is not compared again, and what was taken apart not taken apart again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.linking.blocks import KeptBlocks, chunks_of, find_links
from kg.linking.model import Link, Mentions, PaperMention, encoded_mentions


class Counting:
    """Papers of one title are one; counts what it is asked."""

    name = "counting"
    version = "1"

    def __init__(self) -> None:
        self.taken_apart = 0
        self.compared = 0

    def items(self, paper: PaperMention) -> Iterator[tuple[str, bytes]]:
        self.taken_apart += 1
        yield paper.title or "", paper.paper.encode()

    def links(self, block: Sequence[bytes]) -> Iterator[Link]:
        self.compared += 1
        first, *others = sorted(item.decode() for item in block)
        for other in others:
            yield Link(subject=first, object=other, method="title", confidence=0.9)


class Growing(Counting):
    """Looks at what it is told to have been found before."""

    def __init__(self) -> None:
        super().__init__()
        self.grown = 0

    def links_of_more(self, block: Sequence[bytes], new: Collection[bytes], before: Sequence[Link]) -> Iterator[Link]:
        self.grown += 1
        assert new
        assert set(new) < set(block)
        assert list(before) == list(Counting().links(sorted(set(block) - set(new))))
        return Counting().links(block)


def found(folder: Path, *chunks: bytes) -> tuple[list[Link], int, int]:
    """The links, how many papers were taken apart, how many blocks compared."""
    matcher = Counting()
    links = found_in(folder, chunks, matcher)["counting"]
    return links, matcher.taken_apart, matcher.compared


def found_in(folder: Path, chunks: Sequence[bytes], matcher: Counting) -> dict[str, list[Link]]:
    kept = KeptBlocks(folder, [matcher])
    return find_links(chunks_of(chunks, kept), [matcher], 1, kept)


def papers(*names: str, title: str) -> bytes:
    return encoded_mentions(Mentions([PaperMention(name, "r", title) for name in names]))


def test_only_what_is_new_is_looked_at(tmp_path: Path) -> None:
    old, other, new = papers("a", "b", title="x"), papers("c", "d", title="y"), papers("e", title="x")
    links, apart, compared = found(tmp_path, old, other)
    assert (len(links), apart, compared) == (2, 4, 2)
    assert found(tmp_path, old, other) == (links, 0, 0)
    more, apart, compared = found(tmp_path, old, other, new)
    assert (len(more), apart, compared) == (3, 1, 1)
    assert found(tmp_path, other)[1:] == (0, 0), "and what is gone is forgotten"
    assert len(list((tmp_path / "items").iterdir())) == 1


def test_a_block_that_loses_a_member_is_compared_again(tmp_path: Path) -> None:
    old, other, third = papers("a", "b", title="x"), papers("c", title="x"), papers("d", "e", title="y")
    assert found(tmp_path, old, other, third)[1:] == (5, 2)
    links, apart, compared = found(tmp_path, old, third)
    assert (apart, compared) == (0, 1)
    assert [(link.subject, link.object) for link in links] == [("a", "b"), ("d", "e")]


def test_what_comes_to_a_block_is_told_apart_and_what_leaves_is_not(tmp_path: Path) -> None:
    old, new = papers("a", "b", title="x"), papers("c", "a", title="x")
    for chunks, compared, grown in (([old], 1, 0), ([old, new], 0, 1), ([new], 1, 0), ([new, old], 0, 1)):
        matcher = Growing()
        found_in(tmp_path, chunks, matcher)
        assert (matcher.compared, matcher.grown) == (compared, grown)


CHUNKS = [papers(*names, title=title) for names, title in zip(("ab", "bc", "d", "ae", "f"), "xyxzy", strict=True)]


@given(steps=st.lists(st.lists(st.sampled_from(CHUNKS), max_size=5), min_size=1, max_size=5), damage=st.randoms())
def test_whatever_was_there_before_the_links_are_those_of_what_is_there(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[bytes]], damage: Random
) -> None:
    folder, grown = tmp_path_factory.mktemp("kept"), tmp_path_factory.mktemp("grown")
    for chunks in steps:
        matcher = Counting()
        links = find_links(chunks_of(chunks), [matcher], 1)["counting"]
        assert found(folder, *chunks)[0] == links
        growing = Growing()
        assert found_in(grown, chunks, growing)["counting"] == links
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        if damage.random() < 0.3:
            broken = damage.choice(files)
            content = bytearray(broken.read_bytes())
            content[damage.randrange(len(content))] ^= 1 << damage.randrange(8)
            broken.write_bytes(content if damage.random() < 0.5 else content[: len(content) // 2])


def test_what_is_kept_only_saves_work(tmp_path: Path) -> None:
    chunks = papers("a", "b", title="x"), papers("c", "d", title="y")
    links, *_ = found(tmp_path, *chunks)
    for number, path in enumerate(sorted((tmp_path / "items").iterdir())):
        path.write_bytes(b"" if number else path.read_bytes()[:10])
    (tmp_path / "blocks.zst").write_bytes(b"rubbish")
    assert found(tmp_path, *chunks) == (links, 4, 2)
