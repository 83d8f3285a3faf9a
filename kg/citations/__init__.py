"""Papers as BibTeX, RIS and CSL-JSON, for reference managers and reference lists.

`citations` reads papers from the graph, `CITATION_FORMATS` write them; what they write, the sources of the same names
(`kg.sources`) read again as the same papers.
"""

from kg.citations.formats import BIBTEX, CITATION_FORMATS, CSL_JSON, RIS, CitationFormat, Options
from kg.citations.lists import CITABLE_KINDS, PAGE, CitedPapers, papers_of
from kg.citations.model import Citation, Person
from kg.citations.reading import citation, citations

__all__ = [
    "BIBTEX",
    "CITABLE_KINDS",
    "CITATION_FORMATS",
    "CSL_JSON",
    "PAGE",
    "RIS",
    "Citation",
    "CitationFormat",
    "CitedPapers",
    "Options",
    "Person",
    "citation",
    "citations",
    "papers_of",
]
