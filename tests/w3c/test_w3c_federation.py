"""What the W3C's tests of federated queries expect, with other services in the places of the endpoints they name.

https://www.w3.org/TR/sparql11-federated-query/
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from kg import formats
from tests.w3c.comparison import canonical_rows, rows_of
from tests.w3c.conftest import running
from tests.w3c.manifests import FEDERATED, Case, Data, cases, path_of
from tests.w3c.service import Service

_FIRST = ("http://example.org/sparql", "http://example1.org/sparql")
_SECOND = "http://example2.org/sparql"
_NOBODY = "http://invalid.endpoint.org/sparql"


@dataclass(frozen=True)
class Federation:
    """A service that is asked, those that it may ask in turn, and where in truth the addresses in the tests are."""

    asked: Service
    endpoints: dict[str, Service]
    addresses: dict[str, str]

    def hold(self, case: Case) -> None:
        self.asked.hold(case.data)
        for service in set(self.endpoints.values()):
            held = [data for address, data in case.endpoints if self.endpoints[address] is service]
            service.hold(held[0] if held else Data())

    def located(self, text: str) -> str:
        for address, there in self.addresses.items():
            text = text.replace(f"<{address}>", f"<{there}>")
        return text


@pytest.fixture(scope="module")
def federation(stores: Path) -> Iterator[Federation]:
    """The first endpoint may itself ask the second, and where nobody listens."""
    with ExitStack() as stack:
        silent = stack.enter_context(socket.socket())
        silent.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{silent.getsockname()[1]}/sparql"
        second = stack.enter_context(running(stores / "second"))
        allowed = [f"{second.root}/sparql", nobody]
        first = stack.enter_context(running(stores / "first", *allowed))
        asked = stack.enter_context(running(stores / "asked", f"{first.root}/sparql", *allowed))
        endpoints = {**dict.fromkeys(_FIRST, first), _SECOND: second}
        addresses = {address: f"{service.root}/sparql" for address, service in endpoints.items()}
        yield Federation(asked, endpoints, {**addresses, _NOBODY: nobody})


@pytest.mark.parametrize("case", cases(FEDERATED))
def test_federated_query(federation: Federation, case: Case) -> None:
    federation.hold(case)
    assert case.result
    answer = federation.asked.query(federation.located(case.text), formats.XML.media_type)
    assert (answer.status, answer.media_type) == (200, formats.XML.media_type), answer.body
    expected = rows_of(path_of(case.result).read_bytes(), formats.XML.results_format)
    found = rows_of(answer.body, formats.XML.results_format)
    assert isinstance(found, list)
    assert isinstance(expected, list)
    assert canonical_rows(found, case.lax) == canonical_rows(expected, case.lax)
