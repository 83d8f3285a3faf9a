"""What the head of a page says to programs: schema.org as JSON-LD, and the meta elements of papers.

JSON-LD stands in a data block, which no browser executes, so that the Content-Security-Policy has nothing against it;
in it every `<` is escaped, so that no text ends it.
"""

from __future__ import annotations

from urllib.parse import urljoin

from flask import request, url_for
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup
from werkzeug.urls import iri_to_uri

from kg import highwire, schema_org
from kg import namespaces as ns
from kg.citations import citation
from kg.resources import GraphReader, Thing
from kg.snapshots import SnapshotManifest
from server.exports import EXPORT_FORMATS
from server.links import local_path
from server.state import current_snapshot

_MOST_TEXTS = 5


def thing_metadata(thing: Thing) -> Markup:
    """Of a paper, an author, an institution, a venue or a concept; nothing of other things."""
    reader = GraphReader(current_snapshot().store)
    if thing.kind == "paper":
        return _paper(reader, thing)
    described = schema_org.profile(reader, thing)
    return _data_block(described) if described else Markup("")


def dataset_metadata(manifest: SnapshotManifest) -> Markup:
    """Of the whole graph, by the rules of Google's Dataset Search."""
    root = request.url_root
    downloads = [
        (urljoin(root, url_for("exports.export", extension=known.extension)), known.media_type)
        for known in EXPORT_FORMATS
    ]
    return _data_block(schema_org.dataset(manifest, root, downloads))


def _paper(reader: GraphReader, thing: Thing) -> Markup:
    found = citation(reader, thing.iri, abstracts=True)
    places = sorted(reader.iris(thing.iri, ns.HAS_LOCATION))
    texts = dict.fromkeys(text for place in places for text in reader.iris(place, ns.FULL_TEXT))
    full_texts = [text for text in texts if text.startswith(("http://", "https://"))][:_MOST_TEXTS]
    page = urljoin(request.url_root, iri_to_uri(local_path(thing.iri, "/page/")))
    elements = [
        Markup('<meta name="{}" content="{}">').format(name, content)
        for name, content in highwire.meta_elements(found, page, full_texts)
    ]
    return Markup("\n").join([*elements, _data_block(schema_org.paper(reader, found, full_texts))])


def _data_block(described: schema_org.Object) -> Markup:
    return Markup('<script type="application/ld+json">{}</script>').format(htmlsafe_json_dumps(described))
