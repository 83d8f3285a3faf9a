"""The SPARQL editor's own address: a query in, a page with its first rows out. Programs use /sparql."""

from __future__ import annotations

import io

import msgspec
import pyoxigraph
from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from kg.description.partitions import Partitions
from kg.errors import QuerySyntaxError
from kg.formats import JSON
from kg.namespaces import PREFIXES
from kg.vocabulary import VocabularyTerm, read_ontology
from server.answers import FirstRows, first_rows
from server.links import short_name
from server.negotiation import HTML, PLAIN_JSON, choose, content_type
from server.ontology import ONTOLOGY
from server.representations import represented
from server.state import current_partitions
from server.tables import ResultTable, result_table
from server.ui import sparql_page

blueprint = Blueprint("editor", __name__)


@blueprint.get("/editor")
@blueprint.get("/editor.<extension>")
def editor(extension: str | None = None) -> Response:
    """The editor, empty or with the answer to its query. A syntax error stands beside the query."""
    query = request.args.get("query", "")
    if choose((HTML, PLAIN_JSON), extension) is PLAIN_JSON:
        if not query.strip():
            raise BadRequest("Give a query, as in /editor.json?query=ASK{}.")
        return represented(PLAIN_JSON, lambda: first_rows(query), keep=False)
    if not query.strip():
        return represented(HTML, sparql_page)
    try:
        return represented(HTML, lambda: sparql_page(query, _table(query)), keep=False)
    except QuerySyntaxError as error:
        return Response(sparql_page(query, problem=error), status=400, content_type=content_type(HTML))


@blueprint.get("/editor/terms")
def terms() -> Response:
    """What the editor completes: prefixes, and the classes and properties of the ontology and of this graph."""
    used = current_partitions()
    return represented(PLAIN_JSON, lambda: msgspec.json.encode(_terms(used or Partitions())), keep=used is not None)


def _table(query: str) -> ResultTable:
    found = msgspec.json.decode(first_rows(query), type=FirstRows)
    return result_table(pyoxigraph.parse_query_results(io.BytesIO(found.result), format=JSON.results_format))


def _terms(used: Partitions) -> dict[str, object]:
    groups = read_ontology(ONTOLOGY.store).groups
    own = {term.iri: term for group in groups for term in group.terms}
    classes = {term.iri for term in groups[0].terms}
    return {
        "prefixes": PREFIXES,
        "classes": _described(own, classes, {iri: known.entities for iri, known in used.classes.items()}),
        "properties": _described(
            own, own.keys() - classes, {iri: known.triples for iri, known in used.properties.items()}
        ),
    }


def _described(own: dict[str, VocabularyTerm], defined: set[str], counts: dict[str, int]) -> list[dict[str, object]]:
    """Terms by how much they are used; what is used and not defined here is told by its name alone."""
    ordered = sorted(defined | counts.keys(), key=lambda iri: (-counts.get(iri, 0), iri))
    return [
        {
            "iri": iri,
            "name": short_name(iri),
            "count": counts.get(iri, 0),
            "label": own[iri].label if iri in own else "",
            "comment": own[iri].comment if iri in own else "",
        }
        for iri in ordered
    ]
