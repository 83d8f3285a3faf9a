"""Linking the records of a store: find, judge, keep. What was found is kept beside the store and can be made anew."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path

import msgspec
import zstandard

from kg import paths
from kg.errors import StoreError
from kg.files import write_atomically
from kg.linking.authorities import Authorities
from kg.linking.blocks import KeptBlocks, find_links
from kg.linking.chunks import MentionedPart, papers_of, printed_affiliations
from kg.linking.concept_search import KeptConcepts, find_concepts
from kg.linking.concepts import VERSION as CONCEPTS
from kg.linking.decisions import Decision, Decisions
from kg.linking.gathering import gathered
from kg.linking.judging import Judgement, judge
from kg.linking.matchers import MATCHERS
from kg.linking.matchers import VERSION as RULES
from kg.linking.model import Link, Matcher, PaperMention, ThingMention, decoded_mentions
from kg.linking.organisations import KeptOrganisations, Organisations, affiliation_links
from kg.linking.schemes import scheme_links
from kg.linking.venues import venue_links
from kg.naming import Naming
from kg.settings import Settings

_VERSION = "4"
_KEPT = 3  # files of links: the store's, a snapshot's, and one that is being made


class LinkFolder:
    """The links of a store folder, and which of them are in force.

    links.json               the id of those in force
    links/<id>.zst           links with what became of them, and what is one by them
    links/items/             what is compared of every chunk of mentions and what it names, so that only new ones are
                             read
    links/blocks.zst         the links of every block, so that the next time only those with other members are compared,
                             and which chunks make which part
    links/concepts.zst       the concepts of every text that was looked through, and by which labels
    links/words/             the words of the texts of every part, so that they are looked through for other labels soon
    links/organisations.zst  which organisations names were found to mean
    links/records.sqlite     which records speak of which things (kg/linking/records.py)
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "links"
        self.pointer = folder / "links.json"

    def in_force(self) -> str:
        """The id of the links in force; empty if nothing was ever linked."""
        try:
            return msgspec.json.decode(self.pointer.read_bytes(), type=dict[str, str])["id"]
        except FileNotFoundError:
            return ""
        except (msgspec.DecodeError, KeyError) as error:
            raise StoreError(f"{self.pointer} is damaged ({error}); run 'kg link'", self.pointer) from error

    def put_in_force(self, links: str) -> None:
        """The caller holds the writer's lock."""
        write_atomically(self.pointer, msgspec.json.encode({"id": links}))
        self._forget_others()

    def path(self, links: str) -> Path:
        return self.folder / f"{links}.zst"

    def read(self, links: str) -> Judgement | None:
        """None if they are not there (any more)."""
        if not links:
            return Judgement()
        try:
            content = zstandard.ZstdDecompressor().decompress(self.path(links).read_bytes())
            return msgspec.msgpack.decode(content, type=Judgement)
        except (OSError, zstandard.ZstdError, msgspec.DecodeError):
            return None

    def write(self, links: str, judgement: Judgement) -> None:
        content = zstandard.ZstdCompressor(level=1).compress(msgspec.msgpack.encode(judgement))
        write_atomically(self.path(links), content)

    def _forget_others(self) -> None:
        in_force = self.path(self.in_force())
        files = sorted(self.folder.glob("????????????????.zst"), key=lambda path: path.stat().st_mtime)
        for path in files[:-_KEPT]:
            if path != in_force:
                path.unlink(missing_ok=True)


class Linker:
    """Links the records of a store by what people decided and what is sure enough."""

    def __init__(
        self,
        base_iri: str,
        decisions: Mapping[tuple[str, str], Decision],
        threshold: float,
        jobs: int | None = None,
        matchers: Sequence[Matcher] = MATCHERS,
        authorities: Authorities | None = None,
    ) -> None:
        self._naming = Naming(base_iri)
        self._decisions = decisions
        self._threshold = threshold
        self._jobs = jobs
        self._matchers = matchers
        self._authorities = authorities

    def id_of(self, segments: Mapping[str, str]) -> str:
        """What tells the links of these segments from any others; that of no links where nothing can be linked."""
        rules = [_VERSION, RULES, CONCEPTS, *(f"{matcher.name} {matcher.version}" for matcher in self._matchers)]
        made = [each.line() for each in self._decisions.values()]
        outside = self._authorities.digest if self._authorities else ""
        parts = (rules, sorted(segments.items()), made, f"{self._threshold:.4f}", outside)
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:16]

    def link(self, folder: LinkFolder, links: str, parts: Sequence[MentionedPart]) -> Judgement:
        """The links with the id `links`: those that are kept, else those found among all that these parts mention."""
        known = folder.read(links)
        if known:
            return known
        folder.folder.mkdir(exist_ok=True)
        outside = list(self._authorities.mentions()) if self._authorities else []
        known_papers, others = papers_and_things(outside)
        others += [ThingMention(each.paper, "paper", (each.title or "",), each.keys) for each in known_papers]
        kept = KeptBlocks(folder.folder, self._matchers)
        chunks, things = gathered(parts, outside, others, kept)
        organisations = Organisations(
            [*things, *others], _full_names(), KeptOrganisations(folder.folder / "organisations.zst", RULES)
        )
        found: list[Link] = [*organisations.links(), *venue_links([*things, *others])]
        found += scheme_links(self._naming, things)
        for of_matcher in find_links(chunks, self._matchers, self._jobs, kept).values():
            found += of_matcher
        of_texts = find_concepts(parts, things, KeptConcepts(folder.folder / "concepts.zst"), self._jobs)
        # Only papers that something is linked to matter: of what is not sure enough to be one nothing more is asked,
        # but which of authorities has an end here.
        telling = (link for link in found if outside or link.relation != "same" or link.confidence >= self._threshold)
        ends = {end for link in chain(telling, of_texts) for end in (link.subject, link.object)}
        ends.update(chain(chain.from_iterable(self._decisions), (thing.thing for thing in others)))
        papers = list(papers_of(parts, chunks, ends))
        if outside:
            found = _with_an_end_here(found, papers, things)
        if any(thing.kind == "institution" and thing.record for thing in [*things, *others]):
            found += affiliation_links(list(printed_affiliations(parts, chunks)), organisations)
        organisations.keep()
        judgement = judge(
            self._naming, found, papers, things, self._decisions, self._threshold, others, subjects=of_texts
        )
        folder.write(links, judgement)
        return judgement


def _with_an_end_here(links: list[Link], papers: list[PaperMention], things: list[ThingMention]) -> list[Link]:
    """Without those between things of authorities; whose an authorship is, only our own records tell."""
    here = {thing.thing for thing in things}
    authorships: set[str] = set()
    for paper in papers:
        here.add(paper.paper)
        here.update(author.author for author in paper.authors)
        authorships.update(author.authorship for author in paper.authors)
    return [
        link
        for link in links
        if link.subject in here or link.object in here or authorships.issuperset((link.subject, link.object))
    ]


def _full_names() -> dict[str, str]:
    """Of the short codes that profile pages have for institutions."""
    names: dict[str, dict[str, str]] = tomllib.loads((paths.ONTOLOGY / "institution-names.toml").read_text("utf-8"))
    return names["profile-page"]


def papers_and_things(mentions: Iterable[bytes]) -> tuple[list[PaperMention], list[ThingMention]]:
    """All of them, things once each."""
    papers: list[PaperMention] = []
    things: dict[ThingMention, None] = {}
    for chunk in mentions:
        found = decoded_mentions(chunk)
        papers += found.papers
        things.update(dict.fromkeys(found.things))
    return papers, list(things)


def decisions_of(settings: Settings) -> Decisions:
    return Decisions(settings.decisions or settings.store / "decisions.tsv")


def authorities_of(settings: Settings) -> Authorities:
    return Authorities(LinkFolder(settings.store).folder)


def linker_of(settings: Settings, jobs: int | None = None) -> Linker:
    """A linker by the decisions and the threshold that are in force. StoreError if the decisions cannot be read."""
    return Linker(
        settings.base_iri,
        decisions_of(settings).read(),
        settings.link_threshold,
        jobs,
        authorities=authorities_of(settings),
    )
