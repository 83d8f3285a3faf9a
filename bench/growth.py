"""What mapping and loading take as works grow in number: made-up ones, in OpenAlex's shape.

    python -m bench.growth [--sizes 65686 207717 656860] [--spark] [--peer] [--folder FOLDER]

For each size `kg map`, with --spark the same by that engine, `kg load --segments` of what it wrote (with statistics,
search index and publishing, without linking), and with --peer `oxigraph load` of the N-Triples, which is what loading
takes at least. Seconds by the clock and of processors, the memory of all processes together, bytes on disk.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from bench.peers import program
from bench.synthetic_works import write_works

KG = Path(sys.executable).with_name("kg")
_SPARK = ("--engine", "spark")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[65_686, 207_717, 656_860])
    parser.add_argument("--spark", action="store_true")
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--no-load", action="store_true")
    parser.add_argument("--folder", type=Path, help="work here, and keep the works that were made up")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paperkg-bench-", dir=options.folder) as name:
        for size in options.sizes:
            work = Path(name) / str(size)
            works = (options.folder or Path(name)) / f"works-{size}"
            if not works.exists():
                write_works(work / "works", size, 16)
                (work / "works").rename(works)
            print(f"{size:,} works, {size_of(works) / 1e6:,.0f} MB compressed", flush=True)
            measure_size(options, works, work)
            shutil.rmtree(work)


def measure_size(options: argparse.Namespace, works: Path, work: Path) -> None:
    mapping = ("map", "openalex", works, "--dataset", "works", "--output")
    measure("kg map", KG, *mapping, work / "mapped")
    said = msgspec.json.decode((work / "mapped" / "manifest.json").read_bytes())
    segments, triples = size_of(work / "mapped" / "segments"), size_of(work / "mapped" / "triples")
    print(f"  {said['statements']:,} statements; segments {segments / 1e6:,.0f} MB, N-Triples {triples / 1e6:,.0f} MB")
    if options.spark:
        measure("kg map --engine spark", KG, *mapping, work / "spark", *_SPARK)
        same = (work / "mapped" / "manifest.json").read_bytes() == (work / "spark" / "manifest.json").read_bytes()
        print(f"  the partitions are {'the same' if same else 'NOT the same'}")
        shutil.rmtree(work / "spark")
    if not options.no_load:
        measure("kg load --segments", KG, "--store", work / "store", "load", "--no-link", "--segments", work / "mapped")
        print(f"  the store takes {size_of(work / 'store') / 1e6:,.0f} MB with the segments", flush=True)
        shutil.rmtree(work / "store")
    if options.peer:
        oxigraph = program("oxigraph")
        unpack = f"cat {work}/mapped/triples/*.nt.zst | zstd -dc"
        load = f"{unpack} | {oxigraph} load --location {work / 'peer'} --format nt"
        measure("oxigraph load", "sh", "-c", load)
        print(f"  its store takes {size_of(work / 'peer') / 1e6:,.0f} MB", flush=True)


def measure(name: str, *command: object) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started, peak = time.monotonic(), 0
    with subprocess.Popen(
        [str(each) for each in command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        while process.poll() is None:
            peak = max(peak, memory(process.pid))
            time.sleep(0.2)
        errors = process.stderr.read() if process.stderr else b""
    assert process.returncode == 0, errors.decode()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processors = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    elapsed = time.monotonic() - started
    print(f"  {name}: {elapsed:.1f} s, {processors:.1f} s of processors, at most {peak / 2**30:.2f} GiB", flush=True)


def memory(root: int) -> int:
    """Bytes that a process and all below it hold; what they share counts once, as far as the system says."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    return sum(proportional(process) for process in parents if is_below(process, root, parents))


def is_below(process: int, root: int, parents: dict[int, int]) -> bool:
    while process not in (root, 0):
        process = parents.get(process, 0)
    return process == root


def proportional(process: int) -> int:
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        return 1024 * int(rollup.partition("Pss:")[2].split()[0])
    except (OSError, IndexError):
        return 0


def size_of(folder: Path) -> int:
    """Bytes on disk, hard links once."""
    found = (Path(parent, name).stat() for parent, _, names in os.walk(folder) for name in names)
    return sum({(status.st_dev, status.st_ino): status.st_size for status in found}.values())


if __name__ == "__main__":
    main()
