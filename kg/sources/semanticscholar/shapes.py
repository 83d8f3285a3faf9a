"""Semantic Scholar's records as they stand in JSON. Everything may be null or missing, also in lists."""

from __future__ import annotations

import msgspec

Strings = list[str | None]
Number = int | float | str


class Person(msgspec.Struct):
    """An author; those who stand in a paper that was asked for with all its fields have details of their own."""

    id: str | int | None = msgspec.field(default=None, name="authorId")
    name: str | None = None
    external_ids: dict[str, str | int | Strings | None] | None = msgspec.field(default=None, name="externalIds")
    aliases: Strings | None = None
    affiliations: Strings | None = None
    paper_count: int | None = msgspec.field(default=None, name="paperCount")
    cited_by: int | None = msgspec.field(default=None, name="citationCount")
    h_index: int | None = msgspec.field(default=None, name="hIndex")


class Field(msgspec.Struct):
    category: str | None = None


class Journal(msgspec.Struct):
    name: str | None = None
    volume: Number | None = None
    pages: Number | None = None


class PublicationVenue(msgspec.Struct):
    name: str | None = None
    type: str | None = None
    issn: str | None = None
    alternate_issns: Strings | None = None
    alternate_names: Strings | None = None
    url: str | None = None


class Pdf(msgspec.Struct):
    url: str | None = None
    license: str | None = None


class OpenAccess(msgspec.Struct):
    """Beside an abstract of the datasets."""

    external_ids: dict[str, str | int | None] | None = msgspec.field(default=None, name="externalIds")
    url: str | None = None
    license: str | None = None


class Paper(msgspec.Struct):
    """A paper, with the Graph API's names of fields; the datasets' are brought to these."""

    id: str | None = msgspec.field(default=None, name="paperId")
    corpus_id: int | str | None = msgspec.field(default=None, name="corpusId")
    external_ids: dict[str, str | int | None] | None = msgspec.field(default=None, name="externalIds")
    title: str | None = None
    abstract: str | None = None
    venue: str | None = None
    publication_venue: PublicationVenue | None = msgspec.field(default=None, name="publicationVenue")
    year: Number | None = None
    date: str | None = msgspec.field(default=None, name="publicationDate")
    types: Strings | None = msgspec.field(default=None, name="publicationTypes")
    journal: Journal | None = None
    fields: list[Field | None] | None = msgspec.field(default=None, name="s2FieldsOfStudy")
    plain_fields: Strings | None = msgspec.field(default=None, name="fieldsOfStudy")
    authors: list[Person | None] | None = None
    pdf: Pdf | None = msgspec.field(default=None, name="openAccessPdf")
    open_access: OpenAccess | None = msgspec.field(default=None, name="openaccessinfo")
    reference_count: int | None = msgspec.field(default=None, name="referenceCount")
    cited_by: int | None = msgspec.field(default=None, name="citationCount")
    influential: int | None = msgspec.field(default=None, name="influentialCitationCount")
    citations: list[msgspec.Raw] | None = None
    references: list[msgspec.Raw] | None = None
    model: str | None = None
    """Of what a model made of a paper (a summary, an embedding), which is not read."""


class Wrapped(msgspec.Struct):
    """What stands in lists of citations: the paper itself, or beside what is said of the citation."""

    citing: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="citingPaper")
    cited: msgspec.Raw = msgspec.field(default=msgspec.Raw(), name="citedPaper")


class Page(msgspec.Struct):
    data: list[msgspec.Raw] | None = None


class Citation(msgspec.Struct):
    """A line of the dataset of citations."""

    citing: int | str | None = msgspec.field(default=None, name="citingcorpusid")
    cited: int | str | None = msgspec.field(default=None, name="citedcorpusid")
