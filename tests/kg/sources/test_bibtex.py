"""BibTeX: entries however they are written, names, dates and identifiers; what is broken costs no neighbour."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import SourceError
from kg.records import (
    Author,
    Authorship,
    Identifier,
    Institution,
    Location,
    Paper,
    PartialDate,
    Reading,
    SourceRecord,
    Venue,
)
from kg.sources import bibtex, bibtex_entries
from kg.sources.contract import Chunk
from kg.sources.faults import Faults
from kg.sources.person_names import tex_names
from kg.sources.tex_text import tex_text

SHARED = Path(__file__).parents[4] / "shared" / "data" / "bibtex"

ENTRY = r"""% a library
@string{JMT = "Journal of " # {Made Things}}
@preamble{"\newcommand{\x}{y}"}
@comment{not @article{this,}}
@Article{https://lib.example/?id=7&b=1,
  author    = {B{\"{o}}hm, Ana and Ludwig van
               Dijk and {Made Things Consortium} and King, Jr, Martin},
  title     = {{N}e{RF} -- {\textdollar}{\textbackslash}alpha{\textdollar} of {\'{\i}}~things},
  journal   = jmt,
  volume    = 12, number = "3--4",
  pages     = {98:1--98:76},
  year      = 2021, month = "12~" # mar,
  doi       = {https://doi.org/10.5555/A\_b.7},
  url       = {https://made.example/a\_b.pdf},
  issn      = {2050-084X},
  publisher = {{Made} Press},
  abstract  = {First.
               Second 5\% {"}x{"}.},
  keywords  = {things, made things},
  orcid-numbers = {Boehm, Ana/0000-0002-1825-0097; van Dijk, Ludwig/0000-0002-1825-0097},
  language  = {English},
  file      = {:home/me/a.pdf:PDF}
}
"""


def read(path: Path, data: bytes | str) -> list[Reading]:
    file = path / "library.bib"
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(bibtex.SOURCE.read(file))


def papers(readings: list[Reading]) -> list[Paper]:
    return [record for reading in readings for record in reading.records if isinstance(record, Paper)]


def test_a_whole_entry(tmp_path: Path) -> None:
    (reading,) = read(tmp_path, ENTRY)
    ludwig = Author("Ludwig van Dijk", (Identifier("orcid", "0000-0002-1825-0097"),), "Ludwig", "van Dijk")
    assert reading.records == (
        Paper(
            title="NeRF – α of í things",
            source=SourceRecord(
                "https://lib.example/?id=7&b=1",
                title=r"{N}e{RF} -- {\textdollar}{\textbackslash}alpha{\textdollar} of {\'{\i}}~things",
                type="article",
            ),
            language="en",
            identifiers=(Identifier("doi", "10.5555/a_b.7"),),
            type="article",
            authorships=(
                Authorship(Author("Ana Böhm", given="Ana", family="Böhm"), 1, "Ana Böhm"),
                Authorship(ludwig, 2, "Ludwig van Dijk"),
                Authorship(Author("Made Things Consortium"), 3, "Made Things Consortium"),
                Authorship(Author("Martin King Jr", given="Martin", family="King"), 4, "Martin King Jr"),
            ),
            author_list_complete=True,
            abstract='First. Second 5% "x".',
            date=PartialDate(2021, 3, 12),
            venue=Venue("Journal of Made Things", (Identifier("issn", "2050-084X"),), "journal"),
            publisher=Institution("Made Press"),
            volume="12",
            issue="3-4",
            pages="98:1-98:76",
            keywords=("things", "made things"),
            locations=(Location(full_text="https://made.example/a_b.pdf"),),
        ),
    )
    assert [(each.number, each.field, each.reason) for each in reading.rejects] == [
        (5, "orcid", "nobody of that name is an author")
    ]


def test_citation_keys_are_no_identifiers(tmp_path: Path) -> None:
    (reading,) = read(tmp_path, "@misc{10.5555/12345678, title={A}}\n")
    (paper,) = papers([reading])
    assert (paper.identifiers, paper.source.record_id) == ((), "10.5555/12345678")


@pytest.mark.parametrize(
    ("fields", "identifiers", "kind"),
    [
        ("eprint={1706.03762}, archiveprefix={arXiv}", [("arxiv", "1706.03762")], "preprint"),
        ("number={arXiv:1706.03762}, publisher={arXiv}", [("arxiv", "1706.03762")], "preprint"),
        ("url={https://arxiv.org/abs/1706.03762}", [("arxiv", "1706.03762")], "preprint"),
        ("eprint={1706.03762}, doi={10.5555/x}", [("doi", "10.5555/x"), ("arxiv", "1706.03762")], "other"),
        ("journal={bioRxiv}, doi={10.5555/x}", [("doi", "10.5555/x")], "preprint"),
        ("url={http://doi.org/10.5555/x http://www.example.org/y}", [("doi", "10.5555/x")], "other"),
        ("eprint={1706.03762v2}", [("arxiv", "1706.03762")], "preprint"),
        ("eprint={12345}, eprinttype={pubmed}", [("pmid", "12345")], "other"),
        ("eprint={https://hal.example/1}", [], "other"),
        ("journal={arXiv preprint arXiv:1706.03762}", [("arxiv", "1706.03762")], "preprint"),
        ("journal={CoRR}, volume={abs/1706.03762}", [("arxiv", "1706.03762")], "preprint"),
        ("url={http://dx.doi.org/10.5555/x}", [("doi", "10.5555/x")], "other"),
        ("url={https://openreview.net/forum?id=abcdefghij}", [("openreview", "abcdefghij")], "other"),
        ("pmid={123}, pmcid={PMC45}", [("pmid", "123"), ("pmcid", "PMC45")], "other"),
    ],
)
def test_identifiers(tmp_path: Path, fields: str, identifiers: list[tuple[str, str]], kind: str) -> None:
    (paper,) = papers(read(tmp_path, f"@misc{{a, title={{T}}, {fields}}}"))
    assert [(known.scheme, known.value) for known in paper.identifiers] == identifiers
    assert paper.type == kind
    assert paper.volume is None


def test_isbns_identify_books_alone(tmp_path: Path) -> None:
    books = "@book{b, title={B}, isbn={3-540-12345-X and 978-3-16-148410-0}} @inproceedings{c, title={C}, isbn={x}}"
    first, second = read(tmp_path, books.replace("3-540-12345-X", "0-306-40615-2"))
    assert papers([first])[0].identifiers == (Identifier("isbn", "9780306406157"), Identifier("isbn", "9783161484100"))
    assert not second.rejects
    assert papers([second])[0].identifiers == ()


@pytest.mark.parametrize(
    ("fields", "date", "faulty"),
    [
        ("year={0000}", None, "year"),
        ("year={in press}", None, "year"),
        ("year={2150}", None, "year"),
        ("year={[2001]}, month=13", PartialDate(2001), "month"),
        ("year={2001}, month={Feb.}, day={30}", PartialDate(2001, 2), "day"),
        ("year={2001}, month={Spring}", PartialDate(2001), None),
        ("year={2001}, month={März}, day={3}", PartialDate(2001, 3, 3), None),
        ("year={2001}, month=sep", PartialDate(2001, 9), None),
        ("date={2001-02-03/2002}", PartialDate(2001, 2, 3), None),
        ("date={2001/2002}", PartialDate(2001), None),
        ("date={soon}", None, "date"),
    ],
)
def test_dates(tmp_path: Path, fields: str, date: PartialDate | None, faulty: str | None) -> None:
    (reading,) = read(tmp_path, f"@article{{a, title={{T}}, {fields}}}")
    assert papers([reading])[0].date == date
    assert [reject.field for reject in reading.rejects] == ([faulty] if faulty else [])
    assert all(reject.is_partial for reject in reading.rejects)


@pytest.mark.parametrize(
    ("value", "names", "is_complete"),
    [
        ("Ann Lee, and J. Paul Lovink, and Wei Xu,", ["Ann Lee", "J. Paul Lovink", "Wei Xu"], True),
        ("Lee, Ann and others", ["Ann Lee"], False),
        ("Lee, Ann and et al.", ["Ann Lee"], False),
        ("{Noble and Sons, Inc.} and Lee, Ann", ["Noble and Sons, Inc.", "Ann Lee"], True),
        ("de la Cruz, Ana\n and   {\\'{E}}. Li", ["Ana de la Cruz", "É. Li"], True),
        ("Ann Lee AND Ann {van der Lee}", ["Ann Lee", "Ann van der Lee"], True),
        ("Ann Lee and and Wei Xu", ["Ann Lee", "Wei Xu"], False),
        ("Ann Lee, Wei Xu, Bo Li, Cy Ko", [], False),
        ("Andy Sandy and", ["Andy Sandy"], True),
        ("Beethoven, Ludwig van", ["Ludwig van Beethoven"], True),
        ("?", [], False),
    ],
)
def test_names(value: str, names: list[str], is_complete: bool) -> None:
    faults = Faults("x", 1)
    found = tex_names(value, "author", faults)
    assert ([each.name for _, each in found.names], found.is_complete) == (names, is_complete)
    assert bool(faults.rejects) == (not is_complete and "others" not in value and "et al" not in value)


@pytest.mark.parametrize(
    ("name", "given_name", "family"),
    [
        ("Ludwig van Dijk", "Ludwig", "van Dijk"),
        ("Dijk, Ludwig van", "Ludwig", "van Dijk"),
        ("Ann Lee", "Ann", "Lee"),
        ("Ann Maria Lee", None, None),  # which of them are the family's nobody says
        ("{Lee Group}", None, None),
    ],
)
def test_parts_of_names(name: str, given_name: str | None, family: str | None) -> None:
    ((_, found),) = tex_names(name, "author", Faults("x", 1)).names
    assert (found.given, found.family) == (given_name, family)


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"{\"{o}} {\'{\i}} {\ss} \c{c} {\.I} {\aa} \'a \v{S} {\L}od{\'z} {\DH}", "ö í ß ç İ å á Š Łodź Ð"),
        (r"a -- b~c --- d {\textquoteright}s", "a – b c — d ’s"),
        (r"All You Need{\,:\,}A Baseline", "All You Need: A Baseline"),
        (r"S\({}^{\mbox{2}}\)phere and {\(\mathscr{l}\)}p, AUC{\(\mathrm{\mu}\)}", "S^2phere and ℓp, AUCμ"),
        (r"Polyak-\{{\textbackslash}L\}ojasiewicz", "Polyak-Łojasiewicz"),
        (r"L{\unicode{8321}} \emph{x} {\em y} \textsuperscript{z} 100\% {\&} \{k\}", "L₁ x y z 100% & {k}"),
        (r"$\less$i$\greater$Salmonella$\less$/i$\greater$", "Salmonella"),
        (r"\href{http://a.example}{text} \texorpdfstring{$x$}{y}", "text y"),
        (r"``quoted'' {`}single{'}", "“quoted” `single'"),
    ],
)
def test_tex(tex: str, text: str) -> None:
    assert tex_text(tex) == text


def test_broken_entries_cost_no_neighbour(tmp_path: Path) -> None:
    text = (
        "@misc{a, title={A}, ={nameless}}\n"
        "@misc{open, title={Not {closed}, year=2001}\n"
        "@ misc (b, title = {B (in parentheses)}, note={x} year = 2003, journal = nowhere)\n"
        "@misc{c title={no comma}}\n"
        "@misc{d}\n"
        "@misc{e, title={E}, title={F}, title={E}}\n"
        "@misc{a, title={A}}\n"
        "@misc{cut, title={Cut of"
    )
    readings = read(tmp_path, text)
    assert [[paper.title for paper in papers([reading])] for reading in readings] == [
        ["A"], [], ["B (in parentheses)"], [], [], ["E"], ["A"], []
    ]  # fmt: skip
    rejects = [reject for reading in readings for reject in reading.rejects]
    assert [(each.number, each.record, each.field, each.reason, each.is_partial) for each in rejects] == [
        (1, "a", "field", "a value without the name of its field", True),
        (2, "open", "record", "an entry that is not closed or not BibTeX", False),
        (3, "b", "year", "no comma before the field", True),
        (3, "b", "journal", "a macro that is not defined", True),
        (4, "c", "record", "an entry that is not closed or not BibTeX", False),
        (5, "d", "record", "neither a title nor an identifier", False),
        (6, "e", "title", "the field stands twice, with two values", True),
        (8, "cut", "record", "an entry that is not closed or not BibTeX", False),
    ]
    assert papers(readings)[1].date == PartialDate(2003)


def test_fields_of_the_entry_referred_to(tmp_path: Path) -> None:
    parent = "@proceedings{P, title={Meeting on Things}, year=2001, publisher={Press}}"
    children = "@inproceedings{c, title={C}, crossref={p}}\n@misc{l, title={L}, crossref={q}}\n"
    child, lost, _ = papers(read(tmp_path, children + parent))
    assert child.venue == Venue("Meeting on Things", (), "conference")
    assert (child.date, child.publisher) == (PartialDate(2001), Institution("Press"))
    assert lost.venue is None


@pytest.mark.parametrize(
    "data",
    [
        "@misc{a, title={Bücher für Łódź}}".encode(),
        "\ufeff@misc{a, title={Bücher für Łódź}}\r\n".encode(),
        b"@misc{a, title={B\xfccher f\xfcr {\\L}{\\'o}d{\\'z}}}",
    ],
)
def test_encodings(tmp_path: Path, data: bytes) -> None:
    assert [paper.title for paper in papers(read(tmp_path, data))] == ["Bücher für Łódź"]


def test_utf_16_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="UTF-16"):
        read(tmp_path, "@misc{a, title={A}}".encode("utf-16"))


def test_macros_reach_every_chunk(tmp_path: Path) -> None:
    padding = "x" * 2000
    entries = "".join(f"@misc{{k{n}, title={{T{n}}}, journal=j, note={{{padding}}}}}\n" for n in range(1500))
    readings = read(tmp_path, "@string{j = {Journal}}\n@string{open = {x}\n" + entries)
    found = papers(readings)
    assert [paper.title for paper in found] == [f"T{n}" for n in range(1500)]
    assert {paper.venue and paper.venue.name for paper in found} == {"Journal"}
    assert [(reject.number, reject.is_partial) for each in readings for reject in each.rejects] == [(2, False)]
    file = bibtex_entries.SourceFile(tmp_path / "library.bib")
    chunks = list(bibtex.SOURCE.chunks(file))
    assert len(chunks) > 2
    lines = [entry.line for chunk in chunks for entry in bibtex_entries.entries(chunk)]
    assert lines == [2, *range(3, 1503)]


_PUT = st.binary(max_size=8) | st.sampled_from([b"{", b"}", b'"', b"@x{", b"#"])


@given(st.integers(0, len(ENTRY)), st.integers(0, 60), _PUT)
def test_damage_is_never_raised(start: int, length: int, put: bytes) -> None:
    data = ENTRY.encode()
    damaged = data[:start] + put + data[start + length :] + b"\n@misc{last, title={Last}}\n"
    readings = list(bibtex.readings(Chunk("x.bib", 1, damaged, "bibtex 0")))
    assert all(reading.records or reading.rejects for reading in readings)
    if not {b"(", b")"} & {put[i : i + 1] for i in range(len(put))}:
        assert papers(readings)[-1].title == "Last"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared real data is not here")
def test_real_exports() -> None:
    readings = [reading for path in sorted(SHARED.glob("*.bib")) for reading in bibtex.SOURCE.read(path)]
    entries = sum(path.read_bytes().count(b"\n@") + path.read_bytes().startswith(b"@") for path in SHARED.glob("*.bib"))
    assert len(readings) == entries == 102
    assert all(reading.records for reading in readings)
    rejects = [reject for reading in readings for reject in reading.rejects]
    assert Counter((each.field, each.reason, each.excerpt) for each in rejects) == {("year", "not a year", "0000"): 100}


@pytest.mark.parametrize(
    ("written", "author"),
    [
        ("family=Dijk, given=Ludwig, prefix=van, useprefix=true", Author("Ludwig van Dijk", (), "Ludwig", "van Dijk")),
        ("given={Ana}, given-i=A, family={de la O}", Author("Ana de la O", (), "Ana", "de la O")),
        ("family=King, given=Martin, suffix=Jr.", Author("Martin King Jr.", (), "Martin", "King")),
        ("王, 小明", Author("王小明", (), "小明", "王")),
        ("王 小明", Author("王 小明", (), "小明", "王")),
        ("スミス, ジョン", Author("ジョン スミス", (), "ジョン", "スミス")),
    ],
)
def test_names_in_parts(tmp_path: Path, written: str, author: Author) -> None:
    (reading,) = read(tmp_path, f"@misc{{a, title={{T}}, author={{Lee, Ann and {written}}}}}")
    (paper,) = papers([reading])
    assert [each.author for each in paper.authorships[1:]] == [author]
    assert (paper.author_list_complete, reading.rejects) == (True, ())


def test_the_number_of_a_preprint_is_no_issue(tmp_path: Path) -> None:
    (paper,) = papers(read(tmp_path, "@misc{a, title={T}, number={arXiv:1706.03762}}"))
    assert paper.issue is None


def test_isbns_with_one_space_between_them(tmp_path: Path) -> None:
    (reading,) = read(tmp_path, "@book{a, title={T}, isbn={978-0-201-89683-1 978-0-201-89684-8}}")
    (paper,) = papers([reading])
    assert [known.value for known in paper.identifiers] == ["9780201896831", "9780201896848"]
    assert reading.rejects == ()


def test_journals_by_the_macros_of_astronomers(tmp_path: Path) -> None:
    found = papers(
        read(tmp_path, r"@article{a, title={T}, journal={\mnras}} @article{b, title={U}, journal={\unknown}}")
    )
    assert [paper.venue and paper.venue.name for paper in found] == [
        "Monthly Notices of the Royal Astronomical Society",
        "\\unknown",
    ]
