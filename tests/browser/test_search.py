"""Search in a browser: suggestions by keyboard and pointer, and a page that works without any of them."""

from __future__ import annotations

import re

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect


def test_a_suggestion_chosen_by_keys_leads_to_its_page(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(f"{seeds_service}/ontology")
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name="Search the graph")
    expect(field).to_be_focused()
    with page.expect_response(re.compile("evan(%20|\\+)hub")):
        field.press_sequentially("evan hub")
    option = page.get_by_role("option", name="Evan Hubinger")
    expect(option).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
    field.press("Enter")
    expect(page).to_have_url(f"{seeds_service}/page/author/evan-hubinger")


def test_a_choice_outlives_the_answer_to_what_was_typed_before_it(page: sync_api.Page, seeds_service: str) -> None:
    """On a slow line one chooses from what has come so far."""
    waiting: list[sync_api.Route] = []
    page.goto(f"{seeds_service}/ontology")
    field = page.get_by_role("combobox", name="Search the graph")
    field.fill("evan hubin")
    option = page.get_by_role("option", name="Evan Hubinger")
    expect(option).to_be_visible()
    page.route(re.compile("hubinger"), lambda route: waiting.append(route))
    with page.expect_request(re.compile("hubinger")):
        field.press_sequentially("ger")
    field.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    old = option.element_handle()
    for each in waiting:
        each.continue_()
    page.wait_for_function("node => !node.isConnected", arg=old)
    expect(option).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")


def test_escape_closes_suggestions_and_keeps_what_was_typed(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(f"{seeds_service}/search")
    field = page.get_by_role("combobox")
    field.press_sequentially("hubin")
    expect(page.get_by_role("listbox")).to_be_visible()
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("hubin")
    field.press("Enter")
    expect(page).to_have_url(f"{seeds_service}/search?q=hubin")


def test_a_suggestion_is_chosen_by_pointer(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(seeds_service)
    page.get_by_role("combobox").press_sequentially("sleeper")
    page.get_by_role("option").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sleeper Agents")


def test_suggestions_are_text(page: sync_api.Page, hostile_service: str) -> None:
    page.goto(f"{hostile_service}/search")
    page.get_by_role("combobox").press_sequentially("script")
    expect(page.get_by_role("option").first).to_contain_text("<script>")
    assert page.locator(".suggestions script").count() == 0


@pytest.mark.parametrize("view", ["light", "dark", "phone"], indirect=True)
def test_results_fit_and_facets_narrow_them_down(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(f"{seeds_service}/search?q=models")
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(width) <= 0
    before = page.get_by_role("heading", level=2).inner_text()
    page.get_by_role("complementary", name="Narrow down").get_by_role("link").filter(has_text="Evan Hubinger").click()
    expect(page.get_by_role("list", name="Narrowed down to")).to_contain_text("Evan Hubinger")
    assert page.get_by_role("heading", level=2).inner_text() != before
    page.get_by_role("link", name="Remove author: Evan Hubinger").click()
    expect(page.get_by_role("heading", level=2)).to_have_text(before)
