"""Who wrote a work, and where they were."""

from __future__ import annotations

from collections.abc import Iterable

from kg.records import Author, Authorship, Institution
from kg.sources.faults import Faults
from kg.sources.openalex import shapes, things
from kg.sources.values import checked, clean, cleaned, distinct, openalex_id

DELETED_AUTHOR = "Deleted Author"
DELETED_ID = "A5317838346"
# Lists of the API give no more authors; such a list may be whole or not.
_LIST_LIMIT = 100


def authorships(
    found: list[shapes.Authorship | None], is_truncated: bool | None, faults: Faults
) -> tuple[tuple[Authorship, ...], bool | None]:
    """The authorships in their order, and whether they are all there are; None where that is not known."""
    made = []
    for position, each in enumerate(found, start=1):
        authorship = _authorship(position, each, faults) if each else None
        if authorship is None:
            faults.part("authorships", "an author without a name", position)
        else:
            made.append(authorship)
    if is_truncated or len(made) < len(found):
        return tuple(made), False
    return tuple(made), None if len(made) in (0, _LIST_LIMIT) else True


def _authorship(position: int, found: shapes.Authorship, faults: Faults) -> Authorship | None:
    author, printed = found.author or shapes.ShortAuthor(), clean(found.raw_author_name)
    known = openalex_id(author.id, "A")
    name = clean(author.display_name)
    if author.id and known is None:
        faults.part("authorships.author.id", "not an OpenAlex id of its kind", author.id)
    if name == DELETED_AUTHOR or (known and known.value == DELETED_ID):
        # It stands for all who were deleted; only the printed name says who this was.
        name, identifiers = (printed if printed != DELETED_AUTHOR else None), distinct()
    else:
        name, identifiers = name or printed, distinct(known, checked("orcid", author.orcid, faults))
    if name is None:
        return None
    return Authorship(
        Author(name, identifiers),
        position,
        printed,
        _institutions(found.institutions or (), faults),
        _raw_affiliations(found),
        found.is_corresponding,
    )


def _institutions(found: Iterable[shapes.ShortInstitution | None], faults: Faults) -> tuple[Institution, ...]:
    made = [faults.of(things.institution(each)) for each in found if each]
    return tuple(dict.fromkeys(each for each in made if each)) if len(made) != 1 or not made[0] else (made[0],)


def _raw_affiliations(found: shapes.Authorship) -> tuple[str, ...]:
    """As printed: under each of the names that the shapes give them, each once."""
    texts = [found.raw_affiliation_string, *(found.raw_affiliation_strings or ())]
    texts += [each.raw_affiliation_string for each in found.affiliations or () if each]
    return tuple(cleaned(texts)) if texts != [None] else ()
