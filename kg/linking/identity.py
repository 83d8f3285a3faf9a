"""Which things are one, by the links that are accepted: clusters, their canonical IRIs, whose an authorship is.

Links are taken in falling confidence. One that would unite what is known to be apart is refused: two things that a
source tells apart by its own identifiers, two people whom one record names side by side, two versions of a paper, or
what a person said is not the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

import msgspec

from kg.linking.model import AuthorMention, Link, PaperMention, Relation, ThingMention
from kg.naming import AUTHOR_SCHEMES, INSTITUTION_SCHEMES, PAPER_SCHEMES, VENUE_SCHEMES, Naming

_SCHEMES = {
    "paper": PAPER_SCHEMES,
    "authorship": PAPER_SCHEMES,  # its key begins with that of its paper
    "author": AUTHOR_SCHEMES,
    "institution": INSTITUTION_SCHEMES,
    "venue": VENUE_SCHEMES,
}
# Who gives one of these to a person gives another person another.
_PEOPLE = ("orcid", "dblp-person", "dblp-name", "openalex", "semanticscholar-author")
_PAPERS = ("doi", "dblp", "openalex", "arxiv", "openreview", "semanticscholar", "pmid", "mlanthology")
TELLING = {
    "author": _PEOPLE,
    "authorship": _PEOPLE,
    "paper": _PAPERS,
    "institution": ("ror", "openalex", "wikidata"),
}
"""Of which schemes two identifiers are two things', by kind."""

# So sure that what has two of these is two things, though it shares some other identifier.
_TELLING_ALWAYS = {"author": ("orcid",), "authorship": ("orcid",), "institution": ("ror",)}
_NOTHING: frozenset[str] = frozenset()


class Identity(msgspec.Struct, frozen=True):
    """What things are called once what is the same is one.

    `canonical`: of each thing that is merged into another, what it is called then. `authors`: of each authorship that
    is another person's than the name alone would say, who that is. `affiliations`: of authorships whose affiliation was
    found in what is printed, which organisations. `subjects`: of papers, as they are called in the end, that no source
    gives concepts for, those that were found in their texts.
    """

    canonical: dict[str, str] = {}
    authors: dict[str, str] = {}
    affiliations: dict[str, list[str]] = {}
    subjects: dict[str, list[str]] = {}

    def of(self, thing: str) -> str:
        return self.canonical.get(thing, thing)

    def coarsens(self, other: Identity) -> bool:
        """Whether what `other` made one thing is one here as well, so that only more has to be merged."""
        return all(self.of(thing) == self.of(into) for thing, into in other.canonical.items()) and all(
            authorship in self.authors for authorship in other.authors
        )


class Clusters:
    """Things that are united pair by pair, and never against what keeps them apart."""

    def __init__(self, base_iri: str) -> None:
        self._base_iri = base_iri
        self._parents: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}
        self._keys: defaultdict[str, set[str]] = defaultdict(set)
        self._records: defaultdict[str, set[str]] = defaultdict(set)
        self._apart: defaultdict[str, set[str]] = defaultdict(set)
        self.refused: list[Link] = []

    def know(self, thing: str, keys: Iterable[str]) -> None:
        """What a thing is identified by; before anything is united."""
        self._keys[thing].update(keys)

    def stands_on(self, thing: str, record: str) -> None:
        """A record that names somebody beside others, who are not the same; before anything is united."""
        self._records[thing].add(record)

    def keep_apart(self, one: str, other: str) -> bool:
        """Have two things stay two from now on. False if they are one already."""
        one, other = self.find(one), self.find(other)
        if one == other:
            return False
        self._apart[one].add(other)
        self._apart[other].add(one)
        return True

    def find(self, thing: str) -> str:
        """What stands for the cluster of a thing."""
        root = thing
        while (parent := self._parents.get(root, root)) != root:
            root = parent
        while (parent := self._parents.get(thing, thing)) != root:
            self._parents[thing] = root
            thing = parent
        return root

    def unite(self, link: Link, by_decision: bool = False) -> bool:
        """Whether the two ends are one now. A decision counts more than what a source tells apart, and no more than
        another decision."""
        one, other = self.find(link.subject), self.find(link.object)
        if one == other:
            return True
        if other in self._apart.get(one, ()) or not (by_decision or self._may_be_one(one, other, link)):
            self.refused.append(link)
            return False
        if len(self._members.get(one, ())) < len(self._members.get(other, ())):
            one, other = other, one
        self._parents[other] = one
        self._members.setdefault(one, [one]).extend(self._members.pop(other, [other]))
        for known in (self._keys, self._records):
            if other in known:
                known[one] |= known.pop(other)
        for enemy in self._apart.pop(other, set()):
            self._apart[enemy].discard(other)
            self._apart[enemy].add(one)
            self._apart[one].add(enemy)
        return True

    def _may_be_one(self, one: str, other: str, link: Link) -> bool:
        is_shared = link.method == "shared-identifier"
        if not is_shared and not self._records.get(one, _NOTHING).isdisjoint(self._records.get(other, _NOTHING)):
            return False
        telling = (_TELLING_ALWAYS if is_shared else TELLING).get(kind_of(one, self._base_iri), ())
        return not any(
            mine and others and mine.isdisjoint(others)
            for scheme in telling
            for mine, others in [(self._with(one, scheme), self._with(other, scheme))]
        )

    def _with(self, root: str, scheme: str) -> set[str]:
        return {key for key in self._keys.get(root, ()) if key.startswith(scheme + ":")}

    def canonical(self) -> dict[str, str]:
        """Of each thing that has another in its place, which."""
        found: dict[str, str] = {}
        for members in self._members.values():
            best = min(members, key=self.strength)
            found.update((member, best) for member in members if member != best)
        return found

    def strength(self, thing: str) -> tuple[int, str]:
        """By the scheme of its key, as a thing of all these identifiers would be named; what has none comes last."""
        kind, _, key = thing.removeprefix(self._base_iri).partition("/")
        schemes = _SCHEMES.get(kind, ())
        scheme = key.partition(":")[0] if ":" in key else ""
        return (schemes.index(scheme) if scheme in schemes else len(schemes), thing)


def kind_of(thing: str, base_iri: str) -> str:
    """'paper', 'author', 'authorship', …: what an IRI of ours names.

    >>> kind_of("https://example.org/paper/doi:10.1/x", "https://example.org/")
    'paper'
    """
    return thing.removeprefix(base_iri).partition("/")[0]


def is_identified(thing: str, base_iri: str) -> bool:
    """Whether a thing of ours is called by an identifier; else it is known by name alone.

    >>> [is_identified(f"https://e/author/{key}", "https://e/") for key in ("orcid:0000-0002-1825-0097", "ann-lee")]
    [True, False]
    """
    return ":" in thing.removeprefix(base_iri)


def relation_between(one: str, other: str, base_iri: str) -> Relation | None:
    """What somebody who accepts two things says of them; None if there is nothing that they could be to each other.

    >>> base = "https://example.org/"
    >>> relation_between(base + "author/a", base + "author/b", base), relation_between(base + "author/a", "e:b", base)
    ('same', 'same')
    >>> relation_between(base + "paper/a", base + "author/b", base)
    """
    kinds = {kind_of(end, base_iri) for end in (one, other) if end.startswith(base_iri)}
    if kinds == {"authorship", "institution"}:
        return "affiliation"
    if kinds == {"paper", "concept"}:
        return "subject"
    return "same" if len(kinds) < 2 else None


def by_confidence(links: Iterable[Link]) -> list[Link]:
    return sorted(links, key=lambda link: (-link.confidence, link.subject, link.object))


def identity(
    naming: Naming,
    links: Iterable[Link],
    papers: Iterable[PaperMention],
    things: Iterable[ThingMention],
    decisions: Mapping[tuple[str, str], bool],
) -> tuple[Identity, list[Link]]:
    """What is one by these links, all of which are to be accepted, and which of them were refused.

    `decisions`: pairs of things that are one (True) or are not (False), as people decided.
    """
    papers, links = list(papers), by_confidence(links)
    clusters = Clusters(naming.base_iri)
    linked = {end for link in links for end in (link.subject, link.object)}
    for paper in papers:
        if paper.paper in linked:
            clusters.know(paper.paper, paper.keys)
        for author in paper.authors:
            if author.keys:
                clusters.know(author.author, author.keys)
            if author.author in linked:
                clusters.stands_on(author.author, paper.record)
    for thing in things:
        clusters.know(thing.thing, thing.keys)
    apart = [pair for pair, is_same in decisions.items() if not is_same]
    for one, other in apart:
        clusters.keep_apart(one, other)
    # A thing of another graph has no statements to move.
    inside = [link for link in links if all(end.startswith(naming.base_iri) for end in (link.subject, link.object))]
    same = [link for link in inside if link.relation == "same"]
    for link in same:
        if decisions.get((link.subject, link.object)):
            clusters.unite(link, by_decision=True)
    things_alike = [link for link in same if kind_of(link.subject, naming.base_iri) != "authorship"]
    for link in things_alike:
        if link.method == "shared-identifier":
            clusters.unite(link)
    clusters.refused += [
        link for link in inside if link.relation == "version" and not clusters.keep_apart(link.subject, link.object)
    ]
    for link in things_alike:
        if link.method != "shared-identifier":
            clusters.unite(link)
    of_authorships = [link for link in same if kind_of(link.subject, naming.base_iri) == "authorship"]
    authorships = _Authorships(naming, clusters.canonical(), papers, of_authorships, apart)
    return (
        Identity(authorships.things | authorships.canonical, authorships.authors),
        clusters.refused + authorships.refused,
    )


class _Authorship(NamedTuple):
    paper: str
    author: str
    """Both as they are called in the end."""
    named: tuple[str, str]
    """As its record calls them."""


class _Authorships:
    """The authorships of papers that are merged, of authors that are, and those that links say are one."""

    def __init__(
        self,
        naming: Naming,
        things: dict[str, str],
        papers: list[PaperMention],
        links: list[Link],
        apart: list[tuple[str, str]],
    ) -> None:
        """`things`: what those that are merged are called. `apart`: pairs of whatever kind that are not one."""
        self.things = things
        self.canonical: dict[str, str] = {}
        self.authors: dict[str, str] = {}
        self._naming = naming
        self._clusters = Clusters(naming.base_iri)
        self._known: dict[str, _Authorship] = {}
        merged = things.keys() | set(things.values())
        self._linked = {end for link in links for end in (link.subject, link.object)}
        for paper in papers:
            for author in paper.authors:
                if paper.paper in merged or author.author in merged or author.authorship in self._linked:
                    self._know(paper, author)
        for one, other in apart:
            if one in self._known and other in self._known:
                self._clusters.keep_apart(one, other)
        self._unite(links)
        self._name()

    @property
    def refused(self) -> list[Link]:
        return self._clusters.refused

    def _know(self, paper: PaperMention, mention: AuthorMention) -> None:
        if mention.keys:
            self._clusters.know(mention.authorship, mention.keys)
        self._clusters.stands_on(mention.authorship, paper.record)
        if mention.authorship not in self._known:
            self._known[mention.authorship] = _Authorship(
                self.things.get(paper.paper, paper.paper),
                self.things.get(mention.author, mention.author),
                (paper.paper, mention.author),
            )

    def _unite(self, links: list[Link]) -> None:
        for link in links:
            one, other = self._known.get(link.subject), self._known.get(link.object)
            if one and other and one.paper == other.paper:  # else their papers are not one after all
                self._clusters.unite(link)

    def _name(self) -> None:
        people: defaultdict[str, list[str]] = defaultdict(list)
        same: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for authorship, own in self._known.items():
            if authorship in self._linked:
                people[self._clusters.find(authorship)].append(authorship)
            else:
                same[own.paper, own.author].append(authorship)
        for members in people.values():
            author = self._strongest({self._known[member].author for member in members})
            for member in members:
                own = self._known[member]
                if own.author != author:
                    self.authors[member] = author
                same[own.paper, author].append(member)
        for of_author in same.values():
            # Most are alone. Any of several would do; none is called anew, as most stay the only one of their author.
            for members in self._by_occurrence(of_author) if len(of_author) > 1 else ():
                canonical = self._strongest(members)
                self.canonical.update((member, canonical) for member in members if member != canonical)

    def _by_occurrence(self, authorships: list[str]) -> Iterable[list[str]]:
        """`Naming.authorship` numbers several people of one name on one paper."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for authorship in authorships:
            name = self._naming.authorship(*self._known[authorship].named)
            found[authorship.removeprefix(name)].append(authorship)
        return found.values()

    def _strongest(self, things: Collection[str]) -> str:
        """Most are alone."""
        return min(things, key=self._clusters.strength) if len(things) > 1 else next(iter(things))
