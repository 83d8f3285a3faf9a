"""Fixtures that everything uses: a store with the seeds, and where the real records lie; and how a run is laid out."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from _pytest.nodeid import NodeId
from hypothesis import settings

from kg import pipeline
from kg.dumps.formats import Choice
from kg.dumps.kept import kept
from kg.files import file_lock
from kg.linking.linking import linker_of
from kg.settings import read_settings
from kg.snapshots import Snapshot, Snapshots
from kg.sources import find_source
from kg.store import StoreFolder
from tests.made_records import made_source
from tests.server.hostile_records import hostile_records

settings.register_profile("shared-machine", deadline=None)  # how long an example takes says nothing here
settings.load_profile("shared-machine")

HERE = Path(__file__).parent
SHARED = HERE.parents[1] / "shared"
MadeOnce = Callable[[str, Callable[[Path], None]], Path]
_MEMORY = Path("/dev/shm")  # noqa: S108 - where there is one, a file system that does not wait for a disk
_ENOUGH = 8 * 2**30  # bytes
# Begun first, so that no process is left alone with one of them in the end: the longest of all first.
_LONGEST = (
    *("stores", "server/test_kills.py", "server/test_attack.py", "browser", "server/test_crawl.py"),
    *("kg/test_crashes.py", "server/test_comunica.py", "server/test_openapi.py", "test_package.py", "test_docs.py"),
)


def pytest_configure(config: pytest.Config) -> None:
    """Everything that is published is synced many times. What is left after a crash is tested by killing processes,
    not by cutting off the power, so that memory tells as much as a disk."""
    if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ENOUGH:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {HERE / name: rank for rank, name in enumerate(_LONGEST)}

    def rank(item: pytest.Item) -> int:
        found = [ranks[path] for path in (item.path, *item.path.parents) if path in ranks]
        return min(found, default=0 if _group(item).startswith("engine") else len(ranks))

    items.sort(key=rank)
    if "PYTEST_XDIST_WORKER" in os.environ:
        for item in items:
            _tell_group(item)


def _tell_group(item: pytest.Item) -> None:
    """pytest-xdist 3.8 tells the group of a test in an attribute that pytest has no more since 9.2."""
    if (group := _group(item)) and not item.nodeid.endswith(f"@{group}"):
        item._id = NodeId.parse(f"{item.nodeid}@{group}")


def _group(item: pytest.Item) -> str:
    """Tests of a group are run by one process, which starts what they need once."""
    mark = item.get_closest_marker("xdist_group")
    return str(mark.args[0]) if mark else ""


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> MadeOnce:
    """Makes a folder, once for all processes of a parallel run; to be read only."""
    own = tmp_path_factory.getbasetemp()
    common = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def made(name: str, make: Callable[[Path], None]) -> Path:
        folder = common / f"made-{name}"
        with file_lock(common / f"{name}.lock"):
            if not (folder / "made").exists():
                shutil.rmtree(folder, ignore_errors=True)  # by a process that was ended
                folder.mkdir()
                make(folder)
                (folder / "made").touch()
        return folder

    return made


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real records beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip("the real records are not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def seeded_store_folder(made_once: MadeOnce) -> Path:
    """The folder of a store with both seed pages; to be read only."""

    def make(folder: Path) -> None:
        pipeline.load_seeds(StoreFolder(folder / "store"))

    return made_once("seeded", make) / "store"


@pytest.fixture(scope="session")
def hostile_store_folder(made_once: MadeOnce) -> Path:
    """The folder of a store with what a hostile source may hold; to be read only."""

    def make(folder: Path) -> None:
        (folder / "records").touch()
        source = made_source("hostile", hostile_records())
        pipeline.load(StoreFolder(folder / "store"), source, {"hostile": [folder / "records"]})

    return made_once("hostile", make) / "store"


@pytest.fixture(scope="session")
def real_store_folder(made_once: MadeOnce, shared: Path) -> Path:
    """The folder of a store with 5,000 real papers and more, linked, with their dump; to be read only."""

    def make(folder: Path) -> None:
        papers = shared / "data" / "mlanthology" / "papers"
        files = [papers / f"{name}-2022.json.gz" for name in ("iclr", "icml", "neurips")]
        linker = linker_of(read_settings({}, store=folder / "store", query_workers=1))
        pipeline.load(StoreFolder(folder / "store"), find_source("mlanthology"), {"real": files}, linker=linker)
        snapshot = Snapshots(folder / "store").current()
        assert snapshot.manifest.counts["Paper"] > 5_000
        kept(snapshot, Choice())

    return made_once("real", make) / "store"


@pytest.fixture(scope="session")
def seed_snapshot(seeded_store_folder: Path) -> Snapshot:
    return Snapshots(seeded_store_folder).current()
