"""What the graph says of a thing's identity: its links with their evidence, and what it is called now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from pyoxigraph import DefaultGraph, Literal, NamedNode, Store

from kg import namespaces as ns
from kg.resources import GraphReader

_SHOWN = 50
_LOOKED_AT = 20
_WORDS = {
    ns.SAME_AS: "the same as",
    ns.HAS_VERSION: "a version of",
    ns.AFFILIATION: "affiliated with",
    ns.SUBJECT: "about",
    ns.EXACT_MATCH: "the same in meaning as",
    ns.CLOSE_MATCH: "close in meaning to",
}
_ORDER = {"accepted": 0, "candidate": 1, "refused": 2, "rejected": 3}


@dataclass(frozen=True)
class LinkEntry:
    """A link as a page shows it. `others` are the ends that are not the thing itself, as records name them."""

    iri: str
    others: list[str]
    relation: str
    """As a heading has it, with what became of the link: "Maybe the same as"."""
    status: str
    method: str
    confidence: str
    evidence: list[str]
    decided_by: str | None
    decided_because: str | None


def identity_links(reader: GraphReader, iri: str) -> list[LinkEntry]:
    """Accepted ones first, then by confidence; at most 50."""
    entries = [_entry(reader, link, iri) for link in islice(reader.iris(iri, ns.HAS_IDENTITY_LINK), 4 * _SHOWN)]
    entries.sort(key=lambda entry: (_ORDER.get(entry.status, 9), -float(entry.confidence or 0), entry.iri))
    return entries[:_SHOWN]


def _entry(reader: GraphReader, link: str, iri: str) -> LinkEntry:
    status = reader.text(link, ns.DECISION) or ""
    ends = reader.iris(link, ns.LINK_SUBJECT) + reader.iris(link, ns.LINK_OBJECT)
    return LinkEntry(
        link,
        [end for end in ends if end != iri],
        relation=_in_words(next(iter(reader.iris(link, ns.LINK_RELATION)), ""), status),
        status=status,
        method=reader.text(link, ns.LINK_METHOD) or "",
        confidence=reader.text(link, ns.CONFIDENCE) or "",
        evidence=reader.texts(link, ns.EVIDENCE),
        decided_by=reader.text(link, ns.DECIDED_BY),
        decided_because=reader.text(link, ns.DECIDED_BECAUSE),
    )


def _in_words(relation: str, status: str) -> str:
    if status == "refused":
        return "Kept apart from"
    words = _WORDS.get(relation, "linked to")
    before = {"candidate": "maybe ", "rejected": "not "}.get(status, "")
    return f"{before}{words}".capitalize()


def called_now(store: Store, iri: str, base_iri: str, key: str) -> str | None:
    """What a thing is called that is not described under `iri`: it was merged into another, or the graph has it under a
    stronger identifier. `key` is that of its IRI, such as 'openalex:W2741809807'."""
    kind = iri.removeprefix(base_iri).partition("/")[0]
    same = store.quads_for_pattern(None, NamedNode(ns.SAME_AS), NamedNode(iri), DefaultGraph())
    known = store.quads_for_pattern(None, NamedNode(ns.IDENTIFIER), Literal(key), DefaultGraph())
    for quads in (same, known):
        found = (quad.subject.value for quad in islice(quads, _LOOKED_AT) if isinstance(quad.subject, NamedNode))
        ours = min((one for one in _others(found, iri) if one.startswith(f"{base_iri}{kind}/")), default=None)
        if ours:
            return ours
    return None


def _others(found: Iterator[str], iri: str) -> Iterator[str]:
    return (one for one in found if one != iri)
