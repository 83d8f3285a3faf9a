"""The `kg` command as a person meets it: what it prints, where, and with which exit code."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pyoxigraph
import pytest
from flask.testing import FlaskClient
from pyld import jsonld
from rdflib import Graph
from rdflib.compare import isomorphic

from kg import paths
from kg.errors import SettingError
from kg.formats import GRAPH_FORMATS
from kg.settings import TABLE, read_settings
from server import create_app
from server.state import state_of

PAGE = paths.SEEDS / "alignment-papers.txt"


def kg(store: Path, *arguments: object, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    return subprocess.run(
        [sys.executable, "-m", "kg", "--store", str(store), *map(str, arguments)],
        env=environment | settings,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def fails(result: subprocess.CompletedProcess[str], code: int, message: str) -> None:
    """One line on standard error, the last one, that says what is wrong; nothing on standard output."""
    assert result.returncode == code, result.stderr
    assert message in result.stderr.splitlines()[-1]
    assert result.stderr.splitlines()[-1].startswith("kg: ")
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_load_tells_what_became_of_the_file_and_once_more_that_nothing_changed(tmp_path: Path) -> None:
    first = kg(tmp_path, "load", "profile-page", PAGE)
    told = "alignment-papers: 8 records read, 8 mapped, 0 rejected, 0 duplicates, 438 statements, "
    assert first.returncode == 0 and first.stdout.splitlines()[0].startswith(told)
    second = kg(tmp_path, "load", "profile-page", PAGE)
    assert second.stdout.splitlines()[0].endswith(", unchanged")
    assert second.stdout.splitlines()[1] == first.stdout.splitlines()[1]


def test_a_reject_is_told_with_its_reason_and_its_line(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(PAGE.read_text("utf-8").replace("Nov 23, 2025", "Nov 93, 2025"), "utf-8")
    result = kg(tmp_path / "store", "load", "profile-page", page, "--rejects", tmp_path / "rejects.jsonl")
    assert result.returncode == 0
    assert "8 records read, 8 mapped, 0 rejected, 0 duplicates" in result.stdout
    (reject,) = map(json.loads, (tmp_path / "rejects.jsonl").read_text("utf-8").splitlines())
    assert (reject["file"], reject["field"], reject["excerpt"]) == ("page.txt", "date", "AINov 93, 2025")
    assert page.read_text("utf-8").splitlines()[reject["number"] - 1] == "AINov 93, 2025"
    fails(kg(tmp_path / "strict", "load", "profile-page", page, "--strict"), 1, f"line {reject['number']}")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["load"], "give a source"),
        (["load", "no-such", PAGE], "no source is called 'no-such'"),
        (["load", "profile-page", PAGE, PAGE], "--dataset"),
        (["load", "profile-page", PAGE, "--dataset", "???"], "no name for a dataset"),
        (["load", "profile-page", PAGE, "--retrieved", "31.5.2024"], "2024-05-31"),
    ],
)
def test_a_wrong_call_is_told_with_exit_code_2(tmp_path: Path, arguments: list[object], message: str) -> None:
    fails(kg(tmp_path, *arguments), 2, message)
    assert not (tmp_path / "current").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["query", "author-paper"], "did you mean author/author-papers"),
        (["query", "author-papers", "--param", "author"], "NAME=VALUE"),
        (["query", "author-papers", "--param", "nobody=1"], "parameter 'nobody'"),
        (["query", "author-papers", "--param", "limit=many"], "parameter 'limit'"),
        (["query", "author-papers", "--format", "turtle"], "has no turtle form"),
    ],
)
def test_a_wrong_query_call_is_told(seeded_store_folder: Path, arguments: list[str], message: str) -> None:
    fails(kg(seeded_store_folder, *arguments), 2, message)


@pytest.mark.parametrize(
    ("text", "timeout", "code", "message"),
    [
        ("SELECT * {", "100", 1, "line 1"),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> {} }", "100", 1, "http://127.0.0.1:1/"),
        ("CLEAR ALL", "100", 2, "update"),
        ("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", "1", 1, "longer than 1 s"),
    ],
)
def test_a_query_that_cannot_be_answered_is_told(
    seeded_store_folder: Path, text: str, timeout: str, code: int, message: str
) -> None:
    fails(kg(seeded_store_folder, "query", "-", stdin=text, KG_QUERY_TIMEOUT=timeout), code, message)


def test_before_anything_is_loaded_every_reader_says_so(tmp_path: Path) -> None:
    for command in (["info"], ["query", "author-papers"], ["export"], ["validate"]):
        fails(kg(tmp_path, *command), 1, "kg load")


@pytest.mark.parametrize(
    "base", ["example.org/kg/", "http://x.org/kg#", "http://x.org/kg?", "http://x y/", 'http://x/"/']
)
def test_a_base_that_names_nothing_is_told(base: str) -> None:
    with pytest.raises(SettingError, match="absolute http or https IRI"):
        read_settings({"KG_BASE_IRI": base})


def test_settings_that_are_none_are_told(tmp_path: Path) -> None:
    fails(kg(tmp_path, "info", KG_PROT="1"), 2, "KG_PROT is no setting")
    fails(kg(tmp_path, "info", KG_QUERY_MEMORY="lots"), 2, "KG_QUERY_MEMORY")


def test_a_folder_that_cannot_be_a_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    fails(kg(tmp_path / "file" / "store", "load", "profile-page", PAGE), 1, "Not a directory")


def test_help_shows_every_setting() -> None:
    shown = kg(Path("unused"), "--help").stdout
    assert all(setting.variable in shown for setting in TABLE)


def test_an_error_in_debug_has_its_traceback(tmp_path: Path) -> None:
    result = kg(tmp_path, "--debug", "info")
    assert "Traceback" in result.stderr


@pytest.fixture(scope="module")
def client(seeded_store_folder: Path) -> FlaskClient:
    app = create_app(read_settings({}, store=seeded_store_folder, query_workers=1))
    yield app.test_client()  # type: ignore[misc]
    state_of(app).close()


@pytest.mark.parametrize("author", ["evan-hubinger", "adam-jermyn", "nobody-at-all"])
def test_the_command_and_the_address_give_the_same_rows(
    seeded_store_folder: Path, client: FlaskClient, author: str
) -> None:
    shown = kg(seeded_store_folder, "query", "author-papers", "--param", f"author={author}", "--format", "csv").stdout
    served = client.get(f"/queries/author/author-papers.csv?author={author}").get_data(as_text=True)
    rows = list(csv.reader(io.StringIO(shown)))
    assert rows == list(csv.reader(io.StringIO(served)))
    assert len(rows) == {"evan-hubinger": 21, "adam-jermyn": 2, "nobody-at-all": 1}[author]


def test_a_query_file_gives_a_table_for_people(seeded_store_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "query.rq"
    file.write_text(
        "SELECT ?name { <https://w3id.org/paperkg/author/fazl-barez> <http://xmlns.com/foaf/0.1/name> ?name }"
    )
    assert kg(seeded_store_folder, "query", file).stdout.splitlines() == ["name", "Fazl Barez"]
    assert kg(seeded_store_folder, "query", "-", stdin="ASK { ?s ?p ?o }").stdout == "yes\n"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib's parsers of datasets warn of rdflib's own classes
@pytest.mark.parametrize("name", [known.name for known in GRAPH_FORMATS])
def test_every_export_is_the_same_graph_for_rdflib_and_oxigraph(
    seeded_store_folder: Path, tmp_path: Path, name: str
) -> None:
    (known,) = (known for known in GRAPH_FORMATS if known.name == name)
    target = tmp_path / f"kg.{known.extension}"
    assert kg(seeded_store_folder, "export", "--format", name, "--output", target).returncode == 0
    by_oxigraph = Graph().parse(
        data=pyoxigraph.serialize(
            (quad.triple for quad in pyoxigraph.parse(path=target, format=known.rdf_format)),
            format=pyoxigraph.RdfFormat.N_TRIPLES,
        ),
        format="ntriples",
    )
    rdflib_name = {"jsonld": "json-ld", "rdfxml": "xml", "ntriples": "nt"}.get(name, name)
    if known.datasets and name != "jsonld":
        from rdflib import Dataset

        by_rdflib = Dataset().parse(target, format=rdflib_name).default_graph  # type: ignore[attr-defined]
    else:
        by_rdflib = Graph().parse(target, format=rdflib_name)
    assert len(by_rdflib) == len(by_oxigraph) > 3000
    assert isomorphic(by_rdflib, by_oxigraph)


def test_pyld_reads_the_export_as_the_same_statements(seeded_store_folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "kg.jsonld"
    kg(seeded_store_folder, "export", "--format", "jsonld", "--output", target)
    by_pyld = jsonld.to_rdf(json.loads(target.read_text("utf-8")), {"format": "application/n-quads"})
    theirs = {str(quad.triple) for quad in pyoxigraph.parse(by_pyld.encode(), pyoxigraph.RdfFormat.N_QUADS)}
    ours = {str(quad.triple) for quad in pyoxigraph.parse(path=target, format=pyoxigraph.RdfFormat.JSON_LD)}
    assert theirs == ours
    assert len(ours) > 3000


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\x00\x01PNG", "binary"),
        ("LGAug 7, 2023\nTitle\n".encode("utf-16"), "binary"),
        (b"caf\xe9", "not UTF-8"),
        (b"x" * 2_000_000, "longer than"),
        ((paths.SEEDS / "evan-hubinger.txt").read_bytes()[:4000], "cut off"),
    ],
)
def test_a_file_that_cannot_be_taken_is_one_line_and_changes_nothing(
    tmp_path: Path, content: bytes, message: str
) -> None:
    store = tmp_path / "store"
    kg(store, "load", "profile-page", PAGE)
    before = (store / "current").read_text(), kg(store, "export", "--format", "ntriples").stdout
    (tmp_path / "bad.txt").write_bytes(content)
    fails(kg(store, "load", "profile-page", tmp_path / "bad.txt"), 1, message)
    assert ((store / "current").read_text(), kg(store, "export", "--format", "ntriples").stdout) == before


def test_one_thing_is_exported_by_its_key_or_its_iri(seeded_store_folder: Path) -> None:
    short = kg(seeded_store_folder, "export", "author/evan-hubinger")
    assert short.stdout == kg(seeded_store_folder, "export", "https://w3id.org/paperkg/author/evan-hubinger").stdout
    assert 'foaf:name "Evan Hubinger"' in short.stdout
    fails(kg(seeded_store_folder, "export", "author/nobody"), 1, "nothing called")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--class", "Nope"], 1, "nothing of a class 'Nope'; there is Author"),
        (["--dataset", "nope"], 1, "nothing of a dataset 'nope'; there is alignment-papers"),
        (["--concept", "nope"], 1, "nothing of a concept 'nope'"),
        (["--output", "{folder}/x.unknown"], 2, ".unknown, but by .nt"),
        (["--output", "{folder}/x.unknown.zst"], 2, "--format"),
        (["--all", "{store}"], 2, "a store's own"),
        (["--all", "{store}/snapshots/mine"], 2, "a store's own"),
    ],
)
def test_an_export_of_nothing_or_to_where_it_must_not_be_is_told(
    seeded_store_folder: Path, tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    given = [argument.format(folder=tmp_path, store=seeded_store_folder) for argument in arguments]
    result = kg(seeded_store_folder, "export", *given)
    fails(result, code, message)
    assert not result.stdout and not list(tmp_path.iterdir())


def test_an_export_of_a_class_has_what_is_of_it(seeded_store_folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "authors.nt.gz"
    assert kg(seeded_store_folder, "export", "--class", "Author", "--output", target).returncode == 0
    assert b'name> "Evan Hubinger"' in gzip.decompress(target.read_bytes())


def test_validation_of_the_seeds_warns_of_what_the_data_deserves_and_of_nothing_else(
    seeded_store_folder: Path, tmp_path: Path
) -> None:
    result = kg(seeded_store_folder, "validate", "--report", tmp_path / "report.ttl")
    assert result.returncode == 0, result.stdout
    assert "54" in result.stdout
    report = Graph().parse(tmp_path / "report.ttl", format="turtle")
    severities = [str(o) for o in report.objects(None, _shacl("resultSeverity"))]
    assert severities == [str(_shacl("Warning"))]


def _shacl(name: str) -> object:
    from rdflib.namespace import SH

    return SH[name]


def test_rebuild_and_info(tmp_path: Path) -> None:
    kg(tmp_path, "load", "profile-page", PAGE)
    before = kg(tmp_path, "info").stdout
    assert kg(tmp_path, "rebuild").returncode == 0
    after = kg(tmp_path, "info").stdout
    assert re.search(r"^Paper +8$", after, re.M)
    assert [line for line in before.splitlines() if "snapshot" not in line and "store" not in line] == [
        line for line in after.splitlines() if "snapshot" not in line and "store" not in line
    ]
