"""What adapters produce and mapping turns into triples: frozen structs, clean and typed.

Text is NFC, plain and on one line (`kg.sources.plain_text`); identifiers are in their normal form (`kg.identifiers`);
what a source does not say is None or empty. Everything is hashable, so that a thing that recurs is mapped once;
things keep their hashes, as they are looked up for every mention.
"""

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


class Text(msgspec.Struct, frozen=True):
    """A text with its language, a BCP 47 tag, where the source says it."""

    text: str
    language: str | None = None


class Author(msgspec.Struct, frozen=True, cache_hash=True):
    """A person as one record knows them; `name` is given name first, clean Unicode."""

    name: str
    identifiers: tuple[Identifier, ...] = ()
    given: str | None = None
    family: str | None = None
    other_names: tuple[str, ...] = ()


class InstitutionRelation(msgspec.Struct, frozen=True):
    """How another institution stands to this one: 'parent', 'child', 'related', 'successor' or 'predecessor'."""

    kind: str
    institution: Institution


class Institution(msgspec.Struct, frozen=True, cache_hash=True):
    """An organisation: a university, a company, also a funder or a publisher.

    `code` is the short form that a source prints and identifies it by ('uw'), where it does. `country` is an ISO 3166-1
    code of two letters; `kinds` are the source's words in lower case ('education', 'funder', 'publisher'); `status` is
    'active', 'inactive' or 'withdrawn'.
    """

    name: str
    identifiers: tuple[Identifier, ...] = ()
    code: str | None = None
    other_names: tuple[Text, ...] = ()
    acronyms: tuple[str, ...] = ()
    country: str | None = None
    place: str | None = None
    kinds: tuple[str, ...] = ()
    status: str | None = None
    established: int | None = None
    homepage: str | None = None
    relations: tuple[InstitutionRelation, ...] = ()


class Concept(msgspec.Struct, frozen=True, cache_hash=True):
    """A concept of a scheme, e.g. scheme 'arxiv', notation 'cs.LG'. The scheme's own file carries the label;
    `label` is given where the source is all that is known of it.

    `broader` are of any scheme; `matches` are IRIs of other graphs that mean the same ('http://www.wikidata.org/…');
    `pages` are addresses about it (Wikipedia).
    """

    scheme: str
    notation: str
    label: str | None = None
    language: str | None = None
    other_labels: tuple[Text, ...] = ()
    """Preferred labels in further languages first come first; a second one in a language is an alternative label."""
    alternative_labels: tuple[Text, ...] = ()
    definition: Text | None = None
    broader: tuple[Concept, ...] = ()
    related: tuple[Concept, ...] = ()
    matches: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()


class Venue(msgspec.Struct, frozen=True, cache_hash=True):
    """Where papers come out. `kind`: 'journal', 'conference', 'repository', 'book-series', 'book', 'other'."""

    name: str
    identifiers: tuple[Identifier, ...] = ()
    kind: str | None = None
    other_names: tuple[str, ...] = ()
    publisher: Institution | None = None
    homepage: str | None = None


class Authorship(msgspec.Struct, frozen=True):
    """One author of one paper. `position` counts from 1; None: the source says that they are an author, not where."""

    author: Author
    position: int | None = None
    name_as_printed: str | None = None
    affiliations: tuple[Institution, ...] = ()
    raw_affiliations: tuple[str, ...] = ()
    is_corresponding: bool | None = None


class SourceRecord(msgspec.Struct, frozen=True):
    """Where statements come from: which record of which file, and what it says in the source's own words.

    The stated fields are given where the words differ from what the graph says elsewhere.
    """

    record_id: str
    """Stable name of the record within its dataset, made of what identifies it there, never of its place."""
    locator: str | None = None
    """Where to look, for a person: 'evan-hubinger.txt, line 11'."""
    title: str | None = None
    date: PartialDate | None = None
    authors: str | None = None
    affiliations: str | None = None
    concept: str | None = None
    type: str | None = None
    venue: str | None = None
    updated: PartialDate | None = None
    """When the source last changed the record."""


class ReportedMetric(msgspec.Struct, frozen=True):
    """A figure that a source prints about a thing: a claim, kept beside what the graph computes.

    `metric`: 'hIndex', 'paperCount', 'citationCount', 'i10Index', 'novelty', 'aiScore', …; each is described in
    ontology/concepts.ttl. `unit`: a QUDT unit's local name ('NUM', 'PERCENT', 'UNITLESS').
    """

    metric: str
    value: Decimal
    unit: str


class Location(msgspec.Struct, frozen=True):
    """A place on the web where a paper can be had. `version`: 'submitted', 'accepted' or 'published'; `license` is an
    IRI or the source's word for it."""

    page: str | None = None
    full_text: str | None = None
    version: str | None = None
    license: str | None = None
    is_open: bool | None = None
    venue: Venue | None = None


class Grant(msgspec.Struct, frozen=True):
    """Money from a funder, with the award's number where the source gives it."""

    funder: Institution
    award: str | None = None


class PaperRelation(msgspec.Struct, frozen=True):
    """How another paper stands to this one: 'preprint', 'published-version', 'version', 'retraction', 'retracted',
    'correction', 'corrected', 'review', 'reviewed', 'translation', 'translated', 'supplement', 'supplemented'.

    'preprint': the other is a preprint of this one; 'retracted': this one retracts the other.
    """

    kind: str
    paper: Identifier


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper as one record describes it; unknown stays None or empty."""

    title: str | None
    """None where the source has none; then at least one identifier stands."""
    source: SourceRecord
    language: str | None = None
    """Of title and abstract, a BCP 47 tag, only where the source says it."""
    identifiers: tuple[Identifier, ...] = ()
    type: str | None = None
    """One of kg.sources.paper_types.TYPES; the source's own word stands in `source.type`."""
    authorships: tuple[Authorship, ...] = ()
    """Printed ones in order, then those without a position."""
    author_list_complete: bool | None = None
    editors: tuple[Author, ...] = ()
    abstract: str | None = None
    date: PartialDate | None = None
    venue: Venue | None = None
    publisher: Institution | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    """'12-34', or one page or article number."""
    primary_concept: Concept | None = None
    concepts: tuple[Concept, ...] = ()
    """Further concepts beside the primary one."""
    keywords: tuple[str, ...] = ()
    institutions: tuple[Institution, ...] = ()
    """Affiliations that the source gives for the whole paper, without saying whose."""
    references: tuple[Identifier, ...] = ()
    """The papers it cites, as far as the source identifies them."""
    relations: tuple[PaperRelation, ...] = ()
    grants: tuple[Grant, ...] = ()
    locations: tuple[Location, ...] = ()
    metrics: tuple[ReportedMetric, ...] = ()
    is_retracted: bool | None = None
    is_withdrawn: bool | None = None
    code_available: bool | None = None
    code_urls: tuple[str, ...] = ()


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What a record says of a thing that is not a paper, with the figures reported about it.

    `affiliations` and `fields` are of a person. `is_deprecated`: the source keeps it only to say that it is gone, and
    `replaced_by` says by what.
    """

    thing: Author | Institution | Venue | Concept
    source: SourceRecord
    fields: tuple[Concept, ...] = ()
    affiliations: tuple[Institution, ...] = ()
    metrics: tuple[ReportedMetric, ...] = ()
    is_deprecated: bool = False
    replaced_by: tuple[Identifier, ...] = ()


class Graph(msgspec.Struct, frozen=True, kw_only=True):
    """Statements that are RDF already, taken as they are: N-Triples lines that a parser has checked."""

    lines: str
    source: SourceRecord


Record = Paper | Profile | Graph


class Reject(msgspec.Struct, frozen=True, kw_only=True):
    """A record, or a part of one, that could not be taken. Never fatal for its neighbours."""

    file: str
    number: int
    """The line, in formats without lines the record, counted from 1."""
    record: str | None = None
    """The record's own name, where it has one that could be read."""
    field: str
    """The part at fault."""
    reason: str
    """The same words for the same fault, so that they can be counted; what is particular stands in `excerpt`."""
    excerpt: str = ""
    is_partial: bool = False
    """Whether the rest of the record was taken."""


class Reading(msgspec.Struct, frozen=True):
    """What became of one record of a source: what it describes (the first is its own), what could not be taken.

    Without records it was rejected as a whole, and the rejects say why.
    """

    records: tuple[Record, ...] = ()
    rejects: tuple[Reject, ...] = ()
