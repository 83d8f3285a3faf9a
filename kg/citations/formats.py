"""The formats of references, as `kg.formats` has those of graphs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kg.citations.bibtex import bibtex
from kg.citations.csl_json import csl_json
from kg.citations.model import Citation
from kg.citations.ris import ris


@dataclass(frozen=True)
class Options:
    """`abstracts`: they are written too; `ascii_only`: BibTeX has TeX for what is not ASCII."""

    abstracts: bool = False
    ascii_only: bool = False


@dataclass(frozen=True)
class CitationFormat:
    """`name` is that of the source that reads it, and what `kg cite --format` takes."""

    name: str
    extension: str
    media_type: str
    write: Callable[[Sequence[Citation], Options], str]
    other_media_types: tuple[str, ...] = ()


BIBTEX = CitationFormat(
    "bibtex",
    "bib",
    "application/x-bibtex",
    lambda papers, options: bibtex(papers, options.ascii_only),
    ("text/x-bibtex", "application/x-bibtex-text-file"),
)
RIS = CitationFormat(
    "ris",
    "ris",
    "application/x-research-info-systems",
    lambda papers, _: ris(papers),
    ("application/x-inst-for-scientific-info",),
)
CSL_JSON = CitationFormat(
    "csl-json", "csl.json", "application/vnd.citationstyles.csl+json", lambda papers, _: csl_json(papers)
)

CITATION_FORMATS = (BIBTEX, RIS, CSL_JSON)
