"""The header of a profile page: whose page it is, their field, and the figures that it prints about them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

from kg.categories import arxiv_category
from kg.records import Reject, ReportedMetric
from kg.sources.profile_page_lines import printed_names

_METRICS = (
    ("hIndex", "UNITLESS", re.compile(r"h-index(.*)")),
    ("paperCount", "NUM", re.compile(r"(.*)papers?")),
    ("citationCount", "NUM", re.compile(r"(.*)citations?")),
    ("novelty", "PERCENT", re.compile(r"Novelty(.*)%")),
    ("aiScore", "UNITLESS", re.compile(r"AI Score(.*)")),
)
_HEADING = re.compile(r"(\d[\d,]*) Papers?", re.ASCII)
_NUMBER = re.compile(r"(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,6})?", re.ASCII)
_FIELD_CODE = re.compile(r"[A-Z]{2}")


@dataclass
class Header:
    """What stands before the first entry. Without a `name` the page says nothing of whose papers it lists."""

    name: str | None = None
    line: int = 1
    field_code: str | None = None
    metrics: list[ReportedMetric] = field(default_factory=list)
    announced: int | None = None
    rejects: list[Reject] = field(default_factory=list)

    def expected(self) -> int | None:
        """How many entries the page announces: by the heading of the list, else by the figure of the profile."""
        counts = (int(metric.value) for metric in self.metrics if metric.metric == "paperCount")
        return self.announced if self.announced is not None else next(counts, None)


def parse_header(file: str, lines: list[str]) -> Header:
    """The header in `lines`; what is not understood becomes a reject of `file`, with its line."""
    header = Header()
    texts = [(number, line) for number, line in enumerate(lines, start=1) if line]
    unread = [(number, line) for number, line in texts if not _take_figure(header, file, number, line)]
    if unread and len(unread) < len(texts) and _may_be_subject(*texts[0]) and unread[0] == texts[0]:
        header.line, header.name = unread.pop(0)
    if unread and header.name and _is_field(unread[0][1]):
        header.field_code = unread.pop(0)[1]
    for number, line in unread:
        reason = "not a line of a profile header" if header.name else "stands before the first entry, in no header"
        header.rejects.append(
            Reject(file=file, number=number, field="header", reason=reason, excerpt=line[:80], is_partial=True)
        )
    if header.metrics and not header.name:
        header.rejects.append(
            Reject(
                file=file,
                number=texts[0][0],
                field="name",
                reason="the header has no name",
                excerpt=texts[0][1][:80],
                is_partial=True,
            )
        )
    return header


def _may_be_subject(_: int, line: str) -> bool:
    return not _is_field(line) and "," not in line and printed_names(line) is not None


def _is_field(line: str) -> bool:
    return bool(_FIELD_CODE.fullmatch(line)) or arxiv_category(line) is not None


def _take_figure(header: Header, file: str, number: int, line: str) -> bool:
    """Whether `line` is a figure or the heading of the list, which is then noted."""
    if heading := _HEADING.fullmatch(line):
        header.announced = int(heading[1].replace(",", "")[:15])
        return True
    for metric, unit, pattern in _METRICS:
        if match := pattern.fullmatch(line):
            value = match[1].strip()
            if any(known.metric == metric for known in header.metrics):
                header.rejects.append(
                    Reject(
                        file=file,
                        number=number,
                        field=metric,
                        reason="printed a second time",
                        excerpt=line[:80],
                        is_partial=True,
                    )
                )
            elif _NUMBER.fullmatch(value):
                header.metrics.append(ReportedMetric(metric, Decimal(value.replace(",", "")), unit))
            else:
                header.rejects.append(
                    Reject(
                        file=file,
                        number=number,
                        field=metric,
                        reason="has no number that can be read",
                        excerpt=line[:80],
                        is_partial=True,
                    )
                )
            return True
    return False
