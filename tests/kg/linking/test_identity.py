"""What is united by several links, each of which could be right by itself."""

from __future__ import annotations

from collections.abc import Iterable

from kg.linking.identity import Identity, identity
from kg.linking.model import AuthorMention, Link, PaperMention, ThingMention
from kg.namespaces import DEFAULT_BASE as B
from kg.naming import Naming

NAMING = Naming(B)


def paper(key: str, *people: str, record: str = "", keys: tuple[str, ...] = ()) -> PaperMention:
    named = (f"{B}author/{person}" for person in people)
    authors = tuple(
        AuthorMention(author, NAMING.authorship(f"{B}paper/{key}", author), author.rpartition("/")[2], place)
        for place, author in enumerate(named, start=1)
    )
    return PaperMention(f"{B}paper/{key}", f"{B}record/{record or key}", "On Things", authors, keys=keys)


def link(one: str, other: str, confidence: float = 0.95, method: str = "rule", **more: str) -> Link:
    first, second = sorted((B + one, B + other))
    return Link(subject=first, object=second, method=method, confidence=confidence, **more)  # type: ignore[arg-type]


def found(
    papers: Iterable[PaperMention],
    *links: Link,
    things: Iterable[ThingMention] = (),
    apart: Iterable[tuple[str, str]] = (),
) -> tuple[Identity, set[Link]]:
    one, refused = identity(NAMING, links, papers, things, {(B + a, B + b): False for a, b in apart})
    return one, {link for link in links if link in refused}


def test_versions_do_not_become_one_by_way_of_a_third_record() -> None:
    """Neither where identifiers tell them apart, nor where a link says that they are versions."""
    both = link("paper/ref", "paper/doi:10.5555/1"), link("paper/ref", "paper/doi:10.5555/2", 0.94)
    known = [paper(f"doi:10.5555/{n}", keys=(f"doi:10.5555/{n}",)) for n in (1, 2)]
    one, refused = found([*known, paper("ref")], *both)
    assert refused == {both[1]}
    assert one.canonical == {f"{B}paper/ref": f"{B}paper/doi:10.5555/1"}
    versions = link("paper/doi:10.5555/1", "paper/doi:10.5555/2", 0.91, relation="version")
    one, refused = found([paper("doi:10.5555/1"), paper("doi:10.5555/2"), paper("ref")], *both, versions)
    assert refused == {both[1]}


def test_what_one_identifier_makes_one_is_no_version_of_itself() -> None:
    same = link("paper/arxiv:1", "paper/doi:10.5555/1", 0.99, "shared-identifier")
    by_title = link("paper/doi:10.5555/1", "paper/other", 0.99)
    version = link("paper/arxiv:1", "paper/other", 0.95, relation="version")
    one, refused = found([paper("arxiv:1"), paper("doi:10.5555/1"), paper("other")], same, by_title, version)
    assert refused == {by_title}
    assert one.canonical == {f"{B}paper/arxiv:1": f"{B}paper/doi:10.5555/1"}
    assert found([], same, link("paper/arxiv:1", "paper/doi:10.5555/1", relation="version"))[1] != set()


def test_two_people_of_one_record_do_not_become_one_by_way_of_a_third() -> None:
    papers = [paper("1", "juan-garcia", "juan-lopez", "z"), paper("2", "juan-garcia-lopez", "z")]
    links = (
        link("author/juan-garcia", "author/juan-garcia-lopez", 0.94),
        link("author/juan-lopez", "author/juan-garcia-lopez", 0.93),
    )
    one, refused = found(papers, *links)
    assert refused == {links[1]}
    assert one.of(f"{B}author/juan-lopez") == f"{B}author/juan-lopez"


def test_two_places_on_one_record_do_not_become_one_by_way_of_another_record() -> None:
    papers = [paper("1", "juan-garcia", "juan-lopez"), paper("2", "juan-garcia-lopez")]
    same = link("paper/1", "paper/2", 0.99)
    places = [
        link(f"authorship/1/{name}", "authorship/2/juan-garcia-lopez", sure)
        for name, sure in (("juan-garcia", 0.98), ("juan-lopez", 0.96))
    ]
    one, refused = found(papers, same, *places)
    assert refused == {places[1]}
    assert len({one.of(f"{B}authorship/1/{name}") for name in ("juan-garcia", "juan-lopez")}) == 2


def test_organisations_that_a_register_tells_apart_stay_apart() -> None:
    """Though a funder's identifier stands in both, or a name may be either's."""
    institutions = [
        ThingMention(f"{B}institution/ror:{key}", "institution", (key,), (f"ror:{key}",), record=f"{B}record/{key}")
        for key in ("1", "2")
    ]
    for method in ("shared-identifier", "institution-name"):
        links = [link("institution/funder", f"institution/ror:{key}", 0.99, method) for key in ("1", "2")]
        one, refused = found([], *links, things=institutions)
        assert refused == {links[1]}
        assert one.canonical == {f"{B}institution/funder": f"{B}institution/ror:1"}


def test_a_place_on_a_paper_that_was_rejected_is_not_taken_by_way_of_a_third() -> None:
    papers = [paper("1", "orcid:0000-0002-1825-0097"), paper("2", "a-lee"), paper("3", "ann-lee")]
    same = [link("paper/1", "paper/2", 0.99), link("paper/1", "paper/3", 0.99)]
    known, short, full = "authorship/1/orcid:0000-0002-1825-0097", "authorship/2/a-lee", "authorship/3/ann-lee"
    places = [link(known, full, 0.98), link(short, full, 0.96)]
    one, refused = found(papers, *same, *places, apart=[(known, short)])
    assert refused == {places[1]}
    assert B + short not in one.authors
    assert one.authors[B + full] == f"{B}author/orcid:0000-0002-1825-0097"
