"""What matchers read and what they find: mentions of papers and things, and links between things.

    paper or thing ──► matcher.items: (block key, item) ──► blocks ──► matcher.links(block) ──► Link

An item is in as many blocks as it has keys. A block's links depend on its items alone, whatever their order, so that a
block which has not changed need not be looked at again, and blocks can be worked on anywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Literal, Protocol, runtime_checkable

import msgspec

from kg.linking.decisions import Decision


class AuthorMention(msgspec.Struct, array_like=True, frozen=True):
    """One author as one record of a paper prints them."""

    author: str
    """The author's IRI: of their strongest identifier in this record, else of their normalised name."""
    authorship: str
    """The IRI of this author's part in this paper."""
    name: str
    """As printed, given name first where the source can be read so."""
    position: int | None = None
    keys: tuple[str, ...] = ()
    """Identifiers in normal form, 'orcid:0000-0002-1825-0097'."""
    given: str | None = None
    family: str | None = None
    affiliations: tuple[str, ...] = ()
    """Raw affiliation strings, else names of institutions, as far as the record says whose they are."""
    institutions: tuple[str, ...] = ()
    """IRIs of the institutions that the record identifies."""
    listed: tuple[str, ...] = ()
    """Quite different names that other records list for this person; given while linking."""


class PaperMention(msgspec.Struct, array_like=True, frozen=True):
    """One paper as one record describes it."""

    paper: str
    """The paper's IRI: of its strongest identifier in this record, else of its title and first author."""
    record: str
    """The IRI of the source record."""
    title: str | None
    authors: tuple[AuthorMention, ...] = ()
    is_complete: bool | None = None
    """Whether `authors` are all; None: the source does not say."""
    year: int | None = None
    type: str | None = None
    """One of kg.sources.paper_types.TYPES, such as 'preprint'."""
    keys: tuple[str, ...] = ()
    """Identifiers in normal form, 'doi:10.1000/xyz'."""
    venue: str | None = None
    """IRI."""
    venue_name: str | None = None
    pages: str | None = None
    subjects: tuple[str, ...] = ()
    """IRIs of concepts."""
    institutions: tuple[str, ...] = ()
    """Names of institutions that the record gives for the whole paper."""
    references: tuple[str, ...] = ()
    """Identifiers of cited papers in normal form."""
    related: tuple[str, ...] = ()
    """Identifiers of papers that the record itself says are versions, corrections, reviews of this one."""


class ThingMention(msgspec.Struct, array_like=True, frozen=True):
    """A person, institution, venue or concept as one record names it; a paper where no more of it matters."""

    thing: str
    kind: Literal["author", "institution", "venue", "concept", "paper"]
    names: tuple[str, ...]
    """The preferred one first; then others in any language."""
    keys: tuple[str, ...] = ()
    record: str | None = None
    """The IRI of the source record that is about this thing; None where a paper's record only names it."""
    acronyms: tuple[str, ...] = ()
    country: str | None = None
    """ISO 3166-1, two letters."""
    place: str | None = None
    kinds: tuple[str, ...] = ()
    """In lower case, as sources say: 'education', 'funder', 'company'; of a venue 'journal', 'conference'."""
    status: str | None = None
    """Of an institution: 'active', 'inactive' or 'withdrawn'."""
    relations: tuple[tuple[str, str], ...] = ()
    """('parent' | 'child' | 'related' | 'successor' | 'predecessor', IRI)."""


class Mentions(msgspec.Struct, array_like=True):
    """What the records of one chunk mention."""

    papers: list[PaperMention] = []
    things: list[ThingMention] = []


class Fact(msgspec.Struct, array_like=True, frozen=True):
    """Something that was compared: what it is, and how either side has it, in words that a person reads."""

    what: str
    subject: str
    object: str


Relation = Literal["same", "version", "affiliation", "subject", "exact-match", "close-match"]


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """That two things are the same, or versions of one paper, or that concepts of two schemes match; or that an
    authorship (the subject) has an affiliation (the object), or a paper a concept; with how it is known."""

    subject: str
    """IRI; with `object`, of two of one kind the one that sorts first."""
    object: str
    relation: Relation = "same"
    method: str
    """The rule that found it, a short name in lower case with hyphens: 'title-and-authors'."""
    confidence: float
    """The share of such links that are right, 0 to 1, to two decimals; measured in bench/."""
    facts: tuple[Fact, ...] = ()


Status = Literal["accepted", "candidate", "rejected", "refused"]
"""'refused': sure enough, but it would make one of what a source tells apart, or of what a person said is not one."""


class Judged(msgspec.Struct, frozen=True):
    """A link, what became of it, and who said so if a person did."""

    link: Link
    status: Status
    decision: Decision | None = None


class Matcher(Protocol):
    """One kind of thing to match. Its functions are pure."""

    name: str
    version: str
    """Changes when the same block gives other links."""

    def items(self, paper: PaperMention) -> Iterable[tuple[str, bytes]]:
        """What is to be compared of a paper, encoded, under the keys of the blocks it belongs to."""
        ...

    def links(self, block: Sequence[bytes]) -> Iterator[Link]:
        """The links between the items of one block, whatever their order. A block of one item is never asked."""
        ...


@runtime_checkable
class GrowingMatcher(Matcher, Protocol):
    """One that need not compare a block as a whole where something has come to it."""

    def links_of_more(self, block: Sequence[bytes], new: Collection[bytes], before: Sequence[Link]) -> Iterator[Link]:
        """The same as `links(block)`, where `before` are the links of the block without the items `new`."""
        ...


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Mentions)


def encoded_mentions(mentions: Mentions) -> bytes:
    return _ENCODER.encode(mentions)


def decoded_mentions(content: bytes) -> Mentions:
    return _DECODER.decode(content)
