"""Authors of a paper of arXiv: in parts, or as the one line that was submitted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.records import Author, Authorship
from kg.sources.arxiv.snapshot import Record
from kg.sources.faults import Faults
from kg.sources.plain_text import plain_text

_OTHERS = re.compile(r"\bet\.?\s*al\b\.?|\band\s+others\b\.?", re.IGNORECASE)
_INITIALS = re.compile(r"\. -")
# Numbers and signs that stand for an affiliation which is told elsewhere.
_KEYS = re.compile(r"(?:[\d\s,;*†‡§¶+]|\band\b|\b[^\W\d]\b)*", re.IGNORECASE)
_NUMBERED = re.compile(r"\(\s*(\w{1,3}|[*†‡§¶]+)\s*\)\s*([^()]+)")
_KEY = re.compile(r"\w+|[*†‡§¶]+")
_NAMES = re.compile(r"\s*(?:[,;&:]|\s(?:and|with)\s)\s*(?:and\s+)?", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:Jr|Sr|I{2,3}|IV)\.?", re.IGNORECASE)

Parts = list[str | None]


def authorships(found: Record, faults: Faults) -> tuple[tuple[Authorship, ...], bool | None]:
    """The authorships in their order, and whether they are all there are; None where no authors are given."""
    made, is_complete = [], not _OTHERS.search(found.authors or "")
    everyone = _everyone(found)
    for position, parts in enumerate(everyone, start=1):
        authorship = _authorship(position, parts) if parts else None
        if authorship is None:
            faults.part("authors", "an author without a name", position)
            is_complete = False
        else:
            made.append(authorship)
    return tuple(made), is_complete if everyone else None


def _everyone(found: Record) -> list[Parts | None]:
    """The authors in parts; where those leave affiliations as numbers, with the affiliations of the line."""
    everyone = found.authors_parsed or []
    is_numbered = any(part and _KEYS.fullmatch(part) for parts in everyone for part in (parts or ())[3:])
    if everyone and not is_numbered:
        return everyone
    line = list(parted(found.authors or ""))
    if len(line) != len(everyone):
        return everyone or [*line]
    both = ((parts or [], found) for parts, found in zip(everyone, line, strict=True))
    return [[*(*parts, "", "", "")[:3], *(_places(found) or parts[3:])] for parts, found in both]


def _places(parts: Parts) -> list[str]:
    """The affiliations that are told."""
    return [part for part in parts[3:] if part and not _KEYS.fullmatch(part)]


def _authorship(position: int, parts: Parts) -> Authorship | None:
    """Of family name, given names, suffix, then affiliations."""
    texts = [plain_text(part) if part else "" for part in parts]
    family, given, suffix = (*texts[:3], "", "", "")[:3]
    given = _INITIALS.sub(".-", given)
    name = " ".join(filter(None, (given, family, suffix)))
    if not name:
        return None
    affiliations = tuple(text for text in texts[3:] if not _KEYS.fullmatch(text)) if len(texts) > 3 else ()
    author = Author(name, given=(given or None) if family else None, family=family or None)
    return Authorship(author, position, name, raw_affiliations=affiliations)


def parted(line: str) -> Iterator[Parts]:
    """The names of a line, whole in the place of given names, with the affiliations that follow them in brackets.

    What stands after several names belongs to all of them that have none yet, as arXiv itself reads it.

    >>> list(parted("A. Ash (1), B. Birch (1 and 2), C. Carr ((1) Oxford, (2) Kiel)"))
    [['', 'A. Ash', '', 'Oxford'], ['', 'B. Birch', '', 'Oxford', 'Kiel'], ['', 'C. Carr', '']]
    """
    names: list[tuple[str, list[str]]] = []
    waiting: list[list[str]] = []
    numbered: dict[str, str] = {}
    for text, is_bracket in _pieces(" ".join(line.split())):
        if not is_bracket:
            found: list[tuple[str, list[str]]] = [(name, []) for name in _named(text)]
            names += found
            waiting += (groups for _, groups in found)
        elif keyed := _NUMBERED.findall(text):
            numbered |= {key: place.strip(" ,;.") for key, place in keyed}
        else:
            for groups in waiting:
                groups.append(text)
            waiting = []
    for name, groups in names:
        yield ["", name, "", *_affiliations(groups, numbered)]


def _pieces(line: str) -> Iterator[tuple[str, bool]]:
    """What stands outside of brackets and, as one piece whatever is nested in it, inside."""
    depth = start = 0
    for match in re.finditer(r"[()]", line):
        depth += 1 if match[0] == "(" else -1
        if depth == 1 and match[0] == "(":
            yield line[start : match.start()], False
            start = match.end()
        elif depth == 0:
            yield line[start : match.start()], True
            start = match.end()
        depth = max(depth, 0)
    yield line[start:], depth > 0


def _named(text: str) -> list[str]:
    """The names of a piece; a suffix belongs to the one before it."""
    names: list[str] = []
    for piece in _NAMES.split(f" {_OTHERS.sub(' ', text)} "):
        name = piece.strip()
        if _SUFFIX.fullmatch(name):
            names[-1:] = [f"{names[-1]} {name}"] if names else []
        elif any(letter.isalpha() for letter in name):
            names.append(name)
    return names


def _affiliations(groups: list[str], numbered: dict[str, str]) -> Iterator[str]:
    for group in groups:
        keys = [key for key in _KEY.findall(group) if key.lower() != "and"]
        if keys and all(key in numbered for key in keys):
            yield from (numbered[key] for key in keys)
        else:
            yield group.strip()
