"""arXiv: papers that have an arXiv number and no DOI, one request each, by OAI-PMH: where they came out, whole names.

https://info.arxiv.org/help/api/tou.html: one request in three seconds, one at a time.
https://www.openarchives.org/OAI/openarchivesprotocol.html#GetRecord
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.linking.remote.contract import Group, Page, Request, Service, encoded, value
from kg.linking.remote.questions import Thing

_RECORD = re.compile(rb"<(?:[\w.-]+:)?record[\s>]")
_NOTHING = re.compile(rb"<(?:[\w.-]+:)?error\s[^>]*code=[\"'](?:idDoesNotExist|cannotDisseminateFormat)[\"']")


class Arxiv(Service):
    name = "arxiv"
    address = "https://oaipmh.arxiv.org/"
    interval = 3.0
    media_types = ("text/xml", "application/xml")
    ending = ".xml"

    def question(self, thing: Thing, by_name: bool) -> str | None:
        return thing.key("arxiv") if thing.kind == "paper" and thing.lacks("doi") else None

    def group(self, key: str) -> Group:
        return Group("arxiv")

    def request(self, keys: Sequence[str]) -> Request:
        identifier = encoded(f"oai:arXiv.org:{value(keys[0])}")
        return Request(f"oai?verb=GetRecord&metadataPrefix=arXiv&identifier={identifier}", tuple(keys))

    def page(self, request: Request, content: bytes) -> Page:
        if _RECORD.search(content):
            return Page(content, 1)
        if _NOTHING.search(content):
            return Page(b"", 0)
        raise ValueError("no answer of OAI-PMH")

    def is_whole(self, content: bytes) -> bool:
        return b"<OAI-PMH" not in content or content.rstrip().endswith(b"</OAI-PMH>")
