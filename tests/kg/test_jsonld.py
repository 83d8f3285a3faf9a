"""JSON-LD documents say exactly what went in, whichever processor reads them, under the plain keys of the context."""

from __future__ import annotations

import json
import string
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld as pyld
from pyoxigraph import (
    BaseDirection,
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)

from kg import jsonld, paths
from kg import namespaces as ns
from kg.resources import GraphReader, describe
from kg.snapshots import Snapshot

pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own use, in its JSON-LD

KINDS = ("paper", "author", "institution", "concept", "venue")
CONTEXT_IRI = ns.DEFAULT_BASE + "context.jsonld"
E = "http://example.org/"


def offline(url: str, _: object) -> dict[str, Any]:
    """A document loader that has the project's context and nothing else."""
    assert url == CONTEXT_IRI
    return {
        "contextUrl": None,
        "documentUrl": url,
        "contentType": "application/ld+json",
        "document": {"@context": jsonld.context()},
    }


def read_by_pyoxigraph(document: dict[str, Any]) -> Dataset:
    return Dataset(parse(json.dumps(document), format=RdfFormat.JSON_LD))


def read_by_pyld(document: dict[str, Any]) -> Dataset:
    text = pyld.to_rdf(document, {"format": "application/n-quads", "documentLoader": offline})
    return Dataset(parse(text, format=RdfFormat.N_QUADS))


def read_by_rdflib(document: dict[str, Any]) -> Dataset:
    text = rdflib.Graph().parse(data=json.dumps(document), format="json-ld").serialize(format="nt")
    return Dataset(parse(text, format=RdfFormat.N_TRIPLES))


READERS = (read_by_pyoxigraph, read_by_pyld, read_by_rdflib)


def canonical(dataset: Dataset) -> set[Quad]:
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return set(dataset)


def of(triples: list[Triple]) -> set[Quad]:
    return canonical(Dataset(Quad(*triple) for triple in triples))


def node(name: str) -> NamedNode:
    return NamedNode(E + name)


def say(subject: str, predicate: str, *objects: NamedNode | Literal | BlankNode) -> list[Triple]:
    return [Triple(node(subject), NamedNode(predicate), term) for term in objects]


PAPER = [
    *say("p", ns.TYPE, NamedNode(ns.PAPER)),
    *say("p", ns.TITLE, Literal("A title")),
    *say("p", ns.ISSUED, Literal("2023-08", datatype=NamedNode(ns.XSD + "gYearMonth"))),
    *say("p", ns.CREATOR, node("zoe"), node("cy"), node("ann"), node("bob")),
    *say("p", ns.HAS_AUTHORSHIP, node("p/4"), node("p/10"), node("p/2"), node("p/1")),
    *say("p/1", ns.AUTHORSHIP_AUTHOR, node("zoe")),
    *say("p/1", ns.POSITION, Literal(1)),
    *say("p/2", ns.AUTHORSHIP_AUTHOR, node("bob")),
    *say("p/2", ns.POSITION, Literal(2)),
    *say("p/10", ns.AUTHORSHIP_AUTHOR, node("ann")),
    *say("p/10", ns.POSITION, Literal(10)),
    *say("p/4", ns.AUTHORSHIP_AUTHOR, node("cy")),
    *(triple for name in ("zoe", "ann", "bob", "cy") for triple in say(name, ns.NAME, Literal(name.title()))),
    *say("q", ns.CITES, node("p")),
    *say("q", ns.TITLE, Literal("A later title")),
    *say("elsewhere", ns.TITLE, Literal("Linked to nothing")),
]


def test_a_paper_has_plain_keys() -> None:
    document = jsonld.framed(PAPER, E + "p", "paper")
    del document["@context"]
    assert list(document) == [
        "id",
        "type",
        "title",
        "authors",
        "authorships",
        "issuedYearMonth",
        "citedBy",
        "@included",
    ]
    assert document["type"] == "Paper"
    assert document["title"] == "A title"
    assert document["issuedYearMonth"] == "2023-08"
    assert document["citedBy"] == [{"id": E + "q", "title": "A later title"}]
    assert document["@included"] == {"id": E + "elsewhere", "title": "Linked to nothing"}


def test_authors_stand_by_position_and_those_without_one_last() -> None:
    document = jsonld.framed(PAPER, E + "p", "paper")
    assert [author["name"] for author in document["authors"]] == ["Zoe", "Bob", "Ann", "Cy"]
    assert [authorship.get("position") for authorship in document["authorships"]] == [1, 2, 10, None]
    assert [authorship["author"]["name"] for authorship in document["authorships"]] == ["Zoe", "Bob", "Ann", "Cy"]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("kind", [*KINDS, "authorship", None])
def test_nothing_is_lost_whatever_the_frame(kind: str | None, read: Callable[[dict[str, Any]], Dataset]) -> None:
    for iri in (E + "p", E + "ann", E + "q", E + "nothing-of-it"):
        assert canonical(read(jsonld.framed(PAPER, iri, kind))) == of(PAPER)


def test_a_thing_of_which_nothing_is_known_is_its_identifier() -> None:
    assert jsonld.framed([], E + "p", "paper") == {"@context": {"@version": 1.1, "id": "@id"}, "id": E + "p"}


def test_a_document_may_refer_to_the_context() -> None:
    document = jsonld.framed(PAPER, E + "p", "paper", context_iri=CONTEXT_IRI)
    assert document["@context"] == CONTEXT_IRI
    assert canonical(read_by_pyld(document)) == of(PAPER)


def test_a_document_carries_the_terms_that_it_uses_only() -> None:
    embedded = jsonld.framed(PAPER, E + "p", "paper")["@context"]
    assert {"Paper", "title", "citedBy"} <= embedded.keys()
    assert not {"abstract", "Venue", "dataset"} & embedded.keys()
    assert embedded.items() <= jsonld.context().items()


def test_every_seed_resource_reads_as_its_triples(seed_snapshot: Snapshot) -> None:
    reader = GraphReader(seed_snapshot.store)
    subjects = {quad.subject for quad in seed_snapshot.store if isinstance(quad.subject, NamedNode)}
    assert len(subjects) > 400
    for subject in sorted(subjects, key=str)[::3]:
        triples = describe(seed_snapshot.store, subject.value)
        document = jsonld.framed(triples, subject.value, reader.thing(subject.value).kind)
        assert set(read_by_pyoxigraph(document)) == {Quad(*triple) for triple in triples}


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("key", ["author/evan-hubinger", "concept/arxiv:cs.LG", "institution/openai", "scheme/arxiv"])
def test_seed_resources_read_as_their_triples_by_every_processor(
    seed_snapshot: Snapshot, key: str, read: Callable[[dict[str, Any]], Dataset]
) -> None:
    iri = ns.DEFAULT_BASE + key
    triples = describe(seed_snapshot.store, iri)
    assert len(triples) > 10
    assert canonical(read(jsonld.framed(triples, iri, GraphReader(seed_snapshot.store).thing(iri).kind))) == of(triples)


def test_what_leads_on_is_described_once_and_what_does_not_wherever_it_is_named() -> None:
    big = [triple for number in range(20) for triple in say("big", ns.ALT_LABEL, Literal(str(number)))]
    triples = [
        *say("p", ns.HAS_AUTHORSHIP, node("p/1"), node("p/2")),
        *(triple for name in ("p/1", "p/2") for triple in say(name, ns.DERIVED_FROM, node("record"))),
        *(triple for name in ("p/1", "p/2") for triple in say(name, ns.AUTHORSHIP_AUTHOR, node("ann"))),
        *(triple for name in ("p/1", "p/2") for triple in say(name, ns.AFFILIATION, node("big"))),
        *say("record", ns.RECORD_DATASET, node("dataset")),
        *say("ann", ns.NAME, Literal("Ann")),
        *big,
    ]
    one, two = jsonld.framed(triples, E + "p", "paper")["authorships"]
    assert one["author"] == two["author"] == {"id": E + "ann", "name": "Ann"}
    assert one["derivedFrom"] == [{"id": E + "record", "dataset": E + "dataset"}]
    assert two["derivedFrom"] == [E + "record"]
    assert len(one["affiliations"][0]["altLabels"]) == 20
    assert two["affiliations"] == [E + "big"]


def test_a_statement_given_twice_is_said_once() -> None:
    assert jsonld.framed(PAPER + PAPER, E + "p", "paper") == jsonld.framed(PAPER, E + "p", "paper")


def test_numbers_and_truth_values_are_native_where_every_reader_takes_them_as_they_are() -> None:
    def value(text: str, datatype: str) -> object:
        literal = Literal(text, datatype=NamedNode(ns.XSD + datatype))
        return jsonld.framed(say("p", ns.NOTATION, literal), E + "p", None)["notation"]

    assert (value("-12", "integer"), value("true", "boolean")) == (-12, True)
    for text, datatype in (("9007199254740993", "integer"), ("01", "integer"), ("1", "boolean"), ("1", "decimal")):
        assert value(text, datatype) == {"type": ns.XSD + datatype, "@value": text}


# Whatever a graph may hold

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
ODD_IRIS = [
    *(E + name for name in ("a", "b", "c", "d")),
    *("title:a", "id:b", "type:c", "label:d", "authors:e", "urn:x", "mailto:a@b.org", "http://www.w3.org/1999/rdf#%22"),
    *(ns.PAPER, ns.TITLE, ns.RDF + "nil", ns.RDF + "JSON", "http://ä.example/ü?q=1&r=%C3%BC#f"),
]
PREDICATES = st.sampled_from(
    [
        *{
            value
            for term in jsonld.context().values()
            if isinstance(term, dict)
            for value in term.values()
            if ":" in value
        },
        *(ns.TYPE, ns.RDF + "first", ns.RDF + "rest", ns.DCTERMS + "modified", "title:p", "value:q"),
    ]
)
NODES = st.sampled_from([*map(NamedNode, ODD_IRIS), BlankNode("x"), BlankNode("y"), BlankNode("b0")])
DATATYPES = st.sampled_from(
    [
        *(ns.XSD + name for name in ("string", "integer", "decimal", "double", "boolean", "date", "gYear", "dateTime")),
        ns.RDF + "JSON",
        ns.RDF + "HTML",
        "title:datatype",
    ]
)
LEXICAL = TEXT | st.sampled_from(["1", "01", "-0", "1.0", "1E0", "NaN", "true", "1" * 30, "9007199254740993", "{}", ""])
LITERALS = (
    st.builds(lambda text, datatype: Literal(text, datatype=NamedNode(datatype)), LEXICAL, DATATYPES)
    | st.builds(lambda text, tag: Literal(text, language=tag), TEXT, st.sampled_from(["en", "de-CH", "x-a"]))
    | st.builds(Literal, TEXT)
)
GRAPHS = st.lists(st.builds(Triple, NODES, PREDICATES.map(NamedNode), NODES | LITERALS), max_size=25)


@given(GRAPHS, st.sampled_from(ODD_IRIS), st.sampled_from([*KINDS, None]))
def test_any_graph_reads_as_itself(triples: list[Triple], iri: str, kind: str | None) -> None:
    document = jsonld.framed(triples, iri, kind)
    assert canonical(read_by_pyoxigraph(document)) == of(triples)


@given(GRAPHS, st.sampled_from(ODD_IRIS), st.sampled_from([*KINDS, None]))
def test_any_graph_reads_as_itself_by_pyld(triples: list[Triple], iri: str, kind: str | None) -> None:
    # PyLD spells every xsd:double its own way.
    kept = [triple for triple in triples if getattr(triple.object, "datatype", None) != NamedNode(ns.XSD + "double")]
    assert canonical(read_by_pyld(jsonld.framed(kept, iri, kind))) == of(kept)


@given(GRAPHS, st.sampled_from(ODD_IRIS), st.sampled_from([*KINDS, None]))
def test_any_document_is_the_one_that_pyld_alone_makes(triples: list[Triple], iri: str, kind: str | None) -> None:
    document = jsonld.framed(triples, iri, kind)
    with patch.object(jsonld, "_Processor", pyld.JsonLdProcessor):
        assert jsonld.framed(triples, iri, kind) == document


@given(st.lists(TEXT | st.text(string.printable), max_size=5))
def test_any_text_reads_as_itself_by_every_processor(texts: list[str]) -> None:
    triples = [triple for text in texts for triple in say("p", ns.TITLE, Literal(text), Literal(text, language="en"))]
    document = jsonld.framed(triples, E + "p", "paper")
    for read in READERS:
        assert canonical(read(document)) == of(triples)


def test_a_direction_is_kept_by_processors_that_know_it() -> None:
    triples = say("p", ns.TITLE, Literal("a", language="ar", direction=BaseDirection.RTL))
    assert canonical(read_by_pyoxigraph(jsonld.framed(triples, E + "p", "paper"))) == of(triples)


def test_triple_terms_are_left_out() -> None:
    quoted = [Triple(node("p"), NamedNode(ns.RDF + "reifies"), PAPER[0])]
    assert jsonld.framed(quoted + PAPER, E + "p", "paper") == jsonld.framed(PAPER, E + "p", "paper")


def test_a_long_chain_of_nodes_is_read_whole() -> None:
    chain = [Triple(BlankNode(f"n{i}"), NamedNode(ns.RDF + "rest"), BlankNode(f"n{i + 1}")) for i in range(2000)]
    triples = [*say("p", ns.IDENTIFIER, BlankNode("n0")), *chain]
    assert len(read_by_pyoxigraph(jsonld.framed(triples, E + "p", "paper"))) == 2001


# The context and the frames


def test_every_key_of_the_context_survives_a_round_trip() -> None:
    terms = {key: term for key, term in jsonld.context().items() if isinstance(term, dict)}
    for key, term in terms.items():
        if key[0].isupper():
            document: dict[str, Any] = {"id": E + "a", "type": key}
        elif term.get("@type") == "@id":
            document = {"id": E + "a", key: [E + "b", E + "c"]}
        else:
            document = {"id": E + "a", key: ["b", "c"]}
        options = {"documentLoader": offline}
        expanded = pyld.expand({"@context": CONTEXT_IRI, **document}, options)
        assert len(expanded) == 1, key
        compacted = pyld.compact(expanded, CONTEXT_IRI, options)
        assert compacted == {"@context": CONTEXT_IRI, **document}, key


def test_no_key_of_the_context_is_a_prefix() -> None:
    for key in jsonld.context():
        iri = f"{key}:rest"
        assert pyld.expand({"@context": jsonld.context(), "id": iri, "title": "x"})[0]["@id"] == iri


def test_the_context_has_a_key_for_all_that_the_mapping_says() -> None:
    covered = {value for term in jsonld.context().values() if isinstance(term, dict) for value in term.values()}
    namespaces = set(ns.PREFIXES.values()) | {ns.DEFAULT_BASE, ns.TYPE}
    spelled = {value for value in vars(ns).values() if isinstance(value, str) and value.startswith("http")}
    assert spelled - namespaces <= covered | {ns.SD, ns.DESCRIPTION}  # of the service and of the graph as a whole


@pytest.mark.parametrize("kind", KINDS)
def test_a_frame_is_one_for_any_processor(kind: str) -> None:
    frame = json.loads((paths.ONTOLOGY / "frames" / f"{kind}.jsonld").read_text("utf-8"))
    assert frame["@context"] == CONTEXT_IRI
    assert ns.KG + frame["type"] == jsonld.context()[frame["type"]]["@id"]
    assert all("@reverse" in jsonld.context()[key] for key in frame.keys() - {"@context", "type"})
    pyld.frame(jsonld.framed(PAPER, E + "p", kind), frame, {"documentLoader": offline})


def test_a_frame_lets_any_processor_find_what_leads_to_a_thing() -> None:
    frame = json.loads((paths.ONTOLOGY / "frames" / "paper.jsonld").read_text("utf-8"))
    framed = pyld.frame(jsonld.framed(PAPER, E + "p", None), frame, {"documentLoader": offline})
    assert framed["citedBy"][0]["title"] == "A later title"


# Expanding, compacting, expanding again


def expanded(document: dict[str, Any]) -> Any:
    return pyld.expand(document, {"documentLoader": offline, "ordered": True})


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_is_the_same_expanded_compacted_and_expanded_again(seed_snapshot: Snapshot, kind: str) -> None:
    reader = GraphReader(seed_snapshot.store)
    found = sorted(
        {
            triple.subject.value
            for quad in seed_snapshot.store.quads_for_pattern(None, NamedNode(ns.TYPE), None)
            if reader.thing((triple := quad.triple).subject.value).kind == kind  # type: ignore[union-attr]
        }
    )[:6]
    assert found or kind == "venue"
    for iri in found:
        document = jsonld.framed(describe(seed_snapshot.store, iri), iri, kind)
        first = expanded(document)
        compacted = pyld.compact(first, CONTEXT_IRI, {"documentLoader": offline})
        assert expanded(compacted) == first


def test_an_author_with_an_orcid_has_it_in_plain_words_and_once_as_a_statement() -> None:
    triples = [
        *say("p", ns.TYPE, NamedNode(ns.PAPER)),
        *say("p", ns.CREATOR, node("a")),
        *say("a", ns.TYPE, NamedNode(ns.AUTHOR)),
        *say("a", ns.NAME, Literal("Ann Ash")),
        *say("a", ns.IDENTIFIER, Literal("orcid:0000-0002-1825-0097")),
    ]
    document = jsonld.framed(triples, E + "p", "paper")
    (author,) = document["authors"]
    assert author["orcid"] == "https://orcid.org/0000-0002-1825-0097"
    for read in READERS:
        assert canonical(read(document)) == of(triples)


def test_a_graph_of_any_things_says_the_same_under_plain_keys() -> None:
    others = [*say("x", E + "knows", node("y")), *say("y", E + "knows", node("x")), *say("z", ns.TITLE, Literal("Z"))]
    document = jsonld.graph([*PAPER, *others])
    titles = {thing.get("title") for thing in document["@graph"] if isinstance(thing.get("title"), str)}
    assert "Z" in titles
    for read in READERS:
        assert canonical(read(document)) == of([*PAPER, *others])


def test_a_graph_without_statements_is_one() -> None:
    assert jsonld.graph([])["@graph"] == []
