"""Pages of things in a browser: graphs that can be dragged and opened, papers narrowed down in place, things picked."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import DARK, PHONE, sync_api
from tests.server.hostile_records import HOSTILE_NAME
from tests.server.test_assets import built

AUTHOR = "/page/author/evan-hubinger"


def drawn(page: sync_api.Page) -> sync_api.Locator:
    """The graph of the page, once it is drawn."""
    page.locator("[data-graph]").scroll_into_view_if_needed()
    page.wait_for_selector("[data-graph].drawn .tools")
    return page.locator("[data-graph]")


def tap(graph: sync_api.Locator, label: str, clicks: int = 1) -> None:
    """Click on the dot of that name, where it stands once the page around it does not move any more."""
    graph.evaluate(
        """async (place) => {
          const top = () => place.querySelector('.canvas').getBoundingClientRect().top;
          for (let seen = NaN; seen !== top(); ) {
            seen = top();
            place.querySelector('.canvas').scrollIntoView({ block: 'center' });
            await new Promise((done) => setTimeout(done, 200));
          }
        }"""
    )
    place = graph.evaluate(
        """(place, label) => {
          const { x, y } = place.drawn.nodes().filter((node) => node.data('label') === label)[0].renderedPosition();
          const box = place.querySelector('.canvas').getBoundingClientRect();
          return { x: box.x + x, y: box.y + y };
        }""",
        label,
    )
    graph.page.mouse.click(place["x"], place["y"], click_count=clicks)


@built
@pytest.mark.parametrize("view", [DARK, PHONE], indirect=True)
def test_a_graph_is_drawn_and_leads_on(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(seeds_service + AUTHOR)
    graph = drawn(page)
    names = graph.evaluate("place => place.drawn.nodes().map((node) => node.data('label'))")
    assert {"Evan Hubinger", "Benjamin Wright"} <= set(names)
    tap(graph, "Benjamin Wright")
    link = graph.get_by_role("link", name="Benjamin Wright")
    assert "3 papers together" in (graph.locator(".picked-thing").text_content() or "")
    link.click()
    page.wait_for_url("**/page/author/benjamin-wright")


@built
def test_a_dot_can_be_dragged_and_the_graph_be_zoomed(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(seeds_service + "/network/author/evan-hubinger")
    graph = drawn(page)
    where = "place => place.drawn.nodes('.centre')[0].renderedPosition().x"
    before = graph.evaluate(where)
    box = graph.locator(".canvas").bounding_box()
    at = graph.evaluate("place => place.drawn.nodes('.centre')[0].renderedPosition()")
    assert box
    page.mouse.move(box["x"] + at["x"], box["y"] + at["y"])
    page.mouse.down()
    page.mouse.move(box["x"] + at["x"] + 60, box["y"] + at["y"], steps=4)
    page.mouse.up()
    assert abs(graph.evaluate(where) - before - 60) < 5
    zoom = graph.evaluate("place => place.drawn.zoom()")
    graph.get_by_role("button", name="Larger").click()
    assert graph.evaluate("place => place.drawn.zoom()") > zoom


@built
def test_labels_of_a_graph_are_text(page: sync_api.Page, hostile_service: str) -> None:
    page.goto(hostile_service + "/page/paper/doi:10.1000/hostile")
    page.get_by_role("link", name="Second Author").first.click()
    graph = drawn(page)
    tap(graph, HOSTILE_NAME)
    sync_api.expect(graph.locator(".picked-thing")).to_contain_text(HOSTILE_NAME)
    assert page.locator(".picked-thing b").count() == 0


def test_papers_are_narrowed_down_in_place(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(seeds_service + AUTHOR)
    page.evaluate("window.stayed = true")
    entries = page.locator("[data-papers] article")
    assert entries.count() == 20
    page.get_by_label("Together with").select_option(label="Benjamin Wright (3)")
    sync_api.expect(entries).to_have_count(3)
    assert "author=author/benjamin-wright" in page.url.replace("%2F", "/")
    page.locator("[data-papers]").get_by_title("Without this author").click()
    sync_api.expect(entries).to_have_count(20)
    page.go_back()
    sync_api.expect(entries).to_have_count(3)
    assert page.evaluate("window.stayed"), "the page was never loaded anew"
    page.reload()
    assert page.locator("[data-papers] article").count() == 3, "the address says it all"


def test_a_bar_of_the_chart_leads_to_its_year(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(seeds_service + AUTHOR)
    page.get_by_role("link", name=re.compile("^2024: ")).click()
    page.wait_for_selector("[data-papers] .narrowed-by")
    assert page.locator("[data-papers] h3").all_text_contents() == ["2024"]


def test_the_same_without_scripts(browser: sync_api.Browser, seeds_service: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(seeds_service + AUTHOR)
    page.get_by_label("Together with").select_option(label="Benjamin Wright (3)")
    page.get_by_role("button", name="Show").click()
    assert page.locator("[data-papers] article").count() == 3
    context.close()


def test_a_reference_is_copied(page: sync_api.Page, seeds_service: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(seeds_service + AUTHOR)
    page.locator("[data-papers] article a").first.click()
    page.get_by_role("button", name="Copy").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith("@")


def test_how_a_fact_is_known_unfolds(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(seeds_service + AUTHOR)
    page.locator("[data-papers] article a").first.click()
    page.locator("summary").filter(has_text="how known?").first.click()
    assert page.get_by_text(re.compile(r"evan-hubinger\.txt, line \d+")).first.is_visible()


def test_a_person_is_picked_by_name(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(seeds_service + "/compare?a=author/evan-hubinger")
    assert page.get_by_label("One author").input_value() == "Evan Hubinger"
    page.get_by_label("Another author").press_sequentially("benjamin wr")
    page.get_by_role("option", name=re.compile("Benjamin Wright")).wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**b=**")
    assert page.get_by_role("heading", name="3 papers together").is_visible()


@built
def test_a_way_is_drawn(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(seeds_service + "/path?from=author/evan-hubinger&to=author/benjamin-wright")
    assert drawn(page).evaluate("place => place.drawn.edges().length") == 1
