"""What docs/first-ten-minutes.md tells a new user to do in the browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect

DOCUMENT = (Path(__file__).parents[2] / "docs" / "first-ten-minutes.md").read_text("utf-8")


def said(words: str) -> str:
    """Words of the document, which have to be in it."""
    assert words in " ".join(DOCUMENT.split())
    return words


def test_the_steps_in_the_browser(page: sync_api.Page, seeds_service: str) -> None:
    page.goto(seeds_service)
    page.get_by_role("combobox").press_sequentially("hubinger")
    said("the suggestions name *Evan Hubinger*. Choose it with the arrow keys and Enter")
    expect(page.get_by_role("option", name="Evan Hubinger")).to_be_visible()
    page.keyboard.press("ArrowDown")
    while page.locator("[aria-selected=true]").inner_text().split("\n")[0].strip() != "Evan Hubinger":
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Evan Hubinger")

    said("The author's page lists the co-authors.")
    expect(page.get_by_role("link", name="Benjamin Wright").first).to_be_visible()

    said("under *Its papers as references*, choose BibTeX")
    expect(page.get_by_text("Its papers as references")).to_be_visible()
    address = page.get_by_role("link", name="BibTeX", exact=True).first.get_attribute("href")
    assert page.request.get(f"{seeds_service}{address}").text().count("\n@") == 19

    said("in *Queries* choose *Co-authors of an author*")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Queries").click()
    page.get_by_role("link", name="Co-authors of an author").first.click()
    expect(page.get_by_role("table").first).to_contain_text("Benjamin Wright")

    said("Open *SPARQL*, put this in and run it")
    question = re.search(r"query='\n(.*?)'\n```", DOCUMENT, re.S)
    assert question
    page.get_by_role("navigation", name="Main").get_by_role("link", name="SPARQL").click()
    put_in(page, question[1])
    expect(page.get_by_role("table").first).to_contain_text("papers")
    assert page.get_by_role("table").first.get_by_role("row").count() >= 4


def put_in(page: sync_api.Page, question: str) -> None:
    """Into the editor, where the page has one, or into its field."""
    if page.locator("[data-editor]").count():
        page.wait_for_selector("[data-editor][data-ready]")
        page.evaluate("text => document.querySelector('.CodeMirror').CodeMirror.setValue(text)", question)
        page.click("[data-run]")
        return
    page.get_by_role("textbox", name="query").fill(question)
    page.get_by_role("button", name=re.compile("run", re.I)).click()
