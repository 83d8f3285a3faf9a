"""Words as the index holds them: without case and diacritics, so that 'lukosiute' finds Lukošiūtė."""

from __future__ import annotations

import re
import unicodedata

import tantivy

ANALYSER = "words"
MAX_WORDS = 32
LONGEST_WORD = 80
_LONGEST = 1000
_SORTED_BY = 32  # letters
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe"})


def analyser() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(LONGEST_WORD))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .build()
    )


def plain(text: str) -> str:
    """As the analyser makes words plain.

    >>> plain("Lukošiūtė")
    'lukosiute'
    """
    text = text[:_LONGEST].lower()
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(_LETTERS)


def words_of(text: str) -> list[str]:
    """The words of a text as the index has them, at most MAX_WORDS."""
    return [word for word in re.findall(r"[^\W_]+", plain(text)) if len(word) <= LONGEST_WORD][:MAX_WORDS]


def sort_key(label: str) -> str:
    """What a label is sorted by: its first letters, without what stands before the first word.

    >>> sort_key("“Égalité” for all")
    'egalite” for all'
    """
    return re.sub(r"^[\W_]+", "", plain(label[: 2 * _SORTED_BY]))[:_SORTED_BY]
