"""Names of people as bibliographies write them: "Family, Jr, Given", "Given von Family", lists joined by "and"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from kg.records import Author, Authorship, Identifier
from kg.sources.faults import Faults
from kg.sources.plain_text import plain_text
from kg.sources.tex_text import tex_text

_AND = re.compile(r"(?:^| )and(?= |$)", re.IGNORECASE)
_OTHERS = re.compile(r"(?:others|et\.? al\.?|\.\.\.|…)", re.IGNORECASE)
_SUFFIX = re.compile(r"(?:jr|sr|jun|sen|[ivx]{1,4}|\dnd|\drd|\dth|ph\.?\s?d|m\.?d|esq)\.?", re.IGNORECASE)
_PARTICLE = re.compile(
    r"(?:van|von|vom|zu|zur|zum|de|der|den|del|della|delle|di|da|do|dos|das|du|des|la|le|ten|ter|te|af|av|al|el|bin|ibn)"
)
# In these scripts the family name stands first; but not in names of Katakana alone, which are foreign ones.
_FAMILY_FIRST = re.compile(r"[\u3005\u3041-\u309f\u30f6\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
_LETTER = re.compile(r"[^\W\d_]")
_CAPITAL = re.compile(r"[^\W\d_a-z]")
# BibLaTeX's extended format, https://ctan.org/pkg/biblatex (3.4): "family=Beethoven, given=Ludwig, prefix=van"
_NAMED_PART = re.compile(r"\s*(family|given|prefix|suffix|useprefix|\w+-i)\s*=\s*(.*?)\s*", re.IGNORECASE | re.DOTALL)
# As MEDLINE and medical journals have it: the family name, then initials without a comma.
_INITIALS_LAST = re.compile(
    r"(?P<family>[^\d,.={}]*[^\W\d_]{2}) (?P<initials>[^\W\d_a-z](?:[.-]{0,2}[^\W\d_a-z]){0,2}\.?)"
)
# Two or three capitals may be a family name as well, but for those without a vowel. Ng is one.
_NO_FAMILY_NAME = re.compile(r"[^\W\d_]|(?!NG$)[B-DF-HJ-NP-TV-Z]{2,3}|.*[.-].*")
_NOBODYS: Mapping[int, tuple[Identifier, ...]] = MappingProxyType({})
_BRACE = re.compile(r"(?<!\\)[{}]")


class PersonName(NamedTuple):
    """A name in the order it is spoken; its parts where the source tells them apart. Particles go with the family."""

    name: str
    given: str | None = None
    family: str | None = None


class NameList(NamedTuple):
    """Names with their places, counted from 1; `is_complete` is False where a name is missing or "others" stands."""

    names: tuple[tuple[int, PersonName], ...] = ()
    is_complete: bool = True

    def authors(self, identifiers: Mapping[int, tuple[Identifier, ...]] = _NOBODYS) -> tuple[Author, ...]:
        return tuple(
            Author(name, identifiers.get(position, ()), given, family) for position, (name, given, family) in self.names
        )

    def authorships(self, identifiers: Mapping[int, tuple[Identifier, ...]] = _NOBODYS) -> tuple[Authorship, ...]:
        """`identifiers` of some of them, by their places."""
        return tuple(
            Authorship(Author(name, identifiers.get(position, ()), given, family), position, name)
            for position, (name, given, family) in self.names
        )


def tex_names(value: str, field: str, faults: Faults) -> NameList:
    """The names of a BibTeX field."""
    pieces = [piece.strip() for piece in _AND.split(" ".join(value.split()))]
    if "{" in value:
        pieces = _balanced(pieces)
    # A stray "and" in front or behind is no name that is missing.
    while pieces and not pieces[-1]:
        pieces.pop()
    return name_list(pieces, field, faults, _tex_name)


def name_list(pieces: Iterable[str], field: str, faults: Faults, read: Callable[[str], PersonName | None]) -> NameList:
    """Names one by one; what cannot be read as one is a fault."""
    names: list[tuple[int, PersonName]] = []
    is_complete = True
    for position, piece in enumerate(_with_initials_in_front(list(pieces)), start=1):
        if _OTHERS.fullmatch(piece.strip(" ,{}")):
            is_complete = False
        elif name := read(piece):
            names.append((position, name))
        else:
            is_complete = False
            named = _LETTER.search(piece)
            faults.part(field, "more than one name where one belongs" if named else "no name where one belongs", piece)
    return NameList(tuple(names), is_complete)


def _with_initials_in_front(pieces: list[str]) -> Iterator[str]:
    """Names whose initials stand behind with a comma, if one of the list tells that they do, and none is spoken."""
    matches = [_INITIALS_LAST.fullmatch(" ".join(piece.split())) for piece in pieces]
    are_behind = any(match and _is_behind_a_family_name(match) for match in matches) and all(
        match or "," in piece or " " not in piece.strip() or _OTHERS.fullmatch(piece.strip(" ,{}"))
        for piece, match in zip(pieces, matches, strict=True)
    )
    for piece, match in zip(pieces, matches, strict=True):
        if match and are_behind:
            yield f"{match['family']}, {' '.join(f'{letter}.' for letter in _CAPITAL.findall(match['initials']))}"
        else:
            yield piece


def _is_behind_a_family_name(match: re.Match[str]) -> bool:
    family, initials = match["family"], match["initials"]
    return not family.isupper() and not _SUFFIX.fullmatch(initials) and bool(_NO_FAMILY_NAME.fullmatch(initials))


def plain_name(text: str) -> PersonName | None:
    """One name in plain text; None where it is none, or several.

    >>> plain_name("Beethoven, Ludwig van"), plain_name("King, Martin Luther, Jr.").name, plain_name("A B, C D, E F")
    (PersonName(name='Ludwig van Beethoven', given='Ludwig', family='van Beethoven'), 'Martin Luther King Jr.', None)
    """
    parts = [plain_text(part) for part in text.split(",")]
    while parts and not parts[-1]:
        parts.pop()
    return _name(parts)


def is_family_first(*parts: str) -> bool:
    """Whether the parts of a name are in a script in which the family name comes first.

    >>> is_family_first("王", "小明"), is_family_first("Wang", "小明")
    (True, False)
    """
    return all(map(_FAMILY_FIRST.fullmatch, parts))


def spoken_name(given: str | None, family: str | None, suffix: str | None = None) -> str:
    """The parts in the order they are spoken.

    >>> spoken_name("Martin Luther", "King", "Jr."), spoken_name("小明", "王")
    ('Martin Luther King Jr.', '王小明')
    """
    if given and family and not suffix and is_family_first(given, family):
        return family + given
    return " ".join(filter(None, (given, family, suffix)))


def person_name(given: str, family: str, suffix: str = "") -> PersonName | None:
    """A name of parts that the source tells apart.

    >>> person_name("小明", "王")
    PersonName(name='王小明', given='小明', family='王')
    """
    words = given.split(" ")
    count = len(words)
    while count > 1 and _PARTICLE.fullmatch(words[count - 1]):
        count -= 1
    if family and count < len(words):
        given, family = " ".join(words[:count]), " ".join((*words[count:], family))
    name = spoken_name(given, family, suffix)
    return PersonName(name, given or None, family or None) if _LETTER.search(name) else None


def _tex_name(piece: str) -> PersonName | None:
    piece = piece.rstrip(", ")
    if piece.startswith("{") and piece[1:2] != "\\" and _closes_at_end(piece):
        name = tex_text(piece)
        return PersonName(name) if _LETTER.search(name) else None
    if "," not in piece and "=" not in piece:
        return _name([tex_text(piece)])
    parts = _balanced(piece.split(","), ",") if "{" in piece else piece.split(",")
    if "=" in piece and all(named := [_NAMED_PART.fullmatch(part) for part in parts]):
        return _of_named_parts({match[1].lower(): tex_text(match[2].strip('"')) for match in named if match})
    return _name([tex_text(part) for part in parts])


def _of_named_parts(parts: Mapping[str, str]) -> PersonName | None:
    family = " ".join(filter(None, (parts.get("prefix"), parts.get("family"))))
    return person_name(parts.get("given", ""), family, parts.get("suffix", ""))


def _name(parts: list[str]) -> PersonName | None:
    if len(parts) == 1:
        return _spoken(parts[0])
    if len(parts) == 2:
        return person_name(parts[1], "", parts[0]) if not parts[0] else _two_parts(*parts)
    if len(parts) != 3:
        return None
    family, middle, last = parts
    if _SUFFIX.fullmatch(middle):
        return person_name(last, family, middle)
    return person_name(middle, family, last) if _SUFFIX.fullmatch(last) else None


def _two_parts(family: str, given: str) -> PersonName | None:
    if _SUFFIX.fullmatch(given) and " " in family:  # "Martin King, Jr."
        spoken = _spoken(family)
        return spoken and spoken._replace(name=f"{spoken.name} {given}")
    return person_name(given, family)


def _spoken(name: str) -> PersonName | None:
    """Given name first: a word in small letters begins the family name; of three words and more nobody knows."""
    if not _LETTER.search(name):
        return None
    words = name.split(" ")
    if len(words) == 2:
        return PersonName(name, *(reversed(words) if is_family_first(*words) else words))
    for place in range(1, len(words) - 1):
        if words[place].islower():
            return PersonName(name, " ".join(words[:place]), " ".join(words[place:]))
    return PersonName(name)


def _balanced(pieces: list[str], joint: str = " and ") -> list[str]:
    """Pieces joined again where they were cut inside braces."""
    joined: list[list[str]] = []
    depth = 0
    for piece in pieces:
        if depth > 0:
            joined[-1].append(piece)
        else:
            joined.append([piece])
        for brace in _BRACE.findall(piece) if "{" in piece or "}" in piece else ():
            depth += 1 if brace == "{" else -1
        depth = max(depth, 0)
    return [joint.join(parts) for parts in joined]


def _closes_at_end(piece: str) -> bool:
    depth = 0
    for brace in _BRACE.finditer(piece):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return brace.end() == len(piece)
    return False
