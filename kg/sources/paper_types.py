"""Types of papers: a small scheme that the words of all sources are mapped to; what a source says is kept beside it."""

from __future__ import annotations

# Every one is a concept of the scheme 'paper-type' in ontology/concepts.ttl.
TYPES = (
    "article",
    "conference-paper",
    "preprint",
    "book",
    "book-chapter",
    "thesis",
    "report",
    "review",
    "editorial",
    "letter",
    "erratum",
    "retraction",
    "peer-review",
    "reference-entry",
    "proceedings",
    "dataset",
    "software",
    "presentation",
    "patent",
    "standard",
    "other",
)

_WORDS = {
    "article": "article journal-article article-journal journalarticle journal jour magazine-article article-magazine"
    " article-newspaper ejour mgzn news inpr",
    "conference-paper": "conference-paper proceedings-article inproceedings conference paper-conference cpaper conf",
    "preprint": "preprint posted-content informal unpublished unpb manuscript submitted",
    "book": "book monograph edited-book reference-book book-set book-series edbook ebook mvbook",
    "book-chapter": "book-chapter book-section book-part inbook incollection chapter chap echap booksection",
    "thesis": "thesis dissertation phdthesis mastersthesis thes",
    "report": "report techreport report-component report-series rprt",
    "review": "review literature-review",
    "editorial": "editorial",
    "letter": "letter lettersandcomments letters personal_communication",
    "erratum": "erratum correction corrigendum",
    "retraction": "retraction",
    "peer-review": "peer-review",
    "reference-entry": "reference-entry entry-encyclopedia entry-dictionary entry encyc dict",
    "proceedings": "proceedings proceedings-series mvproceedings collection",
    "dataset": "dataset data database",
    "software": "software comp computer-program",
    "presentation": "presentation speech slide poster",
    "patent": "patent pat",
    "standard": "standard stand",
    "other": "other misc gen component paratext supplementary-materials grant journal-issue journal-volume web online",
}
_TYPES = {word: name for name, words in _WORDS.items() for word in words.split()}


def paper_type(word: str | None) -> str | None:
    """The type that a source's word means, one of TYPES; 'other' for a word that is not known, None for none.

    >>> paper_type("journal-article"), paper_type("Proceedings Article"), paper_type("hologram"), paper_type(None)
    ('article', 'conference-paper', 'other', None)
    """
    if not word or not word.strip():
        return None
    return _TYPES.get("-".join(word.casefold().replace("_", "-").split()), "other")
