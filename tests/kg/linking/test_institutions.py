from __future__ import annotations

import pytest

from kg.linking.institutions import Register
from kg.linking.model import ThingMention
from kg.linking.organisations import Organisations

BASE = "https://example.org/institution/"


def described(
    key: str, *names: str, keys: tuple[str, ...] = (), country: str | None = None, status: str = "active"
) -> ThingMention:
    return ThingMention(BASE + key, "institution", names, (*keys, key), f"record/{key}", country=country, status=status)


def named(slug: str, name: str, keys: tuple[str, ...] = (), country: str | None = None) -> ThingMention:
    return ThingMention(BASE + slug, "institution", (name,), keys, country=country)


def pairs(*things: ThingMention) -> list[tuple[str, str, str]]:
    return [
        (link.subject.removeprefix(BASE), link.object.removeprefix(BASE), link.method)
        for link in Organisations(things).links()
    ]


def test_a_shared_identifier_links_whatever_the_names() -> None:
    one = described("ror:a", "Institute of Clouds", keys=("grid:1",))
    assert pairs(one, named("z", "Something else", ("grid:1",))) == [("ror:a", "z", "shared-identifier")]


def test_what_the_stronger_register_tells_apart_is_not_linked_by_a_weaker_identifier() -> None:
    trust = described("ror:a", "Cloud Trust", keys=("isni:1",))
    hospital = described("ror:b", "Cloud Hospital", keys=("isni:1",))
    assert pairs(trust, hospital) == []


def test_a_name_that_one_alone_bears_links() -> None:
    links = list(Organisations([described("ror:a", "University of Clouds"), named("z", "Univ. of Clouds")]).links())
    assert [(link.method, link.confidence) for link in links] == [("institution-name", 0.95)]


def test_namesakes_are_candidates_unless_the_country_decides() -> None:
    here = described("ror:a", "Cloud State University", country="US")
    there = described("ror:b", "Cloud State University", country="CN")
    register = Register([here, there])
    assert [match.confidence for match in register.match_name("Cloud State University")] == [0.5, 0.5]
    (decided,) = register.match_name("Cloud State University", country="CN")
    assert (decided.institution, decided.confidence) == (there.thing, 0.95)


def test_a_name_in_another_country_is_not_sure() -> None:
    register = Register([described("ror:a", "Cloud State University", country="US")])
    assert [match.confidence for match in register.match_name("Cloud State University", country="CN")] == [0.5]


@pytest.mark.parametrize("status, expected", [("inactive", ["ror:b"]), ("active", ["ror:a", "ror:b"])])
def test_one_that_is_no_more_gives_way(status: str, expected: list[str]) -> None:
    register = Register(
        [described("ror:a", "Institute of Clouds", status=status), described("ror:b", "Institute of Clouds")]
    )
    found = register.match_name("Institute of Clouds")
    assert [match.institution.removeprefix(BASE) for match in found] == expected


def test_withdrawn_ones_are_never_meant() -> None:
    assert (
        Register([described("ror:a", "Institute of Clouds", status="withdrawn")]).match_name("Institute of Clouds")
        == []
    )


def test_a_short_name_is_a_candidate_and_a_code_says_what_it_stands_for() -> None:
    clouds = described("ror:a", "University of Cumulus")
    assert [match.confidence for match in Register([clouds]).match_name("cumulus")] == [0.7]
    links = Organisations([clouds, named("uc", "Cumulus")], {"uc": "University of Cumulus"}).links()
    assert [link.confidence for link in links] == [0.95]


def test_what_has_another_identifier_of_one_scheme_is_another() -> None:
    assert (
        pairs(
            described("ror:a", "University of Clouds", keys=("grid:1",)),
            named("z", "University of Clouds", ("grid:2",)),
        )
        == []
    )
