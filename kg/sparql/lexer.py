"""The lexer: the terminals of SPARQL 1.2, spaces and comments kept, so that the texts of all tokens are the request.

https://www.w3.org/TR/sparql12-query/#rIRIREF

Linear in the length of the request: repetitions are possessive, and what failed once is not tried again.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final

from kg.errors import QuerySyntaxError
from kg.sparql.keywords import KEYWORDS
from kg.sparql.structure import Structure
from kg.sparql.tokens import SILENT, Kind, Token

__all__ = ["Kind", "Scanner", "Token", "tokens", "without_escapes"]

_LETTERS = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_WORD = f"{_LETTERS}_0-9\u00b7\u0300-\u036f\u203f\u2040"
_ESCAPE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_IN_STRING = rf"""\\[tbnrf"'\\]|{_ESCAPE}"""
_LOCAL = rf"(?:[{_WORD}:-]|%[0-9A-Fa-f]{{2}}|\\[_~.\-!$&'()*+,;=/?#@%])"
_PATTERNS: Final = {
    Kind.SPACE: r"[ \t\r\n]++",
    Kind.COMMENT: r"\#[^\r\n]*+",
    Kind.IRIREF: rf"""<(?:[^\x00-\x20<>"{{}}|^`\\]++|{_ESCAPE})*+>""",
    Kind.VAR: rf"[?$](?![\u00b7\u0300-\u036f\u203f\u2040])[{_WORD}]++",
    Kind.PNAME: rf"(?:[{_LETTERS}][{_WORD}.-]*+(?<!\.))?:(?:(?!-){_LOCAL}(?:\.*+{_LOCAL})*+)?+",
    Kind.BLANK_NODE: rf"_:(?![\u00b7\u0300-\u036f\u203f\u2040])[{_WORD}]++(?:\.*+[{_WORD}-]++)*+",
    Kind.NAME: r"[A-Za-z][A-Za-z0-9_]*+",
    Kind.STRING: (
        rf'"""(?:[^"\\]++|"{{1,2}}+(?!")|{_IN_STRING})*+"""|'
        rf"'''(?:[^'\\]++|'{{1,2}}+(?!')|{_IN_STRING})*+'''|"
        rf'"(?!"")(?:[^"\\\r\n]++|{_IN_STRING})*+"|'
        rf"'(?!'')(?:[^'\\\r\n]++|{_IN_STRING})*+'"
    ),
    Kind.NUMBER: r"(?:[0-9]++\.[0-9]*+|\.?[0-9]++)[eE][+-]?[0-9]++|[0-9]*+\.[0-9]++|[0-9]++",
    Kind.LANGTAG: r"@[A-Za-z]++(?:-[A-Za-z0-9]++)*+(?:--(?:ltr|rtl))?+",
    Kind.PUNCT: r"<<|>>|[{}()\[\].,;*/+|^!=<>&~?-]",
}
_TOKEN = re.compile("|".join(f"(?P<{kind.name}>{pattern})" for kind, pattern in _PATTERNS.items()))
# Within a run of word characters that is no label of a prefix, no later part of it is one either.
_UNLABELLED = re.compile(
    "|".join(f"(?P<{kind.name}>{pattern})" for kind, pattern in _PATTERNS.items() if kind is not Kind.PNAME)
)
_RUN = re.compile(f"[{_WORD}.-]*+")
_KINDS: Final = {kind.name: kind for kind in Kind}

_ESCAPED = re.compile(rf"({_ESCAPE})|\\.", re.DOTALL)
_MAY_BE_ESCAPED = re.compile(r"[A-Za-z0-9_.:?$@%-]|[^\x00-\x7f\ud800-\udfff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def tokens(text: str) -> Iterator[Token]:
    r"""The tokens of a query or an update; `"".join(token.text for token in tokens(text)) == text`.

    Raises QuerySyntaxError, with line and column, where no token can begin or a word is none of SPARQL's.

    >>> [token for token in tokens("ASK{?s a\tex:A}") if token.kind is not Kind.SPACE]
    [NAME 'ASK', PUNCT '{', VAR '?s', NAME 'a', PNAME 'ex:A', PUNCT '}']
    """
    return iter(Scanner(text))


def without_escapes(text: str) -> str:
    r"""The same request with codepoint escapes only in strings and IRIs, where every SPARQL engine reads them.

    >>> print(without_escapes(r"\u0053ELECT * { ?s ?p '\u0022' }"))
    SELECT * { ?s ?p '\u0022' }
    """
    if not _may_have_escapes(text):
        return text
    return "".join(token.value for token in tokens(text))


class Scanner:
    """Iterates once over the tokens of `text`; while one is in hand, `structure` tells what stands before it."""

    def __init__(self, text: str) -> None:
        self.structure = Structure()
        self._text = text
        surrogate = _SURROGATE.search(text)
        if surrogate:
            raise self.fault("a lone surrogate is no character", surrogate.start())
        self._decoded, self._places = _decoded(text)

    def fault(self, message: str, start: int) -> QuerySyntaxError:
        """The error that says at which line and column, from 1."""
        line = self._text.count("\n", 0, start) + 1
        column = start - self._text.rfind("\n", 0, start)
        return QuerySyntaxError(f"line {line}, column {column}: {message}", line, column)

    def __iter__(self) -> Iterator[Token]:
        decoded, escaped, add = self._decoded, bool(self._places), self.structure.add
        position = start = end_of_run = 0
        while position < len(decoded):
            match = (_UNLABELLED if position < end_of_run else _TOKEN).match(decoded, position)
            if match is None:
                raise self._no_token(position)
            kind, value, end = _KINDS[match.lastgroup or ""], match[0], match.end()
            if kind is Kind.NAME:
                self._check_word(value, start)
                end_of_run = end_of_run if position < end_of_run else _end(_RUN, decoded, position)
            elif value[0] == "<" and self.structure.less_than_compares():
                kind, value, end = Kind.PUNCT, "<", position + 1
            stop = self._place(end) if escaped else end
            token = Token(kind, self._text[start:stop] if escaped else value, value, start)
            yield token
            if kind not in SILENT:
                add(token)
            position, start = end, stop

    def _check_word(self, word: str, start: int) -> None:
        if word != "a" and word.upper() not in KEYWORDS:
            raise self.fault(f"{word[:60]!r} is no word of SPARQL", start)

    def _no_token(self, position: int) -> QuerySyntaxError:
        character = self._decoded[position]
        if character in "\"'":
            message = "this string is not closed, or has an escape that SPARQL does not know"
        else:
            message = f"nothing in SPARQL begins with {character!r} here"
        return self.fault(message, self._place(position))

    def _place(self, position: int) -> int:
        """Where in the request a position of the decoded text is."""
        if not self._places:
            return position
        decoded, place = self._places[bisect_right(self._places, (position, len(self._text))) - 1]
        return place + position - decoded


def _decoded(text: str) -> tuple[str, list[tuple[int, int]]]:
    """`text` without the escapes for what cannot delimit a token; from which position of it on which place of `text`
    counts (empty where nothing was escaped).

    Escapes for quotes, brackets, spaces and the like stay: they are content of strings and IRIs, and faults elsewhere.
    """
    if not _may_have_escapes(text):
        return text, []
    parts, places, length, last = [], [(0, 0)], 0, 0
    for match in _ESCAPED.finditer(text):
        code = int(match[1][2:], 16) if match[1] else -1
        if 0 <= code <= sys.maxunicode and _MAY_BE_ESCAPED.fullmatch(chr(code)):
            parts += [text[last : match.start()], chr(code)]
            length += match.start() - last + 1
            last = match.end()
            places.append((length, last))
    return "".join(parts) + text[last:], places


def _may_have_escapes(text: str) -> bool:
    return "\\u" in text or "\\U" in text


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position
