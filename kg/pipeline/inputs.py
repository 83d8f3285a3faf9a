"""Which files are meant: files, folders, patterns and standard input; and the datasets that they make."""

from __future__ import annotations

import glob
import shutil
import sys
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path, PurePath

from kg.errors import SourceError, UsageError
from kg.known_schemes import VOCABULARY
from kg.segments import dataset_name
from kg.sources import Source
from kg.sources.files import COMPRESSION_ENDINGS, STANDARD_INPUT


def name_datasets(paths: Iterable[Path], dataset: str | None) -> dict[str, list[Path]]:
    """Which paths make which dataset: all of them the one named, or each one its own, called as it is.

    >>> name_datasets([Path("a/Page 1.txt"), Path("works.jsonl.gz")], None)
    {'page-1': [PosixPath('a/Page 1.txt')], 'works': [PosixPath('works.jsonl.gz')]}
    """
    named: dict[str, list[Path]] = {}
    for path in paths:
        if path == STANDARD_INPUT and dataset is None:
            raise UsageError("what comes by standard input has no name; give one with --dataset")
        if dataset is None and glob.has_magic(path.name) and not path.exists():
            raise UsageError(f"a pattern like {path.name!r} has no name; give one with --dataset", path.name)
        name = dataset_of(path) if dataset is None else dataset_name(dataset)
        if dataset is None and name in named:
            raise UsageError(
                f"{named[name][0]} and {path} would both be dataset {name!r}; load them with --dataset", name
            )
        if name == VOCABULARY:
            raise UsageError(f"{VOCABULARY!r} is the name of the built-in schemes; give another with --dataset", name)
        named.setdefault(name, []).append(path)
    return named


def dataset_of(path: Path) -> str:
    """What a dataset of this file or folder is called.

    >>> dataset_of(Path("data/works-2023.jsonl.gz"))
    'works-2023'
    """
    name = Path(path.resolve().name if path.name in ("", "..") else path.name)
    while name.suffix in COMPRESSION_ENDINGS:
        name = name.with_suffix("")
    return dataset_name(name.stem)


def find_inputs(source: Source, paths: Iterable[Path]) -> list[Path]:
    """The files that these paths mean, each once: a folder means those below it that the source takes by their names,
    a pattern ('data/*.gz', where the shell left it) what it matches. SourceError where there are none."""
    found: dict[Path, None] = {}
    for path in paths:
        files = _below(source, path) if path.is_dir() else [path]
        if path != STANDARD_INPUT and not path.exists() and glob.has_magic(str(path)):
            matches = sorted(glob.glob(str(path), recursive=True))  # noqa: PTH207 - an absolute pattern
            if not matches:
                raise SourceError(path, "no file or folder is called so")
            files = [file for match in matches for file in _matched(source, match)]
        if not files:
            endings = ", ".join(source.endings)
            raise SourceError(path, f"holds no file of a {source.name}: none ends in {endings} (or that compressed)")
        found.update(dict.fromkeys(files))
    return list(found)


def _matched(source: Source, match: str) -> list[Path]:
    path = Path(match)
    return _below(source, path) if path.is_dir() else [path]


def _below(source: Source, folder: Path) -> list[Path]:
    """Hidden files and the manifests of OpenAlex's snapshot are no data."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and is_taken(source, path)]


def is_taken(source: Source, path: PurePath) -> bool:
    """Whether the source takes a file that lies in a folder, by its name."""
    return not _is_no_data(path) and _uncompressed_ending(path) in source.endings


def _is_no_data(path: PurePath) -> bool:
    return path.name.startswith(".") or path.name in ("manifest", "README", "LICENSE", "RELEASE_NOTES.txt")


def _uncompressed_ending(path: PurePath) -> str:
    while path.suffix in COMPRESSION_ENDINGS:
        path = path.with_suffix("")
    return path.suffix.lower()


def spooled(path: Path, stack: ExitStack) -> Path:
    """Standard input as a file, as long as the stack lasts: what is loaded must be named by its content before it is
    read."""
    if path != STANDARD_INPUT:
        return path
    target = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="paperkg-"))) / "standard input"
    with target.open("wb") as stream:
        shutil.copyfileobj(sys.stdin.buffer, stream)
    return target
