"""Fixtures that everything uses: a store with the seeds, and where the real records lie."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from kg import pipeline
from kg.dumps.formats import Choice
from kg.dumps.kept import kept
from kg.linking.linking import linker_of
from kg.settings import read_settings
from kg.snapshots import Snapshot, Snapshots
from kg.sources import find_source
from kg.store import StoreFolder
from tests.made_records import made_source
from tests.server.hostile_records import hostile_records

settings.register_profile("shared-machine", deadline=None)  # how long an example takes says nothing here
settings.load_profile("shared-machine")

SHARED = Path(__file__).parents[1].parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real records beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("the real records are not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def seeded_store_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store with both seed pages; to be read only."""
    folder = tmp_path_factory.mktemp("seeded") / "store"
    pipeline.load_seeds(StoreFolder(folder))
    return folder


@pytest.fixture(scope="session")
def hostile_store_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store with what a hostile source may hold; to be read only."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "records").touch()
    source = made_source("hostile", hostile_records())
    pipeline.load(StoreFolder(folder / "store"), source, {"hostile": [folder / "records"]})
    return folder / "store"


@pytest.fixture(scope="session")
def real_store_folder(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Path:
    """The folder of a store with 5,000 real papers and more, linked, with their dump; to be read only."""
    folder = tmp_path_factory.mktemp("real") / "store"
    papers = shared / "data" / "mlanthology" / "papers"
    files = [path for year in ("2022", "2023") for path in sorted(papers.glob(f"*-{year}.json.gz"))]
    linker = linker_of(read_settings({}, store=folder, query_workers=1))
    pipeline.load(StoreFolder(folder), find_source("mlanthology"), {"real": files}, linker=linker)
    snapshot = Snapshots(folder).current()
    assert snapshot.manifest.counts["Paper"] > 5_000
    kept(snapshot, Choice())
    return folder


@pytest.fixture(scope="session")
def seed_snapshot(seeded_store_folder: Path) -> Snapshot:
    return Snapshots(seeded_store_folder).current()
