"""Tables for data frames, from sorted statements: a row a thing, a column a property. Written as Parquet.

Where a thing has several values and the column takes one, it is the first in code point order, texts in English or in
no language before others. Needs pyarrow, which is the extra `paperkg[parquet]`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kg import namespaces as ns
from kg.dumps.lines import INVERSE
from kg.dumps.terms import Statement, literal_parts, unescaped

if TYPE_CHECKING:
    import pyarrow as pa

_TYPE, _CITES = (f"<{name}>".encode() for name in (ns.TYPE, ns.CITES))
_ROW_GROUP = 100_000  # rows
_LITERAL = ord('"')
_ENGLISH = (b"", b"en")

Terms = Sequence[bytes]
Read = Callable[[Terms], Any]


def _text(terms: Terms) -> str | None:
    parts = [literal_parts(term) for term in terms if term[0] == _LITERAL]
    preferred = [part for part in parts if part.language.partition(b"-")[0] in _ENGLISH]
    return next((unescaped(part.text) for part in (*preferred, *parts)), None)


def _texts(terms: Terms) -> list[str]:
    return [unescaped(literal_parts(term).text) for term in terms if term[0] == _LITERAL]


def _iri(terms: Terms) -> str | None:
    return next(iter(_iris(terms)), None)


def _iris(terms: Terms) -> list[str]:
    return [term[1:-1].decode() if term[0] != ord("_") else term.decode() for term in terms if term[0] != _LITERAL]


def _number(kind: Callable[[str], Any]) -> Read:
    def read(terms: Terms) -> Any:
        """None for what is no number: the graph may say anything."""
        text = _text(terms)
        try:
            return kind(text) if text else None
        except (ValueError, OverflowError):
            return None

    return read


def _integer(text: str) -> int | None:
    number = int(text) if len(text) < 20 else 2**63
    return number if abs(number) < 2**63 else None


def _boolean(terms: Terms) -> bool | None:
    return {"true": True, "false": False}.get(_text(terms) or "")


class Column(NamedTuple):
    name: str
    property: str
    read: Read
    type: str
    """As `_arrow_type` has it."""


def _one(name: str, predicate: str) -> Column:
    return Column(name, predicate, _text, "text")


def _many(name: str, predicate: str) -> Column:
    return Column(name, predicate, _texts, "texts")


def _thing(name: str, predicate: str) -> Column:
    return Column(name, predicate, _iri, "text")


def _things(name: str, predicate: str) -> Column:
    return Column(name, predicate, _iris, "texts")


def _count(name: str, predicate: str) -> Column:
    return Column(name, predicate, _number(_integer), "integer")


def _flag(name: str, predicate: str) -> Column:
    return Column(name, predicate, _boolean, "boolean")


_IDENTIFIED = (_many("identifiers", ns.IDENTIFIER), _things("same_as", ns.SAME_AS))

# By the name of the table: the class of its things, and its columns after the first, which is the thing's IRI.
TABLES: dict[str, tuple[str, tuple[Column, ...]]] = {
    "papers": (
        ns.PAPER,
        (
            _one("title", ns.TITLE),
            _one("abstract", ns.ABSTRACT),
            _count("year", ns.PUBLICATION_YEAR),
            _one("issued", ns.ISSUED),
            _things("types", ns.PAPER_TYPE),
            _thing("venue", ns.IS_PART_OF),
            _one("doi", ns.DOI),
            _things("authors", ns.CREATOR),
            _thing("primary_concept", ns.PRIMARY_CONCEPT),
            _things("concepts", ns.SUBJECT),
            _things("institutions", ns.PAPER_INSTITUTION),
            _count("cited_by_count", ns.CITED_BY_COUNT),
            _flag("author_list_complete", ns.AUTHOR_LIST_COMPLETE),
            _flag("retracted", ns.RETRACTED),
            *_IDENTIFIED,
        ),
    ),
    "authors": (
        ns.AUTHOR,
        (
            _one("name", ns.NAME),
            _one("given_name", ns.GIVEN_NAME),
            _one("family_name", ns.FAMILY_NAME),
            _count("paper_count", ns.PAPER_COUNT),
            _count("coauthor_count", ns.COAUTHOR_COUNT),
            _one("identity_basis", ns.IDENTITY_BASIS),
            *_IDENTIFIED,
        ),
    ),
    "authorships": (
        ns.AUTHORSHIP,
        (
            Column("paper", INVERSE.decode(), _iri, "text"),
            _thing("author", ns.AUTHORSHIP_AUTHOR),
            _count("position", ns.POSITION),
            _one("name_as_printed", ns.NAME_AS_PRINTED),
            _things("affiliations", ns.AFFILIATION),
            _many("raw_affiliations", ns.RAW_AFFILIATION),
            _flag("corresponding", ns.CORRESPONDING),
        ),
    ),
    "institutions": (
        ns.INSTITUTION,
        (
            _one("name", ns.NAME),
            _many("acronyms", ns.ACRONYM),
            _one("kind", ns.INSTITUTION_KIND),
            _one("country", ns.COUNTRY),
            _one("place", ns.PLACE),
            _things("part_of", ns.SUB_ORGANIZATION_OF),
            _count("paper_count", ns.PAPER_COUNT),
            *_IDENTIFIED,
        ),
    ),
    "concepts": (
        ns.CONCEPT,
        (
            _one("label", ns.PREF_LABEL),
            _thing("scheme", ns.IN_SCHEME),
            _one("notation", ns.NOTATION),
            _things("broader", ns.BROADER),
            _count("paper_count", ns.PAPER_COUNT),
            *_IDENTIFIED,
        ),
    ),
    "venues": (
        ns.VENUE,
        (_one("name", ns.NAME), _one("kind", ns.VENUE_KIND), _many("issns", ns.ISSN), *_IDENTIFIED),
    ),
    "links": (
        ns.IDENTITY_LINK,
        (
            _thing("subject", ns.LINK_SUBJECT),
            _thing("object", ns.LINK_OBJECT),
            _thing("relation", ns.LINK_RELATION),
            _one("method", ns.LINK_METHOD),
            Column("confidence", ns.CONFIDENCE, _number(float), "number"),
            _one("decision", ns.DECISION),
            _thing("justification", ns.JUSTIFICATION),
        ),
    ),
}
_FIRST = {name: name.removesuffix("s") for name in TABLES}
CITATIONS = "citations"
TABLE_NAMES = (*TABLES, CITATIONS)
_COLUMNS = {
    name: [(f"<{column.property}>".encode(), column) for column in found] for name, (_, found) in TABLES.items()
}
_COLUMNS["authorships"][0] = (INVERSE, TABLES["authorships"][1][0])
_TABLE_OF = {f"<{kind}>".encode(): name for name, (kind, _) in TABLES.items()}
_USED = {_TYPE, *(predicate for columns in _COLUMNS.values() for predicate, _ in columns)}


def can_write_tables() -> bool:
    """Whether pyarrow is installed."""
    return find_spec("pyarrow") is not None


@cache
def _schema(table: str) -> pa.Schema:
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "texts": pa.list_(pa.string()),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
    }
    if table == CITATIONS:
        return pa.schema([("citing", pa.string()), ("cited", pa.string())])
    return pa.schema(
        [(_FIRST[table], pa.string()), *((column.name, types[column.type]) for _, column in _COLUMNS[table])]
    )


def rows(statements: Sequence[Statement]) -> dict[str, list[list[Any]]]:
    """The rows that sorted statements make, by table."""
    found: dict[str, list[list[Any]]] = {}
    for subject, group in groupby(statements, key=itemgetter(0)):
        values: dict[bytes, list[bytes]] = {}
        for _, predicate, term in group:
            if predicate in _USED:
                values.setdefault(predicate, []).append(term)
            elif predicate == _CITES and term[0] != _LITERAL:
                found.setdefault(CITATIONS, []).append([*_iris((subject,)), *_iris((term,))])
        for kind in values.get(_TYPE, ()):
            table = _TABLE_OF.get(kind)
            if table:
                row = [column.read(values.get(predicate, ())) for predicate, column in _COLUMNS[table]]
                found.setdefault(table, []).append([*_iris((subject,)), *row])
    return found


def batches(statements: Sequence[Statement]) -> dict[str, bytes]:
    """The same as Arrow's messages, to be handed to another process."""
    import pyarrow as pa

    return {
        table: pa.RecordBatch.from_arrays(
            [pa.array(column, field.type) for column, field in zip(zip(*found, strict=True), schema, strict=True)],
            schema=schema,
        )
        .serialize()
        .to_pybytes()
        for table, found in rows(statements).items()
        for schema in [_schema(table)]
    }


class TableFiles:
    """The Parquet files of a dump, a group of rows as soon as there are enough."""

    def __init__(self, folder: Path) -> None:
        import pyarrow.parquet as pq

        self.paths = {table: folder / f"{table}.parquet" for table in TABLE_NAMES}
        self._writers = {
            table: pq.ParquetWriter(path, _schema(table), compression="zstd") for table, path in self.paths.items()
        }
        self._waiting: dict[str, list[pa.RecordBatch]] = {table: [] for table in TABLE_NAMES}
        self.rows = dict.fromkeys(TABLE_NAMES, 0)

    def add(self, messages: dict[str, bytes]) -> None:
        import pyarrow as pa

        for table, message in messages.items():
            waiting = self._waiting[table]
            waiting.append(pa.ipc.read_record_batch(pa.py_buffer(message), _schema(table)))
            if sum(batch.num_rows for batch in waiting) >= _ROW_GROUP:
                self._write(table)

    def close(self) -> None:
        """The files are whole then; once is enough."""
        for table, writer in self._writers.items():
            if writer.is_open:
                self._write(table)
                writer.close()

    def _write(self, table: str) -> None:
        import pyarrow as pa

        waiting = self._waiting[table]
        if waiting:
            content = pa.Table.from_batches(waiting).combine_chunks()
            self.rows[table] += content.num_rows
            self._writers[table].write_table(content, row_group_size=2 * _ROW_GROUP)
            waiting.clear()


def table_path(table: str) -> str:
    """
    >>> table_path("papers")
    'papers.parquet'
    """
    return f"{table}.parquet"


def described() -> Iterator[tuple[str, Iterable[str]]]:
    """Every table with the names of its columns."""
    for table in TABLES:
        yield table, (_FIRST[table], *(column.name for _, column in _COLUMNS[table]))
    yield CITATIONS, ("citing", "cited")
