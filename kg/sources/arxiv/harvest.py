"""A record of OAI-PMH in arXiv's formats 'arXiv' and 'arXivRaw'.

https://www.openarchives.org/OAI/openarchivesprotocol.html, http://arxiv.org/OAI/arXiv.xsd, arXivRaw.xsd
"""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from kg.sources.arxiv.snapshot import Record, Version
from kg.sources.faults import Faults
from kg.sources.xml_records import child, element, local_name, text_of

_XMLNS = re.compile(rb"<(/?)\w+:(?=\w)")


def harvested(data: bytes, faults: Faults) -> Record | None:
    """The paper of a record; None if it was deleted. BadXml where it is not well-formed."""
    # Prefixes are declared where the file begins, which is not here.
    record = element(_XMLNS.sub(rb"<\1", data))
    header = child(record, "header")
    identifier = (text_of(header, "identifier") or "").rpartition(":")[2]
    faults.record = identifier or None
    if header is not None and header.get("status") == "deleted":
        return None
    metadata = child(record, "metadata")
    found = next(iter(metadata), None) if metadata is not None else None
    line, names = _names(found)
    return Record(
        id=text_of(found, "id") or identifier,
        authors=line,
        title=text_of(found, "title"),
        comments=text_of(found, "comments"),
        journal_ref=text_of(found, "journal-ref"),
        doi=text_of(found, "doi"),
        categories=text_of(found, "categories"),
        license=text_of(found, "license"),
        abstract=text_of(found, "abstract"),
        versions=_versions(found),
        update_date=text_of(found, "updated") or text_of(header, "datestamp"),
        authors_parsed=names,
    )


def _versions(found: Element | None) -> list[Version | None]:
    versions: list[Version | None] = [
        Version(each.get("version"), text_of(each, "date"))
        for each in (found if found is not None else ())
        if local_name(each) == "version"
    ]
    return versions or [Version("v1", text_of(found, "created"))]


def _names(found: Element | None) -> tuple[str | None, list[list[str | None] | None]]:
    """The authors as one line, in arXivRaw, and in parts, in arXiv."""
    authors = child(found, "authors")
    if authors is None:
        return None, []
    return authors.text, [_parts(author) for author in authors if local_name(author) == "author"]


def _parts(author: Element) -> list[str | None]:
    affiliations = ["".join(each.itertext()) for each in author if local_name(each) == "affiliation"]
    return [text_of(author, "keyname"), text_of(author, "forenames"), text_of(author, "suffix"), *affiliations]
