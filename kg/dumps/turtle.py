"""Turtle and TriG from sorted statements: one thing after another, vocabulary by its prefixes, always the same bytes.

https://www.w3.org/TR/rdf12-turtle/
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.dumps.terms import NAMESPACES, Statement, blank_label, literal_parts, prefixed
from kg.namespaces import TYPE, XSD

_TYPE = f"<{TYPE}>".encode()
_BARE = {
    f"{XSD}integer".encode(): re.compile(rb"[+-]?[0-9]+"),
    f"{XSD}decimal".encode(): re.compile(rb"[+-]?[0-9]*\.[0-9]+"),
    f"{XSD}boolean".encode(): re.compile(rb"true|false"),
}
_MEMORY = 200_000  # terms
_IRI, _LITERAL, _QUOTE = ord("<"), ord('"'), ord('"')

HEADER = b"".join(b"@prefix %b: <%b> .\n" % (prefix, name) for name, prefix in NAMESPACES.items())


class TurtleWriter:
    """Writes stretches of statements; each text is whole, and all with the header before them are a document."""

    def __init__(self) -> None:
        self._terms: dict[bytes, bytes] = {}

    def text(self, statements: Sequence[Statement]) -> bytes:
        """Statements in order of their subjects and predicates."""
        terms, out = self._terms, list[bytes]()
        if len(terms) > _MEMORY:
            terms.clear()
        before = last = b""
        for subject, predicate, term in statements:
            if subject != before:
                if before:
                    out.append(b" .\n\n")
                out.append(self.node(subject))
                out.append(b" ")
            elif predicate != last:
                out.append(b" ;\n    ")
            if subject != before or predicate != last:
                before, last = subject, predicate
                out.append(terms.get(predicate) or self._predicate(predicate))
                out.append(b" ")
            else:
                out.append(b" , ")
            if term[0] == _LITERAL:
                out.append(term if term[-1] == _QUOTE else terms.get(term) or self._literal(term))
            else:
                out.append(terms.get(term) or self.node(term))
        if before:
            out.append(b" .\n\n")
        return b"".join(out)

    def _predicate(self, predicate: bytes) -> bytes:
        found = self._terms[predicate] = b"a" if predicate == _TYPE else self.node(predicate)
        return found

    def node(self, term: bytes) -> bytes:
        if term[0] != _IRI:
            return b"_:" + blank_label(term)
        if term[1] == _IRI:
            return term  # a triple term is written in the same way
        name = prefixed(term[1:-1])
        if name is None:
            return term
        found = self._terms[term] = b":".join(name)
        return found

    def _literal(self, term: bytes) -> bytes:
        """A literal that is no plain text."""
        parts = literal_parts(term)
        written = term
        if parts.datatype:
            bare = _BARE.get(parts.datatype)
            if bare and bare.fullmatch(parts.text):
                written = parts.text
            else:
                written = b'"%b"^^%b' % (parts.text, self.node(b"<%b>" % parts.datatype))
        self._terms[term] = written
        return written
