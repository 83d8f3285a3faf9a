"""How well a name, and what else is said of a thing, agrees with what the graph says; shares from 0 to 1."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz

from kg.identifiers import identifier
from kg.linking.affiliations import name_key
from kg.linking.names import compatible, folded_text
from kg.linking.titles import similarity, solid, title_key
from kg.resources import Thing

_NOT_WORD = re.compile(r"[\W_]+")
_OTHER_NUMBER = 0.7  # so that it is no match, whatever else agrees
_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(r"-?\d{1,9}")


def name_score(kind: str | None, asked: str, names: Iterable[str]) -> float:
    """The best agreement of what was asked with one of the names that a thing of this kind has."""
    compare = {"author": _person, "paper": _title, "institution": _organisation, "venue": _organisation}.get(
        kind or "", _words
    )
    return max((_unless_numbered_otherwise(compare(asked, name), asked, name) for name in names), default=0.0)


def _unless_numbered_otherwise(score: float, asked: str, name: str) -> float:
    """However alike they are, UMR 6211 is not UMR 6216, and Paris 7 not Paris."""
    if score == 1 or _numbers(asked) == _numbers(name):
        return score
    return _OTHER_NUMBER * score


def _numbers(text: str) -> list[str]:
    return sorted(_DIGITS.findall(text))


def _person(asked: str, name: str) -> float:
    if folded_text(asked) == folded_text(name):
        return 1.0
    return max(compatible(asked, name), 0.6 * _words(asked, name))


def _title(asked: str, name: str) -> float:
    one, other = title_key(asked), title_key(name)
    if one and solid(one) == solid(other):
        return 1.0
    return max(similarity(one, other), 0.9 * _words(asked, name))


def _organisation(asked: str, name: str) -> float:
    one, other = name_key(asked), name_key(name)
    if one and one == other:
        return 1.0
    if len(asked) <= 8 and asked.isupper() and asked == name:
        return 0.95
    return max(0.97 * fuzz.token_sort_ratio(one, other) / 100, 0.8 * fuzz.token_set_ratio(one, other) / 100)


def _words(asked: str, name: str) -> float:
    one, other = _plain(asked), _plain(name)
    if one and one == other:
        return 1.0
    return 0.97 * fuzz.ratio(one, other) / 100


def _plain(text: str) -> str:
    return _NOT_WORD.sub(" ", folded_text(text[:500])).strip()


def value_score(asked: Sequence[str], values: Sequence[object]) -> float | None:
    """How well what is asked of a property agrees with its values; None if the graph says nothing of it."""
    if not values or not asked:
        return None
    return max(_value(text, value) for text in asked for value in values)


def identifier_score(scheme: str, asked: Sequence[str], known: Iterable[str]) -> float | None:
    """1 if an identifier that is asked for, in whatever spelling, is one of those that are `known` of a thing, such as
    'orcid:0000-0002-1825-0097'; 0 if its scheme gave the thing another. None if nothing of that scheme is known, or
    asked for: what has no digit, such as "n/a", is no identifier."""
    found = [(text, identifier(scheme, text)) for text in asked]
    wanted = {
        f"{each.scheme}:{each.value}" if each else f"{scheme}:{text}"
        for text, each in found
        if each or _NUMBER.search(text)
    }
    schemes = {each.partition(":")[0] for each in wanted}
    of_these = {each for each in known if each.partition(":")[0] in schemes}
    return float(not wanted.isdisjoint(of_these)) if of_these else None


def _value(asked: str, value: object) -> float:
    if isinstance(value, Thing):
        if asked.strip() in (value.iri, "/".join(value.iri.split("/")[-2:])):
            return 1.0
        return name_score(value.kind, asked, [value.label])
    if isinstance(value, int | float):
        number = _NUMBER.search(asked)
        apart = abs(int(number[0]) - value) if number else 99
        return 1.0 if apart == 0 else 0.6 if apart <= 1 else 0.0
    one, other = _plain(asked), _plain(str(value))
    if one == other:
        return 1.0
    return fuzz.ratio(one, other) / 100 if len(one) > 3 else 0.0
