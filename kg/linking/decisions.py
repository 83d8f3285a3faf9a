"""Decisions: what people said about links, in a small text file that can be kept in version control and shared.

One decision a line, fields parted by tabs; lines that begin with # are for people:

    accepted    https://…/author/adam-jermyn    https://…/author/adam-s-jermyn    jane    2024-05-31    same home page

A later line about the same two things takes the place of an earlier one.
"""

from __future__ import annotations

import datetime
import re
from contextlib import AbstractContextManager
from pathlib import Path
from stat import S_IMODE
from typing import Literal

import msgspec

from kg.errors import DecisionsError, UsageError
from kg.files import file_lock, write_atomically
from kg.ntriples import is_iri

HEADER = "# decision\tone thing\tanother\tby\ton\twhy\n"
_FIELDS = 6
_BREAKS = re.compile(r"[\t\r\n]+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class Decision(msgspec.Struct, frozen=True):
    """That two things are one ('accepted') or are not ('rejected'); `one` sorts before `other`."""

    verdict: Literal["accepted", "rejected"]
    one: str
    other: str
    by: str = ""
    on: str = ""
    """A date like 2024-05-31."""
    why: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        return self.one, self.other

    def line(self) -> str:
        return "\t".join((self.verdict, self.one, self.other, self.by, self.on, self.why)).rstrip() + "\n"


def decision(verdict: Literal["accepted", "rejected"], one: str, other: str, by: str, why: str) -> Decision:
    """A decision made now. UsageError if the two are one IRI, or no IRIs."""
    for thing in (one, other):
        if not is_iri(thing):
            raise UsageError(f"{thing!r} is no IRI", thing)
    if one == other:
        raise UsageError(f"{one} is one thing already", one)
    first, second = sorted((one, other))
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return Decision(verdict, first, second, _BREAKS.sub(" ", by), today, _BREAKS.sub(" ", why))


class Decisions:
    """The file of decisions at `path`; where there is none, there are none."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[tuple[str, str], Decision]:
        """By the two things, in the order of their names. DecisionsError where the file says something else."""
        try:
            text = self.path.read_text("utf-8-sig")  # as some editors write it
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            raise DecisionsError(f"{self.path} cannot be read: {error}", self.path) from error
        found: dict[tuple[str, str], Decision] = {}
        for number, line in enumerate(_lines(text), start=1):
            if line.strip() and not line.startswith("#"):
                made = self._decision(number, line)
                found[made.pair] = made
        return dict(sorted(found.items()))

    def _decision(self, number: int, line: str) -> Decision:
        verdict, one, other, by, on, why = (*(field.strip() for field in line.split("\t")), *[""] * _FIELDS)[:_FIELDS]
        wrong = None
        if verdict not in ("accepted", "rejected"):
            wrong = f"says {verdict!r}, not 'accepted' or 'rejected'"
        elif not (is_iri(one) and is_iri(other)) or one == other:
            wrong = "does not name two things by their IRIs, parted by tabs"
        elif on and not _DATE.fullmatch(on):
            wrong = f"has {on!r} where a date like 2024-05-31 stands"
        if wrong:
            raise DecisionsError(f"{self.path}, line {number}: {wrong}; mend the line or remove it", line)
        first, second = sorted((one, other))
        return Decision(verdict, first, second, by, on, why)  # type: ignore[arg-type]

    def add(self, *made: Decision) -> None:
        """Keep decisions, each in the place of an earlier one about the same two things."""
        with self._alone():
            lines = {pair: each.line() for pair, each in self.read().items()}
            lines.update({each.pair: each.line() for each in made})
            self._write(lines)

    def forget(self, one: str, other: str) -> bool:
        """Whether there was a decision about these two."""
        with self._alone():
            lines = {pair: each.line() for pair, each in self.read().items()}
            first, second = sorted((one, other))
            was_there = lines.pop((first, second), None) is not None
            if was_there:
                self._write(lines)
            return was_there

    def _alone(self) -> AbstractContextManager[None]:
        """Of two who decide at once, in the browser and by command, none is lost."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        return file_lock(self._file.with_name(f".{self._file.name}.lock"))

    @property
    def _file(self) -> Path:
        """Where the file lies to which there may be a link, as from a store into what is under version control."""
        return self.path.resolve()

    def _write(self, lines: dict[tuple[str, str], str]) -> None:
        """Comments of people stay, above what they stand above no more."""
        comments = []
        if self.path.exists():
            kept = (line for line in _lines(self.path.read_text("utf-8-sig")) if line.startswith("#"))
            comments = [line + "\n" for line in kept if line + "\n" != HEADER]
        text = HEADER + "".join(comments) + "".join(lines[pair] for pair in sorted(lines))
        shared = S_IMODE(self._file.stat().st_mode) if self._file.exists() else None
        write_atomically(self._file, text.encode(), shared)


def _lines(text: str) -> list[str]:
    """Only a line feed ends one: what people write in their reasons may hold what Unicode calls a line separator."""
    return text.split("\n")
