"""Institutions, funders and publishers with everything that their own records say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg.records import Identifier, Institution, InstitutionRelation, Text
from kg.sources.faults import Faults
from kg.sources.openalex import shapes, things
from kg.sources.values import (
    LANGUAGE,
    address,
    checked,
    clean,
    cleaned,
    country,
    distinct,
    openalex_id,
)

_RELATIONS = {"parent", "child", "related", "successor", "predecessor"}


def institution(found: shapes.InstitutionEntity, name: str, faults: Faults) -> Institution:
    kind = clean(found.type)
    return Institution(
        name,
        _identifiers(found, found.ror, "I", found.roles, faults),
        other_names=other_names(found, name),
        acronyms=tuple(cleaned(found.display_name_acronyms)),
        country=country(found.country_code, faults),
        place=clean(found.geo.city) if found.geo else None,
        kinds=(kind.lower(),) if kind else (),
        homepage=address(found.homepage_url, "homepage_url", faults),
        relations=tuple(_relations(found.associated_institutions or (), faults)),
    )


def organisation(found: shapes.OrganisationEntity, name: str, kind: str, faults: Faults) -> Institution:
    """A funder or a publisher, as `kind` says. One with several countries has none that it is of."""
    countries = list(cleaned(found.country_codes)) if found.country_codes else [found.country_code]
    return Institution(
        name,
        _identifiers(found, None, kind[0].upper(), found.roles, faults),
        other_names=other_names(found, name),
        country=country(countries[0], faults) if len(countries) == 1 else None,
        kinds=(kind,),
        homepage=address(found.homepage_url, "homepage_url", faults),
        relations=tuple(_parent(found.parent_publisher, faults)),
    )


def other_names(found: shapes.Entity, name: str) -> tuple[Text, ...]:
    """Names beside the first: those without a language, then those of languages."""
    plain = (
        Text(each) for each in cleaned([*(found.display_name_alternatives or ()), *(found.alternate_titles or ())])
    )
    return tuple(dict.fromkeys(text for text in (*plain, *in_languages(found)) if text != Text(name)))


def in_languages(found: shapes.Entity) -> Iterator[Text]:
    """The names that the thing has in other languages."""
    if found.international:
        for language, text in (found.international.display_name or {}).items():
            if (name := clean(text)) and LANGUAGE.fullmatch(language):
                yield Text(name, language)


def _identifiers(
    found: shapes.Entity, ror: str | None, letter: str, roles: list[shapes.Role | None] | None, faults: Faults
) -> tuple[Identifier, ...]:
    ids = found.ids or shapes.Ids()
    strong = checked("ror", ror or ids.ror, faults)
    return distinct(
        strong,
        openalex_id(found.id, letter),
        checked("wikidata", ids.wikidata, faults),
        checked("grid", ids.grid, faults),
        checked("crossref-funder", ids.crossref, faults),
        # The same organisation is institution, funder and publisher under three ids. Where it has a ROR that names it
        # whatever else it is called; without one they would change the name that it has in the records of works.
        *(_role(each) for each in roles or () if each and strong),
    )


def _role(found: shapes.Role) -> Identifier | None:
    return next(filter(None, (openalex_id(found.id, letter) for letter in "IFP")), None)


def _relations(found: Iterable[shapes.AssociatedInstitution | None], faults: Faults) -> Iterator[InstitutionRelation]:
    for each in found:
        if each is None or (other := faults.of(things.institution(_short(each)))) is None:
            continue
        kind = (each.relationship or "").strip().lower()
        if kind in _RELATIONS:
            yield InstitutionRelation(kind, other)
        else:
            faults.part("associated_institutions", "not a known relation of institutions", kind)


def _short(found: shapes.AssociatedInstitution) -> shapes.ShortInstitution:
    return shapes.ShortInstitution(found.id, found.display_name, found.ror, found.country_code, found.type)


def _parent(found: shapes.ShortTopic | str | None, faults: Faults) -> Iterator[InstitutionRelation]:
    """The publisher above; where the record gives its id alone there is nothing to call it by."""
    if isinstance(found, shapes.ShortTopic) and (above := faults.of(things.host(found.id, found.display_name))):
        yield InstitutionRelation("parent", above)
