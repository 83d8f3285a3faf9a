"""What names are taken to mean: by all that things are called, and never by what only looks alike."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from itertools import islice
from pathlib import Path

import pytest

from kg import pipeline
from kg.identifiers import identifier
from kg.reconciliation import PropertyValue, Query, Reconciler
from kg.records import Author, Identifier, Institution, Profile, Record, SourceRecord, Text
from kg.snapshots import Snapshots
from kg.sources import find_source
from kg.store import StoreFolder
from tests.made_records import made_source

JANE = Identifier("orcid", "0000-0002-1825-0097")
_ORCIDS = [found.value for number in range(300) if (found := identifier("orcid", f"0000000200000{number:03}"))]
_COUNTRIES = ("Brazil", "Chile", "Denmark", "Estonia", "Finland", "Ghana", "Hungary", "India", "Japan", "Kenya")


def _things() -> list[Institution | Author]:
    """Organisations of which one alone bears a name that many nearly bear, and a person of several names."""
    return [
        Institution("Microsoft (United States)", other_names=(Text("Microsoft Corporation"),)),
        *(Institution(f"Microsoft ({country})") for country in _COUNTRIES),
        *(Institution(f"Macrosoft Corporation ({country})") for country in _COUNTRIES),
        Institution("Chonnam National University", other_names=(Text("전남대학교", "ko"), Text("全南大學校", "zh"))),
        Institution("Laboratory of Chemistry", other_names=(Text("UMR CNRS 6226"),)),
        Institution("Laboratory of Physics", other_names=(Text("UMR CNRS 6216"),)),
        Author("Jane Q. Doe", (JANE,), other_names=("Johanna Döblin",)),
        Author("Jane Doe"),
        *(Author("Wei Wang", (Identifier("orcid", orcid),)) for orcid in _ORCIDS),
        *(Author(f"{given} Doblin") for given in ("Joanna", "Johann", "Joan", "Jana", "Johan", "Joha", "Jona")),
        *(Author(f"Johanna Doblin-{family}") for family in ("Abt", "Beck", "Cohn", "Dorn", "Ernst", "Fink")),
    ]


@pytest.fixture(scope="module")
def reconciler(tmp_path_factory: pytest.TempPathFactory) -> Reconciler:
    folder = tmp_path_factory.mktemp("reconciling")
    (folder / "made").touch()
    records: list[Record] = [
        Profile(thing=thing, source=SourceRecord(str(number))) for number, thing in enumerate(_things())
    ]
    pipeline.load(StoreFolder(folder / "store"), made_source("made", records), {"made": [folder / "made"]})
    return Reconciler(Snapshots(folder / "store").current())


@pytest.mark.parametrize(
    ("kind", "asked", "meant"),
    [
        ("institution", "Microsoft Corporation", "Microsoft (United States)"),
        ("institution", "전남대학교", "Chonnam National University"),
        ("institution", "全南大學校", "Chonnam National University"),
        ("institution", "umr cnrs 6226", "Laboratory of Chemistry"),
        ("author", "Johanna Döblin", "Jane Q. Doe"),
        ("author", "Döblin, Johanna", "Jane Q. Doe"),
        (None, "johanna doblin", "Jane Q. Doe"),
    ],
)
def test_every_name_that_a_thing_has_is_its_name(
    reconciler: Reconciler, kind: str | None, asked: str, meant: str
) -> None:
    best, *_ = reconciler.reconcile(Query(asked, kind))
    assert (best.thing.label, best.score, best.is_match) == (meant, 100, True)


def test_what_is_numbered_otherwise_is_something_else(reconciler: Reconciler) -> None:
    found = reconciler.reconcile(Query("umr cnrs 6211", "institution"))
    assert {"Laboratory of Chemistry", "Laboratory of Physics"} <= {each.thing.label for each in found}
    assert max(each.score for each in found) < 75
    assert not any(each.is_match for each in found)


@pytest.mark.parametrize(
    ("orcid", "found"),
    [
        ("0000-0002-1825-0097", ("Jane Q. Doe", 100, True)),
        ("https://orcid.org/0000000218250097/", ("Jane Q. Doe", 100, True)),
        ("n/a", ("Jane Q. Doe", 100, True)),
        ("0000-0002-1825-0089", None),
        ("https://orcid.org/0000-0001-5109-3700", None),
    ],
)
def test_another_identifier_is_another_thing(
    reconciler: Reconciler, orcid: str, found: tuple[str, float, bool] | None
) -> None:
    """However near it is; and people of whom none is known stay candidates."""
    asked = Query("Jane Q. Doe", "author", properties=(PropertyValue("orcid", (orcid,)),))
    candidates = {each.thing.label: each for each in reconciler.reconcile(asked)}
    jane = candidates.pop("Jane Q. Doe", None)
    assert (jane and (jane.thing.label, jane.score, jane.is_match)) == found
    assert "Jane Doe" in candidates


def test_of_many_of_one_name_the_identified_one_is_meant(reconciler: Reconciler) -> None:
    for orcid in _ORCIDS:
        asked = Query("Wei Wang", "author", properties=(PropertyValue("orcid", (orcid,)),))
        (best,) = reconciler.reconcile(asked)
        assert (best.thing.iri.rpartition(":")[2], best.score, best.is_match) == (orcid, 100, True)


def test_organisations_of_ror_are_found_by_their_other_names(shared: Path, tmp_path: Path) -> None:
    """Those that one of them alone bears, in whatever language and script."""
    with gzip.open(shared / "data" / "ror" / "ror-v2.jsonl.gz", "rt", encoding="utf-8") as stream:
        lines = list(islice(stream, 0, 30_000, 30))
    (tmp_path / "ror.jsonl").write_text("".join(lines), encoding="utf-8")
    pipeline.load(StoreFolder(tmp_path / "store"), find_source("ror"), {"ror": [tmp_path / "ror.jsonl"]})
    bearers = defaultdict[str, set[str]](set)
    others = []
    for record in map(json.loads, lines):
        ror = record["id"].rpartition("/")[2]
        for name in record["names"]:
            bearers[name["value"].casefold()].add(ror)
            if record["status"] == "active" and "ror_display" not in name["types"]:
                others.append((name["value"], ror))
    asked = [(name, ror) for name, ror in others if len(bearers[name.casefold()]) == 1][::4]
    assert len(asked) > 300
    reconciler = Reconciler(Snapshots(tmp_path / "store").current())
    missed = []
    for name, ror in asked:
        best = next(iter(reconciler.reconcile(Query(name, "institution"))), None)
        if best is None or not best.thing.iri.endswith(ror):
            missed.append((name, ror, best))
    assert len(missed) <= len(asked) / 100, missed
