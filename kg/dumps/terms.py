"""Terms of canonical N-Triples taken apart: what every other format is written from."""

from __future__ import annotations

import re
from typing import NamedTuple

from kg.namespaces import PREFIXES

Statement = tuple[bytes, bytes, bytes]
"""Subject, predicate and object as N-Triples."""

_LITERAL = re.compile(rb'"(.*)"(?:\^\^<([^>]*)>|@([A-Za-z0-9-]+?)(?:--(ltr|rtl))?)?', re.DOTALL)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_CHARACTERS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_PLAIN_LABEL = re.compile(rb"[A-Za-z][A-Za-z0-9]*")
# Names that are the same in Turtle and XML without any escape.
_LOCAL_NAME = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")

NAMESPACES = {name.encode(): prefix.encode() for prefix, name in sorted(PREFIXES.items())}


class LiteralParts(NamedTuple):
    """`text` is escaped as in N-Triples; datatype and language are empty where there are none."""

    text: bytes
    datatype: bytes
    language: bytes
    direction: bytes


def literal_parts(term: bytes) -> LiteralParts:
    """
    >>> literal_parts(b'"a"@en').language, literal_parts(b'"1"^^<http://example.org/t>').datatype
    (b'en', b'http://example.org/t')
    """
    match = _LITERAL.fullmatch(term)
    assert match  # noqa: S101 - the lines are canonical
    return LiteralParts(match[1], *(match[group] or b"" for group in (2, 3, 4)))


def unescaped(text: bytes) -> str:
    r"""
    >>> unescaped(rb"a\n\"b\" \u0001") == 'a\n"b" \x01'
    True
    """
    return _ESCAPE.sub(_character, text.decode()) if b"\\" in text else text.decode()


def _character(match: re.Match[str]) -> str:
    escape = match[1]
    return chr(int(escape[1:], 16)) if len(escape) > 1 else _CHARACTERS.get(escape, escape)


def blank_label(term: bytes) -> bytes:
    """A label that every format takes, another one for each blank node: what N-Triples takes is much more.

    >>> blank_label(b"_:b0"), blank_label(b"_:0.1")
    (b'b0', b'x_302e31')
    """
    label = term[2:]
    return label if _PLAIN_LABEL.fullmatch(label) else b"x_" + label.hex().encode()


def prefixed(iri: bytes) -> tuple[bytes, bytes] | None:
    """Prefix and local name of an IRI of the project's vocabularies.

    >>> prefixed(b"http://purl.org/dc/terms/title"), prefixed(b"http://example.org/title")
    ((b'dcterms', b'title'), None)
    """
    end = max(iri.rfind(b"#"), iri.rfind(b"/")) + 1
    prefix = NAMESPACES.get(iri[:end])
    return (prefix, iri[end:]) if prefix and _LOCAL_NAME.fullmatch(iri, end) else None
