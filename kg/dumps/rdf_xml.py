"""RDF/XML from sorted statements: a `rdf:Description` a thing.

XML has no control characters and no two characters that are none (U+FFFE, U+FFFF), and properties whose IRI does not
end in a name cannot be elements; RDF 1.1's XML has no triple terms. Such statements are left out and counted.
https://www.w3.org/TR/rdf-syntax-grammar/
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.dumps.terms import NAMESPACES, Statement, blank_label, literal_parts, unescaped
from kg.namespaces import RDF

_NAME = re.compile(rb"[A-Za-z_][A-Za-z0-9_.-]*\Z")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORBIDDEN = {
    RDF.encode() + name for name in b"RDF ID about parseType resource nodeID datatype Description li aboutEach".split()
}
_IRI, _LITERAL, _QUOTE = ord("<"), ord('"'), ord('"')

HEADER = b'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF%b>\n' % b"".join(
    b'\n  xmlns:%b="%b"' % (prefix, name) for name, prefix in NAMESPACES.items()
)
FOOTER = b"</rdf:RDF>\n"


class RdfXmlWriter:
    """Writes stretches of statements as elements; `omitted` counts what XML cannot say."""

    def __init__(self) -> None:
        self._tags: dict[bytes, tuple[bytes, bytes] | None] = {}
        self.omitted = 0

    def text(self, statements: Sequence[Statement]) -> bytes:
        """Statements in order of their subjects."""
        out: list[bytes] = []
        before, tags = b"", self._tags
        for subject, predicate, term in statements:
            if subject != before:
                if before:
                    out.append(b"</rdf:Description>\n")
                out.append(_opened(subject))
                before = subject
            tag = tags.get(predicate) or self._tag(predicate)
            written = tag and _property(*tag, term)
            if written:
                out.append(written)
            else:
                self.omitted += 1
        if before:
            out.append(b"</rdf:Description>\n")
        return b"".join(out)

    def _tag(self, predicate: bytes) -> tuple[bytes, bytes] | None:
        """What an element of this property begins and ends with, without its last bracket."""
        iri = predicate[1:-1]
        match = _NAME.search(iri)
        if match is None or not match.start() or iri in _FORBIDDEN:
            return None
        namespace, name = iri[: match.start()], match[0]
        prefix = NAMESPACES.get(namespace)
        if prefix:
            tag = b"<%b:%b" % (prefix, name), b"</%b:%b>\n" % (prefix, name)
        else:
            tag = b'<p:%b xmlns:p="%b"' % (name, _attribute(namespace)), b"</p:%b>\n" % name
        self._tags[predicate] = tag
        return tag


def _opened(subject: bytes) -> bytes:
    if subject[0] == _IRI:
        return b'<rdf:Description rdf:about="%b">\n' % _attribute(subject[1:-1])
    return b'<rdf:Description rdf:nodeID="%b">\n' % blank_label(subject)


def _property(start: bytes, end: bytes, term: bytes) -> bytes | None:
    """One statement, or None where it cannot be said."""
    if term[0] == _LITERAL:
        if term[-1] == _QUOTE:
            text, attribute = term[1:-1], b""
        else:
            text, datatype, language, direction = literal_parts(term)
            if direction:
                return None
            attribute = b' xml:lang="%b"' % language if language else b' rdf:datatype="%b"' % _attribute(datatype)
        if b"\\" in text:
            characters = unescaped(text)
            if _NOT_IN_XML.search(characters):
                return None
            text = characters.encode()
        if b"&" in text or b"<" in text or b">" in text or b"\r" in text:
            text = text.replace(b"&", b"&amp;").replace(b"<", b"&lt;").replace(b">", b"&gt;").replace(b"\r", b"&#13;")
        return b"%b%b>%b%b" % (start, attribute, text, end)
    if term[0] != _IRI:
        return b'%b rdf:nodeID="%b"/>\n' % (start, blank_label(term))
    if term[1] == _IRI:
        return None
    return b'%b rdf:resource="%b"/>\n' % (start, _attribute(term[1:-1]))


def _attribute(iri: bytes) -> bytes:
    """An IRI has neither quotes nor angle brackets."""
    return iri.replace(b"&", b"&amp;") if b"&" in iri else iri
