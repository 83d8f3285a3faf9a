"""Topics, concepts and keywords with everything that their own records say."""

from __future__ import annotations

from collections.abc import Iterable

from kg.identifiers import external_iris, identifier
from kg.records import Concept, Identifier, Text
from kg.sources.faults import Faults
from kg.sources.openalex import shapes, things
from kg.sources.openalex.organisations import in_languages
from kg.sources.values import address, checked, clean, cleaned, distinct


def topic(found: shapes.TopicEntity, name: str, faults: Faults) -> Concept:
    """A topic, subfield, field, domain or keyword, as its id says."""
    known = identifier("openalex", found.id) or Identifier("openalex", "")
    path, _, notation = known.value.rpartition("/")
    broader = things.above(shapes.Topic(None, None, found.subfield, found.field, found.domain))
    return Concept(
        f"openalex-{path or 'topics'}",
        notation,
        name,
        alternative_labels=_alternatives(found, name),
        definition=_definition(found),
        broader=broader,
        matches=_matches(known, None, found, faults),
        pages=_pages(found, faults),
    )


def concept(found: shapes.ConceptEntity, name: str, faults: Faults) -> Concept:
    known = identifier("openalex", found.id) or Identifier("openalex", "")
    ancestors = [each for each in found.ancestors or () if each]
    above = {each.id for each in ancestors} | {found.id}
    parents = (each for each in ancestors if found.level is not None and each.level == found.level - 1)
    related = (each for each in found.related_concepts or () if each and each.id not in above)
    return Concept(
        things.CONCEPTS,
        known.value,
        name,
        other_labels=tuple(dict.fromkeys(in_languages(found))),
        alternative_labels=_alternatives(found, name),
        definition=_definition(found),
        broader=_short(parents),
        related=_short(related),
        matches=_matches(known, found.wikidata, found, faults),
        pages=_pages(found, faults),
    )


def _short(found: Iterable[shapes.ShortConcept]) -> tuple[Concept, ...]:
    made = (things.concept(each.id, each.display_name, each.wikidata) for each in found)
    return tuple(dict.fromkeys(each for each in made if each))


def _alternatives(found: shapes.Entity, name: str) -> tuple[Text, ...]:
    return tuple(Text(each) for each in cleaned(found.display_name_alternatives) if each != name)


def _definition(found: shapes.Entity) -> Text | None:
    text = clean(found.description)
    return Text(text) if text else None


def _matches(known: Identifier, wikidata: str | None, found: shapes.Entity, faults: Faults) -> tuple[str, ...]:
    item = checked("wikidata", wikidata or (found.ids.wikidata if found.ids else None), faults)
    return tuple(iri for each in distinct(known, item) for iri in external_iris(each, "concept"))


def _pages(found: shapes.Entity, faults: Faults) -> tuple[str, ...]:
    page = address(found.ids.wikipedia, "ids.wikipedia", faults) if found.ids else None
    return (page,) if page else ()
