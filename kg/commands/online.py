"""`kg link --online`: what is to be asked of a service, asking it, and what came of it, in words."""

from __future__ import annotations

import os
import re

import click

from kg.commands.common import progress_lines
from kg.errors import RemoteError, UsageError
from kg.linking.remote import Client, Plan, Report, Service
from kg.pipeline.remote import Enrichment, Wish, user_agent
from kg.settings import Settings

_SHOWN = 300


class Asking:
    """One service that is asked because a person said so."""

    def __init__(self, settings: Settings, service: Service, wish: Wish) -> None:
        if service.needs_mail and not settings.mail and wish.mirror is None:
            raise UsageError(f"{service.name} asks whom it may write to: set KG_MAIL to your address")
        self._service = service
        self._enrichment = Enrichment(settings, service, wish)
        self._client = _client(service, settings.mail, wish.mirror)
        self._report = Report()

    def done(self, dry_run: bool, jobs: int | None) -> bool:
        """Ask; whether there is anything to link to now. RemoteError if nothing came, and nothing had come before."""
        with progress_lines() as progress:
            planned = self._enrichment.plan(self._client, progress)
        self._say_plan(planned)
        if dry_run:
            return False
        with progress_lines() as progress:
            if planned.requests:
                self._report = self._enrichment.ask(planned, self._client, progress)
            records = self._enrichment.read(progress, jobs)
        self._client.close()
        if planned.requests:
            self._say_report()
        if not records:
            self.complain()
            click.echo("nothing was found to link to")
            return False
        click.echo(f"{self._service.name}: {records:,} records to link to")
        return True

    def complain(self) -> None:
        """RemoteError if not all was asked: what is linked is less than it could be."""
        if self._report.stopped:
            raise RemoteError(f"{self._report.stopped}; run it again later, and it goes on from here")

    def _say_plan(self, planned: Plan) -> None:
        about = ", ".join(f"{count:,} by {scheme}" for scheme, count in planned.by_scheme.items()) or "none"
        click.echo(f"{self._service.name}: {planned.questions:,} things to ask about: {about}")
        if planned.known:
            click.echo(f"  {planned.known:,} more were answered before")
        if planned.later:
            click.echo(f"  {planned.later:,} more are past --limit")
        if planned.requests:
            first = planned.requests[0]
            click.echo(f"  {_requests(len(planned.requests))} to {self._client.address}, the first:")
            text = f"{'POST' if first.body else 'GET'} {self._client.address}{first.path} {first.body.decode()}".strip()
            click.echo(f"  {text[:_SHOWN]}{' …' if len(text) > _SHOWN else ''}")

    def _say_report(self) -> None:
        report = self._report
        click.echo(
            f"{self._service.name}: {report.asked:,} asked in {_requests(report.requests)}, "
            f"{report.found:,} found, {report.not_found:,} not found, {report.failed.total():,} failed"
        )
        for reason, count in report.failed.most_common():
            click.echo(f"  {count:,}: {reason}")


def _requests(count: int) -> str:
    return f"{count:,} {'request' if count == 1 else 'requests'}"


def _client(service: Service, mail: str, mirror: str | None) -> Client:
    """How often a mirror may be asked, who runs it says; keys are the service's own and no business of theirs."""
    headers = {"User-Agent": user_agent(mail)}
    if mirror is not None:
        if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", mirror):
            raise UsageError(f"--address takes an http or https address without user and query, not {mirror!r}", mirror)
        return Client(service, mirror, headers, interval=0.0)
    interval, known_by = service.interval, service.credential
    if known_by and (secret := os.environ.get(known_by.variable, "").strip()):
        if not (secret.isascii() and secret.isprintable()):
            raise UsageError(f"{known_by.variable} is no key: it holds characters that no header can")
        headers[known_by.header] = known_by.prefix + secret
        interval = service.interval_with_credential or interval
    return Client(service, None, headers, interval)
