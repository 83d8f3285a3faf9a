"""How often the titles of the second profile-page layout are told from the name that runs into them.

    python bench/glued_titles.py [--json] [--data FOLDER] [--lines N] [--seed N]
    python bench/glued_titles.py --learn        count the words anew, in the half of the papers that is not measured

Real titles and authors of ML Anthology are glued as the page prints them, at most three names, and split again.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from kg.sources.glued_titles import count_words, split_title  # noqa: E402 - runs from a checkout as it is

WORD_FILE = ROOT / "kg" / "sources" / "glued_titles.json"
KEPT_WORDS = 4_000
PRINTED_NAMES = 3

Paper = tuple[str, list[str]]


def papers(folder: Path) -> Iterator[Paper]:
    """Title and author names of every paper below `folder`, each title once."""
    seen = set()
    for record in _records(folder):
        title = " ".join((record["title"] or "").split())
        names = [" ".join(f"{author['given']} {author['family']}".split()) for author in record["authors"]]
        if title and any(names) and title.casefold() not in seen:
            seen.add(title.casefold())
            yield title, [name for name in names if name]


def _records(folder: Path) -> Iterator[dict]:
    for path in sorted(folder.glob("papers/*.json.gz")):
        with gzip.open(path) as stream:
            yield from json.load(stream)["papers"]
    for path in sorted(folder.glob("legacy/*.jsonl.gz")):
        with gzip.open(path) as stream:
            yield from map(json.loads, stream)


def is_measured(title: str) -> bool:
    """Whether a paper is of the half that is measured; the words were counted in the other one."""
    return hashlib.sha256(title.casefold().encode()).digest()[0] % 2 == 0


def glue(title: str, names: list[str]) -> str:
    """The line of a paper, without the "et al." that a longer list ends in."""
    return title + ", ".join(names[:PRINTED_NAMES])


def kind_of_miss(title: str, name: str) -> str:
    if name[:1].islower():
        return "name in lower case"
    if re.match(r"(\w\.|[A-Z]\b)", name):
        return "name begins with an initial"
    if "-" in name.split()[0]:
        return "hyphenated given name"
    if title[-1:].isupper() or title[-1:].isdigit():
        return "title ends in a capital or digit"
    return "other"


def learn(known: list[Paper]) -> None:
    kinds = {
        "title": (word for title, _ in known for word in title.split()),
        "given": (name.split()[0] for _, names in known for name in names),
        "family": (word for _, names in known for name in names for word in name.split()[1:]),
    }
    counted = {kind: count_words(words, KEPT_WORDS) for kind, words in kinds.items()}
    content = {
        kind: {"rest": counts.rest, "shapes": counts.shapes, "words": counts.words} for kind, counts in counted.items()
    }
    WORD_FILE.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def measure(sample: list[Paper]) -> dict:
    misses = []
    for title, names in sample:
        found = split_title(glue(title, names))
        if found is None or found[0] != title:
            said = found[0] if found else None
            misses.append({"kind": kind_of_miss(title, names[0]), "title": title, "author": names[0], "said": said})
    return {
        "lines": len(sample),
        "right": len(sample) - len(misses),
        "accuracy": round(1 - len(misses) / len(sample), 4),
        "kinds": dict(Counter(miss["kind"] for miss in misses).most_common()),
        "misses": misses,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "mlanthology")
    parser.add_argument("--lines", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument("--learn", action="store_true", help=f"write {WORD_FILE.name}")
    options = parser.parse_args()
    found = list(papers(options.data))
    if not found:
        parser.error(f"no papers in {options.data}")
    if options.learn:
        learn([paper for paper in found if not is_measured(paper[0])])
        return
    measured = [paper for paper in found if is_measured(paper[0])]
    result = measure(random.Random(options.seed).sample(measured, min(options.lines, len(measured))))
    if options.json:
        print(json.dumps(result, ensure_ascii=False, indent=2))
        return
    print(f"{result['right']} of {result['lines']} lines split rightly: {result['accuracy']:.2%}")
    for kind, count in result["kinds"].items():
        print(f"  {count:4}  {kind}")
    for miss in result["misses"][:20]:
        print(f"  {miss['title'][-30:]!r} | {miss['author']!r}; said {(miss['said'] or '')[-30:]!r}")


if __name__ == "__main__":
    main()
