"""Names that a record about a person lists: who married, or writes the name in another script, is found under either.

Only names that nobody would take for spellings of one are of interest; the others agree anyway.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from kg.linking.model import AuthorMention, PaperMention, ThingMention, decoded_mentions, encoded_mentions
from kg.linking.names import compatible

# Who has more is several people that a catalogue took for one.
_MOST = 12


def listed_names(things: Iterable[ThingMention]) -> dict[str, frozenset[str]]:
    """By each identifier of an author the names that records about them list, where they are more than one."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for thing in things:
        if thing.kind == "author" and len(thing.names) > 1:
            for key in thing.keys:
                found[key].update(thing.names)
    return {key: frozenset(names) for key, names in found.items() if len(names) <= _MOST}


def with_listed_names(mentions: Iterable[bytes], listed: Mapping[str, frozenset[str]]) -> Iterator[bytes]:
    """The same chunks, where authors have with them the names that are listed for their identifiers."""
    for chunk in mentions:
        if not listed:
            yield chunk
            continue
        found = decoded_mentions(chunk)
        papers = [_paper(paper, listed) for paper in found.papers]
        is_same = all(new is old for new, old in zip(papers, found.papers, strict=True))
        yield chunk if is_same else encoded_mentions(msgspec.structs.replace(found, papers=papers))


def _paper(paper: PaperMention, listed: Mapping[str, frozenset[str]]) -> PaperMention:
    authors = tuple(_author(author, listed) for author in paper.authors)
    is_same = all(new is old for new, old in zip(authors, paper.authors, strict=True))
    return paper if is_same else msgspec.structs.replace(paper, authors=authors)


def _author(author: AuthorMention, listed: Mapping[str, frozenset[str]]) -> AuthorMention:
    names = {name for key in author.keys for name in listed.get(key, ())}
    others = sorted(name for name in names if not compatible(author.name, name))
    return msgspec.structs.replace(author, listed=tuple(others)) if others else author
