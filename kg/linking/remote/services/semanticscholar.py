"""Semantic Scholar: papers by DOI, arXiv number or PubMed number, five hundred at once; papers by title.

https://api.semanticscholar.org/api-docs/graph: one request a second with a key; without one all the world shares a
pool, and a hundred in five minutes was what it once gave everybody.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kg.linking.remote.contract import Credential, Group, Page, Request, Service, encoded, joined, scheme, value
from kg.linking.remote.questions import Thing

_FIELDS = (
    "corpusId,externalIds,title,authors,year,publicationDate,venue,publicationVenue,publicationTypes,journal,"
    "s2FieldsOfStudy"
)
_PREFIXES = {"doi": "DOI", "arxiv": "ARXIV", "pmid": "PMID"}
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


class _Matches(msgspec.Struct):
    data: list[msgspec.Raw]


_MATCHES = msgspec.json.Decoder(_Matches)


class SemanticScholar(Service):
    name = "semanticscholar"
    address = "https://api.semanticscholar.org/"
    interval = 3.0
    interval_with_credential = 1.0
    credential = Credential("S2_API_KEY", "x-api-key")

    def question(self, thing: Thing, by_name: bool) -> str | None:
        if thing.kind != "paper" or not (thing.lacks("semanticscholar") and thing.lacks("corpusid")):
            return None
        return thing.key(*_PREFIXES) or (thing.called("title") if by_name else None)

    def group(self, key: str) -> Group:
        return Group("title") if scheme(key) == "title" else Group("id", 500)

    def request(self, keys: Sequence[str]) -> Request:
        if scheme(keys[0]) == "title":
            path = f"graph/v1/paper/search/match?query={encoded(value(keys[0]))}&fields={_FIELDS}"
            return Request(path, tuple(keys))
        ids = [f"{_PREFIXES[scheme(key)]}:{value(key)}" for key in keys]
        return Request(f"graph/v1/paper/batch?fields={_FIELDS}", tuple(keys), msgspec.json.encode({"ids": ids}))

    def page(self, request: Request, content: bytes) -> Page:
        found = _LIST.decode(content) if request.body else _MATCHES.decode(content).data
        papers = [raw for raw in found if bytes(raw).strip() != b"null"]
        return Page(joined(papers), len(papers))

    def is_not_found(self, request: Request, status: int, content: bytes) -> bool:
        """Of a batch of which it knows none it says that none was valid."""
        return status == 404 if not request.body else status == 400 and b"No valid paper ids" in content
