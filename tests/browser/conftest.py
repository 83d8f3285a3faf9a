"""A browser before services that run: the seeds, what a hostile source may hold, and thousands of real papers.

Debian's chromium, without a window. `page` fails its test for an error on the console, for anything that the policy of
the page forbids, and for a request to another host.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.serving import served

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

LIGHT, DARK, PHONE = "light", "dark", "phone"
_CONTEXTS = {
    LIGHT: {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    DARK: {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    PHONE: {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True},
}


def pytest_itemcollected(item: pytest.Item) -> None:
    """The tests of a module are run by one process of a parallel run, in the one browser that they share."""
    item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="session")
def seeds_service(seeded_store_folder: Path) -> Iterator[str]:
    with served(seeded_store_folder) as address:
        yield address


@pytest.fixture(scope="session")
def hostile_service(hostile_store_folder: Path) -> Iterator[str]:
    with served(hostile_store_folder) as address:
        yield address


@pytest.fixture(scope="session")
def real_service(real_store_folder: Path) -> Iterator[str]:
    with served(real_store_folder) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    """One a module: while it is there an event loop runs in this thread, which tests of other modules cannot bear."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def view(request: pytest.FixtureRequest) -> str:
    """LIGHT; a test that wants others is parametrised with some, `indirect`."""
    return str(getattr(request, "param", LIGHT))


@pytest.fixture
def troubles() -> list[str]:
    """What `page` complains of at the end; a test that provokes something takes it out."""
    return []


@pytest.fixture
def page(browser: sync_api.Browser, view: str, troubles: list[str]) -> Iterator[sync_api.Page]:
    context = browser.new_context(**_CONTEXTS[view], reduced_motion="reduce")  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: troubles.extend(_elsewhere(page, request.url)))
    yield page
    context.close()
    assert troubles == []


def _elsewhere(page: sync_api.Page, address: str) -> list[str]:
    """The complaint about a request that leaves the service."""
    return [] if re.match(r"http://127\.0\.0\.1:|data:|blob:", address) else [f"{page.url} asks {address}"]
