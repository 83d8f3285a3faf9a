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
FRBR: Final = "http://purl.org/vocab/frbr/core#"
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
SSSOM: Final = "https://w3id.org/sssom/"
SEMAPV: Final = "https://w3id.org/semapv/vocab/"
SH: Final = "http://www.w3.org/ns/shacl#"
SPDX: Final = "http://spdx.org/rdf/terms#"

PREFIXES: Final[dict[str, str]] = {
    "kg": KG,
    "bibo": BIBO,
    "cito": CITO,
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "dqv": DQV,
    "fabio": FABIO,
    "foaf": FOAF,
    "frbr": FRBR,
    "org": ORG,
    "owl": OWL,
    "pav": PAV,
    "prov": PROV,
    "qudt": QUDT,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "semapv": SEMAPV,
    "sh": SH,
    "skos": SKOS,
    "spdx": SPDX,
    "sssom": SSSOM,
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
GRANT: Final = KG + "Grant"
LOCATION: Final = KG + "Location"
YEARLY_COUNT: Final = KG + "YearlyCount"
IDENTITY_LINK: Final = KG + "IdentityLink"

# Papers
TITLE: Final = DCTERMS + "title"
DESCRIPTION: Final = DCTERMS + "description"
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
PAPER_TYPE: Final = DCTERMS + "type"
VOLUME: Final = BIBO + "volume"
ISSUE: Final = BIBO + "issue"
PAGES: Final = BIBO + "pages"
PUBLISHER: Final = DCTERMS + "publisher"
EDITOR: Final = SCHEMA + "editor"
KEYWORDS: Final = SCHEMA + "keywords"
REFERENCE: Final = KG + "reference"
RETRACTED: Final = KG + "retracted"
WITHDRAWN: Final = KG + "withdrawn"
HAS_VERSION: Final = DCTERMS + "hasVersion"
IS_VERSION_OF: Final = DCTERMS + "isVersionOf"
RETRACTS: Final = CITO + "retracts"
IS_RETRACTED_BY: Final = CITO + "isRetractedBy"
CORRECTS: Final = CITO + "corrects"
IS_CORRECTED_BY: Final = CITO + "isCorrectedBy"
REVIEWS: Final = CITO + "reviews"
IS_REVIEWED_BY: Final = CITO + "isReviewedBy"
TRANSLATION: Final = FRBR + "translation"
TRANSLATION_OF: Final = FRBR + "translationOf"
SUPPLEMENT: Final = FRBR + "supplement"
SUPPLEMENT_OF: Final = FRBR + "supplementOf"

# Grants and places where papers can be had
FUNDER: Final = SCHEMA + "funder"
HAS_GRANT: Final = KG + "grant"
HAS_LOCATION: Final = KG + "location"
URL: Final = SCHEMA + "url"
FULL_TEXT: Final = KG + "fullText"
OPEN_ACCESS: Final = KG + "openAccess"
LOCATION_VERSION: Final = KG + "locationVersion"
LICENSE: Final = DCTERMS + "license"
RIGHTS: Final = DCTERMS + "rights"

# Authorships
AUTHORSHIP_AUTHOR: Final = KG + "author"
POSITION: Final = KG + "position"
NAME_AS_PRINTED: Final = KG + "nameAsPrinted"
AFFILIATION: Final = KG + "affiliation"
RAW_AFFILIATION: Final = KG + "rawAffiliation"
CORRESPONDING: Final = KG + "corresponding"
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
DEFINITION: Final = SKOS + "definition"
BROADER: Final = SKOS + "broader"
RELATED: Final = SKOS + "related"
EXACT_MATCH: Final = SKOS + "exactMatch"
CLOSE_MATCH: Final = SKOS + "closeMatch"
RELATED_MATCH: Final = SKOS + "relatedMatch"
PAGE: Final = FOAF + "page"
HOMEPAGE: Final = FOAF + "homepage"
ISSN: Final = BIBO + "issn"
MEMBER_OF: Final = ORG + "memberOf"
SUB_ORGANIZATION_OF: Final = ORG + "subOrganizationOf"
HAS_SUB_ORGANIZATION: Final = ORG + "hasSubOrganization"
RELATION: Final = DCTERMS + "relation"
REPLACES: Final = DCTERMS + "replaces"
IS_REPLACED_BY: Final = DCTERMS + "isReplacedBy"
ACRONYM: Final = KG + "acronym"
INSTITUTION_KIND: Final = KG + "institutionKind"
VENUE_KIND: Final = KG + "venueKind"
STATUS: Final = KG + "status"
COUNTRY: Final = SCHEMA + "addressCountry"
PLACE: Final = SCHEMA + "addressLocality"
FOUNDED: Final = SCHEMA + "foundingDate"

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
STATED_TYPE: Final = KG + "statedType"
STATED_VENUE: Final = KG + "statedVenue"
MODIFIED: Final = DCTERMS + "modified"
STATED_COMPLETE: Final = KG + "statedAuthorListComplete"

# Derived when a snapshot is built (ontology/derived/*.rq); removed and computed anew by each build
PAPER_COUNT: Final = KG + "paperCount"
COAUTHOR_COUNT: Final = KG + "coauthorCount"
CITED_BY_COUNT: Final = KG + "citedByCount"
AUTHOR_LIST_COMPLETE: Final = KG + "authorListComplete"
COUNT_OF: Final = KG + "countOf"

# Identity links, as SSSOM has mappings
HAS_IDENTITY_LINK: Final = KG + "identityLink"
LINK_SUBJECT: Final = OWL + "annotatedSource"
LINK_OBJECT: Final = OWL + "annotatedTarget"
LINK_RELATION: Final = OWL + "annotatedProperty"
LINK_METHOD: Final = KG + "linkMethod"
CONFIDENCE: Final = SSSOM + "confidence"
JUSTIFICATION: Final = SSSOM + "mapping_justification"
EVIDENCE: Final = KG + "evidence"
DECISION: Final = KG + "decision"
DECIDED_BY: Final = SSSOM + "author_label"
DECIDED_ON: Final = PAV + "authoredOn"
DECIDED_BECAUSE: Final = RDFS + "comment"
