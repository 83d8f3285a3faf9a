"""Groups of tests reach the program that spreads tests over processes, and what is made once is made once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.conftest import MadeOnce


@pytest.mark.xdist_group("some")
def test_a_group_is_told(request: pytest.FixtureRequest) -> None:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        pytest.skip("tests are not spread over processes")
    assert request.node.nodeid.endswith("@some")


def test_what_is_made_once_is_made_once_and_anew_if_that_was_cut_short(made_once: MadeOnce) -> None:
    calls = []

    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise InterruptedError

    def make(folder: Path) -> None:
        calls.append(folder)
        (folder / "whole").touch()

    name = f"thing-{os.getpid()}"
    with pytest.raises(InterruptedError):
        made_once(name, fail)
    folder = made_once(name, make)
    assert made_once(name, make) == folder
    assert calls == [folder]
    assert {path.name for path in folder.iterdir()} == {"whole", "made"}
