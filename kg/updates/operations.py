"""An update's text as a list of operations. The engine's own parser says whether it is valid, before it is looked into.

https://www.w3.org/TR/sparql11-query/#rUpdate
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kg.sparql import Kind, Token
from kg.sparql.lexer import Scanner
from kg.sparql.tokens import SILENT

_NOT_LINE_BREAK = re.compile(r"[^\r\n]")
_FAILING = "DROP GRAPH <urn:nothing>"
_PROLOGUE_LENGTH = {"BASE": 2, "PREFIX": 3, "VERSION": 2}


@dataclass(frozen=True)
class Modify:
    """DELETE and INSERT templates with the pattern that gives their solutions; DATA forms have no pattern.

    Texts are without their braces; `with_graph` and what stands in `using` are IRIs as written.
    """

    prologue: str
    delete: list[Token] | None = None
    insert: list[Token] | None = None
    pattern: str | None = None
    with_graph: str | None = None
    using: list[str] = field(default_factory=list)
    using_named: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Manage:
    """CLEAR, DROP, CREATE, ADD, MOVE, COPY or LOAD. A target is an IRI as written, DEFAULT, NAMED or ALL.

    `text` is the operation alone with its prologue.
    """

    prologue: str
    verb: str
    silent: bool
    targets: list[str]
    text: str


Operation = Modify | Manage


@dataclass(frozen=True)
class Part:
    """One operation of a request, not looked into yet.

    `text` is the operation alone with all that is declared before it, each character where it stands in the request:
    Oxigraph's parser takes BASE and PREFIX at the beginning of a request only, SPARQL after each semicolon too.
    """

    prologue: list[Token]
    tokens: list[Token]
    text: str

    @property
    def without_effect(self) -> str:
        """The operation after one that fails wherever nothing is: read as `text` is, but never evaluated."""
        start = self.tokens[0].start
        return f"{self.text[:start]} {_FAILING} ; {self.text[start:]}"


def parts(text: str) -> Iterator[Part]:
    """The operations of a request in order. Raises QuerySyntaxError where it is not even made of tokens."""
    prologue: list[Token] = []
    for tokens in _split(text):
        while tokens and (length := _PROLOGUE_LENGTH.get(tokens[0].value.upper())):
            prologue += tokens[:length]
            tokens = tokens[length:]
        if tokens:
            yield Part(list(prologue), tokens, _in_place(text, [*prologue, *tokens]))


def _in_place(text: str, tokens: list[Token]) -> str:
    """`text` with everything but these tokens blanked out, line breaks kept."""
    kept, position = [], 0
    for token in tokens:
        kept += [_NOT_LINE_BREAK.sub(" ", text[position : token.start]), token.text]
        position = token.start + len(token.text)
    return "".join(kept)


def _split(text: str) -> Iterator[list[Token]]:
    """The tokens of each operation, without spaces and comments, without the semicolon between."""
    scanner = Scanner(text)
    found: list[Token] = []
    separated = False
    for token in scanner:
        if token.kind in SILENT:
            continue
        if token.value == ";" and token.kind is Kind.PUNCT and scanner.structure.depth == 0:
            if separated and not found:
                raise scanner.fault("between two semicolons there has to be an operation", token.start)
            yield found
            found, separated = [], True
        else:
            found.append(token)
    yield found


def operation(part: Part) -> Operation:
    """The operation of a part whose text is known to be valid."""
    prologue, tokens = written(part.prologue), part.tokens
    if tokens[0].value.upper() in ("WITH", "INSERT", "DELETE"):
        return _modify(prologue, tokens)
    verb, rest = tokens[0].value.upper(), tokens[1:]
    silent = bool(rest) and rest[0].value.upper() == "SILENT"
    words = [token.value for token in rest[silent:]]
    targets = [word for word in words if word.upper() not in ("GRAPH", "TO", "INTO")]
    return Manage(prologue, verb, silent, targets, part.text)


def _modify(prologue: str, tokens: list[Token]) -> Modify:
    """DELETE DATA, INSERT DATA, DELETE WHERE, and DELETE and INSERT with WHERE."""
    blocks: dict[str, list[Token]] = {}
    with_graph: str | None = None
    using: list[str] = []
    using_named: list[str] = []
    position, clause, data = 0, "", False
    while position < len(tokens):
        word = tokens[position].value.upper()
        if word == "{":
            end = closing(tokens, position)
            blocks[clause] = tokens[position + 1 : end]
            position = end
            clause = "WHERE"  # the keyword may be left out
        elif word == "WITH":
            position += 1
            with_graph = tokens[position].value
        elif word == "USING":
            named = tokens[position + 1].value.upper() == "NAMED"
            position += 2 if named else 1
            (using_named if named else using).append(tokens[position].value)
        elif word == "DATA":
            data = True
        elif word == "WHERE" and clause == "DELETE" and "DELETE" not in blocks:
            clause = "DELETE WHERE"
        else:
            clause = word
        position += 1
    if "DELETE WHERE" in blocks:
        both = blocks["DELETE WHERE"]
        return Modify(prologue, delete=both, pattern=written(both), with_graph=with_graph)
    pattern = None if data else written(blocks["WHERE"])
    return Modify(prologue, blocks.get("DELETE"), blocks.get("INSERT"), pattern, with_graph, using, using_named)


def closing(tokens: list[Token], start: int) -> int:
    """The place of the brace that closes the one at `start`."""
    depth = 0
    for position in range(start, len(tokens)):
        if tokens[position].kind is Kind.PUNCT:
            depth += {"{": 1, "}": -1}.get(tokens[position].value, 0)
        if not depth:
            return position
    raise AssertionError("the engine's parser lets no open brace through")


def written(tokens: list[Token], form: Callable[[Token], str] = lambda token: token.value) -> str:
    """The tokens as text, with a space only where something stood between them: `^^` is two tokens and one sign."""
    text: list[str] = []
    end = None
    for token in tokens:
        text += [form(token)] if token.start == end else [" ", form(token)]
        end = token.start + len(token.text)
    return "".join(text)
