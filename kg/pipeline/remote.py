"""Linking to a service over the network: what the graph lacks, what the service says, as an authority."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from kg import __version__
from kg.files import file_lock
from kg.linking.identity import Identity
from kg.linking.linking import authorities_of
from kg.linking.remote import Answers, Client, Plan, Report, Service, Thing, ask, plan, things_of
from kg.pipeline.authorities import read_authority
from kg.progress import Progress, silent
from kg.settings import Settings
from kg.sources import find_source
from kg.store import StoreFolder


def authority_name(service: Service) -> str:
    """What is asked stands beside what is read from files, and is taken away alone."""
    return f"{service.name}-online"


@dataclass(frozen=True)
class Wish:
    """What a person wants asked. `mirror` is an address in place of the service's own."""

    limit: int | None = None
    by_name: bool = False
    max_age: timedelta = timedelta(days=90)
    mirror: str | None = None


class Enrichment:
    """A graph that is linked to a service."""

    def __init__(self, settings: Settings, service: Service, wish: Wish) -> None:
        self._settings = settings
        self._service = service
        self._wish = wish
        self._store = StoreFolder(settings.store, settings.base_iri)
        self._source = find_source(service.name)
        self._answers = Answers(self._store.links.folder, service.name, service.ending)

    def plan(self, client: Client, progress: Progress = silent) -> Plan:
        """What the graph lacks of the service and was not answered lately."""
        progress("looking for what to ask")
        answered = self._answers.answered(client.address, self._wish.max_age)
        return plan(self._service, self._things(), answered, self._wish.limit, self._wish.by_name)

    def ask(self, planned: Plan, client: Client, progress: Progress = silent) -> Report:
        """StoreBusy if another process is asking the same service."""
        self._answers.folder.mkdir(parents=True, exist_ok=True)
        with file_lock(self._answers.folder / ".lock", wait=False):
            return ask(self._service, self._source, planned, client, self._answers, progress)

    def read(self, progress: Progress = silent, jobs: int | None = None) -> int:
        """Make all answers, those of earlier runs too, the authority; how many records there are."""
        authorities, files = authorities_of(self._settings), self._answers.files()
        if not files:
            return 0
        base, name = self._settings.base_iri, authority_name(self._service)
        return read_authority(authorities, self._source, files, base, progress, jobs, name, may_be_empty=True)

    def _things(self) -> list[Thing]:
        """What other authorities identify needs not be asked."""
        links = self._store.links
        judgement = links.read(links.in_force())
        identity = judgement.identity if judgement else Identity()
        others = authorities_of(self._settings).mentions(but=authority_name(self._service))
        return things_of(self._mentions(), others, identity)

    def _mentions(self) -> Iterator[bytes]:
        segments = self._store.segments
        for dataset, segment in segments.catalogue().items():
            for part in segments.manifest(dataset, segment).parts:
                yield from segments.mentions(dataset, part)


def user_agent(mail: str) -> str:
    """Who asks, and whom to write to.

    >>> user_agent("ada@example.org").partition(" ")[2]
    '(https://w3id.org/paperkg/; mailto:ada@example.org)'
    """
    return f"paperkg/{__version__} (https://w3id.org/paperkg/{f'; mailto:{mail}' if mail else ''})"
