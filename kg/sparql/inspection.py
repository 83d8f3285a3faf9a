"""What a request would do, told from its text: its form, the addresses it would reach, its dataset, its nesting.

The engine's parser is more lenient than the grammar: it reads `SERVICEex:p` as SERVICE and `ex:p`. Words that run
together are therefore refused, and so is a prefix that could be read as a keyword and another prefix.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pyoxigraph
from pyoxigraph import RdfFormat

from kg.sparql.keywords import PROLOGUE, QUERY_FORMS, UPDATE_FORMS
from kg.sparql.lexer import Scanner
from kg.sparql.structure import OPENERS
from kg.sparql.tokens import SILENT, Kind, Token

_REMOTE = ("SERVICE", "LOAD")
_DATASET = frozenset({"FROM", "USING", "WITH"})
_HIDDEN_KEYWORD = re.compile("service|silent|load|prefix", re.IGNORECASE)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|\\(.)")
# Each declaration may be relative to the one before, so that many would take time that grows with their square.
_MOST_DECLARATIONS = 1000


@dataclass(frozen=True)
class Inspection:
    """What is known of a request without evaluating it.

    `kind`: "select", "ask", "construct", "describe", or "update" (also for an update of no operations).
    `remote_addresses`: what SERVICE and LOAD would reach, in order, each once: IRIs, or `?name` for a variable.
    `has_dataset_clause`: it has FROM, or an update USING or WITH.
    `nesting_depth`: the most brackets that are open at once.
    """

    kind: str
    remote_addresses: list[str]
    has_dataset_clause: bool
    nesting_depth: int


def inspect(text: str, base_iri: str | None = None, max_depth: int | None = None) -> Inspection:
    """Everything about a request in one pass; relative IRIs are taken relative to `base_iri`.

    Raises QuerySyntaxError, with line and column, for what is no query or update by its terminals, for prefixes that
    are not declared, for addresses that are no IRIs, and at the bracket that is more than `max_depth` deep.
    """
    return _Inspector(text, base_iri, max_depth).inspection()


def operation_kind(text: str) -> str:
    """ "select", "ask", "construct", "describe" or "update".

    >>> operation_kind("PREFIX ex: <http://example.org/> # SELECT\\nASK {}")
    'ask'
    """
    return inspect(text).kind


def remote_addresses(text: str, base_iri: str | None = None) -> list[str]:
    """What SERVICE and LOAD would reach; `?name` where that is a variable.

    >>> remote_addresses("BASE <http://example.org/a/> SELECT * { SERVICE SILENT <../sparql> { ?s ?p 'LOAD <x:y>' } }")
    ['http://example.org/sparql']
    """
    return inspect(text, base_iri).remote_addresses


def has_dataset_clause(text: str) -> bool:
    """Whether a query has FROM, or an update USING or WITH."""
    return inspect(text).has_dataset_clause


def nesting_depth(text: str) -> int:
    """The most brackets that are open at once.

    >>> nesting_depth("ASK { ?s ?p [] FILTER(1 IN (1)) }")
    3
    """
    return inspect(text).nesting_depth


@dataclass
class _Inspector:
    text: str
    base: str | None
    max_depth: int | None
    kind: str = ""
    addresses: dict[str, None] = field(default_factory=dict)
    dataset: bool = False
    prefixes: dict[str, str] = field(default_factory=dict)
    declarations: int = 0

    def __post_init__(self) -> None:
        self._scanner = Scanner(self.text)
        self._structure = self._scanner.structure

    def inspection(self) -> Inspection:
        deepest = 0
        for token in self._scanner:
            if token.kind in SILENT:
                continue
            deepest = max(deepest, self._structure.depth + (token.text in OPENERS))
            if self.max_depth is not None and deepest > self.max_depth:
                raise self._scanner.fault(f"brackets are nested more than {self.max_depth} deep", token.start)
            if not self.kind:
                self._see_prologue(token)
            match token.kind:
                case Kind.NAME:
                    self._see_name(token)
                case Kind.IRIREF | Kind.PNAME | Kind.VAR:
                    self._see_iri_or_variable(token)
        return Inspection(self.kind or "update", list(self.addresses), self.dataset, deepest)

    def _see_name(self, token: Token) -> None:
        self.dataset = self.dataset or token.value.upper() in _DATASET

    def _see_iri_or_variable(self, token: Token) -> None:
        follows = self._structure.follows
        if token.kind is Kind.PNAME and not follows("PREFIX"):
            self._check_prefix(token)
        elif token.kind is Kind.IRIREF and follows("BASE"):
            self.base = self._declared(token)
        elif token.kind is Kind.IRIREF and self._declares_prefix():
            label = self._structure.previous.value if self._structure.previous else ""
            self.prefixes[label.removesuffix(":")] = self._declared(token)
        if follows(*_REMOTE) or self._structure.follows_pair(_REMOTE, "SILENT"):
            self.addresses[self._address(token)] = None

    def _see_prologue(self, token: Token) -> None:
        """What stands before the first operation, and that operation's keyword."""
        word = token.value.upper() if token.kind is Kind.NAME else ""
        if word in QUERY_FORMS:
            self.kind = word.lower()
        elif word in UPDATE_FORMS:
            self.kind = "update"
        elif word not in PROLOGUE and not self._structure.follows(*PROLOGUE) and not self._declares_prefix():
            # An update may have no operation at all, and then still end in a semicolon.
            if token.value != ";":
                raise self._scanner.fault(
                    f"expected SELECT, ASK, CONSTRUCT, DESCRIBE or an update, not {token.text[:60]!r}", token.start
                )
            self.kind = "update"

    def _declares_prefix(self) -> bool:
        """Whether `PREFIX label:` stands before the token in hand."""
        before, previous = self._structure.before_previous, self._structure.previous
        return (
            before is not None
            and previous is not None
            and previous.kind is Kind.PNAME
            and before.kind is Kind.NAME
            and before.value.upper() == "PREFIX"
        )

    def _declared(self, token: Token) -> str:
        self.declarations += 1
        if self.declarations > _MOST_DECLARATIONS:
            raise self._scanner.fault(f"more than {_MOST_DECLARATIONS} prefixes and bases", token.start)
        return self._resolved(token)

    def _check_prefix(self, token: Token) -> None:
        label = token.value.partition(":")[0]
        if label not in self.prefixes:
            raise self._scanner.fault(f"the prefix '{label[:60]}:' is not declared", token.start)
        for keyword in _HIDDEN_KEYWORD.finditer(label):
            rest = label[keyword.end() :]
            if rest in self.prefixes:
                raise self._scanner.fault(
                    f"'{label}:' could be read as the keyword {keyword[0].upper()} and the prefix '{rest}:'; "
                    "declare it under another name",
                    token.start,
                )

    def _address(self, token: Token) -> str:
        if token.kind is Kind.VAR:
            return f"?{token.value[1:]}"
        if token.kind is Kind.IRIREF:
            return self._resolved(token)
        label, _, local = token.value.partition(":")
        return self.prefixes[label] + _ESCAPE.sub(_character, local)

    def _resolved(self, token: Token) -> str:
        """The absolute IRI, resolved by the library that evaluates queries, so that both mean the same address."""
        try:
            (quad,) = pyoxigraph.parse(f"{token.value} <x:> <x:> .", RdfFormat.TURTLE, base_iri=self.base)
        except (SyntaxError, ValueError) as error:
            raise self._scanner.fault(
                f"{token.text[:200]} is no absolute IRI, and no BASE makes it one", token.start
            ) from error
        return str(quad.subject).strip("<>")


def _character(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else escape[3]
