"""What a graph had and has not any more is known, with when and why, and costs nothing where nothing leaves."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode, Quad

from kg import gone, pipeline
from kg import namespaces as ns
from kg.backup import back_up
from kg.gone import Departure, departure
from kg.records import Author, Authorship, Identifier, Paper, SourceRecord
from kg.store import StoreFolder
from tests.made_records import made_source

ANN, BEN = Author("Ann Ash"), Author("Ben Birch")
BASE = ns.DEFAULT_BASE


def paper(number: int, *authors: Author) -> Paper:
    return Paper(
        title=f"Paper {number}",
        source=SourceRecord(str(number)),
        identifiers=(Identifier("doi", f"10.5555/{number}"),),
        authorships=tuple(Authorship(author, place) for place, author in enumerate(authors, 1)),
    )


def load(store: StoreFolder, dataset: str, *papers: Paper) -> None:
    """The papers as the dataset, in the place of those that it had."""
    file = store.folder.parent / dataset
    file.write_text(repr(papers), "utf-8")
    options = pipeline.Options(replace=True)
    pipeline.load(store, made_source("made", papers), {dataset: [file]}, options)


def left(store: StoreFolder, path: str) -> Departure | None:
    return departure(store.folder, BASE + path)


def test_what_leaves_with_its_dataset_is_remembered(tmp_path: Path) -> None:
    store = StoreFolder(tmp_path / "store")
    load(store, "first", paper(1, ANN), paper(2, BEN))
    load(store, "second", paper(2, BEN), paper(3))
    assert not (store.folder / gone.FOLDER).exists()
    pipeline.remove(store, ["first"])
    known = left(store, "paper/doi:10.5555/1")
    assert known is not None
    assert (known.dataset, known.is_removed) == ("first", True)
    assert str(known).endswith(", when the dataset 'first' was removed")
    assert left(store, "author/ann-ash") == known
    assert left(store, "paper/doi:10.5555/2") is None, "the other dataset has it"
    assert left(store, "author/ben-birch") is None
    assert left(store, "paper/doi:10.5555/9") is None


def test_what_a_newer_version_comes_without_is_remembered(tmp_path: Path) -> None:
    store = StoreFolder(tmp_path / "store")
    load(store, "made", paper(1), paper(2))
    load(store, "made", paper(2), paper(3))
    known = left(store, "paper/doi:10.5555/1")
    assert known is not None
    assert str(known).endswith(", when the dataset 'made' came without it")
    assert left(store, "paper/doi:10.5555/2") is None
    load(store, "made", paper(3))
    assert left(store, "paper/doi:10.5555/1") == known, "a second departure of one day keeps the first"
    assert left(store, "paper/doi:10.5555/2") == known


def test_it_outlives_a_rebuild_and_stands_in_a_backup(tmp_path: Path) -> None:
    store = StoreFolder(tmp_path / "store")
    load(store, "made", paper(1), paper(2))
    load(store, "made", paper(2))
    pipeline.rebuild(store)
    back_up(store, tmp_path / "backup")
    assert left(store, "paper/doi:10.5555/1")
    assert left(StoreFolder(tmp_path / "backup"), "paper/doi:10.5555/1")


def test_edits_that_take_a_type_are_remembered(tmp_path: Path) -> None:
    one, two = NamedNode(BASE + "paper/one"), NamedNode(BASE + "paper/two")
    kind, title = NamedNode(ns.TYPE), NamedNode(ns.TITLE)
    effects = [
        (False, Quad(one, kind, NamedNode(ns.PAPER))),
        (False, Quad(two, title, NamedNode(ns.PAPER))),
        (True, Quad(two, kind, NamedNode(ns.PAPER))),
        (False, Quad(two, kind, NamedNode(ns.PAPER), NamedNode("http://example.org/graph"))),
    ]
    gone.remember_edited(tmp_path, effects)
    assert str(departure(tmp_path, one.value)).endswith(", when an edit removed it")
    assert departure(tmp_path, two.value) is None


@given(st.sets(st.text(min_size=1), min_size=1, max_size=60), st.sets(st.text(min_size=1), max_size=20))
def test_every_name_is_found_and_no_other(tmp_path_factory, names: set[str], others: set[str]) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("gone")
    gone._remember(folder, Departure("2026-01-01", "a"), names)
    gone._remember(folder, Departure("2026-01-02"), set(list(names)[:1]))
    assert all(departure(folder, name) for name in names)
    assert not any(departure(folder, name) for name in others - names)
    assert departure(folder, next(iter(names))).day in ("2026-01-01", "2026-01-02")  # type: ignore[union-attr]


def test_a_store_without_the_folder_has_lost_nothing(tmp_path: Path) -> None:
    assert departure(tmp_path, "x") is None
