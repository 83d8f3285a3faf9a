"""Loading: the same input gives the same graph, whatever the order and however often; bad input changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg import paths, pipeline
from kg.errors import NoSnapshot, SettingError, SourceError, UsageError
from kg.pipeline import Options
from kg.small_graphs import sorted_statements
from kg.snapshots import Snapshot, Snapshots
from kg.sources import find_source
from kg.store import StoreFolder

PAGES = sorted(paths.SEEDS.glob("*.txt"))
SOURCE = find_source("profile-page")


def load(folder: Path, *pages: Path, dataset: str | None = None, options: Options | None = None) -> list[bool]:
    """Load pages; which of them were unchanged."""
    reports = pipeline.load(StoreFolder(folder), SOURCE, pipeline.name_datasets(pages, dataset), options)
    return [report.unchanged for report in reports]


def dump(folder: Path) -> bytes:
    return sorted_statements(Snapshots(folder).current().store)


def count(snapshot: Snapshot, pattern: str) -> int:
    prefixes = "PREFIX kg: <https://w3id.org/paperkg/ontology#> PREFIX dcterms: <http://purl.org/dc/terms/> "
    prefixes += "PREFIX prov: <http://www.w3.org/ns/prov#> PREFIX base: <https://w3id.org/paperkg/>"
    return sum(1 for _ in snapshot.store.query(f"{prefixes} SELECT DISTINCT ?x {{ {pattern} }}"))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("?x a kg:Paper", 23),
        ("?x a kg:Author", 52),
        ("?x a kg:Institution", 6),
        ("?x dcterms:creator <https://w3id.org/paperkg/author/evan-hubinger>", 20),
        ("?x a kg:Paper; prov:wasDerivedFrom ?a, ?b FILTER(?a != ?b)", 5),
        ("?x a kg:Authorship; kg:position ?position", 66),
        ("?x a kg:Authorship FILTER NOT EXISTS { ?x kg:position ?position }", 14),
        ("?x kg:primaryConcept ?c", 23),
        ("?paper kg:primaryConcept ?x", 4),
        ("?x a kg:ReportedMetric", 5),
        ("?x a kg:Paper; kg:authorListComplete false", 20),
    ],
)
def test_the_seeds_hold(seed_snapshot: Snapshot, pattern: str, expected: int) -> None:
    assert count(seed_snapshot, pattern) == expected


def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, *PAGES) == [False, False]
    first, graph = (tmp_path / "current").read_text(), dump(tmp_path)
    assert load(tmp_path, *PAGES) == [True, True]
    assert (tmp_path / "current").read_text() == first
    assert dump(tmp_path) == graph


def test_the_order_of_loading_does_not_matter(tmp_path: Path, seeded_store_folder: Path) -> None:
    for page in reversed(PAGES):
        load(tmp_path, page)
    assert dump(tmp_path) == dump(seeded_store_folder)


def test_a_rebuild_gives_the_same_bytes(tmp_path: Path) -> None:
    load(tmp_path, *PAGES)
    before, snapshot = dump(tmp_path), (tmp_path / "current").read_text()
    pipeline.rebuild(StoreFolder(tmp_path))
    assert (tmp_path / "current").read_text() != snapshot
    assert dump(tmp_path) == before


def test_a_newer_version_replaces_the_older_one(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_bytes(PAGES[0].read_bytes())
    load(tmp_path / "store", page)
    page.write_bytes(PAGES[1].read_bytes())
    load(tmp_path / "store", page)
    load(tmp_path / "fresh", page)
    assert dump(tmp_path / "store") == dump(tmp_path / "fresh")
    assert len(list((tmp_path / "store" / "segments" / "page").glob("*.nt.zst"))) == 1


def test_another_file_of_the_same_name_is_not_taken_for_a_newer_version(tmp_path: Path) -> None:
    page = tmp_path / "elsewhere" / PAGES[0].name
    page.parent.mkdir()
    page.write_bytes(PAGES[1].read_bytes())
    load(tmp_path / "store", PAGES[0])
    before = dump(tmp_path / "store")
    with pytest.raises(UsageError, match="--replace"):
        load(tmp_path / "store", page)
    assert dump(tmp_path / "store") == before
    load(tmp_path / "store", page, options=Options(replace=True))
    assert dump(tmp_path / "store") != before


def test_two_files_may_be_one_dataset(tmp_path: Path) -> None:
    load(tmp_path, *PAGES, dataset="both")
    assert [dataset.name for dataset in Snapshots(tmp_path).current().manifest.datasets] == ["both", "vocabulary"]
    with pytest.raises(UsageError, match="vocabulary"):
        load(tmp_path, PAGES[0], dataset="Vocabulary")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\x00\x01\x02PNG", "binary"),
        ("Évan".encode("utf-16"), "UTF-8|binary"),
        (b"caf\xe9 AI\n", "UTF-8"),
        (b"x" * 3_000_000, "line"),
        (b"just some text\nthat is no page\n", "no entries"),
        (PAGES[1].read_bytes()[:4000], "announces"),
    ],
)
def test_a_file_that_cannot_be_taken_leaves_the_store_as_it_was(tmp_path: Path, content: bytes, message: str) -> None:
    load(tmp_path / "store", PAGES[1])
    before, snapshot = dump(tmp_path / "store"), (tmp_path / "store" / "current").read_text()
    bad = tmp_path / "bad.txt"
    bad.write_bytes(content)
    with pytest.raises(SourceError, match=message) as caught:
        load(tmp_path / "store", PAGES[0], bad)
    assert "\n" not in str(caught.value)
    assert (tmp_path / "store" / "current").read_text() == snapshot
    assert dump(tmp_path / "store") == before


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.txt: cannot be read"):
        load(tmp_path / "store", tmp_path / "nowhere.txt")
    with pytest.raises(NoSnapshot):
        Snapshots(tmp_path / "store").current()


def test_a_damaged_entry_is_a_reject_and_its_neighbours_are_loaded(tmp_path: Path) -> None:
    text = PAGES[0].read_text("utf-8")
    (tmp_path / "page.txt").write_text(text.replace("Nov 23, 2025", "Nov 93, 2025", 1), "utf-8")
    rejects = tmp_path / "rejects.jsonl"
    (report,) = pipeline.load(
        StoreFolder(tmp_path / "store"), SOURCE, {"page": [tmp_path / "page.txt"]}, Options(rejects=rejects)
    )
    counts = report.counts
    assert (counts.read, counts.mapped, counts.rejected, counts.faults) == (8, 8, 0, 1)
    assert '"number":' in rejects.read_text("utf-8")
    with pytest.raises(SourceError, match="line"):
        load(tmp_path / "strict", tmp_path / "page.txt", options=Options(strict=True))


def test_another_base_iri_names_everything_else(tmp_path: Path) -> None:
    store = StoreFolder(tmp_path, "https://kg.example.org/")
    pipeline.load(store, SOURCE, pipeline.name_datasets(PAGES, None))
    assert b"https://w3id.org/paperkg/paper" not in dump(tmp_path)
    assert b"<https://kg.example.org/concept/arxiv:cs.LG>" in dump(tmp_path)
    assert b"<https://w3id.org/paperkg/ontology#Paper>" in dump(tmp_path)
    with pytest.raises(SettingError, match=r"https://kg\.example\.org/"):
        pipeline.load(StoreFolder(tmp_path), SOURCE, pipeline.name_datasets(PAGES, None))


def test_readers_follow_and_the_old_snapshot_goes_with_its_last_reader(tmp_path: Path) -> None:
    load(tmp_path, PAGES[0])
    snapshots = Snapshots(tmp_path)
    old = snapshots.current()
    load(tmp_path, PAGES[1])
    new = snapshots.current()
    assert new.id != old.id and old.path.exists()
    assert count(old, "?x a kg:Paper") < count(new, "?x a kg:Paper")
    del old
    pipeline.rebuild(StoreFolder(tmp_path))
    assert snapshots.current().id != new.id
    assert sorted(path.name for path in (tmp_path / "snapshots").iterdir()) == sorted([new.id, snapshots.current().id])


def test_search_finds_by_name_title_and_without_diacritics(seed_snapshot: Snapshot) -> None:
    def first(text: str, kind: str | None = None) -> str:
        return seed_snapshot.index.search(text, kind).hits[0].label

    assert first("hubinger", "author") == "Evan Hubinger"
    assert first("lukosiute", "author") == "Kamilė Lukošiūtė"
    assert first("sleeper agents").startswith("Sleeper Agents")
    assert first("university of washington") == "University of Washington"
    assert first("cs.CL", "concept") == "Computation and Language"
    assert seed_snapshot.index.search("hubinger", "paper").total == 20


@pytest.mark.parametrize(
    "text", ["", '"', "title:(", "iri:*", "(" * 5000, "a" * 100_000, "\x00", "NOT", "[a TO z]", "/.*/"]
)
def test_search_takes_any_text(seed_snapshot: Snapshot, text: str) -> None:
    assert seed_snapshot.index.search(text).total >= 0
