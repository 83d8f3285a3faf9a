"""Organisations that raw affiliation strings name, against the labels that OpenAlex gives and against labels by hand.

    python bench/affiliations.py [--show N]

Of strings by OpenAlex only those count that have a label in the ROR records at hand; those labels are machine-made.
The look-up that it is compared with takes each part between commas and semicolons that is exactly a name.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.mentions import DATA, papers, things
from kg.linking.affiliations import Gazetteer, match_many
from kg.linking.model import ThingMention
from kg.linking.names import folded_text
from kg.namespaces import DEFAULT_BASE

ACCEPTED = 0.9
LABELS = Path(__file__).resolve().parents[1] / "tests" / "kg" / "linking" / "data"
BY_HAND = ("affiliations.jsonl", "affiliations-blind.jsonl")
"""Judged by hand. Rules were changed after errors on the first; the second was judged before an answer was seen."""
Answers = dict[str, set[str]]


def labelled(known: set[str]) -> tuple[list[str], Answers]:
    """All distinct strings of OpenAlex's works of 2023, and the labels in `known` of those that have any."""
    labels: defaultdict[str, Counter[str]] = defaultdict(Counter)
    strings: Counter[str] = Counter()
    for paper in papers("openalex", DATA / "openalex" / "works-2023.jsonl.gz"):
        for author in paper.authors:
            if len(author.affiliations) == 1:
                raw = author.affiliations[0]
                strings[raw] += 1
                labels[raw].update(known.intersection(author.institutions))
    return list(strings), {raw: set(found) for raw, found in labels.items() if found}


def look_up(records: Iterable[ThingMention]) -> Callable[[str], set[str]]:
    named: defaultdict[str, set[str]] = defaultdict(set)
    for thing in records:
        for name in thing.names:
            named[folded_text(name).strip()].add(thing.thing)
    return lambda raw: {iri for part in re.split(r"[,;]", raw) for iri in named.get(folded_text(part).strip(), ())}


def scores(found: Answers, right: Answers) -> str:
    told = sum(map(len, found.values()))
    hits = sum(len(found[raw] & right[raw]) for raw in right)
    wanted = sum(map(len, right.values()))
    precision, recall = hits / (told or 1), hits / (wanted or 1)
    return (
        f"precision {precision:.3f} recall {recall:.3f} F1 {2 * precision * recall / ((precision + recall) or 1):.3f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", type=int, default=50, metavar="N", help="show the N most frequent disagreements")
    arguments = parser.parse_args()
    records = [
        thing
        for thing in things("ror", DATA / "ror" / "ror-v2.jsonl.gz")
        if thing.kind == "institution" and thing.record
    ]
    names = {thing.thing: thing.names[0] for thing in records}
    started = time.process_time()
    gazetteer = Gazetteer(records)
    print(f"gazetteer of {len(gazetteer):,}: {time.process_time() - started:.1f} s CPU")
    strings, right = labelled(set(names))
    started = time.process_time()
    matches = dict(zip(strings, match_many(gazetteer, strings), strict=True))
    seconds = time.process_time() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{len(strings):,} strings, {len(strings) / seconds:,.0f}/s a core; peak memory of this bench {memory:.0f} MB"
    )
    found = {raw: {m.institution for m in each if m.confidence >= ACCEPTED} for raw, each in matches.items()}
    exact = look_up(records)
    print(f"OpenAlex labels, {len(right):,} strings")
    print("  look-up   ", scores({raw: exact(raw) for raw in right}, right))
    print("  gazetteer ", scores({raw: found[raw] for raw in right}, right))
    print("share right by confidence, of strings with labels")
    told: Counter[int] = Counter()
    good: Counter[int] = Counter()
    for raw, theirs in right.items():
        for match in matches[raw]:
            told[int(match.confidence * 20)] += 1
            good[int(match.confidence * 20)] += match.institution in theirs
    for band in sorted(told):
        print(f"  {band / 20:.2f}-  {told[band]:6,}  {good[band] / told[band]:.2f}")
    errors: Counter[tuple[str, str]] = Counter()
    example: dict[tuple[str, str], str] = {}
    for raw, theirs in right.items():
        candidates = {match.institution for match in matches[raw]}
        kinds = [("told, not a label", iri) for iri in found[raw] - theirs]
        kinds += [("label a candidate" if iri in candidates else "label not seen", iri) for iri in theirs - found[raw]]
        for kind in kinds:
            errors[kind] += 1
            example.setdefault(kind, raw)
    by_kind: Counter[str] = Counter()
    for (kind, _), count in errors.items():
        by_kind[kind] += count
    print("disagreements", dict(by_kind))
    verdicts = judged()
    print(f"of the most frequent ones {len(verdicts)} were read; right is", dict(Counter(verdicts.values())))
    for (kind, iri), count in sorted(errors.items(), key=lambda each: (-each[1], each[0]))[: arguments.show]:
        right_is = verdicts.get((kind, iri), "")
        print(f"{count:4} {kind:18} {right_is:6} {names[iri][:50]} | {example[kind, iri][:160]}")
    if LABELS.exists():
        for name in BY_HAND:
            by_hand(name, strings, found, exact)


def judged() -> dict[tuple[str, str], str]:
    """Who is right about a kind of disagreement about an organisation: 'ours', 'label' or 'both'."""
    lines = (LABELS / "affiliations-disagreements.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {(kind, _iri(ror)): verdict for kind, ror, verdict in rows}


def by_hand(name: str, strings: list[str], found: Answers, exact: Callable[[str], set[str]]) -> None:
    digests = {hashlib.sha256(raw.encode()).hexdigest(): raw for raw in strings}
    entries = map(json.loads, (LABELS / name).read_text("utf-8").splitlines())
    right = {
        digests[entry["sha256"]]: {_iri(ror) for ror, _ in entry["institutions"]}
        for entry in entries
        if entry["sha256"] in digests
    }
    print(f"{name}: {len(right)} strings")
    print("  look-up   ", scores({raw: exact(raw) for raw in right}, right))
    print("  gazetteer ", scores({raw: found[raw] for raw in right}, right))


def _iri(ror: str) -> str:
    return f"{DEFAULT_BASE}institution/ror:{ror}"


if __name__ == "__main__":
    main()
