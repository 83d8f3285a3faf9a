"""Authors by name alone who seem to be several people: how many, by reason, and the worst to look at.

    python bench/homonyms.py [--show N] [--source mlanthology|openalex]

With `openalex`, whose authors' identifiers are hidden, also how many of those told are several by their ORCIDs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.author_identity import Hidden, people_of
from bench.mentions import DATA, papers
from kg.linking.homonyms import Suspicion, suspicious_authors
from kg.linking.model import PaperMention

_KINDS = ("nothing between", "no venue and no subject", "papers from")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", type=int, default=50, metavar="N", help="show the N worst")
    parser.add_argument("--source", choices=["mlanthology", "openalex"], default="mlanthology")
    arguments = parser.parse_args()
    if arguments.source == "openalex":
        hidden = Hidden(papers("openalex", *sorted((DATA / "openalex").glob("works-*"))))
        report(hidden.papers, arguments.show)
        check(hidden)
    else:
        report(list(papers("mlanthology", DATA / "mlanthology")), arguments.show)


def report(found: list[PaperMention], count: int) -> None:
    started = time.process_time()
    suspicions = sorted(suspicious_authors(found), key=badness, reverse=True)
    seconds = time.process_time() - started
    authors = {author.author for paper in found for author in paper.authors}
    print(f"{len(suspicions):,} of {len(authors):,} authors, {seconds:.1f} s CPU")
    kinds = Counter(kind for each in suspicions for kind in _KINDS if any(kind in reason for reason in each.reasons))
    for kind, number in kinds.most_common():
        print(f"  {kind:25} {number:,}")
    for each in suspicions[:count]:
        print(f"{each.name:30} parts {each.parts[:8]} {each.years}: {'; '.join(each.reasons[:2])}")


def badness(suspicion: Suspicion) -> tuple[int, int, str]:
    """More reasons first, then the longest time between first and last paper."""
    years = suspicion.years or (0, 0)
    return len(suspicion.reasons), years[1] - years[0], suspicion.author


def check(hidden: Hidden) -> None:
    """Of the authors of whom the truth is known: how many told are several, and how many that are were told."""
    people = people_of(hidden, {a.authorship: a.author for paper in hidden.papers for a in paper.authors})
    told = {each.author for each in suspicious_authors(hidden.papers)} & people.keys()
    several = {author for author, theirs in people.items() if len(theirs) > 1}
    print(f"with an ORCID: {len(told)} told, {len(several)} are several people, {len(told & several)} of them told")


if __name__ == "__main__":
    main()
