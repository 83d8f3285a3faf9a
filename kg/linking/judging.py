"""What becomes of links: which are accepted, and what the graph says of each."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from kg import namespaces as ns
from kg.identifiers import external_iris
from kg.linking.concepts import METHOD
from kg.linking.decisions import Decision
from kg.linking.identity import Identity, identity, relation_between
from kg.linking.model import Fact, Judged, Link, PaperMention, Status, ThingMention
from kg.linking.subjects import accepted_subjects, judged_subjects
from kg.mapping.terms import Statements
from kg.naming import Naming
from kg.records import Identifier

LEAST = 0.5
"""Less sure than this a link is not worth a look."""


_RELATIONS = {
    "same": ns.SAME_AS,
    "version": ns.HAS_VERSION,
    "affiliation": ns.AFFILIATION,
    "subject": ns.SUBJECT,
    "exact-match": ns.EXACT_MATCH,
    "close-match": ns.CLOSE_MATCH,
}
_MATCHES = ("exact-match", "close-match")
_LEXICAL = ("name", "label", METHOD)


class Judgement(msgspec.Struct, frozen=True):
    """All links of a graph, in the order of their things, and what is one by them."""

    links: list[Judged] = []
    identity: Identity = Identity()
    preprints: frozenset[str] = frozenset()
    """Of linked papers those that are preprints, so that it is known which is a version of which."""
    outside: list[ThingMention] = []
    """Things of authorities that are linked to."""


def judge(
    naming: Naming,
    links: Iterable[Link],
    papers: Iterable[PaperMention],
    things: Iterable[ThingMention],
    decisions: Mapping[tuple[str, str], Decision],
    threshold: float,
    outside: Sequence[ThingMention] = (),
    subjects: Iterable[Link] = (),
) -> Judgement:
    """Accept what is sure enough or decided, as far as nothing speaks against it.

    What people decided without any rule having found it is a link as well. Things `outside` are of authorities: they
    may be what ours are, but are not in the graph. `subjects` are concepts found in the texts of papers.
    """
    found = {(link.subject, link.object): link for link in links if link.confidence >= LEAST}
    papers, things = list(papers), list(things)
    known, authorships = set[str](), set[str]()
    if decisions:
        known = {paper.paper for paper in papers} | {author.author for paper in papers for author in paper.authors}
        known |= {thing.thing for thing in things}
        authorships = {author.authorship for paper in papers for author in paper.authors}
    for pair in decisions:
        relation = relation_between(*pair, naming.base_iri)
        if relation is None or relation == "subject":  # subjects are judged apart
            continue
        there = known | authorships if relation == "affiliation" else known
        # One end may be a thing of another graph, which ours then calls the same.
        if (
            pair not in found
            and any(end in there for end in pair)
            and all(end in there or not end.startswith(naming.base_iri) for end in pair)
        ):
            found[pair] = Link(subject=pair[0], object=pair[1], relation=relation, method="person", confidence=1.0)
    accepted = [
        link
        for pair, link in found.items()
        if (decisions[pair].verdict == "accepted" if pair in decisions else link.confidence >= threshold)
    ]
    verdicts = {pair: made.verdict == "accepted" for pair, made in decisions.items()}
    one, refused = identity(naming, accepted, papers, [*things, *outside], verdicts)
    taken = {(link.subject, link.object) for link in accepted} - {(link.subject, link.object) for link in refused}
    against = {(link.subject, link.object) for link in refused}
    judged = []
    for pair in sorted(found):
        decided = decisions.get(pair)
        status: Status = "accepted" if pair in taken else "refused" if pair in against else "candidate"
        if decided and decided.verdict == "rejected":
            status = "rejected"
        judged.append(Judged(found[pair], status, decided))
    of_subjects = judged_subjects(naming, subjects, papers, one, decisions, threshold)
    judged += of_subjects
    ends = {end for link in found.values() if link.relation == "version" for end in (link.subject, link.object)}
    preprints = frozenset(paper.paper for paper in papers if paper.paper in ends and paper.type == "preprint")
    affiliations: defaultdict[str, list[str]] = defaultdict(list)
    for each in judged:
        if each.link.relation == "affiliation" and each.status == "accepted":
            affiliations[each.link.subject].append(one.of(each.link.object))
    taken_ends = {end for each in judged if each.status == "accepted" for end in (each.link.subject, each.link.object)}
    met = _met(outside, taken_ends, _keys_here(papers, things)) if outside else []
    one = msgspec.structs.replace(one, affiliations=dict(affiliations), subjects=accepted_subjects(of_subjects))
    return Judgement(judged, one, preprints, met)


def _keys_here(papers: Iterable[PaperMention], things: Iterable[ThingMention]) -> dict[str, set[str]]:
    """By what each thing of the graph is identified."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for thing in things:
        found[thing.thing].update(thing.keys)
    for paper in papers:
        found[paper.paper].update(paper.keys)
        for author in paper.authors:
            found[author.author].update(author.keys)
    return found


def _met(outside: Iterable[ThingMention], taken_ends: set[str], here: Mapping[str, set[str]]) -> list[ThingMention]:
    """Of things of authorities those that ours are, each once with all that identifies it.

    One that is called as ours is needs no link to be the same; of it only what it is identified by further is said.
    """
    found: dict[str, ThingMention] = {}
    for thing in outside:
        known = found.get(thing.thing)
        keys = tuple(sorted({*(known.keys if known else ()), *thing.keys}))
        if (own := here.get(thing.thing)) is not None:
            keys = tuple(key for key in keys if key not in own)
            if keys:
                found[thing.thing] = ThingMention(thing.thing, thing.kind, (), keys)
        elif thing.thing in taken_ends:
            found[thing.thing] = msgspec.structs.replace(known or thing, keys=keys)
    return list(found.values())


def link_iri(base_iri: str, link: Link) -> str:
    digest = hashlib.sha256("\x1f".join((link.subject, link.object, link.relation)).encode()).hexdigest()
    return f"{base_iri}link/{digest[:16]}"


def justification(judged: Judged) -> str:
    """The word of SSSOM's vocabulary of justifications (SEMAPV) for how a link is known."""
    if judged.decision:
        return ns.SEMAPV + "ManualMappingCuration"
    return ns.SEMAPV + ("LexicalMatching" if judged.link.method in _LEXICAL else "CompositeMatching")


def fact_text(fact: Fact) -> str:
    """
    >>> fact_text(Fact("year", "2022", "2023"))
    'year: 2022 | 2023'
    >>> fact_text(Fact("year", "2022", "2022"))
    'year: 2022'
    """
    return f"{fact.what}: {fact.subject}" + (f" | {fact.object}" if fact.object != fact.subject else "")


def statements(base_iri: str, judgement: Judgement) -> Iterator[bytes]:
    """What the graph says of its links and of what is merged, as N-Triples, a text for each thing."""
    for judged in judgement.links:
        yield link_statements(base_iri, judged, judgement)
    for outside in judgement.outside:
        yield outside_statements(outside, judgement.identity)
    for thing, canonical in judgement.identity.canonical.items():
        yield merged_statement(thing, canonical)


def link_statements(base_iri: str, judged: Judged, judgement: Judgement) -> bytes:
    """What the graph says of one of the links of a judgement; nothing of some that are not accepted."""
    if judged.link.relation == "subject" and judged.status != "accepted" and not judged.decision:
        return b""  # a paper may speak of much
    out = Statements()
    _state(out, base_iri, judged, judgement.identity)
    if judged.link.relation == "version" and judged.status == "accepted":
        _versions(out, judged.link, judgement)
    return out.encoded()


def outside_statements(thing: ThingMention, identity: Identity) -> bytes:
    """What the graph says of a thing of an authority."""
    return _described(thing, identity.of(thing.thing))


def merged_statement(thing: str, canonical: str) -> bytes:
    return f"<{canonical}> <{ns.SAME_AS}> <{thing}> .\n".encode()


def _state(out: Statements, base_iri: str, judged: Judged, identity: Identity) -> None:
    link = judged.link
    subject = link_iri(base_iri, link)
    out.link(subject, ns.TYPE, ns.IDENTITY_LINK)
    out.link(subject, ns.LINK_SUBJECT, link.subject)
    out.link(subject, ns.LINK_OBJECT, link.object)
    # What is known of a paper's concept is said of the paper: a concept may have a million papers.
    ends = [link.subject] if link.relation == "subject" else _sides(base_iri, link)[0]
    for end in dict.fromkeys(map(identity.of, ends)):
        out.link(end, ns.HAS_IDENTITY_LINK, subject)
    out.link(subject, ns.LINK_RELATION, _RELATIONS[link.relation])
    out.link(subject, ns.JUSTIFICATION, justification(judged))
    out.text(subject, ns.LINK_METHOD, link.method)
    out.typed(subject, ns.CONFIDENCE, f"{link.confidence:.2f}", "decimal")
    for fact in link.facts:
        out.text(subject, ns.EVIDENCE, fact_text(fact))
    out.text(subject, ns.DECISION, judged.status)
    if judged.status == "accepted" and link.relation == "affiliation":
        out.link(identity.of(link.subject), ns.AFFILIATION, identity.of(link.object))
    if judged.status == "accepted" and link.relation == "subject":
        out.link(link.subject, ns.SUBJECT, link.object)
    if judged.status == "accepted" and link.relation in _MATCHES:
        out.link(link.subject, _RELATIONS[link.relation], link.object)
        out.link(link.object, _RELATIONS[link.relation], link.subject)
    if judged.status == "accepted" and link.relation == "same":
        inside, outside = _sides(base_iri, link)
        for end in outside:
            out.link(identity.of(inside[0]), ns.SAME_AS, end)
    if judged.decision:
        out.text(subject, ns.DECIDED_BY, judged.decision.by)
        if judged.decision.on:
            out.typed(subject, ns.DECIDED_ON, judged.decision.on, "date")
        out.text(subject, ns.DECIDED_BECAUSE, judged.decision.why)


_CLASSES = {
    "author": ns.AUTHOR,
    "institution": ns.INSTITUTION,
    "venue": ns.VENUE,
    "concept": ns.CONCEPT,
    "paper": ns.PAPER,
}
_NAMES = {"concept": ns.PREF_LABEL, "paper": ns.TITLE}


def _described(thing: ThingMention, called: str) -> bytes:
    """What an authority identifies it by, and its name, as little as a thing of the graph must have."""
    out = Statements()
    out.link(called, ns.TYPE, _CLASSES[thing.kind])
    out.text(called, _NAMES.get(thing.kind, ns.NAME), next(iter(thing.names), None))
    for key in thing.keys:
        scheme, _, value = key.partition(":")
        out.text(called, ns.IDENTIFIER, key)
        for other in external_iris(Identifier(scheme, value), thing.kind):
            out.link(called, ns.SAME_AS, other)
    if thing.kind != "concept":
        out.text(called, ns.IDENTITY_BASIS, "identifier")
    return out.encoded()


def _sides(base_iri: str, link: Link) -> tuple[list[str], list[str]]:
    """The ends in this graph, and those in others."""
    ends = (link.subject, link.object)
    return [end for end in ends if end.startswith(base_iri)], [end for end in ends if not end.startswith(base_iri)]


def _versions(out: Statements, link: Link, judgement: Judgement) -> None:
    """A preprint is a version of what was published; of two alike each has the other as a version."""
    for one, other in ((link.subject, link.object), (link.object, link.subject)):
        is_earlier = one in judgement.preprints and other not in judgement.preprints
        predicate = ns.IS_VERSION_OF if is_earlier else ns.HAS_VERSION
        out.link(judgement.identity.of(one), predicate, judgement.identity.of(other))
