"""What the pages show a reader: the seeds' facts, how far they are known, and where they come from."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kg.naming import normal_title
from kg.settings import read_settings
from server import create_app, errors
from server.state import state_of
from tests.server.page_elements import Elements, is_own_script

PAGES = [
    "/",
    "/page/author/evan-hubinger",
    "/page/institution/openai",
    "/page/dataset/evan-hubinger",
    "/page/metric/hIndex",
    "/search?q=language",
    "/queries",
    "/sparql",
    "/ontology",
    "/shapes",
    "/export/",
    "/dataset",
    "/changes",
    "/validation",
    "/docs",
    "/editor",
    "/compare",
    "/path",
    "/curation",
    "/queries/author/most-prolific-authors",
    "/nowhere",
]


def page_of(client: FlaskClient, path: str) -> str:
    response = client.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
    assert response.mimetype == "text/html"
    return response.get_data(as_text=True)


def words_of(client: FlaskClient, path: str) -> str:
    """The text of a page with its white space folded."""
    return re.sub(r"\s+", " ", " ".join(Elements(page_of(client, path)).text))


def paper_path(client: FlaskClient, title: str) -> str:
    hits = client.get("/search", query_string={"q": title, "type": "paper"}, headers={"Accept": "application/json"})
    return next(hit["page"] for hit in hits.get_json()["hits"] if normal_title(hit["label"]) == normal_title(title))


@pytest.mark.parametrize("path", [*PAGES, "/schema"])
def test_no_page_is_large(client: FlaskClient, path: str) -> None:
    assert len(page_of(client, path).encode()) < 100_000


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_accessible(client: FlaskClient, path: str) -> None:
    elements = Elements(page_of(client, path)).elements
    tags = [tag for tag, _ in elements]
    attributes = [values for _, values in elements]
    assert ("html", {"lang": "en"}) in elements
    assert [tags.count(tag) for tag in ("h1", "main", "title")] == [1, 1, 1]
    assert {"header", "nav", "footer"} <= set(tags)
    assert elements[tags.index("a")][1]["href"] == "#content"
    ids = [values["id"] for values in attributes if "id" in values]
    assert len(ids) == len(set(ids))
    for values in attributes:
        for reference in ("for", "aria-labelledby", "aria-describedby"):
            assert set((values.get(reference) or "").split()) <= set(ids)
    named = {values["for"] for tag, values in elements if tag == "label"}
    for tag, values in elements:
        if tag in ("select", "textarea") or (tag == "input" and values.get("type") != "hidden"):
            assert values.get("id") in named
        if tag == "img":
            assert "alt" in values
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_front_page_says_what_is_in_the_graph(client: FlaskClient) -> None:
    words = words_of(client, "/")
    for fact in ("23 papers", "52 authors", "6 institutions", "evan-hubinger", "alignment-papers"):
        assert fact in words


def test_a_paper_with_a_cut_author_list_says_so(client: FlaskClient) -> None:
    words = words_of(client, paper_path(client, "Agentic Misalignment: How LLMs Could Be Insider Threats"))
    assert "Aengus Lynch Benjamin Wright Caleb Larson et al." in words
    assert "The author list is incomplete" in words
    assert "Also an author, at a position that no source gives: Evan Hubinger" in words
    assert "5 October 2025" in words
    assert "The record cuts its author list short." in words
    assert re.search(r"evan-hubinger\.txt, line \d+", words)


def test_a_paper_with_all_its_authors_does_not(hostile_client: FlaskClient) -> None:
    words = words_of(hostile_client, "/page/paper/doi:10.1000/plain")
    assert "et al." not in words
    assert "incomplete" not in words


def test_a_day_without_a_year_stays_one(client: FlaskClient) -> None:
    title = "Scaling Monosemanticity: Extracting Interpretable Features from Claude 3 Sonnet"
    assert "28 May, year not given" in words_of(client, paper_path(client, title))


def test_a_paper_of_two_sources_shows_both(client: FlaskClient) -> None:
    words = words_of(client, paper_path(client, "Alignment faking in large language models"))
    assert "2 source records say so" in words
    assert "evan-hubinger.txt" in words
    assert "alignment-papers.txt" in words


def test_institutions_of_a_whole_paper_are_not_given_to_an_author(client: FlaskClient) -> None:
    title = "Studying Large Language Model Generalization with Influence Functions"
    words = words_of(client, paper_path(client, title))
    assert "OpenAI" in words
    assert "do not say which author was where" in words


def test_reported_figures_stand_beside_computed_ones(client: FlaskClient) -> None:
    words = words_of(client, "/page/author/evan-hubinger")
    assert re.search(r"Papers 20 20 evan-hubinger\.txt, line 1", words)
    assert re.search(r"Citations (0|not counted) 3,987", words)
    assert re.search(r"(?i)h-?index not counted 54", words)
    assert "55 %" in words
    assert "Known by name alone" in words
    assert "20 papers in this graph" in words


def test_papers_of_an_author_stand_by_year_latest_first(client: FlaskClient) -> None:
    page = page_of(client, "/page/author/evan-hubinger")
    years = [int(year) for year in re.findall(r'id="papers-(\d{4})"', page)]
    assert years == sorted(years, reverse=True)
    assert len(years) == 6


def test_an_unlinked_identifier_of_a_paper_leads_out(hostile_client: FlaskClient) -> None:
    page = page_of(hostile_client, "/page/paper/doi:10.1000/plain")
    assert 'href="https://doi.org/10.1000/plain"' in page


@pytest.mark.parametrize("status_path", ["/nowhere", "/author/nobody", "/queries/no/such"])
def test_an_error_is_a_page_for_people_and_json_for_programs(client: FlaskClient, status_path: str) -> None:
    page = client.get(status_path, headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (404, "text/html")
    problem = client.get(status_path, headers={"Accept": "application/json"})
    assert problem.get_json()["status"] == 404


def test_an_unknown_address_is_told_in_words_of_this_service(client: FlaskClient) -> None:
    page = client.get("/nowhere", headers={"Accept": "text/html"})
    assert errors.NOWHERE in page.text
    main = page.text.partition("<main")[2].partition("</main>")[0]
    assert 'href="/search"' in main and 'href="/"' in main
    assert client.get("/nowhere").json["detail"] == errors.NOWHERE
    refused = client.delete("/search")
    assert refused.status_code == 405
    assert refused.json["detail"].startswith("This address takes GET, HEAD, OPTIONS;")


def test_who_may_decide_is_led_to_where_it_is_done(client: FlaskClient, seeded_store_folder: Path) -> None:
    assert 'href="/curation"' not in client.get("/docs").text
    app = create_app(read_settings({}, store=seeded_store_folder, query_workers=1, write_token="s3cret"))
    try:
        assert 'href="/curation"' in app.test_client().get("/docs").text
    finally:
        state_of(app).close()


def test_pages_have_no_scripts_in_them_and_say_all_without_those_they_load(seeded_app: Flask) -> None:
    client = seeded_app.test_client()
    for path in PAGES:
        page = Elements(page_of(client, path))
        assert all(is_own_script(attributes) for tag, attributes in page.elements if tag == "script"), path
        assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes), path
