"""What long work says of itself: the step it is at, and how far it is within it."""

from __future__ import annotations


class Progress:
    """Heard by nobody; a console or a log overrides both methods."""

    def __call__(self, step: str) -> None:
        """A step begins."""

    def detail(self, text: str) -> None:
        """How far the step is; called often, so that only a terminal shows it."""


silent = Progress()
