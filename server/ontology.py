"""The ontology, the shapes and the JSON-LD context, as they are and as pages."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, render_template, url_for
from werkzeug.exceptions import NotFound

from kg import paths
from kg.formats import JSON_LD, TURTLE
from kg.serialisation import serialise
from kg.vocabulary import VocabularyFile, read_ontology
from server.negotiation import HTML, Offer, choose
from server.representations import represented
from server.resources import DATA_FORMATS

blueprint = Blueprint("ontology", __name__)

ONTOLOGY = VocabularyFile(paths.ONTOLOGY / "kg.ttl")
SHAPES = VocabularyFile(paths.ONTOLOGY / "shapes.ttl")


@blueprint.get("/ontology")
@blueprint.get("/ontology.<extension>")
def ontology(extension: str | None = None) -> Response:
    return _vocabulary(ONTOLOGY, extension, _ontology_page)


@blueprint.get("/shapes")
@blueprint.get("/shapes.<extension>")
def shapes(extension: str | None = None) -> Response:
    return _vocabulary(SHAPES, extension, _shapes_page)


@blueprint.get("/ontology/<version>", defaults={"endpoint": "ontology", "file": ONTOLOGY})
@blueprint.get("/shapes/<version>", defaults={"endpoint": "shapes", "file": SHAPES})
def of_version(version: str, endpoint: str, file: VocabularyFile) -> Response:
    """A version by its own IRI leads to the file if that is the version in force."""
    if version != file.version:
        raise NotFound(f"This service has version {file.version} only; it is at {url_for(f'ontology.{endpoint}')}.")
    return Response(status=303, headers={"Location": url_for(f"ontology.{endpoint}")})


@blueprint.get("/context.jsonld")
def context() -> Response:
    return represented(JSON_LD, (paths.ONTOLOGY / "context.jsonld").read_bytes)


def _ontology_page() -> str:
    return render_template("ontology.html", ontology=read_ontology(ONTOLOGY.store))


def _shapes_page() -> str:
    return render_template("shapes.html", text=SHAPES.text)


def _vocabulary(file: VocabularyFile, extension: str | None, page: Callable[[], str]) -> Response:
    offer: Offer = choose((HTML, *DATA_FORMATS), extension)
    if offer is HTML:
        return represented(HTML, page)
    if offer is TURTLE:
        return represented(TURTLE, lambda: file.text)
    graph_format = next(known for known in DATA_FORMATS if known is offer)
    return represented(graph_format, lambda: serialise(file.triples(), graph_format))
