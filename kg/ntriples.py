"""The only place where terms are serialised and IRIs are checked. Every function returns N-Triples text.

https://www.w3.org/TR/n-triples/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kg.errors import TermError
from kg.namespaces import XSD

_ESCAPES = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"))  # the backslash first
# RFC 3987 lets ASCII without controls, space and <>"{}|^`\ stand in an IRI, and `ucschar`: no surrogates, private use
# (allowed in queries only, never worth it) or noncharacters.
_PLANES = "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 14))
_UCSCHAR = f"\xa0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef{_PLANES}\U000e1000-\U000efffd"
_NOT_IN_IRI = re.compile(rf"""[<>"{{}}|^`\\]|[^\x21-\x7e{_UCSCHAR}]""")
_PLAIN_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9!#$&'()*+,./:;=?@_~-]*")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NOT_AUTHORITY = re.compile(r"[\[\]]")


def check_iri(text: str) -> str:
    """`text` itself if it is an absolute IRI that every RDF parser takes, else TermError.

    >>> check_iri("https://doi.org/10.1000/182")
    'https://doi.org/10.1000/182'
    """
    if _PLAIN_IRI.fullmatch(text):  # most are, and one look is quicker than four
        return text
    if not _SCHEME.match(text) or _NOT_IN_IRI.search(text) or _BAD_PERCENT.search(text) or _NOT_AUTHORITY.search(text):
        raise TermError(f"not an absolute IRI: {text[:200]!r}", text)
    return text


def iri(text: str) -> str:
    """An IRI as N-Triples; TermError if it is none.

    >>> iri("https://doi.org/10.1000/182")
    '<https://doi.org/10.1000/182>'
    """
    return f"<{check_iri(text)}>"


def literal(text: str, datatype: str | None = None, language: str | None = None) -> str:
    r"""A literal as N-Triples. `datatype` is an IRI; `language` a BCP 47 tag; at most one of them.

    >>> print(literal('a "quoted"\nline'))
    "a \"quoted\"\nline"
    >>> literal("2023", XSD + "gYear")
    '"2023"^^<http://www.w3.org/2001/XMLSchema#gYear>'
    """
    if not text.isascii() and _SURROGATE.search(text):
        raise TermError("text has a lone surrogate; it was decoded wrongly", text)
    # Few texts need an escape: looking for each is many times as fast as translating all of them.
    if "\\" in text or '"' in text or "\n" in text or "\r" in text:
        for character, escape in _ESCAPES:
            text = text.replace(character, escape)
    quoted = f'"{text}"'
    if language is not None:
        if not _LANGUAGE.fullmatch(language):
            raise TermError(f"not a language tag: {language!r}", language)
        return f"{quoted}@{language.lower()}"
    return f"{quoted}^^{iri(datatype)}" if datatype else quoted


def integer(value: int) -> str:
    return f'"{value}"^^<{XSD}integer>'


def boolean(value: bool) -> str:
    return f'"{"true" if value else "false"}"^^<{XSD}boolean>'


def line(subject: str, predicate: str, term: str) -> str:
    """One statement. `subject` and `predicate` are IRIs without brackets, checked before; `term` is serialised."""
    return f"<{subject}> <{predicate}> {term} .\n"


def is_iri(text: str) -> bool:
    """Whether `check_iri` takes it."""
    try:
        check_iri(text)
    except TermError:
        return False
    return True


def whole_lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same text in blocks that end where a line does."""
    rest: list[bytes] = []
    for block in blocks:
        end = block.rfind(b"\n") + 1
        if end:
            yield b"".join((*rest, block[:end]))
            rest = []
        rest.append(block[end:])
    if any(rest):
        yield b"".join(rest)
