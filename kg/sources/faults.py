"""What of a record could not be taken, as it is found."""

from __future__ import annotations

from typing import NamedTuple, TypeVar

from kg.records import Reject

NO_IDENTIFIER = "not an identifier of its kind"

Found = TypeVar("Found")


class Fault(NamedTuple):
    """A part that could not be taken, in a record that is not known here."""

    field: str
    reason: str
    excerpt: str = ""


class Faults:
    """The faults of one record."""

    def __init__(self, file: str, number: int, record: str | None = None) -> None:
        self._file = file
        self._number = number
        self.record = record
        self._found: list[Reject] = []

    def part(self, field: str, reason: str, excerpt: object = "") -> None:
        """A part of the record is left out."""
        self._found.append(self._reject(field, reason, excerpt, is_partial=True))

    def parts(self, faults: tuple[Fault, ...]) -> None:
        for fault in faults:
            self.part(*fault)

    def of(self, outcome: tuple[Found, tuple[Fault, ...]]) -> Found:
        """What was found, when its faults are noted."""
        found, faults = outcome
        if faults:
            self.parts(faults)
        return found

    @property
    def rejects(self) -> tuple[Reject, ...]:
        return tuple(self._found)

    def whole(self, reason: str, excerpt: object = "", field: str = "record") -> tuple[Reject, ...]:
        """The record is left out as a whole."""
        return (self._reject(field, reason, excerpt, is_partial=False),)

    def _reject(self, field: str, reason: str, excerpt: object, is_partial: bool) -> Reject:
        return Reject(
            file=self._file,
            number=self._number,
            record=self.record,
            field=field,
            reason=reason,
            excerpt=str(excerpt)[:80],
            is_partial=is_partial,
        )
