"""ROR: organisations by another register's identifier, or by name.

https://ror.readme.io/docs/rest-api, https://ror.readme.io/docs/client-id: 50 requests in five minutes, 2,000 with a
client id, which is free. Its whole register is one file; whoever has many organisations to find should take that.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kg.linking.remote.contract import Credential, Group, Page, Request, Service, encoded, joined, scheme, value
from kg.linking.remote.questions import Thing


class _Items(msgspec.Struct):
    items: list[msgspec.Raw]


_ITEMS = msgspec.json.Decoder(_Items)


class Ror(Service):
    name = "ror"
    address = "https://api.ror.org/"
    interval = 6.0
    interval_with_credential = 0.2
    credential = Credential("ROR_CLIENT_ID", "Client-Id")

    def question(self, thing: Thing, by_name: bool) -> str | None:
        if thing.kind != "institution" or not thing.lacks("ror"):
            return None
        return thing.key("grid", "wikidata", "isni", "crossref-funder") or (thing.called("name") if by_name else None)

    def group(self, key: str) -> Group:
        return Group(scheme(key))

    def request(self, keys: Sequence[str]) -> Request:
        # In quotes: the words as they stand.
        words = value(keys[0]).replace("\\", " ").replace('"', " ").strip()
        return Request("v2/organizations?query=" + encoded(f'"{words}"', ""), tuple(keys))

    def page(self, request: Request, content: bytes) -> Page:
        found = _ITEMS.decode(content).items
        return Page(joined(found), len(found))
