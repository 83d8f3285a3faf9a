"""What every client gets of every kind of thing: one table of Accept headers, as browsers and libraries send them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from kg.citations import CITABLE_KINDS
from server.citations import citation_formats
from server.links import RESOURCE_KINDS
from server.negotiation import HTML
from server.resources import DATA_FORMATS

# One of each kind that the seeds and the made records have.
THINGS = {
    "paper": "paper/doi:10.5555/rich",
    "author": "author/ann-ash",
    "institution": "institution/ror:05a28rw58",
    "concept": "concept/made:trees",
    "venue": "venue/issn:1234-5679",
    "dataset": "dataset/rich",
    "record": "record/rich/rich",
    "metric": "metric/hIndex",
    "scheme": "scheme/paper-type",
    "grant": "",
    "location": "",
    "authorship": "",
    "reported-metric": "",
}
CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
SAFARI = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
RDFLIB = (
    "application/rdf+xml,text/rdf+n3;q=0.9,application/xhtml+xml;q=0.5, text/turtle;q=0.9, application/n-triples;q=0.8,"
    " application/ld+json;q=0.95, */*;q=0.1"
)
RDFLIB_TURTLE = "text/turtle, application/x-turtle, */*;q=0.1"
JENA = "text/turtle,application/n-triples;q=0.9,application/ld+json;q=0.8,application/rdf+xml;q=0.7,*/*;q=0.3"
JSONLD_JS = (
    'application/ld+json;profile="http://www.w3.org/ns/json-ld#context", application/ld+json, application/json;q=0.5'
)
ZOTERO = "application/vnd.citationstyles.csl+json;q=1, application/x-research-info-systems;q=0.8, text/html;q=0.5"

# The header, what papers and things with papers give for it, what others do; None: 406.
MATRIX: list[tuple[str, str | None, str, str | None]] = [
    ("Chrome", CHROME, "html", "html"),
    ("Firefox", FIREFOX, "html", "html"),
    ("Safari", SAFARI, "html", "html"),
    ("no header", None, "html", "html"),
    ("curl", "*/*", "html", "html"),
    ("rdflib", RDFLIB, "rdf", "rdf"),
    ("rdflib for Turtle", RDFLIB_TURTLE, "ttl", "ttl"),
    ("Jena", JENA, "ttl", "ttl"),
    ("pyoxigraph", "application/n-triples, text/turtle;q=0.9", "nt", "nt"),
    ("jsonld.js", JSONLD_JS, "jsonld", "jsonld"),
    (
        "Protégé",
        "application/rdf+xml, application/xml; q=0.7, text/xml; q=0.6, text/plain; q=0.1, */*; q=0.09",
        "rdf",
        "rdf",
    ),
    ("Zotero", ZOTERO, "csl.json", "html"),
    ("doi2bib", "application/x-bibtex", "bib", None),
    ("JabRef", "text/x-bibtex, application/x-bibtex;q=0.5", "bib", None),
    ("RIS", "application/x-research-info-systems", "ris", None),
    ("citeproc", "application/vnd.citationstyles.csl+json", "csl.json", None),
    ("any text", "text/*", "html", "html"),
    ("any text but HTML", "text/*, text/html;q=0", "ttl", "ttl"),
    ("any application", "application/*", "jsonld", "jsonld"),
    (
        "q-values turn the order round",
        "text/html;q=0.1, text/turtle;q=0.2, application/ld+json;q=0.3",
        "jsonld",
        "jsonld",
    ),
    ("spaces and capitals", " Text/TURTLE ; q = 0.5 , TEXT/HTML;Q=0.4", "ttl", "ttl"),
    ("a picture", "image/png", "", None),
    ("nothing at all", "*/*;q=0", "", None),
    ("nonsense", "%%%;;q=x,,/", "", None),
    ("plain JSON", "application/json", "", None),
]


def paths(client: FlaskClient) -> dict[str, str]:
    """A thing of every kind in the table; those without a fixed name are found in the data of the paper."""
    data = client.get(f"/data/{THINGS['paper']}.nt").get_data(as_text=True)
    found = dict(THINGS)
    for kind, path in THINGS.items():
        if not path:
            before, _, rest = data.partition(f"<https://w3id.org/paperkg/{kind}/")
            assert before != data, kind
            found[kind] = f"{kind}/{rest.partition('>')[0]}"
    return found


@pytest.mark.parametrize(("client_name", "accept", "citable", "other"), MATRIX, ids=[row[0] for row in MATRIX])
def test_the_matrix(
    rich_client: FlaskClient, client_name: str, accept: str | None, citable: str, other: str | None
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    for kind, path in paths(rich_client).items():
        expected = citable if kind in CITABLE_KINDS else other
        response = rich_client.get(f"/{path}", headers=headers)
        if not expected:
            assert response.status_code == 406, (client_name, kind)
            continue
        target = f"/page/{path}" if expected == "html" else f"/data/{path}.{expected}"
        assert (response.status_code, response.location) == (303, target), (client_name, kind)
        assert "Accept" in response.vary
        offers = {offer.extension: offer for offer in (HTML, *DATA_FORMATS, *citation_formats(kind))}
        followed = rich_client.get(response.location, headers=headers)
        assert followed.status_code == 200, (client_name, kind)
        offer = offers[expected]
        assert followed.mimetype in (offer.media_type, *offer.other_media_types), (client_name, kind)


def test_the_table_has_every_kind_but_one() -> None:
    """Identity links need linking, which tests of links do."""
    assert set(RESOURCE_KINDS) - set(THINGS) == {"link"}
