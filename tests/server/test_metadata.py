"""What the head of a page says to programs: schema.org, the meta elements of papers, and no way out of either."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient

from kg import schema_org
from kg.namespaces import DEFAULT_BASE
from tests.server.hostile_records import HOSTILE_TITLE
from tests.server.page_elements import is_own_script

RICH = "/page/paper/doi:10.5555/rich"
HOSTILE = "/page/paper/doi:10.1000/hostile"


class Head(HTMLParser):
    """The meta elements and the data blocks of a page, as a browser takes it apart."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.meta: list[tuple[str, str]] = []
        self.blocks: list[str] = []
        self.other_scripts = 0
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "meta" and (attributes.get("name") or "").startswith("citation_"):
            self.meta.append((attributes["name"] or "", attributes["content"] or ""))
        self._inside = tag == "script" and attributes == {"type": "application/ld+json"}
        self.other_scripts += tag == "script" and not is_own_script(attributes)

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.blocks.append(data)

    @property
    def described(self) -> Any:
        (block,) = self.blocks
        return json.loads(block)


def head(client: FlaskClient, path: str) -> Head:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 200
    return Head(response.get_data(as_text=True))


def test_a_paper_in_the_meta_elements_that_google_scholar_asks_for(rich_client: FlaskClient) -> None:
    assert head(rich_client, RICH).meta == [
        ("citation_title", "Everything about an Example"),
        ("citation_author", "Ash, A."),
        ("citation_editor", "Editor, Dee"),
        ("citation_publication_date", "2024/01/02"),
        ("citation_journal_title", "Journal of Examples"),
        ("citation_volume", "12"),
        ("citation_issue", "3"),
        ("citation_firstpage", "45"),
        ("citation_lastpage", "67"),
        ("citation_publisher", "Example Press"),
        ("citation_issn", "1234-5679"),
        ("citation_doi", "10.5555/rich"),
        ("citation_language", "en"),
        ("citation_keywords", "exemplarity"),
        ("citation_keywords", "toys"),
        ("citation_abstract_html_url", "http://localhost" + RICH),
        ("citation_pdf_url", "https://example.org/rich.pdf"),
    ]


def test_a_page_without_a_title_is_no_paper_to_google_scholar(rich_client: FlaskClient) -> None:
    assert head(rich_client, "/page/paper/doi:10.5555/untitled").meta == []


def test_a_paper_as_a_scholarly_article(rich_client: FlaskClient) -> None:
    found = head(rich_client, RICH).described
    assert found["@context"] == "https://schema.org"
    assert (found["@type"], found["@id"]) == ("ScholarlyArticle", f"{DEFAULT_BASE}paper/doi:10.5555/rich")
    assert found["name"] == "Everything about an Example"
    assert [(author["name"], author["familyName"]) for author in found["author"]] == [("A. Ash", "Ash")]
    assert found["author"][0]["affiliation"][0]["name"] == "University of Examples"
    assert found["datePublished"] == "2024-01-02"
    assert found["isPartOf"][0] | {"@id": ""} == {
        "@type": "Periodical",
        "@id": "",
        "name": "Journal of Examples",
        "issn": ["1234-5679"],
    }
    assert found["creativeWorkStatus"] == "Retracted"
    assert found["encoding"] == [{"@type": "MediaObject", "contentUrl": "https://example.org/rich.pdf"}]
    assert {"@type": "PropertyValue", "propertyID": "doi", "value": "10.5555/rich"} in found["identifier"]


@pytest.mark.parametrize(
    ("path", "kind", "expected"),
    [
        ("/page/author/ann-ash", "Person", {"name": "Ann Ash"}),
        (
            "/page/institution/ror:05a28rw58",
            "Organization",
            {
                "name": "University of Examples",
                "address": {"@type": "PostalAddress", "addressCountry": "CH", "addressLocality": "Zürich"},
                "foundingDate": "1855",
                "url": "https://uex.example.org/",
            },
        ),
        ("/page/venue/issn:1234-5679", "Periodical", {"name": "Journal of Examples", "issn": ["1234-5679"]}),
        ("/page/concept/made:trees", "DefinedTerm", {"name": "Trees", "description": "Graphs without circles."}),
    ],
)
def test_other_things_have_their_types(rich_client: FlaskClient, path: str, kind: str, expected: Any) -> None:
    found = head(rich_client, path).described
    assert found["@type"] == kind
    assert found["@id"] == DEFAULT_BASE + path.removeprefix("/page/")
    assert {key: found[key] for key in expected} == expected


def test_what_schema_org_is_not_told_of_has_none(client: FlaskClient) -> None:
    assert head(client, "/page/dataset/evan-hubinger").blocks == []


def test_the_graph_is_a_dataset_by_the_rules_of_dataset_search(client: FlaskClient) -> None:
    found = head(client, "/").described
    assert found["@type"] == "Dataset"
    assert 50 <= len(found["description"]) <= 5000
    assert found["name"]
    assert found["includedInDataCatalog"]["@type"] == "DataCatalog"
    for download in found["distribution"]:
        assert download["contentUrl"].startswith("http://localhost/export/kg.")
        response = client.head(download["contentUrl"])
        assert (response.status_code, response.mimetype) == (200, download["encodingFormat"])


def test_no_text_gets_out_of_its_place(hostile_client: FlaskClient) -> None:
    page = hostile_client.get(HOSTILE).get_data(as_text=True)
    found = Head(page)
    clean = re.sub("[\u202a-\u202e]", "", HOSTILE_TITLE)
    assert found.other_scripts == 0
    assert found.described["name"] == clean
    assert dict(found.meta)["citation_title"] == clean
    assert "<script>alert" not in page
    assert not re.search(r"<!--", page)


def test_a_block_of_data_has_nothing_that_html_would_see(
    hostile_client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = "</script><!-- <script> ]]> \u2028 ' & </SCRIPT >"
    monkeypatch.setattr(schema_org, "profile", lambda *_: {"name": bad})
    page = hostile_client.get("/page/institution/ror:00x0000?fresh").get_data(as_text=True)
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    assert json.loads(block) == {"name": bad}
    assert not set(block) & set("<>&'")


def test_the_policy_forbids_scripts_in_the_page_all_the_same(client: FlaskClient) -> None:
    response = client.get("/page/author/evan-hubinger")
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy


def test_long_texts_are_cut() -> None:
    assert len(schema_org._document({"abstract": "x" * 10_000})["abstract"]) == 5000
