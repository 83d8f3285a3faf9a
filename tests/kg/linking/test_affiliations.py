from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.linking.affiliations import Gazetteer, match_many
from kg.linking.model import ThingMention

BASE = "https://example.org/institution/"


def organisation(
    key: str, *names: str, country: str | None = "US", place: str | None = None, acronyms: tuple[str, ...] = ()
) -> ThingMention:
    return ThingMention(
        BASE + key, "institution", names, record="record", acronyms=acronyms, country=country, place=place
    )


GAZETTEER = Gazetteer(
    [
        organisation("cumulus", "University of Cumulus", "Universität Cumulus", country="DE", place="Cumulusburg"),
        organisation("stratus-us", "Stratus State University", place="Boston"),
        organisation("stratus-cn", "Stratus State University", country="CN", place="Shenyang"),
        organisation("observatory", "Nimbus Observatory", place="Denver", acronyms=("NIMOB",)),
    ]
)


def accepted(raw: str, country: str | None = None) -> list[str]:
    found = GAZETTEER.match(raw, country)
    return sorted(match.institution.removeprefix(BASE) for match in found if match.confidence >= 0.9)


@pytest.mark.parametrize(
    "raw, expected",
    [
        ("Dept. of Physics, Univ. of Cumulus, Germany", ["cumulus"]),
        ("Fakultät für Physik, UNIVERSITÄT CUMULUS, 12345 Cumulusburg", ["cumulus"]),
        ("Nimbus Observatory, Denver; University of Cumulus", ["cumulus", "observatory"]),
        ("Stratus State University, Shenyang, China", ["stratus-cn"]),
        ("Stratus State University, Boston, MA 02115, USA", ["stratus-us"]),
        ("Stratus State University", []),
        ("NIMOB", []),
        ("Department of Medicine, University Hospital", []),
        ("University of Cumulus, Ottawa, Canada", []),
        ("", []),
    ],
)
def test_what_an_affiliation_names(raw: str, expected: list[str]) -> None:
    assert accepted(raw) == expected


def test_namesakes_are_candidates_and_a_known_country_decides() -> None:
    assert {match.institution for match in GAZETTEER.match("Stratus State University")} == {
        BASE + "stratus-us",
        BASE + "stratus-cn",
    }
    assert accepted("Stratus State University", "CN") == ["stratus-cn"]


def test_what_records_only_name_is_not_in_the_gazetteer() -> None:
    assert len(Gazetteer([ThingMention(BASE + "x", "institution", ("Institute of Fog",))])) == 0


def test_many_are_matched_in_their_order_by_a_copy_too() -> None:
    strings = ["Nimbus Observatory", "nowhere", "University of Cumulus"]
    copy = pickle.loads(pickle.dumps(GAZETTEER))  # noqa: S301
    assert match_many(copy, strings) == [GAZETTEER.match(raw) for raw in strings]


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["University of Cumulus", "NIMOB", "#N#", ";", "-", "ß", "İ", "USA", "\ud800"]) | st.text()
    )
)
def test_any_text_is_read(pieces: list[str]) -> None:
    found = GAZETTEER.match(" ".join(pieces))
    assert all(0 <= match.confidence <= 1 for match in found)
    assert len({match.institution for match in found}) == len(found)


def test_namesakes_in_one_country_are_not_decided_by_it() -> None:
    twins = Gazetteer([organisation("a", "Cirrus State University"), organisation("b", "Cirrus State University")])
    assert [match.confidence < 0.9 for match in twins.match("Cirrus State University, USA")] == [True, True]
