"""Canned queries: the gallery, and each query as a page with a form and as data."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

import msgspec
import pyoxigraph
from flask import Blueprint, Response, render_template, request
from pyoxigraph import NamedNode
from werkzeug.exceptions import NotFound

from kg import jsonld
from kg.citations import CITATION_FORMATS, CitationFormat
from kg.errors import ParameterError, QueryError, QueueFull
from kg.formats import CSV, GRAPH_FORMATS, JSON, JSON_LD, N_TRIPLES, RESULT_FORMATS, GraphFormat
from kg.queries import CannedQuery, Chart, Parameter, bind, thing_iri
from kg.query_descriptions import describe_queries
from kg.resources import GraphReader
from kg.search import KINDS
from kg.serialisation import serialise
from kg.snapshots import Snapshot
from kg.workers import QueryRequest, QueryResult
from server.changes import VERSION
from server.charts import drawing
from server.citations import OPTIONS, as_citation_format, asked_options, listed
from server.gallery import gallery_sections, listing, query_path
from server.negotiation import HTML, PLAIN_JSON, Offer, PageFormat, choose, content_type
from server.reading import calls, embedding
from server.representations import represented, result_sent
from server.resources import DATA_FORMATS
from server.security import allow_frames
from server.state import DataFormat, State, current_snapshot, current_state
from server.tables import ResultTable, result_table, shortened, triples_table, with_bars, without_repeats

blueprint = Blueprint("queries", __name__)

SOURCE = PageFormat("sparql", "rq", "application/sparql-query")
_PAPERS = "paper"  # the column of queries whose rows are papers
_MOST_REFERENCES = 1000
_TRIED = 3  # things that are named where the graph has not those that the query names
_READ = 2000  # rows for a chart, of which fewer are shown
_MOST_STATEMENTS = 5000  # that get plain keys; more come as Oxigraph writes them
_log = logging.getLogger(__name__)
_FORMATS: dict[str, Sequence[DataFormat]] = {
    "select": RESULT_FORMATS,
    "ask": [known for known in RESULT_FORMATS if known.boolean],
    "construct": GRAPH_FORMATS,
    "describe": GRAPH_FORMATS,
}


@blueprint.get("/queries")
@blueprint.get("/queries.<extension>")
def gallery(extension: str | None = None) -> Response:
    offer: Offer = choose((HTML, PLAIN_JSON, *DATA_FORMATS), extension)
    if offer is HTML:
        return represented(HTML, lambda: render_template("queries.html", sections=gallery_sections()))
    if offer is PLAIN_JSON:
        return represented(PLAIN_JSON, lambda: msgspec.json.format(msgspec.json.encode(listing())))
    graph_format = next(known for known in DATA_FORMATS if known is offer)
    return represented(graph_format, lambda: _described(graph_format))


@blueprint.get("/queries/<subject>/<name>/embed")
def embedded(subject: str, name: str) -> Response:
    """A canned query's chart, or the first rows of its table, to be shown in a frame of another site."""
    found = current_state().queries.get(f"{subject}/{name}")
    if found is None:
        raise NotFound(f"No query is called {subject}/{name}; see them all at /queries.")
    text = _bound(found)
    response = represented(HTML, lambda: _render_embedded(found, _table(found, text)))
    allow_frames(response)
    return response


def _render_embedded(found: CannedQuery, table: ResultTable) -> str:
    return render_template(
        "query_embed.html",
        query=found,
        drawing=drawing(found, table),
        table=_readable(found, table),
        page=f"{query_path(found)}?{request.query_string.decode('latin-1')}".rstrip("?"),
    )


@blueprint.get("/queries/<subject>/<name>")
def query(subject: str, name: str) -> Response:
    stem, dot, extension = name.partition(".")
    found = current_state().queries.get(f"{subject}/{stem if dot else name}")
    if found is None:
        raise NotFound(f"No query is called {subject}/{name}; see them all at /queries.")
    formats = _FORMATS[found.form]
    if extension == JSON.extension and JSON not in formats:
        extension = JSON_LD.extension  # statements as JSON are JSON-LD
    offer: Offer = choose((HTML, *formats, SOURCE, *_references(found)), extension if dot else None)
    if offer is HTML:
        return _page(found)
    if citation_format := as_citation_format(offer):
        asked, options = _bound(found, OPTIONS), asked_options()
        return represented(citation_format, lambda: listed(_papers(asked), citation_format, options))
    text = _bound(found)
    if offer is JSON_LD and _is_short(text):
        return represented(JSON_LD, lambda: _plain_json_ld(text))
    if offer is SOURCE:
        return represented(SOURCE, lambda: text)
    data_format = next(known for known in formats if known is offer)
    return result_sent(data_format, lambda: _answer(text, data_format))


def _plain_json_ld(text: str) -> bytes:
    """The statements under the keys of the project's context, as the data of things has them."""
    with _answer(text, N_TRIPLES).body as body:
        triples = [quad.triple for quad in pyoxigraph.parse(body, format=N_TRIPLES.rdf_format)]
    return msgspec.json.format(msgspec.json.encode(jsonld.graph(triples)))


def _is_short(text: str) -> bool:
    result = _answer(text, N_TRIPLES)
    result.body.close()
    return result.rows <= _MOST_STATEMENTS


def _references(found: CannedQuery) -> Sequence[CitationFormat]:
    """The formats of references, if rows name papers."""
    return CITATION_FORMATS if _PAPERS in found.columns else ()


def _papers(text: str) -> list[str]:
    """The papers that the rows name, in their order; no more than are written as references."""
    with _answer(text, JSON).body as body:
        solutions: Any = pyoxigraph.parse_query_results(body, format=JSON.results_format)
        papers = (solution[_PAPERS] for solution in solutions)
        return list(dict.fromkeys(paper.value for paper in papers if isinstance(paper, NamedNode)))[:_MOST_REFERENCES]


def _page(found: CannedQuery) -> Response:
    """A wrong value stands in its field with what is wrong about it, status 400."""
    try:
        text = _bound(found)
    except ParameterError as error:
        page = _render(found, request.args.to_dict(), "", None, error)
        return Response(page, status=400, content_type=content_type(HTML))
    values = request.args.to_dict()
    return represented(HTML, lambda: _render(found, values, text, _table(found, text), None))


def _render(
    found: CannedQuery, values: dict[str, str], text: str, table: ResultTable | None, problem: ParameterError | None
) -> str:
    return render_template(
        "query.html",
        query=found,
        path=query_path(found),
        values={parameter.name: values.get(parameter.name, parameter.default) for parameter in found.parameters},
        labels=_labels(found, lambda parameter: [values.get(parameter.name, parameter.default)]),
        examples=_examples(found),
        text=text,
        drawing=drawing(found, table) if table else None,
        table=_readable(found, table) if table else None,
        problem=problem,
        formats=_FORMATS[found.form],
        references=_references(found),
        calls=calls(found, values),
        embedding=embedding(found, values),
    )


def _labels(found: CannedQuery, values: Callable[[Parameter], Iterable[str]]) -> dict[str, dict[str, str]]:
    """What the things are called that values of a parameter name, by the parameter's name; only what the graph has."""
    base_iri, reader = current_state().settings.base_iri, GraphReader(current_snapshot().store)
    labels: dict[str, dict[str, str]] = {parameter.name: {} for parameter in found.parameters}
    for parameter in found.parameters:
        for value in values(parameter) if parameter.kind else ():
            with suppress(ParameterError):
                iri = thing_iri(parameter, value, base_iri)
                if reader.is_described_safely(iri):
                    labels[parameter.name][value] = reader.thing(iri).label
    return labels


def _examples(found: CannedQuery) -> dict[str, dict[str, str]]:
    """Values to try, with their labels; where the graph has none of the query's own, things with the most papers."""
    described = _labels(found, lambda parameter: (parameter.default, *parameter.examples))
    for parameter in found.parameters:
        labels = described[parameter.name]
        if parameter.kind in KINDS and not labels:
            own = f"{current_state().settings.base_iri}{parameter.kind}/"
            hits = current_snapshot().index.search("", parameter.kind, _TRIED).hits
            labels.update({hit.iri.removeprefix(own): hit.label for hit in hits})
        labels.pop(parameter.default, None)
    return described


def _bound(found: CannedQuery, besides: Sequence[str] = ()) -> str:
    """The query with the values of this request, which may say more beside them. Raises ParameterError."""
    for name, values in request.args.lists():
        if len(values) > 1:
            raise ParameterError(name, "give it once", values)
    asked = {name: value for name, value in request.args.items() if name not in (*besides, VERSION)}
    return bind(found, asked, current_state().settings.base_iri)


def _table(found: CannedQuery, text: str) -> ResultTable:
    """The result as a table, read no further than it is drawn."""
    if found.form in ("construct", "describe"):
        with _answer(text, N_TRIPLES).body as body:
            return triples_table(pyoxigraph.parse(body, format=N_TRIPLES.rdf_format))
    with _answer(text, JSON).body as body:
        return result_table(pyoxigraph.parse_query_results(body, format=JSON.results_format), found.columns, _READ)


def _readable(found: CannedQuery, table: ResultTable) -> ResultTable:
    readable = without_repeats(shortened(table))
    return with_bars(readable, found.columns[_counted(found.chart)]) if found.chart else readable


def _counted(chart: Chart) -> str:
    """The variable whose numbers the chart draws: the one that is not an axis of names or years."""
    return chart.y if chart.x == "year" else chart.x


def _answer(text: str, offer: DataFormat) -> QueryResult:
    """The result on this request's snapshot. If its client goes away, nobody need compute it."""
    state = current_state()
    return state.canned.answer(_request(current_snapshot(), text, offer), state.departures.watching)


def _request(snapshot: Snapshot, text: str, offer: DataFormat) -> QueryRequest:
    return QueryRequest(snapshot.store_path, text, offer.name)


def warm(state: State, snapshot: Snapshot) -> None:
    """Answer every canned query by its defaults, as its page and as CSV show it. Raises QueueFull."""
    for found in state.queries.values():
        text = bind(found, {}, state.settings.base_iri)
        try:
            for offer in (JSON, CSV) if found.form == "select" else ():
                state.canned.answer(_request(snapshot, text, offer)).body.close()
        except QueueFull:
            raise
        except QueryError as error:
            _log.warning("the canned query %s has no answer: %s", found.name, error)


def _described(graph_format: GraphFormat) -> bytes:
    state = current_state()
    return serialise(describe_queries(state.queries.values(), state.settings.base_iri), graph_format)
