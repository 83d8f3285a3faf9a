"""What a browser would make of a page."""

from __future__ import annotations

from html.parser import HTMLParser


def is_own_script(attributes: dict[str, str | None]) -> bool:
    """Whether a script element is a block of data, or a module of this service's own."""
    if attributes.get("type") in ("application/ld+json", "application/json"):
        return attributes.keys() <= {"type", "id"}
    own = (attributes.get("src") or "").startswith("/static/js/")
    return own and attributes.get("type") == "module" and attributes.keys() == {"type", "src"}


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)
