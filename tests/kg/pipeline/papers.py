"""Records of ML Anthology's shapes, made up."""

from __future__ import annotations

import json


def paper(number: int, **changes: object) -> dict[str, object]:
    record: dict[str, object] = {
        "bibtex_key": f"author{number}2020colt-example",
        "title": f"An Example of Number {number} Whose Title Is Long Enough to Be Known Again",
        "authors": [
            {"given": "Ada", "family": f"Author{number % 7}"},
            {"given": "Grace", "family": f"Writer{number % 5}"},
        ],
        "year": str(2000 + number % 20),
        "venue": "colt",
        "venue_type": "conference",
        "abstract": f"We show that {number} is a number. " * 3,
        "doi": f"10.5555/example.{number}",
    }
    return record | changes


def lines(*records: dict[str, object]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def volume(*records: dict[str, object]) -> bytes:
    return json.dumps({"venue": "colt", "year": "2020", "papers": records}, indent=1).encode()
