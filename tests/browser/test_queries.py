"""Pages of canned queries in a browser: what is typed is completed, what comes back is drawn and sorted."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.browser.conftest import sync_api
from tests.server.test_assets import built


@contextmanager
def site(folder: Path) -> Iterator[str]:
    """The address of another site, which has the files of a folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@built
def test_a_name_is_completed_and_its_answer_drawn(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(f"{seeds_service}/queries/author/author-coauthors")
    field = page.get_by_label("Author", exact=True)
    assert field.input_value() == "Evan Hubinger"
    field.fill("carson")
    page.wait_for_selector("[role=option]:has-text('Carson Denison')")
    field.press("ArrowDown")
    field.press("Enter")
    page.wait_for_url("**author=*carson-denison*")
    assert page.get_by_label("Author", exact=True).input_value() == "Carson Denison"
    page.wait_for_selector(".drawing canvas")
    assert "6 rows" in page.inner_text("#results")


def test_a_form_without_scripts_is_sent_as_it_is(browser: sync_api.Browser, seeds_service: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{seeds_service}/queries/author/author-coauthors")
    page.fill("#author", "carson-denison")
    page.click("main form button")
    assert "6 rows" in page.inner_text("#results")
    assert page.locator("svg.bar").count() == 6
    assert not page.locator(".drawing").is_visible()
    context.close()


def test_a_table_is_sorted_by_a_column_and_back(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(f"{seeds_service}/queries/author/author-coauthors")
    first = page.locator("table[data-sortable] tbody tr").first
    before = first.inner_text()
    button = page.get_by_role("button", name="Co-author", exact=True)
    button.click()
    assert page.locator("th[aria-sort=descending]").inner_text() == "Co-author"
    assert first.inner_text().startswith("Zhilin Wang")
    button.click()
    assert first.inner_text().startswith("Adam Jermyn")
    button.click()
    assert first.inner_text() == before


@built
def test_hostile_titles_are_drawn_as_texts(page: sync_api.Page, hostile_service: str) -> None:
    page.goto(f"{hostile_service}/queries/author/most-prolific-authors")
    page.wait_for_selector(".drawing canvas")
    assert '"<b>Bobby</b>"' in page.inner_text("table")


@built
def test_an_answer_stands_in_a_frame_of_another_site(page: sync_api.Page, seeds_service: str, tmp_path: Path) -> None:
    page.goto(f"{seeds_service}/queries/author/author-coauthors")
    element = page.locator("pre[aria-labelledby=embedding]").inner_text()
    (tmp_path / "index.html").write_text(f"<!doctype html><link rel=icon href=data:,><title>Other</title>{element}")
    with site(tmp_path) as other:
        page.goto(other)
        frame = page.frame_locator("iframe")
        frame.locator(".drawing canvas").wait_for()
        assert "42 rows" in frame.locator("#results").inner_text()
