"""Abstracts, which publishers deposit as JATS, each in its own way."""

from __future__ import annotations

import re

from kg.sources.values import clean

_HEADING = re.compile(
    r"<((?:\w{1,8}:)?(?:title|bold|b))\b[^<>]*>\s*(?:graphical\s+)?(?:abstract|summary)\s*[:.]?\s*</\1\s*>",
    re.IGNORECASE,
)
# A formula in TeX that stands in MathML as well, which alone is taken then.
_TEX = re.compile(r"<(?:\w{1,8}:)?tex-math\b[^<>]*>[^<]*</(?:\w{1,8}:)?tex-math\s*>", re.IGNORECASE)
_MATHML = re.compile(r"<(?:\w{1,8}:)?math\b", re.IGNORECASE)
# Whatever has JATS's or MathML's prefix is markup; what stands on lines of its own leaves a space.
_BLOCK = re.compile(
    r"</?(?:jats|mml):(?:p|sec|title|list|list-item|def-list|def|break|label|disp-formula|table|tr|td|th)\b[^<>]*>",
    re.IGNORECASE,
)
_INLINE = re.compile(r"</?(?:jats|mml):[\w-]+[^<>]*>", re.IGNORECASE)


def abstract(text: str | None) -> str | None:
    """The text alone, without the heading that says that it is one.

    >>> abstract("<jats:title>Abstract</jats:title><jats:p>Ships <jats:italic>sail</jats:italic>.</jats:p>")
    'Ships sail.'
    """
    if not text or "<" not in text:
        return clean(text)
    text = _HEADING.sub("", text, count=1)
    if _MATHML.search(text):
        text = _TEX.sub("", text)
    return clean(_INLINE.sub("", _BLOCK.sub(" ", text)))
