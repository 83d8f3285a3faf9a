"""Linking over the network: the same as from files, asked once, previewed, resumed, and only when wanted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec import structs
from pyoxigraph import NamedNode

from kg import pipeline
from kg.cli import main
from kg.errors import StoreBusy
from kg.files import file_lock
from kg.linking.gathering import mentioned_parts
from kg.linking.judging import Judgement
from kg.linking.linking import authorities_of, linker_of
from kg.linking.remote import SERVICES, Answers, Client, Plan, Report
from kg.namespaces import SAME_AS
from kg.naming import Naming
from kg.pipeline.authorities import read_authority
from kg.pipeline.remote import Enrichment, Wish
from kg.records import (
    Author,
    Authorship,
    Identifier,
    Institution,
    InstitutionRelation,
    Paper,
    PartialDate,
    Profile,
    Record,
    SourceRecord,
)
from kg.settings import read_settings
from kg.snapshots import Snapshots
from kg.sources import find_source
from kg.store import StoreFolder
from tests.kg.linking import fake_services
from tests.kg.linking.fake_services import ADA, WORKS, Fake, Handler
from tests.made_records import made_source

BASE = "https://w3id.org/paperkg/"
ONE = f"{BASE}paper/doi:10.5555/one"


def paper(name: str, title: str, authors: list[str], *known: tuple[str, str]) -> Paper:
    return Paper(
        title=title,
        source=SourceRecord(name),
        identifiers=tuple(Identifier(*each) for each in known),
        authorships=tuple(
            Authorship(Author(author), position, name_as_printed=author) for position, author in enumerate(authors, 1)
        ),
        author_list_complete=True,
        date=PartialDate(2021),
    )


RECORDS: list[Record] = [
    paper("r1", "On Invented Things", ["Ada Byron", "Ben Ray"], ("doi", "10.5555/one")),
    paper("r2", "On Invented Things, Again", ["A. Byron"], ("doi", "10.5555/two")),
    paper("r3", "A Preprint of Sorts", ["Cy Dee"], ("arxiv", "2101.00001")),
    paper("r4", "Only a Title, Yet a Long One", ["Dot Fey"]),
    paper("r5", "Of Commas", ["Eve Gil"], ("doi", "10.5555/com,ma")),
    paper("r6", "Nobody Knows It", ["Flo Hay"], ("doi", "10.5555/nowhere")),
    paper("r7", "Known Already", ["Gus Ice"], ("doi", "10.5555/known"), ("openalex", "W1"), ("dblp", "conf/x/Ice21")),
    Profile(thing=Institution("Example U", (Identifier("grid", "grid.20861.3d"),)), source=SourceRecord("i1")),
    Profile(thing=Author("Ada Byron", (Identifier("orcid", ADA),)), source=SourceRecord("a1")),
]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loaded")
    (folder / "given").touch()
    pipeline.load(StoreFolder(folder / "store"), made_source("made", RECORDS), {"made": [folder / "given"]})
    return folder / "store"


@pytest.fixture
def store(loaded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(loaded, tmp_path / "store"))


@pytest.fixture
def fake() -> Iterator[Fake]:
    with fake_services.served() as server:
        yield server


class World:
    """A graph, and the server that is asked in place of a service."""

    def __init__(self, store: Path, fake: Fake) -> None:
        self.store = store
        self.fake = fake
        self.settings = read_settings({}, store=store)
        self._asked: dict[str, Enrichment] = {}

    def enrichment(self, service: str, **wish: Any) -> tuple[Enrichment, Client]:
        address = self.fake.of(service)
        found = SERVICES[service]
        return (
            Enrichment(self.settings, found, Wish(mirror=address, **wish)),
            Client(found, address, interval=0.0, pause=lambda _: None),
        )

    def plan(self, service: str, **wish: Any) -> Plan:
        enrichment, client = self.enrichment(service, **wish)
        return enrichment.plan(client)

    def ask(self, service: str, **wish: Any) -> Report:
        enrichment, client = self.enrichment(service, **wish)
        report = enrichment.ask(enrichment.plan(client), client)
        client.close()
        self._asked[service] = enrichment
        return report

    def read_files(self, service: str, folder: Path) -> None:
        read_authority(authorities_of(self.settings), find_source(service), [folder], self.settings.base_iri, jobs=1)

    def judgement(self) -> Judgement:
        """What linking finds now, without publishing it."""
        for enrichment in self._asked.values():
            enrichment.read(jobs=1)
        self._asked.clear()
        store = StoreFolder(self.store)
        segments = store.segments
        catalogue = segments.catalogue()
        parts = [(name, part) for name in catalogue for part in segments.manifest(name, catalogue[name]).parts]
        linker = linker_of(self.settings, jobs=1)
        return linker.link(store.links, linker.id_of(catalogue), mentioned_parts(segments, parts))

    def identifiers(self, thing: str) -> set[str]:
        """What authorities identify this thing by beside what the graph does."""
        judgement = self.judgement()
        of = judgement.identity.of
        return {key for each in judgement.outside if of(each.thing) == of(thing) for key in each.keys}


@pytest.fixture
def world(loaded: Path, fake: Fake, tmp_path: Path) -> World:
    return World(without_database(loaded, tmp_path / "store"), fake)


def without_database(loaded: Path, folder: Path) -> Path:
    """What was loaded, as far as linking reads it."""
    shutil.copytree(loaded / "segments", folder / "segments")
    for path in loaded.glob("*.json"):
        shutil.copy(path, folder)
    return folder


FILES: dict[str, tuple[str, bytes]] = {
    "openalex": ("works.json", json.dumps([*WORKS[:3], WORKS[4]]).encode()),
    "crossref": ("works.json", json.dumps(fake_services.CROSSREF).encode()),
    "semanticscholar": ("papers.json", json.dumps(fake_services.PAPERS[:2]).encode()),
    "ror": ("ror.json", json.dumps(fake_services.ORGANISATIONS).encode()),
    "dblp": ("one.bib", fake_services.BIBTEX),
    "arxiv": ("one.xml", fake_services.OAI_RECORD),
}
TITLED = Naming(BASE).paper(RECORDS[3])  # type: ignore[arg-type]


@pytest.mark.parametrize("service", FILES)
def test_what_is_asked_links_as_what_is_read_from_files(
    world: World, loaded: Path, tmp_path: Path, service: str
) -> None:
    name, content = FILES[service]
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / name).write_bytes(content)
    if service == "openalex":
        (tmp_path / "files" / "authors.json").write_text(json.dumps(fake_services.AUTHORS))
    other = World(without_database(loaded, tmp_path / "other"), world.fake)
    nothing = other.judgement()
    other.read_files(service, tmp_path / "files")
    world.ask(service)
    found, expected = world.judgement(), other.judgement()
    assert (found.links, found.identity) == (expected.links, expected.identity)
    assert set(found.outside) == set(expected.outside)
    assert found != nothing, "the records say something"
    assert all(list(each.keys) == sorted(each.keys) for each in found.outside), "in whatever order they came"


@pytest.mark.parametrize(
    ("service", "thing", "identifiers"),
    [
        ("openalex", ONE, {"openalex:W11"}),
        ("openalex", f"{BASE}paper/arxiv:2101.00001", {"openalex:W13"}),
        ("openalex", f"{BASE}paper/doi:10.5555/com,ma", {"openalex:W15"}),
        ("openalex", f"{BASE}author/orcid:{ADA}", {"openalex:A99", "openalex:A111", "openalex:A121"}),
        ("crossref", ONE, set()),
        ("semanticscholar", ONE, {f"semanticscholar:{21:040x}", "corpusid:21"}),
        ("ror", f"{BASE}institution/grid:grid.20861.3d", {"ror:05dxps055", "grid:grid.20861.3d"}),
        ("dblp", ONE, {"dblp:journals/ex/ByronR21"}),
        ("arxiv", f"{BASE}paper/arxiv:2101.00001", {"doi:10.5555/three", "arxiv:2101.00001"}),
    ],
)
def test_things_get_their_identifiers(world: World, service: str, thing: str, identifiers: set[str]) -> None:
    world.ask(service)
    assert world.identifiers(thing) == identifiers


def test_what_has_its_identifier_is_not_asked_about(world: World) -> None:
    assert "doi:10.5555/known" not in asked_about(world.plan("openalex"))
    assert "doi:10.5555/known" in asked_about(world.plan("semanticscholar"))


def asked_about(planned: Plan) -> set[str]:
    return {key for request in planned.requests for key in request.keys}


def test_what_a_file_identified_is_not_asked_about(world: World, tmp_path: Path) -> None:
    (tmp_path / "works.json").write_bytes(FILES["openalex"][1])
    world.read_files("openalex", tmp_path / "works.json")
    links = StoreFolder(world.store).links
    linker = linker_of(world.settings, jobs=1)
    world.judgement()
    links.put_in_force(linker.id_of(StoreFolder(world.store).segments.catalogue()))
    assert asked_about(world.plan("openalex")) == {"doi:10.5555/nowhere"}


def test_a_register_that_was_loaded_is_not_asked_about_as_a_whole(tmp_path: Path) -> None:
    """Only organisations that something else names."""
    child, named, alone = (
        Institution(name, (Identifier("ror", ror),))
        for name, ror in (("Child", "00x6h5n95"), ("Named", "05dxps055"), ("Alone", "00cvxb145"))
    )
    alone = structs.replace(alone, relations=(InstitutionRelation("child", child), InstitutionRelation("child", named)))
    by_named = Authorship(Author("Ada Byron"), 1, affiliations=(named,))
    written = structs.replace(RECORDS[0], authorships=(by_named,))
    records = [Profile(thing=each, source=SourceRecord(each.name)) for each in (child, named, alone)]
    (tmp_path / "given").touch()
    store = StoreFolder(tmp_path / "store")
    pipeline.load(store, made_source("made", [*records, written]), {"made": [tmp_path / "given"]})
    enrichment = Enrichment(read_settings({}, store=store.folder), SERVICES["openalex"], Wish())
    assert enrichment.plan(Client(SERVICES["openalex"])).by_scheme == {"doi": 1, "ror": 1}


def test_planning_sends_nothing(world: World) -> None:
    planned = world.plan("openalex")
    assert planned.by_scheme == {"arxiv": 1, "doi": 4, "orcid": 1}
    assert len(planned.requests) == 3
    assert world.fake.asked == []


def test_things_without_identifiers_are_asked_about_by_name_if_wanted(world: World) -> None:
    world.ask("openalex")
    assert "openalex:W14" not in world.identifiers(TITLED)
    world.ask("openalex", by_name=True)
    assert "openalex:W14" in world.identifiers(TITLED)


@pytest.mark.parametrize(
    ("service", "asked", "found"),
    [("openalex", 7, 6), ("semanticscholar", 7, 3), ("crossref", 7, 3), ("ror", 1, 1), ("dblp", 4, 1), ("arxiv", 1, 1)],
)
def test_what_is_found_is_counted(world: World, service: str, asked: int, found: int) -> None:
    report = world.ask(service, by_name=True)
    assert (report.asked, report.found, report.failed.total()) == (asked, found, 0)


def test_nothing_is_asked_twice(world: World) -> None:
    world.ask("openalex", by_name=True)
    count, before = len(world.fake.asked), world.judgement()
    planned = world.plan("openalex", by_name=True)
    assert (planned.questions, planned.known) == (0, 7)
    assert world.ask("openalex", by_name=True).asked == 0
    assert len(world.fake.asked) == count
    assert world.judgement() == before


def test_old_answers_are_asked_again_and_replaced(world: World) -> None:
    world.ask("openalex")
    folder = world.store / "links" / "answers" / "openalex"
    count, files = len(world.fake.asked), sorted(folder.iterdir())
    assert world.ask("openalex", max_age=timedelta()).asked == 6
    assert len(world.fake.asked) == 2 * count
    assert sorted(folder.iterdir()) == files


def test_an_answer_stays_until_all_of_it_was_asked_again(world: World) -> None:
    """Other batches, as other things are loaded: what is said of nothing any more is gone."""
    world.ask("semanticscholar")
    answers = Answers(world.store / "links", "semanticscholar", ".json")
    (old,) = answers.files()
    world.ask("semanticscholar", max_age=timedelta(), limit=2)
    assert old in answers.files()
    assert len(answers.all()) == 2
    world.ask("semanticscholar", max_age=timedelta())
    assert len(answers.files()) == 1
    assert "corpusid:21" in world.identifiers(ONE)


def test_a_limit_is_kept_and_the_next_run_goes_on(world: World) -> None:
    planned = world.plan("dblp", limit=3)
    assert (planned.questions, planned.known, planned.later) == (3, 0, 1)
    world.ask("dblp", limit=3)
    planned = world.plan("dblp")
    assert (planned.questions, planned.known, planned.later) == (1, 3, 0)


def test_an_interrupted_run_goes_on_where_it_stopped(world: World) -> None:
    enrichment, client = world.enrichment("dblp")
    answer = client.get

    def get(*given: Any) -> bytes:
        if client.sent > 2:
            raise KeyboardInterrupt
        return answer(*given)

    client.get = get  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        enrichment.ask(enrichment.plan(client), client)
    before = {asked.path for asked in world.fake.asked}
    world.ask("dblp")
    lookups = [asked.path for asked in world.fake.asked if "/doi/" in asked.path]
    assert before
    assert len(lookups) == len(set(lookups)) == 4


def test_an_answer_that_was_not_finished_does_not_count(world: World) -> None:
    world.ask("dblp")
    folder = world.store / "links" / "answers" / "dblp"
    (records,) = folder.glob("*.bib.zst")
    records.unlink()
    assert world.plan("dblp").questions == 1
    world.ask("dblp")
    assert records.exists()
    asked = next(folder.glob("*.asked"))
    asked.write_bytes(b"{")
    assert world.plan("dblp").questions == 1


def test_only_one_process_asks(world: World) -> None:
    enrichment, client = world.enrichment("dblp")
    planned = enrichment.plan(client)
    folder = world.store / "links" / "answers" / "dblp"
    folder.mkdir(parents=True)
    with file_lock(folder / ".lock"), pytest.raises(StoreBusy):
        enrichment.ask(planned, client)


def test_what_failed_is_told_and_asked_again(world: World) -> None:
    world.fake.faults = [lambda handler: handler.send(200, "text/html", b"<p>Log in first</p>")]
    report = world.ask("openalex")
    assert report.failed == {"text/html where application/json was asked for": 4}
    assert (report.asked, report.stopped) == (2, "")
    assert world.plan("openalex").questions == 4


def test_all_pages_of_an_answer_are_read(world: World) -> None:
    """Several works may have one DOI."""

    def page(handler: Handler) -> None:
        number = 2 if "&page=2" in handler.path else 1
        works = [{**WORKS[0], "id": f"https://openalex.org/W{number}{place:03}"} for place in range(101)]
        content = {"meta": {"count": 101}, "results": works[:100] if number == 1 else works[100:]}
        handler.send(200, "application/json", json.dumps(content).encode())

    world.fake.always = page
    enrichment, client = world.enrichment("openalex")
    report = enrichment.ask(Plan((SERVICES["openalex"].request(["doi:10.5555/one", "doi:10.5555/two"]),)), client)
    assert (report.asked, report.requests) == (2, 2)
    assert enrichment.read(jobs=1) == 101


def test_a_batch_of_which_nothing_is_known_is_not_found(world: World) -> None:
    for content in (b"[null, null, null]", b"[]"):
        world.fake.always = lambda handler, content=content: handler.send(200, "application/json", content)
        report = world.ask("semanticscholar", max_age=timedelta())
        assert (report.asked, report.found, report.failed.total()) == (6, 0, 0)


@pytest.mark.parametrize("content", [b"{}", b'"[]"', b'{"error": "no"}', b'{"results": [{"id": 1}, 2]}', b"0"])
@pytest.mark.parametrize("service", ["openalex", "crossref", "semanticscholar", "ror"])
def test_an_answer_of_another_shape_is_no_answer(world: World, service: str, content: bytes) -> None:
    media = SERVICES[service].media_types[0]
    world.fake.always = lambda handler: handler.send(200, media, content)
    report = world.ask(service)
    assert report.asked == 0
    assert report.failed
    assert Answers(world.store / "links", service, ".json").all() == []


def kg_link(store: Path, *arguments: str, **environment: str) -> Result:
    """`kg link`, in this process."""
    return CliRunner().invoke(main, ["--store", str(store), "link", "--jobs", "1", *arguments], env=environment)


def online(store: Path, fake: Fake, service: str, *arguments: str) -> Result:
    return kg_link(store, "--to", service, "--online", "--address", fake.of(service), *arguments)


def test_a_dry_run_says_what_would_be_asked_and_sends_nothing(store: Path, fake: Fake) -> None:
    result = online(store, fake, "openalex", "--dry-run", "--limit", "4")
    assert result.exit_code == 0, result.output
    assert "openalex: 4 things to ask about: 1 by arxiv, 3 by doi" in result.output
    assert "2 more are past --limit" in result.output
    assert f"2 requests to {fake.of('openalex')}, the first:\n  GET {fake.of('openalex')}works?filter=" in result.output
    assert fake.asked == []
    assert not (store / "links" / "answers").exists()


def test_the_command_asks_links_and_takes_back(store: Path, fake: Fake) -> None:
    """What came before a stop is linked, and the exit code says that it was not all."""
    fake.faults = [Handler.usual, lambda handler: handler.send(429, "text/plain", b"", Retry_After="86400")]
    result = online(store, fake, "openalex")
    assert result.exit_code == 1
    assert "openalex: 4 asked in 2 requests, 3 found, 1 not found, 0 failed" in result.output
    assert "asks to come back in 86,400 seconds; run it again later" in str(result.output) + str(result.exception)
    assert "https://openalex.org/W11" in same_as(store, ONE)
    assert kg_link(store, "--no-longer-to", "openalex-online").exit_code == 0
    assert same_as(store, ONE) == {"https://doi.org/10.5555/one"}


def same_as(store: Path, thing: str) -> set[str]:
    found = Snapshots(store).current().store.quads_for_pattern(NamedNode(thing), NamedNode(SAME_AS), None)
    return {quad.object.value for quad in found}


def test_a_service_that_refuses_is_left_alone(store: Path, fake: Fake) -> None:
    fake.always = lambda handler: handler.send(403, "application/json", b"{}")
    result = online(store, fake, "openalex")
    assert result.exit_code == 1
    assert "is OPENALEX_API_KEY right?" in result.output + str(result.exception)
    assert len(fake.asked) == 1


def test_nothing_is_sent_without_being_asked_for(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr("socket.getaddrinfo", refuse)
    monkeypatch.setattr("socket.socket.connect", refuse)
    assert kg_link(store).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--to", "openalex"], "give --to with --file or --online"),
        (["--online"], "give --to with --file or --online"),
        (["--dry-run"], "give them with --online"),
        (["--to", "bibtex", "--online"], "cannot be asked over the network; there are: arxiv, crossref"),
        (["--to", "openalex", "--online", "--dry-run"], "set KG_MAIL"),
        (["--to", "openalex", "--online", "--address", "file:///etc/passwd"], "--address takes an http or https"),
        (["--to", "openalex", "--online", "--address", "http://me:secret@x/"], "without user"),
    ],
)
def test_a_wrong_call_is_told(store: Path, arguments: list[str], says: str) -> None:
    result = kg_link(store, *arguments, KG_MAIL="")
    assert result.exit_code == 2
    assert says in result.output + str(result.exception)


def test_every_service_has_a_source_that_reads_its_answers() -> None:
    assert all(service.ending in find_source(name).endings for name, service in SERVICES.items())
