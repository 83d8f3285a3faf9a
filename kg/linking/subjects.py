"""What papers are about, where no source says it: concepts found in their texts, judged like any link."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain

import msgspec

from kg.linking.decisions import Decision
from kg.linking.identity import Identity, kind_of
from kg.linking.model import Judged, Link, PaperMention, Status
from kg.naming import Naming

_MOST = 8
"""Concepts of one paper, those that people decided about not counted."""


def is_of_subject(naming: Naming, pair: tuple[str, str]) -> bool:
    """Whether two things are a paper and a concept."""
    return {kind_of(end, naming.base_iri) for end in pair} == {"paper", "concept"}


def judged_subjects(
    naming: Naming,
    links: Iterable[Link],
    papers: Iterable[PaperMention],
    identity: Identity,
    decisions: Mapping[tuple[str, str], Decision],
    threshold: float,
) -> list[Judged]:
    """Links from papers to concepts, both as they are called in the end, in order.

    Those of papers that a source gives concepts for are left out, whichever of their records says so. What people
    decided stands for any paper.
    """
    of = identity.of
    known = {of(paper.paper) for paper in papers}
    with_subjects = {of(paper.paper) for paper in papers if paper.subjects}
    decided = _decided(naming, decisions, identity)
    found: defaultdict[str, dict[str, Link]] = defaultdict(dict)
    for link in links:
        paper, concept = of(link.subject), of(link.object)
        if paper not in with_subjects or (paper, concept) in decided:
            other = found[paper].get(concept)
            if other is None or other.confidence < link.confidence:
                is_called_so = (paper, concept) == (link.subject, link.object)
                called = link if is_called_so else msgspec.structs.replace(link, subject=paper, object=concept)
                found[paper][concept] = called
    for paper, concept in decided:
        if paper in known:
            person = Link(subject=paper, object=concept, relation="subject", method="person", confidence=1.0)
            found[paper].setdefault(concept, person)
    return [
        Judged(link, _status(link, decided.get((paper, link.object)), threshold), decided.get((paper, link.object)))
        for paper in sorted(found)
        for link in _surest(found[paper].values(), decided)
    ]


def accepted_subjects(judged: Iterable[Judged]) -> dict[str, list[str]]:
    """The concepts of each paper."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for each in judged:
        if each.status == "accepted":
            found[each.link.subject].append(each.link.object)
    return dict(found)


def _decided(
    naming: Naming, decisions: Mapping[tuple[str, str], Decision], identity: Identity
) -> dict[tuple[str, str], Decision]:
    """By paper and concept, as they are called in the end; the pairs of decisions are in the order of the alphabet."""
    found = {}
    for pair, made in decisions.items():
        if is_of_subject(naming, pair):
            concept, paper = sorted(pair, key=lambda end: kind_of(end, naming.base_iri))
            found[identity.of(paper), identity.of(concept)] = made
    return found


def _surest(links: Iterable[Link], decided: Mapping[tuple[str, str], Decision]) -> list[Link]:
    best = sorted(links, key=lambda link: (-link.confidence, link.object))
    if not decided:
        return sorted(best[:_MOST], key=lambda link: link.object)
    is_decided = [(link.subject, link.object) in decided for link in best]
    by_people = (link for link, decision in zip(best, is_decided, strict=True) if decision)
    others = [link for link, decision in zip(best, is_decided, strict=True) if not decision]
    return sorted(chain(by_people, others[:_MOST]), key=lambda link: link.object)


def _status(link: Link, decision: Decision | None, threshold: float) -> Status:
    if decision:
        return "accepted" if decision.verdict == "accepted" else "rejected"
    return "accepted" if link.confidence >= threshold else "candidate"
