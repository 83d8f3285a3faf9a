"""What adapters produce and mapping turns into triples: frozen structs, clean and typed."""

from __future__ import annotations

from decimal import Decimal

import msgspec


class PartialDate(msgspec.Struct, frozen=True):
    """A date at the precision its source gives. A day and month may stand without a year; no year is guessed."""

    year: int | None = None
    month: int | None = None
    day: int | None = None


class Identifier(msgspec.Struct, frozen=True):
    """An external identifier in its normal form, e.g. scheme 'doi', value '10.1000/xyz'."""

    scheme: str
    value: str


class Author(msgspec.Struct, frozen=True):
    """A person as one record knows them; `name` is given name first, clean Unicode."""

    name: str
    identifiers: tuple[Identifier, ...] = ()
    given: str | None = None
    family: str | None = None


class Institution(msgspec.Struct, frozen=True):
    """An organisation. `code` is the short form that a source prints and identifies it by ('uw'), where it does."""

    name: str
    identifiers: tuple[Identifier, ...] = ()
    code: str | None = None


class Concept(msgspec.Struct, frozen=True):
    """A concept of a scheme, e.g. scheme 'arxiv', notation 'cs.LG'. The scheme's own file carries the label;
    `label` is given where the source is all that is known of it."""

    scheme: str
    notation: str
    label: str | None = None


class Authorship(msgspec.Struct, frozen=True):
    """One author of one paper. `position` counts from 1; None: the source says that they are an author, not where."""

    author: Author
    position: int | None = None
    name_as_printed: str | None = None
    affiliations: tuple[Institution, ...] = ()
    raw_affiliations: tuple[str, ...] = ()


class SourceRecord(msgspec.Struct, frozen=True):
    """Where statements come from: which record of which file, and what it says in the source's own words."""

    record_id: str
    """Stable name of the record within its dataset, made of what identifies it there, never of its place."""
    locator: str | None = None
    """Where to look, for a person: 'evan-hubinger.txt, line 11'."""
    title: str | None = None
    date: PartialDate | None = None
    authors: str | None = None
    affiliations: str | None = None
    concept: str | None = None


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper as one record describes it; unknown stays None or empty."""

    title: str
    source: SourceRecord
    identifiers: tuple[Identifier, ...] = ()
    authorships: tuple[Authorship, ...] = ()
    """Printed ones in order, then those without a position."""
    author_list_complete: bool | None = None
    abstract: str | None = None
    date: PartialDate | None = None
    primary_concept: Concept | None = None
    concepts: tuple[Concept, ...] = ()
    """Further concepts beside the primary one."""
    institutions: tuple[Institution, ...] = ()
    """Affiliations that the source gives for the whole paper, without saying whose."""
    code_available: bool | None = None
    code_urls: tuple[str, ...] = ()


class ReportedMetric(msgspec.Struct, frozen=True):
    """A figure that a source prints about an author: a claim, kept beside what the graph computes.

    `metric`: 'hIndex', 'paperCount', 'citationCount', 'novelty', 'aiScore'.
    `unit`: a QUDT unit's local name ('NUM', 'PERCENT', 'UNITLESS').
    """

    metric: str
    value: Decimal
    unit: str


class AuthorProfile(msgspec.Struct, frozen=True, kw_only=True):
    """What a record says of an author as a person: their field, the figures reported about them."""

    author: Author
    source: SourceRecord
    field: Concept | None = None
    metrics: tuple[ReportedMetric, ...] = ()


Record = Paper | AuthorProfile


class Reject(msgspec.Struct, frozen=True):
    """A record, or a part of one, that could not be taken. Never fatal for its neighbours.

    `line` counts from 1 (for formats without lines: the record's number); `field` is the part at fault.
    """

    file: str
    line: int
    field: str
    reason: str
    excerpt: str = ""
