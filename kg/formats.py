"""The one table of media types, file extensions and serialisers for graphs and for query results."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import QueryResultsFormat, RdfFormat


@dataclass(frozen=True)
class GraphFormat:
    """A serialisation of RDF. `name` is what `kg export --format` takes; `datasets`: it can carry named graphs."""

    name: str
    extension: str
    media_type: str
    rdf_format: RdfFormat
    datasets: bool = False
    other_media_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class StreamFormat:
    """A binary serialisation of RDF, in which whole files are written, and neither pages nor results of queries."""

    name: str
    extension: str
    media_type: str
    other_media_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResultFormat:
    """A serialisation of SELECT and ASK results. ASK has no CSV or TSV."""

    name: str
    extension: str
    media_type: str
    results_format: QueryResultsFormat
    boolean: bool = True
    other_media_types: tuple[str, ...] = ()


TURTLE = GraphFormat("turtle", "ttl", "text/turtle", RdfFormat.TURTLE, other_media_types=("application/x-turtle",))
JSON_LD = GraphFormat("jsonld", "jsonld", "application/ld+json", RdfFormat.JSON_LD, datasets=True)
N_TRIPLES = GraphFormat("ntriples", "nt", "application/n-triples", RdfFormat.N_TRIPLES)
N_QUADS = GraphFormat("nquads", "nq", "application/n-quads", RdfFormat.N_QUADS, datasets=True)
TRIG = GraphFormat("trig", "trig", "application/trig", RdfFormat.TRIG, datasets=True)
RDF_XML = GraphFormat("rdfxml", "rdf", "application/rdf+xml", RdfFormat.RDF_XML)

JELLY = StreamFormat("jelly", "jelly", "application/x-jelly-rdf")

GRAPH_FORMATS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML, N_QUADS, TRIG)

JSON = ResultFormat(
    "json", "json", "application/sparql-results+json", QueryResultsFormat.JSON, other_media_types=("application/json",)
)
XML = ResultFormat(
    "xml",
    "xml",
    "application/sparql-results+xml",
    QueryResultsFormat.XML,
    other_media_types=("application/xml", "text/xml"),
)
CSV = ResultFormat("csv", "csv", "text/csv", QueryResultsFormat.CSV, boolean=False)
TSV = ResultFormat("tsv", "tsv", "text/tab-separated-values", QueryResultsFormat.TSV, boolean=False)

RESULT_FORMATS = (JSON, XML, CSV, TSV)
