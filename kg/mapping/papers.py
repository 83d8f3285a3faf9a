"""Papers: what a record says of one, its authorships, its places, its grants and the papers it is related to."""

from __future__ import annotations

from kg import namespaces as ns
from kg.facts import PaperFacts
from kg.identifiers import external_iris
from kg.linking.model import AuthorMention, PaperMention
from kg.mapping.terms import Statements
from kg.mapping.things import Described, Things, identity, keys
from kg.naming import AUTHOR_SCHEMES, PAPER_SCHEMES
from kg.records import Authorship, Concept, Grant, Location, Paper, PaperRelation
from kg.texts import PaperText, date_number

_RELATIONS = {
    "preprint": ns.HAS_VERSION,
    "published-version": ns.IS_VERSION_OF,
    "version": ns.HAS_VERSION,
    "retraction": ns.IS_RETRACTED_BY,
    "retracted": ns.RETRACTS,
    "correction": ns.IS_CORRECTED_BY,
    "corrected": ns.CORRECTS,
    "review": ns.IS_REVIEWED_BY,
    "reviewed": ns.REVIEWS,
    "translation": ns.TRANSLATION,
    "translated": ns.TRANSLATION_OF,
    "supplement": ns.SUPPLEMENT,
    "supplemented": ns.SUPPLEMENT_OF,
}


class PaperMapping:
    """The statements of one paper: `own` ones, and the `things` that it leads to."""

    def __init__(self, paper: Paper, record: str, things: Things) -> None:
        self.subject = things.naming.paper(paper)
        self.own = Statements()
        self.things: list[Described] = []
        self._authorships: list[tuple[str, list[str]]] = []
        """Of each its IRI and those of its institutions."""
        self.facts = PaperFacts(
            self.subject,
            year=paper.date.year if paper.date else None,
            is_complete=paper.author_list_complete,
        )
        self._paper = paper
        self._record = record
        self._known = things
        self._text()
        self._publication()
        self._subjects()
        for authorship in self._numbered():
            self._authorship(*authorship)
        self._affiliations()
        self._relations()
        for location in paper.locations:
            self._location(location)
        for grant in paper.grants:
            self._grant(grant)

    @property
    def text(self) -> PaperText:
        """What the search index needs to know."""
        paper = self._paper
        names = [authorship.author.name for authorship in paper.authorships]
        has_code = bool(paper.code_available or paper.code_urls)
        date = date_number(paper.date)
        return PaperText(self.subject, paper.title, paper.abstract, self.facts.year, names, date, has_code)

    @property
    def mention(self) -> PaperMention:
        """What matching needs to know."""
        paper = self._paper
        authors = zip(paper.authorships, self.facts.authors, self._authorships, strict=True)
        return PaperMention(
            self.subject,
            self._record,
            paper.title,
            tuple([_author_mention(authorship, author, *said) for authorship, author, said in authors]),
            is_complete=paper.author_list_complete,
            year=self.facts.year,
            type=paper.type,
            keys=keys(paper.identifiers, PAPER_SCHEMES),
            venue=self.facts.venue,
            venue_name=paper.venue.name if paper.venue else None,
            pages=paper.pages,
            subjects=tuple(self.facts.subjects),
            institutions=tuple([institution.name for institution in paper.institutions]),
            references=keys(paper.references, PAPER_SCHEMES),
            related=keys(tuple([relation.paper for relation in paper.relations]), PAPER_SCHEMES),
        )

    def _led_to(self, described: Described) -> str:
        self.things.append(described)
        return described.iri

    def _text(self) -> None:
        paper, subject, out = self._paper, self.subject, self.own
        out.link(subject, ns.TYPE, ns.PAPER)
        out.text(subject, ns.TITLE, paper.title, paper.language)
        out.link(subject, ns.DERIVED_FROM, self._record)
        identity(out, subject, paper.identifiers, PAPER_SCHEMES, "paper")
        for identifier in paper.identifiers:
            self.facts.names += external_iris(identifier, "paper")
            if identifier.scheme == "doi":
                out.text(subject, ns.DOI, identifier.value)
        out.text(subject, ns.ABSTRACT, paper.abstract, paper.language)
        out.boolean(subject, ns.RETRACTED, paper.is_retracted)
        out.boolean(subject, ns.WITHDRAWN, paper.is_withdrawn)
        out.boolean(subject, ns.CODE_AVAILABLE, paper.code_available)
        for url in paper.code_urls:
            out.outward(subject, ns.CODE_REPOSITORY, url)

    def _publication(self) -> None:
        paper, subject, out = self._paper, self.subject, self.own
        out.date(subject, ns.ISSUED, paper.date)
        out.integer(subject, ns.PUBLICATION_YEAR, paper.date.year if paper.date else None)
        if paper.type:
            out.link(subject, ns.PAPER_TYPE, self._known.naming.concept(Concept("paper-type", paper.type)))
        if paper.venue:
            self.facts.venue = self._led_to(self._known.venue(paper.venue))
            out.link(subject, ns.IS_PART_OF, self.facts.venue)
        if paper.publisher:
            out.link(subject, ns.PUBLISHER, self._led_to(self._known.institution(paper.publisher)))
        out.text(subject, ns.VOLUME, paper.volume)
        out.text(subject, ns.ISSUE, paper.issue)
        out.text(subject, ns.PAGES, paper.pages)
        for editor in paper.editors:
            out.link(subject, ns.EDITOR, self._led_to(self._known.author(editor)))

    def _subjects(self) -> None:
        paper, subject, out = self._paper, self.subject, self.own
        if paper.primary_concept:
            out.link(subject, ns.PRIMARY_CONCEPT, self._known.naming.concept(paper.primary_concept))
        for concept in filter(None, (paper.primary_concept, *paper.concepts)):
            concept_iri = self._led_to(self._known.concept(concept))
            self.facts.subjects.append(concept_iri)
            out.link(subject, ns.SUBJECT, concept_iri)
        for keyword in paper.keywords:
            out.text(subject, ns.KEYWORDS, keyword, paper.language)

    def _numbered(self) -> list[tuple[Authorship, str, int]]:
        """Each authorship with its author's IRI and how often that author has come before on this paper, from 1."""
        seen: dict[str, int] = {}
        numbered = []
        for authorship in self._paper.authorships:
            author = self._led_to(self._known.author(authorship.author))
            seen[author] = occurrence = seen.get(author, 0) + 1
            numbered.append((authorship, author, occurrence))
        return numbered

    def _authorship(self, authorship: Authorship, author: str, occurrence: int) -> None:
        out, paper = self.own, self.subject
        subject = self._known.naming.authorship(paper, author, occurrence)
        self.facts.authors.append(author)
        # What every authorship says is most of what a graph of papers holds, so it is written in one piece.
        out.append(
            f"<{paper}> <{ns.HAS_AUTHORSHIP}> <{subject}> .\n<{paper}> <{ns.CREATOR}> <{author}> .\n"
            f"<{subject}> <{ns.DERIVED_FROM}> <{self._record}> .\n<{subject}> <{ns.TYPE}> <{ns.AUTHORSHIP}> .\n"
            f"<{subject}> <{ns.AUTHORSHIP_AUTHOR}> <{author}> .\n"
        )
        if authorship.position is None:
            out.append(f'<{subject}> <{ns.AUTHORSHIP_BASIS}> "listing" .\n')
        else:
            out.append(
                f'<{subject}> <{ns.AUTHORSHIP_BASIS}> "printed" .\n'
                f'<{subject}> <{ns.POSITION}> "{authorship.position}"^^<{ns.XSD}integer> .\n'
            )
        out.text(subject, ns.NAME_AS_PRINTED, authorship.name_as_printed)
        institutions = [self._led_to(self._known.institution(institution)) for institution in authorship.affiliations]
        self._authorships.append((subject, institutions))
        for institution_iri in institutions:
            self.facts.institutions.append(institution_iri)
            out.link(subject, ns.AFFILIATION, institution_iri)
        for raw in authorship.raw_affiliations:
            out.text(subject, ns.RAW_AFFILIATION, raw)
        out.boolean(subject, ns.CORRESPONDING, authorship.is_corresponding)

    def _affiliations(self) -> None:
        for institution in self._paper.institutions:
            institution_iri = self._led_to(self._known.institution(institution))
            self.facts.institutions.append(institution_iri)
            self.own.link(self.subject, ns.PAPER_INSTITUTION, institution_iri)

    def _relations(self) -> None:
        """Other papers by the IRI that their own graph uses: whether ours describes them shows when it is built."""
        for identifier in self._paper.references:
            for target in external_iris(identifier, "paper")[:1]:
                self.facts.references.append(target)
                self.own.link(self.subject, ns.REFERENCE, target)
        for relation in self._paper.relations:
            self._relation(relation)

    def _relation(self, relation: PaperRelation) -> None:
        for target in external_iris(relation.paper, "paper")[:1]:
            self.own.link(self.subject, _RELATIONS[relation.kind], target)

    def _location(self, location: Location) -> None:
        address = location.full_text or location.page
        if not address:
            return
        out = self.own
        subject = self._known.naming.location(self.subject, address)
        out.link(self.subject, ns.HAS_LOCATION, subject)
        out.link(subject, ns.TYPE, ns.LOCATION)
        out.outward_if_valid(subject, ns.URL, location.page)
        out.outward_if_valid(subject, ns.FULL_TEXT, location.full_text)
        out.text(subject, ns.LOCATION_VERSION, location.version)
        out.boolean(subject, ns.OPEN_ACCESS, location.is_open)
        if location.license and location.license.startswith(("http://", "https://")):
            out.outward_if_valid(subject, ns.LICENSE, location.license)
        else:
            out.text(subject, ns.RIGHTS, location.license)
        if location.venue:
            out.link(subject, ns.IS_PART_OF, self._led_to(self._known.venue(location.venue)))

    def _grant(self, grant: Grant) -> None:
        funder = self._led_to(self._known.institution(grant.funder))
        self.own.link(self.subject, ns.FUNDER, funder)
        if grant.award:
            subject = self._known.naming.grant(funder, grant.award)
            self.own.link(self.subject, ns.HAS_GRANT, subject)
            self.own.link(subject, ns.TYPE, ns.GRANT)
            self.own.link(subject, ns.FUNDER, funder)
            self.own.text(subject, ns.IDENTIFIER, grant.award)


def _author_mention(authorship: Authorship, author: str, subject: str, institutions: list[str]) -> AuthorMention:
    known = authorship.author
    return AuthorMention(
        author,
        subject,
        authorship.name_as_printed or known.name,
        authorship.position,
        keys=keys(known.identifiers, AUTHOR_SCHEMES),
        given=known.given,
        family=known.family,
        affiliations=authorship.raw_affiliations or tuple([each.name for each in authorship.affiliations]),
        institutions=tuple(institutions),
    )
