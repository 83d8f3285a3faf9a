"""Requests to a remote store: bounded in time and size, again where that helps, and none while it is known to be down.

Errors name the store by its host alone: addresses and headers may hold passwords.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from io import SEEK_END, IOBase, RawIOBase
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from kg.endpoint.address import Endpoint
from kg.endpoint.dialects import DIALECTS
from kg.endpoint.digest import Digest
from kg.errors import EndpointDown, EndpointFault, EndpointSlow, KGError, QueryError

ATTEMPTS = 3
_FIRST_WAIT = 0.1  # seconds; three times as long every time
_CONNECT = 3.0  # seconds
_MOST_AT_ONCE = 64 * 2**20  # bytes of an answer that is read as a whole
MOST_OF_ROWS = 256 * 2**20  # bytes of one whose rows are kept
_PIECE = 2**16
_CONNECTIONS = 16
# While a store is known to be down nobody waits for it: after so many seconds one asks it again.
_REST = 1.0
_REST_WHEN_SLOW = 3.0
_LIVELY = 1.0  # seconds for which an answer counts as a sign of life
_PASSING = (429, 502, 503)
_WORDS = 300  # characters of what a store says of an error

DEADLINE: ContextVar[float | None] = ContextVar("DEADLINE", default=None)
"""By when, as `time.monotonic` reads, whoever asks has to have an answer; without it each request has its own time."""


class Answer(RawIOBase):
    """The body of an answer as a file, read while it arrives; `close` it. What breaks off is an error, not an end."""

    def __init__(self, client: Client, response: urllib3.BaseHTTPResponse, latest: float | None) -> None:
        self._client = client
        self._response = response
        self._latest = latest
        self._ended = False
        self._length = 0
        self.most: int | None = None
        """Bytes; more is an error."""
        self.media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        self.cut = _number(response.headers.get(client.dialect.cut_header)) if client.dialect.cut_header else None
        """How many rows there are at most, where the store left out the rest."""

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            return self.readall()
        return self._some(size)

    def readall(self) -> bytes:
        self.most = _MOST_AT_ONCE
        return b"".join(iter(lambda: self._some(_PIECE), b""))

    def _some(self, size: int) -> bytes:
        if self._latest is not None and time.monotonic() > self._latest:
            self._client.failed(EndpointSlow(_slow(self._client.host)))
        try:
            piece = self._response.read1(size)
        except (HTTPError, OSError) as error:
            self._client.failed(_failure(self._client.host, error))
        self._ended = not piece
        self._length += len(piece)
        if self.most is not None and self._length > self.most:
            raise EndpointFault(f"{self._client.host} sent more than {self.most // 2**20} MB", self._length)
        return piece

    def close(self) -> None:
        if not self.closed:
            if not self._ended:  # what is still to come would have to be read before the connection is of use again
                self._response.close()
            self._response.release_conn()
        super().close()


class Client:
    """Asks one store. Safe to share between threads.

    Raises EndpointDown, EndpointSlow, EndpointFault; QueryError where the store says that the request is at fault.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.dialect = DIALECTS[endpoint.dialect]
        self.host = endpoint.host
        self._pool = urllib3.PoolManager(maxsize=_CONNECTIONS, retries=False)
        self._digest = Digest(endpoint.user, endpoint.password) if endpoint.user else None
        self._wants_password = False
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._rests_until = 0.0
        self._trouble: KGError | None = None
        self._answered = 0.0

    def query(
        self,
        text: str,
        accept: str,
        default_graphs: Iterable[str] | None = None,
        named_graphs: Iterable[str] | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """The answer to a query. Without graphs it is asked of the graph that stands for the default one, if any."""
        parameters = [("query", text)]
        if default_graphs is None and named_graphs is None:
            parameters += [("default-graph-uri", self.endpoint.graph)] if self.endpoint.graph else []
        parameters += [("default-graph-uri", iri) for iri in default_graphs or ()]
        parameters += [("named-graph-uri", iri) for iri in named_graphs or ()]
        headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(parameters).encode()
        return self._asked("POST", self.endpoint.query, headers, body, timeout, repeat=True)

    def update(
        self, text: str, using: Iterable[str] = (), using_named: Iterable[str] = (), timeout: float | None = None
    ) -> None:
        """Have the store change itself. Not repeated: nobody knows whether what broke off was done."""
        using, using_named = list(using), list(using_named)
        if not using and not using_named and self.endpoint.graph:
            using = [self.endpoint.graph]
        parameters = [("update", text)]
        parameters += [("using-graph-uri", iri) for iri in using]
        parameters += [("using-named-graph-uri", iri) for iri in using_named]
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        with self._asked("POST", self.endpoint.update, headers, urlencode(parameters).encode(), timeout):
            pass

    def graph(
        self,
        method: str,
        graph: str | None,
        media_type: str = "",
        body: Any = None,
        timeout: float | None = None,
    ) -> Answer:
        """A request of the Graph Store Protocol about a named graph or (None) the default one."""
        name = graph or self.endpoint.graph
        query = urlencode({self.dialect.graph_parameter: name}) if name else "default"
        address = self.endpoint.graph_store + ("&" if urlsplit(self.endpoint.graph_store).query else "?") + query
        headers = {"Accept" if method == "GET" else "Content-Type": media_type} if media_type else {}
        if isinstance(body, IOBase):  # not every store takes a body of unknown length
            headers["Content-Length"] = str(body.seek(0, SEEK_END))
            body.seek(0)
        return self._asked(method, address, headers, body, timeout, repeat=method == "GET")

    def check(self, look: Callable[[], object]) -> None:
        """Raise if the store does not answer now: `look` asks it, one at a time, unless it has just answered others."""
        if time.monotonic() - self._answered < _LIVELY:
            return
        with self._looking:
            self._check_rest()
            if time.monotonic() - self._answered >= _LIVELY:
                look()
                self.heard()

    def heard(self) -> None:
        """The store has given an answer that could be understood."""
        self._trouble, self._answered = None, time.monotonic()

    @property
    def trouble(self) -> KGError | None:
        """Why the store was last of no use, unless it has answered since."""
        return self._trouble

    def failed(self, error: KGError) -> NoReturn:
        """Remember that the store is of no use, and raise."""
        if isinstance(error, EndpointDown | EndpointSlow):
            with self._lock:
                self._trouble, self._answered = error, 0.0
                self._rests_until = time.monotonic() + (_REST_WHEN_SLOW if isinstance(error, EndpointSlow) else _REST)
        raise error

    def close(self) -> None:
        self._pool.clear()

    def _check_rest(self) -> None:
        if self._trouble is not None and time.monotonic() < self._rests_until:
            raise type(self._trouble)(self._trouble.message, self._trouble.value)

    def _asked(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str],
        body: Any,
        timeout: float | None,
        repeat: bool = False,
    ) -> Answer:
        """The answer, if it is a success. `timeout` is in seconds; by default what is left until DEADLINE."""
        self._check_rest()
        deadline = DEADLINE.get()
        own = timeout if timeout is not None else self.endpoint.timeout
        latest = time.monotonic() + own if deadline is None else min(deadline, time.monotonic() + own)
        for attempt in range(ATTEMPTS if repeat else 1):
            try:
                return self._judged(self._sent(method, address, headers, body, latest), latest)
            except EndpointDown as error:
                wait = _FIRST_WAIT * 3**attempt * random.uniform(0.5, 1.5)  # noqa: S311
                if attempt + 1 == (ATTEMPTS if repeat else 1) or time.monotonic() + wait > latest:
                    self.failed(error)
                time.sleep(wait)
            except EndpointSlow as error:
                self.failed(error)
        raise AssertionError("unreachable")

    def _judged(self, response: urllib3.BaseHTTPResponse, latest: float) -> Answer:
        status = response.status
        if 200 <= status < 300:
            return Answer(self, response, latest)
        try:
            said = _sentence(response.read(_PIECE, decode_content=True))
        except (HTTPError, OSError):
            said = ""
        finally:
            response.close()
        if status in _PASSING:
            raise EndpointDown(f"{self.host} is too busy to answer (HTTP {status}); try again in a moment", status)
        if status in (408, 504):
            raise EndpointSlow(_slow(self.host), status)
        if status == 400:
            self.heard()
            raise QueryError(f"{self.host} does not take the query: {said or 'it says no more'}", status)
        if status in (401, 403):
            who = "KG_ENDPOINT_USER and KG_ENDPOINT_PASSWORD, or KG_ENDPOINT_TOKEN"
            raise EndpointFault(f"{self.host} does not let us do that (HTTP {status}); are {who} right?", status)
        if 300 <= status < 400:
            raise EndpointFault(
                f"{self.host} says that it is elsewhere (HTTP {status}); set KG_ENDPOINT to there", status
            )
        raise EndpointFault(f"{self.host} fails (HTTP {status}): {said or 'it says no more'}", status)

    def _sent(
        self, method: str, address: str, headers: Mapping[str, str], body: Any, latest: float
    ) -> urllib3.BaseHTTPResponse:
        response = self._send_once(method, address, headers, body, latest)
        challenge = response.headers.get("WWW-Authenticate", "")
        if response.status != 401 or not self._can_answer(challenge):
            return response
        response.drain_conn()
        if hasattr(body, "seek"):
            body.seek(0)
        return self._send_once(method, address, headers, body, latest)

    def _send_once(
        self, method: str, address: str, headers: Mapping[str, str], body: Any, latest: float
    ) -> urllib3.BaseHTTPResponse:
        seconds = latest - time.monotonic()
        if seconds <= 0:
            raise EndpointSlow(_slow(self.host))
        try:
            return self._pool.urlopen(
                method,
                address,
                body=body,
                headers={**headers, **self._authorization(method, address)},
                redirect=False,
                preload_content=False,
                timeout=urllib3.Timeout(connect=min(seconds, _CONNECT), read=seconds),
            )
        except (HTTPError, OSError) as error:
            raise _failure(self.host, error) from error

    def _can_answer(self, challenge: str) -> bool:
        """Whether a refused request may be sent once more, with what is asked for."""
        if self._digest is None or self.endpoint.token:
            return False
        if challenge.lower().startswith("basic"):
            is_new = not self._wants_password
            self._wants_password = True
            return is_new
        return self._digest.challenged(challenge)

    def _authorization(self, method: str, address: str) -> dict[str, str]:
        """A password goes to who has asked for one: where a proof of it will do, it is never sent."""
        endpoint = self.endpoint
        if endpoint.token:
            return {"Authorization": f"Bearer {endpoint.token}"}
        if self._digest is None:
            return {}
        if self._wants_password:
            return dict(urllib3.util.make_headers(basic_auth=f"{endpoint.user}:{endpoint.password}"))
        parts = urlsplit(address)
        proof = self._digest.authorization(method, parts.path + (f"?{parts.query}" if parts.query else ""))
        return {"Authorization": proof} if proof else {}


def _failure(host: str, error: Exception) -> KGError:
    """What the library raises, in a few words that name no address and no header."""
    match type(error).__name__:
        case "ReadTimeoutError" | "ConnectTimeoutError" | "TimeoutError":
            return EndpointSlow(_slow(host))
        case "ProtocolError" | "IncompleteRead" | "InvalidChunkLength" | "DecodeError":
            return EndpointDown(f"{host} broke off in the middle of an answer; try again in a moment")
        case "SSLError":
            return EndpointFault(
                f"there is no secure connection to {host}: its certificate or protocol is not accepted"
            )
    return EndpointDown(f"{host}, where the graph is, cannot be reached; try again in a moment")


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _slow(host: str) -> str:
    return f"{host}, where the graph is, takes too long to answer; try again in a moment"


def _sentence(content: bytes) -> str:
    """The beginning of what a store says, in one line."""
    return " ".join(content.decode("utf-8", "replace").split())[:_WORDS]
