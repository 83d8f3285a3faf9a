"""The lines of a profile page by what they are: where entries start, and what stands between."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from kg.records import PartialDate

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CODE = r"[A-Za-z][A-Za-z.-]{1,15}?"
_DATE = re.compile(
    rf"(?P<code>{_CODE})(?P<month>{'|'.join(_MONTHS)})"
    r"(?: (?P<day>\d{1,2}))?(?:(?:(?<=\d),)? (?P<year>\d{4}))?(?<=\d)(?P<badge>Code)?",
    re.ASCII,
)
# What was once such a line: a month, in short or in full, with figures, or figures with separators, amid little else.
_MONTH_NAMES = "|".join(sorted((*_MONTHS, *calendar.month_name[1:]), key=len, reverse=True))
_FIGURES = r"\d{2,4}[-./]\d{1,2}[-./]\d{1,4}"
_DATE_LIKE = re.compile(rf"\W*(?:{_CODE})?\W*(?:(?:{_MONTH_NAMES})\W*\d[\d\s.,/-]*|{_FIGURES})\W*(?:Code)?", re.ASCII)
_SHORT = 40
_MAX_NAME = 100
_MAX_NAME_WORDS = 8
_AND_OTHERS = " et al."
_DOT = " · "


@dataclass(frozen=True)
class DateLine:
    """`LGAug 7, 2023`, `AIMay 28`, `CLNov 3, 2025Code`: category code, date at its precision, badge for code."""

    code: str
    date: PartialDate
    badge: bool


@dataclass(frozen=True)
class Block:
    """Lines without a blank one between them, as one text; `line` is the number of the first, from 1."""

    line: int
    text: str


@dataclass(frozen=True)
class Entry:
    """One listed paper as it stands: the line that starts it, and the lines up to the next one."""

    line: int
    start: str
    lines: tuple[str, ...]

    def paragraphs(self) -> list[Block]:
        """The blocks between blank lines."""
        blocks: list[Block] = []
        previous = ""
        for number, line in enumerate(self.lines, start=self.line + 1):
            if line and previous:
                blocks[-1] = Block(blocks[-1].line, f"{blocks[-1].text} {line}")
            elif line:
                blocks.append(Block(number, line))
            previous = line
        return blocks

    def single_lines(self) -> list[Block]:
        """Each line that is not blank, as a block of its own."""
        return [Block(number, line) for number, line in enumerate(self.lines, start=self.line + 1) if line]


@dataclass(frozen=True)
class Credits:
    """`Ada L, Alan T et al. · openai, uw`: names as printed, whether there are more, affiliations as printed."""

    people: str
    shortened: bool
    affiliations: str | None

    @property
    def printed_people(self) -> str:
        return self.people + (_AND_OTHERS if self.shortened else "")


def parse_date_line(line: str) -> DateLine | None:
    """A date line taken apart; None if it is none, or names a day that no calendar has."""
    match = _DATE.fullmatch(line)
    if not match:
        return None
    year, day = (int(match[part]) if match[part] else None for part in ("year", "day"))
    month = _MONTHS.index(match["month"]) + 1
    try:
        # 29 February without a year exists: 2000 had one.
        date(2000 if year is None else year, month, day or 1)
    except ValueError:
        return None
    return DateLine(match["code"], PartialDate(year, month, day), match["badge"] is not None)


def parse_credits(text: str) -> Credits:
    """Names, "et al." and affiliations of a line that ends in them. Affiliations are short codes in lower case,
    so that a dot in a title which runs into the names is not taken for theirs."""
    people, dot, affiliations = text.rpartition(_DOT)
    if not dot or not (people.endswith(_AND_OTHERS) or affiliations == affiliations.lower()):
        people, affiliations = text, ""
    names = people.removesuffix(_AND_OTHERS)
    return Credits(names, names != people, affiliations or None)


def printed_names(people: str) -> tuple[str, ...] | None:
    """The names of a list of authors; None if it reads like no such list."""
    names = tuple(name.strip() for name in people.split(","))
    return names if all(map(_may_be_name, names)) else None


def _may_be_name(text: str) -> bool:
    words = text.split()
    return (
        0 < len(words) <= _MAX_NAME_WORDS
        and len(text) <= _MAX_NAME
        and any(character.isalpha() for character in text)
        and not any(character in "·:;?!/\\@<>" for character in text)
        # A full stop belongs to an initial or to "Jr.", not to the end of a sentence.
        and (not text.endswith(".") or len(words[-1].rpartition("-")[2]) <= 3)
    )


def entries(lines: list[str]) -> tuple[list[str], list[Entry]]:
    """The lines before the first entry, and the entries; none where not one line is a date line.

    A line that only resembles one starts an entry as well, so that an entry with a damaged date does not end up in the
    abstract before it.
    """
    starts: list[int] = []
    for index in range(len(lines)):
        after_start = bool(starts) and starts[-1] == index - 1
        if _DATE.fullmatch(lines[index]) or (not after_start and _was_date(lines, index, bool(starts))):
            starts.append(index)
    if not any(_DATE.fullmatch(lines[start]) for start in starts):
        return lines, []
    ends = [*starts[1:], len(lines)]
    spans = zip(starts, ends, strict=True)
    return lines[: starts[0]], [Entry(start + 1, lines[start], tuple(lines[start + 1 : end])) for start, end in spans]


def _was_date(lines: list[str], index: int, within: bool) -> bool:
    """Whether a date line, now damaged, stood here: by its looks, or `within` the entries by what follows it."""
    line, *after = lines[index : index + 4] + [""] * 4
    if not line or len(line) > _SHORT:
        return False
    if _DATE_LIKE.fullmatch(line):
        return True
    if not within or not after[0]:
        return False
    if after[1]:
        return parse_credits(after[0]).shortened
    return not lines[index - 1] and _capitalised_names(after[2])


def _capitalised_names(line: str) -> bool:
    names = printed_names(parse_credits(line).people) if line else None
    return names is not None and all(name[0].isupper() for name in names)
