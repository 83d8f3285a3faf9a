"""Things in the words of schema.org, as search engines read them from a page's JSON-LD.

Papers are ScholarlyArticles, authors Persons, institutions Organizations, venues Periodicals, concepts DefinedTerms,
and the whole graph is a Dataset. https://schema.org/, https://developers.google.com/search/docs/appearance/structured-data/dataset
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kg import namespaces as ns
from kg.citations import Citation, Person
from kg.records import PartialDate
from kg.resources import GraphReader, Thing, authorships_in_order
from kg.snapshots import SnapshotManifest

Object = dict[str, Any]
"""An object of JSON."""

_MOST = 100
_LONGEST = 5000
_TYPES = {
    "dataset": "Dataset",
    "book": "Book",
    "thesis": "Thesis",
    "report": "Report",
    "software": "SoftwareSourceCode",
}
_VENUES = {"journal": "Periodical", "book-series": "BookSeries", "book": "Book", "conference": "EventSeries"}
_COUNTED = (("Paper", "papers"), ("Author", "authors"), ("Institution", "institutions"), ("Venue", "venues"))


def paper(reader: GraphReader, found: Citation, full_texts: Iterable[str]) -> Object:
    """A paper, with its authors in order; what no source says is left out."""
    iri = found.iri
    body = {
        "@type": _TYPES.get(found.type or "", "ScholarlyArticle"),
        "@id": iri,
        "name": found.title,
        "headline": (found.title or "")[:110],
        "inLanguage": found.language,
        "abstract": found.abstract,
        "author": list(_authors(reader, iri, found.authors)),
        "editor": [{"@type": "Person", **_named(person)} for person in found.editors],
        "datePublished": _date(found.date),
        "isPartOf": [_venue(reader, venue) for venue in reader.things(iri, ns.IS_PART_OF)[:_MOST]],
        "publisher": [_thing(one, "Organization") for one in reader.things(iri, ns.PUBLISHER)[:_MOST]],
        "pagination": found.pages,
        "about": [_thing(one, "DefinedTerm") for one in reader.things(iri, ns.SUBJECT)[:_MOST]],
        "keywords": list(found.keywords),
        "identifier": [_identifier(known.scheme, known.value) for known in found.identifiers],
        "sameAs": _same_as(reader, iri),
        "url": found.address,
        "encoding": [{"@type": "MediaObject", "contentUrl": text} for text in full_texts],
        "creativeWorkStatus": found.warning,
    }
    return _document(body)


def profile(reader: GraphReader, thing: Thing) -> Object | None:
    """An author, an institution, a venue or a concept; None for what schema.org is not told of."""
    describe = {"author": _author, "institution": _organisation, "venue": _periodical, "concept": _term}
    if thing.kind not in describe:
        return None
    return _document({**describe[thing.kind](reader, thing.iri), "@id": thing.iri, "name": thing.label})


def dataset(manifest: SnapshotManifest, root: str, downloads: Iterable[tuple[str, str]]) -> Object:
    """The whole graph; `root` is the address of the service, `downloads` are addresses with media types."""
    counts = ", ".join(f"{manifest.counts[name]:,} {many}" for name, many in _COUNTED if manifest.counts.get(name))
    catalogue = {"@type": "DataCatalog", "@id": f"{root}#catalogue", "name": "paperkg", "url": root}
    body = {
        "@type": "Dataset",
        "@id": f"{root}#graph",
        "name": "paperkg: a knowledge graph of scholarly papers",
        "description": "Papers, authors, institutions, concepts and venues as linked open data, with the source record"
        f" of every statement: {counts or 'no papers yet'}; {manifest.triples:,} statements in all.",
        "url": root,
        "identifier": manifest.base_iri,
        "version": manifest.id,
        "dateModified": manifest.created,
        "keywords": ["scholarly papers", "bibliographic data", "knowledge graph", "linked data", "RDF"],
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": "paperkg", "url": root},
        "includedInDataCatalog": catalogue,
        "distribution": [
            {"@type": "DataDownload", "contentUrl": address, "encodingFormat": media_type}
            for address, media_type in downloads
        ],
    }
    return _document(body)


def _document(body: Object) -> Object:
    """Without what is not known, and with texts that are not endless."""
    known = {key: value for key, value in body.items() if value not in (None, "", [], {})}
    shortened = {key: value[:_LONGEST] if isinstance(value, str) else value for key, value in known.items()}
    return {"@context": "https://schema.org", **shortened}


def _authors(reader: GraphReader, iri: str, people: tuple[Person, ...]) -> Iterator[Object]:
    for authorship, person in zip(authorships_in_order(reader, iri)[:_MOST], people, strict=False):
        author = next(iter(reader.iris(authorship, ns.AUTHORSHIP_AUTHOR)), None)
        places = [_thing(place, "Organization") for place in reader.things(authorship, ns.AFFILIATION)[:_MOST]]
        known: Object = {"@type": "Person", "@id": author, **_named(person), "affiliation": places}
        if author:
            known["sameAs"] = [
                name for name in reader.iris(author, ns.SAME_AS) if name.startswith("https://orcid.org/")
            ]
        yield {key: value for key, value in known.items() if value}


def _named(person: Person) -> Object:
    parts = {"name": person.name, "givenName": person.given, "familyName": person.family}
    return {key: value for key, value in parts.items() if value}


def _thing(thing: Thing, kind: str) -> Object:
    return {"@type": kind, "@id": thing.iri, "name": thing.label}


def _venue(reader: GraphReader, venue: Thing) -> Object:
    kind = _VENUES.get(reader.text(venue.iri, ns.VENUE_KIND) or "", "CreativeWorkSeries")
    issns = reader.texts(venue.iri, ns.ISSN)
    return {**_thing(venue, kind), **({"issn": issns} if issns and kind == "Periodical" else {})}


def _author(reader: GraphReader, iri: str) -> Object:
    return {
        "@type": "Person",
        "givenName": reader.text(iri, ns.GIVEN_NAME),
        "familyName": reader.text(iri, ns.FAMILY_NAME),
        "alternateName": reader.texts(iri, ns.ALT_LABEL)[:_MOST],
        "memberOf": [_thing(place, "Organization") for place in reader.things(iri, ns.MEMBER_OF)[:_MOST]],
        "knowsAbout": [_thing(field, "DefinedTerm") for field in reader.things(iri, ns.RESEARCH_FIELD)[:_MOST]],
        "identifier": _identifiers(reader, iri),
        "sameAs": _same_as(reader, iri),
    }


def _organisation(reader: GraphReader, iri: str) -> Object:
    country, place = reader.text(iri, ns.COUNTRY), reader.text(iri, ns.PLACE)
    address = {"@type": "PostalAddress", "addressCountry": country, "addressLocality": place}
    known = {key: value for key, value in address.items() if value}
    return {
        "@type": "Organization",
        "alternateName": reader.texts(iri, ns.ALT_LABEL)[:_MOST],
        "address": known if len(known) > 1 else None,
        "foundingDate": reader.text(iri, ns.FOUNDED),
        "parentOrganization": [
            _thing(parent, "Organization") for parent in reader.things(iri, ns.SUB_ORGANIZATION_OF)[:_MOST]
        ],
        "url": next((page for page in reader.iris(iri, ns.HOMEPAGE) if _is_on_the_web(page)), None),
        "identifier": _identifiers(reader, iri),
        "sameAs": _same_as(reader, iri),
    }


def _periodical(reader: GraphReader, iri: str) -> Object:
    kind = _VENUES.get(reader.text(iri, ns.VENUE_KIND) or "", "CreativeWorkSeries")
    return {
        "@type": kind,
        "alternateName": reader.texts(iri, ns.ALT_LABEL)[:_MOST],
        "issn": reader.texts(iri, ns.ISSN) if kind in ("Periodical", "BookSeries") else None,
        "publisher": [_thing(one, "Organization") for one in reader.things(iri, ns.PUBLISHER)[:_MOST]],
        "url": next((page for page in reader.iris(iri, ns.HOMEPAGE) if _is_on_the_web(page)), None),
        "identifier": _identifiers(reader, iri),
        "sameAs": _same_as(reader, iri),
    }


def _term(reader: GraphReader, iri: str) -> Object:
    return {
        "@type": "DefinedTerm",
        "termCode": reader.text(iri, ns.NOTATION),
        "description": reader.text(iri, ns.DEFINITION),
        "inDefinedTermSet": [_thing(scheme, "DefinedTermSet") for scheme in reader.things(iri, ns.IN_SCHEME)],
        "alternateName": reader.texts(iri, ns.ALT_LABEL)[:_MOST],
        "sameAs": [*_same_as(reader, iri), *filter(_is_on_the_web, reader.iris(iri, ns.EXACT_MATCH))][:_MOST],
    }


def _same_as(reader: GraphReader, iri: str) -> list[str]:
    return [name for name in reader.iris(iri, ns.SAME_AS) if _is_on_the_web(name)][:_MOST]


def _identifiers(reader: GraphReader, iri: str) -> list[Object]:
    spelled = (text.partition(":") for text in reader.texts(iri, ns.IDENTIFIER)[:_MOST])
    return [_identifier(scheme, value) for scheme, _, value in spelled if value]


def _identifier(scheme: str, value: str) -> Object:
    return {"@type": "PropertyValue", "propertyID": scheme, "value": value}


def _date(date: PartialDate | None) -> str | None:
    if not date or not date.year:
        return None
    return "-".join([f"{date.year:04}", *(f"{part:02}" for part in (date.month, date.day) if part)])


def _is_on_the_web(iri: str) -> bool:
    return iri.startswith(("http://", "https://"))
