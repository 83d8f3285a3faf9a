"""The front page, the SPARQL page, and what every template may use."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, render_template
from markupsafe import Markup
from werkzeug.urls import iri_to_uri

from kg.dates import readable_date, readable_value
from kg.errors import KGError, RemoteError, StoreError
from kg.formats import GRAPH_FORMATS, RESULT_FORMATS
from kg.namespaces import PREFIXES
from kg.naming import Naming
from kg.overview import Overview, overview
from kg.query_descriptions import without_front_matter
from kg.resources import readable_name
from kg.snapshots import Snapshot, SnapshotManifest
from server.citations import citation_formats
from server.gallery import GalleryEntry, gallery_sections, questions_about
from server.incoming import incoming_path
from server.links import address, is_resource, local_path, short_name
from server.metadata import dataset_metadata, thing_metadata
from server.negotiation import HTML, Offer
from server.representations import represented
from server.resources import DATA_FORMATS
from server.state import State, current_snapshot, current_state
from server.tables import ResultTable

blueprint = Blueprint("ui", __name__)

_QUESTIONS_SHOWN = 9
_EXAMPLE = (Path(__file__).parent / "example.rq").read_text("utf-8")
_FORMAT_NAMES = {
    "turtle": "Turtle",
    "jsonld": "JSON-LD",
    "ntriples": "N-Triples",
    "rdfxml": "RDF/XML",
    "nquads": "N-Quads",
    "trig": "TriG",
    "jelly": "Jelly",
    "json": "JSON",
    "xml": "XML",
    "csv": "CSV",
    "tsv": "TSV",
    "bibtex": "BibTeX",
    "ris": "RIS",
    "csl-json": "CSL-JSON",
}
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")


def overview_of(state: State, snapshot: Snapshot) -> Overview:
    """What the front page tells of a snapshot, computed once."""
    return state.overviews.get(snapshot, lambda: overview(snapshot))


def register_templates(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        address=address,
        figure=figure,
        incoming_path=incoming_path,
        is_resource=is_resource,
        local_path=local_path,
        readable_date=readable_date,
        readable_name=readable_name,
        readable_value=readable_value,
        without_front_matter=without_front_matter,
        short_name=short_name,
    )
    app.jinja_env.globals.update(
        alternates=alternates,
        data_formats=DATA_FORMATS,
        citation_formats=citation_formats,
        dataset_iri=lambda name: Naming(current_state().settings.base_iri).dataset(name),
        format_names=_FORMAT_NAMES,
        is_curated=lambda: bool(current_state().settings.write_token),
        dataset_metadata=dataset_metadata,
        questions_about=questions_about,
        thing_metadata=thing_metadata,
    )
    app.context_processor(_for_every_page)


def _for_every_page() -> dict[str, Any]:
    """The foot of a page tells the snapshot; an error page must do without one."""
    manifest: SnapshotManifest | None
    try:
        manifest = current_snapshot().manifest
    except (StoreError, RemoteError):
        manifest = None
    return {"manifest": manifest}


@blueprint.get("/")
def front() -> Response:
    snapshot = current_snapshot()
    return represented(HTML, lambda: _render_front(snapshot))


def _render_front(snapshot: Snapshot) -> str:
    seen = overview_of(current_state(), snapshot)
    return render_template(
        "front.html",
        snapshot=snapshot.manifest,
        overview=seen,
        questions=_first_questions(),
        example_thing=next((count.thing.iri for count in seen.authors), None),
        example_query=next(iter(current_state().queries), None),
        example_sparql=_EXAMPLE,
    )


def _first_questions() -> list[GalleryEntry]:
    """Some of every subject."""
    by_subject = zip_longest(*(section.queries for section in gallery_sections()))
    return [entry for row in by_subject for entry in row if entry][:_QUESTIONS_SHOWN]


def sparql_page(query: str | None = None, table: ResultTable | None = None, problem: KGError | None = None) -> str:
    """The editor, with what became of the query in it: a plain form, answered as a table or sent to /sparql."""
    return render_template(
        "sparql.html",
        query=_EXAMPLE if query is None else query,
        table=table,
        problem=problem,
        settings=current_state().settings,
        prefixes=PREFIXES,
        sections=gallery_sections(),
        answer_formats=(*RESULT_FORMATS, *GRAPH_FORMATS),
    )


def alternates(iri: str, kind: str | None) -> Markup:
    """The other representations of a thing, as elements of the page's head."""
    canonical = Markup('<link rel="canonical" href="{}">').format(iri_to_uri(iri))
    offers: tuple[Offer, ...] = (*DATA_FORMATS, *citation_formats(kind or ""))
    links = [
        Markup('<link rel="alternate" type="{}" href="{}">').format(
            offer.media_type, iri_to_uri(local_path(iri, "/data/", f".{offer.extension}"))
        )
        for offer in offers
    ]
    return Markup("\n").join([canonical, *links])


def figure(text: str) -> str:
    """A number with its thousands apart; what is none as it stands.

    >>> figure("3987"), figure("0.50"), figure("many")
    ('3,987', '0.50', 'many')
    """
    return f"{Decimal(text):,f}" if _NUMBER.fullmatch(text) else text
