"""Which authors known by name alone seem to be several people."""

from __future__ import annotations

import msgspec

from kg.linking.homonyms import LONGEST_CAREER, LONGEST_SILENCE, Suspicion, suspicious_authors
from kg.linking.model import AuthorMention, PaperMention

KEY = ("orcid:0000-0002-1825-0097",)


def paper(
    number: int, year: int, *coauthors: str, venue: str = "v", subject: str = "s", **more: object
) -> PaperMention:
    """A paper of Roe's; `more` is said of Roe."""
    roe = AuthorMention("e:author/roe", f"e:{number}/roe", "John Roe", **more)  # type: ignore[arg-type]
    others = tuple(AuthorMention(f"e:author/{name}", f"e:{number}/{name}", name) for name in coauthors)
    return PaperMention(
        *(f"e:paper/{number}", f"e:record/{number}", "Title", (roe, *others)),
        year=year,
        venue=venue,
        subjects=(subject,),
        keys=(f"doi:10.5555/{number}",),
    )


def told(*papers: PaperMention) -> Suspicion | None:
    return next((each for each in suspicious_authors(papers) if each.author == "e:author/roe"), None)


def test_a_long_silence_between_strangers_is_told() -> None:
    found = told(paper(1, 1988, "Ann"), paper(2, 1990, "Ann"), paper(3, 2020, "Bob"))
    assert found is not None
    assert (found.parts, found.years) == ((2, 1), (1988, 2020))
    assert found.reasons == ("nothing between 1990 and 2020, and nobody in common before and after",)


def test_a_silence_is_long_only_beyond_its_bound() -> None:
    assert told(paper(1, 2000), paper(2, 2000 + LONGEST_SILENCE)) is None
    assert told(paper(1, 2000), paper(2, 2001 + LONGEST_SILENCE))


def test_who_works_all_along_is_one_with_whomever() -> None:
    assert told(*(paper(year, year, f"Co{year}") for year in range(1990, 2025, 8))) is None


def test_what_bridges_a_silence() -> None:
    assert told(paper(1, 1990, "Ann"), paper(2, 2020, "Ann")) is None
    places = ("Dept of X, Town",)
    assert told(paper(1, 1990, affiliations=places), paper(2, 2020, affiliations=places)) is None
    cited = paper(1, 1990)
    citing = paper(2, 2020)
    citing = PaperMention(
        *(citing.paper, citing.record, citing.title, citing.authors), year=2020, references=cited.keys
    )
    assert told(cited, citing) is None


def test_work_in_another_field_with_nobody_in_common_is_told() -> None:
    same = paper(1, 2018, "Ann"), paper(2, 2020, "Ann")
    found = told(*same, paper(3, 2020, "Bob", venue="other", subject="other"))
    assert found is not None
    assert found.reasons == ("1 paper of 2020 with nobody, no venue and no subject in common with the others",)
    assert told(*same, paper(3, 2020, "Bob", venue="other")) is None, "one subject"
    assert told(*same, paper(3, 2020, "Bob", subject="other")) is None, "one venue"


def test_a_career_is_no_longer_than_a_life() -> None:
    years = range(1960, 1960 + LONGEST_CAREER + 8, 8)
    found = told(*(paper(year, year, "Ann") for year in years))
    assert found is not None
    assert found.reasons == (f"papers from {years[0]} to {years[-1]}",)


def test_of_whom_a_source_identifies_nothing_is_told() -> None:
    assert told(paper(1, 1990), paper(2, 2020, keys=KEY)) is None


def test_one_paper_under_two_records_is_one() -> None:
    twice = [msgspec.structs.replace(paper(1, year), keys=()) for year in (1990, 2020)]
    assert told(*twice) is None


def test_a_crowd_is_no_company() -> None:
    crowd = [f"Member {number}" for number in range(100)]
    assert told(paper(1, 1990, *crowd), paper(2, 2020, *crowd))


def test_without_years_nothing_is_said_of_years() -> None:
    papers = paper(1, 1990), paper(2, 2020)
    blank = [PaperMention(each.paper, each.record, each.title, each.authors) for each in papers]
    assert told(*blank) is None
