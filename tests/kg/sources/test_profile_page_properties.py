"""Pages that nobody wrote: generated entries come back as they were; damage stays where it is."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import paths
from kg.errors import SourceError
from kg.mapping import Mapper, Mapping
from kg.naming import Naming
from kg.records import Paper, PartialDate, Record, Reject
from kg.sources import SOURCES
from kg.sources.plain_text import plain_text

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
# No digits, so that no text is a date; letters of many scripts, and characters that markup is made of.
LETTERS = "abcdefghij klmnopqrstuvwxyz ABCÄÉŁØßçñō中文עברית"
words = st.text(alphabet=LETTERS, min_size=1, max_size=40).map(str.strip)
prose = st.text(alphabet=LETTERS + ".,:;!?()\\{}$`'\"<>&·%-", max_size=300).map(lambda text: " ".join(text.split()))
names = words.filter(lambda name: 0 < len(name.split()) <= 8 and name[0] not in ".")


def read(page: Path) -> list[Record | Reject]:
    """What one page gives, in order, a record before what is wrong with it."""
    return [item for reading in SOURCES["profile-page"].read(page) for item in (*reading.records, *reading.rejects)]


@dataclass(frozen=True)
class Listed:
    """An entry as somebody would type it."""

    code: str
    date: PartialDate
    badge: bool
    title: str
    names: tuple[str, ...]
    shortened: bool
    affiliations: tuple[str, ...]
    abstract: str

    def start(self) -> str:
        month = MONTHS[(self.date.month or 1) - 1]
        day = f" {self.date.day}" if self.date.day else ""
        year = f"{',' if day else ''} {self.date.year}" if self.date.year else ""
        return f"{self.code}{month}{day}{year}" + ("Code" if self.badge else "")

    def people(self) -> str:
        credited = ", ".join(self.names) + (" et al." if self.shortened else "")
        return credited + (" · " + ", ".join(self.affiliations) if self.affiliations else "")


dates = st.one_of(
    st.dates().map(lambda date: PartialDate(max(date.year, 1000), date.month, min(date.day, 28))),
    st.builds(PartialDate, st.none(), st.integers(1, 12), st.integers(1, 28)),
    st.builds(PartialDate, st.integers(1000, 9999), st.integers(1, 12)),
)
entries = st.builds(
    Listed,
    code=st.sampled_from(["LG", "CL", "CV", "hep-th", "ZZ", "mes-hall"]),
    date=dates,
    badge=st.booleans(),
    title=words.filter(bool),
    names=st.lists(names, min_size=1, max_size=4).map(tuple),
    shortened=st.booleans(),
    affiliations=st.lists(st.sampled_from(["uw", "openai", "mit", "eth zürich"]), unique=True, max_size=3).map(tuple),
    abstract=prose.map(lambda text: f"So {text}."),
)


def page_at(folder: Path, content: bytes) -> Path:
    path = folder / "page.txt"
    path.write_bytes(content)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@given(st.lists(entries, min_size=1, max_size=6))
def test_a_spaced_page_of_any_entries_comes_back(folder: Path, listed: list[Listed]) -> None:
    text = "\n\n".join(f"{each.start()}\n{each.title}\n\n{each.people()}\n\n{each.abstract}" for each in listed)
    records = list(read(page_at(folder, text.encode())))
    assert not [record for record in records if isinstance(record, Reject)]
    for each, paper in zip(listed, records, strict=True):
        assert isinstance(paper, Paper)
        assert paper.title == plain_text(each.title)
        assert paper.date == each.date
        assert paper.source.concept == each.code
        assert paper.code_available is (True if each.badge else None)
        assert tuple(authorship.author.name for authorship in paper.authorships) == tuple(map(plain_text, each.names))
        assert paper.author_list_complete is not each.shortened
        assert tuple(institution.code for institution in paper.institutions) == each.affiliations
        assert paper.abstract == plain_text(each.abstract)


@given(st.lists(entries, min_size=1, max_size=6))
def test_a_glued_page_of_any_entries_loses_no_entry_and_no_text(folder: Path, listed: list[Listed]) -> None:
    text = "\n".join(f"{each.start()}\n{each.title}{each.people()}\n{each.abstract}" for each in listed)
    records = list(read(page_at(folder, text.encode())))
    assert len(records) == len(listed)
    for each, record in zip(listed, records, strict=True):
        if isinstance(record, Paper):
            people = str(record.source.authors).removesuffix(" et al.")
            assert f"{record.source.title}{people}" == each.title + ", ".join(each.names)
            assert (record.date, record.source.concept) == (each.date, each.code)
            assert record.source.affiliations == (", ".join(each.affiliations) or None)
        else:
            assert isinstance(record, Reject) and record.field in ("title", "authors")


def identity(record: Record | Reject) -> tuple[object, ...] | None:
    if not isinstance(record, Paper):
        return None
    return record.title, record.date, record.source.authors, record.source.affiliations


@pytest.mark.parametrize("seed", ["evan-hubinger.txt", "alignment-papers.txt"])
@given(
    replacement=st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\n\0"), max_size=80), data=st.data()
)
def test_a_damaged_line_costs_no_neighbour(folder: Path, seed: str, replacement: str, data: st.DataObject) -> None:
    original = (paths.SEEDS / seed).read_text(encoding="utf-8").splitlines()
    whole = [identity(record) for record in read(paths.SEEDS / seed) if isinstance(record, Paper)]
    starts = [
        int(str(record.source.locator).rpartition(" ")[2])
        for record in read(paths.SEEDS / seed)
        if isinstance(record, Paper)
    ]
    index = data.draw(st.integers(starts[0] - 1, len(original) - 1))
    hit = max(number for number, start in enumerate(starts) if start - 1 <= index)
    damaged = [*original[:index], replacement, *original[index + 1 :]]
    page = page_at(folder, "\n".join(damaged).encode())
    try:
        found = {identity(record) for record in read(page)}
    except SourceError:
        # Only a lost date line, or damage to the last entry, can look like a page that was cut.
        assert index + 1 in starts or hit == len(starts) - 1
        return
    assert {each for number, each in enumerate(whole) if number != hit} <= found


@pytest.mark.parametrize("seed", ["evan-hubinger.txt", "alignment-papers.txt"])
@given(seed_number=st.integers(0, 2**32), count=st.integers(1, 30))
def test_mutated_bytes_give_records_or_a_source_error(folder: Path, seed: str, seed_number: int, count: int) -> None:
    chance = random.Random(seed_number)
    content = bytearray((paths.SEEDS / seed).read_bytes())
    for _ in range(count):
        place = chance.randrange(len(content))
        match chance.randrange(3):
            case 0:
                content[place : place + chance.randrange(1, 40)] = b""
            case 1:
                content[place:place] = chance.choice(
                    [b"\n", b"\n\n", b", ", b"\xc2\xb7", b"LGMay 3\n", b"\\", b"$", b"{"]
                )
            case _:
                content[place] = chance.randrange(1, 128)
    check_any(page_at(folder, bytes(content)))


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f"LGMay 3\n{text}".encode("utf-8", "replace")))
def test_any_bytes_give_records_or_a_source_error(folder: Path, content: bytes) -> None:
    check_any(page_at(folder, content))


def check_any(page: Path) -> None:
    """Whatever is read can be stated as triples; whatever cannot be read is a SourceError of one line."""
    mapping = Mapping(Naming("https://example.org/"), "pages", "profile-page", "1")
    try:
        records = list(read(page))
    except SourceError as error:
        assert "\n" not in str(error)
        return
    for record in records:
        if isinstance(record, Reject):
            assert record.number >= 1 and record.field and record.reason
        else:
            content = Mapper(mapping).map(record).content.decode()
            assert all(line.endswith(" .") for line in content.removesuffix("\n").split("\n"))


@pytest.mark.parametrize(("seed", "needed"), [("evan-hubinger.txt", 0.95), ("alignment-papers.txt", 0.85)])
def test_nearly_every_cut_is_noticed(folder: Path, seed: str, needed: float) -> None:
    """A cut in the first entry, or right after a sentence, of a page without a count looks like a shorter page."""
    content = (paths.SEEDS / seed).read_bytes().rstrip()
    cuts = range(1, len(content) - 1, 37)
    noticed = 0
    for cut in cuts:
        try:
            read(page_at(folder, content[:cut]))
        except SourceError:
            noticed += 1
    assert noticed / len(cuts) >= needed
