"""OpenAlex: papers by DOI, authors by ORCID, institutions by ROR; papers by title.

https://developers.openalex.org: up to 100 values in one filter and 100 records a page; up to 100 requests a second
and, by what they cost, 1,000 lists a day without a key and 10,000 with a free one. One record by its DOI is free.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from kg.linking.remote.contract import Credential, Group, Page, Request, Service, encoded, scheme, value
from kg.linking.remote.questions import Thing

_NOT_WORD = re.compile(r"[\W_]+")
_PAGE = 100
# What in a filter separates values and filters, or negates.
_SYNTAX = re.compile(r'[,|!+"]')
_FILTERS = {"doi": "works?filter=doi", "orcid": "authors?filter=orcid", "ror": "institutions?filter=ror"}


class _Meta(msgspec.Struct):
    count: int = 0


class _Results(msgspec.Struct):
    results: list[msgspec.Raw]
    meta: _Meta = msgspec.field(default_factory=_Meta)


class _Record(msgspec.Struct):
    id: str


_RESULTS = msgspec.json.Decoder(_Results)
_RECORD = msgspec.json.Decoder(_Record)


class OpenAlex(Service):
    name = "openalex"
    address = "https://api.openalex.org/"
    interval = 0.2
    credential = Credential("OPENALEX_API_KEY", "Authorization", "Bearer ")
    needs_mail = True

    def question(self, thing: Thing, by_name: bool) -> str | None:
        if not thing.lacks("openalex"):
            return None
        match thing.kind:
            case "paper":
                return thing.key("doi", "arxiv") or (thing.called("title") if by_name else None)
            case "author":
                return thing.key("orcid")
            case "institution":
                return thing.key("ror")

    def group(self, key: str) -> Group:
        if scheme(key) == "title":
            return Group("title")
        return Group("one") if _SYNTAX.search(value(key)) else Group(scheme(_as_asked(key)), 50)

    def request(self, keys: Sequence[str]) -> Request:
        first = keys[0]
        match self.group(first).name:
            case "title":
                words = _NOT_WORD.sub(" ", value(first)).strip()
                path = f"works?filter=title.search:{encoded(words)}&per_page=5"
            case "one":
                path = f"works/doi:{encoded(value(first))}"
            case kind:
                values = "|".join(value(_as_asked(key)) for key in keys)
                path = f"{_FILTERS[kind]}:{encoded(values, '/:|')}&per_page={_PAGE}"
        return Request(path, tuple(keys))

    def page(self, request: Request, content: bytes) -> Page:
        if self.group(request.keys[0]).name == "one":
            _RECORD.decode(content)
            return Page(content, 1)
        answer = _RESULTS.decode(content)
        # Several works may have one DOI.
        read = (_page_number(request.path) - 1) * _PAGE + len(answer.results)
        more = answer.results and read < answer.meta.count and len(request.keys) > 1
        return Page(content, len(answer.results), _next_page(request.path) if more else None)

    def is_not_found(self, request: Request, status: int, content: bytes) -> bool:
        return status == 404 and self.group(request.keys[0]).name == "one"


def _as_asked(key: str) -> str:
    """OpenAlex knows preprints of arXiv by the DOI that arXiv gives them."""
    return f"doi:10.48550/arxiv.{value(key)}" if scheme(key) == "arxiv" else key


def _page_number(path: str) -> int:
    found = re.search(r"&page=(\d+)$", path)
    return int(found[1]) if found else 1


def _next_page(path: str) -> str:
    number = _page_number(path)
    return f"{path.removesuffix(f'&page={number}')}&page={number + 1}"
