"""Which papers are one, which are versions of each other, and whose place on a paper is whose.

Records that share an identifier are one paper unless everything else speaks against it. Others are brought together by
their titles and compared by title, authors, year, venue and pages. A preprint and what was published are versions, not
one paper; so are two that the same source gives different identifiers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import msgspec
from rapidfuzz import fuzz

from kg.linking.identity import TELLING
from kg.linking.model import AuthorMention, Fact, Link, PaperMention, Relation
from kg.linking.names import compatible, name_keys, parsed
from kg.linking.titles import is_about_another, is_generic, similarity, solid, title_key

_START = 16  # letters of a title in a key that bears a typing error further on
_LONG = 60  # letters of a title that hardly two papers of a year have
_ONE_VENUE = 90  # of 100
_NOT_IN_ACRONYM = frozenset(("of", "on", "the", "and", "in", "for"))
_FIRST_PAGE = re.compile(r"\s*(?:\w+:)?(\d+)\b")
_MOST_COMPARED = 40  # authors
# What has one of these types may be called as the paper is that it goes with.
_BESIDE_PAPERS = frozenset(("dataset", "software", "erratum", "retraction", "peer-review"))
_WITHOUT_TYPE = 0.6  # at most, where one is of such a type and of the other no source says of which
_MOST_IN_BLOCK = 300
_SURE = 0.9  # that two records are of one paper, so that the places on it can be compared
_NAMES_AGREE = 0.45  # two initials and the family name

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(PaperMention)


def _items(paper: PaperMention) -> Iterator[tuple[str, bytes]]:
    # Neither is compared.
    item = _ENCODER.encode(msgspec.structs.replace(paper, references=(), subjects=()))
    yield paper.paper, item
    for key in paper.keys:
        yield "id " + key, item
    title = solid(title_key(paper.title or ""))
    if not title:
        return
    yield "title " + title[:200], item
    if len(title) > _START:
        for author in {paper.authors[0].name, paper.authors[-1].name} if paper.authors else ():
            for name in name_keys(author):
                yield f"start {title[:_START]} {name}", item


class _Comparison(NamedTuple):
    """What two records say of each other."""

    relation: Relation | None
    """None: they are two papers."""
    method: str
    confidence: float
    facts: tuple[Fact, ...]


_TWO = _Comparison(None, "", 0.0, ())


class PaperMatcher:
    """Records of papers to papers; and authors at the same place of two records of one paper to each other: theirs is
    one authorship, whatever the author is called."""

    name = "papers"
    version = "5"

    def items(self, paper: PaperMention) -> Iterator[tuple[str, bytes]]:
        return _items(paper)

    def links(self, block: Sequence[bytes]) -> Iterator[Link]:
        for one, other in _pairs(block):
            if one.paper > other.paper:
                one, other = other, one
            found = compare(one, other)
            if found.relation and one.paper != other.paper:
                yield Link(
                    subject=one.paper,
                    object=other.paper,
                    relation=found.relation,
                    method=found.method,
                    confidence=found.confidence,
                    facts=found.facts,
                )
            if found.relation == "same" and found.confidence >= _SURE and one.record != other.record:
                yield from _aligned(one, other)


def _pairs(block: Sequence[bytes]) -> Iterator[tuple[PaperMention, PaperMention]]:
    """Of a block that is too large those that share a first author."""
    papers = [_DECODER.decode(item) for item in block]
    if len(papers) <= _MOST_IN_BLOCK:
        yield from combinations(papers, 2)
        return
    papers.sort(key=lambda paper: (_first_family(paper), paper.record))
    for place, one in enumerate(papers):
        for other in papers[place + 1 : place + 20]:
            if _first_family(one) == _first_family(other):
                yield one, other


def _first_family(paper: PaperMention) -> str:
    return "".join(parsed(paper.authors[0].name).family) if paper.authors else ""


def compare(one: PaperMention, other: PaperMention) -> _Comparison:
    """What two records are to each other."""
    if one.paper == other.paper:
        return _Comparison("same", "shared-identifier", 1.0, ())
    titles = title_key(one.title or ""), title_key(other.title or "")
    alike = similarity(*titles) if all(titles) else None
    names = _names_agree(one, other)
    apart = None if one.year is None or other.year is None else abs(one.year - other.year)
    facts = _facts(one, other, names)
    shared = sorted(set(one.keys) & set(other.keys))
    if shared:
        return _by_identifier(shared, alike, names, apart, facts)
    if alike is None or alike < 0.88 or set(one.related) & set(other.keys) or set(other.related) & set(one.keys):
        return _TWO
    if is_generic(titles[0]) and _tells_apart(one, other):
        return _TWO
    confidence = min(_confidence(titles, alike, names, apart, one, other), _as_typed(one, other))
    if confidence < 0.5:
        return _TWO
    relation: Relation = "version" if _are_versions(one, other, apart) else "same"
    return _Comparison(relation, "title-and-authors", confidence, facts)


def _by_identifier(
    shared: list[str], alike: float | None, names: float | None, apart: int | None, facts: tuple[Fact, ...]
) -> _Comparison:
    """One identifier may stand on two papers by mistake: then neither titles nor people agree."""
    confidence = 0.99
    if alike is not None and alike < 0.88:
        confidence = 0.95 if names is not None and names >= 0.5 and (apart or 0) <= 3 else 0.6
        if names is not None and names < 0.2:
            confidence = 0.3
    known = tuple(Fact("identifier", key, key) for key in shared[:3])
    return _Comparison("same", "shared-identifier", confidence, known + facts)


def _confidence(
    titles: tuple[str, str],
    alike: float,
    names: float | None,
    apart: int | None,
    one: PaperMention,
    other: PaperMention,
) -> float:
    """Of records without an identifier in common whose titles are alike."""
    generic = is_generic(titles[0]) or is_generic(titles[1]) or is_about_another(titles[0])
    if names is None:
        # Nobody is named on one side: title, year and place are all there is.
        if generic or alike < 1 or apart != 0:
            return 0.0
        return 0.93 if _same_place(one, other) else 0.9 if len(titles[0]) >= _LONG else 0.6
    if names < 0.3 or (names < 0.5 and alike < 1):
        return 0.0
    if alike < 1 and _has_other_pages(one, other) and one.venue_name and other.venue_name and _same_venue(one, other):
        return 0.0  # "X: Introductory Comments" stands before "X"
    confidence = 0.99 if alike == 1 and names >= 0.8 else 0.96 if names >= 0.8 or alike == 1 else 0.9
    if alike < 0.93:
        confidence -= 0.06
    if names < 0.5:
        confidence -= 0.12
    if apart is None:
        confidence -= 0.03
    elif apart > 1:
        confidence -= 0.02 * apart if _is_preprint(one) or _is_preprint(other) else 0.04 * apart
    is_placed = _same_place(one, other) and (apart or 0) <= 1 and names >= 0.8
    if generic and not is_placed:
        confidence -= 0.45
    elif len(titles[0].split()) <= 2 and apart != 0 and not is_placed:
        confidence -= 0.2
    return round(max(confidence, 0.0), 2)


def _as_typed(one: PaperMention, other: PaperMention) -> float:
    """How sure at most two records are of one paper by their types: nothing is the erratum that it has."""
    types = {None if each.type == "other" else each.type for each in (one, other)}
    if len(types) == 1 or types.isdisjoint(_BESIDE_PAPERS):
        return 1.0
    return _WITHOUT_TYPE if None in types else 0.0


def _same_place(one: PaperMention, other: PaperMention) -> bool:
    """Whether both are printed in one venue, and not on other pages."""
    if one.pages and other.pages:
        return one.pages == other.pages
    return bool(one.venue_name and other.venue_name) and _same_venue(one, other)


def _are_versions(one: PaperMention, other: PaperMention, apart: int | None) -> bool:
    """A preprint and what was published; what one source tells apart; what came out years apart."""
    if _is_preprint(one) != _is_preprint(other):
        return True
    if _tells_apart(one, other) or _is_of_workshop(one) != _is_of_workshop(other):
        return True
    return (bool(apart) or _has_other_pages(one, other)) and not _same_venue(one, other)


def _has_other_pages(one: PaperMention, other: PaperMention) -> bool:
    """Whether both begin on a known page, and not on one. DBLP puts an article's number before it: "117:1-117:25"."""
    if not one.pages or not other.pages:
        return False
    first, second = (_FIRST_PAGE.match(pages) for pages in (one.pages, other.pages))
    return first is not None and second is not None and first[1].lstrip("0") != second[1].lstrip("0")


def _same_venue(one: PaperMention, other: PaperMention) -> bool:
    """As far as is known: what is printed in one year and counted in the next is no other version."""
    if not one.venue_name or not other.venue_name:
        return one.year is not None and other.year is not None and abs(one.year - other.year) <= 1
    if one.venue and one.venue == other.venue:
        return True
    names = title_key(one.venue_name), title_key(other.venue_name)
    return fuzz.ratio(*names) >= _ONE_VENUE or any(
        _initials(full) == short.replace(" ", "") for full, short in (names, names[::-1])
    )


def _is_of_workshop(paper: PaperMention) -> bool:
    return "workshop" in (paper.venue_name or "").casefold()


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split() if word not in _NOT_IN_ACRONYM)


def _is_preprint(paper: PaperMention) -> bool:
    return paper.type == "preprint" or (paper.venue_name or "").casefold().startswith("arxiv")


def _tells_apart(one: PaperMention, other: PaperMention) -> bool:
    """Whether a scheme has an identifier for each, and not the same."""
    for scheme in TELLING["paper"]:
        mine = {key for key in one.keys if key.startswith(scheme + ":")}
        if mine and any(key.startswith(scheme + ":") for key in other.keys):
            return True
    return False


def _names_agree(one: PaperMention, other: PaperMention) -> float | None:
    """The share of the fewer authors who are among the others in the same order; None if one side names nobody.

    Of a list that is cut off only as many as it has are asked for.
    """
    mine, others = one.authors[:_MOST_COMPARED], other.authors[:_MOST_COMPARED]
    if not mine or not others:
        return None
    fewer, more = sorted((mine, others), key=len)
    place, agreed = 0, 0
    for author in fewer:
        found = next(
            (
                number
                for number in range(place, len(more))
                if compatible(author.name, more[number].name) >= _NAMES_AGREE
            ),
            None,
        )
        if found is not None:
            agreed += 1
            place = found + 1
    share = agreed / len(fewer)
    is_cut = one.is_complete is False or other.is_complete is False
    if not is_cut and len(more) > len(fewer):
        share *= 1 - 0.3 * (len(more) - len(fewer)) / len(more)
    if agreed < len(fewer):
        # In another order, as lists sorted by name are.
        anywhere = sum(any(compatible(a.name, b.name) >= 0.6 for b in more) for a in fewer)
        share = max(share, 0.9 * anywhere / len(fewer))
    return share


def _facts(one: PaperMention, other: PaperMention, names: float | None) -> tuple[Fact, ...]:
    facts = [Fact("title", (one.title or "")[:300], (other.title or "")[:300])]
    if names is not None:
        facts.append(Fact("authors", _listed(one.authors), _listed(other.authors)))
    for what, mine, others in (
        ("year", one.year, other.year),
        ("venue", one.venue_name, other.venue_name),
        ("pages", one.pages, other.pages),
        ("type", one.type, other.type),
    ):
        if mine and others:
            facts.append(Fact(what, str(mine), str(others)))
    return tuple(facts)


def _listed(authors: Sequence[AuthorMention]) -> str:
    names = ", ".join(author.name[:60] for author in authors[:3])
    return names + (f" and {len(authors) - 3} more" if len(authors) > 3 else "")


def _aligned(one: PaperMention, other: PaperMention) -> Iterator[Link]:
    """Each author of one record with the one at the same place of the other, names allowing; in order, skipping."""
    taken = 0
    for author in one.authors:
        for number in range(taken, len(other.authors)):
            found = other.authors[number]
            agreement = compatible(author.name, found.name)
            if agreement >= _NAMES_AGREE:
                taken = number + 1
                if author.authorship != found.authorship:
                    yield _place_link(author, found, agreement)
                break


def _place_link(one: AuthorMention, other: AuthorMention, agreement: float) -> Link:
    first, second = (one, other) if one.authorship < other.authorship else (other, one)
    return Link(
        subject=first.authorship,
        object=second.authorship,
        method="same-place-on-paper",
        confidence=0.98 if agreement >= 0.8 else 0.96,
        facts=(
            Fact("name", first.name[:200], second.name[:200]),
            Fact("place", str(first.position or "not said"), str(second.position or "not said")),
        ),
    )
