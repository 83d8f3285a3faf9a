"""What a work leads to: other works, money, and the places where it can be had."""

from __future__ import annotations

from kg.records import Grant, Identifier, Institution, Location, PaperRelation
from kg.sources.crossref import shapes
from kg.sources.faults import Faults
from kg.sources.values import address, checked, clean, cleaned, distinct

_RELATIONS = {
    "has-preprint": "preprint",
    "is-preprint-of": "published-version",
    "is-version-of": "version",
    "has-version": "version",
    "is-translation-of": "translated",
    "has-translation": "translation",
    "is-review-of": "reviewed",
    "has-review": "review",
    "is-supplement-to": "supplemented",
    "is-supplemented-by": "supplement",
}
_RELATED_SCHEMES = {"doi": "doi", "arxiv": "arxiv", "pmid": "pmid", "pmcid": "pmcid"}
# By the kind of the notice: what the notice is to the work, which the notice in turn is updated by.
_NOTICES = {
    "retraction": "retraction",
    "removal": "retraction",
    "withdrawal": "retraction",
    "correction": "correction",
    "corrigendum": "correction",
    "erratum": "correction",
}
_NOTICE_OF = {"retraction": "retracted", "correction": "corrected"}
_VERSIONS = {"vor": "published", "am": "accepted"}
# Best first: licences of the text itself, then those to mine it; files for people, then those that machines may check.
_LICENSE_ORDER = ("vor", "unspecified", "am", "stm-asf", "tdm")
_LINK_ORDER = ("syndication", "unspecified", "text-mining", "similarity-checking")


def relations(found: shapes.Work, known: Identifier, faults: Faults) -> tuple[PaperRelation, ...]:
    """Other works that this one is related to, each relation once; some notices name the work itself."""
    made: dict[PaperRelation, None] = {}
    for word, others in (found.relation or {}).items():
        for other in others or () if word in _RELATIONS else ():
            scheme = _RELATED_SCHEMES.get((other.id_type or "").lower()) if other else None
            if other and scheme and (paper := checked(scheme, other.id, faults)):
                made[PaperRelation(_RELATIONS[word], paper)] = None
    for updates, is_notice in ((found.update_to, True), (found.updated_by, False)):
        for update in updates or ():
            kind = _NOTICES.get((update.type or "").lower()) if update else None
            if update and kind and (paper := checked("doi", update.doi, faults)):
                made[PaperRelation(_NOTICE_OF[kind] if is_notice else kind, paper)] = None
    return tuple(relation for relation in made if relation.paper != known)


def grants(found: shapes.Work, faults: Faults) -> tuple[Grant, ...]:
    """Funders, with their awards where they name some."""
    made: dict[Grant, None] = {}
    for each in found.funder or ():
        name = clean(each.name) if each else None
        if each is None or name is None:
            faults.part("funder", "a funder without a name", each.doi or "" if each else "")
            continue
        funder = Institution(name, _funder_identifiers(each, faults), kinds=("funder",))
        for award in tuple(cleaned(each.award)) or (None,):
            made[Grant(funder, award)] = None
    return tuple(made)


def _funder_identifiers(found: shapes.Funder, faults: Faults) -> tuple[Identifier, ...]:
    ids = {(each.id_type or "").upper(): each.id for each in found.id or () if each}
    return distinct(checked("ror", ids.get("ROR"), faults), checked("crossref-funder", found.doi, faults))


def locations(found: shapes.Work, faults: Faults) -> tuple[Location, ...]:
    """The page that the DOI leads to, with the best of the files and of the licences."""
    page = address(found.url, "URL", faults)
    links = [each for each in found.link or () if each and each.url]
    link = min(links, key=_link_rank, default=None)
    licenses = [each for each in found.license or () if each and each.url]
    license_ = min(licenses, key=lambda each: _rank(each.content_version, _LICENSE_ORDER), default=None)
    full_text = address(link.url, "link", faults) if link else None
    if page is None and full_text is None:
        return ()
    return (
        Location(
            page,
            full_text,
            _VERSIONS.get((link.content_version or "").lower()) if link and full_text else None,
            address(license_.url, "license", faults) if license_ else None,
        ),
    )


def _link_rank(link: shapes.Link) -> tuple[int, bool]:
    return _rank(link.application, _LINK_ORDER), link.content_type != "application/pdf"


def _rank(word: str | None, order: tuple[str, ...]) -> int:
    return order.index(word) if word in order else len(order)
