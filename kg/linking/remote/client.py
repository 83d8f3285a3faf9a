"""One request after another to one service: slowly enough, within bounds, again where it helps, and to nobody else."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, SSLError

from kg.linking.remote.addresses import resolved
from kg.linking.remote.contract import Request, Service
from kg.linking.remote.failures import Failed, Passing, Stopped, TooMuch

ATTEMPTS = 5
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0
# A service that asks for more than this has given all that it gives today.
_MOST_PATIENCE = 300.0
_MOST_REDIRECTS = 3
_OVERLOAD = (429, 503)
_PASSING = (408, 425, 500, 502, 504, *_OVERLOAD)
_TOO_MUCH = (400, 413, 414, 422, 431)


@dataclass(frozen=True)
class Bounds:
    """Seconds and bytes."""

    connect: float = 10.0
    silence: float = 60.0
    """From one piece of an answer to the next."""
    answer: float = 300.0
    size: int = 64 * 2**20
    """Of an answer, unpacked."""


@dataclass(frozen=True)
class _Response:
    status: int
    media_type: str
    content: bytes
    location: str | None
    wait: float | None


class Client:
    """Asks one service at one address.

    A `mirror`, an address that a person gave, may be plain http and in a private network. `headers` go with every
    request and are never shown.
    """

    def __init__(
        self,
        service: Service,
        mirror: str | None = None,
        headers: Mapping[str, str] | None = None,
        interval: float | None = None,
        bounds: Bounds = Bounds(),
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._service = service
        self._is_mirror = mirror is not None
        self.address = (mirror or service.address).rstrip("/") + "/"
        parts = urlsplit(self.address)
        if parts.scheme != "https" and not self._is_mirror:
            raise Stopped(f"{self.address} is not asked: it is not https", self.address)
        self._origin = (parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
        self._headers = {"Accept": ", ".join(service.media_types), **(headers or {}), "Host": parts.netloc}
        self._interval = service.interval if interval is None else interval
        self._bounds = bounds
        self._pause = pause
        self._next_start = 0.0
        self._addresses: list[str] = []
        self._pools: dict[str, urllib3.HTTPConnectionPool] = {}
        self.sent = 0
        """Requests, with those that were repeated."""

    def get(self, request: Request) -> bytes:
        """The answer to a request; empty where nothing was found.

        Failed, TooMuch if this one is not answered, Stopped if there is no use in asking on.
        """
        target = self.address + request.path
        for attempt in range(ATTEMPTS):
            try:
                return self._judged(request, self._followed(target, request.body, attempt))
            except Passing as failure:
                if attempt + 1 == ATTEMPTS:
                    if failure.is_overload:
                        raise Stopped(f"{self._origin[1]} is asked too much: {failure.message}") from failure
                    raise Failed(failure.message) from failure
                self._pause(self._wait(failure, attempt))
        raise AssertionError("unreachable")

    def close(self) -> None:
        for pool in self._pools.values():
            pool.close()

    def _wait(self, failure: Passing, attempt: int) -> float:
        """Seconds: what the service says, else ever longer; a little more, so that not all come back at once."""
        if failure.wait is None:
            return min(_FIRST_WAIT * (1 << attempt), _LONGEST_WAIT) * random.uniform(0.5, 1.5)  # noqa: S311
        if failure.wait > _MOST_PATIENCE:
            raise Stopped(f"{self._origin[1]} asks to come back in {failure.wait:,.0f} seconds", failure.wait)
        return failure.wait + random.uniform(0, 1)  # noqa: S311

    def _judged(self, request: Request, response: _Response) -> bytes:
        status, content = response.status, response.content
        if status in _OVERLOAD or (status in _PASSING and not self._service.is_not_found(request, status, content)):
            raise Passing(f"HTTP {status}", response.wait, status in _OVERLOAD)
        if self._service.is_not_found(request, status, content):
            return b""
        if status in (401, 403):
            known_by = self._service.credential
            hint = f"; is {known_by.variable} right?" if known_by else ""
            raise Stopped(f"{self._origin[1]} refuses to answer: HTTP {status}{hint}", status)
        if status in _TOO_MUCH:
            raise TooMuch(f"HTTP {status}", status)
        if status != 200:
            raise Failed(f"HTTP {status}", status)
        if response.media_type and response.media_type not in self._service.media_types:
            raise Failed(f"{response.media_type} where {self._service.media_types[0]} was asked for")
        if not self._service.is_whole(content):
            raise Passing("an answer that was cut off")
        return content

    def _followed(self, target: str, body: bytes, attempt: int) -> _Response:
        """The answer where redirections lead, as long as they stay with the service."""
        for _ in range(_MOST_REDIRECTS + 1):
            response = self._sent(target, body, attempt)
            if response.status not in (301, 302, 303, 307, 308) or response.location is None:
                return response
            target = _joined(target, response.location)
            if _origin(target) != self._origin:
                raise Failed(f"a redirection to {_origin(target)[1] or 'nowhere'}")
            if body and response.status not in (307, 308):
                raise Failed("a redirection that loses what was asked")
        raise Failed("too many redirections")

    def _sent(self, target: str, body: bytes, attempt: int) -> _Response:
        now = time.monotonic()
        if now < self._next_start:
            self._pause(self._next_start - now)
        self._next_start = max(now, self._next_start) + self._interval
        pool = self._pool(attempt)
        self.sent += 1
        parts = urlsplit(target)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {**self._headers, **({"Content-Type": "application/json"} if body else {})}
        with _told_plainly():
            response = pool.urlopen(
                "POST" if body else "GET",
                path,
                body=body or None,
                headers=headers,
                retries=False,
                redirect=False,
                preload_content=False,
                timeout=urllib3.Timeout(connect=self._bounds.connect, read=self._bounds.silence),
            )
            try:
                content = self._content(response)
            except BaseException:
                response.close()  # what is still to come of it is for nobody
                raise
        return _Response(
            response.status,
            response.headers.get("Content-Type", "").partition(";")[0].strip().lower(),
            content,
            response.headers.get("Location"),
            _retry_after(response.headers.get("Retry-After")),
        )

    def _content(self, response: urllib3.BaseHTTPResponse) -> bytes:
        latest = time.monotonic() + self._bounds.answer
        pieces, size = [], 0
        while piece := response.read1(2**16, decode_content=True):
            size += len(piece)
            if size > self._bounds.size:
                raise TooMuch(f"an answer of more than {self._bounds.size // 2**20:,} MB")
            if time.monotonic() > latest:
                raise Passing(f"an answer that takes longer than {self._bounds.answer:,.0f} seconds")
            pieces.append(piece)
        return b"".join(pieces)

    def _pool(self, attempt: int) -> urllib3.HTTPConnectionPool:
        """To an IP address that was looked up once, so that the name cannot lead elsewhere later; another one of them
        with every attempt."""
        scheme, host, port = self._origin
        if not self._addresses:
            self._addresses = resolved(host, port, also_private=self._is_mirror)
        address = self._addresses[attempt % len(self._addresses)]
        if address not in self._pools:
            # The certificate must be the name's, whatever machine is called.
            self._pools[address] = (
                urllib3.HTTPSConnectionPool(address, port, server_hostname=host, assert_hostname=host)
                if scheme == "https"
                else urllib3.HTTPConnectionPool(address, port)
            )
        return self._pools[address]


@contextmanager
def _told_plainly() -> Iterator[None]:
    """What the library raises, in a few words that name no address and no header."""
    try:
        yield
    except SSLError as error:
        raise Stopped("no secure connection: the certificate or the protocol is not accepted") from error
    except (HTTPError, OSError) as error:
        raise Passing(_WORDS.get(type(error).__name__, type(error).__name__)) from error


_WORDS = {
    "NewConnectionError": "no connection",
    "ConnectTimeoutError": "no connection in time",
    "ReadTimeoutError": "no answer in time",
    "ProtocolError": "an answer that was cut off",
    "IncompleteRead": "an answer that was cut off",
    "DecodeError": "an answer that cannot be unpacked",
}


def _joined(address: str, location: str) -> str:
    """Empty where a redirection leads to what is no address."""
    try:
        return urljoin(address, location)
    except ValueError:
        return ""


def _origin(address: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(address)
        return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return "", "", 0


def _retry_after(text: str | None) -> float | None:
    """Seconds, from a number or a date. https://www.rfc-editor.org/rfc/rfc9110#name-retry-after"""
    if text is None:
        return None
    if text.strip().isdecimal():
        return float(text[:10])
    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except (ValueError, OverflowError):
        return None
