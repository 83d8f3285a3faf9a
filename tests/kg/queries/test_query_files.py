"""A `.rq` file is a query with all that its front-matter says, or an error that names the file and the line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kg.errors import QuerySyntaxError, UsageError
from kg.queries import Chart, find_query, load_queries

DOCUMENT = Path(__file__).parents[3] / "docs" / "queries.md"
FRONT = """\
#+ title = "A title"
#+ description = "What it says"
#+ [parameters.thing]
#+ type = "iri"
#+ class = "paper"
#+ label = "Thing"
#+ default = "a"
"""
QUERY = """\
PREFIX ex: <http://example.org/>
SELECT ?first_name ?o
WHERE { ?thing ex:p ?first_name, ?o }
ORDER BY ?o
LIMIT 20
"""


def write(folder: Path, text: str, name: str = "paper/name") -> Path:
    path = folder / f"{name}.rq"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_a_file_is_a_query(tmp_path: Path) -> None:
    more = """\
#+ help = "é"
#+ examples = ["b", "paper/c"]
#+ [parameters.limit]
#+ type = "integer"
#+ label = "At most"
#+ maximum = 100
#+ [columns]
#+ o = "Object"
#+ [chart]
#+ mark = "line"
#+ x = "o"
#+ y = "first_name"
"""
    write(tmp_path, "# A comment of the file.\n" + FRONT + more + QUERY)
    (query,) = load_queries(tmp_path).values()
    assert (query.name, query.subject, query.title, query.form) == ("paper/name", "paper", "A title", "select")
    assert query.columns == {"first_name": "First name", "o": "Object"}
    assert query.chart == Chart("line", "o", "first_name", None)
    thing, limit = query.parameters
    assert (thing.type, thing.kind, thing.default, thing.help, thing.examples) == (
        "iri",
        "paper",
        "a",
        "é",
        ("b", "paper/c"),
    )
    assert (limit.default, limit.minimum, limit.maximum) == ("20", 1, 100)
    assert query.text.endswith(QUERY)


def test_forms_other_than_select_have_no_columns(tmp_path: Path) -> None:
    for form, text in (
        ("ask", "ASK { ?thing ?p 1 }"),
        ("describe", "DESCRIBE ?thing"),
        ("construct", "CONSTRUCT { ?thing ?p 1 } WHERE { ?thing ?p 1 }"),
    ):
        write(tmp_path, FRONT + text, f"forms/{form}")
    assert [(query.form, query.columns) for query in load_queries(tmp_path).values()] == [
        ("ask", {}),
        ("construct", {}),
        ("describe", {}),
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (QUERY, 1, "title"),
        (FRONT.replace('"A title"', '"A title'), 1, "no TOML"),
        (FRONT + "#+ oops\n" + QUERY, 8, "no TOML"),
        (FRONT.replace("label", "labl") + QUERY, 6, "labl"),
        (FRONT.replace('"iri"', '"iry"') + QUERY, 4, "iry"),
        (FRONT.replace('#+ class = "paper"\n', "") + QUERY, 3, "class"),
        (FRONT.replace('"iri"', '"string"') + QUERY, 3, "class"),
        (FRONT.replace('#+ default = "a"\n', "") + QUERY, 3, "no default"),
        (FRONT.replace('default = "a"', 'default = "a b"') + QUERY, 3, "default"),
        (FRONT.replace('default = "a"', 'default = "author/b"') + QUERY, 3, "no paper"),
        (FRONT.replace("parameters.thing", "parameters.other") + QUERY, 3, r"no \?other"),
        (FRONT.replace("parameters.thing", 'parameters."a-b"') + QUERY, 1, "a-b"),
        (FRONT + '#+ [parameters.limit]\n#+ type = "integer"\n#+ label = "x"\n#+ default = 1\n' + QUERY, 8, "LIMIT"),
        (FRONT + '#+ [parameters.offset]\n#+ type = "integer"\n#+ label = "x"\n' + QUERY, 8, "OFFSET"),
        (FRONT + '#+ [columns]\n#+ nothing = "x"\n' + QUERY, 9, r"\?nothing"),
        (FRONT + '#+ [chart]\n#+ mark = "bar"\n#+ x = "o"\n#+ y = "why"\n' + QUERY, 11, r"\?why"),
        (FRONT + '#+ [chart]\n#+ mark = "pie"\n#+ x = "o"\n#+ y = "o"\n' + QUERY, 9, "pie"),
        (FRONT + QUERY.replace("ORDER", "ODER"), 11, "ODER"),
        (FRONT + QUERY.replace("?o }", "?o 'a }"), 10, "not closed"),
        (FRONT + QUERY.replace("?o }", "?o ( }"), 11, "Oxigraph"),
        (FRONT + QUERY.replace("ex:p", "ey:p"), 10, "not declared"),
        (
            FRONT + QUERY.replace("?first_name ?o\n", "?thing ?o\n"),
            9,
            "variable",
        ),
        (FRONT + "DELETE WHERE { ?thing ?p ?o }", 1, "SELECT, ASK"),
        (FRONT + "ASK { SERVICE <http://example.org/> { ?thing ?p ?o } }", 1, "http://example.org/"),
        (FRONT, 1, "SELECT, ASK"),
        (FRONT + f"ASK {'{' * 101}{'}' * 101}", 8, "more than 100 deep"),
        (FRONT + f"#+ deep = {'[' * 20_000}", 1, "nested too deeply"),
    ],
)
def test_a_fault_names_file_and_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(QuerySyntaxError, match=message) as caught:
        load_queries(tmp_path)
    assert str(caught.value).startswith(f"{path}, line {line}: ")
    assert caught.value.line == line
    assert "line" not in str(caught.value).removeprefix(f"{path}, line {line}: ").partition(":")[0]


@pytest.mark.parametrize("name", ["flat", "a/b/c", "Author/x", "author/x_y"])
def test_a_file_lies_in_the_folder_of_its_subject(tmp_path: Path, name: str) -> None:
    write(tmp_path, FRONT + QUERY, name)
    with pytest.raises(QuerySyntaxError, match="<subject>/<name>"):
        load_queries(tmp_path)


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.write_bytes(b"#+ title = '\xe9'\n")
    with pytest.raises(QuerySyntaxError, match=re.escape(str(path))):
        load_queries(tmp_path)


def test_windows_line_ends_are_line_ends(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.write_bytes((FRONT + QUERY).replace("\n", "\r\n").encode())
    assert load_queries(tmp_path)["paper/name"].title == "A title"


def test_queries_of_several_folders_stand_side_by_side(tmp_path: Path) -> None:
    write(tmp_path / "one", FRONT + QUERY, "b/x")
    write(tmp_path / "two", FRONT + QUERY, "a/y")
    assert list(load_queries(tmp_path / "one", tmp_path / "two")) == ["a/y", "b/x"]
    with pytest.raises(UsageError, match="another query"):
        load_queries(tmp_path / "one", tmp_path / "one")
    with pytest.raises(UsageError, match="no folder"):
        load_queries(tmp_path / "three")


def test_a_query_is_found_by_its_last_part_where_only_one_has_it(tmp_path: Path) -> None:
    for name in ("author/papers", "venue/papers", "author/co-authors"):
        write(tmp_path, FRONT + QUERY, name)
    queries = load_queries(tmp_path)
    assert find_query(queries, "author/papers").name == "author/papers"
    assert find_query(queries, "co-authors").name == "author/co-authors"
    for name, hint in (
        ("papers", "did you mean author/papers or venue/papers?"),
        ("coauthors", "did you mean author/co-authors"),
        ("author/co-author", "did you mean author/co-authors"),
        ("zzz", "there are: author/co-authors, author/papers, venue/papers"),
    ):
        with pytest.raises(UsageError, match=re.escape(hint)):
            find_query(queries, name)


def test_the_example_of_the_document_is_a_query(tmp_path: Path) -> None:
    example = DOCUMENT.read_text("utf-8").split("```sparql\n")[1].split("```")[0]
    write(tmp_path, example)
    (query,) = load_queries(tmp_path).values()
    assert list(query.columns.values()) == ["Paper", "Title", "Year of publication"]
    assert [parameter.default for parameter in query.parameters] == ["evan-hubinger", "2020", "100"]
