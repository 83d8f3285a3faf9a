"""The ontology, the concept schemes and their reference: what each term has, and that they agree with the code."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Store
from rdflib import Graph

from kg import jsonld, paths
from kg import namespaces as ns
from kg.naming import Naming
from kg.records import Concept
from kg.sources.paper_types import TYPES

TURTLE_FILES = sorted(paths.ONTOLOGY.glob("*.ttl"))
REFERENCE = (Path(__file__).parents[2] / "docs" / "data-model.md").read_text("utf-8")
ONTOLOGY = ns.KG.removesuffix("#")

# Terms that only the ontology has: nothing is mapped to them, or they say something of terms.
ONTOLOGY_ONLY = {"IdentityLink", "derived"}
# Terms that say what no other vocabulary has a term for.
WITHOUT_COUNTERPART = {
    "authorListComplete",
    "authorshipBasis",
    "coauthorCount",
    "derived",
    "identityBasis",
    "identityLink",
    "statedAuthorListComplete",
}
ALIGNMENTS = {
    ns.RDFS + "subClassOf",
    ns.RDFS + "subPropertyOf",
    *(ns.SKOS + kind + "Match" for kind in ("exact", "close", "narrow", "broad", "related")),
}


def read(name: str) -> Store:
    store = Store()
    store.load(path=paths.ONTOLOGY / name, format=RdfFormat.TURTLE)
    return store


KG = read("kg.ttl")
CONCEPTS = read("concepts.ttl")


def values(store: Store, subject: str, predicate: str) -> list[str]:
    found = store.quads_for_pattern(NamedNode(subject), NamedNode(predicate), None)
    return sorted(quad.object.value for quad in found)


def subjects(store: Store, predicate: str, value: str) -> set[str]:
    return {quad.subject.value for quad in store.quads_for_pattern(None, NamedNode(predicate), NamedNode(value))}


def instances(class_iri: str) -> set[str]:
    return subjects(CONCEPTS, ns.TYPE, class_iri)


OWN_TERMS = sorted({quad.subject.value for quad in KG if quad.subject.value.startswith(ns.KG)})


@pytest.mark.parametrize("path", TURTLE_FILES, ids=lambda path: path.name)
def test_a_file_says_the_same_to_every_parser(path: Path) -> None:
    assert len(Graph().parse(path)) == len(read(path.name)) > 0


def test_the_code_and_the_ontology_have_the_same_terms() -> None:
    in_code = {value for value in vars(ns).values() if isinstance(value, str) and value.startswith(ns.KG)} - {ns.KG}
    assert set(OWN_TERMS) == in_code | {ns.KG + name for name in ONTOLOGY_ONLY}


@pytest.mark.parametrize("term", OWN_TERMS, ids=lambda term: term.removeprefix(ns.KG))
def test_a_term_is_described(term: str) -> None:
    for predicate in (ns.RDFS + "label", ns.RDFS + "comment"):
        (text,) = (quad.object for quad in KG.quads_for_pattern(NamedNode(term), NamedNode(predicate), None))
        assert isinstance(text, Literal) and text.language == "en" and text.value.strip()
    assert values(KG, term, ns.RDFS + "isDefinedBy") == [ONTOLOGY]
    (kind,) = values(KG, term, ns.TYPE)
    assert kind.removeprefix(ns.OWL) in {"Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty"}
    for predicate in ("domain", "range"):
        own = [value for value in values(KG, term, ns.RDFS + predicate) if value.startswith(ns.KG)]
        assert all(values(KG, value, ns.TYPE) == [ns.OWL + "Class"] for value in own)


def test_terms_are_aligned_with_other_vocabularies() -> None:
    aligned = {
        quad.subject.value
        for quad in KG
        if quad.predicate.value in ALIGNMENTS and not quad.object.value.startswith(ns.KG)
    }
    assert set(OWN_TERMS) - aligned == {ns.KG + name for name in WITHOUT_COUNTERPART}


def test_alignments_with_semopenalex_are_terms_of_its_ontology(shared: Path) -> None:
    theirs = Graph().parse(shared / "data" / "semopenalex" / "semopenalex-ontology.ttl")
    described = {str(subject) for subject in theirs.subjects()}
    aligned = {quad.object.value for quad in KG if "semopenalex.org" in str(quad.object)}
    assert len(aligned) > 10
    assert aligned <= described


def test_the_ontology_has_a_version_a_licence_and_a_title() -> None:
    (version,) = values(KG, ONTOLOGY, ns.OWL + "versionInfo")
    assert values(KG, ONTOLOGY, ns.OWL + "versionIRI") == [f"{ONTOLOGY}/{version}"]
    assert values(KG, ONTOLOGY, ns.TITLE)
    assert values(KG, ONTOLOGY, ns.DCTERMS + "license")


def test_terms_of_derived_statements_are_marked() -> None:
    heads = "".join(re.findall(r"CONSTRUCT \{(.*?)\}", "".join(map(Path.read_text, _rules())), re.S))
    derived = {quad.subject.value for quad in KG.quads_for_pattern(None, NamedNode(ns.KG + "derived"), Literal(True))}
    # A year is asserted of papers as well.
    # Citations are derived as well; their term is not ours.
    assert derived | {ns.PUBLICATION_YEAR} == {ns.KG + name for name in re.findall(r"\bkg:(\w+)", heads)}


def _rules() -> list[Path]:
    return sorted((paths.ONTOLOGY / "derived").glob("*.rq"))


# The concept schemes


def _by_key(key: str) -> str:
    return Naming(ns.DEFAULT_BASE).concept(Concept("arxiv", key))


def _arxiv_concepts() -> set[str]:
    return {iri for iri in instances(ns.CONCEPT) if iri.startswith(_by_key(""))}


def _taxonomy(shared: Path, kind: str) -> dict[str, dict[str, object]]:
    lines = (shared / "data" / "schemes" / "arxiv-taxonomy.jsonl").read_text("utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines) if row["kind"] == kind}


def test_everything_that_comes_along_is_named_under_the_default_base() -> None:
    assert all(quad.subject.value.startswith(ns.DEFAULT_BASE) for quad in CONCEPTS)
    assert not [quad for quad in CONCEPTS if quad.subject.value.startswith(ONTOLOGY)]


def test_every_category_stands_under_an_archive_under_a_group() -> None:
    categories = {iri for iri in _arxiv_concepts() if values(CONCEPTS, iri, ns.NOTATION)}
    assert len(categories) == 185
    for category in categories:
        (archive,) = values(CONCEPTS, category, ns.SKOS + "broader")
        (group,) = values(CONCEPTS, archive, ns.SKOS + "broader")
        assert values(CONCEPTS, group, ns.SKOS + "topConceptOf") == [f"{ns.DEFAULT_BASE}scheme/arxiv"]
        assert category == _by_key(values(CONCEPTS, category, ns.NOTATION)[0])


def test_every_concept_is_typed_labelled_and_in_the_scheme() -> None:
    concepts = instances(ns.CONCEPT)
    assert concepts == instances(ns.SKOS + "Concept")
    for concept in concepts:
        assert len(values(CONCEPTS, concept, ns.PREF_LABEL)) == 1
        scheme, _, _ = concept.removeprefix(f"{ns.DEFAULT_BASE}concept/").partition(":")
        assert values(CONCEPTS, concept, ns.IN_SCHEME) == [f"{ns.DEFAULT_BASE}scheme/{scheme}"]
    schemes = instances(ns.SKOS + "ConceptScheme")
    assert {f"{ns.DEFAULT_BASE}scheme/{name}" for name in ("arxiv", "profile-page", "paper-type")} < schemes
    assert all(values(CONCEPTS, scheme, ns.PREF_LABEL) for scheme in schemes)


def test_every_type_of_paper_is_a_concept() -> None:
    described = {iri.rpartition(":")[2] for iri in instances(ns.CONCEPT) if "/concept/paper-type:" in iri}
    assert described == set(TYPES)


def test_aliases_hold_in_both_directions() -> None:
    pairs = {(q.subject, q.object) for q in CONCEPTS.quads_for_pattern(None, NamedNode(ns.SKOS + "exactMatch"), None)}
    assert len(pairs) == 12
    assert pairs == {(other, one) for one, other in pairs}


def test_categories_are_those_of_the_taxonomy(shared: Path) -> None:
    rows = _taxonomy(shared, "Category")
    found = {iri: values(CONCEPTS, iri, ns.NOTATION) for iri in _arxiv_concepts()}
    assert {notation for notations in found.values() for notation in notations} == set(rows)
    for key, row in rows.items():
        iri = _by_key(key)
        assert values(CONCEPTS, iri, ns.PREF_LABEL) == [row["full_name"]]
        assert values(CONCEPTS, iri, ns.SKOS + "broader") == [_by_key(f"archive/{row['in_archive']}")]
        assert values(CONCEPTS, iri, ns.DEPRECATED) == ([] if row["is_active"] else ["true"])


def test_archives_are_those_of_the_taxonomy(shared: Path) -> None:
    for key, row in _taxonomy(shared, "Archive").items():
        iri = _by_key(f"archive/{key}")
        assert values(CONCEPTS, iri, ns.PREF_LABEL) == [row["full_name"]]
        group = str(row["in_group"]).removeprefix("grp_")
        assert values(CONCEPTS, iri, ns.SKOS + "broader") == [_by_key(f"group/{group}")]
        assert values(CONCEPTS, iri, ns.DEPRECATED) == ([] if row["is_active"] else ["true"])


def test_aliases_are_those_of_the_taxonomy(shared: Path) -> None:
    aliases = json.loads((shared / "data" / "schemes" / "arxiv-category-aliases.json").read_text("utf-8"))
    for alias, category in aliases.items():
        assert values(CONCEPTS, _by_key(alias), ns.SKOS + "exactMatch") == [_by_key(category)]


def test_the_metrics_that_pages_report_are_described() -> None:
    metrics = instances(ns.METRIC)
    names = ("hIndex", "paperCount", "citationCount", "novelty", "aiScore", "i10Index", "influentialCitationCount")
    assert metrics > {Naming(ns.DEFAULT_BASE).metric(name) for name in names}
    assert set(re.findall(r"`metric:(\w+)`", REFERENCE)) == {metric.rpartition("/")[2] for metric in metrics}
    for metric in metrics:
        assert values(CONCEPTS, metric, ns.PREF_LABEL) and values(CONCEPTS, metric, ns.SKOS + "definition")


def test_concepts_stand_in_order() -> None:
    text = (paths.ONTOLOGY / "concepts.ttl").read_text("utf-8")
    for prefix in ("group", "archive", "arxiv", "metric"):
        names = re.findall(rf"^{prefix}:(\S+) a ", text, re.M)
        assert names == sorted(names)
        assert Counter(names).most_common(1)[0][1] == 1


# The reference


def test_the_reference_names_every_own_term_and_no_other() -> None:
    tables_and_text = set(re.findall(r"\bkg:(\w+)", REFERENCE))
    assert tables_and_text == {term.removeprefix(ns.KG) for term in OWN_TERMS}


@pytest.mark.parametrize("block", re.findall(r"```turtle\n(.*?)```", REFERENCE, re.S))
def test_examples_of_the_reference_are_turtle(block: str) -> None:
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in ns.PREFIXES.items())
    assert len(Graph().parse(data=prefixes + block, publicID=ns.DEFAULT_BASE)) > 5


def test_examples_of_the_reference_use_keys_of_the_context() -> None:
    (block,) = re.findall(r"```json\n(.*?)```", REFERENCE, re.S)
    example = json.loads(block)
    assert set(example) | set(example["authors"][0]) <= set(jsonld.context())


def test_the_reference_says_what_each_class_is() -> None:
    rows = re.findall(r"^\| `kg:(\w+)` \| (.*?) \|", REFERENCE, re.M)
    prefixes = ns.PREFIXES | {"soa": "https://semopenalex.org/ontology/", "sssom": "https://w3id.org/sssom/"}
    for name, cell in rows[:12]:
        documented = [prefixes[prefix] + local for prefix, local in re.findall(r"`(\w+):(\w+)`", cell)]
        assert sorted(documented) == values(KG, ns.KG + name, ns.RDFS + "subClassOf"), name
