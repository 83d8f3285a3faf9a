"""Crossref: papers by DOI, for the ORCIDs of their authors and the ISSNs of journals; papers by title.

https://api.crossref.org, https://www.crossref.org/documentation/retrieve-metadata/rest-api/access-and-authentication:
whoever gives a mail address is in the polite pool. Its limits come with every answer and have changed; one request a
second, never two at once, is below all that were published.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kg.linking.remote.contract import Credential, Group, Page, Request, Service, encoded, scheme, value
from kg.linking.remote.questions import Thing


class _Item(msgspec.Struct):
    items: list[msgspec.Raw] | None = None
    doi: str | None = msgspec.field(default=None, name="DOI")


class _Answer(msgspec.Struct):
    message: _Item


_ANSWER = msgspec.json.Decoder(_Answer)


class Crossref(Service):
    name = "crossref"
    address = "https://api.crossref.org/"
    interval = 1.0
    credential = Credential("CROSSREF_PLUS_TOKEN", "Crossref-Plus-API-Token", "Bearer ")
    needs_mail = True

    def question(self, thing: Thing, by_name: bool) -> str | None:
        if thing.kind != "paper":
            return None
        if thing.lacks("doi"):
            return thing.called("title") if by_name else None
        return thing.key("doi") if thing.has_unidentified_author else None

    def group(self, key: str) -> Group:
        if scheme(key) == "title":
            return Group("title")
        # A comma ends a filter.
        return Group("one") if "," in key else Group("doi", 50)

    def request(self, keys: Sequence[str]) -> Request:
        first = value(keys[0])
        match self.group(keys[0]).name:
            case "title":
                path = f"works?query.bibliographic={encoded(first)}&rows=5"
            case "one":
                path = f"works/{encoded(first, '')}"
            case _:
                filters = ",".join(f"doi:{encoded(value(key))}" for key in keys)
                path = f"works?filter={filters}&rows={len(keys)}"
        return Request(path, tuple(keys))

    def page(self, request: Request, content: bytes) -> Page:
        message = _ANSWER.decode(content).message
        if message.items is None and message.doi is None:
            raise ValueError("neither works nor a work")
        return Page(content, 1 if message.items is None else len(message.items))

    def is_not_found(self, request: Request, status: int, content: bytes) -> bool:
        return status == 404 and self.group(request.keys[0]).name == "one"
