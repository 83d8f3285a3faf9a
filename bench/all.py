"""Everything against every peer: python -m bench.all [--quick], or make bench.

Each part is a program of its own, started in a process of its own; what it printed last is what is told if it fails,
and the others go on. Figures, table and picture go to --output: results.json, table.md, table.txt, benchmarks.svg.
Graphs are the ML Anthology of ../shared/data in three sizes; --quick, or where that is not, the seeds alone.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.graphs import commit, prepare, real_records
from bench.questions import AD_HOC, BASE, CANNED
from bench.report import as_text, write

_ROOT = Path(__file__).parents[1]
_EVERY = (64, 8, 1)
"""So many-th papers; rdflib-endpoint takes part in the smallest graph."""
_ONCE = 3.0  # seconds; what takes longer is asked twice in all, so that a run stays below an hour
_SOON = 0.5  # seconds; what eight clients ask takes no longer
PARTS = ("asking", "hostile", "ingest")


class Run:
    """One run over all parts, with what is known so far."""

    def __init__(self, work: Path, records: Path | None, quick: bool) -> None:
        self.work = work
        self.records = records
        self.quick = quick
        self.results: dict[str, Any] = {
            "date": datetime.date.today().isoformat(),
            "commit": commit(),
            "machine": machine(),
            "asked": [],
            "failed": {},
        }
        sizes = _EVERY if records else (1,)
        self.graphs = [prepare(work / f"every-{every}", records, every) for every in sizes]

    def part(self, name: str, program: str, *arguments: object) -> dict[str, Any] | None:
        """The figures of a part, or none, with why."""
        output = self.work / f"{name}.json"
        output.unlink(missing_ok=True)
        print(f"== {name}", flush=True)
        command = [sys.executable, "-m", f"bench.{program}", *map(str, arguments), "--json", str(output)]
        done = subprocess.run(command, cwd=_ROOT, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            self.results["failed"][name] = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
            print(done.stderr[-2000:], file=sys.stderr)
        found: dict[str, Any] | None = json.loads(output.read_text("utf-8")) if output.exists() else None
        return found

    def asking(self) -> None:
        how = ["--rounds", 1 if self.quick else 5, "--patience", 10, "--once", _ONCE, "--soon", _SOON]
        for graph in self.graphs:
            together = ["--together", 8] if graph is self.graphs[-1] else []
            found = []
            for groups in ((CANNED, BASE), (AD_HOC,)):
                name = f"asking {groups[0]} of {graph.facts['papers']} papers"
                found.append(self.part(name, "asking", graph.folder, "--groups", *groups, *how, *together))
            known = [asked for asked in found if asked]
            if known:
                self.results["asked"].append(merged(known))

    def hostile(self) -> None:
        how = ["--seconds", 0.5, "--attacks", 2] if self.quick else []
        found = self.part("hostile", "hostile", self.graphs[0].folder, *how)
        if found:
            self.results["hostile"] = found

    def ingest(self) -> None:
        what = [self.records] if self.records else [_ROOT / "seeds", "--source", "profile-page"]
        found = self.part("ingest", "ingest", *what, "--runs", 1 if self.quick else 5)
        if found:
            self.results["ingest"] = found


def merged(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Several groups of questions to the same graph as one."""
    whole = json.loads(json.dumps(parts[0]))
    for part in parts[1:]:
        whole["rows"] |= part["rows"]
        for name, figures in part["contenders"].items():
            known = whole["contenders"].setdefault(name, figures)
            for kind in ("cold", "warm", "processor", "not answered"):
                known[kind] |= figures[kind]
            known["together"] |= figures["together"]
            known["deaths"] += figures["deaths"]
            known["different"] = sorted({*known["different"], *figures["different"]})
            known["memory"] = max(known["memory"], figures["memory"])
    return whole


def machine() -> str:
    """What it is, and how busy it was with other things."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    busy = os.getloadavg()[0]
    return f"{os.cpu_count()} cores (load {busy:.0f}), {memory:.0f} GB, Linux {platform.release().split('-')[0]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="the seeds alone, each once: whether everything works")
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("results"))
    parser.add_argument("--folder", type=Path, help="where graphs are kept for the next time (2 GB)")
    options = parser.parse_args()
    records = None if options.quick else real_records()
    if records is None and not options.quick:
        print("there are no records in ../shared/data/mlanthology; the seeds have to do", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="paperkg-bench-") as folder:
        run = Run((options.folder or Path(folder)).absolute(), records, options.quick)
        for part in options.parts:
            getattr(run, part)()
            write(run.results, options.output)
    print(as_text(run.results))
    sys.exit(bool(run.results["failed"]))


if __name__ == "__main__":
    main()
