"""Backups: a store folder without what can be built again. To restore one, serve it, or copy it where the store was.

What cannot be built again are the segments, the catalogue that says which are in force, and the journal of edits.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from kg.changes.history import FOLDER as CHANGES
from kg.errors import UsageError
from kg.files import sync_tree
from kg.gone import FOLDER
from kg.linking.linking import LinkFolder
from kg.store import StoreFolder

_SMALL = ("store.json", "datasets.json", "edits.log", "links.json", "decisions.tsv")


def back_up(store: StoreFolder, target: Path) -> None:
    """Copy the store to the new folder `target`, whole or not at all, while others read and write it.

    Writes wait only while the journal is copied. UsageError if `target` exists or the store is empty.
    """
    if target.exists():
        raise UsageError(f"{target} exists already; give a folder that does not", target)
    if not store.segments.catalogue():
        raise UsageError(f"{store.folder} holds nothing to back up", store.folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        with store.segments.in_use():
            with store.alone():
                for folder in (FOLDER, CHANGES):
                    if (store.folder / folder).exists():
                        shutil.copytree(store.folder / folder, work / folder, ignore=shutil.ignore_patterns("base*"))
                for name in _SMALL:
                    if (store.folder / name).exists():
                        shutil.copyfile(store.folder / name, work / name)
                _copy_links(store.links, work)
            for dataset, segment in StoreFolder(work, store.base_iri).segments.catalogue().items():
                (work / "segments" / dataset).mkdir(parents=True)
                for file in store.segments.files(dataset, segment):
                    shutil.copyfile(file, work / "segments" / dataset / file.name)
        sync_tree(work)
        work.chmod(0o755)
        work.rename(target)
    except BaseException:
        shutil.rmtree(work)
        raise


def _copy_links(links: LinkFolder, work: Path) -> None:
    """Those in force: the segments tell which things there are, and these which are one."""
    path = links.path(links.in_force())
    if path.exists():
        (work / "links").mkdir()
        shutil.copyfile(path, work / "links" / path.name)
    if (links.folder / "authorities").exists():
        shutil.copytree(links.folder / "authorities", work / "links" / "authorities", dirs_exist_ok=True)
