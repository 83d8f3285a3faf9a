"""Reading a `.rq` file: the front-matter, TOML in lines that begin with `#+`, and the query below it.

A file that was read has been tried: with its defaults it is a query that Oxigraph takes.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import NoReturn

import msgspec
import pyoxigraph

from kg import sparql
from kg.errors import ParameterError, QuerySyntaxError
from kg.namespaces import DEFAULT_BASE
from kg.queries.model import COUNTS, CannedQuery, Chart, Mark, Parameter, ThingClass, Type
from kg.queries.values import bind

_MARK = "#+"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*")
_PARAMETER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LINE = re.compile(r"\bline (\d+)|\berror at (\d+):")
_PLACE = re.compile(r"^line \d+, column \d+: ")
_QUOTED = re.compile(r"[`'\"]([^`'\"]+)[`'\"]")
_DEEPEST = 100  # brackets; the parser runs in this process, which more than some hundreds end
_FAR = 10**18
_BOUNDS = {"iri": (1, 2000), "string": (1, 500), "integer": (-_FAR, _FAR), "year": (1, 9999)}
_COUNT_BOUNDS = {"limit": (1, _FAR), "offset": (0, _FAR)}
_REMEMBERED = 256  # queries: trying one takes milliseconds


class _ParameterTable(msgspec.Struct, forbid_unknown_fields=True):
    type: Type
    label: str
    default: str | int | None = None
    kind: ThingClass | None = msgspec.field(name="class", default=None)
    help: str = ""
    minimum: int | None = None
    maximum: int | None = None
    examples: tuple[str | int, ...] = ()


class _ChartTable(msgspec.Struct, forbid_unknown_fields=True):
    mark: Mark
    x: str
    y: str
    color: str | None = None


class _FrontMatter(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    description: str
    parameters: dict[str, _ParameterTable] = {}
    columns: dict[str, str] = {}
    chart: _ChartTable | None = None


def is_query_name(name: str) -> bool:
    """Whether a query may be called so.

    >>> is_query_name("author/author-papers"), is_query_name("author-papers"), is_query_name("../papers")
    (True, False, False)
    """
    return _NAME.fullmatch(name) is not None


def read_query(path: Path, name: str) -> CannedQuery:
    """The query in a file. Raises QuerySyntaxError, naming file and line, for what cannot be asked."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QuerySyntaxError(f"{path} cannot be read as UTF-8 text: {error}") from error
    return _query(path, text, name)


@lru_cache(_REMEMBERED)
def _query(path: Path, text: str, name: str) -> CannedQuery:
    return _File(path, text).query(name)


class _File:
    """One file being read. Its faults name the file and a line, from 1."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text

    def query(self, name: str) -> CannedQuery:
        if not is_query_name(name):
            self._fail(f"a query lies at <subject>/<name>.rq, in a-z, 0-9 and hyphens, not at {name!r}")
        front = self._front_matter()
        form = self._form()
        query = CannedQuery(
            name=name,
            subject=name.partition("/")[0],
            title=front.title,
            description=front.description,
            parameters=tuple(self._parameter(*item) for item in front.parameters.items()),
            columns={},
            chart=Chart(**msgspec.structs.asdict(front.chart)) if front.chart else None,
            text=self._text,
            form=form,
        )
        return replace(query, columns=self._columns(front, self._variables(query)))

    def _form(self) -> str:
        """The form of a query that stays within this graph."""
        try:
            inspection = sparql.inspect(self._text, max_depth=_DEEPEST)
        except QuerySyntaxError as error:
            self._fail(_without_place(error.message), error.line)
        if inspection.kind == "update":
            self._fail("a canned query is a SELECT, ASK, CONSTRUCT or DESCRIBE, and this is none")
        for address in inspection.remote_addresses:
            self._fail(f"a canned query asks this graph only, not {address}")
        return inspection.kind

    def _front_matter(self) -> _FrontMatter:
        """The table above the query; other lines count as empty, so that a line of TOML is that line of the file."""
        lines = [line.removeprefix(_MARK) if line.startswith(_MARK) else "" for line in self._text.split("\n")]
        try:
            return msgspec.convert(tomllib.loads("\n".join(lines)), _FrontMatter)
        except tomllib.TOMLDecodeError as error:
            self._fail(f"the front-matter is no TOML: {error}", _line_in(str(error)))
        except RecursionError:
            self._fail("the front-matter is nested too deeply")
        except msgspec.ValidationError as error:
            mentioned = _QUOTED.search(str(error))
            self._fail(f"the front-matter is wrong: {error}", self._line_with(mentioned[1] if mentioned else _MARK))

    def _parameter(self, name: str, table: _ParameterTable) -> Parameter:
        line = self._line_with(f"parameters.{name}")
        if not _PARAMETER_NAME.fullmatch(name):
            self._fail(f"a parameter is named as a variable is, not {name!r}", line)
        if (table.type == "iri") is (table.kind is None):
            self._fail(f"parameter '{name}': an iri has a class, and nothing else has", line)
        least, most = _COUNT_BOUNDS.get(name) or _BOUNDS[table.type]
        return Parameter(
            name=name,
            type=table.type,
            label=table.label,
            help=table.help,
            default=self._default(name, table, line),
            kind=table.kind,
            minimum=least if table.minimum is None else table.minimum,
            maximum=most if table.maximum is None else table.maximum,
            examples=tuple(map(str, table.examples)),
        )

    def _default(self, name: str, table: _ParameterTable, line: int) -> str:
        if name not in COUNTS:
            if table.default is None:
                self._fail(f"parameter '{name}' has no default", line)
            return str(table.default)
        count = sparql.clause_number(self._text, COUNTS[name])
        if count is None or table.default is not None or table.type != "integer":
            self._fail(f"parameter '{name}' is an integer; its default is the number after {COUNTS[name]}", line)
        return str(count)

    def _variables(self, query: CannedQuery) -> list[str]:
        """What the query selects, found by asking it of an empty graph; nothing for the other forms."""
        used = {token.value[1:] for token in sparql.tokens(self._text) if token.kind is sparql.Kind.VAR}
        for parameter in query.parameters:
            if parameter.name not in used and parameter.name not in COUNTS:
                self._fail(f"the query has no ?{parameter.name}", self._line_with(f"parameters.{parameter.name}"))
        try:
            results = pyoxigraph.Store().query(bind(query, {}, DEFAULT_BASE))
        except ParameterError as error:
            self._fail(f"the default cannot be used: {error}", self._line_with(f"parameters.{error.name}"))
        except QuerySyntaxError as error:
            self._fail(_without_place(error.message), error.line)
        except (SyntaxError, ValueError) as error:
            self._fail(f"Oxigraph does not take this: {error}", _line_in(str(error)))
        if not isinstance(results, pyoxigraph.QuerySolutions):
            return []
        return [variable.value for variable in results.variables]

    def _columns(self, front: _FrontMatter, variables: list[str]) -> dict[str, str]:
        chart = front.chart
        drawn = {chart.x, chart.y, chart.color or chart.x} if chart else set()
        for name in sorted({*front.columns, *drawn} - set(variables)):
            self._fail(f"the query does not select ?{name}", self._line_with(name))
        return {name: front.columns.get(name) or name.replace("_", " ").capitalize() for name in variables}

    def _line_with(self, text: str) -> int:
        lines = self._text.split("\n")
        return next((number for number, line in enumerate(lines, 1) if line.startswith(_MARK) and text in line), 1)

    def _fail(self, message: str, line: int | None = None) -> NoReturn:
        raise QuerySyntaxError(f"{self._path}, line {line or 1}: {message}", line or 1)


def _line_in(message: str) -> int | None:
    """The line that a parser's message names."""
    found = _LINE.search(message)
    return int(found[1] or found[2]) if found else None


def _without_place(message: str) -> str:
    return _PLACE.sub("", message)
