r"""TeX as BibTeX files hold it to clean Unicode text: protected capitals, dashes, ties, doubly escaped formulas.

Beyond `plain_text`, which takes away only what is surely markup: here everything is TeX.
"""

from __future__ import annotations

import re

from kg.sources.plain_text import plain_text

# What exporters make of the signs in titles that were TeX or HTML before.
_REPLACED = {
    "$\\less$": "<",
    "$\\greater$": ">",
    "$\\mathsemicolon$": ";",
    "$<$": "<",
    "$>$": ">",
    "\\mathscr{l}": "ℓ",
    "\\not =": "≠",
    "{\\textdollar}": "$",
    "\\textdollar ": "$",
    "\\surd": "√",
    # Meant as they stand, whatever follows.
    "\\textbackslash{}": "\ue05c",
    "\\textasciitilde{}": "\ue07e",
    "\\textbraceleft{}": "\ue07b",
    "\\textbraceright{}": "\ue07d",
}
_REPLACING = re.compile("|".join(re.escape(text) for text in _REPLACED))
_ESCAPED_TEX = {"{\\textbackslash}": "\\", "{\\_}": "_", "{\\^{}}": "^", "\\{": "{", "\\}": "}"}
_ESCAPED_TEX_PATTERN = re.compile("|".join(re.escape(text) for text in _ESCAPED_TEX))
_CHARACTER = re.compile(r"\\unicode\{(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))\}")
_SWITCH = re.compile(r"\\(?:em|it|bf|sc|rm|sl|tt|sf|relax|bfseries|itshape|scshape|protect)(?![A-Za-z])\s*")
_TWO_ARGUMENTS = re.compile(r"\\(?:texorpdfstring|href)\s*\{[^{}]*\}\s*(?=\{)")
_MATH_PARENTHESIS = re.compile(r"(?<!\\)\\[()]")
_NO_SPACE = re.compile(r"\\(?:,(?=[:;?!])|[!/-]|(?=\{\}))")
_SPACE = re.compile(r"\\(?:[,;:\s]|\\(?:\[[^]]*\])?|quad(?![A-Za-z]))|(?<!\\)~")
_STYLE = re.compile(r"\\(?:math[a-z]{2,4}|text[a-z]{2}|text|mbox|emph)\s*(?=\{)")
_LEFT_COMMAND = re.compile(r"\\[A-Za-z]+\*?\s*(?=\{)")
_BRACES = re.compile(r"[{}]")
_OPEN, _CLOSE = "\ue07b", "\ue07d"
_LITERAL = str.maketrans({_OPEN: "{", _CLOSE: "}", "\ue05c": "\\", "\ue07e": "~"})
_URL_ESCAPE = re.compile(r"\\(?=[_%&#~$^{}-])|\{\\([_%&#~$^-])\}|\{\}|[\s{}]+")
_URL_COMMAND = re.compile(r"\s*(?:\\url\s*)?(\{.*\}|.*)\s*", re.DOTALL)


def tex_text(text: str) -> str:
    r"""`text` without TeX, NFC, on one line.

    >>> tex_text(r"{N}e{RF} -- G{\"{o}}del's {\textdollar}{\textbackslash}alpha{\textdollar}, {\'{\i}} \c{c}~{\ss}")
    "NeRF – Gödel's α, í ç ß"
    """
    if "\\" in text or "$" in text:
        text = _without_commands(text)
    if "--" in text:
        text = text.replace("---", "—").replace("--", "–")
    if "~" in text:
        text = text.replace("~", " ")
    if "{" in text or "}" in text:
        text = _BRACES.sub("", text)
    return plain_text(text).translate(_LITERAL)


def tex_address(text: str) -> str:
    r"""An address without the escapes of TeX and the spaces at which lines were broken.

    >>> tex_address("\\url{http://a.org/x\\_y\n   \\%20{\\_}z}")
    'http://a.org/x_y%20_z'
    """
    if "\\" not in text and "{" not in text and " " not in text and "\n" not in text:
        return text
    match = _URL_COMMAND.fullmatch(text)
    return _URL_ESCAPE.sub(lambda escape: escape[1] or "", match[1] if match else text)


def _without_commands(text: str) -> str:
    if "\\textbackslash" in text:
        text = _ESCAPED_TEX_PATTERN.sub(lambda match: _ESCAPED_TEX[match[0]], text)
    text = _REPLACING.sub(lambda match: _REPLACED[match[0]], text)
    text = _CHARACTER.sub(_character, text.replace("\\{", _OPEN).replace("\\}", _CLOSE))
    text = _MATH_PARENTHESIS.sub("", _SPACE.sub(" ", _NO_SPACE.sub("", text)))
    text = _TWO_ARGUMENTS.sub("", _STYLE.sub("", _SWITCH.sub("", text)))
    return _LEFT_COMMAND.sub("", plain_text(text))


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    return chr(code) if 32 <= code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else ""
