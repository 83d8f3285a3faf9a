"""What the pages show of papers, institutions, venues and concepts of which much is known, or next to nothing."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from kg.namespaces import DEFAULT_BASE
from tests.server.page_elements import Elements

RICH = "/page/paper/doi:10.5555/rich"
UNTITLED = "[untitled] doi:10.5555/untitled"


def page_of(client: FlaskClient, path: str) -> str:
    response = client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def words_of(client: FlaskClient, path: str) -> str:
    """The text of a page with its white space folded."""
    return re.sub(r"\s+([,.])", r"\1", re.sub(r"\s+", " ", " ".join(Elements(page_of(client, path)).text)))


def links_of(client: FlaskClient, path: str) -> dict[str, None]:
    """Where a page leads, in its order."""
    elements = Elements(page_of(client, path)).elements
    return dict.fromkeys(values["href"] or "" for tag, values in elements if tag == "a" and "href" in values)


@pytest.mark.parametrize(
    "words",
    [
        "Retracted. A source says that this paper was retracted.",
        "Withdrawn. A source says that its authors withdrew this paper.",
        "Journal of Examples",
        "Type article",
        "Volume 12",
        "Issue 3",
        "Pages 45-67",
        "Publisher Example Press",
        "Editors Dee Editor",
        "Keywords exemplarity, toys",
        "Funders Example Fund, Example Press",
        "EX-7, Example Fund",
        "Full text, page at Journal of Examples accepted version. Open to everybody. Licence: cc-by.",
        "Not open to everybody. Licence: https://example.org/licence.",
        "Other versions https://arxiv.org/abs/2401.00001",
        f"Cites {UNTITLED} 1 reference to papers that this graph does not have https://doi.org/10.5555/elsewhere",
        "Type journal-article",
        "Published in J Examples",
    ],
)
def test_a_paper_shows(rich_client: FlaskClient, words: str) -> None:
    assert words.casefold() in words_of(rich_client, RICH).casefold()


def test_a_paper_leads_out_to_what_is_the_same_and_to_its_text_once_each(rich_client: FlaskClient) -> None:
    page = page_of(rich_client, RICH)
    for address in (
        "https://doi.org/10.5555/rich",
        "https://openalex.org/W1",
        "https://semopenalex.org/work/W1",
        "https://example.org/rich.pdf",
        "https://closed.example.org/rich",
    ):
        assert page.count(f'href="{address}"') == 1, address


def test_a_paper_of_which_no_source_says_that_it_is_retracted_has_no_notice(rich_client: FlaskClient) -> None:
    assert "notice" not in page_of(rich_client, "/page/paper/doi:10.5555/untitled")


@pytest.mark.parametrize(
    "path",
    [
        "/page/author/ann-ash",
        "/page/paper/doi:10.5555/untitled",
        "/search?q=ash&type=paper",
        "/queries/author/author-papers?author=ann-ash",
        "/queries/paper/papers-without-year",
    ],
)
def test_a_paper_without_a_title_is_shown_by_its_identifier(rich_client: FlaskClient, path: str) -> None:
    assert UNTITLED in words_of(rich_client, path)


def test_a_paper_without_a_title_says_no_title_in_its_data(rich_client: FlaskClient) -> None:
    document = rich_client.get("/data/paper/doi:10.5555/untitled.jsonld").get_json()
    assert "title" not in document
    assert document["retracted"] is False


def test_what_everybody_can_read_stands_first(rich_client: FlaskClient) -> None:
    words = words_of(rich_client, RICH)
    assert 0 < words.index(" Open to everybody.") < words.index("Not open to everybody.")


def test_a_paper_without_a_title_leaves_the_titles_of_a_table_in_its_links(rich_client: FlaskClient) -> None:
    page = page_of(rich_client, "/queries/author/author-papers?author=ann-ash")
    assert page.count(">Everything about an Example<") == page.count(f">{UNTITLED}<") == 1


@pytest.mark.parametrize(
    "words",
    [
        "Kind education",
        "Country CH",
        "Place Zürich",
        "Founded 1855",
        "Status inactive",
        "Homepage https://uex.example.org/",
        "Part of Board of Examples",
        "also Beispieluniversität, UEX",
    ],
)
def test_an_institution_shows(rich_client: FlaskClient, words: str) -> None:
    assert words in words_of(rich_client, "/page/institution/ror:05a28rw58")


def test_a_venue_shows_what_it_is_and_who_publishes_it(rich_client: FlaskClient) -> None:
    words = words_of(rich_client, "/page/venue/issn:1234-5679")
    for fact in ("Kind journal", "ISSN 1234-5679", "Publisher Example Press", "also J. Ex.", "1 paper in this graph"):
        assert fact in words


def test_copies_at_a_venue_are_no_papers_of_it(rich_client: FlaskClient) -> None:
    assert "No paper in this graph points here." in words_of(rich_client, "/page/venue/shelf-of-copies")


def test_a_concept_shows_its_definition_its_scheme_and_what_it_is_elsewhere(rich_client: FlaskClient) -> None:
    page = words_of(rich_client, "/page/concept/made:trees")
    for fact in ("Graphs without circles.", "Broader Graphs", "also Bäume", "Same meaning http://www.wikidata.org/"):
        assert fact in page
    assert "https://en.wikipedia.org/wiki/Tree" in links_of(rich_client, "/page/concept/made:trees")
    assert "Narrower Trees" in words_of(rich_client, "/page/concept/made:graphs")


def test_a_type_of_papers_lists_its_papers(rich_client: FlaskClient) -> None:
    assert "Everything about an Example" in words_of(rich_client, "/page/concept/paper-type:article")


def test_an_author_shows_where_they_are(rich_client: FlaskClient) -> None:
    assert "Member of University of Examples" in words_of(rich_client, "/page/author/ann-ash")


def test_grants_and_locations_are_things_with_pages_and_data(rich_client: FlaskClient) -> None:
    document = rich_client.get("/data/paper/doi:10.5555/rich.jsonld").get_json()
    (grant,), places = document["grants"], {place["url"]: place for place in document["locations"]}
    assert grant["funders"][0]["name"] == "Example Fund"
    opened, closed = places["https://example.org/rich"], places["https://closed.example.org/rich"]
    assert opened["fullText"] == "https://example.org/rich.pdf" and closed["license"] == "https://example.org/licence"
    for thing, shown in ((grant, "EX-7"), (opened, "https://example.org/rich.pdf"), (closed, closed["url"])):
        path = "/" + thing["id"].removeprefix(DEFAULT_BASE)
        assert f">{shown}</h1>" in page_of(rich_client, path)
        turtle = rich_client.get(path, headers={"Accept": "text/turtle"}, follow_redirects=True)
        assert f"<{thing['id']}>" in turtle.get_data(as_text=True)
