"""Crossref's works as they stand in JSON. Everything may be null or missing, also in lists."""

from __future__ import annotations

import msgspec

Strings = list[str | None]
Number = int | float | str


class Dates(msgspec.Struct):
    date_parts: list[list[Number | None] | None] | None = msgspec.field(default=None, name="date-parts")


class Stamp(msgspec.Struct):
    date_time: str | None = msgspec.field(default=None, name="date-time")


class Affiliation(msgspec.Struct):
    name: str | None = None


class Person(msgspec.Struct):
    """A person, or a group of them, which has but a `name`."""

    given: str | None = None
    family: str | None = None
    name: str | None = None
    suffix: str | None = None
    orcid: str | None = msgspec.field(default=None, name="ORCID")
    affiliation: list[Affiliation | None] | None = None


class Reference(msgspec.Struct):
    doi: str | None = msgspec.field(default=None, name="DOI")


class FunderId(msgspec.Struct):
    id: str | None = None
    id_type: str | None = msgspec.field(default=None, name="id-type")


class Funder(msgspec.Struct):
    name: str | None = None
    doi: str | None = msgspec.field(default=None, name="DOI")
    id: list[FunderId | None] | None = None
    award: Strings | None = None


class License(msgspec.Struct):
    url: str | None = msgspec.field(default=None, name="URL")
    content_version: str | None = msgspec.field(default=None, name="content-version")


class Link(msgspec.Struct):
    url: str | None = msgspec.field(default=None, name="URL")
    content_type: str | None = msgspec.field(default=None, name="content-type")
    content_version: str | None = msgspec.field(default=None, name="content-version")
    application: str | None = msgspec.field(default=None, name="intended-application")


class Related(msgspec.Struct):
    id: str | None = None
    id_type: str | None = msgspec.field(default=None, name="id-type")


class Update(msgspec.Struct):
    doi: str | None = msgspec.field(default=None, name="DOI")
    type: str | None = None


class Institution(msgspec.Struct):
    name: str | None = None


class Work(msgspec.Struct):
    doi: str | None = msgspec.field(default=None, name="DOI")
    title: Strings | None = None
    subtitle: Strings | None = None
    abstract: str | None = None
    type: str | None = None
    subtype: str | None = None
    issued: Dates | None = None
    indexed: Stamp | None = None
    author: list[Person | None] | None = None
    editor: list[Person | None] | None = None
    container_title: Strings | None = msgspec.field(default=None, name="container-title")
    short_container_title: Strings | None = msgspec.field(default=None, name="short-container-title")
    issn: Strings | None = msgspec.field(default=None, name="ISSN")
    institution: list[Institution | None] | None = None
    publisher: str | None = None
    volume: Number | None = None
    issue: Number | None = None
    page: Number | None = None
    article_number: Number | None = msgspec.field(default=None, name="article-number")
    subject: Strings | None = None
    language: str | None = None
    reference: list[Reference | None] | None = None
    funder: list[Funder | None] | None = None
    license: list[License | None] | None = None
    link: list[Link | None] | None = None
    url: str | None = msgspec.field(default=None, name="URL")
    relation: dict[str, list[Related | None] | None] | None = None
    update_to: list[Update | None] | None = msgspec.field(default=None, name="update-to")
    updated_by: list[Update | None] | None = msgspec.field(default=None, name="updated-by")
    cited_by: int | None = msgspec.field(default=None, name="is-referenced-by-count")


class Page(msgspec.Struct):
    """Whatever holds works: an answer of the API, its message, a file of the public data."""

    message: msgspec.Raw = msgspec.Raw()
    items: list[msgspec.Raw] | None = None
