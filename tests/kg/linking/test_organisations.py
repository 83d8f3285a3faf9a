"""What names of organisations mean, kept, is what would be found anew, whichever organisations come and go."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.linking import organisations
from kg.linking.affiliations import Gazetteer, is_short
from kg.linking.institutions import Register, identifier_links, name_links
from kg.linking.model import Link, ThingMention
from kg.linking.organisations import KeptOrganisations, Organisations

BASE = "https://example.org/institution/"
_NAMES = [
    "University of Clouds",
    "Cloud University",
    "Univ. Clouds (Fogtown)",
    "Institute of Fog",
    "Fog Institute, Fogtown",
    "Institute of Fog Fogtown",
    "Fogtown",
    "Clouds",
    "University of California, Clouds",
    "IOFF",
    "Clouds Hospital",
]
_PRINTED = [
    "Dept. of Rain, University of Clouds, Fogtown, Germany",
    "Clouds",
    "1IOFF, Fogtown",
    "IOFF",
    "Institute of Fog, Berlin",
    "Fog, Inst. of; France",
    "Cloud University Hospital, Clouds",
    "Universität Clouds & Fog Institute, 2Fogtown",
    "University of California, Clouds; 3Fogtown",
    "Nowhere",
]
_THINGS = st.builds(
    ThingMention,
    thing=st.sampled_from([BASE + key for key in ("ror:1", "ror:2", "openalex:I1", "a", "b", "uc")]),
    kind=st.just("institution"),
    names=st.lists(st.sampled_from(_NAMES), min_size=1, max_size=2).map(tuple),
    keys=st.sampled_from([(), ("ror:1",), ("grid:1",), ("ror:2", "grid:1")]),
    record=st.sampled_from([None, None, "r1", "r2"]),
    acronyms=st.sampled_from([(), (), ("IOFF",), ("UC",), ("FOG",)]),
    country=st.sampled_from([None, "DE", "FR"]),
    place=st.sampled_from([None, "Fogtown", "Clouds"]),
    kinds=st.sampled_from([(), ("education",), ("company",)]),
    status=st.sampled_from([None, "active", "inactive", "withdrawn"]),
    relations=st.sampled_from([(), (("parent", BASE + "ror:1"),)]),
)
_STEPS = st.lists(
    st.tuples(st.lists(_THINGS, max_size=6), st.lists(st.sampled_from(_PRINTED), max_size=5)), min_size=2, max_size=4
)
_FULL_NAMES = {"uc": "University of California, Clouds"}


@settings(max_examples=400, deadline=None)
@given(_STEPS)
def test_what_is_kept_is_what_is_found_anew(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[list[ThingMention], list[str]]]
) -> None:
    path = tmp_path_factory.mktemp("kept") / "organisations.zst"
    for things, printed in steps:
        kept = Organisations(things, _FULL_NAMES, KeptOrganisations(path, "1"))
        anew = Organisations(things, _FULL_NAMES)
        assert links(kept) == links(anew) == by_rules(things)
        gazetteer, register = Gazetteer(things), Register(things)
        meant = kept.meant_by(printed)
        assert meant == anew.meant_by(printed)
        for raw in printed:
            assert meant[raw] == (gazetteer.match(raw) or (register.match_name(raw) if is_short(raw) else []))
        kept.keep()


def by_rules(things: list[ThingMention]) -> list[Link]:
    """Among all of them."""
    register = Register(things)
    found = list(identifier_links(things))
    for each in {each.thing: each for each in things if each.thing not in register.things}.values():
        found += name_links(each, _FULL_NAMES.get(each.thing.removeprefix(BASE), each.names[0]), register)
    best = {(link.subject, link.object): link for link in reversed(found)}
    return [best[pair] for pair in sorted(best)]


def links(of: Organisations) -> list[Link]:
    return sorted(of.links(), key=lambda link: (link.subject, link.object))


def thing(key: str, *names: str, record: str | None = "r", **more: object) -> ThingMention:
    return ThingMention(BASE + key, "institution", names, record=record, **more)  # type: ignore[arg-type]


CLOUDS, FOG = thing("ror:1", "University of Clouds"), thing("ror:2", "Institute of Fog")
NAMED, RAIN = thing("a", "Univ. of Clouds", record=None), "Dept. of Rain, University of Clouds"


@pytest.mark.parametrize(
    ("printed", "meant", "not_meant"),
    [
        # A name that is meant in its own town only, and here no part of a longer one is.
        ("Institute of Fog Research, Berlin", "Institute of Fog", "Institute of Fog Research Fogtown"),
        # What leads to a footnote elsewhere is part of a name that is all that is printed.
        ("1IOFF", "1IOFF", "IOFF"),
        ("Cirrus", "Cirrus University", "Clouds"),
        ("IOFF, Fogtown", "IOFF", "Fogtown"),
        ("Fog, Institute; Fogtown", "Institute of Fog", "Fog"),
    ],
)
def test_those_that_are_gone_through_are_all_that_matter(printed: str, meant: str, not_meant: str) -> None:
    things = [thing("ror:1", meant, place="Fogtown"), thing("ror:2", not_meant, place="Fogtown", acronyms=("IOF",))]
    for some in (things, things[:1], things[1:]):
        expected = Gazetteer(some).match(printed) or (Register(some).match_name(printed) if is_short(printed) else [])
        assert Organisations(some).meant_by([printed])[printed] == expected


def gone_through(path: Path, things: list[ThingMention], printed: list[str], version: str = "1") -> list[set[str]]:
    """The names of organisations among which those were looked for that a name of another, and a text, may mean."""
    seen: list[set[str]] = []

    def watched(described: Iterable[ThingMention]) -> Register:
        described = list(described)
        seen.append({each.names[0] for each in described})
        return Register(described)

    with patch.object(organisations, "Register", watched):
        found = Organisations(things, {}, KeptOrganisations(path, version))
        list(found.links())
        found.meant_by(printed)
        found.keep()
    return seen


def test_only_what_may_be_meant_is_gone_through_and_only_once(tmp_path: Path) -> None:
    path = tmp_path / "organisations.zst"
    things = [CLOUDS, FOG, NAMED]
    clouds, fog = {"University of Clouds"}, {"Institute of Fog"}
    assert gone_through(path, things, [RAIN]) == [clouds, clouds]
    assert gone_through(path, things, [RAIN]) == [set()]
    # What comes is asked for alone, and what is not concerned by others that come or go is not.
    assert gone_through(path, [*things, thing("b", "Inst. Fog", record=None)], [RAIN, "Inst. Fog, Rome"]) == [fog, fog]
    assert gone_through(path, [*things, thing("ror:3", "School of Rain")], [RAIN]) == [set()]
    assert gone_through(path, [CLOUDS, NAMED], [RAIN]) == [set()]
    again = thing("ror:4", "University of Clouds")
    assert gone_through(path, [*things, again], [RAIN]) == [clouds, clouds]
    assert gone_through(path, [*things, again], [RAIN], version="2") == [clouds, clouds]
    path.write_bytes(path.read_bytes()[:-9] + b"rubbish!!")
    assert gone_through(path, things, [RAIN], version="2") == [clouds, clouds]
