"""Questions about the graph as a whole, answered from the counts that are kept of it: how many statements there are,
which classes and properties, and how much each is used.

They are what people and tools ask of an endpoint first, and what costs an engine most: it walks the whole graph. Only
a query that is one of them by its text, token for token, is taken; any other is for the engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, cast

from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from kg.description.partitions import Partitions
from kg.errors import KGError
from kg.formats import ResultFormat
from kg.namespaces import TYPE
from kg.ntriples import check_iri

_LONGEST = 2000  # characters; such questions are short
_S = r"(?:\s|\#[^\n]*(?:\n|$))"
_VAR = r"[?$][A-Za-z_][A-Za-z0-9_]*+"
_IRI = r"<[A-Za-z][A-Za-z0-9+.-]*:(?:(?!/\.)[A-Za-z0-9:/\#?=&_~.,;()+*@-])*+>"  # no dots that an engine would resolve
_LABEL = r"(?:[A-Za-z][A-Za-z0-9_-]*+)?:"
_NAME = rf"{_LABEL}(?:[A-Za-z0-9_][A-Za-z0-9_-]*+)?"
_COUNT = rf"(?i:COUNT){_S}*\({_S}*(?:(?i:DISTINCT){_S}*)?(?:\*|{_VAR}){_S}*\)"
_ITEM = rf"{_VAR}|\({_S}*{_COUNT}{_S}*(?i:AS){_S}*{_VAR}{_S}*\)"
_DIRECTED = rf"(?i:ASC|DESC){_S}*\({_S}*(?:{_VAR}|{_COUNT}){_S}*\)"
_QUERY = re.compile(
    rf"""
    {_S}*(?P<prologue>(?:(?i:PREFIX){_S}+{_LABEL}{_S}*{_IRI}{_S}*)*)
    (?i:SELECT){_S}*(?:(?P<distinct>(?i:DISTINCT)){_S}*)?(?P<items>(?:(?:{_ITEM}){_S}*)+)
    (?:(?i:WHERE){_S}*)?
    \{{{_S}*(?P<subject>{_VAR}){_S}*(?P<predicate>a\b|{_VAR}|{_IRI}|{_NAME}){_S}*(?P<object>{_VAR}|{_IRI}|{_NAME})
    {_S}*(?:\.{_S}*)?\}}{_S}*
    (?:(?i:GROUP){_S}+(?i:BY){_S}*(?P<group>{_VAR}){_S}*)?
    (?:(?i:ORDER){_S}+(?i:BY){_S}*(?P<order>(?:(?:{_DIRECTED}|{_VAR}){_S}*)+))?
    (?:(?i:LIMIT){_S}+(?P<limit>[0-9]{{1,9}}){_S}*)?
    (?:(?i:OFFSET){_S}+(?P<offset>[0-9]{{1,9}}){_S}*)?
    """,
    re.VERBOSE,
)
_PREFIX = re.compile(rf"(?i:PREFIX){_S}+({_LABEL}){_S}*({_IRI})")
_COUNTED = re.compile(rf"(?i:COUNT){_S}*\({_S}*((?i:DISTINCT)\b)?{_S}*(\*|{_VAR})")
_ALIASED = re.compile(rf"\){_S}*(?i:AS){_S}*({_VAR})")
_EACH_ITEM = re.compile(_ITEM)
_EACH_CONDITION = re.compile(rf"{_DIRECTED}|{_VAR}")
_DESCENDING = re.compile(r"DESC", re.IGNORECASE)


class _Count(NamedTuple):
    """COUNT of a variable, or of solutions (`*`)."""

    of: str
    distinct: bool


class _Column(NamedTuple):
    """A variable that is answered, and what stands in it: the key of the row, or a count."""

    name: str
    counted: _Count | None


class _Condition(NamedTuple):
    value: _Count | None
    descending: bool


@dataclass(frozen=True)
class _Figures:
    """What is known of the matches of a pattern, or of those with one key: each count, by what is counted."""

    solutions: int
    distinct: Mapping[str, int]

    def of(self, count: _Count) -> int:
        """Raises KeyError where that is not known."""
        return self.distinct[count.of] if count.distinct and count.of != "*" else self.solutions


@dataclass(frozen=True)
class Question:
    """A question about the whole graph: the columns of its answer, and how its rows are made."""

    subject: str
    predicate: str
    object: str
    columns: tuple[_Column, ...]
    key: str | None
    order: tuple[_Condition, ...]
    rows: slice

    def answer(self, triples: int, known: Callable[[], Partitions | None]) -> list[tuple[str | int, ...]] | None:
        """The rows, of IRIs and numbers; None where the counts do not tell. `triples`: how many statements there are.

        The counts are looked at only where that number is not enough; they have to be of the same statements.
        """
        if self.key is None and self.predicate.startswith("?") and not any(self._distinct()):
            return self._rows([("", _Figures(triples, {}))])
        partitions = known()
        if partitions is None or partitions.triples != triples:
            return None
        groups = self._groups(partitions)
        try:
            return None if groups is None else self._rows(groups)
        except KeyError:
            return None

    def _distinct(self) -> Iterator[bool]:
        counts = (*(column.counted for column in self.columns), *(condition.value for condition in self.order))
        return (count.distinct and count.of != "*" for count in counts if count)

    def _groups(self, known: Partitions) -> list[tuple[str, _Figures]] | None:
        """The keys with what is known of their matches; one without a name where there is no key."""
        types = known.properties.get(TYPE)
        if self.predicate == TYPE and types and sum(each.entities for each in known.classes.values()) != types.triples:
            return None  # there are classes without a name
        if self.key == self.predicate:
            used = known.properties.items()
            return [(iri, _Figures(each.triples, {self.subject: each.subjects, self.key: 1})) for iri, each in used]
        if self.key == self.object and self.predicate == TYPE:
            of_class = ((iri, each.entities) for iri, each in known.classes.items())
            return [(iri, _Figures(count, {self.subject: count, self.key: 1})) for iri, count in of_class]
        if self.key is not None:
            return None
        if self.predicate.startswith("?"):
            distinct = {self.subject: known.subjects, self.predicate: len(known.properties)}
            return [("", _Figures(known.triples, distinct))]
        if self.object.startswith("?"):
            used_here = known.properties.get(self.predicate)
            figures = (used_here.triples, used_here.subjects) if used_here else (0, 0)
            classes = {self.object: len(known.classes)} if self.predicate == TYPE else {}
            return [("", _Figures(figures[0], {self.subject: figures[1], **classes}))]
        if self.predicate != TYPE:
            return None
        members = known.classes[self.object].entities if self.object in known.classes else 0
        return [("", _Figures(members, {self.subject: members}))]

    def _rows(self, groups: Iterable[tuple[str, _Figures]]) -> list[tuple[str | int, ...]]:
        """Raises KeyError where something is asked that is not known."""
        ordered = sorted(groups)  # by name, so that the same question has the same answer
        for condition in reversed(self.order):
            value = condition.value
            ordered.sort(
                key=lambda group: group[1].of(value) if value else group[0],
                reverse=condition.descending,
            )
        rows = [
            tuple(each.of(column.counted) if column.counted else iri for column in self.columns)
            for iri, each in ordered
        ]
        return rows[self.rows]


def question(text: str) -> Question | None:
    """What a query asks about the whole graph; None where it asks anything else.

    >>> question("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").answer(12, lambda: None)
    [(12,)]
    """
    return _question(text) if len(text) <= _LONGEST else None


@lru_cache(512)
def _question(text: str) -> Question | None:
    found = _QUERY.fullmatch(text)
    return _read(found) if found else None


def _read(found: re.Match[str]) -> Question | None:
    prefixes = {label: iri[1:-1] for label, iri in _PREFIX.findall(found["prologue"])}
    terms = [_term(found[place], prefixes) for place in ("subject", "predicate", "object")]
    columns = [_column(item[0]) for item in _EACH_ITEM.finditer(found["items"])]
    variables = {term for term in terms if term and term.startswith("?")}
    if None in terms or len(variables) < sum(term is not None and term.startswith("?") for term in terms):
        return None  # a prefix that is not declared, or one variable in two places
    subject, predicate, of = cast(list[str], terms)
    if predicate.startswith("?") and not of.startswith("?"):
        return None  # how often a thing is pointed to is not counted
    key = _variable(found["group"]) if found["group"] else None
    distinct, counts = bool(found["distinct"]), [column for column in columns if column.counted]
    if key is None and distinct and not counts and len(columns) == 1:
        key = columns[0].name  # SELECT DISTINCT ?key says the same as GROUP BY ?key
    names = [column.name for column in columns]
    if not _is_sound(columns, key, variables) or (distinct and key not in (None, *names)):
        return None
    order = []
    for each in _EACH_CONDITION.finditer(found["order"] or ""):
        value = _ordered_by(each[0], columns, key)
        if value is _UNKNOWN or (isinstance(value, _Count) and value.of not in ("*", *variables)):
            return None
        if value and not (found["group"] or counts):
            return None
        order.append(_Condition(cast("_Count | None", value), bool(_DESCENDING.match(each[0]))))
    first = int(found["offset"] or 0)
    last = first + int(found["limit"]) if found["limit"] else None
    return Question(subject, predicate, of, tuple(columns), key, tuple(order), slice(first, last))


def written(asked: Question, rows: Iterable[tuple[str | int, ...]], chosen: ResultFormat) -> bytes:
    """The rows of an answer as a query result, by the serialisers that the engine's results go through."""
    lines = ["\t".join(column.name for column in asked.columns)]
    lines += ("\t".join(f"<{value}>" if isinstance(value, str) else str(value) for value in row) for row in rows)
    parsed = parse_query_results("\n".join([*lines, ""]).encode(), QueryResultsFormat.TSV)
    assert isinstance(parsed, QuerySolutions)  # noqa: S101 - TSV with a head is never a boolean
    return parsed.serialize(format=chosen.results_format) or b""


def _is_sound(columns: list[_Column], key: str | None, variables: set[str]) -> bool:
    """Whether SPARQL allows it: what is neither counted nor the key has no one value, and a new name has to be new."""
    aliases = [column.name for column in columns if column.counted]
    plain = [column.name for column in columns if not column.counted]
    counted = {column.counted.of for column in columns if column.counted}
    return (
        len({*aliases, *plain}) == len(columns)
        and variables.isdisjoint(aliases)
        and counted <= {"*", *variables}
        and (key is None or key in variables)
        and all(name == key for name in plain)
    )


_UNKNOWN = object()


def _ordered_by(text: str, columns: list[_Column], key: str | None) -> object:
    """The count that a condition orders by, None for the key, and _UNKNOWN for anything else."""
    counted = _COUNTED.search(text)
    if counted:
        return _Count(_variable(counted[2]), bool(counted[1]))
    name = _variable(re.findall(_VAR, text)[-1])
    by_name = {column.name: column.counted for column in columns}
    return None if name == key else by_name.get(name, _UNKNOWN)


def _column(text: str) -> _Column:
    counted = _COUNTED.search(text)
    if not counted:
        return _Column(_variable(text), None)
    aliased = _ALIASED.search(text)
    assert aliased  # noqa: S101 - it is part of the pattern that found it
    return _Column(_variable(aliased[1]), _Count(_variable(counted[2]), bool(counted[1])))


def _variable(text: str) -> str:
    """`?x` and `$x` are the same variable."""
    return text if text == "*" else f"?{text[1:]}"


def _term(text: str, prefixes: Mapping[str, str]) -> str | None:
    """A variable as `?name`, an IRI as it is; None where it is none, or its prefix is not declared."""
    if text[0] in "?$":
        return _variable(text)
    if text == "a":
        return TYPE
    label, _, local = text.partition(":")
    try:
        return check_iri(text[1:-1] if text[0] == "<" else prefixes[f"{label}:"] + local)
    except (KeyError, KGError):
        return None
