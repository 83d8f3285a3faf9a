"""What bibliographic formats have in common: dates, languages, addresses and venues, and the paper made of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from kg.identifiers import identifier
from kg.records import Identifier, Institution, Location, Paper, PartialDate, Reading, SourceRecord, Venue
from kg.sources.faults import NO_IDENTIFIER, Faults
from kg.sources.paper_types import paper_type
from kg.sources.person_names import NameList
from kg.sources.plain_text import plain_text
from kg.sources.values import LANGUAGE, address, distinct

_LANGUAGES = {
    name: code
    for code, names in {
        "en": "english american british usenglish ukenglish eng",
        "de": "german ngerman deutsch ger deu",
        "fr": "french français francais fre fra",
        "es": "spanish español espanol spa",
        "it": "italian italiano ita",
        "pt": "portuguese português brazilian por",
        "nl": "dutch nederlands dut nld",
        "ru": "russian русский rus",
        "zh": "chinese 中文 chi zho",
        "ja": "japanese 日本語 jpn",
        "ko": "korean 한국어 kor",
        "pl": "polish polski pol",
        "sv": "swedish svenska swe",
        "da": "danish dansk dan",
        "no": "norwegian norsk nor",
        "fi": "finnish suomi fin",
        "cs": "czech čeština cze ces",
        "hu": "hungarian magyar hun",
        "tr": "turkish türkçe tur",
        "el": "greek gre ell",
        "la": "latin lat",
        "ca": "catalan català cat",
        "uk": "ukrainian ukr",
        "ar": "arabic ara",
        "he": "hebrew heb",
        "fa": "persian farsi per fas",
    }.items()
    for name in names.split()
}
_ADDRESSES = (
    ("doi", re.compile(r"(?:dx\.)?doi\.org/10\.", re.IGNORECASE)),
    ("arxiv", re.compile(r"(?:[a-z]+\.)?arxiv\.org/(?:abs|pdf|html)/", re.IGNORECASE)),
    ("openreview", re.compile(r"openreview\.net/(?:forum|pdf|attachment)\?", re.IGNORECASE)),
    ("openalex", re.compile(r"(?:api\.)?openalex\.org/(?:works/)?W\d+$", re.IGNORECASE)),
    ("pmid", re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov|www\.ncbi\.nlm\.nih\.gov/pubmed)/\d+/?$", re.IGNORECASE)),
    (
        "pmcid",
        re.compile(
            r"(?:www\.ncbi\.nlm\.nih\.gov/pmc|pmc\.ncbi\.nlm\.nih\.gov|europepmc\.org)/articles/PMC\d+/?$",
            re.IGNORECASE,
        ),
    ),
)
_KNOWN_HOST = re.compile(
    r"doi\.org/|arxiv\.org/|openreview\.net/|openalex\.org/|ncbi\.nlm|europepmc\.org", re.IGNORECASE
)
_DASH = re.compile(r"\s*(?:--+|[‐‑‒–—])\s*")
_KINDS = {"article": "journal", "conference-paper": "conference", "book-chapter": "book", "preprint": "repository"}
_KINDS |= {"review": "journal", "reference-entry": "book", "proceedings": "book-series", "book": "book-series"}
_KINDS |= {"thesis": "book-series", "report": "book-series"}


class Reference(msgspec.Struct, kw_only=True):
    """A record of any bibliographic format, cleaned but for its title, which stands as printed beside the clean one."""

    record_id: str
    word: str | None
    """The source's word for the type."""
    type: str | None = None
    """Where something says better than the word what it is."""
    printed_title: str | None = None
    title: str | None = None
    authors: NameList | None = None
    is_list_complete: bool | None = None
    """What the format says of a list in which no name is missing."""
    author_identifiers: Mapping[int, tuple[Identifier, ...]] = {}
    """By the author's place in the list."""
    editors: NameList | None = None
    editor_identifiers: Mapping[int, tuple[Identifier, ...]] = {}
    date: PartialDate | None = None
    container: str | None = None
    """The journal, proceedings or book that it stands in."""
    issns: tuple[Identifier, ...] = ()
    venue: Venue | None = None
    """Where the source knows it better than by the container's name, which then stands as printed."""
    publisher: str | None = None
    volume: str | None = None
    issue: str | None = None
    pages: str | None = None
    abstract: str | None = None
    keywords: tuple[str, ...] = ()
    language: str | None = None
    identifiers: tuple[Identifier, ...] = ()
    addresses: tuple[str, ...] = ()
    updated: PartialDate | None = None
    cited: tuple[Identifier, ...] = ()
    is_withdrawn: bool | None = None

    def reading(self, faults: Faults) -> Reading:
        """The paper; nothing where neither title nor identifier say which."""
        if not self.title and not self.identifiers:
            return Reading((), faults.rejects + faults.whole("neither a title nor an identifier", self.word or ""))
        kind = self.type or paper_type(self.word)
        names = self.authors
        is_complete = self.is_list_complete if names and names.is_complete else False if names else None
        paper = Paper(
            title=self.title,
            source=SourceRecord(
                self.record_id,
                title=self.printed_title if self.title and self.printed_title != self.title else None,
                type=self.word,
                venue=self.container if self.venue and self.container != self.venue.name else None,
                updated=self.updated,
            ),
            language=self.language,
            identifiers=self.identifiers,
            type=kind,
            authorships=names.authorships(self.author_identifiers) if names else (),
            author_list_complete=is_complete,
            editors=self.editors.authors(self.editor_identifiers) if self.editors else (),
            abstract=self.abstract,
            date=self.date,
            venue=self.venue or venue(self.container, kind, self.issns),
            publisher=Institution(self.publisher) if self.publisher else None,
            volume=None if self.volume and self.volume.startswith("abs/") else self.volume,  # an arXiv number
            issue=self.issue,
            pages=self.pages,
            keywords=self.keywords,
            references=self.cited,
            is_withdrawn=self.is_withdrawn,
            locations=tuple(locations(self.addresses)),
        )
        return Reading((paper,), faults.rejects)


def venue(name: str | None, kind: str | None, issns: tuple[Identifier, ...]) -> Venue | None:
    return Venue(name, issns, _KINDS.get(kind or "")) if name else None


def identifier_of_address(text: str) -> Identifier | None:
    """The identifier that an address is made of.

    >>> identifier_of_address("https://arxiv.org/abs/1706.03762v5")
    Identifier(scheme='arxiv', value='1706.03762')
    """
    if not text.startswith(("http://", "https://")) or not _KNOWN_HOST.search(text):
        return None
    host = text.partition("://")[2].removeprefix("www.")
    for scheme, pattern in _ADDRESSES:
        if pattern.match(host) or pattern.match("www." + host):
            return identifier(scheme, text)
    return None


def identified(
    spelled: Iterable[tuple[str, str | None]], addresses: Iterable[str], faults: Faults
) -> tuple[Identifier, ...]:
    """The identifiers that fields spell, then those of addresses; a fault for each field that spells none."""
    found = []
    for scheme, text in spelled:
        if text and text.strip():
            if known := identifier(scheme, text):
                found.append(known)
            else:
                faults.part(scheme, NO_IDENTIFIER, text)
    return distinct(*found, *map(identifier_of_address, addresses))


def locations(addresses: Iterable[str]) -> Iterator[Location]:
    """Where a paper can be had: each address once, and none that only repeats an identifier."""
    for each in dict.fromkeys(addresses):
        known = identifier_of_address(each)
        if known and known.scheme == "doi":
            continue
        if each.partition("?")[0].lower().endswith(".pdf") or "/pdf/" in each:
            yield Location(full_text=each)
        else:
            yield Location(page=each)


def addresses(texts: Iterable[str | None], field: str, faults: Faults) -> tuple[str, ...]:
    """Addresses on the web in their normal spelling; a fault for what is none."""
    return tuple(found for text in texts if (found := address(text, field, faults)))


def language(text: str | None, faults: Faults) -> str | None:
    """The tag of a language given as a tag or by its name.

    >>> language("English", Faults("x", 1)), language("pt-BR", Faults("x", 1))
    ('en', 'pt-BR')
    """
    if not text or not (text := text.strip()):
        return None
    if code := _LANGUAGES.get(text.lower()):
        return code
    tag = text.replace("_", "-")
    if LANGUAGE.fullmatch(tag) and len(tag.partition("-")[0]) <= 3:
        return tag
    faults.part("language", "not a language that is known", text)
    return None


def pages(text: str | None) -> str | None:
    """A range of pages with a plain hyphen.

    >>> pages("12 -- 34"), pages("98:1–98:76")
    ('12-34', '98:1-98:76')
    """
    return _DASH.sub("-", plain_text(text)).strip("-") or None if text else None


def keyword_list(texts: Iterable[str]) -> tuple[str, ...]:
    """Keywords each once, from texts that may hold several."""
    pieces = (piece for text in texts for piece in re.split(r"[;\n]" if ";" in text else r"[,\n]", text))
    return tuple(dict.fromkeys(word for piece in pieces if (word := plain_text(piece))))
