"""Author identity: OpenAlex authorships with ORCID, the identifiers hidden, every second one printed as others print.

    python bench/author_identity.py [--errors N]

Seen are printed names, co-authors' names, raw affiliation strings, venue, year, concepts and references of each
paper; hidden are all identifiers of authors and of institutions. B³ over mentions with an ORCID; the others are there
as in life.

Then, identifiers as they are, how many authors of these works, which are of all fields, are taken for one of two
conferences on machine learning, and of how many of them OpenAlex knows a work in computer science: hardly anybody else
is right.
"""

from __future__ import annotations

import argparse
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.mentions import DATA, papers
from kg.linking.authors import AuthorMatcher
from kg.linking.blocks import chunks_of, find_links
from kg.linking.identity import identity
from kg.linking.model import AuthorMention, Link, Mentions, PaperMention, encoded_mentions
from kg.linking.names import parsed
from kg.namespaces import DEFAULT_BASE
from kg.naming import Naming, name_slug

_NAMING = Naming(DEFAULT_BASE)
# OpenAlex's concepts of computer science, artificial intelligence and machine learning.
_COMPUTING = {"C41008148", "C154945302", "C119857082"}


def other_spelling(name: str, variant: int) -> str:
    """As other sources print: initials, the family name first, without diacritics."""
    given, _, family = name.rpartition(" ")
    if not given:
        return name
    initials = " ".join(f"{part[0]}." for part in given.replace("-", " ").split())
    match variant % 4:
        case 0:
            return f"{initials} {family}"
        case 1:
            return f"{family}, {given}"
        case 2:
            return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
        case _:
            return f"{family}, {initials}"


class Hidden:
    """The papers without what is to be found out, and whose mention is whose."""

    def __init__(self, found: Iterable[PaperMention]) -> None:
        self.papers: list[PaperMention] = []
        self.truth: dict[str, str] = {}  # authorship to ORCID
        self.names: dict[str, str] = {}
        self._number = 0
        for paper in found:
            seen: Counter[str] = Counter()
            authors = tuple(self._hidden(paper.paper, author, seen) for author in paper.authors)
            self.papers.append(msgspec.structs.replace(paper, authors=authors))

    def _hidden(self, paper: str, author: AuthorMention, seen: Counter[str]) -> AuthorMention:
        orcids = [key for key in author.keys if key.startswith("orcid:")]
        name = author.name
        if orcids:
            self._number += 1
            if self._number % 2 == 0:
                name = other_spelling(name, self._number // 2)
        iri = f"{DEFAULT_BASE}author/{name_slug(name)}"
        seen[iri] += 1
        authorship = _NAMING.authorship(paper, iri, seen[iri])
        if orcids:
            self.truth[authorship] = orcids[0]
            self.names[authorship] = name
        return AuthorMention(iri, authorship, name, author.position, affiliations=author.affiliations)


def b_cubed(truth: dict[str, str], cluster_of: Callable[[str], str]) -> tuple[float, float]:
    """Precision and recall, averaged over mentions."""
    clusters: defaultdict[str, Counter[str]] = defaultdict(Counter)
    people = Counter(truth.values())
    for mention, person in truth.items():
        clusters[cluster_of(mention)][person] += 1
    precision = recall = 0.0
    for members in clusters.values():
        size = sum(members.values())
        precision += sum(count * count / size for count in members.values())
        recall += sum(count * count / people[person] for person, count in members.items())
    return precision / len(truth), recall / len(truth)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="show N errors of each kind")
    parser.add_argument("--threshold", type=float, default=0.9)
    arguments = parser.parse_args()
    hidden = Hidden(
        papers("openalex", DATA / "openalex" / "works-2023.jsonl.gz", DATA / "openalex" / "works-2026.jsonl")
    )
    print(f"{len(hidden.truth):,} mentions of {len(set(hidden.truth.values())):,} people")
    author_of = {a.authorship: a.author for paper in hidden.papers for a in paper.authors}

    def initial(mention: str) -> str:
        name = parsed(hidden.names[mention])
        return f"{name.family[-1:]} {name.given[:1] and name.given[0][0]}"

    show("same printed name", *b_cubed(hidden.truth, lambda mention: author_of[mention]))
    show("first initial and family name", *b_cubed(hidden.truth, initial))
    started = time.process_time()
    links = find_links(chunks_of([encoded_mentions(Mentions(hidden.papers))]), [AuthorMatcher()], 1)["authors"]
    accepted = [link for link in links if link.confidence >= arguments.threshold]
    found, refused = identity(_NAMING, accepted, hidden.papers, (), {})
    show("paperkg", *b_cubed(hidden.truth, lambda mention: found.of(author_of[mention])))
    seconds = time.process_time() - started
    print(f"{len(accepted):,} links accepted, {len(refused):,} refused, {seconds:.1f} s CPU")
    reliability(links, hidden, author_of)
    across()
    if arguments.errors:
        show_errors(hidden, author_of, accepted, links, found.of, arguments.errors)


def across() -> None:
    everywhere = list(papers("openalex", DATA / "openalex" / "works-2023.jsonl.gz"))
    folder = DATA / "mlanthology" / "papers"
    there = list(papers("mlanthology", folder / "icml-2024.json.gz", folder / "neurips-2022.json.gz"))
    fields: defaultdict[str, set[str]] = defaultdict(set)
    for paper in everywhere:
        for author in paper.authors:
            fields[author.author].update(paper.subjects)
    here = {author.author for paper in there for author in paper.authors}
    links = find_links(chunks_of([encoded_mentions(Mentions(everywhere + there))]), [AuthorMatcher()], 1)["authors"]
    known = [
        fields[one]
        for link in links
        if link.confidence >= 0.9
        for one, other in ((link.subject, link.object), (link.object, link.subject))
        if one in fields and one not in here and other in here and other not in fields
    ]
    computing = sum(any(subject.rpartition(":")[2] in _COMPUTING for subject in subjects) for subjects in known)
    print(f"{len(known)} links from all fields to two conferences, {computing} of them of who works in computing")


def show(how: str, precision: float, recall: float) -> None:
    print(f"{how:30} B3 precision {precision:.4f}  recall {recall:.4f}")


def people_of(hidden: Hidden, author_of: dict[str, str]) -> dict[str, set[str]]:
    people: defaultdict[str, set[str]] = defaultdict(set)
    for mention, person in hidden.truth.items():
        people[author_of[mention]].add(person)
    return people


def reliability(links: list[Link], hidden: Hidden, author_of: dict[str, str]) -> None:
    """Of the links between authors of whom all mentions have an ORCID, the share that is right, by confidence."""
    people = people_of(hidden, author_of)
    bins: defaultdict[int, list[bool]] = defaultdict(list)
    for link in links:
        one, other = people.get(link.subject), people.get(link.object)
        if one and other:
            bins[min(int(link.confidence * 20), 19)].append(bool(one & other))
    print("confidence  links  right")
    for number in sorted(bins):
        right = bins[number]
        print(f"{number / 20:.2f}-{(number + 1) / 20:.2f}  {len(right):6,}  {sum(right) / len(right):.3f}")


def show_errors(
    hidden: Hidden,
    author_of: dict[str, str],
    accepted: list[Link],
    links: list[Link],
    of: Callable[[str], str],
    count: int,
) -> None:
    people = people_of(hidden, author_of)
    wrong = [
        link
        for link in accepted
        if (people.get(link.subject) and people.get(link.object)) and not people[link.subject] & people[link.object]
    ]
    print(f"\nlinked, but different people: {len(wrong)}")
    for link in wrong[:count]:
        print(f"  {link.confidence} {'; '.join(f'{f.what}: {f.subject} | {f.object}' for f in link.facts)}")
    by_person: defaultdict[str, set[str]] = defaultdict(set)
    for mention, person in hidden.truth.items():
        by_person[person].add(author_of[mention])
    split = [sorted(authors) for authors in by_person.values() if len({of(author) for author in authors}) > 1]
    known = {(link.subject, link.object): link for link in links}
    print(f"\none person, not linked: {len(split)}")
    for authors in split[:count]:
        print("  " + "  ".join(a.rpartition("/")[2] for a in authors))
        for pair, link in known.items():
            if set(pair) <= set(authors):
                print(f"      {link.confidence} {'; '.join(f'{f.what}: {f.subject} | {f.object}' for f in link.facts)}")
    blended = Counter(len(p) for p in people.values())
    print(f"\nauthors by name alone by how many people they are: {dict(blended)}")


if __name__ == "__main__":
    main()
