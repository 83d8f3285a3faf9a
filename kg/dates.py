"""Dates at the precision that their source gives, as a person reads them."""

from __future__ import annotations

import calendar
import re

from kg.namespaces import XSD

_DATE = re.compile(r"(?P<year>\d{4,}|-)(?:-(?P<month>\d{2}))?(?:-(?P<day>\d{2}))?")


_DATATYPES = {XSD + name for name in ("date", "gYearMonth", "gYear", "gMonthDay", "gMonth")}


def readable_value(text: str, datatype: str) -> str:
    """The value of a literal: a date in words, anything else as it stands."""
    return readable_date(text) if datatype in _DATATYPES else text


def readable_date(text: str) -> str:
    """An XSD date, gYearMonth, gYear, gMonthDay or gMonth in words; what is none of these as it stands.

    >>> readable_date("2023-08-07"), readable_date("2023-08"), readable_date("2023")
    ('7 August 2023', 'August 2023', '2023')
    >>> readable_date("--05-28")
    '28 May, year not given'
    """
    match = _DATE.fullmatch(text)
    if not match or int(match["month"] or 1) not in range(1, 13):
        return text
    words = [match["day"] and str(int(match["day"])), match["month"] and calendar.month_name[int(match["month"])]]
    date = " ".join(filter(None, words))
    return f"{date}, year not given" if match["year"] == "-" else f"{date} {match['year']}".strip()
