"""DBLP's three formats: the same publications and persons whichever is read."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyoxigraph as ox
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
    Profile,
    Reading,
    Record,
    SourceRecord,
    Venue,
)
from kg.sources import dblp
from kg.sources.contract import Chunk

SHARED = Path(__file__).parents[4] / "shared" / "data"

BIBTEX = r"""@inproceedings{DBLP:conf/nips/LeeX22,
  author       = {Ann Lee and
                  Po{-}Wei Xu},
  editor       = {Bo Li},
  title        = {Things that {THINK} of {\textdollar}k{\textdollar}},
  booktitle    = {Advances in Things 35: Annual Conference on Things
                  2022, ThingS 2022, {LA}, December 9, 2022},
  pages        = {1--9},
  year         = {2022},
  url          = {http://things.example/paper\_files/1.html},
  doi          = {10.5555/THINGS.1},
  timestamp    = {Mon, 08 Jan 2024 00:00:00 +0100},
  biburl       = {https://dblp.org/rec/conf/nips/LeeX22.bib},
  bibsource    = {dblp computer science bibliography, https://dblp.org}
}
"""

XML = r"""<?xml version="1.0" encoding="ISO-8859-1"?>
<!DOCTYPE dblp SYSTEM "dblp.dtd">
<dblp>
<article mdate="2024-03-01" key="journals/corr/abs-2101-00001" publtype="informal withdrawn">
<author orcid="0000-0002-1825-0097">J&ouml;rg M&uuml;ller 0002</author><author>Ana de la Torre</author>
<title>On <i>x</i><sup>2</sup> &amp; CO<sub>2</sub>.</title><pages>1-2</pages><year>2021</year>
<volume>abs/2101.00001</volume><journal>CoRR</journal><ee type="oa">https://arxiv.org/abs/2101.00001</ee>
<cite label="A">conf/nips/LeeX22</cite><cite>...</cite>
</article><proceedings mdate="2020-01-02" key="conf/things/2020"><editor>Ann Lee</editor>
<title>Things 2020.</title><booktitle>THINGS (2)</booktitle><year>2020</year><isbn>978-3-16-148410-0</isbn>
<publisher>Press</publisher></proceedings>
<www mdate="2023-01-01" key="homepages/78/459-1"><author>Mo Singh 0001</author><author>M. Singh</author>
<title>Home Page</title><url>https://orcid.org/0000-0002-1825-0097</url>
<note type="affiliation">Giessen, Germany</note><note type="affiliation" label="former">Elsewhere</note></www>
</dblp>
"""

TURTLE = """@prefix dblp: <https://dblp.org/rdf/schema#> .
@prefix bibtex: <http://purl.org/net/nknouf/ns/bibtex#> .

<https://dblp.org/rec/journals/things/Lee14>
	dblp:title "Image-Based Things." ;
	dblp:doi <https://doi.org/10.5555/Things.2> ;
	dblp:bibtexType bibtex:Article ;
	dblp:numberOfCreators 2 ;
	dblp:hasSignature [
		dblp:signatureDblpName "Bo Li 0003" ; dblp:signatureOrdinal 2 ;
		dblp:signatureCreator <https://dblp.org/pid/10/2-3> ; a dblp:AuthorSignature
	], [
		dblp:signatureDblpName "Ann Lee" ; dblp:signatureOrdinal 1 ;
		dblp:signatureOrcid <https://orcid.org/0000-0002-1825-0097> ; a dblp:AuthorSignature
	] ;
	dblp:documentPage <https://doi.org/10.5555/Things.2> ;
	dblp:pagination "815-819" ;
	dblp:publishedInJournal "Things J." ; dblp:publishedInJournalVolume "7" ;
	dblp:yearOfPublication "2014" ;
	a dblp:Publication, dblp:Article .

<https://dblp.org/pid/10/2-3> dblp:primaryCreatorName "Bo Li 0003" ; dblp:creatorName "Bo B. Li 0003" ;
	dblp:orcid <https://orcid.org/0000-0002-1825-0097> ; dblp:primaryAffiliation "Giessen" ;
	a dblp:Person, dblp:Creator .

<https://dblp.org/streams/journals/things> dblp:primaryStreamTitle "Journal of Things" ; dblp:streamTitle "Things J." ;
	dblp:issn "2050-084X" ; a dblp:Stream, dblp:Journal .
"""

LEE = Paper(
    title="Image-Based Things",
    source=SourceRecord("journals/things/Lee14", type="article"),
    identifiers=(Identifier("dblp", "journals/things/Lee14"), Identifier("doi", "10.5555/things.2")),
    type="article",
    authorships=(
        Authorship(Author("Ann Lee", (Identifier("orcid", "0000-0002-1825-0097"),)), 1, "Ann Lee"),
        Authorship(
            Author("Bo Li", (Identifier("dblp-person", "10/2-3"), Identifier("dblp-name", "Bo Li 0003"))), 2, "Bo Li"
        ),
    ),
    author_list_complete=True,
    date=PartialDate(2014),
    venue=Venue("Things J.", (Identifier("dblp", "journals/things"),), "journal"),
    volume="7",
    pages="815-819",
)


def read(path: Path, data: bytes | str) -> list[Reading]:
    file = path / "dblp"
    file.write_bytes(data.encode() if isinstance(data, str) else data)
    return list(dblp.SOURCE.read(file))


def records(readings: list[Reading]) -> list[Record]:
    assert all(len(reading.records) <= 1 for reading in readings)
    return [record for reading in readings for record in reading.records]


def reasons(readings: list[Reading]) -> list[tuple[str | None, str, bool]]:
    return [(reject.record, reject.reason, reject.is_partial) for reading in readings for reject in reading.rejects]


def test_bibtex(tmp_path: Path) -> None:
    (reading,) = read(tmp_path, BIBTEX)
    booktitle = "Advances in Things 35: Annual Conference on Things 2022, ThingS 2022, LA, December 9, 2022"
    assert reading == Reading(
        (
            Paper(
                title="Things that THINK of k",
                source=SourceRecord(
                    "conf/nips/LeeX22",
                    title="Things that {THINK} of {\\textdollar}k{\\textdollar}",
                    type="inproceedings",
                    venue=booktitle,
                    updated=PartialDate(2024, 1, 8),
                ),
                identifiers=(Identifier("dblp", "conf/nips/LeeX22"), Identifier("doi", "10.5555/things.1")),
                type="conference-paper",
                authorships=(
                    Authorship(Author("Ann Lee"), 1, "Ann Lee"),
                    Authorship(Author("Po-Wei Xu"), 2, "Po-Wei Xu"),
                ),
                author_list_complete=True,
                editors=(Author("Bo Li"),),
                date=PartialDate(2022),
                venue=Venue("ThingS", (Identifier("dblp", "conf/nips"),), "conference"),
                pages="1-9",
                locations=(Location("http://things.example/paper_files/1.html"),),
            ),
        )
    )


def test_bibtex_of_corr_and_of_others(tmp_path: Path) -> None:
    text = (
        "@article{DBLP:journals/corr/abs-1211-4246, title={A}, journal={CoRR}, volume={abs/1211.4246}, year={2012}}\n"
        "@inproceedings{DBLP:journals/corr/cs-LG-0102003, title={B}, "
        "booktitle={1st Meeting, {MEET} 2013, X}, year=2013}\n"
        "@misc{key, title={C}, biburl={https://dblp.org/rec/bib/books/x/Y}, timestamp={now}}\n"
        "@inproceedings{DBLP:conf/x/Z, title={D}, "
        "booktitle={Papers of Things, {OLD} 2019 and, {NEW} 2020, X}, year=2020}\n"
        "@misc{key, title={E}}\n"
    )
    readings = read(tmp_path, text)
    corr, meeting, book, joint = (record for record in records(readings) if isinstance(record, Paper))
    assert corr.identifiers == (Identifier("dblp", "journals/corr/abs-1211-4246"), Identifier("arxiv", "1211.4246"))
    assert (corr.type, corr.venue, corr.volume) == (
        "preprint",
        Venue("CoRR", (Identifier("dblp", "journals/corr"),), "repository"),
        None,
    )
    assert meeting.identifiers[1] == Identifier("arxiv", "cs/0102003")
    assert meeting.venue == Venue("MEET", (), "conference")
    assert book.source.record_id == "books/x/Y"
    assert joint.venue == Venue("NEW", (Identifier("dblp", "conf/x"),), "conference")
    assert reasons(readings) == [
        ("books/x/Y", "not a date", True),
        ("key", "the key is not one of DBLP's", False),
    ]


def test_xml(tmp_path: Path) -> None:
    readings = read(tmp_path, XML.encode("iso-8859-1"))
    joerg = Author(
        "Jörg Müller", (Identifier("orcid", "0000-0002-1825-0097"), Identifier("dblp-name", "Jörg Müller 0002"))
    )
    assert readings == [
        Reading(
            (
                Paper(
                    title="On x2 & CO2",
                    source=SourceRecord(
                        "journals/corr/abs-2101-00001",
                        type="article informal withdrawn",
                        updated=PartialDate(2024, 3, 1),
                    ),
                    identifiers=(Identifier("dblp", "journals/corr/abs-2101-00001"), Identifier("arxiv", "2101.00001")),
                    type="preprint",
                    authorships=(
                        Authorship(joerg, 1, "Jörg Müller"),
                        Authorship(Author("Ana de la Torre"), 2, "Ana de la Torre"),
                    ),
                    author_list_complete=True,
                    date=PartialDate(2021),
                    venue=Venue("CoRR", (Identifier("dblp", "journals/corr"),), "repository"),
                    pages="1-2",
                    references=(Identifier("dblp", "conf/nips/LeeX22"),),
                    locations=(Location("https://arxiv.org/abs/2101.00001"),),
                    is_withdrawn=True,
                ),
            )
        ),
        Reading(
            (
                Paper(
                    title="Things 2020",
                    source=SourceRecord(
                        "conf/things/2020", type="proceedings", venue="THINGS (2)", updated=PartialDate(2020, 1, 2)
                    ),
                    identifiers=(Identifier("dblp", "conf/things/2020"), Identifier("isbn", "9783161484100")),
                    type="proceedings",
                    editors=(Author("Ann Lee"),),
                    date=PartialDate(2020),
                    venue=Venue("THINGS", (Identifier("dblp", "conf/things"),), "conference"),
                    publisher=Institution("Press"),
                ),
            )
        ),
        Reading(
            (
                Profile(
                    thing=Author(
                        "Mo Singh",
                        (
                            Identifier("dblp-person", "78/459-1"),
                            Identifier("orcid", "0000-0002-1825-0097"),
                            Identifier("dblp-name", "Mo Singh 0001"),
                        ),
                        other_names=("M. Singh",),
                    ),
                    source=SourceRecord("homepages/78/459-1", type="www", updated=PartialDate(2023, 1, 1)),
                    affiliations=(Institution("Giessen, Germany"),),
                ),
            )
        ),
    ]


def test_xml_that_is_damaged_costs_no_neighbour(tmp_path: Path) -> None:
    text = (
        '<dblp><article key="journals/x/A"><title>A.</title></article>\n'
        '<inproceedings key="conf/x/Open"><title>never closed</title>\n'
        '<book key="books/x/B"><author>X &foo; Y</author><author/><title>B.</title></book></article>\n'
        '<data key="data/x/C"><title>C<b></title></data><article><title>no key</title></article>\n'
        '<www key="homepages/w/W" publtype="disambiguation"><author>Wei Wang</author></www>\n'
        '<article key="journals/x/D" mdate="2024-02-30"><title>D.</title><year>20</year>\n'
        "<author orcid='0000-0002-1825-0098'>Ann Lee</author></article><book key='books/x/Cut'><title>"
    )
    readings = read(tmp_path, text)
    assert [record.title for record in records(readings) if isinstance(record, Paper)] == ["A", "B", "D"]
    assert reasons(readings) == [
        ("conf/x/Open", "a record that is not closed", False),
        ("books/x/B", "an entity that is not known", True),
        ("books/x/B", "no name where one belongs", True),
        (None, "the end of a record without its start", False),
        ("data/x/C", "not XML", False),
        (None, "the record has no key", False),
        ("homepages/w/W", "a page that is not of one person", False),
        ("journals/x/D", "not an identifier of its kind", True),
        ("journals/x/D", "not a year", True),
        ("journals/x/D", "not a date", True),
        ("books/x/Cut", "a record that is not closed", False),
    ]
    (book,) = (record for record in records(readings) if isinstance(record, Paper) and record.title == "B")
    assert book.author_list_complete is False


@pytest.mark.parametrize(
    "start",
    [
        '<?xml version="1.0"?><!DOCTYPE dblp [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><dblp>',
        '<?xml version="1.0"?><!DOCTYPE dblp [<!ENTITY f SYSTEM "file:///etc/passwd">]><dblp>',
        '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aa">]><rdf:RDF xmlns:rdf="x">',
        '<?xml version="1.0" encoding="UTF-7"?><dblp>',
        "neither of these",
        '{"json": true}',
    ],
)
def test_hostile_or_foreign_files_are_refused(tmp_path: Path, start: str) -> None:
    with pytest.raises(SourceError):
        read(tmp_path, f'{start}<article key="journals/x/A"><title>&b;</title></article></dblp>')


def test_an_entity_inside_a_record_is_not_declared(tmp_path: Path) -> None:
    text = '<dblp><article key="journals/x/A"><!DOCTYPE a [<!ELEMENT a ANY>]><title>A</title></article></dblp>'
    assert reasons(read(tmp_path, text)) == [("journals/x/A", "not XML", False)]


def test_turtle(tmp_path: Path) -> None:
    readings = read(tmp_path, TURTLE)
    orcid = Identifier("orcid", "0000-0002-1825-0097")
    assert readings == [
        Reading((LEE,)),
        Reading(
            (
                Profile(
                    thing=Author(
                        "Bo Li",
                        (Identifier("dblp-person", "10/2-3"), orcid, Identifier("dblp-name", "Bo Li 0003")),
                        other_names=("Bo B. Li",),
                    ),
                    source=SourceRecord("homepages/10/2-3", type="Person"),
                    affiliations=(Institution("Giessen"),),
                ),
            )
        ),
        Reading(
            (
                Profile(
                    thing=Venue(
                        "Journal of Things",
                        (Identifier("dblp", "journals/things"), Identifier("issn", "2050-084X")),
                        "journal",
                        ("Things J.",),
                    ),
                    source=SourceRecord("streams/journals/things", type="Journal"),
                ),
            )
        ),
    ]


def test_other_ways_to_write_the_same_rdf(tmp_path: Path) -> None:
    quads = list(ox.parse(TURTLE, format=ox.RdfFormat.TURTLE))
    for rdf_format in (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.RDF_XML):
        readings = read(tmp_path, ox.serialize((quad.triple for quad in quads), format=rdf_format))
        assert records(readings) == records(read(tmp_path, TURTLE))
        assert reasons(readings) == []


def test_rdf_in_many_chunks(tmp_path: Path) -> None:
    head, _, rest = TURTLE.partition("\n\n")
    block = rest.partition("\n\n")[0]
    padded = block.replace('"7"', f'"{"7" * 400}"')
    blocks = [padded.replace("Lee14", f"Lee{number}") for number in range(2000)]
    blocks[1000] = blocks[1000].replace("dblp:title", "dblp:title dblp:title")
    turtle = f"# made of things\n{head}\n\n" + "\n\n".join(blocks)
    readings = read(tmp_path, turtle)
    keys = [record.source.record_id for record in records(readings)]
    assert keys == [f"journals/things/Lee{number}" for number in range(2000) if number != 1000]
    assert reasons(readings) == [(None, "not RDF", False)]
    (place,) = (reject.number for reading in readings for reject in reading.rejects)
    assert turtle.split("\n")[place - 1] == "<https://dblp.org/rec/journals/things/Lee1000>"
    blocks[1000] = padded
    triples = (quad.triple for quad in ox.parse(f"{head}\n" + "\n".join(blocks), format=ox.RdfFormat.TURTLE))
    readings = read(tmp_path, ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) + b"not a triple\n")
    assert len(records(readings)) == 2000
    assert {len(record.authorships) for record in records(readings) if isinstance(record, Paper)} == {2}
    assert reasons(readings) == [(None, "not RDF", False)]


def test_signatures_that_are_missing_are_told(tmp_path: Path) -> None:
    line = "<https://dblp.org/rec/journals/x/A> <https://dblp.org/rdf/schema#{}> {} .\n"
    text = line.format("title", '"A."') + line.format("hasSignature", "_:b1") + line.format("numberOfCreators", '"1"')
    readings = read(tmp_path, text)
    assert reasons(readings) == [("https://dblp.org/rec/journals/x/A", "a signature that stands elsewhere", True)]
    (paper,) = records(readings)
    assert isinstance(paper, Paper)
    assert (paper.source.record_id, paper.author_list_complete) == ("journals/x/A", False)


def test_a_compressed_dump_in_many_chunks(tmp_path: Path) -> None:
    article = '<article key="journals/x/A{}"><author>Ann M&uuml;ller</author><title>{}.</title></article>\n'
    body = "".join(article.format(number, "x" * 1500) for number in range(2000))
    data = gzip.compress(f'<?xml version="1.0" encoding="ISO-8859-1"?>\n<dblp>\n{body}</dblp>'.encode())
    readings = read(tmp_path, data)
    found = records(readings)
    assert [record.source.record_id for record in found] == [f"journals/x/A{number}" for number in range(2000)]
    assert {each.name_as_printed for record in found if isinstance(record, Paper) for each in record.authorships} == {
        "Ann Müller"
    }


_KINDS = {"bibtex 0": BIBTEX, "xml utf-8": XML, "turtle": TURTLE, "rdf-xml": XML, "n-triples": TURTLE}


@given(
    st.sampled_from(sorted(_KINDS)), st.data(), st.binary(max_size=6) | st.sampled_from([b"<", b"&#xd800;", b"{", b'"'])
)
def test_damage_is_never_raised(kind: str, data: st.DataObject, put: bytes) -> None:
    whole = _KINDS[kind].encode()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(start + 80, len(whole))))
    readings = list(dblp.readings(Chunk("x", 1, whole[:start] + put + whole[end:], kind)))
    assert all(reading.records or reading.rejects for reading in readings)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared real data is not here")
def test_real_bibtex() -> None:
    files = sorted((SHARED / "dblp-bibtex").glob("*.bib"))
    readings = [reading for path in files for reading in dblp.SOURCE.read(path)]
    assert len(readings) == 10_590
    assert reasons(readings) == []
    found = [record for record in records(readings) if isinstance(record, Paper)]
    assert len({paper.source.record_id for paper in found}) > 10_500
    assert not [paper.title for paper in found if set(paper.title or "\\") & set("\\{}$")]
    assert {known.value for paper in found if paper.venue for known in paper.venue.identifiers} == {
        *("conf/aaai", "conf/chi", "conf/iclr", "conf/icml", "conf/kdd", "conf/nips"),
        *("conf/sigir", "conf/stoc", "conf/uai", "conf/www", "journals/jmlr"),
    }


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared real data is not here")
def test_real_rdf() -> None:
    readings = [reading for path in sorted((SHARED / "dblp-rdf").glob("*.ttl")) for reading in dblp.SOURCE.read(path)]
    assert len(readings) == 18
    assert reasons(readings) == []
    names = {each.author for record in records(readings) if isinstance(record, Paper) for each in record.authorships}
    singh = (Identifier("dblp-person", "78/459-1"), Identifier("dblp-name", "Manish Singh 0001"))
    assert Author("Manish Singh", singh) in names
