"""Every answer of a service, on disk beside the links, so that nothing is asked twice.

    links/answers/<service>/<digest>.asked         what was asked where and when, and what was found; written last
    links/answers/<service>/<digest>.<n>.json.zst  the records of page n, as the source adapter reads them

The digest is of the request. A question that nothing was found for is answered as well. What has no `.asked` is of a
run that was interrupted, and is written again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import zstandard

from kg.files import write_atomically
from kg.linking.remote.contract import Request


class Answer(msgspec.Struct, frozen=True):
    """One request that was answered."""

    address: str
    """Of the service, or of the mirror that was asked."""
    path: str
    keys: tuple[str, ...]
    found: tuple[str, ...]
    """Those of `keys` that a record is about."""
    when: datetime
    files: tuple[str, ...] = ()


class Answers:
    """Those of one service; `folder` is that of the links."""

    def __init__(self, folder: Path, service: str, ending: str) -> None:
        self.folder = folder / "answers" / service
        self._ending = ending

    def all(self) -> list[Answer]:
        """In the order of time."""
        return [answer for _, answer in self._whole()]

    def answered(self, address: str, max_age: timedelta) -> set[str]:
        """Questions that this address answered within that time."""
        since = datetime.now(UTC) - max_age
        return {key for each in self.all() if each.address == address and each.when > since for key in each.keys}

    def write(self, address: str, request: Request, pages: Iterable[bytes]) -> tuple[Path, ...]:
        """The records of an answer, before it is known what they are."""
        self.folder.mkdir(parents=True, exist_ok=True)
        paths = []
        for number, content in enumerate(filter(None, pages), start=1):
            path = self.folder / f"{_digest(address, request)}.{number}{self._ending}.zst"
            write_atomically(path, zstandard.ZstdCompressor().compress(content))
            paths.append(path)
        return tuple(paths)

    def put(self, address: str, request: Request, files: Iterable[Path], found: Iterable[str]) -> None:
        """The answer is whole: from now on it counts."""
        answer = Answer(
            address,
            request.path,
            request.keys,
            tuple(sorted(found)),
            datetime.now(UTC),
            tuple(path.name for path in files),
        )
        write_atomically(self.folder / f"{_digest(address, request)}.asked", msgspec.json.encode(answer))

    def files(self) -> list[Path]:
        """All records, once those are gone whose questions were all answered again later."""
        newer: set[str] = set()
        kept: list[Path] = []
        for path, answer in reversed(self._whole()):
            if newer.issuperset(answer.keys):
                path.unlink()
                for name in answer.files:
                    (self.folder / name).unlink(missing_ok=True)
            else:
                newer.update(answer.keys)
                kept += [self.folder / name for name in answer.files]
        return sorted(kept)

    def _whole(self) -> list[tuple[Path, Answer]]:
        """Answers of which nothing is missing, in the order of time."""
        found = [(path, answer) for path in sorted(self.folder.glob("*.asked")) if (answer := _read(path))]
        whole = [each for each in found if all((self.folder / name).exists() for name in each[1].files)]
        return sorted(whole, key=lambda each: each[1].when)


def _read(path: Path) -> Answer | None:
    """None if it is damaged, as if it had never been asked."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Answer)
    except (OSError, msgspec.DecodeError):
        return None


def _digest(address: str, request: Request) -> str:
    parts = (address, request.path, request.body)
    return hashlib.sha256(msgspec.msgpack.encode(parts)).hexdigest()[:32]
