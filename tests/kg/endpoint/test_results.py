"""Answers that break off: who forgets the error in another thread than it was raised in finds nothing amiss."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, cast

import pytest

from kg.endpoint.client import Answer
from kg.endpoint.dialects import DIALECTS
from kg.endpoint.results import ROWS, boolean, rows
from kg.errors import EndpointFault

_HOST = "store.example"
_BEGUN = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"http://x/1"}},'
_NONSENSE = _BEGUN + b"nonsense"


class _Answer(BytesIO):
    media_type = ROWS


class _BrokenOff(_Answer):
    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        if not piece:
            raise EndpointFault(f"{_HOST} broke off")
        return piece


def _boolean(answer: Answer, host: str) -> Any:
    return boolean(answer, host, DIALECTS["standard"])


@pytest.mark.parametrize("read", [rows, _boolean])
@pytest.mark.parametrize("answer", [_BrokenOff(_BEGUN), _Answer(_NONSENSE)], ids=["broken off", "nonsense"])
def test_an_error_keeps_nothing_that_belongs_to_a_thread(
    read: Callable[[Answer, str], object], answer: BytesIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    amiss: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", amiss.append)
    answer.seek(0)
    with ThreadPoolExecutor(1) as executor:
        error = executor.submit(read, cast(Answer, answer), _HOST).exception()
        assert isinstance(error, EndpointFault | SyntaxError)
        del error
    gc.collect()
    assert not amiss
