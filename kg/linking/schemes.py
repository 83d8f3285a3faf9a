"""Concepts of different schemes that mean the same: by what both are matched to elsewhere, or by their labels.

They stay two concepts, as SKOS has it: each scheme has its own hierarchy.
https://www.w3.org/TR/skos-reference/#mapping
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import combinations

import pyoxigraph
from pyoxigraph import Literal, NamedNode, RdfFormat

from kg import namespaces as ns
from kg import paths
from kg.linking.model import Fact, Link, ThingMention
from kg.linking.text_words import Words
from kg.naming import Naming

_BEARERS = 20
"""What more concepts are matched to, or called, tells nothing."""


def scheme_links(naming: Naming, things: Iterable[ThingMention]) -> Iterator[Link]:
    """Each pair of concepts of different schemes once, by identifiers first."""
    concepts: dict[str, ThingMention] = {}
    for thing in (*_well_known(naming), *things):
        if thing.kind == "concept":
            concepts.setdefault(thing.thing, thing)
    keys: defaultdict[str, list[ThingMention]] = defaultdict(list)
    labels: defaultdict[str, list[ThingMention]] = defaultdict(list)
    for concept in concepts.values():
        for key in concept.keys[1:]:
            keys[key].append(concept)
        if label := " ".join(Words(concept.names[0]).plain):
            labels[label].append(concept)
    linked: set[tuple[str, str]] = set()
    for link in (*_by_identifier(keys), *_by_label(labels)):
        if (link.subject, link.object) not in linked:
            linked.add((link.subject, link.object))
            yield link


def _by_identifier(keys: Mapping[str, list[ThingMention]]) -> Iterator[Link]:
    for key in sorted(keys):
        for one, other in _pairs(keys[key]):
            facts = (Fact("matched to", key, key), Fact("label", one.names[0], other.names[0]))
            yield _link(one, other, "exact-match", "shared-identifier", 0.95, facts)


def _by_label(labels: Mapping[str, list[ThingMention]]) -> Iterator[Link]:
    """A label of several words says what it means, and is sure unless one scheme has it twice."""
    for label in sorted(labels):
        bearers = labels[label]
        is_clear = len({_scheme(each) for each in bearers}) == len(bearers)
        for one, other in _pairs(bearers):
            confidence = (0.93 if " " in label else 0.9) if is_clear else 0.6
            yield _link(one, other, "close-match", "label", confidence, (Fact("label", one.names[0], other.names[0]),))


def _pairs(bearers: list[ThingMention]) -> Iterator[tuple[ThingMention, ThingMention]]:
    """Of concepts of different schemes, in the order of their IRIs."""
    if len(bearers) <= _BEARERS:
        for one, other in combinations(sorted(bearers, key=lambda concept: concept.thing), 2):
            if _scheme(one) != _scheme(other):
                yield one, other


def _link(
    one: ThingMention, other: ThingMention, relation: str, method: str, confidence: float, facts: tuple[Fact, ...]
) -> Link:
    return Link(
        subject=one.thing,
        object=other.thing,
        relation="exact-match" if relation == "exact-match" else "close-match",
        method=method,
        confidence=confidence,
        facts=facts,
    )


def _scheme(concept: ThingMention) -> str:
    return concept.keys[0].partition(":")[0]


@cache
def _well_known(naming: Naming) -> tuple[ThingMention, ...]:
    """The subjects of ontology/concepts.ttl; its other schemes are no subjects."""
    notations: dict[str, str] = {}
    names: dict[str, str] = {}
    for quad in pyoxigraph.parse(path=paths.ONTOLOGY / "concepts.ttl", format=RdfFormat.TURTLE):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
            of = {ns.NOTATION: notations, ns.PREF_LABEL: names}.get(quad.predicate.value)
            if of is not None:
                of.setdefault(quad.subject.value, quad.object.value)
    prefix = f"{ns.DEFAULT_BASE}concept/arxiv:"
    return tuple(
        ThingMention(
            naming.base_iri + concept.removeprefix(ns.DEFAULT_BASE),
            "concept",
            (name,),
            (f"arxiv:{notations[concept]}",),
        )
        for concept, name in sorted(names.items())
        if concept.startswith(prefix) and concept in notations
    )
