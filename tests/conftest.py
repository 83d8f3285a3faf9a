"""Fixtures that everything uses: a store with the seeds, and where the real records lie."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from kg import pipeline
from kg.snapshots import Snapshot, Snapshots
from kg.store import StoreFolder

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
def seed_snapshot(seeded_store_folder: Path) -> Snapshot:
    return Snapshots(seeded_store_folder).current()
