"""Every kind of page by axe-core, by day and by night: nothing serious. https://github.com/dequelabs/axe-core"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import sync_api
from tests.browser.kinds import KINDS

axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
AXE = Path(axe.__file__).with_name("axe.min.js")
SERIOUS = ("serious", "critical")


def faults(page: sync_api.Page, *rules: str) -> list[str]:
    """What is seriously wrong with the page as it stands, by some rules or by all."""
    page.evaluate(AXE.read_text("utf-8"))
    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    found: dict[str, Any] = page.evaluate("(options) => axe.run(options)", options)
    return [
        f"{fault['impact']} {fault['id']}: {fault['nodes'][0]['html'][:200]} ({len(fault['nodes'])} places)"
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_has_no_serious_fault_by_day_or_by_night(page: sync_api.Page, seeds_service: str, kind: str) -> None:
    page.goto(seeds_service + KINDS[kind])
    if page.locator("[data-editor]").count():
        page.wait_for_selector("[data-editor][data-ready]")
    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(50)
    assert faults(page, "color-contrast") == []


def test_a_fault_is_noticed(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(f"{seeds_service}/search")
    page.evaluate("document.body.append(document.createElement('button'))")
    assert any("button-name" in fault for fault in faults(page))


def test_an_error_has_no_serious_fault(page: sync_api.Page, seeds_service: str, troubles: list[str]) -> None:
    for path in ("/page/author/nobody", "/queries/paper/recent-papers?from=soon", "/editor?query=SELECT"):
        page.goto(seeds_service + path)
        page.wait_for_load_state("networkidle")
        assert faults(page) == [], path
    troubles[:] = [trouble for trouble in troubles if "Failed to load resource" not in trouble]
