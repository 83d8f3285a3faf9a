"""Both seed pages and, where they are beside the checkout, their originals, entry by entry."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from kg import paths
from kg.naming import Naming
from kg.records import Author, Institution, Paper, PartialDate, Profile, Record, Reject, ReportedMetric
from kg.sources import SOURCES

# Category code, date, title, printed authors, printed affiliations; "+": the list ends in "et al.".
LISTED = """
LG | 2023-08-07 | Studying Large Language Model Generalization with Influence Functions | Roger Grosse, Juhan Bae, Cem Anil + | openai, stanford
CL | 2022-12-19 | Discovering Language Model Behaviors with Model-Written Evaluations | Ethan Perez, Sam Ringer, Kamilė Lukošiūtė + | anthropic, berkeley
AI | 2023-07-17 | Measuring Faithfulness in Chain-of-Thought Reasoning | Tamera Lanham, Anna Chen, Ansh Radhakrishnan + | berkeley, stanford
CL | 2023-07-17 | Question Decomposition Improves the Faithfulness of Model-Generated Reasoning | Ansh Radhakrishnan, Karina Nguyen, Anna Chen + | openai, stanford
AI | 2023-02-02 | Conditioning Predictive Models: Risks and Strategies | Evan Hubinger, Adam Jermyn, Johannes Treutlein + | berkeley
LG | 2022-11-16 | Engineering Monosemanticity in Toy Models | Adam S. Jermyn, Nicholas Schiefer, Evan Hubinger |
CL | 2025-11-03 | Open Character Training: Shaping the Persona of AI Assistants through Constitutional AI | Sharan Maiya, Henning Bartsch, Nathan Lambert + |
CL | 2023-12-09 | Steering Llama 2 via Contrastive Activation Addition | Nina Panickssery, Nick Gabrieli, Julian Schulz + |
CR | 2024-01-10 | Sleeper Agents: Training Deceptive LLMs that Persist Through Safety Training | Evan Hubinger, Carson Denison, Jesse Mu + |
AI | 2024-12-18 | Alignment faking in large language models | Ryan Greenblatt, Carson Denison, Benjamin Wright + | berkeley
AI | 2025-07-15 | Chain of Thought Monitorability: A New and Fragile Opportunity for AI Safety | Tomek Korbak, Mikita Balesni, Elizabeth Barnes + | deepmind
CR | 2025-10-05 | Agentic Misalignment: How LLMs Could Be Insider Threats | Aengus Lynch, Benjamin Wright, Caleb Larson + |
LG | 2024-10-28 | Sabotage Evaluations for Frontier Models | Joe Benton, Misha Wagner, Eric Christiansen + | stanford
AI | 2025-03-14 | Auditing language models for hidden objectives | Samuel Marks, Johannes Treutlein, Trenton Bricken + | berkeley
CL | 2024-04-25 | Uncovering Deceptive Tendencies in Language Models: A Simulated Company AI Assistant | Olli Järviniemi, Evan Hubinger |
CL | 2025-05-20 | Will AI Tell Lies to Save Sick Children? Litmus-Testing AI Values Prioritization with AIRiskDilemmas | Yu Ying Chiu, Zhilin Wang, Sharan Maiya + | uw
AI | 2025-11-23 | Natural Emergent Misalignment from Reward Hacking in Production RL | Monte MacDiarmid, Benjamin Wright, Jonathan Uesato + |
AI | 2024-06-14 | Sycophancy to Subterfuge: Investigating Reward-Tampering in Large Language Models | Carson Denison, Monte MacDiarmid, Fazl Barez + |
LG | 2020-12-04 | An overview of 11 proposals for building safe advanced AI | Evan Hubinger |
AI | 2019-06-05 | Risks from Learned Optimization in Advanced Machine Learning Systems | Evan Hubinger, Chris van Merwijk, Vladimir Mikulik + |
"""  # noqa: E501
GLUED = """
AI | 05-28 | Scaling Monosemanticity: Extracting Interpretable Features from Claude 3 Sonnet | Adly Templeton, Tom Conerly, Jonathan Marcus + |
CL | 2023-08-20 | Steering Language Models With Activation Engineering | Alexander Matt Turner, Lisa Thiergart, Gavin Leech + |
AI | 2023-10-12 | Understanding and Controlling a Maze-Solving Policy Network | Ulisse Mini, Peli Grietzer, Mrinank Sharma + |
CR | 2024-01-10 | Sleeper Agents: Training Deceptive LLMs that Persist Through Safety Training | Evan Hubinger, Carson Denison, Jesse Mu + |
AI | 2024-12-18 | Alignment faking in large language models | Ryan Greenblatt, Carson Denison, Benjamin Wright + | berkeley
AI | 2025-03-14 | Auditing language models for hidden objectives | Samuel Marks, Johannes Treutlein, Trenton Bricken + | berkeley
AI | 2025-11-23 | Natural Emergent Misalignment from Reward Hacking in Production RL | Monte MacDiarmid, Benjamin Wright, Jonathan Uesato + |
AI | 2024-06-14 | Sycophancy to Subterfuge: Investigating Reward-Tampering in Large Language Models | Carson Denison, Monte MacDiarmid, Fazl Barez + |
"""  # noqa: E501
TABLES = {"listed": LISTED, "glued": GLUED}
SEEDS = {"listed": "evan-hubinger.txt", "glued": "alignment-papers.txt"}
ORIGINALS = {"listed": "000_*.txt", "glued": "003_*.txt"}
SUBJECT = Author("Evan Hubinger")


def read(page: Path) -> list[Record | Reject]:
    """What one page gives, in order, a record before what is wrong with it."""
    return [item for reading in SOURCES["profile-page"].read(page) for item in (*reading.records, *reading.rejects)]


@pytest.fixture(params=["seeds", "originals"])
def pages(request: pytest.FixtureRequest) -> dict[str, Path]:
    if request.param == "seeds":
        return {page: paths.SEEDS / name for page, name in SEEDS.items()}
    folder = request.getfixturevalue("shared") / "seeds"
    return {page: next(folder.glob(pattern)) for page, pattern in ORIGINALS.items()}


def papers_of(page: Path) -> list[Paper]:
    return [record for record in read(page) if isinstance(record, Paper)]


def expected(table: str) -> Iterator[tuple[str, str, str, str, str | None]]:
    for row in table.strip().splitlines():
        code, date, title, authors, affiliations = (cell.strip() for cell in row.split("|"))
        yield code, date, title, authors.replace(" +", " et al."), affiliations or None


def printed_date(date: PartialDate) -> str:
    return "-".join(f"{part:02}" for part in (date.year, date.month, date.day) if part)


@pytest.mark.parametrize("page", TABLES)
def test_every_entry_is_read_exactly(pages: dict[str, Path], page: str) -> None:
    records = list(read(pages[page]))
    papers = papers_of(pages[page])
    found = [
        (
            paper.source.concept,
            printed_date(paper.date) if paper.date else "",
            paper.title,
            paper.source.authors,
            paper.source.affiliations,
        )
        for paper in papers
    ]
    assert found == list(expected(TABLES[page]))
    assert not [record for record in records if isinstance(record, Reject)]
    for paper, (code, _, title, authors, _) in zip(papers, found, strict=True):
        assert paper.primary_concept and (paper.primary_concept.scheme, paper.primary_concept.notation) == (
            "arxiv",
            f"cs.{code}",
        )
        assert (paper.source.title, paper.source.date) == (title, paper.date)
        printed = [authorship for authorship in paper.authorships if authorship.position]
        assert [authorship.position for authorship in printed] == list(range(1, len(printed) + 1))
        assert ", ".join(authorship.author.name for authorship in printed) == str(authors).removesuffix(" et al.")
        assert [authorship.name_as_printed for authorship in printed] == [each.author.name for each in printed]
        assert paper.author_list_complete is (not str(authors).endswith(" et al."))
        assert paper.code_available is (True if title.startswith("Open Character") else None)
        assert paper.abstract and paper.abstract.endswith(".")


def test_the_header_becomes_a_profile_with_five_reported_metrics(pages: dict[str, Path]) -> None:
    profile, *rest = read(pages["listed"])
    assert isinstance(profile, Profile)
    assert not [record for record in rest if isinstance(record, Profile)]
    assert profile.thing == SUBJECT
    assert [field.notation for field in profile.fields] == ["cs.AI"]
    assert profile.metrics == (
        ReportedMetric("hIndex", Decimal(54), "UNITLESS"),
        ReportedMetric("paperCount", Decimal(20), "NUM"),
        ReportedMetric("citationCount", Decimal(3987), "NUM"),
        ReportedMetric("novelty", Decimal(55), "PERCENT"),
        ReportedMetric("aiScore", Decimal(53), "UNITLESS"),
    )


def test_the_subject_is_an_author_of_every_listed_paper(pages: dict[str, Path]) -> None:
    papers = papers_of(pages["listed"])
    assert all(sum(each.author == SUBJECT for each in paper.authorships) == 1 for paper in papers)
    listed = [paper.authorships[-1] for paper in papers if paper.authorships[-1].position is None]
    assert len(listed) == 14
    assert all(each.author == SUBJECT and each.name_as_printed is None for each in listed)


def test_a_page_without_a_header_has_no_subject(pages: dict[str, Path]) -> None:
    assert not [record for record in read(pages["glued"]) if isinstance(record, Profile)]
    assert all(each.position for paper in papers_of(pages["glued"]) for each in paper.authorships)


def test_both_pages_together(pages: dict[str, Path]) -> None:
    naming = Naming("https://example.org/")
    listed, glued = papers_of(pages["listed"]), papers_of(pages["glued"])
    both = [*listed, *glued]
    papers = {naming.paper(paper) for paper in both}
    authorships = {
        (naming.paper(paper), each.author.name): each.position
        for paper in (*glued, *listed)
        for each in paper.authorships
    }
    affiliations = {(naming.paper(paper), institution) for paper in both for institution in paper.institutions}
    assert len(both) == 28
    assert len(papers) == 23
    assert len({name for _, name in authorships}) == 52
    assert sum(position is not None for position in authorships.values()) == 66
    assert sum(position is None for position in authorships.values()) == 14
    assert len({institution for _, institution in affiliations}) == 6
    assert len(affiliations) == 14
    assert len({paper.primary_concept for paper in both}) == 4
    assert len({naming.paper(paper) for paper in listed} & {naming.paper(paper) for paper in glued}) == 5


def test_institutions_have_readable_names(pages: dict[str, Path]) -> None:
    institutions = {institution for paper in papers_of(pages["listed"]) for institution in paper.institutions}
    assert institutions == {
        Institution("Anthropic", code="anthropic"),
        Institution("Google DeepMind", code="deepmind"),
        Institution("OpenAI", code="openai"),
        Institution("Stanford University", code="stanford"),
        Institution("University of California, Berkeley", code="berkeley"),
        Institution("University of Washington", code="uw"),
    }


def test_the_one_code_address_is_kept_without_the_full_stop(pages: dict[str, Path]) -> None:
    with_code = {paper.title: paper.code_urls for paper in papers_of(pages["listed"]) if paper.code_urls}
    (urls,) = with_code.values()
    assert urls == ("https://github.com/maiush/OpenCharacterTraining",)


def test_markup_in_an_abstract_is_cleaned(pages: dict[str, Path]) -> None:
    (abstract,) = (paper.abstract for paper in papers_of(pages["listed"]) if "Toy Models" in paper.title)
    assert abstract and "“" in abstract and "monosemantic" in abstract
    assert not set(abstract) & set("`\\{}")


def test_records_are_found_again_and_named_by_what_they_are(pages: dict[str, Path]) -> None:
    papers = papers_of(pages["listed"])
    lines = pages["listed"].read_text(encoding="utf-8").splitlines()
    for paper in papers:
        file, _, number = str(paper.source.locator).rpartition(", line ")
        assert file == pages["listed"].name
        assert lines[int(number)] == paper.title
        assert paper.source.record_id == Naming("").paper(paper).removeprefix("paper/")


def test_a_paper_on_both_seed_pages_has_one_abstract() -> None:
    abstracts: dict[str, set[str | None]] = {}
    for name in SEEDS.values():
        for paper in papers_of(paths.SEEDS / name):
            abstracts.setdefault(paper.title, set()).add(paper.abstract)
    assert all(len(found) == 1 for found in abstracts.values())


def test_the_seeds_carry_no_sentence_of_the_originals(shared: Path) -> None:
    """Abstracts are the authors' own; the seeds summarise them. Seven words in a row are a copy."""
    for page, pattern in ORIGINALS.items():
        (original,) = (shared / "seeds").glob(pattern)
        for seed, source in zip(papers_of(paths.SEEDS / SEEDS[page]), papers_of(original), strict=True):
            assert not word_runs(seed.abstract) & word_runs(source.abstract)


def word_runs(text: str | None, length: int = 7) -> set[tuple[str, ...]]:
    words = (text or "").casefold().split()
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}
