"""Concepts found in titles and abstracts of OpenAlex works, against the concepts that OpenAlex gives them.

    python bench/concepts.py [--show N]

The labels are those of all concepts that the works of 2023 have. OpenAlex gives a work a few concepts, by a classifier:
what it does not give may still be right, so 40 links that it lacks were read by a person.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.mentions import DATA, mapped
from kg.linking.concepts import ConceptFinder, labels_of
from kg.linking.model import Link, PaperMention

ACCEPTED = 0.9
WORKS = DATA / "openalex" / "works-2023.jsonl.gz"
JUDGED = Path(__file__).resolve().parents[1] / "tests" / "kg" / "linking" / "data" / "concepts-judged.tsv"


def found() -> tuple[list[tuple[PaperMention, Link]], int, float]:
    """Each link with its paper; how many papers there are, and seconds of finding."""
    records = list(mapped("openalex", WORKS))
    things = dict.fromkeys(thing for record in records for thing in record.mentioned if thing.kind == "concept")
    finder = ConceptFinder(labels_of(thing for thing in things if "openalex-concepts:" in thing.thing))
    links, papers = [], 0
    started = time.perf_counter()
    for record in records:
        if record.paper:
            text, mention = record.paper.text, record.paper.mention
            papers += 1
            links += [(mention, link) for link in finder.links(text.paper, text.title, text.abstract)]
    return links, papers, time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", type=int, default=0, metavar="N", help="links that OpenAlex lacks")
    options = parser.parse_args()
    links, papers, seconds = found()
    print(f"{papers:,} works, {1000 * seconds / papers:.2f} ms each on one core")
    print("confidence   links   given by OpenAlex as well")
    by_confidence: defaultdict[float, list[bool]] = defaultdict(list)
    for paper, link in links:
        by_confidence[link.confidence].append(link.object in paper.subjects)
    for confidence, given in sorted(by_confidence.items(), reverse=True):
        print(f"{confidence:10.2f} {len(given):7,}   {sum(given) / len(given):.2f}")
    sure = [(paper, link) for paper, link in links if link.confidence >= ACCEPTED]
    also = sum(link.object in paper.subjects for paper, link in sure)
    print(
        f"at {ACCEPTED} and above: {len(sure):,}, {len(sure) / papers:.2f} a work; "
        f"OpenAlex gives {also / len(sure):.1%} as well"
    )
    report_judged(sure, also / len(sure))
    lacking = [(paper, link) for paper, link in sure if link.object not in paper.subjects]
    for paper, link in lacking[: options.show]:
        print(f"  {paper.title}: {'; '.join(f'{fact.what} {fact.subject}' for fact in link.facts)}")


def report_judged(sure: list[tuple[PaperMention, Link]], also: float) -> None:
    """Precision, from what was read of those that OpenAlex lacks."""
    verdicts = [line.split("\t") for line in JUDGED.read_text("utf-8").splitlines() if not line.startswith("#")]
    pairs = {(key.rpartition(":")[2], link.object.rpartition(":")[2]) for paper, link in sure for key in paper.keys}
    held = [verdict for work, concept, verdict in verdicts if (work, concept) in pairs]
    right = held.count("right") / len(held)
    print(f"of those that it lacks, {len(held)} of {len(verdicts)} that were read: {right:.1%} are right")
    print(f"precision, estimated: {also + (1 - also) * right:.3f}")


if __name__ == "__main__":
    main()
