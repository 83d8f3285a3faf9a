"""Every kind of page loads without complaint and fits a narrow window.

KG_SCREENSHOTS=<folder> (`build/screenshots`, say) keeps pictures of each, also in a wide window, light and dark.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser.conftest import DARK, LIGHT, PHONE, sync_api
from tests.browser.kinds import KINDS

PICTURES = os.environ.get("KG_SCREENSHOTS")


@pytest.mark.parametrize("view", [LIGHT, DARK, PHONE] if PICTURES else [PHONE], indirect=True)
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_fits_its_window(page: sync_api.Page, seeds_service: str, view: str, kind: str) -> None:
    response = page.goto(seeds_service + KINDS[kind])
    assert response is not None
    assert response.status == 200
    if PICTURES:
        page.wait_for_load_state("networkidle")
        page.screenshot(path=Path(PICTURES) / f"{kind}-{view}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


_CUT = """boxes => boxes.filter(box => getComputedStyle(box).overflowX !== "visible"
    || getComputedStyle(box).overflowY !== "visible" || box.scrollWidth > box.clientWidth + 1).length"""


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_cut_off_on_paper(page: sync_api.Page, seeds_service: str, kind: str) -> None:
    page.set_viewport_size({"width": 700, "height": 1000})
    page.goto(seeds_service + KINDS[kind])
    page.emulate_media(media="print")
    assert page.locator("main pre, main .scroll").evaluate_all(_CUT) == 0
    assert page.locator("header.site nav").filter(visible=True).count() == 0


@pytest.mark.parametrize("view", [LIGHT, PHONE], indirect=True)
def test_a_name_that_is_one_long_word_does_not_widen_the_page(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(f"{seeds_service}/page/author/evan-hubinger")
    page.locator(".ranking a:not(.number)").first.evaluate("link => { link.textContent = 'A'.repeat(3000) }")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize("view", [LIGHT, PHONE], indirect=True)
@pytest.mark.parametrize("kind", ["author", "compare"])
def test_labels_of_charts_can_be_read(page: sync_api.Page, seeds_service: str, kind: str) -> None:
    page.goto(seeds_service + KINDS[kind])
    heights = page.locator(".chart text").evaluate_all(
        "texts => texts.map(text => text.getBoundingClientRect().height)"
    )
    assert heights and min(heights) >= 12


@pytest.mark.parametrize("view", [PHONE], indirect=True)
def test_a_chart_that_is_too_wide_shows_the_latest_years_first(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(seeds_service + KINDS["compare"])
    chart = page.locator(".chart").first
    chart.evaluate("chart => { chart.querySelector('svg').setAttribute('width', '900') }")
    right = chart.evaluate(
        "chart => [chart.querySelector('svg'), chart].map(each => each.getBoundingClientRect().right)"
    )
    assert right[0] == pytest.approx(right[1], abs=1)
    assert chart.evaluate("chart => { chart.scrollLeft = -500; return chart.scrollLeft }") < -100


@pytest.mark.parametrize("view", [LIGHT, PHONE], indirect=True)
def test_large_numbers_stand_on_one_line(page: sync_api.Page, seeds_service: str, view: str) -> None:
    page.set_viewport_size({"width": 360 if view == PHONE else 800, "height": 800})
    page.goto(seeds_service)
    number = page.locator(".tiles strong").last
    before = number.evaluate("number => number.getBoundingClientRect().height")
    number.evaluate("number => { number.textContent = '12,345,678' }")
    assert number.evaluate("number => number.getBoundingClientRect().height") == before
