"""Titles of papers as they are compared."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from rapidfuzz import fuzz

from kg.linking.names import folded_text

_TAG = re.compile(r"<[^<>]{1,40}>")
# A command may be glued to what it changes, where its braces were lost.
_STYLE = re.compile(
    r"\\(?:math(?:cal|bb|bf|rm|sf|frak|it|tt)|text(?:it|bf|tt|sc|rm|sf)?|emph|operatorname|boldsymbol|left|right|sqrt)"
    r"|\\(?:rm|bf|it|sf|tt|sc|em|cal)(?![a-z])"
)
_GREEK = str.maketrans(
    dict(
        zip(
            "αβγδεζηθικλμνξπρστυφχψωϵϕ",
            [
                "alpha",
                "beta",
                "gamma",
                "delta",
                "epsilon",
                "zeta",
                "eta",
                "theta",
                "iota",
                "kappa",
                "lambda",
                "mu",
                "nu",
                "xi",
                "pi",
                "rho",
                "sigma",
                "tau",
                "upsilon",
                "phi",
                "chi",
                "psi",
                "omega",
                "epsilon",
                "phi",
            ],
            strict=True,
        )
    )
)
_NOT_WORD = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\b(?:\d+|[ivx]{1,4})\b")
# Beginnings that make another paper of the same title.
_ABOUT_ANOTHER = re.compile(
    r"^(?:(?:author )?(?:correction|erratum|corrigendum|addendum|retraction|retracted|withdrawn|expression of concern)"
    r"(?: note| notice| article| to| for| of)*|reply|response|comment(?:ary|s)?(?: on)?|reply to|response to|review of|"
    r"discussion(?: of| on)?|rejoinder|letter to the editor|editorial)\b"
    r"|\b(?:erratum|corrigendum|addendum|rejoinder)$"
)
# What follows a title where it is another work about the paper, or a part of it.
_OF_ANOTHER = re.compile(
    r"(?:an? |the |authors? )?(?:reply|response|rejoinder|corrections?|errat\w+|corrigend\w+|addend\w+|retraction"
    r"|comments?|commentary|discussion|poster|slides|presentation|video|talk|abstract|(?:online )?appendix"
    r"|data ?sets?|code|software|peer reviews?|supplement|supporting information)"
    r"|(?:reply|response|comments?) (?:to|on|by) .*|(?:supplement(?:ary|al)?|replication|peer review) .*"
)
_GENERIC = re.compile(
    r"^(?:(?:guest )?editorial(?: board| note| comment)?|preface|foreword"
    r"|introduction(?: to the special (?:issue|section).*)?|front matter|back matter|title page|table of contents"
    r"|contents|index|author index|book reviews?|invited talk|keynote(?: talk| address)?|panel|poster session"
    r"|discussion|news|obituary|in memoriam|announcements?|abstracts?|letters? to the editor|reply|response|comment"
    r"|conclusions?|summary|acknowledge?ments?|untitled|no title|message from .*|welcome .*|committees?|reviewers.*"
    r"|list of .*|vorwort)$"
)
_ONE_WORD = 75  # of 100; "optimization" and "optimisation" have 92, "two" and "three" 50
_ANOTHER_WORD = 0.85  # at most so much alike are titles of which one has another word
_SMALL_WORDS = frozenset(("a", "an", "the", "of", "in", "on", "for", "and", "with", "to", "by"))
_SHORTEST = 12  # letters; a shorter title is not enough to tell a paper by


@lru_cache(200_000)
def title_key(title: str) -> str:
    """Letters and digits, folded, with single spaces.

    >>> title_key("Scaling  <i>Mono</i>semanticity: A $\\\\beta$-Test")
    'scaling monosemanticity a beta test'
    """
    return _NOT_WORD.sub(" ", folded_text(_STYLE.sub("", _TAG.sub("", title))).translate(_GREEK)).strip()


def solid(key: str) -> str:
    """Without spaces: "hyper graph" and "hyper-graph" and "hypergraph" are one."""
    return key.replace(" ", "")


def is_generic(key: str) -> bool:
    """Whether papers of this title are many."""
    return len(key) < _SHORTEST or _GENERIC.match(key) is not None


def is_about_another(key: str) -> bool:
    """Whether it is an erratum, a reply or the like."""
    return _ABOUT_ANOTHER.search(key) is not None


def similarity(one: str, other: str) -> float:
    """Of two keys, 0 to 1; 1 if they are the same, 0 where they name different parts, editions or years."""
    if solid(one) == solid(other):
        return 1.0
    if is_about_another(one) != is_about_another(other):
        return 0.0
    if _NUMBER.findall(one) != _NUMBER.findall(other):
        return 0.0
    shorter, longer = sorted((one, other), key=len)
    # A subtitle, or the end of a long title, left out.
    if longer.startswith(shorter + " "):
        if _OF_ANOTHER.fullmatch(longer[len(shorter) + 1 :]):
            return 0.0
        if len(shorter) >= 25 and shorter.count(" ") >= 3:
            return 0.94
    ratio = fuzz.ratio(one, other, score_cutoff=85) / 100
    return ratio if not ratio or _are_one_in_words(one.split(), other.split()) else min(ratio, _ANOTHER_WORD)


def _are_one_in_words(one: list[str], other: list[str]) -> bool:
    """Whether they differ in spelling only: with a word more, or another one, the same people wrote another paper."""
    mine, others = Counter(one) - Counter(other), Counter(other) - Counter(one)
    left = sorted(others.elements())
    for word in sorted(mine.elements()):
        near = next((candidate for candidate in left if fuzz.ratio(word, candidate) >= _ONE_WORD), None)
        if near is None:
            return word in _SMALL_WORDS and not left
        left.remove(near)
    return _SMALL_WORDS.issuperset(left)
