"""Paper matching, with all identifiers hidden: what is found of what is there, and what is wrong.

    python bench/paper_matching.py [--errors N]

dblp       DBLP's ICML 2024 and NeurIPS 2022 against mlanthology. A paper stands in both where title, year and a family
           name agree to the letter; what is left over on DBLP's side is listed.
doi        Crossref, Semantic Scholar, OpenAlex, arXiv, OpenCitations and mlanthology: records of two of them that share
           an identifier, and pairs without one that were judged by hand. Few: the sources were sampled independently.
printed    each of those records against itself as another source would print it, among all the others.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.author_identity import other_spelling
from bench.mentions import DATA, papers
from kg.linking.blocks import chunks_of, find_links
from kg.linking.model import Link, Mentions, PaperMention, encoded_mentions
from kg.linking.names import parsed
from kg.linking.papers import PaperMatcher
from kg.linking.titles import solid, title_key
from kg.namespaces import DEFAULT_BASE
from kg.naming import Naming

Pair = tuple[str, str]
CHECKED = Path(__file__).resolve().parents[1] / "tests" / "kg" / "linking" / "data" / "papers.tsv"
"""DBLP's key, mlanthology's key, and what a person who looked both up says."""

JUDGED = CHECKED.with_name("papers-judged.tsv")
"""Records of two sources that share no identifier and were judged to be of one paper or of versions of it."""


def hidden(found: Iterable[PaperMention]) -> list[PaperMention]:
    """Each record as a paper of its own, named after the record, without identifiers."""
    return [msgspec.structs.replace(paper, paper=paper.record, keys=(), related=()) for paper in found]


def links_of(found: Sequence[PaperMention], threshold: float) -> list[Link]:
    started = time.process_time()
    chunks = [encoded_mentions(Mentions(list(found)))]
    links = find_links(chunks_of(chunks), [PaperMatcher()], 1)["papers"]
    print(f"  {len(found):,} records, {time.process_time() - started:.1f} s CPU")
    return [link for link in links if link.confidence >= threshold and "/authorship/" not in link.subject]


def report(name: str, links: Sequence[Link], truth: set[Pair], by_id: dict[str, PaperMention], errors: int) -> None:
    """Precision of the links between records, recall of the pairs that are true; both relations count as found."""
    found = {(link.subject, link.object) for link in links}
    wrong, missed = sorted(found - truth), sorted(truth - found)
    print(
        f"{name}: {len(truth):,} true pairs, {len(found):,} links; "
        f"precision {1 - len(wrong) / max(len(found), 1):.4f}, recall {1 - len(missed) / max(len(truth), 1):.4f}"
    )
    for kind, pairs in (("wrong", wrong), ("missed", missed)):
        for pair in pairs[:errors]:
            print(f"  {kind}:")
            for record in pair:
                paper = by_id[record]
                names = ", ".join(author.name for author in paper.authors[:4])
                print(
                    f"     {paper.title} | {names} | {paper.year} | {paper.type} | {paper.venue_name} | {record[-50:]}"
                )


def ordered(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)


def dblp(arguments: argparse.Namespace) -> None:
    theirs = hidden(papers("dblp", *sorted((DATA / "dblp-bibtex").glob("*.bib")), dataset="dblp"))
    ours = hidden(papers("mlanthology", DATA / "mlanthology"))
    by_id = {paper.record: paper for paper in (*theirs, *ours)}
    same: defaultdict[tuple[str, int | None], list[PaperMention]] = defaultdict(list)
    for paper in ours:
        same[_exact(paper)].append(paper)
    wanted = [p for p in theirs if p.record.split("conf/")[-1].startswith(("icml/", "nips/"))]
    exact = {
        ordered(paper.record, other.record)
        for paper in wanted
        for other in same.get(_exact(paper), ())
        if _families(paper) & _families(other)
    }
    links = links_of([*theirs, *ours], arguments.threshold)
    sides = {paper.record for paper in wanted}, {paper.record for paper in ours}
    across = [
        link
        for link in links
        if (link.subject in sides[0]) != (link.object in sides[0])
        and (link.subject in sides[1]) != (link.object in sides[1])
    ]
    found = {ordered(link.subject, link.object) for link in across if link.relation == "same"}
    both = {record for pair in exact for record in pair} & sides[0]
    linked = {record for pair in found for record in pair} & sides[0]
    print(
        f"dblp: {len(wanted):,} papers, {len(both):,} stand in both to the letter, {len(both & linked):,} of them are "
        f"linked ({len(both & linked) / len(both):.4f}); {len(found - exact):,} links are not to the letter, "
        f"{len(across) - len(found)} are to versions"
    )
    for pair in sorted(found - exact)[: arguments.errors]:
        print("  not to the letter:")
        for record in pair:
            print("    ", by_id[record].title, "|", [a.name for a in by_id[record].authors[:3]], by_id[record].year)
    left = [paper for paper in wanted if paper.record not in linked]
    print(f"  {len(left)} of DBLP's are linked to nothing")
    for paper in left[: arguments.errors]:
        print("    ", paper.title, "|", [a.name for a in paper.authors[:3]], paper.year, paper.record[-40:])
    checked = [line.split("\t") for line in CHECKED.read_text().splitlines()]
    known = {
        ordered(_record("dblp", theirs), _record("mlanthology", ours)): verdict for theirs, ours, verdict in checked
    }
    right = sum(known[pair] == "same" for pair in found & known.keys())
    print(f"  of {len(known)} links checked by hand {len(found & known.keys())} are found, {right} of them right")
    if arguments.sample:
        sample = random.Random(7).sample(sorted(found), 200)
        arguments.sample.write_text(
            "".join(
                f"{one}\t{other}\t{by_id[one].title}\t{by_id[other].title}\t"
                f"{[a.name for a in by_id[one].authors]}\t{[a.name for a in by_id[other].authors]}\n"
                for one, other in sample
            )
        )


def _record(dataset: str, name: str) -> str:
    return Naming(DEFAULT_BASE).source_record(dataset, name)


def _exact(paper: PaperMention) -> tuple[str, int | None]:
    return solid(title_key(paper.title or "")), paper.year


def _families(paper: PaperMention) -> set[str]:
    return {"".join(parsed(author.name).family) for author in paper.authors}


def doi(arguments: argparse.Namespace) -> None:
    found = [
        *papers("crossref", DATA / "crossref" / "works.jsonl", dataset="crossref"),
        *papers("semanticscholar", DATA / "semanticscholar", dataset="semanticscholar"),
        *papers("openalex", DATA / "openalex" / "works-2023.jsonl.gz", dataset="openalex-2023"),
        *papers("openalex", DATA / "openalex" / "works-2026.jsonl", dataset="openalex-2026"),
        *papers("arxiv", DATA / "arxiv", dataset="arxiv"),
        *papers("opencitations", DATA / "opencitations", dataset="opencitations"),
        *papers("mlanthology", DATA / "mlanthology"),
    ]
    by_key: defaultdict[str, set[str]] = defaultdict(set)
    for paper in found:
        for key in paper.keys:
            if key.startswith(("doi:", "arxiv:", "openalex:", "dblp:", "pmid:")):
                by_key[key].add(paper.record)
    truth = {
        ordered(a, b) for records in by_key.values() if len(records) < 9 for a in records for b in records if a < b
    }
    for line in JUDGED.read_text().splitlines():
        (one, name), (other, another) = (record.split("/", 1) for record in line.split("\t")[:2])
        truth.add(ordered(_record(one, name), _record(other, another)))
    blind = hidden(found)
    by_id = {paper.record: paper for paper in blind}
    titled = {pair for pair in truth if by_id[pair[0]].title and by_id[pair[1]].title}
    links = [link for link in links_of(blind, arguments.threshold) if _dataset(link.subject) != _dataset(link.object)]
    report("doi", links, {pair for pair in titled if _dataset(pair[0]) != _dataset(pair[1])}, by_id, arguments.errors)


def _dataset(record: str) -> str:
    return record.partition("/record/")[2].partition("/")[0]


def printed(arguments: argparse.Namespace) -> None:
    found = hidden(
        [
            *papers("crossref", DATA / "crossref" / "works.jsonl", dataset="crossref"),
            *papers("semanticscholar", DATA / "semanticscholar", dataset="semanticscholar"),
            *papers("openalex", DATA / "openalex" / "works-2023.jsonl.gz", dataset="openalex-2023"),
            *papers("openalex", DATA / "openalex" / "works-2026.jsonl", dataset="openalex-2026"),
        ]
    )
    # Where two records of the sample are one paper already, either is a right answer: see `doi`.
    chance = random.Random(5)
    copies = [_reprinted(paper, chance) for paper in found if paper.title]
    truth = {ordered(paper.record, paper.record.removesuffix("-again")) for paper in copies}
    by_id = {paper.record: paper for paper in (*found, *copies)}
    links = links_of([*found, *copies], arguments.threshold)
    across = [link for link in links if link.subject.endswith("-again") != link.object.endswith("-again")]
    # Two records that are one paper have four right links between them and their copies.
    ends = {link: (link.subject.removesuffix("-again"), link.object.removesuffix("-again")) for link in across}
    same_side = {ordered(link.subject, link.object) for link in links if link not in ends}
    clear = [link for link, pair in ends.items() if ordered(*pair) not in same_side]
    report("printed", clear, truth, by_id, arguments.errors)


def _reprinted(paper: PaperMention, chance: random.Random) -> PaperMention:
    """The same paper as another source would print it."""
    title = paper.title or ""
    match chance.randrange(5):
        case 0:
            title = title.upper()
        case 1:
            title = f"<i>{title}</i>."
        case 2:
            title = title.replace("-", " ").replace("\u2013", "-")
        case 3 if len(title) > 60:
            place = chance.randrange(len(title) - 20, len(title))
            title = title[:place] + title[place + 1 :]  # a letter is missing
        case _:
            title = title.partition(": ")[0] if len(title.partition(": ")[0]) > 40 else title
    style = chance.randrange(4)
    authors = tuple(
        msgspec.structs.replace(author, name=other_spelling(author.name, style)) for author in paper.authors
    )
    if len(authors) > 6 and chance.random() < 0.3:
        authors = authors[:3]
    year = paper.year + chance.choice((0, 0, 0, -1, 1)) if paper.year else None
    return msgspec.structs.replace(
        paper,
        paper=paper.record + "-again",
        record=paper.record + "-again",
        title=title,
        authors=authors,
        year=year,
        is_complete=False if len(authors) < len(paper.authors) else paper.is_complete,
        pages=None,
        venue=None,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="show N errors of each kind")
    parser.add_argument("--threshold", type=float, default=0.9)
    parser.add_argument("--only", choices=("dblp", "doi", "printed"))
    parser.add_argument("--sample", type=Path, help="write 200 of DBLP's links to this file, to be checked by hand")
    arguments = parser.parse_args()
    for part in (dblp, doi, printed):
        if arguments.only in (None, part.__name__):
            part(arguments)
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,} MB")


if __name__ == "__main__":
    main()
