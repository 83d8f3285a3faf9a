"""Classes and properties as they are counted while statements pass by, against what SPARQL counts."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import msgspec
import pyoxigraph
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store

from kg.description.kept import kept_partitions
from kg.description.partitions import PARTITIONS, Partitions, partitions
from kg.dumps.building import build
from kg.dumps.formats import Choice
from kg.dumps.kept import kept
from kg.namespaces import RDF, TYPE, XSD
from kg.small_graphs import sorted_statements
from kg.snapshots import Snapshots

E = "https://example.org/"
NODES = st.sampled_from([NamedNode(f"{E}thing/{name}") for name in "abc"] + [BlankNode("b")])
OBJECTS = st.one_of(
    NODES,
    st.sampled_from([NamedNode(f"{E}C"), NamedNode(f"{E}D"), NamedNode("urn:isbn:1")]),
    st.builds(Literal, st.text(max_size=5)),
    st.builds(lambda text: Literal(text, language="en"), st.text(max_size=5)),
    st.builds(lambda number: Literal(number), st.integers()),
)
QUADS = st.builds(Quad, NODES, st.sampled_from([NamedNode(TYPE), NamedNode(f"{E}p"), NamedNode(f"{E}q")]), OBJECTS)


def counted(store: Store, query: str) -> dict[tuple[str, ...], int]:
    solutions = store.query(query)
    assert isinstance(solutions, pyoxigraph.QuerySolutions)
    return {
        tuple(value.value for value in list(solution)[:-1]): int(solution["n"].value)  # type: ignore[union-attr]
        for solution in solutions
    }


def check(store: Store) -> Partitions:
    lines = sorted_statements(store).splitlines()
    found = partitions(lines)
    assert found.triples == len(lines)
    by_property = counted(store, "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p")
    assert {(iri,): used.triples for iri, used in found.properties.items()} == by_property
    subjects = counted(store, "SELECT ?p (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o } GROUP BY ?p")
    assert {(iri,): used.subjects for iri, used in found.properties.items()} == subjects
    entities = counted(store, "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c FILTER(isIRI(?c)) } GROUP BY ?c")
    assert {(iri,): of_class.entities for iri, of_class in found.classes.items()} == entities
    within = counted(store, "SELECT ?c ?p (COUNT(*) AS ?n) { ?s a ?c ; ?p ?o FILTER(isIRI(?c)) } GROUP BY ?c ?p")
    assert {
        (iri, name): used.triples
        for iri, of_class in found.classes.items()
        for name, used in of_class.properties.items()
    } == within
    return found


@given(st.lists(QUADS, max_size=30))
def test_they_are_what_sparql_counts(quads: list[Quad]) -> None:
    store = Store()
    store.extend(quads)
    whole = check(store)
    lines = sorted_statements(store).splitlines()
    subjects = sorted({line.partition(b" ")[0] for line in lines})
    in_parts = Partitions()
    for subject in subjects:
        in_parts.add(partitions(line for line in lines if line.partition(b" ")[0] == subject))
    assert in_parts == whole


def test_they_are_what_sparql_counts_in_the_seeds(seeded_store_folder: Path) -> None:
    assert check(Snapshots(seeded_store_folder).current().store).classes


def test_values_are_told_by_datatype_and_address() -> None:
    store = Store()
    store.load(
        b"""
        <https://example.org/x> <https://example.org/p> "a\\" .", "a"@en, 1, <https://example.org/thing/1>,
          <https://example.org/thing/2>, <http://other.example/a/b>, <urn:isbn:1>, [] .
        """,
        RdfFormat.TURTLE,
    )
    values = check(store).properties[f"{E}p"].values
    assert Counter(values) == {
        XSD + "string": 1,
        RDF + "langString": 1,
        XSD + "integer": 1,
        f"{E}thing/": 2,
        "http://other.example/a/": 1,
        "urn:": 1,
        "_:": 1,
    }


def test_they_are_counted_while_a_dump_is_written(seeded_store_folder: Path, tmp_path: Path) -> None:
    """Only where the snapshot keeps it: in a folder of somebody's own there are files of the dump alone."""
    store = tmp_path / "store"
    shutil.copytree(seeded_store_folder, store)
    snapshot = Snapshots(store).current()
    build(snapshot, tmp_path / "mine", Choice.parse("nt.zst"))
    assert not (tmp_path / "mine" / PARTITIONS).exists()
    kept(snapshot, Choice.parse("ttl.zst nt.zst"))
    found = msgspec.json.decode((snapshot.path / "exports" / PARTITIONS).read_bytes(), type=Partitions)
    assert found == partitions(sorted_statements(snapshot.store).splitlines()) == kept_partitions(snapshot)
