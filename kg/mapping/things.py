"""Authors, institutions, venues and concepts as records name them. A thing that recurs is mapped once and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar
from urllib.parse import unquote

import msgspec

from kg import namespaces as ns
from kg.identifiers import dbpedia_iri, external_iris
from kg.linking.model import ThingMention
from kg.mapping.terms import Statements
from kg.naming import AUTHOR_SCHEMES, INSTITUTION_SCHEMES, VENUE_SCHEMES, Naming
from kg.records import Author, Concept, Identifier, Institution, Text, Venue
from kg.texts import ThingText

_KEPT = 100_000
_INSTITUTION_RELATIONS = {
    "parent": ns.SUB_ORGANIZATION_OF,
    "child": ns.HAS_SUB_ORGANIZATION,
    "related": ns.RELATION,
    "successor": ns.IS_REPLACED_BY,
    "predecessor": ns.REPLACES,
}

Thing = TypeVar("Thing", Author, Institution, Venue, Concept)


class Described(msgspec.Struct, frozen=True, eq=False):
    """A thing under its IRI: its statements as one text, then those of each thing that it leads to; and what all of
    them are called. Told apart by identity: a thing that recurs is the same object, as a rule."""

    iri: str
    statements: tuple[bytes, ...]
    texts: tuple[ThingText, ...]
    mentions: tuple[ThingMention, ...] = ()


class Things:
    """What is said of things, each under its IRI."""

    def __init__(self, naming: Naming, known_schemes: frozenset[str]) -> None:
        self.naming = naming
        self._known_schemes = known_schemes
        self._kept: dict[Author | Institution | Venue | Concept, Described] = {}

    def author(self, author: Author) -> Described:
        return self._described(author, self._author)

    def institution(self, institution: Institution) -> Described:
        return self._described(institution, self._institution)

    def venue(self, venue: Venue) -> Described:
        return self._described(venue, self._venue)

    def concept(self, concept: Concept) -> Described:
        return self._described(concept, self._concept)

    def of(self, thing: Author | Institution | Venue | Concept) -> Described:
        match thing:
            case Author():
                return self.author(thing)
            case Institution():
                return self.institution(thing)
            case Venue():
                return self.venue(thing)
            case Concept():
                return self.concept(thing)

    def _described(self, thing: Thing, describe: Callable[[Thing], Described]) -> Described:
        found = self._kept.get(thing)
        if found is None:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            found = self._kept[thing] = describe(thing)
        return found

    def _author(self, author: Author) -> Described:
        subject, out = self.naming.author(author), Statements()
        out.link(subject, ns.TYPE, ns.AUTHOR)
        out.text(subject, ns.NAME, author.name)
        identity(out, subject, author.identifiers, AUTHOR_SCHEMES, "author")
        out.text(subject, ns.GIVEN_NAME, author.given)
        out.text(subject, ns.FAMILY_NAME, author.family)
        for name in author.other_names:
            out.text(subject, ns.ALT_LABEL, name)
        text = ThingText(subject, "author", (author.name,), author.other_names)
        mention = ThingMention(
            subject, "author", (author.name, *author.other_names), keys(author.identifiers, AUTHOR_SCHEMES)
        )
        return _described(subject, out, text, mention, [])

    def _institution(self, institution: Institution) -> Described:
        subject, out = self.naming.institution(institution), Statements()
        led_to: list[Described] = []
        out.link(subject, ns.TYPE, ns.INSTITUTION)
        out.text(subject, ns.NAME, institution.name)
        identity(out, subject, institution.identifiers, INSTITUTION_SCHEMES, "institution")
        out.text(subject, ns.NOTATION, institution.code)
        out.texts(subject, ns.ALT_LABEL, institution.other_names)
        for acronym in institution.acronyms:
            out.text(subject, ns.ACRONYM, acronym)
            out.text(subject, ns.ALT_LABEL, acronym)
        for kind in institution.kinds:
            out.text(subject, ns.INSTITUTION_KIND, kind)
        out.text(subject, ns.STATUS, institution.status)
        out.text(subject, ns.COUNTRY, institution.country)
        out.text(subject, ns.PLACE, institution.place)
        if institution.established:
            out.typed(subject, ns.FOUNDED, f"{institution.established:04}", "gYear")
        out.outward_if_valid(subject, ns.HOMEPAGE, institution.homepage)
        relations = []
        for relation in institution.relations:
            other = self.institution(relation.institution)
            out.link(subject, _INSTITUTION_RELATIONS[relation.kind], other.iri)
            led_to.append(other)
            relations.append((relation.kind, other.iri))
        others = (*_words(institution.other_names), *institution.acronyms, *filter(None, [institution.code]))
        mention = ThingMention(
            subject,
            "institution",
            (institution.name, *_words(institution.other_names), *filter(None, [institution.code])),
            keys(institution.identifiers, INSTITUTION_SCHEMES),
            acronyms=institution.acronyms,
            country=institution.country,
            place=institution.place,
            kinds=institution.kinds,
            status=institution.status,
            relations=tuple(relations),
        )
        return _described(subject, out, ThingText(subject, "institution", (institution.name,), others), mention, led_to)

    def _venue(self, venue: Venue) -> Described:
        subject, out = self.naming.venue(venue), Statements()
        led_to: list[Described] = []
        out.link(subject, ns.TYPE, ns.VENUE)
        out.text(subject, ns.NAME, venue.name)
        identity(out, subject, venue.identifiers, VENUE_SCHEMES, "venue")
        for identifier in venue.identifiers:
            if identifier.scheme == "issn":
                out.text(subject, ns.ISSN, identifier.value)
        for name in venue.other_names:
            out.text(subject, ns.ALT_LABEL, name)
        out.text(subject, ns.VENUE_KIND, venue.kind)
        out.outward_if_valid(subject, ns.HOMEPAGE, venue.homepage)
        if venue.publisher:
            publisher = self.institution(venue.publisher)
            out.link(subject, ns.PUBLISHER, publisher.iri)
            led_to.append(publisher)
        mention = ThingMention(
            subject,
            "venue",
            (venue.name, *venue.other_names),
            keys(venue.identifiers, VENUE_SCHEMES),
            kinds=(venue.kind,) if venue.kind else (),
        )
        return _described(subject, out, ThingText(subject, "venue", (venue.name,), venue.other_names), mention, led_to)

    def _concept(self, concept: Concept) -> Described:
        """Nothing where a record gives the notation alone: the scheme's own file describes the concept."""
        subject, out = self.naming.concept(concept), Statements()
        if concept.label is None:
            return Described(subject, (), ())
        led_to: list[Described] = []
        out.link(subject, ns.TYPE, ns.CONCEPT)
        out.link(subject, ns.TYPE, ns.SKOS + "Concept")
        out.text(subject, ns.PREF_LABEL, concept.label, concept.language)
        out.text(subject, ns.NOTATION, concept.notation)
        preferred = {concept.language: concept.label}
        for label in concept.other_labels:
            is_second = label.language in preferred
            out.text(subject, ns.ALT_LABEL if is_second else ns.PREF_LABEL, label.text, label.language)
            preferred.setdefault(label.language, label.text)
        out.texts(subject, ns.ALT_LABEL, concept.alternative_labels)
        if concept.definition:
            out.text(subject, ns.DEFINITION, concept.definition.text, concept.definition.language)
        self._scheme(out, subject, concept.scheme)
        for predicate, others in ((ns.BROADER, concept.broader), (ns.RELATED, concept.related)):
            for other in others:
                target = self.concept(other)
                out.link(subject, predicate, target.iri)
                led_to.append(target)
        for match in concept.matches:
            out.outward_if_valid(subject, ns.EXACT_MATCH, match)
        for page in concept.pages:
            out.outward_if_valid(subject, ns.PAGE, page)
            if subject_of := dbpedia_iri(page):
                out.outward_if_valid(
                    subject, ns.CLOSE_MATCH if _is_titled(page, concept) else ns.RELATED_MATCH, subject_of
                )
        # What an English reader is shown; without that, any of them.
        labels = tuple(label for language, label in preferred.items() if (language or "en").lower().startswith("en"))
        names = (*preferred.values(), *_words(concept.other_labels), *_words(concept.alternative_labels))
        text = ThingText(subject, "concept", labels or tuple(preferred.values()), (concept.notation, *names))
        known = (f"{concept.scheme}:{concept.notation}", *concept.matches)
        mention = ThingMention(subject, "concept", tuple(dict.fromkeys(names)), known)
        return _described(subject, out, text, mention, led_to)

    def _scheme(self, out: Statements, concept_iri: str, scheme: str) -> None:
        """ontology/concepts.ttl describes the well-known schemes; of others the name is all that is known."""
        scheme_iri = self.naming.concept_scheme(scheme)
        out.link(concept_iri, ns.IN_SCHEME, scheme_iri)
        if scheme not in self._known_schemes:
            out.link(scheme_iri, ns.TYPE, ns.SKOS + "ConceptScheme")
            out.text(scheme_iri, ns.PREF_LABEL, scheme)


def _is_titled(page: str, concept: Concept) -> bool:
    """Whether a page is about the concept itself, and not about something that it has to do with."""
    title = unquote(page.rpartition("/")[2]).replace("_", " ").casefold()
    labels = (concept.label, *_words(concept.other_labels), *_words(concept.alternative_labels))
    return title in {label.casefold() for label in labels if label}


def _words(texts: Iterable[Text]) -> Iterable[str]:
    return (text.text for text in texts)


def _described(
    subject: str, out: Statements, text: ThingText, mention: ThingMention, led_to: list[Described]
) -> Described:
    if not led_to:
        return Described(subject, (out.encoded(),), (text,), (mention,))
    return Described(
        subject,
        (out.encoded(), *(statements for other in led_to for statements in other.statements)),
        (text, *(text for other in led_to for text in other.texts)),
        (mention, *(mention for other in led_to for mention in other.mentions)),
    )


def keys(identifiers: tuple[Identifier, ...], schemes: tuple[str, ...]) -> tuple[str, ...]:
    """Identifiers that tell a thing from all others, as matching compares them."""
    if not identifiers:
        return ()
    return tuple([f"{each.scheme}:{each.value}" for each in identifiers if each.scheme in schemes])


def identity(
    out: Statements, subject: str, identifiers: tuple[Identifier, ...], schemes: tuple[str, ...], kind: str
) -> None:
    """What tells a thing from others, and what other graphs call it. A thing known by name alone says so."""
    known = bool(identifiers) and any(identifier.scheme in schemes for identifier in identifiers)
    out.append(f'<{subject}> <{ns.IDENTITY_BASIS}> "{"identifier" if known else "name"}" .\n')
    for identifier in identifiers:
        out.text(subject, ns.IDENTIFIER, f"{identifier.scheme}:{identifier.value}")
        for other in external_iris(identifier, kind):
            out.link(subject, ns.SAME_AS, other)
