"""What a person types: an identifier finds what it identifies and nothing that only has some of its digits."""

from __future__ import annotations

import pytest

from kg import pipeline
from kg.finding import find, suggest
from kg.records import Author, Authorship, Identifier, Paper, PartialDate, Record, SourceRecord, Venue
from kg.snapshots import Snapshot, Snapshots
from kg.store import StoreFolder
from tests.made_records import made_source

_PAPER = Paper(
    title="Counting Quokkas",
    source=SourceRecord("1"),
    identifiers=(
        Identifier("doi", "10.1000/quokka.2019.10.1563"),
        Identifier("arxiv", "1906.01820"),
        Identifier("pmid", "12552027"),
        Identifier("pmcid", "PMC7159299"),
        Identifier("openalex", "W2092769108"),
    ),
    authorships=(Authorship(Author("Ada Byron", (Identifier("orcid", "0000-0002-1825-0097"),)), 1),),
    date=PartialDate(2019),
    venue=Venue("Marsupials Today", (Identifier("issn", "0028-0836"),)),
)
_OTHERS = [Paper(title=f"10 of 1000 Wombats in {year}", source=SourceRecord(str(year))) for year in range(2010, 2020)]
_T5 = Paper(title="The T5 Model Explained", source=SourceRecord("t5"))


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("finding")
    (folder / "made").touch()
    records: list[Record] = [_PAPER, *_OTHERS, _T5]
    pipeline.load(StoreFolder(folder / "store"), made_source("made", records), {"made": [folder / "made"]})
    return Snapshots(folder / "store").current()


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("10.1000/quokka.2019.10.1563", "Counting Quokkas"),
        (" https://doi.org/10.1000/QUOKKA.2019.10.1563", "Counting Quokkas"),
        ("doi: 10.1000/quokka.2019.10.1563", "Counting Quokkas"),
        ("DOI 10.1000/quokka.2019.10.1563", "Counting Quokkas"),
        ("arXiv:1906.01820v3", "Counting Quokkas"),
        ("https://arxiv.org/pdf/1906.01820.pdf", "Counting Quokkas"),
        ("PMID: 12552027", "Counting Quokkas"),
        ("https://pubmed.ncbi.nlm.nih.gov/12552027/", "Counting Quokkas"),
        ("PMC7159299", "Counting Quokkas"),
        ("https://openalex.org/W2092769108", "Counting Quokkas"),
        ("W2092769108", "Counting Quokkas"),
        ("https://orcid.org/0000-0002-1825-0097", "Ada Byron"),
        ("ORCID iD: 0000-0002-1825-0097", "Ada Byron"),
        ("0028-0836", "Marsupials Today"),
        ("T5", "The T5 Model Explained"),
        ("Counting Quokkas 2019", "Counting Quokkas"),
    ],
)
def test_an_identifier_finds_what_it_identifies(snapshot: Snapshot, typed: str, label: str) -> None:
    result = find(snapshot, typed, with_facets=True)
    assert ([hit.label for hit in result.hits], result.total) == ([label], 1)
    assert result.facets is not None and sum(result.facets.kinds.values()) == 1


@pytest.mark.parametrize(
    "typed", ["10.1000/wombats.2019", "https://doi.org/10.1000/2019", "PMID: 2019", "arXiv:1906.99999"]
)
def test_an_unknown_identifier_finds_nothing_that_has_its_digits(snapshot: Snapshot, typed: str) -> None:
    result = find(snapshot, typed)
    assert (result.hits, result.searched, result.partly) == ([], None, False)
    assert suggest(snapshot, typed, "paper", 5) == []


def test_of_another_kind_an_identifier_finds_nothing(snapshot: Snapshot) -> None:
    assert find(snapshot, "0000-0002-1825-0097", "paper").total == 0


def test_an_identifier_suggests_what_it_identifies(snapshot: Snapshot) -> None:
    assert [hit.label for hit in suggest(snapshot, "doi:10.1000/quokka.2019.10.1563", "paper", 5)] == [
        "Counting Quokkas"
    ]
    assert [hit.label for hit in suggest(snapshot, "quok", "paper", 5)] == ["Counting Quokkas"]
