"""A line of arXiv's metadata snapshot; what OAI-PMH gives is brought into its shape."""

from __future__ import annotations

import msgspec

from kg.sources.decoding import decoded
from kg.sources.faults import Faults


class Version(msgspec.Struct):
    version: str | None = None
    created: str | None = None


class Record(msgspec.Struct):
    """A paper as arXiv has it. `authors_parsed`: family name, given names, suffix, then affiliations."""

    id: str | None = None
    authors: str | None = None
    title: str | None = None
    comments: str | None = None
    journal_ref: str | None = msgspec.field(default=None, name="journal-ref")
    doi: str | None = None
    categories: str | None = None
    license: str | None = None
    abstract: str | None = None
    versions: list[Version | None] | None = None
    update_date: str | None = None
    authors_parsed: list[list[str | None] | None] | None = None


_RECORD = msgspec.json.Decoder(Record)


def snapshot_record(data: bytes, faults: Faults) -> Record:
    """The record of a line; one of BROKEN where it is none."""
    return faults.of(decoded(_RECORD, data))
