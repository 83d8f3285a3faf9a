"""A small file in the format of each source, made up here."""

from __future__ import annotations

import json

CROSSREF = {
    "DOI": "10.5555/Example.1",
    "type": "journal-article",
    "title": ["The <i>in vivo</i> Example &amp; its Uses"],
    "subtitle": ["A Study"],
    "abstract": "<jats:title>Abstract</jats:title><jats:p>It works.</jats:p>",
    "issued": {"date-parts": [[2021, 3]]},
    "author": [
        {"given": "Ada", "family": "Byron", "ORCID": "http://orcid.org/0000-0002-1825-0097", "affiliation": []},
        {"name": "The Example Group", "affiliation": [{"name": "Example University, Exampleton"}]},
        {"given": "", "family": ""},
    ],
    "editor": [{"given": "Ed", "family": "Itor"}],
    "container-title": ["Journal of Examples"],
    "short-container-title": ["J. Ex."],
    "ISSN": ["1234-5679", "1234-5678"],
    "publisher": "Example Press",
    "volume": "7",
    "issue": "2",
    "article-number": "e12",
    "language": "en",
    "reference": [{"key": "1", "DOI": "10.5555/cited"}, {"key": "2", "unstructured": "A book."}],
    "funder": [{"name": "Example Fund", "DOI": "10.13039/501100001711", "award": ["EX-1", "EX-2"]}, {"name": "Other"}],
    "license": [{"URL": "https://creativecommons.org/licenses/by/4.0/"}],
    "link": [{"URL": "https://example.org/1.pdf", "content-version": "vor"}],
    "URL": "https://doi.org/10.5555/example.1",
    "relation": {"has-preprint": [{"id-type": "doi", "id": "10.48550/arXiv.2101.00001"}], "cites": None},
    "update-to": [{"type": "retraction", "DOI": "10.5555/wrong"}],
    "is-referenced-by-count": 3,
    "indexed": {"date-time": "2025-03-27T18:07:56Z"},
}
ARXIV = {
    "id": "2101.00001",
    "title": "An Example of\n  Schr\\\"odinger's Kind",
    "comments": "This paper has been withdrawn by the author",
    "journal-ref": "J. Ex. 7 (2021)",
    "doi": "10.5555/1 10.5555/2",
    "categories": "cs.LG stat.ML no.such",
    "license": "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
    "abstract": "  We study\nexamples. ",
    "versions": [{"version": "v1", "created": "Fri, 1 Jan 2021 10:00:00 GMT"}],
    "update_date": "2021-02-03",
    "authors_parsed": [["Bal\\'azs", "C. -P.", "", "Example University"], ["", "", ""], ["Byron", "Ada", "Jr"]],
}
OAI = """<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>
<record><header><identifier>oai:arXiv.org:2101.00002</identifier><datestamp>2021-02-03</datestamp></header>
<metadata><arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2101.00002</id><created>2021-01-02</created>
<authors><author><keyname>Byron</keyname><forenames>Ada</forenames><affiliation>Example U</affiliation></author>
</authors>
<title>Harvested &amp; Whole</title><categories>cs.LG</categories><abstract>Text.</abstract></arXiv></metadata></record>
<record><header status="deleted"><identifier>oai:arXiv.org:2101.00003</identifier></header></record>
<record><header><identifier>oai:arXiv.org:2101.00004</identifier></header><metadata>
<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>2101.00004</id><version version="v1">
<date>Sat, 2 Jan 2021 10:00:00 GMT</date></version><title>Raw</title>
<authors>Ada Byron (Example U), Grace Hopper and \\'Edgar Rold\\'an</authors><categories>cs.LG</categories></arXivRaw>
</metadata></record>
</ListRecords></OAI-PMH>"""
SEMANTIC_SCHOLAR = {
    "paperId": "a" * 40,
    "externalIds": {"DOI": "10.5555/s2", "ArXiv": "2101.00001", "CorpusId": 7, "MAG": "8", "ACL": "X"},
    "title": "Seen by a Scholar",
    "abstract": None,
    "venue": "Ex. Conf.",
    "publicationVenue": {"name": "Example Conference", "type": "conference", "alternate_names": ["ExConf"]},
    "year": 2020,
    "publicationDate": "2020-05-06",
    "publicationTypes": ["JournalArticle", "Review"],
    "journal": {"name": "J", "volume": "1", "pages": "2-3"},
    "s2FieldsOfStudy": [
        {"category": "Biology", "source": "external"},
        {"category": "Biology", "source": "s2-fos-model"},
    ],
    "authors": [{"authorId": "12", "name": "Ada Byron"}, {"authorId": None, "name": "G. Hopper"}],
    "citationCount": 5,
    "openAccessPdf": {"url": "https://example.org/s2.pdf"},
    "citations": [{"paperId": "b" * 40, "title": "Citing", "authors": []}],
    "references": [
        {"paperId": "c" * 40, "title": "Cited", "authors": []},
        {"paperId": None, "title": None},
    ],
}
ROR = {
    "id": "https://ror.org/05dxps055",
    "names": [
        {"value": "Example Institute", "lang": "en", "types": ["ror_display", "label"]},
        {"value": "Institut d'exemples", "lang": "fr", "types": ["label"]},
        {"value": "EI", "lang": None, "types": ["acronym"]},
    ],
    "status": "withdrawn",
    "types": ["education", "Funder"],
    "established": 1891,
    "locations": [{"geonames_details": {"name": "Pasadena", "country_code": "US"}}],
    "external_ids": [
        {"type": "wikidata", "all": ["Q161562"], "preferred": None},
        {"type": "grid", "all": ["x"]},
    ],
    "relationships": [{"id": "https://ror.org/03yrm5c26", "label": "Successor", "type": "successor"}],
    "links": [{"type": "website", "value": "https://example.edu"}],
    "admin": {"last_modified": {"date": "2025-01-02"}},
}
META = """"id","title","author","pub_date","venue","volume","issue","page","type","publisher","editor"
"doi:10.5555/meta omid:br/061 isbn:978","A ""quoted""
Title","Byron, Ada [orcid:0000-0002-1825-0097 omid:ra/1]; Example Group","2020-4-7",\
"Journal of Examples [issn:1234-5679]","1","","12-12","journal article","Press [crossref:1]","Itor, Ed"
"doi:10.5555/bad","Without a date","","2020-13-45","","","","","book","",""
"too","few"
"""
INDEX = "oci,citing,cited,creation\n06-07,omid:br/06 doi:10.5555/a,doi:10.5555/b,2020\n"
TOPICS = (
    "topic_id,old_topic_label,new_topic_label,subfield_id,subfield_name,field_id,field_name,domain_id,domain_name,"
    "keywords,summary,wikipedia_url\n"
    "10001,Old,New,1908,Sub,19,Field,3,Domain,a; b,About it.,https://en.wikipedia.org/wiki/Example\n"
)
SKOS = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix : <http://example.org/scheme/> .
: a skos:ConceptScheme ; dct:title "My Subjects"@en .
:a a skos:Concept ; skos:inScheme : ; skos:prefLabel "A"@en, "Ah"@de ; skos:altLabel "Aa"@en ; skos:notation "1" ;
  skos:narrower :b ; skos:definition "The first."@en ; skos:exactMatch <http://www.wikidata.org/entity/Q1> .
:b a skos:Concept ; skos:inScheme : ; skos:prefLabel "B" .
:c a skos:Concept .
"""
TRIPLES = '<http://e.org/a> <http://e.org/p> _:x .\nnot a triple\n_:x <http://e.org/p> "é"@fr .\n'


def _lines(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


# Name of the source, name of a file, its content.
BIBTEX = r"""@string{jt = "Journal of " # {Things}}
@article{DBLP:journals/things/Lee14,
  author = {Lee, Ann and Ludwig van
            Dijk and {Things Group} and others},
  title = {{N}e{RF} -- {\textdollar}{\textbackslash}alpha{\textdollar} of {\'{\i}}~things},
  journal = jt, volume = 12, year = 2014, month = "3~" # mar, pages = {1--9},
  doi = {10.5555/THINGS.2}, issn = {2050-084X}, url = {https://arxiv.org/abs/1706.03762},
  timestamp = {Mon, 08 Jan 2024 00:00:00 +0100}
}
@book{DBLP:books/x/Y, title = {A Book}, editor = {Lee, Ann}, isbn = {978-3-16-148410-0}, language = {English}}
"""
DBLP_XML = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE dblp SYSTEM "dblp.dtd">
<dblp><article mdate="2024-03-01" key="journals/corr/abs-2101-00001" publtype="informal">
<author orcid="0000-0002-1825-0097">J&ouml;rg M&uuml;ller 0002</author><title>On <i>x</i>.</title><year>2021</year>
<ee>https://arxiv.org/abs/2101.00001</ee><cite>conf/x/Y</cite></article>
<www key="homepages/78/459-1"><author>Mo Singh 0001</author><note type="affiliation">Giessen</note></www></dblp>
"""
DBLP_TURTLE = """@prefix dblp: <https://dblp.org/rdf/schema#> .
<https://dblp.org/rec/journals/things/Lee14> dblp:title "Things." ; dblp:yearOfPublication "2014" ;
	dblp:hasSignature [ dblp:signatureDblpName "Ann Lee 0003" ; dblp:signatureOrdinal 1 ; a dblp:AuthorSignature ] .
<https://dblp.org/pid/10/2-3> dblp:primaryCreatorName "Bo Li 0003" .
"""
RIS = """TY  - JOUR
AU  - Lee, Ann
TI  - Things
PY  - 2014/03/12/
DO  - 10.5555/things.2
SN  - 2050-084X
UR  - https://things.example/1
ER  -
TY  - BOOK
BT  - A Book
ER  -
"""
CSL = {
    "id": "lee2014",
    "type": "article-journal",
    "title": "Things",
    "author": [{"family": "Lee", "given": "Ann", "ORCID": "0000-0002-1825-0097"}, {"literal": "Things Group"}],
    "issued": {"date-parts": [["2014", 3, 12]]},
    "container-title": "Journal of Things",
    "volume": 12,
    "ISSN": ["2050-084X"],
    "note": "PMID: 123",
}
SAMPLES: list[tuple[str, str, bytes]] = [
    (
        "crossref",
        "works.jsonl",
        _lines(CROSSREF, {"DOI": "10.5555/none", "title": [], "issued": {"date-parts": [[None]]}}),
    ),
    ("crossref", "page.json", json.dumps({"status": "ok", "message": {"items": [CROSSREF]}}, indent=1).encode()),
    ("arxiv", "snapshot.jsonl", _lines(ARXIV, {"id": "0704.0001", "title": None})),
    ("arxiv", "harvest.xml", OAI.encode()),
    ("semanticscholar", "papers.jsonl", _lines(SEMANTIC_SCHOLAR, {"citingcorpusid": 1, "citedcorpusid": 2})),
    ("ror", "ror.jsonl", _lines(ROR, {"id": "https://ror.org/05dxps05x"})),
    ("ror", "ror.json", json.dumps([ROR], indent=1).encode()),
    ("opencitations", "meta.csv", META.encode()),
    ("opencitations", "index.csv", INDEX.encode()),
    ("concepts", "topics.csv", TOPICS.encode()),
    ("concepts", "subjects.ttl", SKOS.encode()),
    ("dblp", "some.bib", BIBTEX.encode()),
    ("dblp", "dblp.xml", DBLP_XML.encode()),
    ("dblp", "some.ttl", DBLP_TURTLE.encode()),
    ("bibtex", "some.bib", BIBTEX.encode()),
    ("ris", "some.ris", RIS.encode()),
    ("csl-json", "list.json", json.dumps([CSL, CSL], indent=1).encode()),
    ("csl-json", "lines.jsonl", _lines(CSL, {"id": 1, "title": None})),
    ("rdf", "some.nt", TRIPLES.encode()),
    ("rdf", "some.ttl", SKOS.encode()),
]
