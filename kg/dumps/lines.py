"""The lines of segments as the store states them: with canonical names, and every term in its canonical form.

A term has one form in N-Triples: the escapes of https://www.w3.org/TR/rdf12-n-triples/#canonical-ntriples, and for
numbers, dates and language tags what the store makes of them, which it is asked for each once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import cast

import pyoxigraph
from pyoxigraph import DefaultGraph, RdfFormat, Store, Triple

from kg import namespaces as ns

INVERSE = b"!"
"""In the place of a predicate: the subject is an authorship of the object. Tables are made by it; it is in no dump."""

_AUTHORSHIP = f"<{ns.HAS_AUTHORSHIP}>".encode()
_KEPT_AS_OBJECTS = frozenset(f"<{name}>".encode() for name in (ns.LINK_SUBJECT, ns.LINK_OBJECT, ns.SAME_AS))
_CONTROLS = bytes({*range(0x20), 0x7F} - {ord("\n")})
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")  # U+FFFE, U+FFFF
_OTHER_ESCAPE = re.compile(rb"\\[^nr\"]")
_MEMORY = 200_000  # literals
_IRI, _LITERAL, _QUOTE, _COMMENT, _SPACE = b'<"" #'[0], ord('"'), ord('"'), ord("#"), ord(" ")


class Canonical:
    """Makes lines what they are in the store."""

    def __init__(self, names: Mapping[bytes, bytes], with_inverses: bool = False) -> None:
        """`names`: of what is merged into another thing, with angle brackets, what it is called then."""
        self._names = names
        self._with_inverses = with_inverses
        self._literals: dict[bytes, bytes] = {}

    def lines(self, block: bytes) -> list[bytes]:
        """Whole lines without their ends; comments are left out."""
        names, literals, found = self._names, self._literals, list[bytes]()
        odd = _is_odd(block)
        if len(literals) > _MEMORY:
            literals.clear()
        for line in block.split(b"\n"):
            if not line or line[0] == _COMMENT:
                continue
            subject, predicate, term = line.split(b" ", 2)
            if (odd and _is_odd(line)) or term.startswith(b"<<") or subject[0] != _IRI:
                line = stored(line)
                subject, predicate, term = line.split(b" ", 2)
            elif term[0] == _LITERAL and term[-3] != _QUOTE:
                known = literals.get(term)
                if known is None:
                    known = literals[term] = stored(b"<a:> <a:> " + term).split(b" ", 2)[2]
                if known is not term:
                    term = known
                    line = b"%b %b %b" % (subject, predicate, term)
            if subject in names:
                subject = names[subject]
                line = b"%b %b %b" % (subject, predicate, term)
            if term[0] == _IRI:
                thing = term[:-2]
                if thing in names and predicate not in _KEPT_AS_OBJECTS:
                    thing = names[thing]
                    line = b"%b %b %b ." % (subject, predicate, thing)
                if predicate == _AUTHORSHIP and self._with_inverses:
                    found.append(b"%b %b %b ." % (thing, INVERSE, subject))
            found.append(line)
        return found


def _is_odd(text: bytes) -> bool:
    """Whether there is what few texts have: another escape than the usual four, or a character that needs one.

    Not one regular expression, which takes longer than all the rest.
    """
    return (
        len(text.translate(None, _CONTROLS)) != len(text)
        or any(character in text for character in _NO_CHARACTERS)
        or (b"\\" in text and _OTHER_ESCAPE.search(text.replace(b"\\\\", b"")) is not None)
    )


def stored(line: bytes) -> bytes:
    """A statement as the store gives it back."""
    store = Store()
    for quad in pyoxigraph.parse(line, RdfFormat.N_TRIPLES, lenient=True):
        store.add(quad)
    (found,) = store.quads_for_pattern(None, None, None, DefaultGraph())
    return n_triples(found.triple)


def n_triples(triple: Triple) -> bytes:
    """A line without its end."""
    return cast(bytes, pyoxigraph.serialize([triple], format=RdfFormat.N_TRIPLES))[:-1]


def with_inverses(lines: list[bytes]) -> list[bytes]:
    """Lines that are canonical already, with what tables need."""
    found = []
    for line in lines:
        subject, predicate, term = line.split(b" ", 2)
        if predicate == _AUTHORSHIP and term[0] != _LITERAL:
            found.append(b"%b %b %b" % (term[:-2], INVERSE, subject) + b" .")
    return lines + found
