"""Names of people as lists print them."""

from __future__ import annotations

import pytest

from kg.sources.faults import Faults
from kg.sources.person_names import name_list, plain_name, tex_names


def spoken(*printed: str) -> list[str]:
    faults = Faults("made", 1)
    found = [name.name for _, name in name_list(printed, "AU", faults, plain_name).names]
    assert not faults.rejects
    return found


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (["Huang C", "Wang Y", "Li XY"], ["C. Huang", "Y. Wang", "X. Y. Li"]),
        (["Huang CY"], ["C. Y. Huang"]),
        (["Smith JA", "van der Berg J", "García López M"], ["J. A. Smith", "J. van der Berg", "M. García López"]),
        (["Smith J.A.", "O'Neil K-P"], ["J. A. Smith", "K. P. O'Neil"]),
        (["Ma Y", "Şahin Ö"], ["Y. Ma", "Ö. Şahin"]),
        # What may be either is what the rest of the list is.
        (["Xiao LI", "Huang C"], ["L. I. Xiao", "C. Huang"]),
        (["Xiao LI", "Jie XU", "Lin MA"], ["Xiao LI", "Jie XU", "Lin MA"]),
        # And what is neither stays: given names first, family names in capitals, suffixes, names in parts.
        (["Haihong E", "Lin Song"], None),
        (["C Huang", "Wei NG", "Hwee Tou NG", "Martin King JR", "Smith II"], None),
        (["Huang, C.", "King, Martin, Jr."], ["C. Huang", "Martin King Jr."]),
        (["Huang, Xiao LI", "Wang Y"], ["Xiao LI Huang", "Y. Wang"]),
        (["王 小明"], None),
    ],
)
def test_initials_behind_a_family_name_are_those_of_given_names(printed: list[str], expected: list[str] | None) -> None:
    assert spoken(*printed) == (expected or printed)


def test_parts_are_told_apart_in_lists_of_tex() -> None:
    (first, second), is_complete = tex_names("Huang CY and Knuth, Donald E. and et al.", "author", Faults("made", 1))
    assert first[1] == ("C. Y. Huang", "C. Y.", "Huang")
    assert second[1] == ("Donald E. Knuth", "Donald E.", "Knuth")
    assert not is_complete
