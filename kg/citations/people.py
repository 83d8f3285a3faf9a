"""Names of people in their parts: as the graph knows them, else as BibTeX takes a name apart."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kg.citations.model import Person
from kg.sources.person_names import is_family_first

_SUFFIX = re.compile(r"(?:[JS]r|Jun|Sen)\.?|I{2,3}|IV|V|[23]rd|[4-9]th")
_ORGANISATION = re.compile(
    r"\b(?:association|bureau|centre|center|collaboration|commission|committee|company|consortium|council|department"
    r"|foundation|group|inc|institute|laboratory|labs?|ltd|ministry|network|organi[sz]ation|project|society|team"
    r"|university|working)\b|\bet al\b|&|/|\d",
    re.IGNORECASE,
)
# Between names of several people, or before what is no name.
_JOINING = frozenset(("and", "for", "of", "on", "the"))


def person(name: str, families: Iterable[str] = ()) -> Person:
    """A name as it is spoken, with one of the family names that are known for its bearer, where it ends in one.

    >>> person("Ludwig van Beethoven"), person("Maria Garcia Lopez", ["Garcia Lopez"]).family
    (Person(name='Ludwig van Beethoven', given='Ludwig', family='van Beethoven', suffix=''), 'Garcia Lopez')
    >>> person("Martin Luther King Jr.").suffix, person("ATLAS Collaboration").family, person("王小明", ["王"]).given
    ('Jr.', '', '小明')
    """
    words = name.split()
    if is_family_first(*words) and (parts := _family_first(words, families)):
        return Person(name, parts[1], parts[0])
    if len(words) < 2 or "," in name or ";" in name or _JOINING.intersection(map(str.lower, words)):
        return Person(name)
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    known = [family for family in families if _ends_in(words, family.split())]
    if not known and _ORGANISATION.search(name):
        return Person(name)
    place = len(words) - len(max(known, key=len).split()) if known else _start_of_family(words)
    return Person(name, " ".join(words[:place]), " ".join(words[place:]), suffix)


def _family_first(words: list[str], families: Iterable[str]) -> tuple[str, str] | None:
    """Family and given name in a script in which they stand in this order; of one word only where a family is known."""
    if len(words) == 1:
        known = [family for family in families if words[0].startswith(family) and family != words[0]]
        return (max(known, key=len), words[0][len(max(known, key=len)) :]) if known else None
    return (words[0], words[1]) if len(words) == 2 else None


def _ends_in(words: list[str], family: list[str]) -> bool:
    return 0 < len(family) < len(words) and words[-len(family) :] == family


def _start_of_family(words: list[str]) -> int:
    """The last word, with the particles in small letters before it."""
    return next((place for place in range(1, len(words) - 1) if words[place].islower()), len(words) - 1)
