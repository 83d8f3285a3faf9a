"""Tables and a picture of what bench/all.py measured: python -m bench.report results.json [--output bench/results].

Means are geometric, over the questions that all servers answer which hold the graph; rdflib-endpoint, which answers
fewer, stands beside with the number of its own.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.picture import Bar, Group, picture
from bench.questions import AD_HOC, BASE, CANNED

OURS, UNCACHED, OXIGRAPH, VIRTUOSO, RDFLIB = (
    "paperkg",
    "paperkg, no cache",
    "Oxigraph",
    "Virtuoso",
    "rdflib-endpoint",
)
BASELESS = (OURS, UNCACHED)
COLUMNS = (OURS, UNCACHED, OXIGRAPH, VIRTUOSO, RDFLIB)
_NOTHING = "–"
_FIRST, _LAST = 0, 1

Asked = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """A line of the table: what was measured, and each server's figure by its name."""

    what: str
    figures: Mapping[str, str]


def mean(values: Sequence[float]) -> float:
    """The geometric mean.

    >>> round(mean([1, 100]), 9)
    10.0
    """
    return math.exp(statistics.fmean(map(math.log, values)))


def shared_questions(asked: Asked, group: str, when: str = "warm") -> list[str]:
    """What every server answers but rdflib-endpoint, which answers less."""
    servers = [figures for name, figures in asked["contenders"].items() if name != RDFLIB]
    keys = [key for key in servers[0][when] if key.startswith(f"{group}: ")]
    return [key for key in keys if all(key in server[when] for server in servers)]


def seconds(
    figures: Asked, keys: Sequence[str], when: str = "warm", byte: int = _LAST, base: bool = False
) -> list[float]:
    """Of each question that the server answers; with `base` of the same over base statements, where there is such."""
    times = figures[when]
    renamed = [key.replace(f"{CANNED}: ", f"{BASE}: ") if base else key for key in keys]
    asked = [other if other in times else key for other, key in zip(renamed, keys, strict=True)]
    return [times[key][byte] for key in asked if key in times]


def ratio(asked: Asked, group: str, other: str, ours: str, base: bool = False, when: str = "warm") -> float | None:
    """How many times as long another server takes."""
    keys = shared_questions(asked, group, when)
    contenders = asked["contenders"]
    if other not in contenders or not keys:
        return None
    return mean(seconds(contenders[other], keys, when, base=base)) / mean(seconds(contenders[ours], keys, when))


def rows(results: Mapping[str, Any]) -> Iterator[Row]:
    """The table, from top to bottom; what was not measured is not there."""
    largest = results["asked"][-1] if results.get("asked") else None
    if largest:
        yield from _asked_rows(largest)
        yield from _together_rows(largest)
        yield from _size_rows(largest)
    for asked in results.get("asked", [])[:-1]:
        yield _row(f"canned, warm, {_statements(asked)}, ms", asked, _means(asked, CANNED))
        yield _row(f"canned, warm, {_statements(asked)}, processor time, ms", asked, _means(asked, CANNED, "processor"))
        yield _row(f"ad hoc, warm, {_statements(asked)}, ms", asked, _means(asked, AD_HOC))
    if results.get("hostile"):
        yield from _hostile_rows(results["hostile"])


def _asked_rows(asked: Asked) -> Iterator[Row]:
    canned, ad_hoc = (len(shared_questions(asked, group)) for group in (CANNED, AD_HOC))
    yield _row(f"{canned} canned queries, warm, ms", asked, _means(asked, CANNED))
    yield _row("… over base statements alone, ms", asked, _means(asked, CANNED, base=True), BASELESS)
    yield _row("… processor time, ms", asked, _means(asked, CANNED, "processor"))
    yield _row(
        "… processor time over base statements, ms", asked, _means(asked, CANNED, "processor", base=True), BASELESS
    )
    yield _row("… the first time (cold), ms", asked, _means(asked, CANNED, "cold"))
    yield _row(f"{ad_hoc} ad-hoc queries, warm, ms", asked, _means(asked, AD_HOC))
    yield _row("… processor time, ms", asked, _means(asked, AD_HOC, "processor"))
    yield _row("… until the first byte, ms", asked, _means(asked, AD_HOC, byte=_FIRST))
    yield _row("… the first time (cold), ms", asked, _means(asked, AD_HOC, "cold"))
    yield _row("… all of them, one after the other, s", asked, _sums(asked, AD_HOC))
    yield _row("no answer / another one than Oxigraph's", asked, lambda name: _faults(asked["contenders"][name]))


def _together_rows(asked: Asked) -> Iterator[Row]:
    contenders = asked["contenders"]
    for group in (CANNED, AD_HOC):
        found = {
            name: statistics.median(figures["together"].get(group, [math.inf])) for name, figures in contenders.items()
        }
        figures = {name: _short(taken) for name, taken in found.items() if taken < math.inf}
        if figures:
            yield Row(f"{asked['clients']} clients, each asks all {group} ones below {asked['soon']:g} s, s", figures)


def _size_rows(asked: Asked) -> Iterator[Row]:
    contenders, facts = asked["contenders"], asked["graph"]
    yield _row("memory of all processes, MB", asked, lambda name: f"{contenders[name]['memory'] / 1e6:,.0f}")
    yield _row("disk, MB", asked, lambda name: f"{contenders[name]['disk'] / 1e6:,.0f}")
    loaded = {OURS: facts["paperkg seconds"], **facts["loaded"]}
    figures = {name: f"{taken:.0f}" for name, taken in loaded.items() if taken}
    if figures:
        yield Row("loading: paperkg records, linked; others its dump, s", figures)


def _hostile_rows(hostile: Asked) -> Iterator[Row]:
    servers = hostile["servers"]
    attacks = len(next(iter(servers.values()))["attacks"])
    for kind in ("canned", "SPARQL"):
        figures = {name: str(_served(server, kind)) for name, server in servers.items()}
        yield Row(f"of {attacks} attacks, so many left no reader by {kind} query without an answer", figures)
    died = {name: sum(not attack["alive"] for attack in server["attacks"].values()) for name, server in servers.items()}
    yield Row("… the server died in", {name: str(times) for name, times in died.items()})


def _served(server: Asked, kind: str) -> int:
    return sum(not attack[kind]["not served"] for attack in server["attacks"].values())


def _row(what: str, asked: Asked, figure: Callable[[str], str], without: Sequence[str] = ()) -> Row:
    return Row(what, {name: figure(name) for name in asked["contenders"] if name not in without})


def _means(asked: Asked, group: str, when: str = "warm", byte: int = _LAST, base: bool = False) -> Callable[[str], str]:
    keys = shared_questions(asked, group, when)

    def figure(name: str) -> str:
        found = seconds(asked["contenders"][name], keys, when, byte, base)
        return f"{_short(1000 * mean(found))}{_of(found, keys)}" if found else _NOTHING

    return figure


def _sums(asked: Asked, group: str) -> Callable[[str], str]:
    keys = shared_questions(asked, group)

    def figure(name: str) -> str:
        found = seconds(asked["contenders"][name], keys)
        return f"{_short(sum(found))}{_of(found, keys)}"

    return figure


def _of(found: Sequence[float], keys: Sequence[str]) -> str:
    return "" if len(found) == len(keys) else f" ({len(found)} of {len(keys)})"


def _faults(figures: Asked) -> str:
    return f"{len(figures['not answered'])} / {len(figures['different'])}"


def _short(number: float) -> str:
    """Three digits.

    >>> _short(0.0123), _short(1.234), _short(123.4)
    ('0.012', '1.23', '123')
    """
    return f"{number:.0f}" if number >= 100 else f"{number:.3g}" if number >= 0.1 else f"{number:.2g}"


def _statements(asked: Asked) -> str:
    return f"{asked['graph']['statements']:,} statements"


def headings(results: Mapping[str, Any]) -> dict[str, str]:
    """The columns, with versions."""
    found = {}
    for asked in results.get("asked", []):
        for name, figures in asked["contenders"].items():
            found[name] = name if name.startswith(OURS) else f"{name} {figures['version'].partition(' ')[0]}"
    return {name: found[name] for name in COLUMNS if name in found}


def remarks(results: Mapping[str, Any]) -> Iterator[str]:
    """What stands below the table: ratios, and who failed at what."""
    largest = results["asked"][-1] if results.get("asked") else None
    if largest:
        yield from _ratios(largest)
    for asked in reversed(results.get("asked", [])):
        yield from (f"{_statements(asked)}: {fault}" for fault in _named_faults(asked))
        for name, why in asked["graph"]["missing"].items():
            yield f"{name}, with {_statements(asked)}: {why}."
    ingest = results.get("ingest")
    if ingest:
        yield from _ingest_remarks(ingest)
    for part, error in results.get("failed", {}).items():
        yield f"The part {part} failed: {error}"


def _ratios(asked: Asked) -> Iterator[str]:
    for when, name in (("warm", "time"), ("processor", "processor time")):
        for peer in (OXIGRAPH, VIRTUOSO):
            found = {
                "canned": ratio(asked, CANNED, peer, OURS, when=when),
                "canned without the cache, the peer over base statements": ratio(
                    asked, CANNED, peer, UNCACHED, True, when
                ),
                "ad hoc": ratio(asked, AD_HOC, peer, OURS, when=when),
                "ad hoc without the cache": ratio(asked, AD_HOC, peer, UNCACHED, when=when),
            }
            said = [f"{what} {_short(times)}" for what, times in found.items() if times]
            if said:
                yield f"{peer}'s {name} as a multiple of paperkg's (mean of the questions): {'; '.join(said)}."


def _named_faults(asked: Asked) -> Iterator[str]:
    if asked.get("skipped"):
        yield f"Not asked: {', '.join(asked['skipped'])}."
    if asked.get("once"):
        yield f"What took a server longer than {asked['once']:g} s the first time was asked once again only."
    for name, figures in asked["contenders"].items():
        statuses = {0: f"no answer within {asked['patience']:g} s"}
        missed = [f"{key} ({statuses.get(status, status)})" for key, status in figures["not answered"].items()]
        if missed:
            yield f"{name} did not answer: {', '.join(missed)}."
        if figures.get("deaths"):
            yield f"{name} ended {figures['deaths']} times of itself, and was started again."
        if figures["different"]:
            yield f"{name} answers otherwise: {', '.join(figures['different'])}."


def _ingest_remarks(ingest: Asked) -> Iterator[str]:
    count, runs = ingest["statements"], ingest["runs"]
    if "loading" in ingest:
        middle = {name: statistics.median(times) for name, times in ingest["loading"].items()}
        base = middle["oxigraph load"]
        said = ", ".join(f"{name} {_short(taken)} s ({taken / base:.2f})" for name, taken in middle.items())
        yield f"Loading {count:,} statements, medians of {runs} runs, and as multiples of the first: {said}."
    if "mapping" in ingest:
        rates = {name: statistics.median(found) for name, found in ingest["mapping"].items()}
        said = ", ".join(f"{name} {rate:,.0f}" for name, rate in rates.items())
        yield f"Mapping, statements a second: {said}."
    if "rdflib" in ingest:
        yield f"rdflib takes {statistics.median(ingest['rdflib']):,.0f} statements a second into memory."


def as_markdown(results: Mapping[str, Any]) -> str:
    head, *lines = _cells(results)
    table = [f"| {conditions(results)} | {' | '.join(head[1:])} |", "|---|" + "---:|" * (len(head) - 1)]
    table += [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([*table, "", *(f"- {remark}" for remark in remarks(results)), ""])


def as_text(results: Mapping[str, Any]) -> str:
    table = _cells(results)
    first, *widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = []
    for what, *figures in table:
        right = (figure.rjust(width) for figure, width in zip(figures, widths, strict=True))
        lines.append("  ".join((what.ljust(first), *right)))
    return "\n".join([conditions(results), "", *lines, "", *remarks(results), ""])


def _cells(results: Mapping[str, Any]) -> list[list[str]]:
    names = headings(results)
    body = [[row.what, *(row.figures.get(name, _NOTHING) for name in names)] for row in rows(results)]
    return [["", *names.values()], *body]


def conditions(results: Mapping[str, Any]) -> str:
    """When, where and on what."""
    said = [results["date"], results["commit"], results["machine"]]
    for asked in results.get("asked", [])[-1:]:
        said += [f"{asked['graph']['papers']:,} papers", _statements(asked), f"medians of {asked['rounds']} rounds"]
    return ", ".join(said)


def _drawn(results: Mapping[str, Any]) -> Iterator[Group]:
    """The rows that are drawn: times."""
    names, first = headings(results), ""
    for row in rows(results):
        is_more = row.what.startswith("…")
        first = first if is_more else row.what.rpartition(", ")[0]
        figures = {name: _number(row.figures.get(name, "")) for name in names}
        bars = [Bar(names[name], COLUMNS.index(name), number) for name, number in figures.items() if number]
        if row.what.endswith((", ms", ", s")) and len(bars) > 1:
            yield Group(f"{first} {row.what}" if is_more else row.what, bars)


def _number(figure: str) -> float:
    try:
        return float(figure.replace(",", "").partition(" (")[0])
    except ValueError:
        return 0


def write(results: Mapping[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    (folder / "table.md").write_text(as_markdown(results), "utf-8")
    (folder / "table.txt").write_text(as_text(results), "utf-8")
    (folder / "benchmarks.svg").write_text(picture(conditions(results), _drawn(results)), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("results"))
    options = parser.parse_args()
    results = json.loads(options.results.read_text("utf-8"))
    write(results, options.output)
    print(as_text(results))


if __name__ == "__main__":
    main()
