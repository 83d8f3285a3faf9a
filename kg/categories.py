"""arXiv categories by the short codes that pages print, from `ontology/concepts.ttl`."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pyoxigraph as ox

from kg import namespaces as ns
from kg import paths

_ARXIV = "/scheme/arxiv"


@cache
def _notations() -> tuple[frozenset[str], frozenset[str]]:
    """The notations of all categories there ever were, and of those in force."""
    notations: dict[str, str] = {}
    in_arxiv: set[str] = set()
    deprecated: set[str] = set()
    for triple in ox.parse(path=str(paths.ONTOLOGY / "concepts.ttl")):
        subject, term = str(triple.subject), triple.object
        match triple.predicate.value:
            case ns.NOTATION:
                notations[subject] = term.value
            case ns.IN_SCHEME if term.value.endswith(_ARXIV):
                in_arxiv.add(subject)
            case ns.DEPRECATED if term.value == "true":
                deprecated.add(subject)
    return (
        frozenset(notation for subject, notation in notations.items() if subject in in_arxiv),
        frozenset(notation for subject, notation in notations.items() if subject in in_arxiv - deprecated),
    )


@cache
def _by_suffix() -> dict[str, str]:
    """Categories in force by the part after the full stop, where only one has it."""
    _, active = _notations()
    shared = Counter(notation.rpartition(".")[2] for notation in active)
    return {suffix: notation for notation in active if shared[suffix := notation.rpartition(".")[2]] == 1}


def arxiv_category(code: str) -> str | None:
    """The one arXiv category in force whose name ends in `code`; None if none or several do.

    >>> arxiv_category("LG"), arxiv_category("hep-th"), arxiv_category("IT"), arxiv_category("??")
    ('cs.LG', 'hep-th', None, None)
    """
    return _by_suffix().get(code)


def is_arxiv_category(notation: str) -> bool:
    """Whether arXiv has, or had, a category of that name.

    >>> is_arxiv_category("cs.LG"), is_arxiv_category("alg-geom"), is_arxiv_category("LG")
    (True, True, False)
    """
    return notation in _notations()[0]
