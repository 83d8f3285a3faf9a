"""What CSL-JSON looks like, as far as it is read."""

from __future__ import annotations

import msgspec

Words = str | int | float | list[str | None] | None
"""A text, which some exporters write as a number or as a list of one."""


class Name(msgspec.Struct, rename="kebab"):
    family: str | None = None
    given: str | None = None
    literal: str | None = None
    name: str | None = None
    suffix: str | None = None
    dropping_particle: str | None = None
    non_dropping_particle: str | None = None
    orcid: str | None = msgspec.field(default=None, name="ORCID")


class Date(msgspec.Struct, rename="kebab"):
    date_parts: list[list[int | str | None] | None] | None = None
    literal: str | int | None = None
    raw: str | int | None = None


class Item(msgspec.Struct, rename="kebab"):
    id: str | int | None = None
    citation_key: str | None = None
    type: str | None = None
    genre: Words = None
    title: Words = None
    author: list[Name | None] | None = None
    editor: list[Name | None] | None = None
    issued: Date | str | int | None = None
    container_title: Words = None
    collection_title: Words = None
    publisher: Words = None
    volume: Words = None
    issue: Words = None
    number: Words = None
    page: Words = None
    abstract: Words = None
    keyword: Words = None
    language: str | None = None
    note: Words = None
    doi: str | None = msgspec.field(default=None, name="DOI")
    url: Words = msgspec.field(default=None, name="URL")
    issn: Words = msgspec.field(default=None, name="ISSN")
    isbn: Words = msgspec.field(default=None, name="ISBN")
    pmid: Words = msgspec.field(default=None, name="PMID")
    pmcid: Words = msgspec.field(default=None, name="PMCID")


class Items(msgspec.Struct):
    items: list[msgspec.Raw] | None = None
