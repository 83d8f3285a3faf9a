"""Links as SSSOM, the Simple Standard for Sharing Ontological Mappings: TSV out, and in as decisions.

https://mapping-commons.github.io/sssom/
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from math import nan
from typing import TextIO

from kg.errors import SourceError
from kg.linking.decisions import Decision
from kg.linking.judging import fact_text, justification
from kg.linking.model import Judged
from kg.namespaces import DCTERMS, KG, OWL, SEMAPV, SKOS
from kg.ntriples import is_iri

_PREFIXES = {
    "dcterms": DCTERMS,
    "kg": KG,
    "owl": OWL,
    "semapv": SEMAPV,
    "skos": SKOS,
}
_COLUMNS = (
    *("subject_id", "predicate_modifier", "predicate_id", "object_id", "mapping_justification", "confidence"),
    *("author_label", "mapping_date", "mapping_tool", "match_string", "comment"),
)
_PREDICATES = {
    "same": "owl:sameAs",
    "version": "dcterms:hasVersion",
    "affiliation": "kg:affiliation",
    "subject": "dcterms:subject",
    "exact-match": "skos:exactMatch",
    "close-match": "skos:closeMatch",
}

_SAME = frozenset((OWL + "sameAs", SKOS + "exactMatch"))
_LICENCE = "https://w3id.org/sssom/license/unspecified"
_RELATIONS = _SAME | {DCTERMS + "hasVersion", KG + "affiliation", DCTERMS + "subject", SKOS + "closeMatch"}
_PREFIX = re.compile(r"""\#\s+(["']?)([\w.-]+)\1:\s+(["']?)([^"'\s]+)\3\s*""")
# SSSOM's own prefix stands for itself; who looked and found nothing says so with it.
_NOTHING = frozenset(("sssom:NoTermFound", "https://w3id.org/sssom/NoTermFound"))
# Whatever else begins with letters and a colon is a prefix that the mapping set does not explain.
_IRI = re.compile(r"(https?://|urn:)", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def written(links: Iterable[Judged], base_iri: str) -> Iterator[str]:
    """A mapping set of these links as lines of TSV. What people rejected says Not. What rules found and was refused is
    left out: it is neither claimed nor denied. What people accepted stands there though another decision is against it.
    """
    yield "#curie_map:\n"
    for prefix, iri in _PREFIXES.items():
        yield f'#  {prefix}: "{iri}"\n'
    yield f'#mapping_set_id: "{base_iri}dataset#mappings"\n'
    yield f'#license: "{_LICENCE}"\n'
    yield '#mapping_set_description: "Identity links of a paperkg graph"\n'
    yield "\t".join(_COLUMNS) + "\n"
    for judged in links:
        if judged.status != "refused" or judged.decision:
            yield _row(judged)


def _row(judged: Judged) -> str:
    link, made = judged.link, judged.decision
    values = {
        "subject_id": link.subject,
        "predicate_modifier": "Not" if judged.status == "rejected" else "",
        "predicate_id": _PREDICATES[link.relation],
        "object_id": link.object,
        "mapping_justification": justification(judged).replace(SEMAPV, "semapv:"),
        # How sure a rule was says nothing of what a person decided.
        "confidence": "" if made else f"{link.confidence:.2f}",
        "author_label": made.by if made else "",
        "mapping_date": made.on if made else "",
        "mapping_tool": f"paperkg {link.method}",
        "match_string": "; ".join(map(fact_text, link.facts)),
        "comment": made.why if made else "",
    }
    out = io.StringIO()
    csv.DictWriter(out, _COLUMNS, delimiter="\t", lineterminator="\n").writerow(
        {name: " ".join(value.split()) for name, value in values.items()}
    )
    return out.getvalue()


class Read(list[Decision]):
    """The decisions of a mapping set; `skipped` rows say neither that two things are one nor that they are not what a
    link says, or are less sure than was asked for."""

    skipped = 0


def read(stream: TextIO, name: str, least: float) -> Read:
    """The decisions that a mapping set in TSV comes to. SourceError where it is none."""
    lines = [line for line in stream if line.strip()]
    prefixes = dict(_PREFIXES)
    for line in lines:
        if found := _PREFIX.fullmatch(line):
            prefixes[found[2]] = found[4]
    rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
    missing = {"subject_id", "predicate_id", "object_id"} - set(rows.fieldnames or ())
    if missing:
        raise SourceError(name, f"is no SSSOM mapping set: it has no column {', '.join(sorted(missing))}")
    decisions = Read()
    for number, row in enumerate(rows, start=1):
        made = _decision(row, prefixes, least, name, number)
        if made:
            decisions.append(made)
        else:
            decisions.skipped += 1
    return decisions


def _decision(row: dict[str, str], prefixes: dict[str, str], least: float, name: str, number: int) -> Decision | None:
    if any(row[f"{end}_id"] in _NOTHING or row.get(f"{end}_type") == "rdfs literal" for end in ("subject", "object")):
        return None
    ends = [_iri(row[column] or "", prefixes) for column in ("subject_id", "object_id")]
    if not all(is_iri(end) and _IRI.match(end) for end in ends) or ends[0] == ends[1]:
        raise SourceError(name, f"row {number} does not name two things by IRIs or by prefixes of its curie_map")
    try:
        confidence = float(row.get("confidence") or 1)
    except ValueError:
        confidence = nan
    if not 0 <= confidence <= 1:
        raise SourceError(
            name, f"row {number} has the confidence {row['confidence']!r}, which is no number from 0 to 1"
        )
    is_not = (row.get("predicate_modifier") or "").strip().casefold() == "not"
    # What is no version of another, say, is not that other either.
    if _iri(row["predicate_id"] or "", prefixes) not in (_RELATIONS if is_not else _SAME):
        return None
    if confidence < least and not is_not:
        return None
    one, other = sorted(ends)
    on = (row.get("mapping_date") or "").strip()
    who = (row.get("author_label") or row.get("author_id") or row.get("mapping_tool") or name).strip()
    return Decision(
        "rejected" if is_not else "accepted",
        one,
        other,
        " ".join(who.split()),
        on if _DATE.fullmatch(on) else "",
        " ".join((row.get("comment") or "").split()),
    )


def _iri(text: str, prefixes: dict[str, str]) -> str:
    prefix, colon, local = text.strip().partition(":")
    return prefixes[prefix] + local if colon and prefix in prefixes else text.strip()
