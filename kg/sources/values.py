"""Values as sources write them: identifiers, dates, figures, addresses and texts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from urllib.parse import quote

from kg.identifiers import identifier
from kg.records import Identifier, PartialDate, ReportedMetric
from kg.sources.faults import NO_IDENTIFIER, Fault, Faults
from kg.sources.plain_text import plain_text

YEARS = range(1000, 2101)
LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")

_IDENTIFIER = re.compile(r"https://openalex\.org/([A-Z])([1-9][0-9]{0,11})")
_ADDRESS = re.compile(r"(?:https?|ftp)://[\w\[]", re.IGNORECASE)
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20\x7f<>\"{}|\\^`]+")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2})(?:[T ].*)?)?)?")
_COUNTRY = re.compile(r"[A-Za-z]{2}")


def openalex_id(text: str | None, letter: str) -> Identifier | None:
    """The identifier of a thing of the kind that the letter stands for, in whatever way it is spelled.

    >>> openalex_id("https://openalex.org/W2741809807", "W"), openalex_id("https://openalex.org/A1", "W")
    (Identifier(scheme='openalex', value='W2741809807'), None)
    """
    if not text:
        return None
    if match := _IDENTIFIER.fullmatch(text):  # nearly always
        return Identifier("openalex", match[1] + match[2]) if match[1] == letter else None
    known = identifier("openalex", text)
    return known if known and known.value[0] == letter and known.value[1:].isdigit() else None


def checked(scheme: str, text: str | int | None, faults: Faults | list[Fault]) -> Identifier | None:
    """The identifier that the text spells; a fault where it spells none."""
    if text is None or text == "":
        return None
    known = identifier(scheme, str(text))
    if known is None:
        note(faults, scheme, NO_IDENTIFIER, text)
    return known


def note(faults: Faults | list[Fault], field: str, reason: str, excerpt: object) -> None:
    if isinstance(faults, Faults):
        faults.part(field, reason, excerpt)
    else:
        faults.append(Fault(field, reason, str(excerpt)))


def distinct(*found: Identifier | None) -> tuple[Identifier, ...]:
    return tuple(dict.fromkeys(each for each in found if each is not None))


def clean(text: str | None) -> str | None:
    """The text without markup, also where that was escaped ('&lt;i&gt;'); None if nothing is left.

    >>> clean("&lt;i&gt;In vivo&lt;/i&gt; tests"), clean("<b> </b>")
    ('In vivo tests', None)
    """
    if not text:
        return None
    found = plain_text(text)
    return (plain_text(found) if "<" in found else found) or None


def cleaned(texts: Iterable[str | None] | None) -> Iterator[str]:
    """Those texts that say anything, each once."""
    return iter(dict.fromkeys(each for text in texts or () if (each := clean(text))))


def address(text: str | None, field: str, faults: Faults | list[Fault]) -> str | None:
    """An address on the web, with what an address may not hold percent-encoded (old DOIs hold '<')."""
    if not text or not (text := text.strip()):
        return None
    if _ADDRESS.match(text):
        return _NOT_IN_ADDRESS.sub(lambda match: quote(match[0]), text)
    note(faults, field, "not an address", text)
    return None


def country(text: str | None, faults: Faults | list[Fault]) -> str | None:
    if not text:
        return None
    if _COUNTRY.fullmatch(text):
        return text.upper()
    note(faults, "country_code", "not a country of two letters", text)
    return None


def partial_date(text: str | None) -> PartialDate | None:
    """The date that a text starts with, at its precision; None if there is no such day.

    >>> partial_date("2025-06-08T21:53:07.725446"), partial_date("2023-02-30")
    (PartialDate(year=2025, month=6, day=8), None)
    """
    match = _DATE.fullmatch(text.strip()) if text else None
    if not match:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        date(year or 0, month or 1, day or 1)
    except ValueError:
        return None
    return PartialDate(year, month, day) if year in YEARS else None


def updated(text: str | None, faults: Faults) -> PartialDate | None:
    found = partial_date(text)
    if text and found is None:
        faults.part("updated_date", "not a date", text)
    return found


def figure(metric: str, value: int | None, unit: str, faults: Faults) -> Iterator[ReportedMetric]:
    """The figure, if there is one; a count is never less than nothing."""
    if value is None:
        return
    if value < 0:
        faults.part(metric, "less than nothing", value)
    else:
        yield ReportedMetric(metric, Decimal(value), unit)


def number(value: float | str | None) -> float | None:
    """A number, also where it is written as a string; None for what is none."""
    try:
        found = float(value) if value is not None else math.nan
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None
