"""The words of texts in which concepts are looked for: without accents, capitals and the English plural."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property, lru_cache

WORD = r"[^\W_]+(?:['’][^\W_]+)?"
_WORD = re.compile(WORD)
_END = re.compile(r"""["')\]’”]*[.!?]["')\]’”]*\s""")  # of a sentence, after a word that is no "St."


class Words:
    """The words of a text, `printed` and as they are compared.

    >>> Words("Bayesian Neural-Networks’ theories").plain
    ['bayesian', 'neural', 'network', 'theory']
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def printed(self) -> list[str]:
        return _WORD.findall(self.text)

    # Comparing takes longest, and where they stand is asked of a few.

    @cached_property
    def plain(self) -> list[str]:
        return list(map(_plain, self.printed))

    @cached_property
    def _ends(self) -> list[int]:
        return [match.end() for match in _WORD.finditer(self.text)]

    def before(self, place: int) -> int:
        """How many words stand before this place of the text, which is within none."""
        return len(_WORD.findall(self.text, 0, place))

    def pattern(self, first: int, end: int) -> str:
        """That of some of the words."""
        return pattern(map(_plain, self.printed[first:end]))

    def ends_sentence(self, number: int) -> bool:
        return len(self.printed[number]) > 2 and bool(_END.match(self.text, self._ends[number]))


@lru_cache(2**17)
def _plain(word: str) -> str:
    """Wrong singulars do no harm: labels get the same ones."""
    word = folded(word).removesuffix("'s")
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("sses", "xes", "ches", "shes", "zes")) else word[:-1]


def folded(text: str) -> str:
    """A word, or several with something else than blanks between them, without accents and capitals; and without the
    blanks that some letters fall to, such as \N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}."""
    if not text.isascii():
        plain = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in plain if letter != " " and not unicodedata.combining(letter))
    return text.casefold().replace("’", "'")


def pattern(plain: Iterable[str]) -> str:
    """Every word between blanks of its own, so that matches begin and end with words, and neighbours share nothing."""
    words = "  ".join(plain)
    return f" {words} " if words else ""
