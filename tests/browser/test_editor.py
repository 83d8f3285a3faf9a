"""The SPARQL editor in a browser: what it completes, where it says what is wrong, and how it shows an answer."""

from __future__ import annotations

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.browser.conftest import sync_api
from tests.server.test_assets import built

pytestmark = built
PREFIXES = (
    "PREFIX kg: <https://w3id.org/paperkg/ontology#> PREFIX dcterms: <http://purl.org/dc/terms/> "
    "PREFIX foaf: <http://xmlns.com/foaf/0.1/> "
)


def opened(page: sync_api.Page, service: str, query: str | None = None) -> None:
    page.goto(f"{service}/editor" + (f"?{urlencode({'query': query})}" if query else ""))
    page.wait_for_selector("[data-editor][data-ready]")


def write(page: sync_api.Page, text: str) -> None:
    """Replace the query; the cursor stands where the text has a bar."""
    before, _, after = text.partition("|")
    page.evaluate(
        """([text, line, ch]) => {
          const editor = document.querySelector('.CodeMirror').CodeMirror;
          editor.setValue(text); editor.focus(); editor.setCursor(line, ch);
        }""",
        [before + after, before.count("\n"), len(before.rpartition("\n")[2])],
    )


def written(page: sync_api.Page) -> str:
    return str(page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()"))


def run(page: sync_api.Page) -> None:
    page.click("[data-run]")
    page.wait_for_selector("[data-stop]", state="hidden")


def test_a_query_is_run_and_its_address_can_be_sent_on(page: sync_api.Page, seeds_service: str) -> None:
    opened(page, seeds_service)
    query = PREFIXES + 'SELECT ?author { ?author foaf:name "Evan Hubinger" }'
    write(page, query)
    page.keyboard.press("Control+Enter")
    link = page.locator("[data-answer] td a")
    assert link.inner_text() == "Evan Hubinger"
    assert link.get_attribute("href") == "/author/evan-hubinger"
    assert page.locator("[data-state]").inner_text().startswith("1 row in ")
    assert parse_qs(urlsplit(page.url).query) == {"query": [query]}
    page.reload()
    assert page.locator("[data-answer] td a").inner_text() == "Evan Hubinger"


@pytest.mark.parametrize(
    ("typed", "chosen"),
    [
        ("SELECT * {\n  ?s a Pap|\n}", "?s a kg:Paper\n"),
        ("SELECT * {\n  ?s dcterms:tit|\n}", "?s dcterms:title\n"),
    ],
)
def test_terms_of_the_graph_are_completed_and_their_prefixes_declared(
    page: sync_api.Page, seeds_service: str, typed: str, chosen: str
) -> None:
    opened(page, seeds_service)
    write(page, typed)
    page.keyboard.press("Control+Space")
    page.wait_for_selector(".CodeMirror-hints")
    page.keyboard.press("Enter")
    assert chosen in written(page)
    assert "PREFIX" in written(page)


def test_things_are_found_by_words(page: sync_api.Page, seeds_service: str) -> None:
    opened(page, seeds_service)
    write(page, "SELECT * {\n  ?s ?p |\n}")
    page.keyboard.type("<evan hub", delay=40)
    page.wait_for_selector(".CodeMirror-hint:has-text('Evan Hubinger (author)')")
    page.keyboard.press("Enter")
    assert "?s ?p <https://w3id.org/paperkg/author/evan-hubinger>\n" in written(page)


def test_what_is_wrong_is_marked_where_it_is(page: sync_api.Page, seeds_service: str, troubles: list[str]) -> None:
    opened(page, seeds_service)
    write(page, "SELECT * {\n  ?s foo:bar ?o\n}|")
    page.click("[data-run]")
    page.wait_for_selector(".wrong-text")
    assert page.locator("#problem").inner_text() == "line 2, column 6: the prefix 'foo:' is not declared"
    page.wait_for_selector(".cm-matchhighlight")  # the word at the cursor, which stands in a piece of its own
    assert "".join(page.locator(".wrong-text").all_inner_texts()) == "foo:bar"
    write(page, "ASK {}|")
    assert not page.locator("#problem").is_visible()
    assert len(troubles) == 1 and "400" in troubles.pop()


def test_an_answer_is_a_table_a_chart_and_a_graph(page: sync_api.Page, seeds_service: str) -> None:
    opened(page, seeds_service, PREFIXES + "SELECT ?p ?a ?y { ?p dcterms:creator ?a ; kg:publicationYear ?y } LIMIT 30")
    assert page.locator("[data-answer] tbody tr").count() == 30
    page.click(".select_chart")
    page.wait_for_selector(".drawn canvas")
    page.click(".select_graph")
    page.wait_for_selector(".drawn.graph canvas")


def test_columns_stand_on_axes_of_their_kinds_whatever_they_are_called(page: sync_api.Page, seeds_service: str) -> None:
    opened(page, seeds_service, PREFIXES + "SELECT ?y (COUNT(?p) AS ?n) { ?p kg:publicationYear ?y } GROUP BY ?y")
    page.click(".select_chart")
    page.wait_for_selector(".drawn canvas")
    assert page.locator("[data-answer] select").evaluate_all("all => all.map(each => each.value)") == ["bar", "y", "n"]
    across = page.evaluate(
        """async () => {
          const { specification } = await import("/static/js/chart.js");
          const rows = [{ y: 2019, n: 1 }, { y: 2024, n: 6 }];
          const x = (mark, years) => specification({ mark, x: "y", y: "n", years }, rows).encoding.x;
          const names = specification({ mark: "bar", x: "n", y: "who" }, [{ n: 1, who: "Ann Ash" }]).encoding.y;
          return [x("bar", "y").type, x("point", "y").scale.zero, x("bar").type, names.type, names.title];
        }"""
    )
    assert across == ["ordinal", False, "quantitative", "nominal", None], (
        "names stand without a title, which would cover them"
    )


def test_a_table_is_sorted_and_searched(page: sync_api.Page, seeds_service: str) -> None:
    opened(page, seeds_service, PREFIXES + "SELECT ?name ?n { ?a foaf:name ?name ; kg:paperCount ?n }")
    first = page.locator("[data-answer] tbody tr").first
    page.click("th:has-text('n') >> nth=1 >> button")
    page.click("th[aria-sort=ascending] button")
    assert first.inner_text().startswith("Evan Hubinger")
    page.fill("[type=search][aria-label='Rows that hold']", "carson")
    assert page.locator("[data-answer] tbody tr").count() == 1


def test_hostile_names_are_texts_in_every_view(page: sync_api.Page, hostile_service: str) -> None:
    opened(page, hostile_service, PREFIXES + "SELECT ?s ?o (1 AS ?n) { ?s a kg:Paper ; ?p ?o } ORDER BY ?s")
    page.wait_for_selector("[data-answer] tbody tr")
    assert "<script>" in page.locator("[data-answer]").inner_text()
    assert page.locator("[data-answer] a[href^='javascript:']").count() == 0
    page.click(".select_chart")
    page.wait_for_selector(".drawn canvas")
    page.click(".select_graph")
    page.wait_for_selector(".drawn.graph canvas")
    write(page, "SELECT * { ?s ?p <scri| }")
    page.keyboard.type("pt")
    page.wait_for_selector(".CodeMirror-hint")


def test_nothing_is_kept_in_the_browser(page: sync_api.Page, seeds_service: str) -> None:
    opened(page, seeds_service, "ASK {}")
    run(page)
    assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]


def test_a_query_without_an_end_can_be_stopped(page: sync_api.Page, seeds_service: str) -> None:
    opened(page, seeds_service)
    write(page, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }|")
    page.click("[data-run]")
    page.click("[data-stop]")
    page.wait_for_selector("[data-state]:has-text('Stopped.')")
    assert page.locator("[data-run]").is_enabled()
