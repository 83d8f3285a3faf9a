"""The only place where vocabulary IRIs are spelled. `ontology/kg.ttl` defines the own terms, under `KG`."""

from __future__ import annotations

from typing import Final

DEFAULT_BASE: Final = "https://w3id.org/paperkg/"
KG: Final = "https://w3id.org/paperkg/ontology#"

RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
DCTERMS: Final = "http://purl.org/dc/terms/"
FOAF: Final = "http://xmlns.com/foaf/0.1/"
ORG: Final = "http://www.w3.org/ns/org#"
SCHEMA: Final = "https://schema.org/"
BIBO: Final = "http://purl.org/ontology/bibo/"
FABIO: Final = "http://purl.org/spar/fabio/"
CITO: Final = "http://purl.org/spar/cito/"
PROV: Final = "http://www.w3.org/ns/prov#"
PAV: Final = "http://purl.org/pav/"
DQV: Final = "http://www.w3.org/ns/dqv#"
QUDT: Final = "http://qudt.org/schema/qudt/"
UNIT: Final = "http://qudt.org/vocab/unit/"
DCAT: Final = "http://www.w3.org/ns/dcat#"
SD: Final = "http://www.w3.org/ns/sparql-service-description#"
VOID: Final = "http://rdfs.org/ns/void#"
SH: Final = "http://www.w3.org/ns/shacl#"

PREFIXES: Final[dict[str, str]] = {
    "kg": KG,
    "bibo": BIBO,
    "cito": CITO,
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "dqv": DQV,
    "fabio": FABIO,
    "foaf": FOAF,
    "org": ORG,
    "owl": OWL,
    "pav": PAV,
    "prov": PROV,
    "qudt": QUDT,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "sh": SH,
    "skos": SKOS,
    "unit": UNIT,
    "void": VOID,
    "xsd": XSD,
}

TYPE: Final = RDF + "type"

# Classes
PAPER: Final = KG + "Paper"
AUTHOR: Final = KG + "Author"
INSTITUTION: Final = KG + "Institution"
CONCEPT: Final = KG + "Concept"
VENUE: Final = KG + "Venue"
AUTHORSHIP: Final = KG + "Authorship"
REPORTED_METRIC: Final = KG + "ReportedMetric"
METRIC: Final = KG + "Metric"
SOURCE_RECORD: Final = KG + "SourceRecord"
DATASET: Final = KG + "Dataset"
YEARLY_COUNT: Final = KG + "YearlyCount"

# Papers
TITLE: Final = DCTERMS + "title"
ABSTRACT: Final = DCTERMS + "abstract"
CREATOR: Final = DCTERMS + "creator"
ISSUED: Final = DCTERMS + "issued"
SUBJECT: Final = DCTERMS + "subject"
IS_PART_OF: Final = DCTERMS + "isPartOf"
DOI: Final = BIBO + "doi"
CITES: Final = CITO + "cites"
CODE_REPOSITORY: Final = SCHEMA + "codeRepository"
CODE_AVAILABLE: Final = KG + "codeAvailable"
PUBLICATION_YEAR: Final = KG + "publicationYear"
PRIMARY_CONCEPT: Final = KG + "primaryConcept"
HAS_AUTHORSHIP: Final = KG + "authorship"
PAPER_INSTITUTION: Final = KG + "institution"

# Authorships
AUTHORSHIP_AUTHOR: Final = KG + "author"
POSITION: Final = KG + "position"
NAME_AS_PRINTED: Final = KG + "nameAsPrinted"
AFFILIATION: Final = KG + "affiliation"
RAW_AFFILIATION: Final = KG + "rawAffiliation"
AUTHORSHIP_BASIS: Final = KG + "authorshipBasis"

# Names of things
NAME: Final = FOAF + "name"
GIVEN_NAME: Final = FOAF + "givenName"
FAMILY_NAME: Final = FOAF + "familyName"
PREF_LABEL: Final = SKOS + "prefLabel"
ALT_LABEL: Final = SKOS + "altLabel"
NOTATION: Final = SKOS + "notation"
IN_SCHEME: Final = SKOS + "inScheme"
IDENTITY_BASIS: Final = KG + "identityBasis"
RESEARCH_FIELD: Final = KG + "researchField"
SAME_AS: Final = OWL + "sameAs"
IDENTIFIER: Final = DCTERMS + "identifier"
DEPRECATED: Final = OWL + "deprecated"

# Reported metrics
HAS_REPORTED_METRIC: Final = KG + "reportedMetric"
COMPUTED_ON: Final = DQV + "computedOn"
IS_MEASUREMENT_OF: Final = DQV + "isMeasurementOf"
VALUE: Final = DQV + "value"
HAS_UNIT: Final = QUDT + "unit"

# Provenance
DERIVED_FROM: Final = PROV + "wasDerivedFrom"
RECORD_DATASET: Final = KG + "dataset"
LOCATOR: Final = KG + "locator"
ADAPTER: Final = KG + "adapter"
ADAPTER_VERSION: Final = KG + "adapterVersion"
RETRIEVED: Final = PAV + "retrievedOn"
STATED_TITLE: Final = KG + "statedTitle"
STATED_DATE: Final = KG + "statedDate"
STATED_AUTHORS: Final = KG + "statedAuthors"
STATED_AFFILIATIONS: Final = KG + "statedAffiliations"
STATED_CONCEPT: Final = KG + "statedConcept"
STATED_COMPLETE: Final = KG + "statedAuthorListComplete"

# Derived when a snapshot is built (ontology/derived/*.rq); removed and computed anew by each build
PAPER_COUNT: Final = KG + "paperCount"
COAUTHOR_COUNT: Final = KG + "coauthorCount"
CITED_BY_COUNT: Final = KG + "citedByCount"
AUTHOR_LIST_COMPLETE: Final = KG + "authorListComplete"
COUNT_OF: Final = KG + "countOf"
