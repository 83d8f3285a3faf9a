"""Every command, option, setting and route of the code is in the reference, and nothing else is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from kg.cli import main
from kg.settings import TABLE, read_settings
from server import create_app

ROOT = Path(__file__).parents[1]
REFERENCE = (ROOT / "docs" / "reference.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def commands() -> dict[str, click.Command]:
    context = click.Context(main)
    return {name: command for name in main.list_commands(context) if (command := main.get_command(context, name))}


def section(title: str) -> str:
    """The text of a section of the reference."""
    return REFERENCE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def test_every_command_and_option_is_documented() -> None:
    documented = dict(re.findall(r"^### `kg ([a-z-]+)[^`]*`\n(.*?)(?=^### |^## |\Z)", REFERENCE, re.M | re.S))
    assert set(documented) == set(commands())
    for name, command in commands().items():
        options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        assert set(re.findall(r"^- `(--[a-z-]+)", documented[name], re.M)) == options, name


def test_every_setting_is_documented_with_its_default() -> None:
    rows = re.findall(r"^\| `(KG_[A-Z_]+)` \| `?([^`|]*?)`? \|", section("Settings"), re.M)
    defaults = {setting.variable: setting.default for setting in TABLE}
    assert set(dict(rows)) == set(defaults)
    for variable, default in rows:
        assert default in (defaults[variable], "cores"), variable


def test_the_makefile_passes_every_setting() -> None:
    text = (ROOT / "Makefile").read_text("utf-8").replace("\\\n", " ")
    found = re.search(r"^SETTINGS := (.*)$", text, re.M)
    assert found
    assert set(found.group(1).split()) == {setting.name.upper() for setting in TABLE}


def test_every_route_is_documented(seeded_store_folder: Path) -> None:
    app = create_app(read_settings(store=seeded_store_folder))
    routes = {re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    app.extensions["paperkg"].close()
    documented = set(re.findall(r"^\| `(?:[A-Z/]+ )?(/[^`]*)` \|", section("Routes"), re.M))
    assert documented == routes


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", document.read_text("utf-8")):
        assert (document.parent / target).exists(), target


@pytest.mark.parametrize(
    "document", [*DOCUMENTS, ROOT / "bench" / "README.md"], ids=lambda path: str(path.relative_to(ROOT))
)
def test_every_table_begins_with_its_heads(document: Path) -> None:
    """An empty line ends a table: rows after it are no table any more."""
    lines = document.read_text("utf-8").splitlines()
    for before, line, after in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
        if line.startswith("|") and not before.startswith("|"):
            assert re.fullmatch(r"\|[-:| ]+\|", after), line


def test_what_is_updated_was_loaded_under_that_name() -> None:
    """`--update` puts records in the place of those of the same dataset, and begins another one where there is none."""
    for document in [*DOCUMENTS, *(ROOT / "docs" / "sources").glob("*.md")]:
        loaded: set[str] = set()
        for command in re.findall(r"^(?:    |\$ )?kg load (.*)", document.read_text("utf-8"), re.M):
            names = re.findall(r"--dataset ([\w-]+)", command)
            assert "--update" not in command or loaded.issuperset(names), (document, command)
            loaded.update(names)


def test_the_readme_session_prints_what_it_says(tmp_path: Path) -> None:
    """Each `$ kg …` of the README's session is run, in order, in one store; its output is the one shown, up to '…'."""
    blocks = re.findall(r"```console\n(.*?)```", README, re.S)
    steps = [step for block in blocks for step in re.split(r"^\$ ", block, flags=re.M) if step.startswith("kg ")]
    assert len(steps) >= 4
    for step in steps:
        command, _, expected = step.partition("\n")
        result = subprocess.run(
            ["bash", "-c", command.replace("kg ", f"{sys.executable} -m kg ", 1)],
            cwd=ROOT,
            env={"KG_STORE": str(tmp_path / "store"), "PATH": "/usr/bin:/bin", "COLUMNS": "100"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr
        for line in filter(None, map(str.strip, expected.splitlines())):
            stated, cut, _ = line.partition("…")
            shown = [each.strip()[: len(stated) if cut else None] for each in result.stdout.splitlines()]
            assert stated in shown, (command, result.stdout)


def test_the_readmes_first_query_gives_the_rows_that_it_shows(seeded_store_folder: Path) -> None:
    found = re.search(r"data-urlencode query='\n(.*?)'\n```\n\n```\n(.*?)```", README, re.S)
    assert found
    app = create_app(read_settings({}, store=seeded_store_folder, query_workers=1))
    response = app.test_client().post("/sparql", data={"query": found.group(1)}, headers={"Accept": "text/csv"})
    assert response.get_data(as_text=True).splitlines() == found.group(2).splitlines()
    app.extensions["paperkg"].close()


def test_every_address_that_the_readme_shows_answers(seeded_store_folder: Path) -> None:
    app = create_app(read_settings({}, store=seeded_store_folder, query_workers=1))
    addresses = set(re.findall(r"http://127\.0\.0\.1:8000(/[^\s'>`]*)", README))
    assert len(addresses) >= 3
    for address in addresses:
        assert app.test_client().get(address, follow_redirects=True).status_code == 200, address
    app.extensions["paperkg"].close()
