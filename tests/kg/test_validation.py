"""What the shapes find: nothing in a good graph, and each of their complaints in a graph that deserves it."""

from __future__ import annotations

import pyshacl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse
from rdflib import RDF, SH, Graph, URIRef

from kg import namespaces as ns
from kg import paths
from kg.snapshots import Snapshot
from kg.validation import Report, validate

SHAPES = paths.ONTOLOGY / "shapes.ttl"
PREFIXES = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in ns.PREFIXES.items()) + "PREFIX : <http://e.org/>\n"

GOOD = """
:p a kg:Paper ; dcterms:title "T" ; dcterms:abstract "A"@en ; dcterms:creator :ann, :bob ; kg:authorship :s1, :s2 ;
    dcterms:issued "2023-08-07"^^xsd:date, "2023-08"^^xsd:gYearMonth ; kg:publicationYear 2023 ; dcterms:subject :ml ;
    kg:primaryConcept :ml ; kg:institution :uni ; dcterms:isPartOf :venue ; cito:cites :q ; kg:codeAvailable true ;
    schema:codeRepository <https://code.example/x> ; bibo:doi "10.1000/x" ; kg:identityBasis "identifier" ;
    prov:wasDerivedFrom :r ; owl:sameAs <https://doi.org/10.1000/x> ; kg:authorListComplete true ; kg:citedByCount 1 .
:q a kg:Paper ; dcterms:title "Q" ; dcterms:issued "--05-28"^^xsd:gMonthDay ; prov:wasDerivedFrom :r .
:s1 a kg:Authorship ; kg:author :ann ; kg:position 1 ; kg:nameAsPrinted "Ann" ; kg:affiliation :uni ;
    kg:rawAffiliation "Uni" ; kg:authorshipBasis "printed" ; prov:wasDerivedFrom :r .
:s2 a kg:Authorship ; kg:author :bob ; kg:authorshipBasis "listing" ; prov:wasDerivedFrom :r .
:ann a kg:Author ; foaf:name "Ann" ; foaf:givenName "Ann" ; foaf:familyName "A" ; kg:researchField :ml ;
    kg:reportedMetric :m ; kg:coauthorCount 1 ; kg:paperCount 1 ; kg:identityBasis "name" .
:bob a kg:Author ; foaf:name "Bob" ; kg:coauthorCount 1 .
:uni a kg:Institution ; foaf:name "Uni" ; skos:notation "uni" ; kg:identityBasis "name" ; kg:paperCount 1 .
:venue a kg:Venue ; foaf:name "Venue" .
:ml a kg:Concept, skos:Concept ; skos:prefLabel "ML"@en ; skos:notation "ml" ; skos:inScheme :scheme ;
    skos:broader :cs .
:cs a kg:Concept, skos:Concept ; skos:prefLabel "CS"@en ; skos:inScheme :scheme .
:scheme a skos:ConceptScheme .
:m a kg:ReportedMetric ; dqv:computedOn :ann ; dqv:isMeasurementOf <http://e.org/metric/hIndex> ; dqv:value 3.0 ;
    qudt:unit unit:NUM ; prov:wasDerivedFrom :r .
:n a kg:ReportedMetric ; dqv:computedOn :ann ; dqv:isMeasurementOf <http://e.org/metric/paperCount> ; dqv:value 3.0 ;
    qudt:unit unit:NUM ; prov:wasDerivedFrom :r .
<http://e.org/metric/hIndex> a kg:Metric ; skos:prefLabel "h-index"@en ; skos:definition "…"@en .
<http://e.org/metric/paperCount> a kg:Metric ; skos:prefLabel "papers"@en ; skos:definition "…"@en .
:r a kg:SourceRecord ; kg:dataset :d ; dcterms:identifier "1" ; kg:adapter "x" ; kg:adapterVersion "1" ;
    kg:locator "l" ; pav:retrievedOn "2024-01-01"^^xsd:date ; kg:statedTitle "T" ; kg:statedDate "2023"^^xsd:gYear ;
    kg:statedAuthors "Ann" ; kg:statedAffiliations "u" ; kg:statedConcept "ML" ; kg:statedAuthorListComplete true .
:d a kg:Dataset ; dcterms:title "d" ; kg:adapter "x" .
<http://e.org/link> a kg:IdentityLink ; owl:annotatedSource :p ; owl:annotatedTarget :q ;
    owl:annotatedProperty owl:sameAs ; sssom:confidence 0.95 ; kg:linkMethod "name" ; kg:decision "accepted" .
<http://e.org/ml#papers-2023> a kg:YearlyCount ; kg:countOf :ml ; kg:publicationYear 2023 ; kg:paperCount 1 .
"""

# An update of the good graph, and the complaint that it brings: '!' violation, '?' warning; focus; message.
FAULTS = [
    ("INSERT DATA { [] a kg:Paper ; dcterms:title 'x' ; prov:wasDerivedFrom :r }", "! A paper is named by an IRI."),
    ("DELETE DATA { :q dcterms:title 'Q' }", "? No source gives the paper a title."),
    ("INSERT DATA { :q dcterms:title :x }", "! A title of a paper is text."),
    ("INSERT DATA { :q dcterms:title 'Other' }", "? Sources give the paper different titles."),
    ("INSERT DATA { :q dcterms:abstract 3 }", "! An abstract is text."),
    ("INSERT DATA { :p dcterms:creator :uni }", "! A creator of a paper is an author."),
    ("INSERT DATA { :p kg:authorship :ann }", "! An authorship of a paper is an authorship."),
    (
        "INSERT DATA { :q dcterms:issued '2023' }",
        "! A date of publication is a day, a month or a year, or one of the first two without the year.",
    ),
    ("INSERT DATA { :q kg:publicationYear '2023' }", "! A year of publication is a whole number."),
    ("INSERT DATA { :q kg:publicationYear 202 }", "? The year of publication is not between 1400 and 2100."),
    ("INSERT DATA { :q kg:publicationYear 2101 }", "? The year of publication is not between 1400 and 2100."),
    ("INSERT DATA { :q dcterms:subject :ann }", "! A subject of a paper is a concept."),
    ("INSERT DATA { :q kg:primaryConcept :x ; dcterms:subject :x }", "! The primary concept of a paper is a concept."),
    (
        "INSERT DATA { :p kg:primaryConcept :cs ; dcterms:subject :cs }",
        "? Sources give the paper different primary concepts.",
    ),
    ("INSERT DATA { :q kg:institution :ann }", "! An institution of a paper is an institution."),
    ("INSERT DATA { :q dcterms:isPartOf :uni }", "! What a paper is part of is a venue."),
    ("INSERT DATA { :q dcterms:type :ann }", "! A type of a paper is a concept."),
    ("INSERT DATA { :q bibo:volume 3 }", "! A volume is text."),
    ("INSERT DATA { :q bibo:issue 3 }", "! An issue is text."),
    ("INSERT DATA { :q bibo:pages :x }", "! Pages are text."),
    ("INSERT DATA { :q dcterms:publisher 'Press' }", "! A publisher is an institution."),
    ("INSERT DATA { :q schema:editor :uni }", "! An editor is an author, as a person."),
    ("INSERT DATA { :q schema:keywords :ml }", "! A keyword is text."),
    ("INSERT DATA { :q schema:funder :ann }", "! A funder is an institution."),
    ("INSERT DATA { :q kg:grant :uni }", "! A grant of a paper is a grant."),
    ("INSERT DATA { :q kg:location <https://e.org/x.pdf> }", "! A location of a paper is a location."),
    ("INSERT DATA { :q kg:retracted 'yes' }", "! Whether a paper is retracted is true or false."),
    ("INSERT DATA { :q kg:withdrawn 'yes' }", "! Whether a paper is withdrawn is true or false."),
    ("INSERT DATA { :q kg:reportedMetric :r }", "! A reported metric of a paper is a reported metric."),
    ("INSERT DATA { :q kg:reference '10.1000/x' }", "! What a paper refers to is named by an IRI."),
    ("INSERT DATA { :g a kg:Grant ; dcterms:identifier '7' }", "! A grant has a funder."),
    ("INSERT DATA { :g a kg:Grant ; schema:funder :uni }", "! A grant has a number."),
    ("INSERT DATA { :l a kg:Location ; schema:url 'x' }", "! The page of a location is an address."),
    ("INSERT DATA { :l a kg:Location ; kg:fullText 'x' }", "! The full text of a location is an address."),
    (
        "INSERT DATA { :l a kg:Location ; kg:locationVersion 'final' }",
        "! The version at a location is submitted, accepted or published.",
    ),
    (
        "INSERT DATA { :l a kg:Location ; kg:openAccess 'yes' }",
        "! Whether a location is open to everybody is true or false.",
    ),
    ("INSERT DATA { :s2 kg:corresponding 'yes' }", "! Whether an author is a corresponding one is true or false."),
    ("INSERT DATA { :uni kg:status 'gone' }", "! An institution is active, inactive or withdrawn."),
    ("INSERT DATA { :uni schema:addressCountry 'Utopia' }", "! A country is an ISO 3166 code of two letters."),
    ("INSERT DATA { :uni org:subOrganizationOf :ann }", "! What an institution is part of is an institution."),
    ("INSERT DATA { :uni skos:altLabel :x }", "! Another name is text."),
    ("INSERT DATA { :venue kg:venueKind 'blog' }", "! A venue is of a known kind."),
    (
        "INSERT DATA { :venue bibo:issn '12345678' }",
        "! An ISSN is four digits, a hyphen, three digits and a digit or X.",
    ),
    ("INSERT DATA { :q cito:cites 'x' }", "! What a paper cites is named by an IRI."),
    ("INSERT DATA { :q cito:cites :elsewhere }", "? The paper cites one that the graph does not describe."),
    ("INSERT DATA { :q kg:codeAvailable 'yes' }", "! Whether there is code is true or false."),
    ("INSERT DATA { :q kg:codeAvailable 'maybe'^^xsd:boolean }", "! Whether there is code is true or false."),
    ("INSERT DATA { :p kg:codeAvailable false }", "? Sources disagree about whether there is code."),
    (
        "INSERT DATA { :q schema:codeRepository <javascript:alert(1)> }",
        "! A code repository is an http or https address.",
    ),
    (
        "INSERT DATA { :q bibo:doi 'https://doi.org/10.1000/x' }",
        "! A DOI is 10, a full stop, the registrant, a slash and a suffix.",
    ),
    ("INSERT DATA { :p bibo:doi '10.1000/y' }", "? The paper has more than one DOI."),
    (
        "INSERT DATA { :p kg:authorListComplete false }",
        "! Whether the author list is complete is one value, true or false.",
    ),
    ("INSERT DATA { :q kg:citedByCount 0 }", "! A count of citations is one whole number above zero."),
    ("INSERT DATA { :p dcterms:issued '2023-09-01'^^xsd:date }", "? Sources give the paper different dates."),
    (
        "INSERT DATA { :q dcterms:issued '2023'^^xsd:gYear ; kg:publicationYear 2024 }",
        "? The year of publication is not that of a date of publication.",
    ),
    ("INSERT DATA { :q kg:primaryConcept :ml }", "! The primary concept of a paper is one of its subjects."),
    ("INSERT DATA { :q dcterms:creator :ann }", "! A creator of the paper has no authorship of it."),
    ("DELETE DATA { :p dcterms:creator :ann }", "! The author of an authorship is no creator of the paper."),
    ("INSERT DATA { :s2 kg:position 1 }", "? Two authorships of the paper have the same position."),
    ("INSERT DATA { :s2 kg:position 3 }", "? Nobody has the position before this one."),
    ("DELETE DATA { :p kg:authorship :s2 }", "! An authorship belongs to one paper."),
    ("INSERT DATA { :q kg:authorship :s2 ; dcterms:creator :bob }", "! An authorship belongs to one paper."),
    ("DELETE DATA { :s2 kg:author :bob }", "! An authorship has one author."),
    ("INSERT DATA { :s2 kg:position 0 }", "! A position is a whole number from 1."),
    ("INSERT DATA { :s2 kg:position 2, 3 }", "? Sources give the author different positions."),
    ("INSERT DATA { :s2 kg:nameAsPrinted ' ' }", "! A name as printed is text."),
    ("INSERT DATA { :s2 kg:affiliation :bob }", "! An affiliation is an institution."),
    ("INSERT DATA { :s2 kg:rawAffiliation :uni }", "! A raw affiliation is text."),
    (
        "INSERT DATA { :s2 kg:authorshipBasis 'hearsay' }",
        "! An authorship rests on a printed list or on a listing, and says so.",
    ),
    ("INSERT DATA { [] a kg:Author ; foaf:name 'x' }", "! An author is named by an IRI."),
    ("INSERT DATA { :ann foaf:givenName :x }", "! A given name is text."),
    ("INSERT DATA { :ann foaf:familyName 7 }", "! A family name is text."),
    ("INSERT DATA { :bob kg:researchField 'ML' }", "! A research field is a concept."),
    ("INSERT DATA { :bob kg:reportedMetric :r }", "! A reported metric of an author is a reported metric."),
    ("INSERT DATA { :bob kg:coauthorCount -1 }", "! A count of co-authors is one whole number."),
    ("INSERT DATA { [] a kg:Institution ; foaf:name 'x' }", "! An institution is named by an IRI."),
    ("INSERT DATA { [] a kg:Venue ; foaf:name 'x' }", "! A venue is named by an IRI."),
    ("DELETE DATA { :ml a skos:Concept }", "! A concept is named by an IRI and is a skos:Concept as well."),
    ("INSERT DATA { :ml skos:prefLabel 'Other'@en }", "? Sources give the concept different labels in one language."),
    ("DELETE DATA { :cs skos:prefLabel 'CS'@en }", "! A concept has a label, and it is text."),
    ("DELETE DATA { :cs skos:inScheme :scheme }", "! A concept is in a concept scheme."),
    ("INSERT DATA { :ml skos:notation 'other' }", "! A concept has at most one notation."),
    ("INSERT DATA { :cs skos:broader :elsewhere }", "! What is broader than a concept is a concept."),
    ("INSERT DATA { :cs skos:broader :ml }", "! A concept is broader than itself."),
    ("DELETE DATA { :m dqv:computedOn :ann }", "! A reported metric is about one thing."),
    (
        "INSERT DATA { :m dqv:isMeasurementOf <http://e.org/metric/paperCount> }",
        "! A reported metric measures one metric.",
    ),
    ("INSERT DATA { :m dqv:value 4.0 }", "? Versions of one record report different values."),
    (
        "INSERT DATA { :m dqv:value 2 }",
        "! A reported metric has a value, a decimal number that is not negative.",
    ),
    ("DELETE DATA { :m qudt:unit unit:NUM }", "! A reported metric has one unit."),
    ("DELETE DATA { :m prov:wasDerivedFrom :r }", "! A reported metric comes from a source record."),
    (
        "DELETE DATA { :n dqv:value 3.0 }; INSERT DATA { :n dqv:value 2.5 }",
        "? The source reports an h-index of 3 over 2.5 papers.",
    ),
    (
        "DELETE WHERE { :n qudt:unit ?u ; dqv:value ?v }; INSERT DATA { :n qudt:unit unit:PERCENT ; dqv:value 101.0 }",
        "? The source reports more than 100 per cent.",
    ),
    ("DELETE WHERE { <http://e.org/metric/hIndex> skos:prefLabel ?l }", "! A metric has a label."),
    ("DELETE WHERE { <http://e.org/metric/hIndex> skos:definition ?d }", "! A metric has a definition."),
    ("INSERT DATA { :r kg:dataset :e }", "! A source record belongs to one dataset."),
    ("DELETE DATA { :r dcterms:identifier '1' }", "! A source record has one name in its dataset."),
    ("INSERT DATA { :r kg:adapter 'y' }", "! A source record was read by one adapter."),
    ("INSERT DATA { :r kg:adapterVersion '2' }", "! A source record was read by one version of its adapter."),
    ("INSERT DATA { :r pav:retrievedOn '2024-02-01'^^xsd:date }", "! A source record was retrieved on one day."),
    ("INSERT DATA { :r kg:locator 1 }", "! A locator is text."),
    ("INSERT DATA { :r kg:statedTitle 1 }", "! A stated title is text."),
    (
        "INSERT DATA { :r kg:statedDate 2023 }",
        "! A stated date is a day, a month or a year, or one of the first two without the year.",
    ),
    ("INSERT DATA { :r kg:statedAuthors 1 }", "! A stated list of authors is text."),
    ("INSERT DATA { :r kg:statedAffiliations 1 }", "! Stated affiliations are text."),
    ("INSERT DATA { :r kg:statedConcept 1 }", "! A stated concept is text."),
    (
        "INSERT DATA { :r kg:statedAuthorListComplete false }",
        "! Whether a record's author list is complete is one value, true or false.",
    ),
    ("DELETE DATA { :d dcterms:title 'd' }", "! A dataset has a title."),
    ("DELETE DATA { :d kg:adapter 'x' }", "! A dataset was read by one adapter."),
    ("DELETE WHERE { ?link owl:annotatedSource ?thing }", "! A link has one thing at one end."),
    ("DELETE WHERE { ?link owl:annotatedTarget ?thing }", "! A link has one thing at its other end."),
    (
        "INSERT DATA { <http://e.org/link> owl:annotatedProperty owl:differentFrom }",
        "! A link says in which of six ways its two ends belong together.",
    ),
    (
        "DELETE { ?l sssom:confidence ?c } INSERT { ?l sssom:confidence 1.5 } WHERE { ?l sssom:confidence ?c }",
        "! A link has one confidence, from 0 to 1.",
    ),
    ("DELETE WHERE { ?link kg:linkMethod ?method }", "! A link says which rule found it."),
    (
        'DELETE { ?link kg:decision ?d } INSERT { ?link kg:decision "perhaps" } WHERE { ?link kg:decision ?d }',
        "! A link says what became of it.",
    ),
    ("DELETE WHERE { ?count kg:countOf ?thing }", "! A yearly count is of one thing."),
    ("DELETE DATA { <http://e.org/ml#papers-2023> kg:publicationYear 2023 }", "! A yearly count is of one year."),
    (
        "DELETE DATA { <http://e.org/ml#papers-2023> kg:paperCount 1 }",
        "! A yearly count is one whole number above zero.",
    ),
    ("DELETE DATA { :bob foaf:name 'Bob' }", "! It has a name, and it is text."),
    ("DELETE DATA { :uni foaf:name 'Uni' }", "! It has a name, and it is text."),
    ("DELETE DATA { :venue foaf:name 'Venue' }", "! It has a name, and it is text."),
    ("INSERT DATA { :bob kg:identityBasis 'guess' }", "! What tells it from others is an identifier or its name."),
    ("DELETE DATA { :s2 prov:wasDerivedFrom :r }", "? No source record says where it comes from."),
    ("INSERT DATA { :venue kg:paperCount 0 }", "! A count of papers is one whole number above zero."),
    ("INSERT DATA { :bob owl:sameAs 'Bob' }", "! What is the same is named by an IRI."),
]


def good_graph(*updates: str) -> Store:
    store = Store()
    store.load(PREFIXES + GOOD, format=RdfFormat.TURTLE)
    for update in updates:
        store.update(PREFIXES + update)
    return store


def complaints(report: Report) -> set[str]:
    marks = {"Violation": "!", "Warning": "?"}
    return {f"{marks[result.severity]} {result.message}" for result in report.results}


def test_a_good_graph_has_no_fault() -> None:
    report = validate(good_graph())
    assert report.results == ()
    assert report.conforms
    assert report.summary == ("violations: 0, warnings: 0",)


@pytest.mark.parametrize(("update", "complaint"), FAULTS)
def test_a_fault_is_found(update: str, complaint: str) -> None:
    report = validate(good_graph(update))
    assert complaint in complaints(report)
    assert report.conforms == all(found.startswith("?") for found in complaints(report))


def test_every_complaint_of_the_shapes_is_made_somewhere() -> None:
    messages = {str(message) for message in Graph().parse(SHAPES).objects(None, SH.message)}
    made = {complaint[2:] for _, complaint in FAULTS}
    h_index = "The source reports an h-index of {?value} over {?papers} papers."
    assert messages - {h_index} == made - {"The source reports an h-index of 3 over 2.5 papers."}


def test_the_seeds_have_one_doubt_and_no_fault(seed_snapshot: Snapshot) -> None:
    report = validate(seed_snapshot.store)
    assert report.conforms
    (doubt,) = report.results
    metric = f"{ns.DEFAULT_BASE}reported-metric/evan-hubinger/profile-evan-hubinger/hIndex"
    assert (doubt.severity, doubt.focus) == ("Warning", f"<{metric}>")
    assert doubt.value == f'"54"^^<{ns.XSD}decimal>'
    assert doubt.message == "The source reports an h-index of 54 over 20 papers."
    assert report.summary == (f"warning, 1 ×: {doubt.message} {doubt.focus}", "violations: 0, warnings: 1")


def test_a_result_says_where_and_which_shape_asks() -> None:
    (result,) = validate(good_graph("DELETE DATA { :p kg:authorship :s2 ; dcterms:creator :bob }")).results
    assert result.focus == "<http://e.org/s2>"
    assert result.path == f"^<{ns.KG}authorship>"
    assert result.shape == "https://w3id.org/paperkg/shapes#Authorship"
    assert result.value is None


def test_a_value_is_reported_as_it_is_spelled() -> None:
    report = validate(good_graph("INSERT DATA { :q kg:codeAvailable 'maybe'^^xsd:boolean }"))
    assert [result.value for result in report.results] == [f'"maybe"^^<{ns.XSD}boolean>']
    assert '"maybe"^^xsd:boolean' in report.turtle


def test_violations_come_first_and_alike_ones_are_one_line() -> None:
    report = validate(good_graph("INSERT DATA { :x a kg:Paper ; dcterms:title :t . :y a kg:Paper ; dcterms:title :t }"))
    assert [result.severity for result in report.results] == ["Violation"] * 2 + ["Warning"] * 2
    assert report.summary == (
        "violation, 2 ×: A title of a paper is text. <http://e.org/x>",
        "warning, 2 ×: No source record says where it comes from. <http://e.org/x>",
        "violations: 2, warnings: 2",
    )


def test_named_graphs_are_not_looked_at() -> None:
    update = "INSERT DATA { GRAPH :g { :x a kg:Paper . :p kg:primaryConcept :cs ; dcterms:creator :bob } }"
    assert validate(good_graph(update)).results == ()


def test_the_report_is_one_of_shacl() -> None:
    report = Graph().parse(data=validate(good_graph(*(update for update, _ in FAULTS))).turtle, format="turtle")
    (root,) = report.subjects(RDF.type, SH.ValidationReport)
    assert report.value(root, SH.conforms).toPython() is False
    for result in report.objects(root, SH.result):
        for predicate in (SH.focusNode, SH.resultSeverity, SH.resultMessage, SH.sourceShape):
            assert (result, predicate, None) in report
    assert set(report.objects(None, SH.resultSeverity)) == {SH.Violation, SH.Warning}


def test_a_report_of_warnings_alone_does_not_conform_in_the_sense_of_shacl() -> None:
    found = validate(good_graph("INSERT DATA { :s2 kg:position 3 }"))
    assert found.conforms
    assert "sh:conforms false" in found.turtle
    assert "sh:conforms true" in validate(good_graph()).turtle


def test_constraints_in_the_store_find_what_pyshacl_finds() -> None:
    store = good_graph(*(update for update, _ in FAULTS if "[]" not in update))
    _, report, _ = pyshacl.validate(
        Graph().parse(data=store.dump(format=RdfFormat.TURTLE, from_graph=DefaultGraph()), format="turtle"),
        shacl_graph=Graph().parse(SHAPES),
    )
    expected = sorted(
        (str(report.value(node, SH.resultMessage)), report.value(node, SH.focusNode).n3())
        for node in report.subjects(RDF.type, SH.ValidationResult)
    )
    assert len(expected) > 60
    assert sorted((result.message, result.focus) for result in validate(store).results) == expected


def test_the_shapes_are_shacl() -> None:
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=Graph().parse(SHAPES), meta_shacl=True)
    assert conforms, text


def test_shapes_speak_of_terms_that_there_are() -> None:
    shapes = Graph().parse(SHAPES)
    used = {str(term) for triple in shapes for term in triple if isinstance(term, URIRef) and term.startswith(ns.KG)}
    queries = " ".join(str(select) for select in shapes.objects(None, SH.select))
    ontology = {str(subject) for subject in Graph().parse(paths.ONTOLOGY / "kg.ttl").subjects()}
    assert used <= ontology
    assert {
        ns.KG + word.removeprefix("kg:") for word in queries.replace("/", " ").split() if word[:3] == "kg:"
    } <= ontology


TERMS = st.sampled_from([NamedNode("http://e.org/a"), NamedNode("http://e.org/b"), BlankNode("x"), NamedNode(ns.PAPER)])
VALUES = TERMS | st.builds(
    lambda text, datatype: Literal(text, datatype=NamedNode(ns.XSD + datatype)),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)
    | st.sampled_from(["1", "maybe", "2023-13-45", "1E400", "NaN", "-1", "10.1000/x"]),
    st.sampled_from(["string", "integer", "decimal", "double", "boolean", "date", "gYear", "gMonthDay"]),
)
CLASSES = [
    value for name, value in vars(ns).items() if str(value).startswith(ns.KG) and value[len(ns.KG) :][:1].isupper()
]
PREDICATES = sorted({value for value in vars(ns).values() if isinstance(value, str) and value.startswith("http")})
STATEMENTS = st.builds(Triple, TERMS, st.sampled_from(PREDICATES).map(NamedNode), VALUES) | st.builds(
    Triple, TERMS, st.just(NamedNode(ns.TYPE)), st.sampled_from(CLASSES).map(NamedNode)
)


@settings(max_examples=25, deadline=None)
@given(st.lists(STATEMENTS, max_size=40))
def test_any_graph_can_be_checked(triples: list[Triple]) -> None:
    store = Store()
    store.extend(Quad(*triple) for triple in triples)
    report = validate(store)
    assert list(parse(report.turtle, format=RdfFormat.TURTLE))


def test_triple_terms_are_passed_over() -> None:
    store = good_graph()
    quoted = Triple(NamedNode("http://e.org/p"), NamedNode(ns.TITLE), Literal("x"))
    store.add(Quad(NamedNode("http://e.org/p"), NamedNode(ns.RDF + "reifies"), quoted))
    assert validate(store).results == ()
