"""Dates as bibliographies print them: a year, perhaps a month by its name or number, perhaps a day."""

from __future__ import annotations

import re
from datetime import date as calendar_date

from kg.records import PartialDate
from kg.sources.faults import Faults
from kg.sources.values import YEARS

_YEAR = re.compile(r"[\[(]?c?\.?\s*(\d{4})[\])]?(?:[-/–,; ].*)?", re.DOTALL)
_YEAR_AMONG = re.compile(r"\b[12]\d{3}\b")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d{1,2}(?!\d)")
_MONTH_NAMES = (
    "january janvier januar enero",
    "february février februar febrero",
    "march mars märz marzo",
    "april avril abril",
    "may mai mayo",
    "june juin juni junio",
    "july juillet juli julio",
    "august août agosto",
    "september septembre septiembre",
    "october octobre oktober octubre",
    "november novembre noviembre",
    "december décembre dezember diciembre",
)
_MONTHS = {name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names.split()}
_ABBREVIATED_MONTHS = {name[:3]: number for name, number in _MONTHS.items()} | {
    "sept": 9, "mrz": 3, "juin": 6, "juil": 7, "août": 8
}  # fmt: skip
_SEASONS = frozenset(("spring", "summer", "autumn", "fall", "winter"))


def day(year: str | None, month: str | None, day: str | None, faults: Faults) -> PartialDate | None:
    """A date of parts as they are printed; what is wrong of them is a fault, and what is right before it is kept."""
    if not year or not (year := year.strip()):
        return None
    match = _YEAR.fullmatch(year)
    if not match or int(match[1]) not in YEARS:
        faults.part("year", "not a year", year)
        return None
    number = _month(month, faults) if month else None
    if month and not day and number and (digits := _NUMBER.search(month)) and _WORD.search(month):
        day = digits[0]  # "12 February"
    if not number or not day or not (day := day.strip()):
        return PartialDate(int(match[1]), number)
    try:
        return _valid(int(match[1]), number, int(day))
    except (ValueError, OverflowError):
        faults.part("day", "not a day of its month", day)
        return PartialDate(int(match[1]), number)


def _valid(year: int, month: int, day: int) -> PartialDate:
    calendar_date(year, month, day)
    return PartialDate(year, month, day)


def _month(text: str, faults: Faults) -> int | None:
    words = [word.lower() for word in _WORD.findall(text)]
    for word in words:
        if number := _MONTHS.get(word) or (_ABBREVIATED_MONTHS.get(word) if len(word) <= 4 else None):
            return number
    if not words and (digits := _NUMBER.search(text)) and 1 <= int(digits[0]) <= 12:
        return int(digits[0])
    if not _SEASONS.intersection(words):  # a season is right, and no month
        faults.part("month", "not a month", text)
    return None


def date_text(text: str, faults: Faults) -> PartialDate | None:
    """A date in one text: '2020', '2020-03-01', '2020/03/01/Spring', the first of a range '2020-01/2020-03'."""
    parts = re.split(r"[-/.]", text.strip().partition("T")[0].strip("/"))
    if len(start := parts[0].strip()) != 4 or not start.isdecimal():
        faults.part("date", "not a date", text)
        return None
    # Of a range of years ("2020/2021") the second part is no month.
    numbers = [part.strip() for part in parts[1:3] if part.strip()]
    month = numbers[0] if numbers and len(numbers[0]) <= 2 else None
    number = numbers[1] if month and len(numbers) > 1 and numbers[1][:2].strip().isdecimal() else None
    return day(parts[0], month, number[:2] if number and len(number) <= 2 else None, faults)


def words_of_date(text: str, faults: Faults) -> PartialDate | None:
    """A date as people write it: '12 June 2014', 'May 2020', 'Spring 2020'; what begins with a year as `date_text`."""
    years = _YEAR_AMONG.findall(text)
    if len(years) != 1 or text.strip().startswith(years[0]):
        return date_text(text, faults)
    rest = text.replace(years[0], " ")
    return day(years[0], rest if _WORD.search(rest) else None, None, faults)
