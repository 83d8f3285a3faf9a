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


@pytest.mark.parametrize("view", [LIGHT, PHONE], indirect=True)
def test_a_name_that_is_one_long_word_does_not_widen_the_page(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(f"{seeds_service}/page/author/evan-hubinger")
    page.locator(".ranking a:not(.number)").first.evaluate("link => { link.textContent = 'A'.repeat(3000) }")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
