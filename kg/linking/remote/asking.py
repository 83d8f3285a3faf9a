"""Asking a service about what a graph lacks: what there is to ask, then one request after another, kept as it comes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from kg.errors import SourceError
from kg.linking.names import folded_text
from kg.linking.remote.answers import Answers
from kg.linking.remote.client import Client
from kg.linking.remote.contract import Request, Service, scheme, value
from kg.linking.remote.failures import Failed, Stopped, TooMuch
from kg.linking.remote.questions import Thing
from kg.linking.titles import title_key
from kg.progress import Progress, silent
from kg.records import Institution, Paper, Profile, Record
from kg.sources import Source

# So many requests in a row that fail are no accident.
_MOST_FAILURES = 5
_MOST_PAGES = 20


@dataclass(frozen=True)
class Plan:
    """What is to be asked now; `known` questions were answered before, `later` ones are past the limit."""

    requests: tuple[Request, ...]
    known: int = 0
    later: int = 0

    @property
    def questions(self) -> int:
        return sum(len(request.keys) for request in self.requests)

    @property
    def by_scheme(self) -> dict[str, int]:
        """How many questions are asked by which kind of identifier, or by name."""
        return dict(sorted(Counter(scheme(key) for request in self.requests for key in request.keys).items()))


@dataclass
class Report:
    """What came of asking. `stopped` says why not all was asked, if so."""

    asked: int = 0
    found: int = 0
    requests: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    stopped: str = ""

    @property
    def not_found(self) -> int:
        return self.asked - self.found


def plan(
    service: Service,
    things: Iterable[Thing],
    answered: set[str],
    limit: int | None = None,
    by_name: bool = False,
) -> Plan:
    """What to ask about these things that was not `answered`: those with identifiers first, at most `limit`."""
    keys = {key for thing in things if (key := service.question(thing, by_name))}
    open_keys = sorted(keys - answered, key=lambda key: (scheme(key) in ("title", "name"), key))
    now = open_keys if limit is None else open_keys[:limit]
    return Plan(tuple(service.requests(now)), len(keys & answered), len(open_keys) - len(now))


def ask(
    service: Service, source: Source, planned: Plan, client: Client, answers: Answers, progress: Progress = silent
) -> Report:
    """Ask, keep every answer at once, and go on past what fails; a run that is ended goes on where it stopped."""
    report = Report()
    started = time.monotonic()
    waiting = list(reversed(planned.requests))
    done = failures = 0
    progress(f"asking {client.address}")
    while waiting:
        request = waiting.pop()
        try:
            found = _answered(service, source, request, client, answers)
        except TooMuch as failure:
            if len(request.keys) > 1:
                half = len(request.keys) // 2
                waiting += [service.request(request.keys[half:]), service.request(request.keys[:half])]
                continue
            report.failed[failure.message] += 1
        except Failed as failure:
            report.failed[failure.message] += len(request.keys)
            failures += 1
            if failures == _MOST_FAILURES:
                report.stopped = f"{failures} requests in a row failed, the last with: {failure.message}"
                break
        except Stopped as failure:
            report.stopped = failure.message
            break
        else:
            failures = 0
            report.asked += len(request.keys)
            report.found += len(found)
        done += len(request.keys)
        progress.detail(_pace(done, planned.questions, time.monotonic() - started))
    report.requests = client.sent
    return report


def _answered(service: Service, source: Source, request: Request, client: Client, answers: Answers) -> set[str]:
    """Ask, and keep the answer; the questions that something was found for."""
    try:
        contents = tuple(_pages(service, request, client))
    except ValueError as error:
        raise Failed(f"no answer of {service.name}: {str(error)[:80]}") from error
    files = answers.write(client.address, request, contents)
    found = _found(source, files, request.keys)
    answers.put(client.address, request, files, found)
    return found


def _pages(service: Service, request: Request, client: Client) -> Iterator[bytes]:
    """What every page of an answer holds, where it holds anything."""
    for _ in range(_MOST_PAGES):
        content = client.get(request)
        page = service.page(request, content) if content else None
        if page is None:
            return
        yield page.content if page.count else b""
        if page.next_path is None:
            return
        request = replace(request, path=page.next_path)


def _found(source: Source, files: Iterable[Path], keys: Sequence[str]) -> set[str]:
    """Those of the questions that a record is about. Failed if the source adapter cannot read the records."""
    known: set[str] = set()
    read = 0
    try:
        for path in files:
            for reading in source.read(path):
                read += bool(reading.records)
                known.update(key for record in reading.records for key in _keys(record))
    except SourceError as error:
        raise Failed(f"records that cannot be read as {source.name}") from error
    if files and not read:
        raise Failed(f"records that cannot be read as {source.name}")
    return {key for key in keys if _comparable(key) in known}


def _keys(record: Record) -> Iterator[str]:
    thing = record.thing if isinstance(record, Profile) else record
    if isinstance(thing, Paper) and thing.title:
        yield _comparable(f"title:{thing.title}")
    if isinstance(thing, Institution):
        yield from (_comparable(f"name:{name}") for name in (thing.name, *(each.text for each in thing.other_names)))
    for known in getattr(thing, "identifiers", ()):
        yield f"{known.scheme}:{known.value}"


def _comparable(key: str) -> str:
    match scheme(key):
        case "title":
            return f"title:{title_key(value(key))}"
        case "name":
            return f"name:{folded_text(value(key))}"
        case _:
            return key


def _pace(done: int, total: int, seconds: float) -> str:
    """How far it is, how fast, how long it still takes."""
    rate = done / max(seconds, 0.001)
    left = timedelta(seconds=round((total - done) / max(rate, 0.001)))
    return f"{done:,} of {total:,}, {rate:,.1f} a second, {left} left"
