"""From source files to a published, searchable snapshot, against the bulk loader of Oxigraph, Morph-KGC and rdflib.

    python -m bench.ingest ../shared/data/mlanthology [--source mlanthology] [--runs 3] [--repeat 1] [--parts loading]

`oxigraph load` (PyPI `oxigraph`) loads the N-Triples that result, and nothing else: the time that no way of mapping can
beat. Runs alternate; the figures are medians, by the clock and, for machines that have other things to do as well, in
seconds of processors. Morph-KGC makes the same statements from tables that need no cleaning and
no joins, one for each property. rdflib reads the first of the statements into memory. --repeat N loads the records N
times with keys of their own, to see how cost grows.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pyoxigraph

from bench.graphs import commit, papers
from bench.peers import program

KG = (sys.executable, "-m", "kg")
PARTS = ["loading", "mapping", "rdflib"]
SAMPLE = 200_000  # statements
RDFLIB = "import sys, rdflib; rdflib.Graph().parse(sys.argv[1], format='nt')"
WITHOUT_INDEX = """
import sys
from pathlib import Path
from kg import cli, search
from kg.recorded import Recorded
from kg.search import building

if __name__ == "__main__":
    Recorded.index = lambda *_: None
    search.build = lambda store, folder: building._write(folder, ())
    sys.exit(cli.main())
"""
MAPPING = """
import gc, os, sys
from collections import deque
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from kg.mapping import Mapper, Mapping
from kg.naming import Naming
from kg.processes import keep_memory
from kg.sources import find_source
from kg.sources.files import SourceFile

def start():
    global mapper, said, output
    gc.disable()
    keep_memory()
    mapper, said, output = Mapper(context), set(), open(sys.argv[3], "ab", buffering=0)

def write_mapped(chunk):
    lines = []
    for reading in source.readings(chunk):
        for record in reading.records:
            found = mapper.map(record)
            lines.append(found.own)
            new = [said_of for thing in found.things for said_of in thing.statements if said_of not in said]
            said.update(new)
            lines += new
    content = b"".join(lines)
    written = output.write(content)  # in one piece, so that nothing of what others append stands within it
    assert written == len(content)

source = find_source(sys.argv[1])
context = Mapping(Naming("https://w3id.org/paperkg/"), source.name, source.name, source.version)
endings = (*source.endings, *(f"{ending}.gz" for ending in source.endings))

if __name__ == "__main__":
    files = [path for path in sorted(Path(sys.argv[2]).rglob("*")) if path.name.endswith(endings)]
    chunks = (chunk for file in files for chunk in source.chunks(SourceFile(file)))
    count, under_way = len(os.sched_getaffinity(0)), deque()
    Path(sys.argv[3]).write_bytes(b"")
    with ProcessPoolExecutor(count, initializer=start) as pool:
        for chunk in chunks:
            under_way.append(pool.submit(write_mapped, chunk))
            if len(under_way) > 3 * count:
                under_way.popleft().result()
        for future in under_way:
            future.result()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--source", default="mlanthology")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=1, help="ML Anthology only")
    parser.add_argument("--parts", nargs="+", default=PARTS, choices=PARTS)
    parser.add_argument("--json", type=Path, help="a file for the figures")
    parser.add_argument("--growth", action="store_true", help="load once and ten times as many records, nothing else")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paperkg-bench-") as name:
        work = Path(name)
        if options.growth:
            measure_growth(options, work)
            return
        path = repeated(options.path, options.repeat, work / "data") if options.repeat > 1 else options.path
        graph = work / "graph.nt"
        loading = loading_command(options, work, path)
        seconds("kg load, to warm up", loading, work / "store")
        subprocess.run(
            [*KG, "--store", work / "store", "export", "--format", "ntriples", "--output", graph], check=True
        )
        triples = count_lines(graph)
        print(f"{triples:,} triples, {graph.stat().st_size / 1e6:,.0f} MB of N-Triples, {os.cpu_count()} cores")
        found: dict[str, object] = {"commit": commit(), "statements": triples, "runs": options.runs}
        if "loading" in options.parts:
            found["loading"] = measure_loading(options, work, loading, graph)
        if "mapping" in options.parts:
            found["mapping"] = measure_mapping(options, work, path, graph)
        if "rdflib" in options.parts:
            found["rdflib"] = measure_rdflib(options, work, graph)
        if options.json:
            options.json.write_text(json.dumps(found, indent=1), "utf-8")


def loading_command(options: argparse.Namespace, work: Path, path: Path) -> list[object]:
    return [*KG, "--store", work / "store", "load", "--no-link", options.source, path, "--dataset", "bench"]


def measure_growth(options: argparse.Namespace, work: Path) -> None:
    """Seconds until the graph is published and until it is compacted, seconds of processors, and the peak memory of all
    processes together, at two sizes."""
    found: list[tuple[float, float, float]] = []
    for times in (1, 10):
        path = repeated(options.path, times, work / f"data-{times}")
        command = loading_command(options, work, path)
        started, before, published, peak = time.monotonic(), processor_seconds(), 0.0, 0
        with subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL) as process:
            while process.poll() is None:
                peak = max(peak, memory(process.pid))
                if not published and (work / "store" / "current").exists():
                    published = time.monotonic() - started
                time.sleep(0.2)
        assert process.returncode == 0
        found.append((published, time.monotonic() - started, processor_seconds() - before))
        said = "published after {:.1f} s, compacted after {:.1f} s, {:.1f} s of processors".format(*found[-1])
        print(f"{times:2} ×: {said}, at most {peak / 2**30:.2f} GiB in all processes", flush=True)
        shutil.rmtree(work / "store")
    ratios = (later / first for first, later in zip(*found, strict=True))
    said = (
        "are published after {:.1f} times as long, compacted after {:.1f}, with {:.1f} times the seconds of processors"
    )
    print(f"ten times the records {said.format(*ratios)}")


def memory(process: int) -> int:
    """Bytes that a process and its children hold; what they share counts once, as far as the system says."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            if int(path.parent.name) == process or parent == process:
                rollup = (path.parent / "smaps_rollup").read_text()
                total += 1024 * int(rollup.partition("Pss:")[2].split()[0])
        except (OSError, IndexError):
            continue
    return total


def measure_loading(
    options: argparse.Namespace, work: Path, loading: list[object], graph: Path
) -> dict[str, list[float]]:
    """Seconds of each way, run by run; of ours until the graph is published, and until it is compacted as well."""
    oxigraph = program("oxigraph")
    script = work / "without_index.py"
    script.write_text(WITHOUT_INDEX)
    contenders: dict[str, tuple[list[object], Path]] = {
        "oxigraph load": ([oxigraph, "load", "--location", work / "peer", "--file", graph], work / "peer"),
        "kg load": (loading, work / "store"),
        "kg load, no index": ([sys.executable, script, *loading[len(KG) :]], work / "store"),
    }
    times: defaultdict[str, list[float]] = defaultdict(list)
    used: defaultdict[str, list[float]] = defaultdict(list)
    for _ in range(options.runs):
        for name, (command, folder) in contenders.items():
            before = processor_seconds()
            published, ended = seconds(name, command, folder)
            times[name].append(published)
            if ended != published:
                times[f"{name}, compacted"].append(ended)
            used[name].append(processor_seconds() - before)
    for kind, found in (("s", times), ("s of processors", used)):
        base = statistics.median(found["oxigraph load"])
        for name, measured in found.items():
            median = statistics.median(measured)
            print(f"{name:29} median {median:6.1f} {kind}   {median / base:4.2f} × oxigraph load")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print(f"largest process: {peak:.2f} GiB")
    return times


def seconds(name: str, command: list[object], folder: Path) -> tuple[float, float]:
    """Until readers have a graph, which of ours a file says, and until the command ends."""
    shutil.rmtree(folder, ignore_errors=True)
    started, published = time.monotonic(), None
    with subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        while run.poll() is None:
            if published is None and (folder / "current").exists():
                published = time.monotonic() - started
            time.sleep(0.02)
    ended = time.monotonic() - started
    assert run.returncode == 0, command
    print(f"  {name}: {ended:.1f} s" + (f", published after {published:.1f}" if published else ""), flush=True)
    return published or ended, ended


def processor_seconds() -> float:
    """Of all that was run until now."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure_mapping(options: argparse.Namespace, work: Path, path: Path, graph: Path) -> dict[str, list[float]]:
    """Triples a second of mapping alone, ours and Morph-KGC's, both to one file of N-Triples, on all cores.

    Of ours, what two records say alike counts once.
    """
    script, output = work / "mapping.py", work / "mapped.nt"
    script.write_text(MAPPING)
    morph = program("python")
    config = tables(graph, work / "tables")
    ours: Callable[[], Path] = lambda: run([sys.executable, script, options.source, path, output], output)  # noqa: E731
    theirs: Callable[[], Path] = lambda: run([morph, "-m", "morph_kgc", config], work / "tables" / "out.nt")  # noqa: E731
    rates: dict[str, list[float]] = {"paperkg": [], "Morph-KGC": []}
    by_processor: dict[str, list[float]] = {"paperkg": [], "Morph-KGC": []}
    for _ in range(options.runs):
        for name, mapping in (("paperkg", ours), ("Morph-KGC", theirs)):
            started, before = time.monotonic(), processor_seconds()
            written = mapping()
            elapsed, used = time.monotonic() - started, processor_seconds() - before
            lines = distinct_lines(written)
            rates[name].append(lines / elapsed)
            by_processor[name].append(lines / used)
            print(f"  mapping by {name}: {lines:,} statements, {rates[name][-1]:,.0f} a second", flush=True)
    for kind, found in (("", rates), (" of processors", by_processor)):
        ratio = statistics.median(found["paperkg"]) / statistics.median(found["Morph-KGC"])
        print(f"mapping: {ratio:.2f} × Morph-KGC's statements a second{kind}")
    return rates


def measure_rdflib(options: argparse.Namespace, work: Path, graph: Path) -> list[float]:
    """Statements a second that rdflib takes into memory; of a sample, as all would take minutes."""
    sample = work / "sample.nt"
    with graph.open("rb") as stream:
        lines = list(islice(stream, SAMPLE))
    sample.write_bytes(b"".join(lines))
    rates = []
    for _ in range(options.runs):
        started = time.monotonic()
        run([program("python"), "-c", RDFLIB, sample], sample)
        rates.append(len(lines) / (time.monotonic() - started))
        print(f"  rdflib: {len(lines):,} statements, {rates[-1]:,.0f} a second", flush=True)
    return rates


def run(command: list[object], output: Path) -> Path:
    subprocess.run([str(part) for part in command], check=True, capture_output=True)
    return output


def distinct_lines(path: Path) -> int:
    with path.open("rb") as stream:
        return len({hash(line) for line in stream})


def count_lines(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(2**20), b""))


def tables(graph: Path, folder: Path) -> Path:
    """A table of subject and object for each property and kind of object, and the RML that makes triples of them."""
    folder.mkdir()
    writers: dict[tuple[str, str], tuple[str, csv.writer]] = {}  # type: ignore[valid-type]
    maps = ["@prefix rr: <http://www.w3.org/ns/r2rml#> .", "@prefix rml: <http://semweb.mmlab.be/ns/rml#> ."]
    maps.append("@prefix ql: <http://semweb.mmlab.be/ns/ql#> .")
    for quad in pyoxigraph.parse(path=graph, format=pyoxigraph.RdfFormat.N_TRIPLES):
        term = quad.object
        if isinstance(term, pyoxigraph.Literal):
            kind = f'rr:language "{term.language}"' if term.language else f"rr:datatype {term.datatype}"
        else:
            kind = "rr:termType rr:IRI"
        key = (quad.predicate.value, kind)
        if key not in writers:
            file = folder / f"{len(writers)}.csv"
            stream = file.open("w", newline="", encoding="utf-8")
            writers[key] = (file.name, csv.writer(stream))
            writers[key][1].writerow(("s", "o"))
            maps.append(
                f'<#m{len(writers)}> rml:logicalSource [ rml:source "{file}" ; rml:referenceFormulation ql:CSV ] ; '
                f'rr:subjectMap [ rml:reference "s" ; rr:termType rr:IRI ] ; rr:predicateObjectMap [ '
                f'rr:predicate {quad.predicate} ; rr:objectMap [ rml:reference "o" ; {kind} ] ] .'
            )
        writers[key][1].writerow((quad.subject.value, term.value))
    (folder / "map.ttl").write_text("\n".join(maps))
    config = folder / "config.ini"
    config.write_text(
        f"[CONFIGURATION]\noutput_file={folder / 'out.nt'}\nlogging_level=ERROR\n"
        f"[data]\nmappings={folder / 'map.ttl'}\n"
    )
    return config


def repeated(path: Path, times: int, folder: Path) -> Path:
    """The papers of an ML Anthology folder several times, each time with keys and names of their own."""
    folder.mkdir()
    for number in range(times):
        with gzip.open(folder / f"{number}.jsonl.gz", "wb", compresslevel=3) as output:
            for paper in papers(path):
                paper["bibtex_key"] = f"{paper['bibtex_key']}-{number}"
                paper["title"] = f"{paper['title']} {number}"
                for field in ("doi", "openreview_url", "source_id"):
                    paper[field] = f"{paper[field]}.{number}" if paper.get(field) else ""
                for author in paper["authors"]:
                    author["family"] = f"{author['family']}{number}"
                output.write(json.dumps(paper).encode() + b"\n")
    return folder


if __name__ == "__main__":
    main()
