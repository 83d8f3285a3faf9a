"""What a reference says of a paper, whatever the format: clean text, typed."""

from __future__ import annotations

import msgspec

from kg.records import Identifier, PartialDate

# What means something to TeX or to who reads percent-encoding, and hardly any DOI has.
_IN_DOI = str.maketrans({mark: f"%{ord(mark):02X}" for mark in "%\\{}$&`"})


class Person(msgspec.Struct, frozen=True):
    """An author or editor; `name` as it is spoken. Without a family name it is that of an organisation or is one word.

    Particles ("van der") stand with the family name.
    """

    name: str
    given: str = ""
    family: str = ""
    suffix: str = ""


class Citation(msgspec.Struct, frozen=True, kw_only=True):
    """A paper. `type` is one of kg.sources.paper_types.TYPES; what no source says is None or empty.

    `is_complete` is False where the sources name only some of the authors. `address` is where the paper is found: by
    its DOI, else where it can be read, else its page here.
    """

    iri: str
    type: str | None = None
    title: str | None = None
    language: str | None = None
    authors: tuple[Person, ...] = ()
    is_complete: bool = True
    editors: tuple[Person, ...] = ()
    date: PartialDate | None = None
    container: str | None = None
    issns: tuple[str, ...] = ()
    publisher: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    arxiv_class: str | None = None
    address: str
    keywords: tuple[str, ...] = ()
    abstract: str | None = None
    is_retracted: bool = False
    is_withdrawn: bool = False

    def identifier(self, scheme: str) -> str | None:
        return next((known.value for known in self.identifiers if known.scheme == scheme), None)

    @property
    def doi(self) -> str | None:
        """As it is written in any format, with rare marks percent-encoded."""
        doi = self.identifier("doi")
        return doi.translate(_IN_DOI) if doi else None

    @property
    def warning(self) -> str | None:
        """What a reader must know before citing it."""
        return "Retracted" if self.is_retracted else "Withdrawn" if self.is_withdrawn else None
