"""OpenAlex's records as they stand in JSON: the shape of 2023 and the current one, and what both have in common.

Everything may be null or missing, also in lists. What recurs in many records is frozen, so that it is read once.
"""

from __future__ import annotations

import msgspec

Strings = tuple[str | None, ...]
Number = int | float | str


class ShortTopic(msgspec.Struct, frozen=True, gc=False):
    """A subfield, field or domain as it stands in other records; also a keyword."""

    id: str | None = None
    display_name: str | None = None


class ShortKeyword(msgspec.Struct, gc=False):
    id: str | None = None
    display_name: str | None = None
    keyword: str | None = None
    score: Number | None = None


class Topic(msgspec.Struct, frozen=True, gc=False):
    id: str | None = None
    display_name: str | None = None
    subfield: ShortTopic | None = None
    field: ShortTopic | None = None
    domain: ShortTopic | None = None


class ShortConcept(msgspec.Struct, gc=False):
    id: str | None = None
    display_name: str | None = None
    wikidata: str | None = None
    level: int | None = None
    score: Number | None = None


class ShortInstitution(msgspec.Struct, frozen=True, gc=False):
    id: str | None = None
    display_name: str | None = None
    ror: str | None = None
    country_code: str | None = None
    type: str | None = None


class ShortSource(msgspec.Struct, frozen=True, gc=False):
    """A source as it stands in works; `publisher` is a name, in the shape of 2023."""

    id: str | None = None
    display_name: str | None = None
    issn_l: str | None = None
    issn: Strings | None = None
    host_organization: str | None = None
    host_organization_name: str | None = None
    publisher: str | None = None
    type: str | None = None


class Location(msgspec.Struct):
    is_oa: bool | None = None
    landing_page_url: str | None = None
    pdf_url: str | None = None
    source: ShortSource | None = None
    license: str | None = None
    version: str | None = None
    raw_source_name: str | None = None


class HostVenue(ShortSource, frozen=True, gc=False):
    """Source and location in one, in the shape of 2023."""

    url: str | None = None
    is_oa: bool | None = None
    version: str | None = None
    license: str | None = None


class ShortAuthor(msgspec.Struct, gc=False):
    id: str | None = None
    display_name: str | None = None
    orcid: str | None = None


class Affiliation(msgspec.Struct, gc=False):
    raw_affiliation_string: str | None = None


class Authorship(msgspec.Struct):
    author: ShortAuthor | None = None
    institutions: list[ShortInstitution | None] | None = None
    is_corresponding: bool | None = None
    raw_author_name: str | None = None
    raw_affiliation_string: str | None = None
    raw_affiliation_strings: Strings | None = None
    affiliations: list[Affiliation | None] | None = None


class Biblio(msgspec.Struct, gc=False):
    volume: Number | None = None
    issue: Number | None = None
    first_page: Number | None = None
    last_page: Number | None = None


class OpenAccess(msgspec.Struct, gc=False):
    is_oa: bool | None = None
    oa_url: str | None = None


class Award(msgspec.Struct, gc=False):
    """An award of the current shape, and a grant of the one before it."""

    funder_id: str | None = None
    funder: str | None = None
    funder_display_name: str | None = None
    funder_award_id: Number | None = None
    award_id: Number | None = None


class ShortFunder(msgspec.Struct, gc=False):
    id: str | None = None
    display_name: str | None = None
    ror: str | None = None


class Ids(msgspec.Struct, gc=False):
    """Identifiers under the names that any kind of record gives them."""

    doi: str | None = None
    mag: int | str | None = None
    pmid: int | str | None = None
    pmcid: int | str | None = None
    orcid: str | None = None
    ror: str | None = None
    grid: str | None = None
    wikidata: str | None = None
    wikipedia: str | None = None
    crossref: int | str | None = None


class Work(msgspec.Struct):
    id: str | None = None
    doi: str | None = None
    title: str | None = None
    display_name: str | None = None
    publication_year: int | str | None = None
    publication_date: str | None = None
    ids: Ids | None = None
    language: str | None = None
    type: str | None = None
    primary_location: Location | None = None
    locations: list[Location | None] | None = None
    host_venue: HostVenue | None = None
    alternate_host_venues: list[HostVenue | None] | None = None
    open_access: OpenAccess | None = None
    authorships: list[Authorship | None] | None = None
    is_authors_truncated: bool | None = None
    cited_by_count: int | None = None
    biblio: Biblio | None = None
    is_retracted: bool | None = None
    is_paratext: bool | None = None
    primary_topic: Topic | None = None
    topics: list[Topic | None] | None = None
    keywords: list[ShortKeyword | None] | None = None
    concepts: list[ShortConcept | None] | None = None
    grants: list[Award | None] | None = None
    awards: list[Award | None] | None = None
    funders: list[ShortFunder | None] | None = None
    referenced_works: list[str | None] | None = None
    abstract_inverted_index: msgspec.Raw = msgspec.Raw()
    updated_date: str | None = None


class SummaryStats(msgspec.Struct, gc=False):
    h_index: int | None = None
    i10_index: int | None = None


class International(msgspec.Struct):
    display_name: dict[str, str | None] | None = None


class Geo(msgspec.Struct, gc=False):
    city: str | None = None


class Role(msgspec.Struct, gc=False):
    id: str | None = None


class AssociatedInstitution(ShortInstitution, frozen=True, gc=False):
    relationship: str | None = None


class Entity(msgspec.Struct):
    """Anything but a work: OpenAlex gives the same things the same names in all of them."""

    id: str | None = None
    display_name: str | None = None
    ids: Ids | None = None
    description: str | None = None
    works_count: int | None = None
    cited_by_count: int | None = None
    summary_stats: SummaryStats | None = None
    updated_date: str | None = None
    homepage_url: str | None = None
    display_name_alternatives: list[str | None] | None = None
    alternate_titles: list[str | None] | None = None
    international: International | None = None
    type: str | None = None
    country_code: str | None = None


class AuthorEntity(Entity):
    orcid: str | None = None
    last_known_institution: ShortInstitution | None = None
    last_known_institutions: list[ShortInstitution | None] | None = None
    topics: list[Topic | None] | None = None
    x_concepts: list[ShortConcept | None] | None = None


class InstitutionEntity(Entity):
    ror: str | None = None
    display_name_acronyms: list[str | None] | None = None
    geo: Geo | None = None
    roles: list[Role | None] | None = None
    associated_institutions: list[AssociatedInstitution | None] | None = None


class SourceEntity(Entity):
    issn_l: str | None = None
    issn: Strings | None = None
    abbreviated_title: str | None = None
    host_organization: str | None = None
    host_organization_name: str | None = None
    publisher: str | None = None


class OrganisationEntity(Entity):
    """A funder or a publisher."""

    country_codes: list[str | None] | None = None
    parent_publisher: ShortTopic | str | None = None
    roles: list[Role | None] | None = None


class TopicEntity(Entity):
    """A topic, subfield, field, domain or keyword: each has those above it."""

    subfield: ShortTopic | None = None
    field: ShortTopic | None = None
    domain: ShortTopic | None = None


class ConceptEntity(Entity):
    wikidata: str | None = None
    level: int | None = None
    ancestors: list[ShortConcept | None] | None = None
    related_concepts: list[ShortConcept | None] | None = None


class Named(msgspec.Struct, gc=False):
    """Enough of a record to tell what it is."""

    id: str | None = None


class Page(msgspec.Struct):
    """What the API answers, and the snapshot's manifest."""

    results: list[msgspec.Raw] | None = None
    entries: list[msgspec.Raw] | None = None


def plain_source(found: HostVenue) -> ShortSource:
    """The source that a host venue is, without what it says of the place."""
    return ShortSource(
        found.id, found.display_name, found.issn_l, found.issn, publisher=found.publisher, type=found.type
    )
