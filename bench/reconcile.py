"""Reconciliation over HTTP: batches of ten names, against a served store.

    python bench/reconcile.py http://127.0.0.1:8000 [--rounds 30]

The names are taken from the service's own suggestions, then printed otherwise; medians after one batch to warm up.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
import urllib.parse
import urllib.request
from typing import Any


def get(address: str, **parameters: str) -> Any:
    with urllib.request.urlopen(f"{address}?{urllib.parse.urlencode(parameters)}") as response:
        return json.load(response)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("service")
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    address = arguments.service.rstrip("/") + "/reconcile"
    for kind in ("Author", "Paper", "Institution", "Concept", "Venue"):
        names = []
        for prefix in ("an", "be", "ca", "de", "in", "ma", "ne", "re", "st", "wa"):
            names += [each["name"] for each in get(f"{address}/suggest/entity", prefix=prefix, type=kind)["result"]]
        if len(names) < 10:
            print(f"{kind:12} {len(names)} names are too few")
            continue
        took, matches, asked = [], 0, 0
        for number in range(arguments.rounds + 1):
            batch = [names[(number * 10 + place) % len(names)].upper() for place in range(10)]
            queries = {f"q{place}": {"query": name, "type": kind, "limit": 3} for place, name in enumerate(batch)}
            started = time.perf_counter()
            answer = get(address, queries=json.dumps(queries))
            if number:
                took.append(time.perf_counter() - started)
                matches += sum(any(each["match"] for each in found["result"]) for found in answer.values())
                asked += 10
        median, worst = statistics.median(took) * 1000, max(took) * 1000
        print(f"{kind:12} ten names: median {median:.1f} ms, worst {worst:.1f} ms; {matches} of {asked} matched")


if __name__ == "__main__":
    main()
