"""What people decide, as commands and files have it: what is taken, what is refused, and what does nothing."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kg.cli import main
from kg.linking.linking import LinkFolder
from kg.namespaces import DEFAULT_BASE as B
from kg.snapshots import Snapshots
from kg.store import StoreFolder
from tests.kg.pipeline.papers import lines, paper

ADA, GRACE = f"{B}author/ada-author1", f"{B}author/grace-writer2"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loaded")
    doubtful = paper(30, authors=[{"given": "G.", "family": "Writer2"}, {"given": "Jo", "family": "Else"}])
    (folder / "papers.jsonl").write_bytes(lines(*(paper(number) for number in range(20)), doubtful))
    made = CliRunner().invoke(
        main, ["--store", str(folder / "store"), "load", "mlanthology", str(folder / "papers.jsonl")]
    )
    assert made.exit_code == 0, made.output
    return folder / "store"


@pytest.fixture
def store(loaded: Path, tmp_path: Path) -> Path:
    shutil.copytree(loaded, tmp_path / "store", symlinks=True)
    return tmp_path / "store"


def kg(store: Path, *arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(main, ["--store", str(store), *map(str, arguments)], env=environment)


def decided(store: Path) -> list[str]:
    return [line for line in (store / "decisions.tsv").read_text().splitlines() if not line.startswith("#")]


def test_what_people_decided_is_exported_and_taken_again(store: Path, tmp_path: Path) -> None:
    """Of what rules are not sure of, and of what no rule would have made one."""
    links = StoreFolder(store).links
    judgement = links.read(links.in_force())
    assert judgement
    (candidate,) = (each.link for each in judgement.links if each.status == "candidate")
    assert candidate.confidence < 0.9
    for pair in ((ADA, GRACE), (candidate.subject, candidate.object)):
        assert kg(store, "link", "accept", *pair, "--by", "jo", "--why", "seen").exit_code == 0
    assert kg(store, "link").exit_code == 0
    before = decided(store)
    assert kg(store, "link", "export", "--output", tmp_path / "all.tsv").exit_code == 0
    (store / "decisions.tsv").unlink()
    taken = kg(store, "link", "import", tmp_path / "all.tsv")
    assert taken.exit_code == 0 and "2 accepted" in taken.output
    assert decided(store) == before


@pytest.mark.parametrize("thing", ["wd:Q6", "javascript:alert(1)", "author/ada", ""])
def test_a_mapping_names_things_by_addresses_or_known_prefixes(store: Path, tmp_path: Path, thing: str) -> None:
    (tmp_path / "m.tsv").write_text(f"subject_id\tpredicate_id\tobject_id\n{ADA}\tskos:exactMatch\t{thing}\n")
    result = kg(store, "link", "import", tmp_path / "m.tsv")
    assert result.exit_code == 1
    assert "row 1 does not name two things by IRIs or by prefixes of its curie_map" in result.output
    assert not (store / "decisions.tsv").exists()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_mapping_sets_of_other_tools_are_read(store: Path, tmp_path: Path, end: str) -> None:
    """YAML as it may be quoted, blank lines, columns in another order, what is said of texts and of nothing."""
    mapping_set = (
        "# curie_map:",
        "#   me: https://w3id.org/paperkg/author/",
        "#   wd: 'http://www.wikidata.org/entity/'",
        "#   'NO': \"urn:no:\" ",
        "# license: https://creativecommons.org/publicdomain/zero/1.0/",
        "",
        "object_id\tsubject_type\tsubject_label\tpredicate_id\tsubject_id\tcomment",
        'wd:Q6\towl class\tAda\tskos:exactMatch\tme:ada-author1\t"said ""so"" on',
        'two lines"',
        "# in between",
        "NO:7\t\t\towl:sameAs\tme:grace-writer2\t",
        "sssom:NoTermFound\t\t\tskos:exactMatch\tme:ada-author1\t",
        "wd:Q7\trdfs literal\tAda\tskos:exactMatch\t\t",
        "\t\t\t\t\t",
    )
    (tmp_path / "m.tsv").write_bytes("".join(line + end for line in mapping_set).encode())
    result = kg(store, "link", "import", tmp_path / "m.tsv")
    assert result.exit_code == 0, result.output
    assert "2 accepted, 0 rejected\n2 rows say something else" in result.output
    assert [line.split("\t")[1:3] for line in decided(store)] == [
        ["http://www.wikidata.org/entity/Q6", ADA],
        [GRACE, "urn:no:7"],
    ]


@pytest.mark.parametrize("confidence", ["nan", "inf", "-0.1", "1.01", "sure"])
@pytest.mark.parametrize("predicate", ["skos:exactMatch", "skos:broadMatch"])
def test_a_confidence_is_a_share(store: Path, tmp_path: Path, predicate: str, confidence: str) -> None:
    header = "subject_id\tpredicate_id\tobject_id\tconfidence\n"
    (tmp_path / "m.tsv").write_text(
        f"{header}{ADA}\t{predicate}\t{GRACE}\t1\n{ADA}\t{predicate}\t{GRACE}\t{confidence}\n"
    )
    result = kg(store, "link", "import", tmp_path / "m.tsv")
    assert result.exit_code == 1
    assert f"row 2 has the confidence '{confidence}', which is no number from 0 to 1" in result.output
    assert not (store / "decisions.tsv").exists()


def test_a_mapping_set_says_what_it_is(store: Path) -> None:
    """As SSSOM requires."""
    header = [line for line in kg(store, "link", "export").output.splitlines() if line.startswith("#")]
    assert '#mapping_set_id: "https://w3id.org/paperkg/dataset#mappings"' in header
    assert '#license: "https://w3id.org/sssom/license/unspecified"' in header


def test_decisions_are_read_as_editors_write_them(store: Path) -> None:
    (store / "decisions.tsv").write_bytes(f"\ufeffaccepted\t{ADA}\t{GRACE}\r\n".encode())
    assert kg(store, "link").exit_code == 0
    assert "1 accepted" in kg(store, "link").output
    assert kg(store, "link", "reject", ADA, GRACE, "--by", "jo").exit_code == 0
    assert [line.split("\t")[0] for line in decided(store)] == ["rejected"]


def test_a_shared_file_of_decisions_stays_where_it_is_and_shared(store: Path, tmp_path: Path) -> None:
    shared = tmp_path / "checkout" / "shared.tsv"
    shared.parent.mkdir()
    shared.touch()
    shared.chmod(0o664)
    (store / "decisions.tsv").symlink_to(shared)
    assert kg(store, "link", "reject", ADA, GRACE).exit_code == 0
    assert (store / "decisions.tsv").is_symlink()
    assert shared.read_text().count("rejected") == 1
    assert shared.stat().st_mode & 0o777 == 0o664


def test_a_new_file_of_decisions_is_for_whom_other_files_are(store: Path, tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    assert kg(store, "link", "reject", ADA, GRACE).exit_code == 0
    assert (store / "decisions.tsv").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_decisions_that_do_nothing_are_named(store: Path) -> None:
    for number in range(7):
        kg(store, "link", "reject", f"author/nobody-{number}", "author/no-one")
    kg(store, "link", "reject", ADA, GRACE)
    result = kg(store, "link")
    assert result.exit_code == 0
    assert result.output.count("does nothing: the graph does not know both") == 5
    assert "the decision about author/no-one and author/nobody-0 does nothing" in result.output
    assert "and 2 more" in result.output
    assert ADA not in result.output
    gone = store.parent / "typo.tsv"
    assert (
        f"there is no {gone} (KG_DECISIONS), so nothing is decided" in kg(store, "link", KG_DECISIONS=str(gone)).output
    )


def test_no_links_fewer_than_none_are_listed(store: Path) -> None:
    assert "1 links, 0 shown" in kg(store, "link", "list", "--limit", "0").output
    assert kg(store, "link", "list", "--limit", "-1").exit_code == 2


def test_an_authority_is_not_emptied_by_a_file_without_its_records(store: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.jsonl").write_bytes(lines(paper(3)))
    (tmp_path / "other.jsonl").write_text('{"orcid-identifier": 1}')
    assert kg(store, "link", "--to", "mlanthology", "--file", tmp_path / "mine.jsonl").exit_code == 0
    kept = {path.name: path.read_bytes() for path in LinkFolder(store).folder.rglob("mlanthology.*")}
    assert kept
    result = kg(store, "link", "--to", "mlanthology", "--file", tmp_path / "other.jsonl")
    assert result.exit_code == 1
    assert "other.jsonl: no record of a mlanthology could be read" in result.output
    assert {path.name: path.read_bytes() for path in LinkFolder(store).folder.rglob("mlanthology.*")} == kept


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--remove",), "name the datasets to remove"),
        (("mlanthology", "x.jsonl", "--update", "--replace"), "give --replace or --update"),
        (("mlanthology", "/nowhere/*.jsonl"), "a pattern like '*.jsonl' has no name; give one with --dataset"),
    ],
)
def test_loads_that_mean_nothing_are_refused(store: Path, arguments: tuple[str, ...], message: str) -> None:
    snapshot = Snapshots(store).current().manifest.id
    result = kg(store, "load", *arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert Snapshots(store).current().manifest.id == snapshot


def test_who_has_read_enough_is_told_nothing(store: Path) -> None:
    program = [sys.executable, "-m", "kg", "--store", str(store), "link", "list", "--limit", "100000"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""


def test_a_broken_pipe_to_somebody_else_is_said(store: Path) -> None:
    program = f"""
import sys
from unittest.mock import patch
from kg.cli import main
with patch("kg.commands.link.authorities_of", side_effect=BrokenPipeError(32, "Broken pipe")):
    main(["--store", {str(store)!r}, "link"])
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (1, "kg: Broken pipe\n")
