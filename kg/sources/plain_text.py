r"""Clean Unicode plain text from what sources print: HTML, entities and the TeX that titles and abstracts carry.

Only what is surely markup is taken away; an unknown command, a lone dollar or a percent sign stays as it stands.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache

_ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
    "tilde": "\u0303",
    "hat": "\u0302",
    "bar": "\u0304",
}
_LETTERS = {"ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ"} | {
    "aa": "å", "AA": "Å", "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "dj": "đ", "DJ": "Đ", "th": "þ", "TH": "Þ",
    "ng": "ŋ", "NG": "Ŋ",
}  # fmt: skip
_SYMBOLS = {
    "ell": "ℓ",
    "infty": "∞",
    "times": "×",
    "cdot": "·",
    "pm": "±",
    "sim": "∼",
    "approx": "≈",
    "neq": "≠",
    "le": "≤",
    "leq": "≤",
    "ge": "≥",
    "geq": "≥",
    "to": "→",
    "rightarrow": "→",
    "in": "∈",
    "sqrt": "√",
    "sum": "∑",
    "ldots": "…",
    "dots": "…",
    "textendash": "–",
    "textemdash": "—",
    "textquotesingle": "'",
    "textquoteleft": "‘",
    "textquoteright": "’",
    "textquotedblleft": "“",
    "textquotedblright": "”",
    "textregistered": "®",
    "texttrademark": "™",
    "textcopyright": "©",
    "textdegree": "°",
    "textmu": "µ",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "textunderscore": "_",
    "textless": "<",
    "textgreater": ">",
    "ast": "*",
    "varepsilon": "ε",
    "varphi": "φ",
}
_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lamda mu nu xi pi rho sigma tau upsilon phi chi psi omega"
)
_COMMANDS = _LETTERS | _SYMBOLS
for _name in _GREEK.split():
    _command = _name.replace("lamda", "lambda")
    _COMMANDS[_command] = unicodedata.lookup(f"GREEK SMALL LETTER {_name}")
    _COMMANDS[_command.capitalize()] = unicodedata.lookup(f"GREEK CAPITAL LETTER {_name}")

# Tags that publishers put in titles and abstracts: HTML, JATS, MathML, with any prefix. Others may be meant so.
_ATTRIBUTES = r"""(?:\s+[\w:-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*"""
_TAG = re.compile(
    r"</?(?:\w{1,8}:)?(?:b|i|u|em|p|br|h[1-6]|strong|sub|sup|tt|span|div|italic|bold|sc|scp|title|subtitle|sec"
    r"|math|mrow|mi|mn|mo|mtext|mspace|msub|msup|msubsup|mfrac|msqrt|mover|munder|mstyle|mfenced)"
    rf"{_ATTRIBUTES}\s*/?>",
    re.IGNORECASE,
)
_BREAKING = re.compile(r"</?(?:\w{1,8}:)?(?:p|br|h[1-6]|div|sec|subtitle)\b", re.IGNORECASE)
_QUOTED = re.compile(r"``([^`]*?)''")
# A formula as Pandoc tells it from money: no space inside the dollars, no digit after them.
_MATH = re.compile(r"\$(?=\S)([^$\n]*[^$\s\\])\$(?!\d)")
_SHORT = 100
_STYLED = re.compile(
    r"\\(?:emph|underline|mbox|url|operatorname|text|text(?:bf|it|tt|sc|rm|sf|sl)|math(?:bf|it|tt|rm|sf|bb|cal|frak))"
    r"\s*\{([^{}]*)\}"
)
_ACCENTED = re.compile(
    r"\\(?:([`'^~=.\"])\s*|([uvHrdckb])(?=[{\s])\s*|(?:wide)?(tilde|hat|bar)(?=[{\\]))"
    r"(?:(?:\\math[a-z]+\s*)?\{\s*(\\?\w)\s*\}|(\\[ij]\b|[^\W\d_]))"
)
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}\\]*)\}\s*\{([^{}\\]*)\}")
# Says how large the bracket after it is.
_SIZE = re.compile(r"\\(?:left|right|[bB]ig[lr]?)\s*(?=\\?[()\[\]{}|.])")
_COMMAND = re.compile(r"\{\\([A-Za-z]+)\}|\\([A-Za-z]+)(?:\{\}|\s(?=\w))?")
_ESCAPED = re.compile(r"\\([%&_$#{}])")
_BRACED_IN_MATH = re.compile(r"\{([^{}\\]*)\}")
_BRACED_LETTER = re.compile(r"\{([^\W\d_\x00-\x7f])\}")
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u2060\ufeff\u202a-\u202e\u2066-\u2069\xad]")


def plain_text(text: str) -> str:
    r"""`text` without markup, NFC, with single spaces; on one line.

    >>> plain_text(r"Natural ``features'' are \emph{monosemantic} &amp; 14% of $O(\sqrt{n})$ cost $5 and $6")
    'Natural “features” are monosemantic & 14% of O(√n) cost $5 and $6'
    """
    # Most texts have no markup and nothing invisible; written out, because it is asked of every text there is.
    if text.isprintable() and not ("\\" in text or "<" in text or "&" in text or "$" in text or "`" in text):
        text = _single_spaced(text)
        return text if text.isascii() else unicodedata.normalize("NFC", text)
    text = html.unescape(_TAG.sub(lambda tag: " " if _BREAKING.match(tag[0]) else "", text))
    if "\\" in text or "$" in text or "``" in text:
        text = _without_tex(text)
    text = text.replace("\n", " ")  # most texts have nothing else that is not printable
    if not text.isprintable():
        text = " ".join(_INVISIBLE.sub("", text).split())
    return unicodedata.normalize("NFC", _single_spaced(text))


def _single_spaced(text: str) -> str:
    """`text`, which is printable, so that it has no other spaces, with single ones, and none around it."""
    return " ".join(text.split()) if "  " in text or text[:1] == " " or text[-1:] == " " else text


def _without_tex(text: str) -> str:
    text = _QUOTED.sub(r"“\1”", text)
    text = _MATH.sub(lambda match: _formula(match[1]), _SIZE.sub("", text))
    return _ESCAPED.sub(r"\1", _BRACED_LETTER.sub(r"\1", _commands(text)))


def _formula(text: str) -> str:
    """What a formula prints. Most are short and stand in many texts, so those are kept."""
    return _short_formula(text) if len(text) < _SHORT else _BRACED_IN_MATH.sub(r"\1", _commands(text))


@lru_cache(10_000)
def _short_formula(text: str) -> str:
    return _BRACED_IN_MATH.sub(r"\1", _commands(text))


def _commands(text: str) -> str:
    """Commands become what they print, from the inside out, as deep as anybody nests them."""
    for _ in range(6):
        if "\\" not in text:
            break
        before = text
        text = _STYLED.sub(r"\1", _ACCENTED.sub(_accented, _COMMAND.sub(_command_text, text)))
        if "frac" in text:
            text = _FRACTION.sub(r"\1/\2", text)
        if text == before:
            break
    return text


def _accented(match: re.Match[str]) -> str:
    accent, letter = match[1] or match[2] or match[3], match[4] or match[5]
    letter = {"\\i": "i", "\\j": "j", "ı": "i", "ȷ": "j"}.get(letter, letter)
    return unicodedata.normalize("NFC", letter + _ACCENTS[accent])


def _command_text(match: re.Match[str]) -> str:
    return _COMMANDS.get(match[1] or match[2], match[0])


_URL = re.compile(r"https?://(?P<host>[a-z0-9-]+(?:\.[a-z0-9-]+)+)/(?:[\w./~@:+#?=&-]|%[0-9a-f]{2})+", re.ASCII | re.I)
_REPOSITORY_HOSTS = ("github.com", "gitlab.com", "bitbucket.org", "huggingface.co", "codeberg.org", "sourceforge.net")


def repository_urls(text: str) -> tuple[str, ...]:
    """The addresses of code repositories in a text, in order, each once, without the punctuation that follows them.

    >>> repository_urls("Code (https://github.com/ada/engine.git), data at https://example.org/data.")
    ('https://github.com/ada/engine.git',)
    """
    found = (
        match[0].rstrip(".,:;?&#=-")
        for match in _URL.finditer(text)
        if match["host"].lower().removeprefix("www.").startswith("gitlab.")
        or match["host"].lower().removeprefix("www.") in _REPOSITORY_HOSTS
    )
    return tuple(dict.fromkeys(found))
