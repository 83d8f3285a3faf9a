"""Records become exactly the statements that the data model asks for."""

from __future__ import annotations

from decimal import Decimal

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat

from kg.errors import TermError
from kg.mapping import Mapper, Mapping, date_literal
from kg.naming import Naming
from kg.records import (
    Author,
    Authorship,
    Concept,
    Institution,
    Paper,
    PartialDate,
    Profile,
    Record,
    ReportedMetric,
    SourceRecord,
)

BASE = "https://example.org/"
CONTEXT = Mapping(Naming(BASE), "pages", "profile-page", "1", retrieved="2024-05-31")
SHORT = {
    BASE: "",
    "https://w3id.org/paperkg/ontology#": "kg:",
    "http://purl.org/dc/terms/": "dcterms:",
    "http://www.w3.org/2001/XMLSchema#": "xsd:",
    "http://xmlns.com/foaf/0.1/": "foaf:",
    "http://www.w3.org/ns/prov#": "prov:",
    "http://www.w3.org/ns/dqv#": "dqv:",
}


def statements(record: Record) -> set[str]:
    """The statements of a record, shortened so that a person can read them; parsed, so that they are N-Triples."""
    text = Mapper(CONTEXT).map(record).content
    found = {f"{quad.subject} {quad.predicate} {quad.object}" for quad in pyoxigraph.parse(text, RdfFormat.N_TRIPLES)}
    for iri, prefix in SHORT.items():
        found = {statement.replace(iri, prefix) for statement in found}
    return found


PAPER = Paper(
    title="A Title",
    source=SourceRecord("entry", "page.txt, line 3", "A  Title", PartialDate(2023, 8), "Ada L et al."),
    authorships=(
        Authorship(Author("Ada L"), 1, "Ada L"),
        Authorship(Author("Wei Wang"), 2, "Wei Wang"),
        Authorship(Author("Wei Wang"), 3, "Wei Wang"),
        Authorship(Author("Sub Ject")),
    ),
    author_list_complete=False,
    date=PartialDate(2023, 8),
    primary_concept=Concept("arxiv", "cs.LG"),
    institutions=(Institution("University of Washington", code="uw"),),
    code_available=True,
    code_urls=("https://github.com/a/b",),
)
KEY = Naming(BASE).paper(PAPER).removeprefix(BASE + "paper/")


@pytest.mark.parametrize(
    "statement",
    [
        f'<paper/{KEY}> <dcterms:title> "A Title"',
        f'<paper/{KEY}> <dcterms:issued> "2023-08"^^<xsd:gYearMonth>',
        f'<paper/{KEY}> <kg:publicationYear> "2023"^^<xsd:integer>',
        f"<paper/{KEY}> <dcterms:creator> <author/sub-ject>",
        f"<paper/{KEY}> <kg:primaryConcept> <concept/arxiv:cs.LG>",
        f"<paper/{KEY}> <dcterms:subject> <concept/arxiv:cs.LG>",
        f"<paper/{KEY}> <kg:institution> <institution/uw>",
        f'<paper/{KEY}> <kg:identityBasis> "name"',
        f"<paper/{KEY}> <prov:wasDerivedFrom> <record/pages/entry>",
        f"<paper/{KEY}> <https://schema.org/codeRepository> <https://github.com/a/b>",
        f'<authorship/{KEY}/ada-l> <kg:position> "1"^^<xsd:integer>',
        f"<authorship/{KEY}/wei-wang> <kg:author> <author/wei-wang>",
        f'<authorship/{KEY}/wei-wang/2> <kg:position> "3"^^<xsd:integer>',
        f'<authorship/{KEY}/sub-ject> <kg:authorshipBasis> "listing"',
        f'<authorship/{KEY}/ada-l> <kg:authorshipBasis> "printed"',
        '<institution/uw> <foaf:name> "University of Washington"',
        '<record/pages/entry> <kg:statedTitle> "A  Title"',
        '<record/pages/entry> <kg:statedAuthorListComplete> "false"^^<xsd:boolean>',
        '<record/pages/entry> <http://purl.org/pav/retrievedOn> "2024-05-31"^^<xsd:date>',
        '<record/pages/entry> <kg:locator> "page.txt, line 3"',
    ],
)
def test_a_paper_states(statement: str) -> None:
    assert statement in statements(PAPER)


def test_unknown_stays_unknown() -> None:
    bare = "\n".join(statements(Paper(title="T", source=SourceRecord("r"))))
    for term in ("issued", "publicationYear", "creator", "abstract", "codeAvailable", "AuthorListComplete", "subject"):
        assert term not in bare


def test_an_author_without_a_position_has_none() -> None:
    assert not any("sub-ject> <kg:position>" in statement for statement in statements(PAPER))


def test_reported_metrics_are_claims_of_their_record() -> None:
    profile = Profile(
        thing=Author("Ada L"),
        source=SourceRecord("profile"),
        fields=(Concept("arxiv", "cs.AI"),),
        metrics=(ReportedMetric("hIndex", Decimal(54), "UNITLESS"),),
    )
    assert statements(profile) >= {
        "<author/ada-l> <kg:reportedMetric> <reported-metric/pages/profile/hIndex>",
        '<reported-metric/pages/profile/hIndex> <dqv:value> "54"^^<xsd:decimal>',
        "<reported-metric/pages/profile/hIndex> <dqv:isMeasurementOf> <metric/hIndex>",
        "<reported-metric/pages/profile/hIndex> <prov:wasDerivedFrom> <record/pages/profile>",
        "<author/ada-l> <kg:researchField> <concept/arxiv:cs.AI>",
    }


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        (PartialDate(2023, 8, 7), '"2023-08-07"^^<http://www.w3.org/2001/XMLSchema#date>'),
        (PartialDate(2023, 8), '"2023-08"^^<http://www.w3.org/2001/XMLSchema#gYearMonth>'),
        (PartialDate(987), '"0987"^^<http://www.w3.org/2001/XMLSchema#gYear>'),
        (PartialDate(None, 5, 28), '"--05-28"^^<http://www.w3.org/2001/XMLSchema#gMonthDay>'),
        (PartialDate(None, 5), '"--05"^^<http://www.w3.org/2001/XMLSchema#gMonth>'),
    ],
)
def test_dates_keep_their_precision(date: PartialDate, expected: str) -> None:
    assert date_literal(date) == expected


def test_a_year_is_never_guessed() -> None:
    found = statements(Paper(title="T", source=SourceRecord("r"), date=PartialDate(None, 5, 28)))
    assert not any("publicationYear" in statement for statement in found)


@given(st.text(), st.text(), st.text())
def test_hostile_text_is_stated_exactly_or_refused(title: str, name: str, abstract: str) -> None:
    record = Paper(
        title=title, source=SourceRecord("r"), abstract=abstract, authorships=(Authorship(Author(name), 1, name),)
    )
    try:
        text = Mapper(CONTEXT).map(record).content
    except TermError:
        assert any("\ud800" <= character <= "\udfff" for character in title + name + abstract)
        return
    literals = {getattr(quad.object, "value", "") for quad in pyoxigraph.parse(text, RdfFormat.N_TRIPLES)}
    assert {title, name} - {""} <= literals


@pytest.mark.parametrize(
    ("page", "statement"),
    [
        ("https://en.wikipedia.org/wiki/Graph_theory", "closeMatch> <http://dbpedia.org/resource/Graph_theory>"),
        (
            "https://en.wikipedia.org/wiki/Graph_(discrete)",
            "relatedMatch> <http://dbpedia.org/resource/Graph_(discrete)>",
        ),
        ("https://de.wikipedia.org/wiki/Graphentheorie", None),
        ("https://en.wikipedia.org/wiki/", None),
    ],
)
def test_the_page_of_a_concept_leads_to_dbpedia(page: str, statement: str | None) -> None:
    topic = Concept("made", "1", "Graph theory", "en", pages=(page,))
    said = "\n".join(statements(Profile(thing=topic, source=SourceRecord("1"))))
    assert f"<{page}>" in said
    assert "dbpedia" not in said if statement is None else statement in said
