"""Where the IRIs of the graph are on this server, and which path of this server names which IRI."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from flask import request
from werkzeug.urls import uri_to_iri

from kg.errors import TermError
from kg.namespaces import KG, PREFIXES
from kg.ntriples import check_iri
from server.state import current_state

# The first segment of the path of everything that the graph names under the base IRI.
RESOURCE_KINDS = (
    "paper",
    "author",
    "institution",
    "concept",
    "venue",
    "authorship",
    "reported-metric",
    "metric",
    "record",
    "dataset",
    "scheme",
    "grant",
    "location",
    "link",
)

KIND = f"<any({', '.join(repr(kind) for kind in RESOURCE_KINDS)}):kind>"
"""A part of a route."""

# What kg.naming leaves as it is in a path.
_SAFE_IN_KEY = "/:@!$'()*+,;=~"


def raw_path() -> str:
    """The path of the request as the client sent it, percent-encoding and all, below the application's root."""
    environ = request.environ
    target = str(environ.get("REQUEST_URI") or environ.get("RAW_URI") or quote(request.path))
    path = target.partition("?")[0].partition("#")[0]
    if not path.startswith("/"):  # absolute form, as sent to proxies
        path = "/" + path.partition("://")[2].partition("/")[2]
    return path.removeprefix(request.root_path)


def candidate_iris(kind: str, key: str, prefix: str, extension: str = "") -> Iterator[str]:
    """The IRIs that this request may mean, the likeliest first: as sent, as it would have been minted, as Unicode.

    `key` is the decoded key without `extension`; `prefix` is what stands before the kind in the path ('/page/').
    """
    base = current_state().settings.base_iri
    sent = raw_path().removesuffix(extension)
    tails = [f"{kind}/{quote(key, safe=_SAFE_IN_KEY)}"]
    if sent.startswith(f"{prefix}{kind}/"):
        tails.insert(0, sent.removeprefix(prefix))
        tails.append(uri_to_iri(sent.removeprefix(prefix)))
    tails.append(f"{kind}/{key}")  # of a client that encodes what is encoded, as OpenRefine does with `view` addresses
    for tail in dict.fromkeys(tails):
        try:
            yield check_iri(base + tail)
        except TermError:
            continue


def is_resource(iri: str) -> bool:
    """Whether this server has a page for the IRI, if the graph has the thing."""
    base = current_state().settings.base_iri
    kind, _, key = iri.removeprefix(base).partition("/")
    return iri.startswith(base) and kind in RESOURCE_KINDS and bool(key)


def local_path(iri: str, prefix: str = "/", extension: str = "") -> str:
    """The path of a resource: itself, or with prefix '/page/' its page, with '/data/' its data."""
    tail = iri.removeprefix(current_state().settings.base_iri)
    return f"{request.root_path}{prefix}{tail}{extension}"


def address(iri: str) -> str | None:
    """Where a page links for an IRI: here if it is ours, itself if it is on the web, nowhere otherwise."""
    if is_resource(iri):
        return local_path(iri)
    if iri.startswith(KG):
        return f"{request.root_path}/ontology#{iri.removeprefix(KG)}"
    return iri if iri.lower().startswith(("http://", "https://")) else None


def short_name(iri: str) -> str:
    """An IRI with its well-known prefix, as in `dcterms:title`; the IRI itself where it has none."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri
