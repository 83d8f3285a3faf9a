r"""BibTeX: entries that BibTeX, Biber and reference managers read, one field a line.

Unicode stays as it is, which Biber and every manager take; with `ascii` it becomes TeX, for BibTeX of old.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from kg.citations.keys import citation_keys
from kg.citations.model import Citation, Person

_TYPES = {
    "article": "article",
    "review": "article",
    "editorial": "article",
    "letter": "article",
    "erratum": "article",
    "retraction": "article",
    "conference-paper": "inproceedings",
    "book": "book",
    "book-chapter": "incollection",
    "reference-entry": "incollection",
    "thesis": "phdthesis",
    "report": "techreport",
    "proceedings": "proceedings",
    "dataset": "dataset",
    "software": "software",
    "patent": "patent",
    "standard": "standard",
}
_CONTAINERS = {"inproceedings": "booktitle", "incollection": "booktitle", "book": "series", "proceedings": "series"}
_PUBLISHERS = {"phdthesis": "school", "techreport": "institution"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

# Braces by command: BibTeX counts them even where they are escaped.
_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{mark: f"\\{mark}" for mark in "%&$#_"},
    }
)
_DASHES = re.compile(r"-(?=-)")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_PARTS = re.compile(r"[-‐–—/(\"'“‘]")
_WORD = re.compile(r"\S+")
# Addresses stand as they are, which every reader expects; but what would end the field is percent-encoded.
_IN_ADDRESS = str.maketrans({"\\": "%5C", "{": "%7B", "}": "%7D", " ": "%20"})
_BETWEEN_NAMES = ("and", "others")
# What stands before or behind a comma and would be taken for a suffix.
_LIKE_SUFFIX = re.compile(r"(?:jr|sr|jun|sen|[ivx]{1,4}|\dnd|\drd|\dth|ph\.?\s?d|m\.?d|esq)\.?", re.IGNORECASE)
_MOSTLY = 0.5


def bibtex(papers: Sequence[Citation], ascii_only: bool = False) -> str:
    """The entries, with an empty line between them."""
    keys = citation_keys(papers)
    text = "\n".join(_entry(key, paper) for key, paper in zip(keys, papers, strict=True))
    return _in_ascii(text) if ascii_only else text


def escaped(text: str) -> str:
    r"""`text` so that TeX prints it; on one line.

    >>> print(escaped(r"50% of {x} -- \alpha"))
    50\% of \textbraceleft{}x\textbraceright{} -{}- \textbackslash{}alpha
    """
    return _DASHES.sub("-{}", " ".join(text.split()).translate(_ESCAPES))


def _entry(key: str, paper: Citation) -> str:
    kind = _TYPES.get(paper.type or "", "misc")
    fields = "".join(f"  {name} = {value},\n" for name, value in _fields(paper, kind))
    return f"@{kind}{{{key},\n{fields}}}\n"


def _fields(paper: Citation, kind: str) -> Iterator[tuple[str, str]]:
    """Names and values as they are written, braces and all."""
    date = paper.date
    doi, arxiv = paper.doi, paper.identifier("arxiv")
    if paper.authors:
        yield "author", _braced(_people(paper.authors, paper.is_complete))
    if paper.title:
        yield "title", _braced(_title(paper.title))
    if paper.editors:
        yield "editor", _braced(_people(paper.editors))
    yield from _texts((_CONTAINERS.get(kind, "journal"), paper.container), ("volume", paper.volume))
    yield from _texts(("number", paper.issue), (_PUBLISHERS.get(kind, "publisher"), paper.publisher))
    if paper.pages:
        yield "pages", _braced(_pages(paper.pages))
    if date and date.year:
        yield "year", _braced(f"{date.year:04}")
        if date.month:
            yield "month", _MONTHS[date.month - 1]
            if date.day:
                yield "day", _braced(str(date.day))
    yield from _texts(("issn", ", ".join(paper.issns)))
    if doi:
        yield "doi", _braced(doi)
    if arxiv:
        yield "eprint", _braced(arxiv)
        yield "archiveprefix", _braced("arXiv")
        yield from _texts(("primaryclass", paper.arxiv_class))
    yield from _texts(*((scheme, paper.identifier(scheme)) for scheme in ("pmid", "pmcid", "isbn")))
    if not doi:
        yield "url", _braced(paper.address.translate(_IN_ADDRESS))
    yield from _texts(("language", paper.language), ("keywords", keyword_field(paper.keywords)))
    yield from _texts(("abstract", paper.abstract), ("note", paper.warning))


def keyword_field(words: Iterable[str]) -> str:
    """Joined by semicolons where a keyword has a comma in it, and closed by one if it is the only one."""
    kept = list(words)
    if not any("," in word for word in kept):
        return ", ".join(kept)
    return "; ".join(kept) + (";" if len(kept) == 1 else "")


def _texts(*fields: tuple[str, str | None]) -> Iterator[tuple[str, str]]:
    return ((name, _braced(escaped(text))) for name, text in fields if text)


def _braced(text: str) -> str:
    return f"{{{text}}}"


def _pages(pages: str) -> str:
    start, dash, end = pages.partition("-")
    return f"{escaped(start)}--{escaped(end)}" if dash and start and end and "-" not in end else escaped(pages)


def _people(people: Sequence[Person], is_complete: bool = True) -> str:
    names = [_name(person) for person in people]
    return " and ".join(names if is_complete else [*names, "others"])


def _name(person: Person) -> str:
    """'Family, Suffix, Given'; in braces what is no name of a person."""
    if not person.family:
        text = escaped(person.name)
        is_word = text.isalpha() and text.isascii() and text.lower() not in _BETWEEN_NAMES
        return text if is_word else _braced(text if text[:1] != "\\" else "{}" + text)
    if _LIKE_SUFFIX.fullmatch(person.given):
        return _spoken(person)
    parts = (person.family, person.suffix, person.given)
    return ", ".join(escaped(part) for part in parts if part)


def _spoken(person: Person) -> str:
    """Given name first, where it would be taken for a suffix behind a comma."""
    family = " ".join(filter(None, (person.family, person.suffix)))
    return f"{escaped(person.given)} {_braced(escaped(family)) if ' ' in family else escaped(family)}"


def _title(title: str) -> str:
    """The title, with what must keep its capitals in braces, since many styles take them from the others.

    >>> print(_title("Training NeRF models with Bayesian methods on GPT-4"))
    Training {NeRF} models with {Bayesian} methods on {GPT-4}
    """
    words = _WORD.findall(title)
    is_shouted = not any(character.islower() for character in title)
    spelled = [word for word in words[1:] if word[0].isalpha()]
    small = sum(word[0].islower() for word in spelled)
    is_sentence = bool(spelled) and small > _MOSTLY * len(spelled)

    def written(place: int, word: str) -> str:
        starts = place == 0 or words[place - 1].endswith((":", ".", "?", "!", "–", "—"))
        is_name = is_sentence and not starts and word[0].isupper()
        if is_shouted or not (is_name or _has_capitals_inside(word)):
            return escaped(word)
        core = word.rstrip(":,;.?!")
        return _braced(escaped(core)) + escaped(word[len(core) :])

    return " ".join(written(place, word) for place, word in enumerate(words))


def _has_capitals_inside(word: str) -> bool:
    """As `NeRF` and `GPT-4` have, and `Two-Sample` has not."""
    return any(letter.isupper() for part in _PARTS.split(word) for letter in part[1:])


@cache
def _encoder() -> Any:
    from pylatexenc.latexencode import UnicodeToLatexEncoder  # its tables take a while, and few ask for them

    return UnicodeToLatexEncoder(
        non_ascii_only=True,
        replacement_latex_protection="braces-all",
        unknown_char_policy="keep",
        unknown_char_warning=False,
    )


def _in_ascii(text: str) -> str:
    """TeX for what is not ASCII; what TeX has no command for stays."""
    return _NOT_ASCII.sub(lambda match: str(_encoder().unicode_to_latex(match[0])), text)
