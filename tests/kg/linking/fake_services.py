"""A server on 127.0.0.1 that answers as the services do that can be asked, from invented records, and can misbehave."""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

ADA, BEN = "0000-0002-1825-0097", "0000-0001-5109-3700"
Fault = Callable[["Handler"], None]


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Fake:
    """What the server knows, how it misbehaves, and what it was asked. `faults` are used up one a request; one that is
    `always` there is not."""

    address: str = ""
    faults: list[Fault] = field(default_factory=list)
    always: Fault | None = None
    asked: list[Asked] = field(default_factory=list)

    def of(self, service: str) -> str:
        return f"{self.address}/{service}/"


def openalex_work(number: int, title: str, doi: str | None, names: list[tuple[str, str | None]]) -> dict[str, Any]:
    return {
        "id": f"https://openalex.org/W{number}",
        "doi": f"https://doi.org/{doi}" if doi else None,
        "title": title,
        "publication_year": 2021,
        "type": "article",
        "authorships": [
            {
                "author_position": "first",
                "author": {
                    "id": f"https://openalex.org/A{number}{place}",
                    "display_name": name,
                    "orcid": f"https://orcid.org/{orcid}" if orcid else None,
                },
                "institutions": [
                    {
                        "id": "https://openalex.org/I77",
                        "display_name": "Example University",
                        "ror": "https://ror.org/05dxps055",
                        "country_code": "US",
                        "type": "education",
                    }
                ],
                "raw_author_name": name,
                "raw_affiliation_strings": ["Example University"],
            }
            for place, (name, orcid) in enumerate(names, start=1)
        ],
    }


WORKS = [
    openalex_work(11, "On Invented Things", "10.5555/one", [("Ada Byron", ADA), ("Ben Ray", BEN)]),
    openalex_work(12, "On Invented Things, Again", "10.5555/two", [("A. Byron", ADA)]),
    openalex_work(13, "A Preprint of Sorts", "10.48550/arxiv.2101.00001", [("Cy Dee", None)]),
    openalex_work(14, "Only a Title, Yet a Long One", None, [("Dot Fey", None)]),
    openalex_work(15, "Of Commas", "10.5555/com,ma", [("Eve Gil", None)]),
]
AUTHORS = [{"id": "https://openalex.org/A99", "display_name": "Ada Byron", "orcid": f"https://orcid.org/{ADA}"}]
INSTITUTIONS = [
    {"id": "https://openalex.org/I77", "display_name": "Example University", "ror": "https://ror.org/05dxps055"}
]
CROSSREF = [
    {
        "DOI": work["doi"].removeprefix("https://doi.org/"),
        "title": [work["title"]],
        "type": "journal-article",
        "issued": {"date-parts": [[2021]]},
        "container-title": ["Journal of Examples"],
        "ISSN": ["1234-5679"],
        "author": [
            {"given": name.split()[0], "family": name.split()[1], "ORCID": f"https://orcid.org/{orcid}"}
            for name, orcid in [("Ada Byron", ADA)]
        ],
    }
    for work in WORKS
    if work["doi"] and "arxiv" not in work["doi"]
]
PAPERS = [
    {
        "paperId": f"{number:040x}",
        "corpusId": number,
        "externalIds": {"DOI": doi, "ArXiv": arxiv, "CorpusId": number},
        "title": title,
        "year": 2021,
        "authors": [{"authorId": str(number), "name": name}],
    }
    for number, doi, arxiv, title, name in [
        (21, "10.5555/ONE", None, "On Invented Things", "Ada Byron"),
        (23, None, "2101.00001", "A Preprint of Sorts", "Cy Dee"),
        (24, None, None, "Only a Title, Yet a Long One", "Dot Fey"),
    ]
]
ORGANISATIONS = [
    {
        "id": "https://ror.org/05dxps055",
        "names": [{"value": "Example University", "lang": "en", "types": ["ror_display", "label"]}],
        "status": "active",
        "types": ["education"],
        "locations": [{"geonames_details": {"name": "Springfield", "country_code": "US"}}],
        "external_ids": [{"type": "grid", "all": ["grid.20861.3d"], "preferred": "grid.20861.3d"}],
    }
]
BIBTEX = b"""@article{DBLP:journals/ex/ByronR21,
  author       = {Ada Byron and
                  Ben Ray},
  title        = {On Invented Things},
  journal      = {J. Examples},
  year         = {2021},
  doi          = {10.5555/ONE},
  timestamp    = {Mon, 01 Feb 2021 00:00:00 +0100},
  biburl       = {https://dblp.org/rec/journals/ex/ByronR21.bib},
  bibsource    = {dblp computer science bibliography, https://dblp.org}
}
"""
_OAI = b"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>2024-01-01T00:00:00Z</responseDate><request verb="GetRecord">http://example.org/oai</request>
%s
</OAI-PMH>
"""
OAI_RECORD = _OAI % (
    b"""<GetRecord><record><header><identifier>oai:arXiv.org:2101.00001</identifier><datestamp>2021-01-02</datestamp>
</header><metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2101.00001</id><created>2021-01-01</created>
<authors><author><keyname>Dee</keyname><forenames>Cy</forenames></author></authors>
<title>A Preprint of Sorts</title><categories>cs.DL</categories><doi>10.5555/three</doi>
<abstract>Short.</abstract></arXiv></metadata></record></GetRecord>"""
)
_OAI_NOTHING = _OAI % b'<error code="idDoesNotExist">No such thing</error>'


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 2**16  # an answer in one piece, which nobody waits for to be acknowledged
    fake: Fake

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        self.fake.asked.append(Asked(self.command, self.path, dict(self.headers), body))
        fault = self.fake.faults.pop(0) if self.fake.faults else self.fake.always
        if fault is not None:
            fault(self)
        else:
            self.usual(body)

    def usual(self, body: bytes = b"") -> None:
        """Answer as the service does."""
        parts = urlsplit(self.path)
        _, service, path = parts.path.split("/", 2)
        status, media_type, content = _SERVICES[service](path, parse_qs(parts.query, keep_blank_values=True), body)
        self.send(status, media_type, content)

    def send(self, status: int, media_type: str, content: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


Given = tuple[int, str, bytes]


def _json(value: object, status: int = 200) -> Given:
    return status, "application/json;charset=utf-8", json.dumps(value).encode()


def _openalex(path: str, query: dict[str, list[str]], _: bytes) -> Given:
    if path.startswith("works/doi:"):
        doi = unquote(path.removeprefix("works/doi:"))
        found = [work for work in WORKS if work["doi"] and work["doi"].endswith(doi)]
        return _json(found[0]) if found else _json({"error": "Not found"}, 404)
    known = {"works": WORKS, "authors": AUTHORS, "institutions": INSTITUTIONS}[path]
    name, _, wanted = query["filter"][0].partition(":")
    if name == "title.search":
        words = set(wanted.lower().split())
        found = [work for work in known if words <= set(re.findall(r"\w+", work["title"].lower()))]
    else:
        values = [value.lower() for value in wanted.split("|")]
        if len(values) > 100 or "," in wanted:
            return _json({"error": "Invalid query parameters error."}, 400)
        found = [each for each in known if any((each[name] or "").lower().endswith(value) for value in values)]
    size, page = int(query["per_page"][0]), int(query.get("page", ["1"])[0])
    shown = found[(page - 1) * size : page * size]
    return _json({"meta": {"count": len(found), "page": page, "per_page": size}, "results": shown, "group_by": []})


def _crossref(path: str, query: dict[str, list[str]], _: bytes) -> Given:
    if path.startswith("works/"):
        found = [work for work in CROSSREF if work["DOI"] == unquote(path.removeprefix("works/"))]
        if not found:
            return 404, "text/plain", b"Resource not found."
        return _json({"status": "ok", "message-type": "work", "message": found[0]})
    if "filter" in query:
        wanted = [part.removeprefix("doi:") for part in query["filter"][0].split(",")]
        found = [work for work in CROSSREF if work["DOI"] in wanted]
    else:
        title = query["query.bibliographic"][0]
        found = [work for work in CROSSREF if work["title"] == [title]]
    items = found[: int(query["rows"][0])]
    return _json({"status": "ok", "message-type": "work-list", "message": {"total-results": 1, "items": items}})


def _semanticscholar(path: str, query: dict[str, list[str]], body: bytes) -> Given:
    if path == "graph/v1/paper/search/match":
        found = [{**paper, "matchScore": 9.5} for paper in PAPERS if paper["title"] == query["query"][0]]
        return _json({"data": found}) if found else _json({"error": "Title match not found"}, 404)
    wanted = json.loads(body)["ids"]
    if len(wanted) > 500:
        return _json({"error": "Too many ids"}, 400)
    by_id = {f"DOI:{paper['externalIds']['DOI']}".lower(): paper for paper in PAPERS}
    by_id |= {f"ARXIV:{paper['externalIds']['ArXiv']}".lower(): paper for paper in PAPERS}
    answered = [by_id.get(each.lower()) for each in wanted]
    return _json(answered) if any(answered) else _json({"error": "No valid paper ids given"}, 400)


def _ror(_: str, query: dict[str, list[str]], __: bytes) -> Given:
    wanted = query["query"][0].strip('"')
    found = [
        each
        for each in ORGANISATIONS
        if wanted in [each["names"][0]["value"], *(one for known in each["external_ids"] for one in known["all"])]
    ]
    return _json({"number_of_results": len(found), "time_taken": 1, "items": found, "meta": {}})


def _dblp(path: str, _: dict[str, list[str]], __: bytes) -> Given:
    known = path in ("doi/10.5555/one.bib", "rec/journals/ex/ByronR21.bib")
    return (200, "application/x-bibtex; charset=utf-8", BIBTEX) if known else (404, "text/html", b"<p>no</p>")


def _arxiv(_: str, query: dict[str, list[str]], __: bytes) -> Given:
    known = query["identifier"] == ["oai:arXiv.org:2101.00001"] and query["verb"] == ["GetRecord"]
    return 200, "text/xml; charset=utf-8", OAI_RECORD if known else _OAI_NOTHING


_SERVICES: dict[str, Callable[[str, dict[str, list[str]], bytes], Given]] = {
    "openalex": _openalex,
    "crossref": _crossref,
    "semanticscholar": _semanticscholar,
    "ror": _ror,
    "dblp": _dblp,
    "arxiv": _arxiv,
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that has heard enough hangs up."""


@contextmanager
def served(tls: ssl.SSLContext | None = None) -> Iterator[Fake]:
    """The server, for as long as it is wanted."""
    fake = Fake()
    handler = type("OneHandler", (Handler,), {"fake": fake})
    with _Server(("127.0.0.1", 0), handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        fake.address = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield fake
        finally:
            server.shutdown()
            thread.join()
