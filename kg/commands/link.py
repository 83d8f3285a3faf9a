"""`kg link`: find identity links, look at them, decide about them, exchange them."""

from __future__ import annotations

import getpass
import re
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Literal

import click

from kg import pipeline
from kg.commands.common import Context, output_stream, progress_lines
from kg.commands.online import Asking
from kg.errors import SourceError, UsageError
from kg.linking import sssom
from kg.linking.decisions import Decision, decision
from kg.linking.identity import Identity, kind_of, relation_between
from kg.linking.judging import Judgement, fact_text
from kg.linking.linking import authorities_of
from kg.linking.model import Judged
from kg.linking.remote import find_service
from kg.pipeline.authorities import read_authority
from kg.pipeline.remote import Wish
from kg.sources import find_source

_IDLE_SHOWN = 5
_STATUSES = ("accepted", "candidate", "rejected", "refused")
_KINDS = ("paper", "author", "authorship", "institution", "venue", "concept")
Verdict = Literal["accepted", "rejected"]
_RELATIONS = {
    "same": "are one",
    "version": "are versions",
    "affiliation": "belong together",
    "subject": "are a paper and what it is about",
    "exact-match": "mean the same",
    "close-match": "mean nearly the same",
}
_OCCURRENCE = re.compile(r"/\d+$")  # of several people of one name on one paper
_PLURALS = {"exact-match": "exact matches", "close-match": "close matches"}


@click.group(invoke_without_command=True)
@click.option("--to", "authority", metavar="SOURCE", help="Link to records that are not loaded: --file, --online.")
@click.option(
    "--file", "files", multiple=True, type=click.Path(path_type=Path), help="A file or folder of the authority."
)
@click.option("--online", is_flag=True, help="Ask the service of that name over the network instead of reading files.")
@click.option("--dry-run", is_flag=True, help="Say what --online would ask, and ask nothing.")
@click.option("--limit", metavar="N", type=click.IntRange(1), help="Ask about at most so many things now.")
@click.option("--by-name", is_flag=True, help="Ask by title or name about what has no identifier, one request each.")
@click.option(
    "--max-age",
    metavar="DAYS",
    type=click.IntRange(0),
    default=90,
    show_default=True,
    help="Ask again what was answered longer ago.",
)
@click.option("--address", metavar="URL", help="Ask this mirror in place of the service.")
@click.option("--no-longer-to", "former", metavar="SOURCE", help="Link to this authority no more.")
@click.option("--jobs", metavar="N", type=click.IntRange(1), help="Matching processes; by default one a core.")
@click.pass_context
def link(
    ctx: click.Context,
    authority: str | None,
    files: tuple[Path, ...],
    online: bool,
    dry_run: bool,
    limit: int | None,
    by_name: bool,
    max_age: int,
    address: str | None,
    former: str | None,
    jobs: int | None,
) -> None:
    """Find which things are one, merge those that are sure, and publish the graph that results.

    Decisions made with accept and reject take effect here, and with the next load.
    """
    if ctx.invoked_subcommand is not None:
        return
    context: Context = ctx.obj
    context.snapshot()
    authorities = authorities_of(context.settings)
    if bool(authority) != (bool(files) or online) or (files and online):
        raise UsageError("give --to with --file or --online, as in 'kg link --to ror --file ror-data.json'")
    if not online and (dry_run or limit or by_name or address):
        raise UsageError("--dry-run, --limit, --by-name and --address say how to ask; give them with --online")
    asking = None
    if authority and online:
        wish = Wish(limit, by_name, timedelta(days=max_age), address)
        asking = Asking(context.settings, find_service(authority), wish)
        if not asking.done(dry_run, jobs):
            return
    if former:
        authorities.remove(former)
    with progress_lines() as progress:
        if authority and files:
            source = find_source(authority)
            records = read_authority(authorities, source, files, context.settings.base_iri, progress, jobs)
            click.echo(f"{authority}: {records:,} records to link to")
        pipeline.link(context.store, context.linker(jobs), progress)
    judgement = _judgement(context)
    _print_summary(judgement.links)
    _warn_of_decisions(context, judgement)
    manifest = context.snapshot().manifest
    click.echo(f"snapshot {manifest.id}: {manifest.triples:,} triples")
    if asking:
        asking.complain()


def _warn_of_decisions(context: Context, judgement: Judgement) -> None:
    """Of those that do nothing: what they name is not in the graph, or cannot be what they say."""
    path = context.settings.decisions
    if path and not path.exists():
        click.echo(f"kg: there is no {path} (KG_DECISIONS), so nothing is decided", err=True)
    of = judgement.identity.of
    known = {frozenset(map(of, (judged.link.subject, judged.link.object))) for judged in judgement.links}
    idle = [pair for pair in context.decisions.read() if frozenset(map(of, pair)) not in known]
    for pair in idle[:_IDLE_SHOWN]:
        one, other = (end.removeprefix(context.settings.base_iri) for end in pair)
        why = "the graph does not know both, or they cannot be one"
        click.echo(f"kg: the decision about {one} and {other} does nothing: {why}", err=True)
    if len(idle) > _IDLE_SHOWN:
        click.echo(f"kg: and {len(idle) - _IDLE_SHOWN:,} more", err=True)


def _print_summary(links: Iterable[Judged]) -> None:
    counts: Counter[tuple[str, str, str]] = Counter(
        (judged.link.method, judged.link.relation, judged.status) for judged in links
    )
    for method, relation in sorted({key[:2] for key in counts}):
        found = ", ".join(
            f"{counts[method, relation, status]:,} {status}"
            for status in _STATUSES
            if (method, relation, status) in counts
        )
        kind = "" if relation == "same" else f" ({_PLURALS.get(relation, f'{relation}s')})"
        click.echo(f"{method}{kind}: {found}")


def _judgement(context: Context) -> Judgement:
    context.store.check()
    links = context.store.links
    found = links.read(links.in_force())
    if found is None or not links.in_force():
        raise UsageError("nothing was linked yet; run 'kg link'")
    return found


@link.command("list")
@click.option("--kind", type=click.Choice(_KINDS), help="Links of such things only.")
@click.option("--status", type=click.Choice(_STATUSES), help="Links of which this became only.")
@click.option("--method", metavar="NAME", help="Links that this rule found only.")
@click.option(
    "--limit",
    default=50,
    metavar="N",
    type=click.IntRange(0),
    help="At most so many, the least sure first.",
    show_default=True,
)
@click.pass_obj
def list_links(context: Context, kind: str | None, status: str | None, method: str | None, limit: int) -> None:
    """Show links, the least sure first: they are worth a look."""
    base = context.settings.base_iri
    links = [
        judged
        for judged in _judgement(context).links
        if (kind is None or kind_of(judged.link.subject, base) == kind)
        and (status is None or judged.status == status)
        and (method is None or judged.link.method == method)
    ]
    links.sort(key=lambda judged: (judged.link.confidence, judged.link.subject, judged.link.object))
    for judged in links[:limit]:
        found = judged.link
        one, other = (end.removeprefix(base) for end in (found.subject, found.object))
        click.echo(f"{found.confidence:.2f}  {judged.status:9}  {found.method}\n      {one}\n      {other}")
    click.echo(f"{len(links):,} links" + (f", {limit:,} shown" if len(links) > limit else ""))


@link.command()
@click.argument("thing")
@click.argument("other", required=False)
@click.pass_obj
def explain(context: Context, thing: str, other: str | None) -> None:
    """Say how it is known that THING is what it is linked to, or that it is OTHER: IRIs, or what follows the base."""
    judgement = _judgement(context)
    one, second = _iri(context, thing), _iri(context, other) if other else None
    ends = {one, second} - {None}
    cluster = {judgement.identity.of(end) for end in ends if end}
    members = cluster | {merged for merged, into in judgement.identity.canonical.items() if into in cluster}
    members |= _moved(judgement.identity, members)
    found = [
        judged
        for judged in judgement.links
        if (
            {judged.link.subject, judged.link.object} == ends
            if second
            else {judged.link.subject, judged.link.object} & members
        )
    ]
    if not found:
        click.echo("no link is known" + (f" of {one}" if second is None else " between the two"))
        return
    canonical = judgement.identity.of(one)
    if canonical != one:
        click.echo(f"{one}\n  is called {canonical}")
    for judged in found:
        _print_link(judged)


def _moved(identity: Identity, authors: set[str]) -> set[str]:
    """Authorships that are one of these authors' by a link, or would be by their names."""
    keys = tuple(f"/{author.partition('/author/')[2]}" for author in authors if "/author/" in author)
    return {
        authorship
        for authorship, author in identity.authors.items()
        if author in authors or _OCCURRENCE.sub("", authorship).endswith(keys)
    }


def _print_link(judged: Judged) -> None:
    found = judged.link
    click.echo(f"{found.subject}\n{found.object}")
    relation = _RELATIONS[found.relation]
    click.echo(f"  {judged.status}: {relation} with confidence {found.confidence:.2f} by {found.method}")
    for fact in found.facts:
        click.echo(f"    {fact_text(fact)}")
    if judged.decision:
        made = judged.decision
        why = f": {made.why}" if made.why else ""
        click.echo(f"  {made.verdict} by {made.by or 'somebody'}{f' on {made.on}' if made.on else ''}{why}")


def _iri(context: Context, text: str) -> str:
    return text if ":" in text.partition("/")[0] else context.settings.base_iri + text.lstrip("/")


def _decide(context: Context, verdict: Verdict, one: str, other: str, by: str | None, why: str) -> None:
    pair = _iri(context, one), _iri(context, other)
    if relation_between(*pair, context.settings.base_iri) is None:
        kinds = " and ".join(kind_of(end, context.settings.base_iri) for end in pair)
        raise UsageError(f"these two cannot be one, nor anything else that a link says: {kinds}")
    made = decision(verdict, *pair, by or _user(), why)
    context.decisions.add(made)
    click.echo(f"{made.line().strip()}\nkept in {context.decisions.path}; 'kg link' makes it take effect")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


@link.command()
@click.argument("one")
@click.argument("other")
@click.option("--by", metavar="NAME", help="Who decides (default: the user of this computer).")
@click.option("--why", default="", metavar="TEXT", help="The reason, for whoever reads it later.")
@click.pass_obj
def accept(context: Context, one: str, other: str, by: str | None, why: str) -> None:
    """Decide that ONE and OTHER are one, whatever rules say."""
    _decide(context, "accepted", one, other, by, why)


@link.command()
@click.argument("one")
@click.argument("other")
@click.option("--by", metavar="NAME", help="Who decides (default: the user of this computer).")
@click.option("--why", default="", metavar="TEXT", help="The reason, for whoever reads it later.")
@click.pass_obj
def reject(context: Context, one: str, other: str, by: str | None, why: str) -> None:
    """Decide that ONE and OTHER are not one, and are not to become one by way of others."""
    _decide(context, "rejected", one, other, by, why)


@link.command()
@click.argument("one")
@click.argument("other")
@click.pass_obj
def forget(context: Context, one: str, other: str) -> None:
    """Take back what was decided about ONE and OTHER."""
    if not context.decisions.forget(_iri(context, one), _iri(context, other)):
        raise UsageError("nothing was decided about these two")
    click.echo("forgotten; 'kg link' makes it take effect")


@link.command("export")
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Write to a file.")
@click.pass_obj
def export_links(context: Context, output: Path | None) -> None:
    """Write the links as SSSOM in TSV."""
    judgement = _judgement(context)
    with output_stream(output) as stream:
        for line in sssom.written(judgement.links, context.settings.base_iri):
            stream.write(line.encode())


@link.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_obj
def import_links(context: Context, file: Path) -> None:
    """Take the mappings of FILE, SSSOM in TSV, as decisions: those that say that two things are, or are not, one."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            made = sssom.read(stream, file.name, context.settings.link_threshold)
    except UnicodeDecodeError as error:
        raise SourceError(file, f"is not UTF-8: {error}") from error
    context.decisions.add(*made)
    _print_decisions(made)
    if made.skipped:
        click.echo(f"{made.skipped:,} rows say something else, or are less sure than KG_LINK_THRESHOLD")
    click.echo("'kg link' makes them take effect")


def _print_decisions(made: Iterable[Decision]) -> None:
    counts = Counter(each.verdict for each in made)
    click.echo(f"{counts['accepted']:,} accepted, {counts['rejected']:,} rejected")
