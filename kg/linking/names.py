"""Names of people: read, folded, compared. Two spellings of one name agree to a degree, two names do not at all."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_TURNED = 0.6  # what is left of an agreement that needs one of the names to begin with the family
_MOST_WORDS = 6  # of a name that is not read to tell which of them may be the family's
_LONGEST = 200  # characters; what is longer is no name, and is compared by its beginning
_MARKS = str.maketrans(dict.fromkeys("’‘`´ʼʻ", "'") | dict.fromkeys("‐‑‒–—−", "-"))
_LETTERS = _MARKS | str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
    | {"ŋ": "n", "ĸ": "k", "ŧ": "t"}
)
_NOT_NAME = re.compile(r"[^\w\s.,'-]|_")
_APART_IN_GIVEN = re.compile(r"[\s.,]+|(?=-)")
_APART = re.compile(r"[\s.]+")
# Han, kana and Hangul: a name has the family first, often without a blank, and no initials.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
_LATIN = re.compile(r"[A-Za-z]")
_UNSPACED_TURNED = 0.95
_SUFFIXES = frozenset(["jr", "sr", "ii", "iii", "iv", "2nd", "3rd", "phd", "md", "esq"])
_PARTICLE_WORDS = """
van von vom zu zur zum der den de del della delle di da do dos das du des la le ten ter te af av al el bin ibn abu ben
mac st san y e op
"""
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_NOT_PLAIN = _PARTICLES | _SUFFIXES
_UMLAUTS = re.compile(r"(?<=[aou])(?<![xyq]u)e")  # Yuexin is not Yuxin
_I_AT_END = re.compile(r"(?<=[a-z]{2})(?:ii|iy|y)$")  # Andrei and Andrey, Yuri, Yurii and Yury
# Given names and the short forms of each; two that share a form may be one name.
_SHORT_FORMS = (
    "robert bob rob bobby robbie",
    "william bill will billy liam",
    "richard dick rick ricky rich",
    "james jim jimmy jamie",
    "michael mike mick",
    "edward ed eddie ted ned",
    "edwin ed",
    "anthony tony",
    "elizabeth liz beth betty lisa",
    "katherine catherine kathryn kate kathy katie",
    "margaret peggy maggie",
    "thomas tom tommy",
    "charles chuck charlie",
    "john jack johnny jon",
    "jonathan jon johnny",
    "joseph joe",
    "joshua josh",
    "daniel dan danny",
    "david dave",
    "stephen steven steve",
    "andrew drew andy",
    "alexander alex sasha aleksandr alexandr oleksandr",
    "alexandra alex sasha",
    "henry harry hank",
    "lawrence laurence larry",
    "gerald jerry",
    "ronald ron",
    "donald don",
    "kenneth ken",
    "gregory greg",
    "jeffrey geoffrey jeff geoff",
    "christopher chris",
    "christian chris",
    "christina chris tina",
    "theodore ted theo",
    "susan sue",
    "deborah debbie",
    "rebecca becky",
    "jennifer jen jenny",
    "jessica jess",
    "samuel sam",
    "samantha sam",
    "benjamin ben",
    "nicholas nicolas nick nico",
    "nathan nathaniel nate",
    "peter pete",
    "matthew matt",
    "patrick pat",
    "patricia pat",
    "philip phillip phil",
    "raymond ray",
    "frederick fred",
    "zachary zach zack",
    "timothy tim",
    "vincent vince",
    "victoria vicky",
    "maximilian max",
    "sebastian seb",
    "dmitry dmitri dmitriy dima",
    "mikhail misha",
    "yevgeny evgeny evgenii evgeniy",
    "sergey sergei",
    "mohammad muhammad mohammed mohamed mohamad muhammed md mohd",
)


def _forms() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _SHORT_FORMS:
        formal, *others = line.split()
        for name in (formal, *others):
            found.setdefault(name, set()).add(formal)
    return {name: frozenset(formals) for name, formals in found.items()}


_FORMAL = _forms()
_NO_FORMS: frozenset[str] = frozenset()


class PersonName(NamedTuple):
    """A name in parts, folded: `given` names and initials, and the words of the `family` name with its particles.

    What follows a hyphen in a given name keeps it: nobody leaves it out as they do a second name.
    """

    given: tuple[str, ...]
    family: tuple[str, ...]


def folded(name: str) -> str:
    """A name in lower case without diacritics.

    >>> folded("Łukasz Kaiser-Bjørk")
    'lukasz kaiser-bjork'
    """
    return folded_text(name[:_LONGEST])


def folded_text(text: str) -> str:
    """As `folded`, of any length."""
    if text.isascii():
        return text.lower().replace("`", "'")
    plain = text.casefold().translate(_LETTERS)
    if plain.isascii():
        return plain
    decomposed = unicodedata.normalize("NFKD", plain)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(_LETTERS)


@lru_cache(100_000)
def parsed(name: str) -> PersonName:
    """A name by its usual order: "Family, Given", else the family name last.

    >>> parsed("van der Berg, Jan-Willem A.")
    PersonName(given=('jan', '-willem', 'a'), family=('van', 'der', 'berg'))
    >>> parsed("JW Smith Jr.")
    PersonName(given=('j', 'w'), family=('smith',))
    """
    text = _cleaned(name)
    if (plain := _plainly_parsed(text)) is not None:
        return plain
    before, comma, after = text.partition(",")
    if comma and _words(after) and not _SUFFIXES.issuperset(_words(after)):
        given_text = after.partition(",")[0] if not _SUFFIXES.isdisjoint(_words(after.rpartition(",")[2])) else after
        return PersonName(_given(given_text.replace(",", " ")), tuple(_words(before)))
    pieces = _pieces(before)
    if not pieces:
        return PersonName((), ())
    lengths = [len(folded(piece)) for piece in pieces]
    if lengths[-1] == 1 < lengths[0]:  # "Smith J. A."
        end = max(place for place, length in enumerate(lengths, start=1) if length > 1)
        return PersonName(_given(" ".join(pieces[end:])), tuple(_words(" ".join(pieces[:end]))))
    start = len(pieces) - 1
    while start > 1 and folded(pieces[start - 1]) in _PARTICLES and len(pieces[start - 1]) > 1:
        start -= 1
    return PersonName(_given(" ".join(pieces[:start])), tuple(_words(" ".join(pieces[start:]))))


def _plainly_parsed(text: str) -> PersonName | None:
    """As `parsed`, of what most names are: two or three words with a capital each, none of which may be more."""
    if not (text.isascii() and text.istitle()):
        return None
    words = text.lower().split()
    is_plain = 2 <= len(words) <= 3 and len(words[-1]) > 1 and _NOT_PLAIN.isdisjoint(words) and "".join(words).isalpha()
    return PersonName(tuple(words[:-1]), (words[-1],)) if is_plain else None


@lru_cache(100_000)
def readings(name: str) -> tuple[PersonName, ...]:
    """How a name may be meant: as `parsed`, and with the family name first where nothing says that it is not.

    >>> [reading.family for reading in readings("Wang Wei")]
    [('wei',), ('wang',)]
    """
    usual = parsed(name)
    if "," in name or len(usual.family) != 1 or not usual.given:
        return (usual,)
    if (plain := _plainly_parsed(name)) is not None:
        words = (*plain.given, *plain.family)
        return (usual,) if len(words[0]) < 2 else (usual, PersonName(words[1:], words[:1]))
    pieces = _pieces(_cleaned(name))
    if len(pieces) > 3 or len(folded(pieces[0])) < 2 or "." in name[: len(pieces[0]) + 1]:
        return (usual,)
    return (usual, PersonName(_given(" ".join(pieces[1:])), tuple(_words(pieces[0]))))


def unspaced(name: str) -> tuple[str, ...]:
    """The parts of a name that is written in Han, kana or Hangul alone."""
    if name.isascii() or _LATIN.search(name):
        return ()
    return tuple(_UNSPACED.findall(unicodedata.normalize("NFKC", name[:_LONGEST])))


def _unspaced_key(parts: tuple[str, ...]) -> str:
    """The same for every order and spacing of the parts."""
    return "".join(sorted("".join(parts)))


def _unspaced_agreement(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """1: the same; a little less: with the family name last."""
    if "".join(one) == "".join(other):
        return 1.0
    return _UNSPACED_TURNED if "".join(one[::-1]) == "".join(other) or "".join(one) == "".join(other[::-1]) else 0.0


def _cleaned(name: str) -> str:
    text = name[:_LONGEST]
    if not text.isascii() and _LATIN.search(text):
        text = _UNSPACED.sub(" ", text)  # "Wei Wang (王伟)"
    # Most names are letters and blanks, and there are many of them.
    return text if _is_simple(text) else _NOT_NAME.sub(" ", text.translate(_MARKS))


def _is_simple(text: str) -> bool:
    return text.isascii() and text.replace(" ", "").isalpha()


def _pieces(text: str) -> list[str]:
    pieces = text.split() if _is_simple(text) else _APART.split(text.strip())
    # Md. Rahman is called Md., as many are who are called Mohammad.
    return [piece for place, piece in enumerate(pieces) if piece and (not place or folded(piece) not in _SUFFIXES)]


def _words(text: str) -> list[str]:
    if _is_simple(text):
        return text.lower().split()
    return [word for word in re.split(r"[\s.,-]+", folded(text).replace("'", "")) if word]


def _given(text: str) -> tuple[str, ...]:
    """Given names and initials; "JW" is two initials, as nobody is called so."""
    found: list[str] = []
    shouts = text.isupper() and len(text) > 4
    for piece in text.split() if _is_simple(text) else _APART_IN_GIVEN.split(text):
        bare = piece.lstrip("-")
        word = folded(bare).replace("'", "")
        if word and not shouts and bare.isupper() and 1 < len(word) <= 3 and bare.isascii():
            found += word
        elif word and (not found or word not in _SUFFIXES):
            found.append("-" + word if found and piece != bare else word)
    return tuple(found)


@lru_cache(200_000)
def name_keys(name: str) -> tuple[str, ...]:
    """Keys of which two names that may be one person's share at least one: end of the family name and first initial.

    >>> name_keys("Müller, Jürgen"), name_keys("J. Mueller")
    (('muller j',), ('muller j',))
    """
    if parts := unspaced(name):
        return (f"{_unspaced_key(parts)} ",)
    keys = []
    for given, family in readings(name):
        if family:
            # Bob may stand as Robert elsewhere.
            initials = {given[0][0], *(form[0] for form in _FORMAL.get(given[0], ()))} if given else {""}
            # Of a double family name either may stand alone.
            ends = {family[-1], family[0]} - _PARTICLES or {family[-1]}
            if len(family) > 1:  # "El-Sayed" and "Elsayed"
                ends.add("".join(family))
            keys += [f"{plain_word(end)} {initial}" for end in sorted(ends) for initial in sorted(initials)]
    return tuple(dict.fromkeys(keys))


@lru_cache(200_000)
def family_words(name: str) -> frozenset[str]:
    """Words of which two names that share one of `name_keys` share at least one; found without reading the name.

    >>> sorted(family_words("Jan El-Sayed"))
    ['el', 'elsayed', 'jan', 'janel', 'janelsayed', 'sayed']
    """
    if parts := unspaced(name):
        return frozenset((_unspaced_key(parts),))
    words = _words(_cleaned(name))
    if len(words) > _MOST_WORDS or not _SUFFIXES.isdisjoint(words):
        return frozenset(key.rpartition(" ")[0] for key in name_keys(name))
    if len(words) == 2:  # as most
        return frozenset(map(_without_umlauts, (*words, "".join(words))))
    runs = ("".join(words[start:end]) for start in range(len(words)) for end in range(start + 1, len(words) + 1))
    return frozenset(map(_without_umlauts, runs))


@lru_cache(200_000)
def plain_word(word: str) -> str:
    """Without the e that stands for an umlaut, so that Mueller and Müller are one."""
    return _without_umlauts(word)


def _without_umlauts(word: str) -> str:
    """As `plain_word`, of words of which most come once."""
    if len(word) > 3 and ("ae" in word or "oe" in word or "ue" in word):
        return _UMLAUTS.sub("", word)
    return word


@lru_cache(100_000)
def reading_keys(name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Keys of a name as it is usually read, and of what it would be if the family name stood first: of the given name,
    a blank, and of the family name. Before the blank stands nothing if the given name is an initial, or is not there:
    it may be any name's.

    Two names that are `compatible` share a key, or one of either has a key of any name and the other one of that
    family; but not among their second ones only.

    >>> reading_keys("Bob Smith")[0] & reading_keys("Robert Smith")[0], reading_keys("R. Smith")[0]
    (frozenset({'robert smith'}), frozenset({' smith'}))
    """
    if parts := unspaced(name):
        key = _unspaced_key(parts)
        return frozenset((f"{key} {key}",)), frozenset()
    usual, *turned = (
        frozenset(
            f"{given} {family}" for given in _keys_of_given(reading.given) for family in _keys_of_family(reading.family)
        )
        for reading in readings(name)
    )
    return usual, turned[0] if turned else frozenset()


def _keys_of_given(given: tuple[str, ...]) -> frozenset[str]:
    if not given or len(given[0]) == 1:
        return frozenset(("",))
    first = given[0]
    joined = "".join(given).replace("-", "")
    return frozenset((plain_word(first), _I_AT_END.sub("i", first), joined)) | _FORMAL.get(first, _NO_FORMS)


def _keys_of_family(family: tuple[str, ...]) -> set[str]:
    """Of two families that agree one at least is the same."""
    if not family:
        return set()
    words = [plain_word(word) for word in family]
    bare = [word for word in words if word not in _PARTICLES] or words
    keys = {plain_word("".join(family)), "".join(bare)}
    return keys.union(bare) if len(bare) <= 2 else keys


@lru_cache(500_000)
def compatible(one: str, other: str) -> float:
    """How well two printed names agree: 0 if they cannot be one person's, 1 if they are the same in full.

    >>> compatible("José García", "Garcia, Jose"), compatible("J. Smith", "John Smith"), compatible("Jan Li", "Jin Li")
    (1.0, 0.6, 0.0)
    """
    parts, others = unspaced(one), unspaced(other)
    if parts or others:
        return _unspaced_agreement(parts, others)
    best = _agreement(parsed(one), parsed(other))
    if best < _TURNED:
        turned = [_agreement(parsed(one), theirs) for theirs in readings(other)[1:]]
        turned += [_agreement(mine, parsed(other)) for mine in readings(one)[1:]]
        best = max(best, _TURNED * max(turned, default=0.0))
    return best


def _agreement(one: PersonName, other: PersonName) -> float:
    family = _family_agreement(one.family, other.family)
    return family and family * _given_agreement(one.given, other.given)


@lru_cache(2**17)
def _family_agreement(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    if not one or not other:
        return 0.0
    if one == other or plain_word("".join(one)) == plain_word("".join(other)):
        return 1.0
    if len(one) == len(other) == 1:
        return 0.0
    mine, others = [plain_word(word) for word in one], [plain_word(word) for word in other]
    bare, others_bare = ([w for w in words if w not in _PARTICLES] or words for words in (mine, others))
    if "".join(bare) == "".join(others_bare):
        return 0.97
    shorter, longer = sorted((bare, others_bare), key=len)
    # One of two family names left out.
    if len(shorter) == 1 and len(longer) == 2 and shorter[0] in longer and len(shorter[0]) > 2:
        return 0.85
    return 0.0


def _given_agreement(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    if not one or not other:
        return 0.3 if one or other else 0.8
    joined, others_joined = ("".join(given).replace("-", "") for given in (one, other))
    if joined == others_joined:
        if len(one) == len(other):
            return 1.0 if len(one[0]) > 1 else 0.55 if len(one) == 1 else 0.7
        if len(joined) > 3:
            return 0.98
    first = _word_agreement(one[0], other[0])
    if not first:
        return _first_left_out(one, other) or _initials_of_joined(one, other)
    return first * _rest_agreement(one[1:], other[1:])


def _word_agreement(one: str, other: str) -> float:
    """1: the same; 0.85: a short form; 0.6: initial of a name; 0.55: two initials."""
    if one == other:
        return 1.0 if len(one) > 1 else 0.55
    if len(one) == 1 or len(other) == 1:
        if one[0] == other[0]:
            return 0.6
        initial, name = sorted((one, other), key=len)
        return 0.5 if any(form[0] == initial for form in _FORMAL.get(name, ())) else 0.0
    if plain_word(one) == plain_word(other):
        return 0.98
    if _I_AT_END.sub("i", one) == _I_AT_END.sub("i", other):
        return 0.85
    forms = _FORMAL.get(one, _NO_FORMS), _FORMAL.get(other, _NO_FORMS)
    return 0.0 if forms[0].isdisjoint(forms[1]) else 0.85


def _rest_agreement(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """Of second and further names: all of the fewer must be found in order among the others."""
    if not one and not other:
        return 1.0
    fewer, more = sorted((one, other), key=len)
    if not fewer:
        return 0.6 if more[0][0] == "-" and len(more[0]) > 2 else 0.93
    place, agreed = 0, []
    for word in fewer:
        while place < len(more) and not (agreement := _word_agreement(word.lstrip("-"), more[place].lstrip("-"))):
            place += 1
        if place == len(more):
            return 0.0
        agreed.append(agreement)
        place += 1
    # A second initial that agrees says more than its absence.
    return 0.95 + 0.05 * min(agreed)


def _first_left_out(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """ "J. Michael" and "Michael"."""
    fewer, more = sorted((one, other), key=len)
    is_left_out = len(more[0]) == 1 and len(fewer) < len(more) and len(fewer[0]) > 1 and more[1] == fewer[0]
    return 0.8 if is_left_out else 0.0


def _initials_of_joined(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """ "Xiaoming" and "X. M." or "Xiao Ming"."""
    shorter, longer = sorted((one, other), key=lambda given: len("".join(given)))
    if len(longer) == 1 and len(shorter) == 2 and len(shorter[0]) == 1 and longer[0].startswith(shorter[0]):
        return 0.5 if shorter[1].lstrip("-")[0] in longer[0][1:] else 0.0
    return 0.0
