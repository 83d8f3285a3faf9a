"""How things are named: deterministic IRIs, the same on every machine, whatever was loaded before.

A thing is keyed by the strongest identifier its record carries (`doi:10.1000/xyz`); a thing known by name alone by a
readable slug. A slug that loses anything of the normalised name ends in a hash of it, so that two names share an IRI
only where they are the same name.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import quote, unquote

from kg.records import Author, Concept, Identifier, Institution, Paper, Venue

# Strongest first; a record's key is the first scheme that it carries.
PAPER_SCHEMES = (
    *("doi", "arxiv", "openalex", "dblp", "openreview", "semanticscholar"),
    *("corpusid", "pmid", "pmcid", "mag", "omid", "mlanthology"),
)
AUTHOR_SCHEMES = ("orcid", "openalex", "dblp-person", "semanticscholar-author", "omid", "dblp-name")
INSTITUTION_SCHEMES = ("ror", "openalex", "wikidata", "grid", "isni", "crossref-funder", "omid")
VENUE_SCHEMES = ("issn", "openalex", "dblp", "wikidata", "omid", "mlanthology")

_APOSTROPHES = re.compile(r"[‘’ʼ`´]")
_DASHES = re.compile(r"[‐‑‒–—−]")
_SPACES = re.compile(r"[\s.,]+")
_NOT_WORD = re.compile(r"[\W_]+")
_PLAIN_NAME = re.compile(r"[a-z0-9]+( [a-z0-9]+)*")
_PATH_SAFE = ":@!$'()*+,;=~"
_SAFE_PATH = re.compile(r"[A-Za-z0-9_.~/:@!$'()*+,;=-]*")
_SLUG_LENGTH = 60


def normal_name(name: str) -> str:
    """A name as it is compared: case, spaces, full stops and commas do not count; diacritics and hyphens do.

    >>> normal_name("Adam S.  Jermyn"), normal_name("Kamilė Lukošiūtė")
    ('adam s jermyn', 'kamilė lukošiūtė')
    """
    if name.isascii():  # as most names are: then all that follows comes to this
        return " ".join(name.replace("`", "'").replace(".", " ").replace(",", " ").lower().split())
    text = unicodedata.normalize("NFKC", name)
    text = _DASHES.sub("-", _APOSTROPHES.sub("'", text))
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text.casefold())).strip()


def normal_title(title: str) -> str:
    """A title as it is compared: letters and digits only.

    >>> normal_title("Scaling  Monosemanticity: Extracting…")
    'scaling monosemanticity extracting'
    """
    return _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", title).casefold()).strip()


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:10]


def _ascii_slug(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", folded)
    slug = "-".join(words)
    return slug if len(slug) <= _SLUG_LENGTH else slug[: _SLUG_LENGTH + 1].rpartition("-")[0] or slug[:_SLUG_LENGTH]


def name_slug(name: str) -> str:
    """A readable key for a thing known by name alone.

    >>> name_slug("Evan Hubinger"), name_slug("Jean-Luc O'Neill")
    ('evan-hubinger', 'jean-luc-o-neill-1d11445501')
    """
    normal = normal_name(name)
    if len(normal) <= _SLUG_LENGTH and _PLAIN_NAME.fullmatch(normal):
        return normal.replace(" ", "-")
    slug = _ascii_slug(normal)
    return f"{slug}-{_digest(normal)}" if slug else _digest(normal)


def identifier_key(identifier: Identifier) -> str:
    """`doi:10.1000/xyz`, with what a path may not hold percent-encoded."""
    return f"{identifier.scheme}:{_path(identifier.value)}"


def _path(text: str) -> str:
    """`text` as it stands in a path. Most of it needs no quoting, and to look is quicker than to quote."""
    return text if _SAFE_PATH.fullmatch(text) else quote(text, safe=_PATH_SAFE + "/")


def record_id(record: str, dataset: str) -> str:
    """The name within its dataset of the record that `Naming.source_record` named so."""
    return unquote(record.partition(f"record/{quote(dataset, safe=_PATH_SAFE)}/")[2])


def _strongest(identifiers: tuple[Identifier, ...], schemes: tuple[str, ...]) -> Identifier | None:
    """The identifier of the strongest scheme; of several in one scheme the least, so that order does not matter."""
    if not identifiers:
        return None
    for scheme in schemes:
        values = [identifier for identifier in identifiers if identifier.scheme == scheme]
        if values:
            return min(values, key=lambda identifier: identifier.value)
    return None


class Naming:
    """IRIs under one base IRI. Every method is a pure function of its record."""

    def __init__(self, base_iri: str) -> None:
        self.base_iri = base_iri

    def paper(self, paper: Paper) -> str:
        found = _strongest(paper.identifiers, PAPER_SCHEMES)
        return f"{self.base_iri}paper/{identifier_key(found) if found else self._paper_slug(paper)}"

    @staticmethod
    def _paper_slug(paper: Paper) -> str:
        first = normal_name(paper.authorships[0].author.name) if paper.authorships else ""
        title = normal_title(paper.title or "")
        return "-".join(filter(None, (_ascii_slug(title), _digest(title, first))))

    def author(self, author: Author) -> str:
        found = _strongest(author.identifiers, AUTHOR_SCHEMES)
        return f"{self.base_iri}author/{identifier_key(found) if found else name_slug(author.name)}"

    def institution(self, institution: Institution) -> str:
        found = _strongest(institution.identifiers, INSTITUTION_SCHEMES)
        key = identifier_key(found) if found else name_slug(institution.code or institution.name)
        return f"{self.base_iri}institution/{key}"

    def venue(self, venue: Venue) -> str:
        found = _strongest(venue.identifiers, VENUE_SCHEMES)
        return f"{self.base_iri}venue/{identifier_key(found) if found else name_slug(venue.name)}"

    def concept(self, concept: Concept) -> str:
        return f"{self.base_iri}concept/{identifier_key(Identifier(concept.scheme, concept.notation))}"

    def concept_scheme(self, scheme: str) -> str:
        return f"{self.base_iri}scheme/{quote(scheme, safe=_PATH_SAFE)}"

    def authorship(self, paper_iri: str, author_iri: str, occurrence: int = 1) -> str:
        """One author on one paper; `occurrence` tells apart two people of one name on one paper."""
        key = f"{paper_iri.removeprefix(self.base_iri + 'paper/')}/{author_iri.removeprefix(self.base_iri + 'author/')}"
        return f"{self.base_iri}authorship/{key}" + (f"/{occurrence}" if occurrence > 1 else "")

    def grant(self, funder_iri: str, award: str) -> str:
        """One award of one funder."""
        return f"{self.base_iri}grant/{funder_iri.removeprefix(self.base_iri + 'institution/')}/{name_slug(award)}"

    def location(self, paper_iri: str, address: str) -> str:
        """A place where a paper can be had, told apart from its others by its address."""
        return f"{self.base_iri}location/{paper_iri.removeprefix(self.base_iri + 'paper/')}/{_digest(address)}"

    def dataset(self, dataset: str) -> str:
        return f"{self.base_iri}dataset/{quote(dataset, safe=_PATH_SAFE)}"

    def source_record(self, dataset: str, record_id: str) -> str:
        return f"{self.base_iri}record/{quote(dataset, safe=_PATH_SAFE)}/{_path(record_id)}"

    def reported_metric(self, record_iri: str, metric: str) -> str:
        return f"{record_iri.replace('/record/', '/reported-metric/', 1)}/{metric}"

    def metric(self, metric: str) -> str:
        return f"{self.base_iri}metric/{quote(metric, safe=_PATH_SAFE)}"
