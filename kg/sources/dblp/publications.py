"""What all of DBLP's formats say in the same way: keys, people with their numbers, venues and types."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from kg.identifiers import identifier
from kg.records import Author, Identifier, Venue
from kg.sources.faults import NO_IDENTIFIER, Faults
from kg.sources.paper_types import paper_type
from kg.sources.person_names import NameList, PersonName
from kg.sources.plain_text import plain_text

KEY_OF_RECORD = re.compile(
    r"(?:https?://dblp\.(?:org|uni-trier\.de|dagstuhl\.de)/)?(?:rec/)?(?:bib\d?/)?(.+?)(?:\.bib)?"
)

_NUMBERED = re.compile(r"(.*\S) (\d{4})")
_STREAM = re.compile(r"((?:conf|journals|series|reference)/[^/\s]+)/.+")
_STREAMS: dict[str, str | tuple[str, ...]] = {
    "article": "journals/",
    "inproceedings": "conf/",
    "proceedings": "conf/",
    "incollection": ("series/", "reference/"),
    "book": "series/",
}
_KINDS = {"conf": "conference", "journals": "journal", "series": "book-series", "reference": "book"}
_ARXIV = re.compile(r"journals/corr/abs-(\d{4})-(\d{4,5})")
_OLD_ARXIV = re.compile(r"journals/corr/(?:abs-)?([a-z]+(?:-[a-z]+)?)(?:-[A-Z]{2})?-(\d{7})")
_PUBLICATION_TYPES = {
    "informal": "preprint",
    "survey": "review",
    "software": "software",
    "data": "dataset",
    "encyclopedia": "reference-entry",
}
_VOLUME_OF_BOOKTITLE = re.compile(r" \(\d+\)$")
_REPOSITORY = "journals/corr"


class Signature(NamedTuple):
    """A person as one publication names them: DBLP's name, with the number that tells namesakes apart."""

    name: str
    orcid: str | None = None
    person: str | None = None


def person(signature: Signature, field: str, faults: Faults) -> Author | None:
    """The person; the number is no part of the name, but with it the name identifies them.

    >>> person(Signature("Wei Wang 0001"), "author", Faults("x", 1))
    Author(name='Wei Wang', identifiers=(Identifier(scheme='dblp-name', value='Wei Wang 0001'),), given=None, \
family=None, other_names=())
    """
    name = plain_text(signature.name)
    if not name:
        faults.part(field, "no name where one belongs", signature.orcid or "")
        return None
    found = []
    if signature.orcid:
        if known := identifier("orcid", signature.orcid):
            found.append(known)
        else:
            faults.part("orcid", NO_IDENTIFIER, signature.orcid)
    if signature.person and (known := identifier("dblp-person", signature.person)):
        found.append(known)
    if numbered := _NUMBERED.fullmatch(name):
        found.append(Identifier("dblp-name", name))
        name = numbered[1]
    return Author(name, tuple(found))


def name_list(
    signatures: Iterable[Signature], field: str, faults: Faults
) -> tuple[NameList | None, dict[int, tuple[Identifier, ...]]]:
    """Names by their places, and the identifiers of those who have any."""
    names, identifiers, count = [], {}, 0
    for position, signature in enumerate(signatures, start=1):
        count = position
        if found := person(signature, field, faults):
            names.append((position, PersonName(found.name)))
            if found.identifiers:
                identifiers[position] = found.identifiers
    return (NameList(tuple(names), len(names) == count) if count else None), identifiers


def kind(word: str, publication_type: str | None, key: str) -> str | None:
    """The type that DBLP's element and `publtype` mean; what is in CoRR is a preprint.

    >>> kind("article", "informal withdrawn", "journals/corr/abs-2001-00001"), kind("inproceedings", None, "conf/x/Y")
    ('preprint', 'conference-paper')
    """
    for each in (publication_type or "").split():
        if each in _PUBLICATION_TYPES:
            return _PUBLICATION_TYPES[each]
    if word == "article" and key.startswith(f"{_REPOSITORY}/"):
        return "preprint"
    return "reference-entry" if word == "incollection" and key.startswith("reference/") else paper_type(word)


def key_identifiers(key: str) -> tuple[Identifier, ...]:
    """The key itself, and the arXiv number that those of CoRR are made of.

    >>> [found.value for found in key_identifiers("journals/corr/abs-1211-4246")]
    ['journals/corr/abs-1211-4246', '1211.4246']
    """
    found = [identifier("dblp", key)]
    if match := _ARXIV.fullmatch(key):
        found.append(identifier("arxiv", f"{match[1]}.{match[2]}"))
    elif match := _OLD_ARXIV.fullmatch(key):
        found.append(identifier("arxiv", f"{match[1]}/{match[2]}"))
    return tuple(each for each in found if each)


def venue(key: str, word: str, name: str | None, issns: tuple[Identifier, ...] = ()) -> Venue | None:
    """The journal or series of conferences, known by the key: 'conf/nips'. Where the key is of another kind than the
    publication, the name is all that is known.
    """
    match = _STREAM.fullmatch(key)
    stream = match[1] if match and match[1].startswith(_STREAMS.get(word, "?")) else None
    if stream:
        name = name or stream.partition("/")[2].upper()
        return Venue(_VOLUME_OF_BOOKTITLE.sub("", name), (Identifier("dblp", stream), *issns), stream_kind(stream))
    kinds = {"article": "journal", "inproceedings": "conference", "proceedings": "conference", "incollection": "book"}
    return Venue(name, issns, kinds.get(word)) if name else None


def stream_kind(stream: str) -> str | None:
    """What sort of venue 'conf/nips' is."""
    return "repository" if stream == _REPOSITORY else _KINDS.get(stream.partition("/")[0])


def without_stop(title: str) -> str:
    """A title without the full stop that DBLP puts behind every one.

    >>> without_stop("Image-Based Lighting."), without_stop("To be continued...")
    ('Image-Based Lighting', 'To be continued...')
    """
    return title[:-1] if title.endswith(".") and not title.endswith("..") else title
