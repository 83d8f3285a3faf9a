"""What every next source costs: all of ../shared/data is loaded into one store, source after source.

    python bench/whole.py ../shared/data [--store /data/whole]

Processor seconds are of all processes together. The small files come last: each of them is added to millions of
statements, brings concepts or RDF of others, and should cost what it holds. `bench/reconcile.py` asks such a store.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

KG = Path(sys.executable).with_name("kg")
LOADS = (
    ("mlanthology", "mlanthology"),
    ("ror", "ror/ror-v2.jsonl.gz"),
    ("openalex", "openalex/works-2023.jsonl.gz"),
    ("bibtex", "dblp-bibtex"),
    ("opencitations", "opencitations"),
    ("concepts", "schemes/openalex_topics.csv", "schemes/arxiv-taxonomy.jsonl"),
    ("rdf", "semopenalex/semopenalex-data-sample.trig", "dblp-rdf"),
    ("openalex", "openalex/works-2026.jsonl"),
    ("openalex", "openalex/entities", "openalex/api-pages"),
    ("crossref", "crossref/works.jsonl"),
    ("semanticscholar", "semanticscholar/papers.jsonl", "semanticscholar/paper-full.json"),
    ("arxiv", "arxiv/arxiv-metadata-oai-snapshot.200.jsonl", "arxiv/arxivraw_1810.09584.xml"),
    ("bibtex", "bibtex"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--store", type=Path, help="a folder that is not there yet, to be kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="paperkg-bench-") as name:
        store = options.store or Path(name) / "store"
        for source, *files in LOADS:
            clock, used = loaded(store, source, [options.data / file for file in files])
            print(f"{source:16} {' '.join(files):75} {clock:6.1f} s, {used:6.1f} s of processors", flush=True)


def loaded(store: Path, source: str, files: list[Path]) -> tuple[float, float]:
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run([KG, "--store", store, "load", source, *files], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - started, used


if __name__ == "__main__":
    main()
