"""Statements as text: what the mapping of every kind of record is written with."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from kg import namespaces as ns
from kg.errors import TermError
from kg.ntriples import iri, literal
from kg.records import PartialDate, Text


class Statements(list[str]):
    """N-Triples lines about one subject after another. Subjects and predicates are IRIs known to be well-formed."""

    def encoded(self) -> bytes:
        """All of them as one text in UTF-8."""
        return "".join(self).encode()

    def link(self, subject: str, predicate: str, target: str) -> None:
        """To a thing that the graph names itself."""
        self.append(f"<{subject}> <{predicate}> <{target}> .\n")

    def outward(self, subject: str, predicate: str, target: str) -> None:
        """To an IRI that data gave; TermError if it is none."""
        self.append(f"<{subject}> <{predicate}> {iri(target)} .\n")

    def outward_if_valid(self, subject: str, predicate: str, target: str | None) -> None:
        """To an address that data gave; one that is no IRI says nothing that could be followed."""
        if target:
            try:
                self.outward(subject, predicate, target)
            except TermError:
                return

    def text(self, subject: str, predicate: str, value: str | None, language: str | None = None) -> None:
        if value:
            self.append(f"<{subject}> <{predicate}> {literal(value, None, language)} .\n")

    def texts(self, subject: str, predicate: str, values: Iterable[Text]) -> None:
        for value in values:
            self.text(subject, predicate, value.text, value.language)

    def integer(self, subject: str, predicate: str, value: int | None) -> None:
        if value is not None:
            self.append(f'<{subject}> <{predicate}> "{value}"^^<{ns.XSD}integer> .\n')

    def boolean(self, subject: str, predicate: str, value: bool | None) -> None:
        if value is not None:
            self.append(f'<{subject}> <{predicate}> "{"true" if value else "false"}"^^<{ns.XSD}boolean> .\n')

    def date(self, subject: str, predicate: str, value: PartialDate | None) -> None:
        if value is not None:
            self.append(f"<{subject}> <{predicate}> {date_literal(value)} .\n")

    def typed(self, subject: str, predicate: str, value: str, datatype: str) -> None:
        self.append(f"<{subject}> <{predicate}> {literal(value, ns.XSD + datatype)} .\n")


@lru_cache(10_000)
def date_literal(date: PartialDate) -> str:
    """A date at its own precision; a day without a year is an xsd:gMonthDay.

    >>> date_literal(PartialDate(2023, 8, 7)), date_literal(PartialDate(None, 5, 28))[:9]
    ('"2023-08-07"^^<http://www.w3.org/2001/XMLSchema#date>', '"--05-28"')
    """
    year = f"{date.year:04}" if date.year else "-"
    text = year + "".join(f"-{part:02}" for part in (date.month, date.day) if part)
    match date:
        case PartialDate(year=None):
            datatype = "gMonthDay" if date.day else "gMonth"
        case PartialDate(month=None):
            datatype = "gYear"
        case PartialDate(day=None):
            datatype = "gYearMonth"
        case _:
            datatype = "date"
    return literal(text, ns.XSD + datatype)
