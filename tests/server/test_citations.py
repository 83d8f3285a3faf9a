"""References over HTTP: by extension and by Accept, of papers, of things with papers, of queries and of searches."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from kg.citations import CITATION_FORMATS, PAGE
from kg.namespaces import DEFAULT_BASE

RICH = "/paper/doi:10.5555/rich"
AUTHOR = "/author/evan-hubinger"

BIBTEX = r"""@article{ash2024everything,
  author = {Ash, A.},
  title = {Everything about an {Example}},
  editor = {Editor, Dee},
  journal = {Journal of Examples},
  volume = {12},
  number = {3},
  publisher = {Example Press},
  pages = {45--67},
  year = {2024},
  month = jan,
  day = {2},
  issn = {1234-5679},
  doi = {10.5555/rich},
  language = {en},
  keywords = {exemplarity, toys},
  note = {Retracted},
}
"""

RIS = """TY  - JOUR
ID  - ash2024everything
TI  - Everything about an Example
AU  - Ash, A.
ED  - Editor, Dee
PY  - 2024
DA  - 2024/01/02/
JF  - Journal of Examples
VL  - 12
IS  - 3
SP  - 45
EP  - 67
PB  - Example Press
SN  - 1234-5679
DO  - 10.5555/rich
UR  - https://doi.org/10.5555/rich
LA  - en
KW  - exemplarity
KW  - toys
N1  - Retracted
"""
RIS += "ER  - \n"  # the space belongs to it

CSL = {
    "id": "ash2024everything",
    "citation-key": "ash2024everything",
    "type": "article-journal",
    "title": "Everything about an Example",
    "author": [{"family": "Ash", "given": "A."}],
    "editor": [{"family": "Editor", "given": "Dee"}],
    "issued": {"date-parts": [[2024, 1, 2]]},
    "container-title": "Journal of Examples",
    "volume": "12",
    "issue": "3",
    "page": "45-67",
    "publisher": "Example Press",
    "DOI": "10.5555/rich",
    "ISSN": "1234-5679",
    "URL": "https://doi.org/10.5555/rich",
    "language": "en",
    "keyword": "exemplarity, toys",
    "note": "Retracted",
    "status": "retracted",
}


def test_a_paper_as_bibtex(rich_client: FlaskClient) -> None:
    response = rich_client.get(f"/data{RICH}.bib")
    assert (response.status_code, response.mimetype) == (200, "application/x-bibtex")
    assert response.get_data(as_text=True) == BIBTEX


def test_a_paper_as_ris(rich_client: FlaskClient) -> None:
    response = rich_client.get(f"/data{RICH}.ris")
    assert response.mimetype == "application/x-research-info-systems"
    assert response.get_data(as_text=True) == RIS


def test_a_paper_as_csl_json(rich_client: FlaskClient) -> None:
    response = rich_client.get(f"/data{RICH}.csl.json")
    assert response.mimetype == "application/vnd.citationstyles.csl+json"
    assert response.get_json(force=True) == [CSL]


@pytest.mark.parametrize("citation_format", CITATION_FORMATS, ids=lambda known: known.name)
def test_reference_managers_are_led_there_by_accept(rich_client: FlaskClient, citation_format: object) -> None:
    extension, media_type = citation_format.extension, citation_format.media_type  # type: ignore[attr-defined]
    response = rich_client.get(RICH, headers={"Accept": f"{media_type}, text/html;q=0.2"})
    assert (response.status_code, response.location) == (303, f"/data{RICH}.{extension}")
    assert rich_client.get(response.location).mimetype == media_type


def test_a_name_that_bibtex_goes_by_too(rich_client: FlaskClient) -> None:
    response = rich_client.get(RICH, headers={"Accept": "text/x-bibtex"})
    assert response.location == f"/data{RICH}.bib"


@pytest.mark.parametrize("key", ["ror:05a28rw58.bib"])
def test_the_papers_of_an_institution(rich_client: FlaskClient, key: str) -> None:
    text = rich_client.get(f"/data/institution/{key}").get_data(as_text=True)
    assert re.findall(r"@\w+\{(.*),", text) == ["ash2024everything"]


def test_the_papers_of_an_author_latest_first(client: FlaskClient) -> None:
    text = client.get(f"/data{AUTHOR}.bib").get_data(as_text=True)
    years = [int(year) for year in re.findall(r"year = \{(\d+)\}", text)]
    assert len(re.findall(r"^@", text, re.M)) == 20
    assert years == sorted(years, reverse=True)


def test_keys_are_the_same_alone_and_in_a_list(client: FlaskClient) -> None:
    papers = client.get(f"/data{AUTHOR}.csl.json").get_json(force=True)
    keys = [paper["id"] for paper in papers]
    assert len(set(keys)) == len(keys) == 20
    alone = client.get("/search?q=sleeper+agents&type=paper&limit=1&format=csl.json").get_json(force=True)
    assert alone[0]["id"] in keys


@pytest.mark.parametrize("path", ["/data/dataset/evan-hubinger.bib", "/data/metric/hIndex.ris"])
def test_what_has_no_papers_has_no_references(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404


def test_a_query_whose_rows_name_papers(client: FlaskClient) -> None:
    rows = client.get("/queries/author/author-papers.csv?author=evan-hubinger&limit=3").get_data(as_text=True)
    text = client.get("/queries/author/author-papers.ris?author=evan-hubinger&limit=3").get_data(as_text=True)
    titles = re.findall(r"^TI  - (.*)$", text, re.M)
    assert len(titles) == 3
    positions = [rows.index(title.split(",")[0]) for title in titles]
    assert positions == sorted(positions)


def test_a_query_without_papers_has_no_references(client: FlaskClient) -> None:
    assert client.get("/queries/author/author-coauthors.bib").status_code == 404
    assert "application/x-bibtex" not in client.get("/queries/author/author-coauthors", headers={"Accept": "a/b"}).text


def test_options(client: FlaskClient, rich_client: FlaskClient) -> None:
    with_abstracts = client.get(f"/data{AUTHOR}.bib?abstracts=true").get_data(as_text=True)
    assert "  abstract = {" in with_abstracts
    assert "abstract" not in client.get(f"/data{AUTHOR}.bib").get_data(as_text=True)
    assert client.get("/search?q=agents&format=bib&ascii=true").get_data().isascii()
    assert client.get("/queries/author/author-papers.bib?ascii=true&abstracts=true").status_code == 200
    assert client.get("/queries/author/author-papers.csv?ascii=true").status_code == 400
    assert client.get(f"/data{AUTHOR}.bib?ascii=maybe").status_code == 400


def test_a_search_is_a_list_too(client: FlaskClient) -> None:
    by_format = client.get("/search?q=agents&format=bib")
    by_extension = client.get("/search.bib?q=agents")
    by_accept = client.get("/search?q=agents", headers={"Accept": "application/x-bibtex"})
    assert by_format.data == by_extension.data == by_accept.data
    assert by_format.data.startswith(b"@")
    assert client.get("/search?q=agents&format=png").status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "1001", "²", "9" * 30])
def test_a_page_that_is_none(client: FlaskClient, page: str) -> None:
    assert client.get(f"/data{AUTHOR}.bib", query_string={"page": page}).status_code == 400


def test_pages_lead_to_their_neighbours(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kg.citations.lists.PAGE", 8)
    found: list[str] = []
    path: str | None = f"/data{AUTHOR}.csl.json?abstracts=true"
    pages = 0
    while path:
        response = client.get(path, headers={"Cache-Control": "no-cache"})
        found += [paper["title"] for paper in response.get_json(force=True)]
        pages += 1
        following = re.search(r'<(\?[^>]*)>; rel="next"', response.headers["Link"])
        assert ('rel="prev"' in response.headers["Link"]) == (pages > 1)
        path = f"/data{AUTHOR}.csl.json{following[1]}" if following else None
    assert pages == 3
    assert len(set(found)) == 20
    assert PAGE == 50


def test_hostile_papers_are_references_too(hostile_client: FlaskClient) -> None:
    for citation_format in CITATION_FORMATS:
        response = hostile_client.get(f"/data/paper/doi:10.1000/hostile.{citation_format.extension}")
        assert response.status_code == 200
        assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_the_reference_names_the_thing_where_nothing_else_leads_to_it(client: FlaskClient) -> None:
    papers = client.get(f"/data{AUTHOR}.csl.json").get_json(force=True)
    assert all(paper["URL"].startswith(("https://doi.org/", "https://arxiv.org/", DEFAULT_BASE)) for paper in papers)
