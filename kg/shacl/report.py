"""What validation found. https://www.w3.org/TR/shacl/#validation-report"""

from __future__ import annotations

import io
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from typing import IO, Final

import msgspec
import pyoxigraph
from pyoxigraph import BlankNode, RdfFormat, Triple

from kg import namespaces as ns
from kg.shacl.graph import ShapesGraph
from kg.shacl.shapes import SEVERITIES

_IN_MEMORY: Final = 16 << 20
_ROOT: Final = "_:report"
# Messages that name what was found can be as many as the results; from so many on, they are counted as one.
_MESSAGES_APART: Final = 1_000


class Result(msgspec.Struct, frozen=True):
    """One thing that is wrong or in doubt. Terms are N-Triples text, `path` is as SPARQL spells it.

    `severity` is 'Violation', 'Warning' or 'Info'; `shape` is the IRI of the named shape that asks for it, `source` the
    very shape; `component` is the IRI of the kind of constraint.
    """

    severity: str
    focus: str
    path: str | None
    value: str | None
    message: str
    shape: str
    component: str
    source: str
    path_node: str | None = None
    constraint: str | None = None
    messages: tuple[str, ...] = ()


class Kind(msgspec.Struct, frozen=True):
    """Results that are alike: how many there are, and the first of their focus nodes as N-Triples."""

    severity: str
    shape: str
    message: str
    count: int
    example: str


class Report:
    """Results in the order of severity and shape. They are kept in a file, so that there may be millions."""

    def __init__(self, results: Iterable[Result], shapes: ShapesGraph) -> None:
        self._shapes = shapes
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - it lives as long as the report
        weakref.finalize(self, self._file.close)
        self._alike: dict[tuple[int, str, str], tuple[int, str]] = {}
        self._blank_nodes: dict[str, None] = {}
        for result in results:
            self._file.write(msgspec.json.encode(result) + b"\n")
            self._count(result)

    def _count(self, result: Result) -> None:
        key = SEVERITIES.index(result.severity), result.shape, result.message
        if key not in self._alike and len(self._alike) >= _MESSAGES_APART:
            key = *key[:2], "(one of many messages)"
        count, example = self._alike.get(key, (0, result.focus))
        self._alike[key] = count + 1, min(example, result.focus)
        for node in (result.source, result.path_node, result.constraint):
            if node is not None and node.startswith("_:"):
                self._blank_nodes[node] = None

    def __iter__(self) -> Iterator[Result]:
        """The results, one by one; only one such reading at a time."""
        self._file.seek(0)
        for line in self._file:
            yield msgspec.json.decode(line, type=Result)

    def __len__(self) -> int:
        return sum(count for count, _ in self._alike.values())

    @property
    def results(self) -> tuple[Result, ...]:
        """All of them, in memory."""
        return tuple(self)

    def _total(self, severity: str) -> int:
        return sum(count for (index, *_), (count, _) in self._alike.items() if SEVERITIES[index] == severity)

    @property
    def conforms(self) -> bool:
        """Whether there is no violation; warnings do not count."""
        return self._total("Violation") == 0

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What was found, each message of a shape once, violations first."""
        return tuple(
            Kind(SEVERITIES[severity], shape, message, count, example)
            for (severity, shape, message), (count, example) in sorted(self._alike.items())
        )

    @property
    def summary(self) -> tuple[str, ...]:
        """Lines for a person: each message once, how often and with an example, then the totals."""
        lines = (f"{kind.severity.lower()}, {kind.count} ×: {kind.message} {kind.example}" for kind in self.kinds)
        return (*lines, f"violations: {self._total('Violation')}, warnings: {self._total('Warning')}")

    @property
    def turtle(self) -> str:
        """The SHACL validation report as text."""
        output = io.BytesIO()
        self.write(output)
        return output.getvalue().decode()

    def write(self, output: IO[bytes]) -> None:
        """Write the SHACL validation report as Turtle, result by result."""
        pyoxigraph.serialize(self._triples(), output, RdfFormat.TURTLE, prefixes=ns.PREFIXES)

    def _triples(self) -> Iterator[Triple]:
        conforms = "false" if len(self) else "true"
        yield from _parse(f'{_ROOT} a sh:ValidationReport ; sh:conforms "{conforms}"^^xsd:boolean .')
        for number, result in enumerate(self):
            yield from _parse(_statements(result, f"_:result{number}"))
        seen: set[pyoxigraph.NamedNode | BlankNode | pyoxigraph.Literal] = set()
        for node in self._blank_nodes:
            yield from self._shapes.description(BlankNode(node.removeprefix("_:")), seen)


_PREFIXES: Final = {"sh": ns.SH, "xsd": ns.XSD}
_HEAD: Final = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in _PREFIXES.items())


def _parse(text: str) -> Iterator[Triple]:
    for quad in pyoxigraph.parse(_HEAD + text, RdfFormat.TURTLE):
        yield quad.triple


def _statements(result: Result, node: str) -> str:
    facts = [
        ("focusNode", result.focus),
        ("resultPath", result.path_node),
        ("value", result.value),
        ("resultSeverity", f"sh:{result.severity}"),
        ("sourceShape", result.source),
        ("sourceConstraint", result.constraint),
        ("sourceConstraintComponent", f"<{result.component}>"),
        *(("resultMessage", message) for message in result.messages),
    ]
    told = " ".join(f"; sh:{name} {value}" for name, value in facts if value is not None)
    return f"{node} a sh:ValidationResult {told} . {_ROOT} sh:result {node} ."
