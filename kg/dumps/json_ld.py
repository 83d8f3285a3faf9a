"""JSON-LD from sorted statements: a node a line, by the project's context, which the document carries.

Values stand under the key of the context that coerces them rightly; where there is none, they say themselves what they
are, or the key is the IRI. JSON-LD 1.1 has no triple terms: statements with them are left out and counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from kg.dumps.terms import Statement, blank_label, literal_parts
from kg.jsonld import context
from kg.namespaces import TYPE, XSD

_TYPE = f"<{TYPE}>".encode()
_STRING, _INTEGER, _BOOLEAN = (f"{XSD}{name}" for name in ("string", "integer", "boolean"))
_WHOLE_NUMBER = re.compile(rb"0|-?[1-9][0-9]{0,14}")
_MEMORY = 200_000  # values
_IRI, _LITERAL, _QUOTE = ord("<"), ord('"'), ord('"')

HEADER = b'{"@context": ' + msgspec.json.encode(context()) + b', "@graph": [\n'
FOOTER = b"\n]}\n"

_ENGLISH = b"@en"

Render = Callable[[bytes], bytes]


def _as_it_is(content: bytes) -> bytes:
    return content


class JsonLdWriter:
    """Writes stretches of statements as nodes with commas between; `omitted` counts what JSON-LD cannot say."""

    def __init__(self) -> None:
        self._terms = _Terms()
        self._rules: dict[tuple[bytes, bytes], tuple[bytes, bool, Render]] = {}
        self._values: dict[bytes, tuple[bytes, bytes]] = {}
        self.omitted = 0

    def text(self, statements: Sequence[Statement]) -> bytes:
        """Statements in order of their subjects and predicates."""
        nodes: list[bytes] = []
        before, node = b"", dict[bytes, list[bytes]]()
        sets: set[bytes] = set()
        if len(self._values) > _MEMORY:
            self._values.clear()
        rules, values = self._rules, self._values
        for subject, predicate, term in statements:
            if subject != before:
                if before:
                    nodes.append(self._node(before, node, sets))
                before, node = subject, {}
            if term[0] == _LITERAL and term[-1] == _QUOTE:
                sort, content = b'"', term
            else:
                known = values.get(term)
                if known is None:
                    known = self._value(term)
                sort, content = known
            if not sort:
                self.omitted += 1
                continue
            rule = rules.get((predicate, sort))
            if rule is None:
                rule = rules[predicate, sort] = self._rule(predicate, sort)
            key, is_set, render = rule
            if is_set:
                sets.add(key)
            if key in node:
                node[key].append(render(content))
            else:
                node[key] = [render(content)]
        if before:
            nodes.append(self._node(before, node, sets))
        return b",\n".join(nodes)

    def _node(self, subject: bytes, node: dict[bytes, list[bytes]], sets: set[bytes]) -> bytes:
        """A thing of which nothing can be said here is named all the same, so that no comma stands alone."""
        members = [b'{"id": "%b"' % _name(subject)]
        for key, values in node.items():
            one = len(values) == 1 and key not in sets
            members.append(b"%b: %b" % (key, values[0]) if one else b"%b: [%b]" % (key, b", ".join(values)))
        return b", ".join(members) + b"}"

    def _value(self, term: bytes) -> tuple[bytes, bytes]:
        """What sort of value a term is, and how JSON writes it.

        The sort is `<` for things, `"` for text, `@en` for text in English, `@` for what else is tagged, else the
        datatype; empty where there is no value.
        """
        if term.startswith(b"<<"):
            return b"", b""
        if term[0] != _LITERAL:
            return b"<", b'"%b"' % _name(term)
        parts = literal_parts(term)
        text = b'"%b"' % parts.text
        if parts.language == b"en" and not parts.direction:
            return _ENGLISH, text
        if parts.language:
            members = b'"@value": %b, "@language": "%b"' % (text, parts.language)
            if parts.direction:
                members += b', "@direction": "%b"' % parts.direction
            return b"@", b"{%b}" % members
        datatype = parts.datatype.decode()
        is_native = (datatype == _INTEGER and _WHOLE_NUMBER.fullmatch(parts.text)) or (
            datatype == _BOOLEAN and parts.text in (b"true", b"false")
        )
        found = (b"=" + parts.datatype, parts.text) if is_native else (parts.datatype, text)
        self._values[term] = found
        return found

    def _rule(self, predicate: bytes, sort: bytes) -> tuple[bytes, bool, Render]:
        """Under which key values of a sort stand, whether always in a list, and how they are written there."""
        iri, terms = predicate[1:-1].decode(), self._terms
        if predicate == _TYPE and sort == b"<":
            return b'"type"', True, terms.type_name
        coerced = {b"<": "@id", b'"': None, b"@": None, _ENGLISH: None}.get(sort, sort.decode())
        is_native = sort.startswith(b"=")
        name = terms.find(iri, None if is_native else coerced, "en" if sort == _ENGLISH else None)
        if name is not None:
            return _key(name), terms.is_set(name), _as_it_is
        name = terms.any_of(iri)
        key, is_set = (_key(iri), False) if name is None else (_key(name), terms.is_set(name))
        if sort == b"<":
            return key, is_set, b'{"@id": %b}'.__mod__
        if sort == _ENGLISH:
            return key, is_set, b'{"@value": %b, "@language": "en"}'.__mod__
        if sort == b"@" or (is_native and name is None):
            return key, is_set, _as_it_is
        if sort == b'"' or is_native:
            return key, is_set, _as_it_is if name is None else b'{"@value": %b}'.__mod__
        datatype = b'{"@value": %%b, "@type": "%b"}' % sort.replace(b"%", b"%%")
        return key, is_set, datatype.__mod__


class _Terms:
    """The project's context, by IRI."""

    def __init__(self) -> None:
        self._terms: dict[str, dict[str, Any]] = {}
        self._of: dict[str, list[str]] = {}
        self._types: dict[bytes, bytes] = {}
        for name, term in context().items():
            if isinstance(term, dict) and "@id" in term and term.get("@container", "@set") == "@set":
                self._terms[name] = term
                self._of.setdefault(term["@id"], []).append(name)

    def find(self, iri: str, coerced: str | None, language: str | None) -> str | None:
        """The key that makes of a plain value what it is."""
        terms = ((name, self._terms[name]) for name in self._of.get(iri, ()))
        wanted = coerced, language
        return next((name for name, term in terms if (term.get("@type"), term.get("@language")) == wanted), None)

    def any_of(self, iri: str) -> str | None:
        """A key under which values say themselves what they are."""
        return next(iter(self._of.get(iri, ())), None)

    def is_set(self, name: str) -> bool:
        return "@container" in self._terms[name]

    def type_name(self, iri: bytes) -> bytes:
        """The name of a class, as JSON."""
        found = self._types.get(iri)
        if found is None:
            name = self.any_of(iri[1:-1].decode())
            found = self._types[iri] = iri if name is None else _key(name)
        return found


def _key(name: str) -> bytes:
    return msgspec.json.encode(name)


def _name(term: bytes) -> bytes:
    return term[1:-1] if term[0] == _IRI else b"_:" + blank_label(term)
