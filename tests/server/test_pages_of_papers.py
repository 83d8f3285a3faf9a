"""The papers on the page of a thing: narrowed down, turned over, counted; complete as links and forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg import namespaces as ns
from kg import pipeline
from kg.records import Author, Authorship, Identifier, Paper, PartialDate, Record, SourceRecord, Venue
from kg.settings import read_settings
from kg.store import StoreFolder
from server import create_app
from server.state import state_of
from tests.made_records import made_source
from tests.server.page_elements import Elements

AUTHOR = "/page/author/evan-hubinger"
HTML = {"Accept": "text/html"}


def page_of(client: FlaskClient, address: str) -> Elements:
    response = client.get(address, headers=HTML)
    assert (response.status_code, response.mimetype) == (200, "text/html")
    return Elements(response.get_data(as_text=True))


def text_of(page: Elements) -> str:
    return re.sub(r"\s+", " ", " ".join(page.text))


def count_of(page: Elements) -> int:
    return sum(tag == "article" and attributes.get("class") == "entry" for tag, attributes in page.elements)


def links_of(page: Elements, **wanted: str) -> list[str]:
    return [
        values["href"] or ""
        for tag, values in page.elements
        if tag == "a" and "href" in values and all(values.get(name) == value for name, value in wanted.items())
    ]


@pytest.mark.parametrize(
    ("asked", "papers"),
    [
        ("", 20),
        ("?author=author/benjamin-wright", 3),
        ("?author=https://w3id.org/paperkg/author/benjamin-wright", 3),
        ("?author=author/nobody", 0),
        ("?year=1900", 0),
        ("?q=sleeper", 1),
        ("?q=sleeper&author=author/nobody", 0),
    ],
)
def test_papers_are_narrowed_down(client: FlaskClient, asked: str, papers: int) -> None:
    assert count_of(page_of(client, AUTHOR + asked)) == papers


def test_a_year_shows_as_many_papers_as_its_bar_says(client: FlaskClient) -> None:
    page = page_of(client, AUTHOR)
    bars = {
        values["href"]: int((values["aria-label"] or "").split(": ")[1].split()[0])
        for tag, values in page.elements
        if tag == "a" and re.match(r"\d{4}: ", values.get("aria-label") or "")
    }
    assert len(bars) > 3
    for address, count in bars.items():
        assert count_of(page_of(client, address or "")) == count


def test_a_count_beside_the_papers_leads_to_them(client: FlaskClient) -> None:
    page = page_of(client, AUTHOR)
    counts = [
        (values["href"] or "", int((values["aria-label"] or "0").split()[0]))
        for tag, values in page.elements
        if tag == "a" and values.get("class") == "number"
    ]
    assert len(counts) > 5
    for address, count in counts[:5]:
        found = page_of(client, address)
        assert f"{count} {'paper' if count == 1 else 'papers'} of 20." in text_of(found)
        assert count_of(found) == count


def test_every_part_of_what_was_asked_can_be_taken_out_again(client: FlaskClient) -> None:
    page = page_of(client, AUTHOR + "?q=sleeper&year=2024&author=author/benjamin-wright")
    assert (
        links_of(page, title="Without these words")[0]
        .partition("#")[0]
        .endswith("?year=2024&author=author/benjamin-wright")
    )
    assert "q=sleeper&author=author/benjamin-wright" in links_of(page, title="Of any year")[0]
    assert "author=" not in links_of(page, title="Without this author")[0]
    fields = [values for tag, values in page.elements if tag == "option" and "selected" in values]
    assert {"2024", "author/benjamin-wright"} <= {values.get("value") for values in fields}


@pytest.fixture(scope="module")
def busy_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Over a graph in which everybody writes at one venue."""
    folder = tmp_path_factory.mktemp("busy")
    (folder / "records").touch()
    pipeline.load(StoreFolder(folder / "store"), made_source("busy", _busy_records()), {"busy": [folder / "records"]})
    app = create_app(read_settings({}, store=folder / "store", query_workers=1, canned_workers=1))
    yield app.test_client()
    state_of(app).close()


def _busy_records() -> Iterator[Record]:
    venue = Venue("Annals of Busyness", (Identifier("issn", "1234-5679"),), "journal")
    for number in range(130):
        yield Paper(
            title=f"On the {number} " + "very long and laborious title " * 10,
            source=SourceRecord(str(number), locator=f"line {number}"),
            identifiers=(Identifier("doi", f"10.5555/busy{number}"),),
            authorships=tuple(Authorship(Author(f"Author {number % 40} Number {each}"), each + 1) for each in range(9)),
            date=PartialDate(1980 + number % 45, 1 + number % 12),
            venue=venue,
        )


def test_turning_pages_shows_every_paper_once(busy_client: FlaskClient) -> None:
    seen: list[str] = []
    following = ["/page/venue/issn:1234-5679"]
    pages = 0
    while following:
        page = page_of(busy_client, following[0])
        seen += [link for link in links_of(page) if link.startswith("/paper/")]
        following = links_of(page, rel="next")
        pages += 1
        assert (len(links_of(page, rel="prev")) == 1) == (pages > 1)
    assert pages == 7
    assert len(seen) == len(set(seen)) == 130


def test_papers_say_where_they_appeared_except_on_the_page_of_that_venue(busy_client: FlaskClient) -> None:
    venue = "/venue/issn:1234-5679"
    of_author, of_venue = page_of(busy_client, "/page/author/author-1-number-1"), page_of(busy_client, f"/page{venue}")
    assert links_of(of_author).count(venue) > count_of(of_author) - 1 > 0
    assert venue not in links_of(of_venue)


def test_pages_stay_small(busy_client: FlaskClient) -> None:
    for path in ("venue/issn:1234-5679", "venue/issn:1234-5679?page=3&year=2000", "author/author-1-number-1"):
        assert len(busy_client.get(f"/page/{path}", headers=HTML).data) < 100_000


@pytest.mark.parametrize(
    "asked",
    ["?year=soon", "?year=20255", "?page=0", "?page=x", "?author=<b>", "?venue=a b", "?q=" + "a" * 301],
)
def test_what_cannot_be_asked_is_refused(client: FlaskClient, asked: str) -> None:
    assert client.get(AUTHOR + asked, headers=HTML).status_code == 400


def test_an_answer_that_was_kept_is_of_the_same_question(client: FlaskClient) -> None:
    tags = {client.get(AUTHOR + asked, headers=HTML).headers["ETag"] for asked in ("", "?page=2", "?year=2024")}
    assert len(tags) == 3


@pytest.mark.parametrize(
    "text", ['"><script>alert(1)</script>', "\u202eabc", "🧪🧪", "title:* OR kind:paper", "'", "\\", "a" * 300]
)
def test_whatever_words_are_asked_for_they_are_text(client: FlaskClient, text: str) -> None:
    response = client.get(AUTHOR, query_string={"q": text}, headers=HTML)
    assert response.status_code == 200
    body = response.get_data(as_text=True)
    assert "<script>alert" not in body
    assert any(values.get("value") == text.strip() for tag, values in Elements(body).elements if tag == "input")


def test_how_to_cite_a_paper_stands_on_its_page(client: FlaskClient) -> None:
    page = page_of(client, AUTHOR)
    paper = next(link for link in links_of(page) if link.startswith("/paper/"))
    words = " ".join(page_of(client, "/page" + paper).text)
    reference = client.get("/data" + paper + ".bib").get_data(as_text=True)
    assert reference.strip() in words


def test_each_fact_of_a_paper_says_how_it_is_known(client: FlaskClient) -> None:
    paper = next(link for link in links_of(page_of(client, AUTHOR)) if link.startswith("/paper/"))
    page = page_of(client, "/page" + paper)
    labels = {values.get("aria-label") for tag, values in page.elements if tag == "summary"}
    assert {"How do we know the title?", "How do we know the authors?", "How do we know date and venue?"} <= labels
    assert re.search(r"evan-hubinger\.txt, line \d+", text_of(page))


def test_names_as_printed_stand_on_the_page_of_an_author(client: FlaskClient) -> None:
    assert re.search(r"Evan Hubinger on \d+ papers", text_of(page_of(client, AUTHOR)))


def test_papers_that_cite_a_paper_stand_on_its_page(rich_client: FlaskClient) -> None:
    words = text_of(page_of(rich_client, "/page/paper/doi:10.5555/untitled"))
    assert "cited 1 time in this graph" in words
    assert "Cited by Everything about an Example" in words


def test_an_edit_shows_at_once_also_papers_of_who_was_unknown(tmp_path: Path) -> None:
    pipeline.load_seeds(StoreFolder(tmp_path / "store"))
    app = create_app(read_settings({}, store=tmp_path / "store", write_token="s3cret", query_workers=1))
    client = app.test_client()
    update = f"""
        PREFIX kg: <{ns.KG}> PREFIX foaf: <{ns.FOAF}> PREFIX dcterms: <{ns.DCTERMS}> BASE <{ns.DEFAULT_BASE}>
        INSERT DATA {{
          <author/nova> a kg:Author ; foaf:name "Nova Newcomer" .
          <paper/new> a kg:Paper ; dcterms:title "A New Paper" ; dcterms:creator <author/nova>, <author/evan-hubinger>
        }}"""
    written = client.post("/sparql", data={"update": update}, headers={"Authorization": "Bearer s3cret"})
    assert written.status_code < 300
    page = page_of(client, "/page/author/nova")
    assert "Nova Newcomer" in page.text and count_of(page) == 1
    state_of(app).close()


def test_thousands_of_authors_are_folded_up_and_all_there(tmp_path: Path) -> None:
    (tmp_path / "made").touch()
    authors = tuple(Authorship(Author(f"Ann Lee{'x' * place}"), place) for place in range(1, 301))
    records: list[Record] = [
        Paper(
            title="By Many",
            source=SourceRecord("1"),
            authorships=authors,
            identifiers=(Identifier("doi", "10.1000/m"),),
        ),
        Paper(
            title="By Some",
            source=SourceRecord("2"),
            authorships=authors[:50],
            identifiers=(Identifier("doi", "10.1000/s"),),
        ),
    ]
    pipeline.load(StoreFolder(tmp_path / "store"), made_source("made", records), {"made": [tmp_path / "made"]})
    app = create_app(read_settings({}, store=tmp_path / "store"))
    try:
        many, some = (app.test_client().get(f"/page/paper/doi:10.1000/{key}", headers=HTML).text for key in "ms")
    finally:
        state_of(app).close()
    before, _, folded = many.partition("260 more authors</summary>")
    assert "Lee" + "x" * 40 + "<" in before and "Lee" + "x" * 41 + "<" not in before
    assert 'start="41"' in folded and "Lee" + "x" * 300 + "<" in folded
    assert "more authors" not in some and "Lee" + "x" * 50 + "<" in some


def test_every_bar_of_a_short_chart_says_its_year(client: FlaskClient) -> None:
    """Where years are missing between two bars nobody could tell otherwise which one a bar is of."""
    page = client.get(AUTHOR, headers=HTML).text
    chart = page[page.index('<figure class="chart">') : page.index("</figure>")]
    bars = re.findall(r'aria-label="(\d{4}): ', chart)
    assert len(bars) > 3
    assert set(bars) <= set(re.findall(r"<text [^>]*>(\d{4})</text>", chart))
