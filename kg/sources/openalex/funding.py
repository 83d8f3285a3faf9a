"""Who paid for a work."""

from __future__ import annotations

from kg.records import Grant, Institution
from kg.sources.faults import Faults
from kg.sources.openalex import shapes
from kg.sources.values import checked, clean, distinct, openalex_id


def grants(found: shapes.Work, faults: Faults) -> tuple[Grant, ...]:
    """Awards (grants, before 2025) with their numbers, and funders of whom no award is known."""
    if not (found.awards or found.grants or found.funders):
        return ()
    funders: dict[str, Institution] = {}
    for funder in found.funders or ():
        if funder:
            _add(funders, funder.id, funder.display_name, funder.ror, faults)
    made: dict[Grant, None] = {}
    for award in (*(found.awards or ()), *(found.grants or ())):
        if award and (paying := _funder(funders, award, faults)):
            number = award.funder_award_id if award.funder_award_id is not None else award.award_id
            if text := clean(str(number)) if number is not None else None:
                made[Grant(paying, text)] = None
    awarding = {grant.funder for grant in made}
    return (*made, *(Grant(paying) for paying in funders.values() if paying not in awarding))


def _funder(funders: dict[str, Institution], award: shapes.Award, faults: Faults) -> Institution | None:
    """The funder as the work's list of funders has it, with its ROR; else as the award has it."""
    id_ = award.funder_id or award.funder
    known = openalex_id(id_, "F")
    if known is None or known.value not in funders:
        return _add(funders, id_, award.funder_display_name, None, faults)
    return funders[known.value]


def _add(
    funders: dict[str, Institution], id_: str | None, name: str | None, ror: str | None, faults: Faults
) -> Institution | None:
    known, clean_name = openalex_id(id_, "F"), clean(name)
    if id_ and known is None:
        faults.part("funders", "not an OpenAlex id of its kind", id_)
    if clean_name is None:
        faults.part("funders", "a funder without a name", id_ or "")
        return None
    made = Institution(clean_name, distinct(checked("ror", ror, faults), known), kinds=("funder",))
    funders[known.value if known else clean_name] = made
    return made
