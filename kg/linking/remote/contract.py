"""What a service is: where it is, how often it may be asked, what it is asked, and how its answers are read.

A question is a key: an identifier in normal form ('doi:10.5555/1'), or what something without one is called
('title:On Things'). Questions of one group go into one request, as many as the service takes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

import msgspec

from kg.linking.remote.questions import Thing

JSON = ("application/json",)
_JSON_VALUE = msgspec.json.Decoder(msgspec.Raw)


@dataclass(frozen=True)
class Group:
    """Questions that can stand in one request."""

    name: str
    size: int = 1


@dataclass(frozen=True)
class Request:
    """Where to ask, below the service's address, and about what. With a `body`, JSON, it is a POST."""

    path: str
    keys: tuple[str, ...]
    body: bytes = b""


@dataclass(frozen=True)
class Page:
    """An answer as the source adapter reads it, how many records it holds, and where it goes on."""

    content: bytes
    count: int
    next_path: str | None = None


@dataclass(frozen=True)
class Credential:
    """What a user of a service is known by: from the environment, sent as a header, never written anywhere."""

    variable: str
    header: str
    prefix: str = ""


class Service(ABC):
    """One service; its `name` is that of the source adapter that reads its answers."""

    name: ClassVar[str]
    address: ClassVar[str]
    interval: ClassVar[float]
    """Seconds from one request to the next, for whoever has no credential."""
    interval_with_credential: ClassVar[float | None] = None
    credential: ClassVar[Credential | None] = None
    needs_mail: ClassVar[bool] = False
    """Whether its etiquette asks for an address to write to."""
    media_types: ClassVar[tuple[str, ...]] = JSON
    ending: ClassVar[str] = ".json"

    @abstractmethod
    def question(self, thing: Thing, by_name: bool) -> str | None:
        """What to ask to find this thing; None if it has the service's identifier, or there is no way to ask.

        Only `by_name` may it be asked by what it is called.
        """

    @abstractmethod
    def group(self, key: str) -> Group: ...

    @abstractmethod
    def request(self, keys: Sequence[str]) -> Request:
        """The request for questions of one group, at most as many as it takes."""

    @abstractmethod
    def page(self, request: Request, content: bytes) -> Page:
        """What an answer holds. ValueError (of msgspec too) if it is none of this service."""

    def is_whole(self, content: bytes) -> bool:
        """Whether an answer was not cut off on its way."""
        try:
            _JSON_VALUE.decode(content)
        except msgspec.DecodeError:
            return False
        return True

    def is_not_found(self, request: Request, status: int, content: bytes) -> bool:
        """Whether an answer with a status that is none of success says that nothing was found."""
        return False

    def requests(self, keys: Iterable[str]) -> Iterator[Request]:
        """All requests for these questions, in an order that depends on them alone."""
        groups: defaultdict[Group, list[str]] = defaultdict(list)
        for key in keys:
            groups[self.group(key)].append(key)
        for group, members in sorted(groups.items(), key=lambda item: item[0].name):
            for start in range(0, len(members), group.size):
                yield self.request(members[start : start + group.size])


def value(key: str) -> str:
    """What a question says after its scheme.

    >>> value("doi:10.5555/a:b")
    '10.5555/a:b'
    """
    return key.partition(":")[2]


def scheme(key: str) -> str:
    return key.partition(":")[0]


def encoded(text: str, safe: str = "/:") -> str:
    return quote(text, safe=safe)


def joined(records: Iterable[msgspec.Raw]) -> bytes:
    """A list in JSON."""
    return b"[" + b",\n".join(bytes(record) for record in records) + b"]"
