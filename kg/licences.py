"""Under which licence each source gives its data, where it gives one for all of it. Files of one's own have none."""

from __future__ import annotations

CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
ODC_BY = "https://opendatacommons.org/licenses/by/1-0/"

_OF_SOURCES = {
    "arxiv": CC0,  # https://info.arxiv.org/help/bulk_data.html: the metadata, not the texts
    "dblp": CC0,  # https://dblp.org/db/about/copyright.html
    "openalex": CC0,  # https://docs.openalex.org/additional-help/faq
    "opencitations": CC0,  # https://opencitations.net/datasets
    "ror": CC0,  # https://ror.org/about/faqs/
    "semanticscholar": ODC_BY,  # https://www.semanticscholar.org/product/api
}


def licence_of(source: str) -> str | None:
    """The licence's IRI; None where the source has no single one (Crossref, files of one's own)."""
    return _OF_SOURCES.get(source)
