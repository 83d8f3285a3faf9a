"""Curation with the keyboard alone, and the picture of the schema, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kg import pipeline
from kg.linking.decisions import Decisions
from kg.linking.linking import linker_of
from kg.settings import read_settings
from kg.store import StoreFolder
from tests.browser.conftest import sync_api
from tests.browser.serving import served
from tests.browser.test_accessibility import faults
from tests.made_records import made_source
from tests.server.doubtful_records import doubtful_records

_TOKEN = "correct horse"
_THRESHOLD = {"KG_LINK_THRESHOLD": "1"}  # so that rules accept nothing


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("doubtful")
    (folder / "records").touch()
    settings = read_settings(_THRESHOLD, store=folder / "store")
    source = made_source("made", doubtful_records())
    pipeline.load(StoreFolder(settings.store), source, {"made": [folder / "records"]}, linker=linker_of(settings))
    return settings.store


@pytest.fixture(scope="module")
def service(store: Path) -> Iterator[str]:
    with served(store, **_THRESHOLD, KG_WRITE_TOKEN=_TOKEN) as address:
        yield address


def _press(page: sync_api.Page, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def test_a_link_is_decided_undone_and_applied_by_keys(page: sync_api.Page, service: str, store: Path) -> None:
    decisions = Decisions(store / "decisions.tsv")
    page.goto(f"{service}/curation")
    page.get_by_label("Your name").fill("Jane Doe")
    page.get_by_label("Token").fill(_TOKEN)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_text("Are these one author?").is_visible()
    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(50)
    assert faults(page, "color-contrast") == []
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Why").fill("a rare name")  # keys are letters there
    assert decisions.read() == {}
    page.get_by_label("Why").blur()
    _press(page, "a")
    assert [made.why for made in decisions.read().values()] == ["a rare name"]
    _press(page, "u")
    assert decisions.read() == {}
    _press(page, "r")
    assert [made.verdict for made in decisions.read().values()] == ["rejected"]
    page.get_by_role("button", name="Apply 1 decision").click()
    page.get_by_text("All decisions are in the graph").wait_for(timeout=60_000)


@pytest.mark.parametrize("view", ["light", "dark", "phone"], indirect=True)
def test_the_schema_is_drawn_and_leads_to_properties(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(f"{seeds_service}/schema")
    box = page.locator('[data-class="kg:Paper"]')
    box.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.get_by_role("heading", name="Properties of kg:Paper").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
