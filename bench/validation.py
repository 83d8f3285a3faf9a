"""Validation against pySHACL: python bench/validation.py [--papers 1500] [--many 62500] [--store SNAPSHOT/store].

Both check graphs of made-up papers, some 45 triples each, against the project's shapes; pySHACL without the constraints
in SPARQL, which take it hours. Every run is a process of its own. --store measures ours on a snapshot as well.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyoxigraph
from pyoxigraph import DefaultGraph, RdfFormat

from bench.synthetic import make_store
from kg import paths, validation
from kg.snapshots import Snapshots


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, default=1_500, help="papers for pySHACL and ours")
    parser.add_argument("--many", type=int, default=62_500, help="papers for ours alone")
    parser.add_argument("--store", type=Path, help="the store of a snapshot, for ours alone")
    parser.add_argument("--one", choices=(VALIDATORS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(measure(options.one, options.store))
        return
    with tempfile.TemporaryDirectory() as folder:
        few, many = (snapshot(Path(folder, str(papers)), papers) for papers in (options.papers, options.many))
        runs = [("pyshacl", few), ("ours", few), ("ours", many)]
        for name, store in [*runs, ("ours", options.store)] if options.store else runs:
            command = [sys.executable, __file__, "--one", name, "--store", store]
            print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="", flush=True)


def snapshot(folder: Path, papers: int) -> Path:
    return Snapshots(make_store(folder, papers)).current().store_path


def measure(name: str, path: Path) -> str:
    store = pyoxigraph.Store.read_only(str(path))
    triples = sum(1 for _ in store.quads_for_pattern(None, None, None, DefaultGraph()))
    started, processor = time.perf_counter(), time.process_time()
    results = VALIDATORS[name](store)
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("utf-8"))
    spent = f"{seconds:.1f} s ({processor:.1f} s of a core), {int(peak) // 1024} MiB"
    return f"{name}: {triples:,} triples, {results} results, {spent}"


def ours(store: pyoxigraph.Store) -> int:
    return len(validation.validate(store))


def by_pyshacl(store: pyoxigraph.Store) -> int:
    """With reading the graph, as there is no other way to give it one."""
    import pyshacl
    from rdflib import SH, Graph

    shapes = Graph().parse(paths.ONTOLOGY / "shapes.ttl").remove((None, SH.sparql, None))
    data = Graph().parse(data=store.dump(format=RdfFormat.N_TRIPLES, from_graph=DefaultGraph()), format="nt")
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
    assert isinstance(report, Graph)
    return len(list(report.subject_objects(SH.result)))


VALIDATORS = {"ours": ours, "pyshacl": by_pyshacl}

if __name__ == "__main__":
    main()
