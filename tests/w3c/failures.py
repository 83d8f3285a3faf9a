"""Which tests of the W3C do not pass, and why. A test that passes although it is listed here fails the run."""

from __future__ import annotations

OUT_OF_REACH: dict[str, str] = {}

FAILURES: dict[str, str] = {}
