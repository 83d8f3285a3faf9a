"""What adding records to a linked store costs, against loading the same records into an empty one; and the memory of
linking.

    python bench/linking.py ../shared/data/mlanthology [--known 10000 30000 62686] [--new 1000]

The records are real: taken at random from an ML Anthology folder, always the same ones, so that those that are new
stand beside records of the same people and venues. Three files of new records are added, one after the other: the first
addition to a store that was built from nothing may read all segments once (links/records.sqlite), and before the third
a person takes an author from a paper. Processor seconds are of all processes together; the memory is the most that all
of them held at a time.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from ingest import memory, papers
from pyoxigraph import DefaultGraph, NamedNode

from kg.edits import Change
from kg.namespaces import CREATOR
from kg.publishing import publish_edits
from kg.snapshots import Snapshots
from kg.store import StoreFolder
from kg.writer import writing

KG = Path(sys.executable).with_name("kg")


class Cost(NamedTuple):
    """Seconds by the clock, seconds of all processors, and bytes."""

    clock: float
    processors: float
    peak: int

    def __str__(self) -> str:
        return f"{self.clock:6.1f} s, {self.processors:6.1f} s of processors, {self.peak / 2**30:.2f} GiB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--known", type=int, nargs="+", default=[10_000, 30_000, 62_686])
    parser.add_argument("--new", type=int, default=1000)
    options = parser.parse_args()
    records = [json.dumps(paper) for paper in papers(options.path)]
    random.Random(1).shuffle(records)
    with tempfile.TemporaryDirectory(prefix="paperkg-bench-") as name:
        work = Path(name)
        new = [written(work / f"new-{number}", records[number * options.new :][: options.new]) for number in (0, 1, 2)]
        subprocess.run([KG, "--store", work / "warm", "load", "mlanthology", new[0]], check=True, capture_output=True)
        alone = sorted((loaded(work / f"alone-{run}", new[0]) for run in range(3)), key=lambda cost: cost.processors)[1]
        print(f"{options.new:,} records alone:         {alone} (the median of three)")
        for known in options.known:
            measure(work / str(known), records[3 * options.new :][:known], new, alone)


def measure(store: Path, known: list[str], new: list[Path], alone: Cost) -> None:
    file = written(store.with_suffix(".known"), known)
    print(f"{len(known):,} records from nothing:  {loaded(store, file)}")
    for number, each in enumerate(new, start=1):
        if number == len(new):
            edit(StoreFolder(store))
        cost = loaded(store, each)
        ratios = f"{cost.clock / alone.clock:.1f} × alone, {cost.processors / alone.processors:.1f} × its processors"
        print(f"  file {number} of new ones added: {cost}; {ratios}", flush=True)


def edit(store: StoreFolder) -> None:
    """Take an author from a paper."""
    of_authors = (None, NamedNode(CREATOR), None, DefaultGraph())
    quad = next(Snapshots(store.folder).current().store.quads_for_pattern(*of_authors))
    with writing(store) as writer:
        store.journal.append([Change(False, f"{quad.triple} .")], store.journal.end())
        publish_edits(store, writer, writer.apply_edits())


def written(path: Path, records: list[str]) -> Path:
    file = path.with_name(path.name + ".jsonl.gz")
    with gzip.open(file, "wt", compresslevel=3, encoding="utf-8") as output:
        output.writelines(record + "\n" for record in records)
    return file


def loaded(store: Path, file: Path) -> Cost:
    before, started, peak = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic(), 0
    command = [str(part) for part in (KG, "--store", store, "load", "mlanthology", file)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, memory(process.pid))
            time.sleep(0.2)
    assert process.returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.monotonic() - started, used, peak)


if __name__ == "__main__":
    main()
