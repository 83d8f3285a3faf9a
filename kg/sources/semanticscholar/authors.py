"""Authors of papers, and what is said of them beside their names."""

from __future__ import annotations

from collections.abc import Iterator

from kg.records import Author, Authorship, Institution, Profile, SourceRecord
from kg.sources.faults import Faults
from kg.sources.semanticscholar.shapes import Person
from kg.sources.values import checked, clean, cleaned, distinct, figure


def authorships(people: list[Person | None], faults: Faults) -> tuple[tuple[Authorship, ...], bool | None]:
    """The authorships in their order, and whether they are all there are; None where there is no list."""
    made, is_complete = [], True if people else None
    for position, person in enumerate(people, start=1):
        name = clean(person.name) if person else None
        if person is None or name is None:
            faults.part("authors", "an author without a name", position)
            is_complete = False
            continue
        known = checked("semanticscholar-author", person.id, faults)
        made.append(Authorship(Author(name, (known,) if known else ()), position, name))
    return tuple(made), is_complete


def profiles(people: list[Person | None], faults: Faults) -> Iterator[Profile]:
    """Those authors of whom figures are reported."""
    for person in people:
        if person is None or (person.h_index is None and person.paper_count is None and person.cited_by is None):
            continue
        name, known = clean(person.name), checked("semanticscholar-author", person.id, faults)
        if name is None or known is None:
            continue
        orcid = (person.external_ids or {}).get("ORCID")
        identifiers = distinct(known, checked("orcid", orcid, faults) if isinstance(orcid, str) else None)
        others = tuple(other for other in cleaned(person.aliases) if other != name)
        yield Profile(
            thing=Author(name, identifiers, other_names=others),
            source=SourceRecord(f"author/{known.value}"),
            affiliations=tuple(Institution(each) for each in cleaned(person.affiliations)),
            metrics=(
                *figure("hIndex", person.h_index, "NUM", faults),
                *figure("paperCount", person.paper_count, "NUM", faults),
                *figure("citationCount", person.cited_by, "NUM", faults),
            ),
        )
