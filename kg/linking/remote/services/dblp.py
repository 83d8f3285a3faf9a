"""DBLP: papers by DOI, one request each, as BibTeX.

https://dblp.org/faq/1474706.html: a second or two between requests, and Retry-After with status 429 for whoever is
faster. Whoever has many papers to find should take the whole of it, which is one file.
"""

from __future__ import annotations

from collections.abc import Sequence

from kg.linking.remote.contract import Group, Page, Request, Service, encoded, value
from kg.linking.remote.questions import Thing


class Dblp(Service):
    name = "dblp"
    address = "https://dblp.org/"
    interval = 2.0
    media_types = ("application/x-bibtex", "text/x-bibtex", "text/plain")
    ending = ".bib"

    def question(self, thing: Thing, by_name: bool) -> str | None:
        return thing.key("doi") if thing.kind == "paper" and thing.lacks("dblp") else None

    def group(self, key: str) -> Group:
        return Group("doi")

    def request(self, keys: Sequence[str]) -> Request:
        return Request(f"doi/{encoded(value(keys[0]))}.bib", tuple(keys))

    def page(self, request: Request, content: bytes) -> Page:
        if not content.lstrip().startswith(b"@"):
            raise ValueError("no BibTeX")
        return Page(content, 1)

    def is_whole(self, content: bytes) -> bool:
        return content.rstrip().endswith(b"}") or not content.lstrip().startswith(b"@")

    def is_not_found(self, request: Request, status: int, content: bytes) -> bool:
        return status == 404
