"""Words as the index holds them: without case, and Latin ones without diacritics: 'lukosiute' finds Lukošiūtė.

Chinese and Japanese have nothing between their words: there each letter is a word, and several together are a phrase.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import tantivy

ANALYSER = "words"
MAX_WORDS = 32
LONGEST_WORD = 80
_BYTES = 4  # of a letter, at most
_LONGEST = 1000
_SORTED_BY = 32  # letters
_MARKS_AMONG = range(0x300, 0x10000)
_APART = (
    "\u3005-\u3007\u3041-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Letters that are words of the index, as a class of a pattern."""
_BETWEEN = re.compile(rf"(?<=[{_APART}])(?=\w)|(?<=\w)(?=[{_APART}])")
RUN = re.compile(rf"([{_APART}]+)")
"""Letters that are words of the index, as many as stand together."""
# Parts words for the analyser, and nothing that is printed has it.
_SEPARATOR = "\x1f"
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe"})


def analyser() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(_BYTES * LONGEST_WORD + 1))
        .filter(tantivy.Filter.ascii_fold())  # before the case, which makes two letters of İ
        .filter(tantivy.Filter.lowercase())
        .build()
    )


_ANALYSER = analyser()


def composed(text: str) -> str:
    """A text as it is indexed: a letter with its marks is one letter, however it was typed; see `printed`."""
    if text.isascii():
        return text
    return _BETWEEN.sub(_SEPARATOR, unicodedata.normalize("NFC", text))


def printed(text: str) -> str:
    """A text of the index as it is printed."""
    return text.replace(_SEPARATOR, "")


def words_of(text: str) -> list[str]:
    """The words of a text as the index has them, since it is the index's analyser that finds them; at most MAX_WORDS.

    >>> words_of("Lukošiūtė, 전남대학교, 深度 GPT模型")
    ['lukosiute', '전남대학교', '深', '度', 'gpt', '模', '型']
    """
    return _ANALYSER.analyze(composed(text[:_LONGEST]))[:MAX_WORDS]


def whole_name(name: str) -> str:
    """A name as a whole, whatever its case and punctuation."""
    return " ".join(words_of(name))


@cache
def printed_word() -> re.Pattern[str]:
    """What finds words as they are printed, with the marks that stand on their letters or in place of vowels."""
    marks = "".join(letter for letter in map(chr, _MARKS_AMONG) if unicodedata.category(letter).startswith("M"))
    return re.compile(rf"[^\W_](?:[^\W_]|[{marks}])*")


def sort_key(label: str) -> str:
    """What a label is sorted by: its first letters without case and diacritics, without what stands before the first
    word.

    >>> sort_key("“Égalité” for all")
    'egalite” for all'
    """
    return re.sub(r"^[\W_]+", "", _plain(label[: 2 * _SORTED_BY]))[:_SORTED_BY]


def _plain(text: str) -> str:
    text = text.lower()
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(_LETTERS)
