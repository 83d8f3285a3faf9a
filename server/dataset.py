"""The graph as a dataset, for people and for catalogues; where crawlers begin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import urljoin

from flask import Blueprint, Response, render_template, request, url_for
from markupsafe import escape
from pyoxigraph import DefaultGraph, NamedNode
from werkzeug.exceptions import NotFound
from werkzeug.urls import iri_to_uri

from kg.description.dataset import Distribution, Site, describe_dataset, sorted_triples
from kg.description.partitions import Partitions
from kg.dumps.formats import PARQUET_TYPE
from kg.dumps.manifest import DumpManifest
from kg.licences import licence_of
from kg.namespaces import TYPE
from kg.resources import KINDS
from kg.serialisation import serialise
from kg.snapshots import Snapshot
from server.exports import dump_so_far
from server.links import is_resource, local_path
from server.negotiation import HTML, Offer, PageFormat, choose, content_type, entity_tag, not_modified, validated
from server.representations import represented
from server.resources import DATA_FORMATS
from server.state import current_partitions, current_snapshot, current_state

blueprint = Blueprint("dataset", __name__)

# What costs more than it tells: questions without end, and pages of which there are many for each thing.
_NOT_FOR_CRAWLERS = ("sparql", "search", "reconcile", "compare", "path", "network/", "page/*?")

ROBOTS = PageFormat("robots", "txt", "text/plain")
SITEMAP = PageFormat("sitemap", "xml", "application/xml")
OPENSEARCH = PageFormat("opensearch", "xml", "application/opensearchdescription+xml")
LISTED = ("page", "paper", "author", "institution", "concept", "venue")
_LISTED_AT_ONCE = 10_000
_PACKED = {".zst": "application/zstd", ".gz": "application/gzip"}


@blueprint.get("/dataset")
@blueprint.get("/dataset.<extension>")
def dataset(extension: str | None = None) -> Response:
    """What is in the graph, where it comes from, and how to get it: VoID, DCAT and PROV-O."""
    return _described(choose((HTML, *DATA_FORMATS), extension))


@blueprint.get("/.well-known/void")
def void() -> Response:
    """The same, where programs look for it (https://www.w3.org/TR/void/#well-known)."""
    return _described(choose(DATA_FORMATS))


def _described(offer: Offer) -> Response:
    """Other partitions and files than before may be there without another snapshot."""
    snapshot, state = current_snapshot(), current_state()
    counted, dump = current_partitions(), dump_so_far(snapshot)
    so_far = (counted is not None, dump.graph if dump else "")
    tag = entity_tag(snapshot.id, state.build, "dataset", request.url_root, offer.media_type, *map(str, so_far))
    return not_modified(tag) or validated(
        Response(
            _rendered(offer, snapshot, counted, dump),
            content_type=content_type(offer),
            headers={"Cache-Control": "no-cache", "Vary": "Accept"},
        ),
        tag,
    )


def _rendered(offer: Offer, snapshot: Snapshot, counted: Partitions | None, dump: DumpManifest | None) -> str | bytes:
    if offer is HTML:
        return render_template(
            "dataset.html", snapshot=snapshot.manifest, partitions=counted, dump=dump, licence_of=licence_of
        )
    graph_format = next(known for known in DATA_FORMATS if known is offer)
    site = Site(
        request.url_root,
        tuple(_distributions(dump)) if dump else (),
        current_state().settings.export_licence or None,
    )
    return serialise(sorted_triples(describe_dataset(snapshot.manifest, counted, site)), graph_format)


def _distributions(dump: DumpManifest) -> Iterator[Distribution]:
    for file in dump.files:
        packed = next((kind for ending, kind in _PACKED.items() if file.name.endswith(ending)), None)
        is_table = file.media_type == PARQUET_TYPE
        yield Distribution(
            urljoin(request.url_root, f"{request.root_path}/export/{file.name}"),
            f"{file.name.partition('.')[0]} as {file.format}" if is_table else f"The whole graph as {file.format}",
            file.media_type,
            file.bytes,
            file.sha256,
            packed,
        )


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Crawlers may read pages and data; queries are for who asks them."""
    lines = ["User-agent: *", *(f"Disallow: {request.root_path}/{path}" for path in _NOT_FOR_CRAWLERS)]
    sitemap = urljoin(request.url_root, url_for("dataset.sitemap"))
    return represented(ROBOTS, lambda: "\n".join((*lines, f"Sitemap: {sitemap}", "")))


@blueprint.get("/sitemap.xml")
def sitemap() -> Response:
    """An index of lists of pages, 10,000 each (https://www.sitemaps.org/protocol.html)."""
    return represented(SITEMAP, _sitemap_index)


@blueprint.get(f"/sitemap/<any({', '.join(LISTED)}):kind>-<int:number>.xml")
def sitemap_part(kind: str, number: int) -> Response:
    """The pages of some things of a kind, in the order of the store; of 'page' those that are about no thing."""
    pages = _pages() if (kind, number) == ("page", 0) else _things(kind, number)
    body = _sitemap("urlset", "url", pages)
    if body is None:
        raise NotFound(f"There are not so many pages; the lists that there are stand in {url_for('dataset.sitemap')}.")
    return represented(SITEMAP, lambda: body, keep=False)


def _sitemap_index() -> str:
    counts = current_snapshot().manifest.counts
    parts = [("page", 0)]
    for kind in LISTED[1:]:
        parts += [(kind, number) for number in range(-(-counts.get(kind.capitalize(), 0) // _LISTED_AT_ONCE))]
    paths = (url_for("dataset.sitemap_part", kind=kind, number=number) for kind, number in parts)
    return _sitemap("sitemapindex", "sitemap", paths) or ""


def _pages() -> list[str]:
    queries = [f"{request.root_path}/queries/{name}" for name in sorted(current_state().queries)]
    endpoints = ("ui.front", "dataset.dataset", "queries.gallery", "ontology.ontology", "ontology.shapes")
    return [*map(url_for, endpoints), url_for("exports.exports"), *queries]


def _things(kind: str, number: int) -> Iterator[str]:
    """Paths of pages. Those before are passed over in the database, half a million a second."""
    start = number * _LISTED_AT_ONCE
    if start >= current_snapshot().manifest.counts.get(kind.capitalize(), 0):
        return
    class_iri = next(iri for iri, name in KINDS.items() if name == kind)
    store = current_snapshot().store
    found = store.quads_for_pattern(None, NamedNode(TYPE), NamedNode(class_iri), DefaultGraph())
    for quad in islice(found, start, start + _LISTED_AT_ONCE):
        if isinstance(quad.subject, NamedNode) and is_resource(quad.subject.value):
            yield iri_to_uri(local_path(quad.subject.value, "/page/"))


def _sitemap(top: str, entry: str, paths: Iterable[str]) -> str | None:
    """None if there would be nothing in it."""
    entries = [f"<{entry}><loc>{escape(urljoin(request.url_root, path))}</loc></{entry}>" for path in paths]
    lines = "\n".join(entries)
    return (
        f"""<?xml version="1.0" encoding="UTF-8"?>
<{top} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{lines}
</{top}>
"""
        if entries
        else None
    )


@blueprint.get("/opensearch.xml")
def opensearch() -> Response:
    """The search box for browsers (https://github.com/dewitt/opensearch)."""
    search = escape(urljoin(request.url_root, url_for("search.search")))
    return represented(
        OPENSEARCH,
        lambda: (
            f'''<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
<ShortName>paperkg</ShortName>
<Description>Papers, people, institutions, concepts and venues</Description>
<InputEncoding>UTF-8</InputEncoding>
<Url type="text/html" template="{search}?q={{searchTerms}}"/>
<Url type="application/json" template="{search}?q={{searchTerms}}&amp;format=json"/>
</OpenSearchDescription>
'''
        ),
    )
