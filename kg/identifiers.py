"""External identifiers: recognised in any spelling, checked, in normal form, and as the IRI that their graph uses.

Every function is pure. `identifier(scheme, text)` takes what sources print (a bare value, a CURIE, an address, with
stray spaces) and gives the one normal form, or None where it is not such an identifier.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import quote, unquote

from kg.records import Identifier

_SAFE = "/:@!$'()*+,;=~"
_SAFE_TEXT = re.compile(r"[A-Za-z0-9_.~/:@!$'()*+,;=-]*")

_DOI = re.compile(r"(?:^|doi\.org/|doi:\s*|[\s(])(10\.\d{4,9}(?:\.\d+)*/\S+)", re.IGNORECASE)
_ARXIV_NEW = re.compile(r"(\d{4}\.\d{4,5})(?:v\d+)?$")
_ARXIV_OLD = re.compile(r"([a-z-]+)(?:\.[a-z]{2})?/(\d{7})(?:v\d+)?$", re.IGNORECASE)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(.+)", re.IGNORECASE)
_ARXIV_PREFIX = re.compile(r"(?:.*arxiv\.org/(?:abs|pdf|html)/|arxiv:\s*)", re.IGNORECASE)
_ORCID = re.compile(r"(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])$")
_ROR = re.compile(r"(0[a-hj-km-np-tv-z0-9]{6}\d{2})$", re.IGNORECASE)
_ISSN = re.compile(r"(\d{4})-?(\d{3}[\dXx])$")
_ISBN_10 = re.compile(r"[0-9]{9}[0-9X]")
_ISBN_13 = re.compile(r"97[89][0-9]{10}")
_OPENALEX = re.compile(r"(?:^|/|:)([WAISTCFPKwaistcfpk]\d{1,12})$")
_OPENALEX_PATH = re.compile(
    r"openalex\.org/((?:keywords|topics|subfields|fields|domains)/[^\x00-\x20\x7f-\xa0/?#<>\"{}|\\^`%]+)$",
    re.IGNORECASE,
)
_WIKIDATA = re.compile(r"(?:^|/|:)(Q[1-9]\d{0,11})$", re.IGNORECASE)
_DBLP = re.compile(
    r"(?:.*dblp\.(?:org|uni-trier\.de|dagstuhl\.de)/rec/|dblp:\s*)?((?:[\w-]+/)+[^\s/?#]+?)(?:\.html)?$", re.I
)
_DBLP_PERSON = re.compile(
    r"(?:.*dblp\.(?:org|uni-trier\.de)/pid/|homepages/)?(\w{1,3}/[\w-]+)(?:\.html)?$", re.IGNORECASE
)
_S2_PAPER = re.compile(r"(?:^|/)([0-9a-f]{40})$", re.IGNORECASE)
_CORPUS = re.compile(r"(?:.*corpusid:?\s*)?(\d{1,12})$", re.IGNORECASE)
_OPENREVIEW = re.compile(r"(?:.*openreview\.net/(?:forum|pdf|attachment)\?(?:.*&)?id=)?([\w-]{6,16})(?:&.*|#.*)?$")
_WIKIPEDIA = re.compile(r"https?://en\.(?:m\.)?wikipedia\.org/wiki/([^?#]{1,255})")
_NUMBER = re.compile(r"(?:.*[/:])?(\d{1,12})/?$")
_PMC = re.compile(r"(?:.*[/:])?(?:PMC)?(\d{1,12})/?$", re.IGNORECASE)
_OMID = re.compile(r"(?:.*omid[:/])?((?:br|ra|re)/\d+)$", re.IGNORECASE)
_DOI_TAIL = ".,;:\"'”’»"


def identifier(scheme: str, text: str | None) -> Identifier | None:
    """The identifier of that scheme which `text` spells, in normal form; None if it spells none.

    >>> identifier("doi", "https://doi.org/10.1162/NECO_a_01234.")
    Identifier(scheme='doi', value='10.1162/neco_a_01234')
    >>> identifier("doi", "10.48550/arXiv.2301.00001v2")
    Identifier(scheme='arxiv', value='2301.00001')
    >>> identifier("orcid", "https://orcid.org/0000-0002-1825-0097")
    Identifier(scheme='orcid', value='0000-0002-1825-0097')
    >>> identifier("orcid", "0000-0002-1825-0098") is None  # the check digit is wrong
    True
    """
    if not text:
        return None
    normalise = _SCHEMES[scheme]
    found = normalise(text.strip())
    if found is None:
        return None
    if scheme == "doi" and (preprint := _ARXIV_DOI.fullmatch(found)):
        # The DOI that arXiv gives a preprint says no more than its arXiv number.
        number = _arxiv(preprint[1])
        return Identifier("arxiv", number) if number else Identifier(scheme, found)
    return Identifier(scheme, found)


# Those that a text without anything around it is told by; of the first no word and no name looks alike.
_UNLIKE_WORDS = ("doi", "orcid", "arxiv")
_TELLING = (*_UNLIKE_WORDS, "ror", "openalex", "wikidata", "issn", "semanticscholar")
# As in references: PMID: 12552027, doi 10.1000/182, ISBN-13: 978-…
_NAMED = re.compile(
    r"(doi|orcid|arxiv|pmid|pmcid|ror|issn|isbn|openalex|wikidata|dblp|corpusid)(?:-1[03]|\s+id)?(?:\s*:\s*|\s+)(\S.*)",
    re.IGNORECASE,
)
# Numbers and keys that only the host tells.
_AT_HOST = (
    ("pmid", re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/\d", re.IGNORECASE)),
    ("pmcid", re.compile(r"(?:ncbi\.nlm\.nih\.gov|europepmc\.org)/(?:pmc/)?articles?/(?:PMC/)?PMC\d", re.IGNORECASE)),
    ("openreview", re.compile(r"openreview\.net/", re.IGNORECASE)),
    ("dblp", re.compile(r"dblp\.[a-z.-]+/rec/", re.IGNORECASE)),
    ("dblp-person", re.compile(r"dblp\.[a-z.-]+/pid/", re.IGNORECASE)),
)
_PMC_ALONE = re.compile(r"PMC\d{1,12}", re.IGNORECASE)


def recognised(text: str) -> tuple[Identifier, ...]:
    """The identifiers that `text` as a whole may be; none for a name.

    >>> recognised("https://orcid.org/0000-0002-1825-0097"), recognised("PMID: 12552027")
    ((Identifier(scheme='orcid', value='0000-0002-1825-0097'),), (Identifier(scheme='pmid', value='12552027'),))
    >>> recognised("Ada Byron")
    ()
    """
    text = text.strip()
    if not any(character.isdigit() for character in text):
        return ()
    return tuple(dict.fromkeys(each for each in _readings(text) if each is not None))


def _readings(text: str) -> Iterator[Identifier | None]:
    if (named := _NAMED.fullmatch(text)) and (scheme := named[1].lower()) and not _is_of_words(scheme, named[2]):
        yield identifier(scheme, named[2])
    if _is_of_words("", text):
        return
    if _PMC_ALONE.fullmatch(text):
        yield identifier("pmcid", text)
    yield from (identifier(scheme, text) for scheme, host in _AT_HOST if host.search(text))
    yield from (identifier(scheme, text) for scheme in _TELLING)


def _is_of_words(scheme: str, text: str) -> bool:
    return scheme != "isbn" and any(character.isspace() for character in text)


def is_identifier(text: str) -> bool:
    """Whether `text` can be nothing else; 'T5' and 'A100' are words as well.

    >>> is_identifier("doi:10.1000/182"), is_identifier("https://openalex.org/W1"), is_identifier("W1")
    (True, True, False)
    """
    return any(each.scheme in _UNLIKE_WORDS or ":" in text for each in recognised(text))


def identifiers(scheme: str, texts: str | None, *more: str | None) -> tuple[Identifier, ...]:
    """All identifiers of that scheme in texts that may hold several, each once, in order.

    >>> [found.value for found in identifiers("doi", "10.1063/1.3382344 10.1063/1.3382345")]
    ['10.1063/1.3382344', '10.1063/1.3382345']
    """
    pieces = [
        piece for text in (texts, *more) if text for piece in re.split(r"(?<![\s;,])[\s;,]+(?=\S{4})", text.strip())
    ]
    found = (identifier(scheme, piece) for piece in pieces)
    return tuple(dict.fromkeys(each for each in found if each is not None))


def external_iris(known: Identifier, kind: str) -> tuple[str, ...]:
    """The IRIs that other graphs use for what this identifies; `kind` is 'paper', 'author', 'institution' or 'venue'.

    >>> external_iris(Identifier("openalex", "W2741809807"), "paper")
    ('https://openalex.org/W2741809807', 'https://semopenalex.org/work/W2741809807')
    >>> external_iris(Identifier("mag", "2741809807"), "paper")
    ()
    """
    if known.scheme == "openalex":
        return tuple(_openalex_iris(known.value))
    template = _IRIS.get((known.scheme, kind)) or _IRIS.get((known.scheme, ""))
    return (template + _quoted(known.value),) if template else ()


def _quoted(text: str) -> str:
    """`text` percent-encoded. Most of it need not be, and to look is quicker."""
    return text if _SAFE_TEXT.fullmatch(text) else quote(text, safe=_SAFE)


def dbpedia_iri(page: str) -> str | None:
    """What DBpedia calls the subject of a page of the English Wikipedia; None for any other page.

    >>> dbpedia_iri("https://en.wikipedia.org/wiki/Density_functional_theory")
    'http://dbpedia.org/resource/Density_functional_theory'
    """
    match = _WIKIPEDIA.fullmatch(page)
    return "http://dbpedia.org/resource/" + quote(unquote(match[1]).replace(" ", "_"), safe=_SAFE) if match else None


def _openalex_iris(value: str) -> list[str]:
    iris = [f"https://openalex.org/{value}"]
    if name := _SEMOPENALEX.get(value[0]) if "/" not in value else None:
        iris.append(f"https://semopenalex.org/{name}/{value}")
    return iris


def _doi(text: str) -> str | None:
    if "%" in text:
        text = unquote(text)
    match = _DOI.search(text)
    if not match:
        return None
    value = match[1].rstrip(_DOI_TAIL)
    # A bracket that closes nothing in the DOI belongs to the sentence around it.
    for opening, closing in ("()", "[]", "<>", "{}") if value[-1:] in ")]>}" else ():
        while value.endswith(closing) and value.count(closing) > value.count(opening):
            value = value[:-1].rstrip(_DOI_TAIL)
    value = value.lower()
    return value if value.isprintable() and not value.endswith("/") else None


def _arxiv(text: str) -> str | None:
    text = _ARXIV_PREFIX.sub("", text.removesuffix(".pdf"))
    if match := _ARXIV_NEW.match(text):
        return match[1]
    match = _ARXIV_OLD.match(text)
    return f"{match[1].lower()}/{match[2]}" if match else None


def _orcid(text: str) -> str | None:
    match = _ORCID.search(text.rstrip("/"))
    if not match:
        return None
    digits = "".join(match.groups()).upper()
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    if digits[-1] != ("X" if check == 10 else str(check)) or digits == "0" * 16:
        return None
    return "-".join(digits[start : start + 4] for start in range(0, 16, 4))


def _ror(text: str) -> str | None:
    match = _ROR.search(text.rstrip("/"))
    if not match:
        return None
    value = match[1].lower()
    number = 0
    for letter in value[:7]:
        number = number * 32 + _CROCKFORD.index(letter)
    return value if int(value[7:]) == 98 - (number * 100) % 97 else None


def _issn(text: str) -> str | None:
    match = _ISSN.search(text)
    if not match:
        return None
    digits = (match[1] + match[2]).upper()
    check = -sum(int(digit) * weight for digit, weight in zip(digits[:7], range(8, 1, -1), strict=True)) % 11
    return f"{digits[:4]}-{digits[4:]}" if digits[7] == ("X" if check == 10 else str(check)) else None


def _isbn(text: str) -> str | None:
    """With thirteen digits; the old ten say the same with the prefix 978."""
    digits = re.sub(r"[\s-]", "", text).upper()
    if _ISBN_10.fullmatch(digits):
        total = sum((10 - place) * (10 if digit == "X" else int(digit)) for place, digit in enumerate(digits))
        return _with_check_digit("978" + digits[:9]) if total % 11 == 0 else None
    return digits if _ISBN_13.fullmatch(digits) and _with_check_digit(digits[:12]) == digits else None


def _with_check_digit(digits: str) -> str:
    return digits + str(-sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(digits)) % 10)


def _openalex(text: str) -> str | None:
    text = text.rstrip("/")
    if match := _OPENALEX.search(text):
        return match[1].upper()
    match = _OPENALEX_PATH.search(text)
    return match[1].lower() if match else None


def _dblp(text: str) -> str | None:
    match = _DBLP.fullmatch(text)
    return match[1] if match else None


def _matching(pattern: re.Pattern[str], change: Callable[[str], str] = str) -> Callable[[str], str | None]:
    """What the pattern's group finds at the start of a text, changed."""

    def normalise(text: str) -> str | None:
        match = pattern.search(text.rstrip("/")) if pattern.pattern.startswith("(?:^") else pattern.match(text)
        return change(match[1]) if match else None

    return normalise


def _without_spaces(text: str) -> str:
    return "".join(text.upper().split())


_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
_SEMOPENALEX = {
    "W": "work",
    "A": "author",
    "I": "institution",
    "S": "source",
    "C": "concept",
    "T": "topic",
    "F": "funder",
    "P": "publisher",
}
_SCHEMES: dict[str, Callable[[str], str | None]] = {
    "doi": _doi,
    "arxiv": _arxiv,
    "openalex": _openalex,
    "dblp": _dblp,
    "dblp-name": _matching(re.compile(r"(.{1,200} \d{4})$")),
    "dblp-person": _matching(_DBLP_PERSON),
    "openreview": _matching(_OPENREVIEW),
    "semanticscholar": _matching(_S2_PAPER, str.lower),
    "semanticscholar-author": _matching(_NUMBER),
    "corpusid": _matching(_CORPUS),
    "mag": _matching(_NUMBER),
    "pmid": _matching(_NUMBER),
    "pmcid": _matching(_PMC, "PMC{}".format),
    "omid": _matching(_OMID, str.lower),
    "orcid": _orcid,
    "ror": _ror,
    "issn": _issn,
    "isbn": _isbn,
    "wikidata": _matching(_WIKIDATA, str.upper),
    "grid": _matching(re.compile(r"(?:.*/)?(grid\.\d{1,9}\.[0-9a-f]{1,4})$", re.IGNORECASE), str.lower),
    "isni": _matching(
        re.compile(r"(?:.*/)?((?:\d{4}\s?){3}\d{3}[\dXx])$"), lambda digits: re.sub(r"\s", "", digits).upper()
    ),
    "crossref-funder": _matching(re.compile(r"(?:.*10\.13039/)?(\d{9,12})$")),
    "mlanthology": _matching(re.compile(r"([\w.:/-]{1,200})$")),
}
_IRIS = {
    ("doi", ""): "https://doi.org/",
    ("arxiv", ""): "https://arxiv.org/abs/",
    ("dblp", "paper"): "https://dblp.org/rec/",
    ("dblp", "venue"): "https://dblp.org/streams/",
    ("dblp-person", ""): "https://dblp.org/pid/",
    ("openreview", "paper"): "https://openreview.net/forum?id=",
    ("semanticscholar", "paper"): "https://www.semanticscholar.org/paper/",
    ("corpusid", "paper"): "https://api.semanticscholar.org/CorpusID:",
    ("semanticscholar-author", ""): "https://www.semanticscholar.org/author/",
    ("pmid", ""): "https://pubmed.ncbi.nlm.nih.gov/",
    ("pmcid", ""): "https://www.ncbi.nlm.nih.gov/pmc/articles/",
    ("omid", ""): "https://w3id.org/oc/meta/",
    ("orcid", ""): "https://orcid.org/",
    ("ror", ""): "https://ror.org/",
    ("isbn", ""): "urn:isbn:",
    ("issn", ""): "https://portal.issn.org/resource/ISSN/",
    ("wikidata", ""): "http://www.wikidata.org/entity/",
    ("grid", ""): "https://www.grid.ac/institutes/",
    ("isni", ""): "https://isni.org/isni/",
    ("crossref-funder", ""): "https://doi.org/10.13039/",
}
