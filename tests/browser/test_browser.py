"""The `page` fixture notices what it is there for: each of these fails a test that does not expect it."""

from __future__ import annotations

import pytest

from tests.browser.conftest import sync_api


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("setTimeout(() => { throw new Error('broken') })", "broken"),
        (
            "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))",
            "Content Security Policy",
        ),
        ("setTimeout('1')", "Content Security Policy"),
        ("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">')", "Content Security Policy"),
        ("fetch('http://example.invalid/').catch(() => 0)", "example.invalid"),
    ],
)
def test_what_a_page_must_not_do_is_noticed(
    page: sync_api.Page, seeds_service: str, troubles: list[str], script: str, complaint: str
) -> None:
    page.goto(f"{seeds_service}/search")
    page.evaluate(script)
    page.wait_for_timeout(100)
    assert any(complaint in trouble for trouble in troubles), troubles
    troubles.clear()
