"""Every format says what the graph says, however hostile that is, or counts what it cannot say."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable

import pyoxigraph
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld
from pyoxigraph import BlankNode, Dataset, DefaultGraph, Literal, NamedNode, Quad, Store, Triple
from rdflib import Graph
from rdflib.compare import isomorphic

from kg.dumps.formats import Choice, DumpFormat
from kg.dumps.lines import Canonical, n_triples, stored
from kg.dumps.pieces import BASES, FOOTERS, HEADERS, PieceMaker, Pieces
from kg.formats import JELLY, JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, GraphFormat
from kg.namespaces import KG, RDF, SKOS, TITLE, XSD
from tests.jelly import jelly_triples

HOSTILE = 'quote " backslash \\ newline \n return \r tab \t \u2028 \u0085 <b>&amp;</b> ]]> 😀 é \\n \\\\ %s {} \ufeff'
CONTROL = "\x00\x01\b\f\x0b\x1f\ufffe\uffff"
PAPER = NamedNode("https://w3id.org/paperkg/paper/a")

iris = st.sampled_from(
    [
        "https://w3id.org/paperkg/paper/doi:10.1/(a)",
        "https://w3id.org/paperkg/ontology#Paper",
        "https://w3id.org/paperkg/ontology#",
        "http://example.org/a?b=c&d=e'f",
        "http://example.org/é/%20",
        "http://purl.org/dc/terms/title",
        "urn:isbn:1",
        "type:Paper",
        "http://example.org/1",
    ]
).map(NamedNode)
properties = st.sampled_from(
    [
        TITLE,
        RDF + "type",
        "http://purl.org/dc/terms/issued",
        KG + "position",
        SKOS + "prefLabel",
        SKOS + "definition",
        "http://purl.org/dc/terms/creator",
        "http://example.org/p-1.x",
        "http://example.org/_",
        "urn:title:x",
        "http://example.org/a&b",
    ]
).map(NamedNode)
texts = st.one_of(st.text(st.characters(codec="utf-8"), max_size=20), st.sampled_from([HOSTILE, "", "1", "true", "-0"]))
datatypes = st.sampled_from(
    [XSD + name for name in ("integer", "boolean", "decimal", "double", "date", "gYear", "string", "anyURI")]
    + ["http://example.org/a&b", RDF + "HTML"]
).map(NamedNode)
literals = st.one_of(
    texts.map(Literal),
    st.builds(lambda text, tag: Literal(text, language=tag), texts, st.sampled_from(["en", "de-CH", "x-a"])),
    st.builds(lambda text, datatype: Literal(text, datatype=datatype), texts, datatypes),
)
blanks = st.sampled_from(["b0", "0.1", "_a-b", "x_302e31", "é", "genid1"]).map(BlankNode)
triples = st.builds(Triple, st.one_of(iris, blanks), properties, st.one_of(iris, blanks, literals))


def canonical_lines(statements: Iterable[Triple]) -> list[bytes]:
    store = Store()
    for triple in statements:
        store.add(Quad(*triple, DefaultGraph()))
    return sorted(n_triples(quad.triple) for quad in store)


def made(lines: list[bytes]) -> Pieces:
    return PieceMaker(Choice.parse("nt ttl jsonld rdf jelly")).of_lines(lines)


def document(pieces: Pieces, graph_format: DumpFormat) -> bytes:
    piece = pieces.pieces[graph_format.name, "zst"]
    text = zstandard.ZstdDecompressor().decompress(piece.packed) if piece.plain_size else b""
    assert len(text) == piece.plain_size
    return HEADERS.get(graph_format, b"") + text + FOOTERS.get(graph_format, b"")


def graph(statements: Iterable[Triple]) -> Dataset:
    found = Dataset(Quad(*triple, DefaultGraph()) for triple in statements)
    found.canonicalize(pyoxigraph.CanonicalizationAlgorithm.UNSTABLE)
    return found


def parsed(text: bytes, graph_format: DumpFormat) -> list[Triple]:
    if not isinstance(graph_format, GraphFormat):
        return jelly_triples(text)
    return [quad.triple for quad in pyoxigraph.parse(text, graph_format.rdf_format)]


def can_be_xml(triple: Triple) -> bool:
    name = re.search(r"[A-Za-z_][A-Za-z0-9_.-]*\Z", triple.predicate.value)
    text = triple.object.value if isinstance(triple.object, Literal) else ""
    return bool(name) and not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", text)


@given(st.lists(triples, max_size=12))
def test_what_is_parsed_is_what_was_stated(statements: list[Triple]) -> None:
    lines = canonical_lines(statements)
    stated = parsed(b"\n".join(lines), N_TRIPLES)
    pieces = made(lines)
    assert pieces.statements == len(lines)
    for graph_format in BASES:
        expected = [triple for triple in stated if graph_format != RDF_XML or can_be_xml(triple)]
        assert pieces.omitted.get(graph_format.name, 0) == len(stated) - len(expected)
        assert graph(parsed(document(pieces, graph_format), graph_format)) == graph(expected), graph_format.name


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_other_programs_read_the_same() -> None:
    typed = [("7", "integer"), ("true", "boolean"), ("1.5", "decimal"), ("2020-01-02", "date"), ("2020", "gYear")]
    values = [
        Literal(HOSTILE),
        Literal(HOSTILE, language="en"),
        Literal("x" * 200_000 + '"'),
        *(Literal(value, datatype=NamedNode(XSD + name)) for value, name in typed),
        BlankNode("b0"),
        BlankNode("0.b"),
        NamedNode("http://example.org/a?b=c&d"),
    ]
    statements = [Triple(PAPER, NamedNode(KG + f"p{number}"), value) for number, value in enumerate(values)]
    statements += [Triple(PAPER, NamedNode("http://purl.org/dc/terms/issued"), value) for value in values[3:]]
    statements += [Triple(BlankNode("0.b"), NamedNode(TITLE), Literal("b"))]
    lines = canonical_lines(statements)
    expected = Graph().parse(data=b"\n".join((*lines, b"")), format="nt")
    pieces = made(lines)
    for graph_format, name in ((TURTLE, "turtle"), (JSON_LD, "json-ld"), (RDF_XML, "xml")):
        assert isomorphic(Graph().parse(data=document(pieces, graph_format), format=name), expected), name
    assert isomorphic(Graph().parse(data=document(pieces, JELLY), format="jelly"), expected)
    by_pyld = jsonld.to_rdf(json.loads(document(pieces, JSON_LD)), {"format": "application/n-quads"})
    assert isomorphic(Graph().parse(data=by_pyld, format="nt"), expected)


def test_what_a_format_cannot_say_is_counted() -> None:
    about = Triple(PAPER, NamedNode(TITLE), Literal(HOSTILE))
    statements = [
        Triple(PAPER, NamedNode(TITLE), about),
        Triple(PAPER, NamedNode(TITLE), Literal(CONTROL)),
        Triple(PAPER, NamedNode("http://example.org/1/"), PAPER),
        Triple(NamedNode("http://example.org/only"), NamedNode(TITLE), about),
    ]
    pieces = made(canonical_lines(statements))
    assert pieces.omitted == {JSON_LD.name: 2, RDF_XML.name: 4, JELLY.name: 2}
    assert set(parsed(document(pieces, TURTLE), TURTLE)) == set(statements)
    assert set(parsed(document(pieces, JSON_LD), JSON_LD)) == set(statements[1:3])
    assert set(parsed(document(pieces, JELLY), JELLY)) == set(statements[1:3])
    assert parsed(document(pieces, RDF_XML), RDF_XML) == []


def test_jelly_has_no_directions() -> None:
    plain = [b'<http://example.org/a> <http://example.org/p> "--ltr"@en .', b"<http://example.org/a--b> <urn:p> _:b ."]
    maker = PieceMaker(Choice.parse("jelly"))
    pieces = maker.of_lines([b'<http://example.org/A> <urn:p> "\xd7\x90"@he--rtl .', *plain])
    assert pieces.omitted[JELLY.name] == 1
    assert parsed(document(pieces, JELLY), JELLY) == parsed(b"\n".join(plain), N_TRIPLES)


@given(st.lists(st.lists(triples, max_size=6), min_size=2, max_size=4))
def test_stretches_written_apart_are_one_document(stretches: list[list[Triple]]) -> None:
    """What a writer knows of one stretch, such as names that it has used, does not matter to the next."""
    apart = [made(canonical_lines(statements)) for statements in stretches]
    header, texts = HEADERS[JELLY], [document(pieces, JELLY) for pieces in apart]
    together = header + b"".join(text.removeprefix(header) for text in texts)
    expected = [parsed(b"\n".join(canonical_lines(statements)), N_TRIPLES) for statements in stretches]
    assert parsed(together, JELLY) == [triple for stretch in expected for triple in stretch]


def test_more_names_than_a_jelly_stream_remembers() -> None:
    numbered = [Triple(NamedNode(f"http://example.org/{n}#{n}"), PAPER, NamedNode(f"urn:{n % 7}")) for n in range(9000)]
    lines = canonical_lines(numbered)
    maker = PieceMaker(Choice.parse("jelly"))
    halves = [
        document(maker.of_lines(half), JELLY).removeprefix(HEADERS[JELLY]) for half in (lines[:7000], lines[7000:])
    ]
    assert parsed(HEADERS[JELLY] + b"".join(halves), JELLY) == parsed(b"\n".join(lines), N_TRIPLES)


def test_named_graphs_are_written_with_their_names() -> None:
    maker = PieceMaker(Choice.parse("nq trig"))
    lines = canonical_lines([Triple(PAPER, NamedNode(TITLE), Literal("} . <a> { " + HOSTILE))])
    expected = {Quad(PAPER, NamedNode(TITLE), Literal("} . <a> { " + HOSTILE), NamedNode(KG + "Paper"))}
    pieces = maker.of_graph(f"<{KG}Paper>".encode(), lines)
    for graph_format in (N_QUADS, TRIG):
        text = zstandard.ZstdDecompressor().decompress(pieces[graph_format.name, "zst"].packed)
        text = (HEADERS[TURTLE] if graph_format == TRIG else b"") + text
        assert set(pyoxigraph.parse(text, graph_format.rdf_format)) == expected


@given(st.lists(triples, max_size=6))
def test_lines_of_segments_become_those_of_the_store(statements: list[Triple]) -> None:
    """Segments may spell what the store states in other ways: escapes that are not needed, numbers with zeros."""
    raw = pyoxigraph.serialize(statements, format=N_TRIPLES.rdf_format)
    assert raw is not None
    less_escaped = raw.replace(b"\\t", b"\t").replace(b"\\u0001", b"\x01").replace(b"\\\\\t", b"\\\\t")
    for text in (raw, b"# a comment\n" + less_escaped):
        try:
            expected = sorted({stored(line) for line in text.splitlines() if not line.startswith(b"#")})
        except SyntaxError:
            continue
        assert sorted(set(Canonical({}).lines(text))) == expected


def test_what_is_merged_is_called_by_its_new_name() -> None:
    old, new = b"<http://example.org/old>", b"<http://example.org/new>"
    text = b"".join(
        b"%b <%b> %b .\n" % triple
        for triple in (
            (old, TITLE.encode(), b'"old"'),
            (PAPER.value.encode().join((b"<", b">")), b"http://purl.org/dc/terms/creator", old),
            (new, b"http://www.w3.org/2002/07/owl#sameAs", old),
        )
    )
    lines = Canonical({old: new}).lines(text)
    assert lines == [
        b'%b <%b> "old" .' % (new, TITLE.encode()),
        b"<%b> <http://purl.org/dc/terms/creator> %b ." % (PAPER.value.encode(), new),
        b"%b <http://www.w3.org/2002/07/owl#sameAs> %b ." % (new, old),
    ]


def test_text_stands_under_the_key_of_its_language() -> None:
    thing, label = NamedNode("http://example.org/a"), NamedNode(SKOS + "prefLabel")
    texts = [Literal("none"), Literal("English", language="en"), Literal("deutsch", language="de")]
    made_of = made(canonical_lines(Triple(thing, label, text) for text in texts))
    (line,) = io.BytesIO(document(made_of, JSON_LD)).readlines()[1:-1]
    assert json.loads(line) == {
        "id": "http://example.org/a",
        "label": "English",
        "prefLabel": [{"@value": "deutsch", "@language": "de"}, "none"],
    }


def test_json_ld_is_a_node_a_line() -> None:
    lines = canonical_lines(
        Triple(NamedNode(f"http://example.org/{n}"), NamedNode(TITLE), Literal("a\nb")) for n in "abc"
    )
    text = io.BytesIO(document(made(lines), JSON_LD)).readlines()
    nodes = [json.loads(line.rstrip(b",\n")) for line in text[1:-1]]
    assert nodes == [{"id": f"http://example.org/{n}", "title": "a\nb"} for n in "abc"]


def test_a_blank_node_is_called_the_same_in_every_format() -> None:
    """Labels that some format does not take are written otherwise, and no two become one."""
    labels = ["b0", "0.1", "x_302e31"]
    pieces = made(canonical_lines(Triple(BlankNode(label), NamedNode(TITLE), Literal("b")) for label in labels))
    written = [b"b0", b"x_302e31", b"x_785f333032653331"]
    for graph_format, mark in ((TURTLE, rb"_:(\w+) "), (JSON_LD, rb'"_:(\w+)"'), (RDF_XML, rb'nodeID="(\w+)"')):
        assert sorted(re.findall(mark, document(pieces, graph_format))) == written, graph_format.name
