"""Keys of references: family name, year and a word of the title, as in `hubinger2019risks`."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

from kg.citations.model import Citation

_WORD = re.compile(r"[^\W_]+")
_NOT_ASCII = re.compile(r"[^a-z0-9]")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_PASSED_OVER = frozenset(
    {
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "by",
        "can",
        "do",
        "does",
        "for",
        "from",
        "how",
        "in",
        "into",
        "is",
        "it",
        "its",
    }
    | {"of", "on", "or", "the", "their", "this", "to", "toward", "towards", "under", "using", "via", "we", "what"}
    | {"when", "where", "which", "why", "with", "without", "der", "die", "das", "ein", "eine", "le", "la", "les", "un"}
)
_DIGITS = 4


def citation_keys(papers: Sequence[Citation]) -> list[str]:
    """A key for each, all different.

    Those that would be alike get the beginning of a digest of their IRIs, whatever order they stand in, so that a
    paper is called the same in every list in which it has no double.
    """
    plain = [_key(paper) for paper in papers]
    often = Counter(plain)
    keys = [
        key if often[key] == 1 else _told_apart(key, paper.iri, _DIGITS)
        for key, paper in zip(plain, papers, strict=True)
    ]
    again = Counter(keys)
    return [
        key if again[key] == 1 else _told_apart(start, paper.iri, 64)
        for key, start, paper in zip(keys, plain, papers, strict=True)
    ]


def _key(paper: Citation) -> str:
    first = paper.authors[0] if paper.authors else None
    family = _ascii(first.family or first.name)[:30] if first else "anon"
    year = str(paper.date.year) if paper.date and paper.date.year else ""
    word = _word(paper.title or "")
    return family + year + word if family and word else _told_apart(f"{family or 'paper'}{year}", paper.iri, _DIGITS)


def _told_apart(key: str, iri: str, digits: int) -> str:
    return f"{key}-{hashlib.sha256(iri.encode('utf-8', 'surrogatepass')).hexdigest()[:digits]}"


def _word(title: str) -> str:
    words = [_ascii(word) for word in _WORD.findall(title)]
    return next((word[:20] for word in words if word and word not in _PASSED_OVER), "")


def _ascii(text: str) -> str:
    """Small letters without their marks, and digits; what other scripts write has none.

    >>> _ascii("Lukošiūtė"), _ascii("Łukasz")
    ('lukosiute', 'lukasz')
    """
    return _NOT_ASCII.sub("", unicodedata.normalize("NFKD", text.lower().translate(_LETTERS)))
