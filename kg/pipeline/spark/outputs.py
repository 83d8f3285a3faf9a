"""Where what is mapped is written: a folder that all machines see, or one that Hadoop's classes reach."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

import msgspec

from kg.segments import Part

if TYPE_CHECKING:
    from kg.pipeline.spark.hadoop import Hadoop


class Output(Protocol):
    """A folder of what was mapped; names are relative to it. It is sent to the processes that write into it."""

    def open(self, name: str) -> BinaryIO:
        """FileNotFoundError if there is no such file."""

    def remove(self, name: str) -> None:
        """Remove a file, if there is one."""

    def reading(self, *names: str) -> AbstractContextManager[Path]:
        """A folder that holds these files, where there are such."""

    def writing(self, *names: str) -> AbstractContextManager[Path]:
        """The same, to write into."""


@dataclass(frozen=True)
class Folder:
    """A folder of this machine, or one that machines share."""

    path: Path

    def open(self, name: str) -> BinaryIO:
        return (self.path / name).open("rb")

    def remove(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)

    @contextmanager
    def reading(self, *_: str) -> Iterator[Path]:
        yield self.path

    writing = reading


@dataclass(frozen=True)
class HadoopFolder:
    """A folder that is written by way of files here; they are copied there at the end, those that say what there is
    last."""

    hadoop: Hadoop
    address: str

    def open(self, name: str) -> BinaryIO:
        return self.hadoop.open(self._address(name))

    def remove(self, name: str) -> None:
        self.hadoop.remove(self._address(name))

    @contextmanager
    def reading(self, *names: str) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="paperkg-") as work:
            folder = Path(work)
            for name in names:
                with suppress(FileNotFoundError), self.open(name) as stream:
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    (folder / name).write_bytes(stream.read())
            yield folder

    @contextmanager
    def writing(self, *names: str) -> Iterator[Path]:
        with self.reading(*names) as folder:
            yield folder
            written = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
            for path in sorted(written, key=lambda path: (path.suffix == ".json", path)):
                self.hadoop.put(path, self._address(path.relative_to(folder).as_posix()))

    def _address(self, name: str) -> str:
        return f"{self.address.rstrip('/')}/{name}"


def part_of(output: Output, dataset: str, part: str) -> Part | None:
    """What is known of a part; None if it is not there, or not whole."""
    try:
        with output.open(part_file(dataset, part, ".part.json")) as stream:
            return msgspec.json.decode(stream.read(), type=Part)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def part_file(dataset: str, part: str, ending: str) -> str:
    return f"segments/{dataset}/{part}{ending}"
