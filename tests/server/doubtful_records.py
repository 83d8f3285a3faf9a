"""Records of which no rule is sure that they speak of one person; with what a hostile source may hold."""

from __future__ import annotations

from collections.abc import Iterator

from kg.namespaces import DEFAULT_BASE
from kg.records import Author, Authorship, Identifier, Paper, PartialDate, Record, SourceRecord

ONE, OTHER = f"{DEFAULT_BASE}author/wilhelmina-q-tables", f"{DEFAULT_BASE}author/wilhelmina-tables"
TITLE = "<script>alert('x')</script> & \u202eעברית\u202c 🧪"


def doubtful_records() -> Iterator[Record]:
    """One person, perhaps, under two names."""
    for number, (name, title) in enumerate(
        (("Wilhelmina Q Tables", TITLE), ("Wilhelmina Tables", "Another <i>one</i>"))
    ):
        yield Paper(
            title=title,
            source=SourceRecord(str(number), title=title),
            identifiers=(Identifier("doi", f"10.5555/{number}"),),
            authorships=(Authorship(Author(name), 1), Authorship(Author("Bob Common"), 2)),
            author_list_complete=True,
            date=PartialDate(2020 + number),
        )
