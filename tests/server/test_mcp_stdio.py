"""For agents on this machine: `kg mcp` as a real process."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

pytest.importorskip("mcp", reason="the SDK is not installed; add it by: pip install 'paperkg[mcp]'")
from mcp import Client, MCPError
from mcp.client.stdio import StdioServerParameters

from kg.cli import main
from tests.server.agents import ENDLESS, check_canned_queries, within

_PING = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n'


@pytest.fixture(scope="module")
def program(seeded_store_folder: Path) -> StdioServerParameters:
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "kg", "--store", str(seeded_store_folder), "mcp"],
        env={"PATH": "/usr/bin:/bin", "KG_QUERY_WORKERS": "1", "KG_WRITE_TOKEN": "s3cret"},
        cwd=str(Path(__file__).parents[2]),
    )


def test_every_canned_query_gives_an_agent_the_rows_of_its_page(
    program: StdioServerParameters, client: FlaskClient
) -> None:
    check_canned_queries(program, client)


def test_a_process_answers_cancels_and_ends(program: StdioServerParameters) -> None:
    """Who cancels frees the only worker; nobody writes, whatever token the service has."""

    async def asked(agent: Client) -> tuple[Any, ...]:
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(agent.call_tool("sparql", {"query": ENDLESS}), 1)
        began = time.monotonic()
        rows = await agent.call_tool("sparql", {"query": "SELECT * { ?s ?p ?o }", "limit": 2})
        taken = time.monotonic() - began
        wrong = await agent.call_tool("sparql", {"query": "CLEAR ALL"})
        with pytest.raises(MCPError, match="no tool"):
            await agent.call_tool("drop-everything", {})
        return rows, taken, wrong

    rows, taken, wrong = within(program, asked)
    assert len(rows.structured_content["rows"]) == 2
    assert rows.structured_content["address"].startswith("https://w3id.org/paperkg/sparql?query=")
    assert taken < 10
    assert wrong.is_error


def test_without_the_sdk_the_command_says_what_it_lacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.mcp.command.find_spec", lambda _: None)
    result = CliRunner().invoke(main, ["--store", str(tmp_path), "mcp"])
    assert result.exit_code == 2
    assert "pip install 'paperkg[mcp]'" in result.output


def test_an_empty_store_is_told_to_the_agent(tmp_path: Path, program: StdioServerParameters) -> None:
    arguments = ["-m", "kg", "--store", str(tmp_path / "store"), "mcp"]
    empty = program.model_copy(update={"args": arguments})
    result = within(empty, lambda agent: agent.call_tool("search", {"words": "x"}))
    assert result.is_error
    assert "kg load" in result.content[0].text


def test_nothing_else_imports_the_sdk(seeded_store_folder: Path) -> None:
    """It takes its time, and memory."""
    program = (
        "import sys, kg.cli, server.mcp.command\nfrom server import create_app\nfrom server.state import state_of\n"
        "from kg.settings import read_settings\n"
        f"app = create_app(read_settings({{}}, store={str(seeded_store_folder)!r}, query_workers=1))\n"
        "assert app.test_client().get('/queries').status_code == 200\nstate_of(app).close()\n"
        "sys.exit(bool({'mcp', 'mcp_types', 'pydantic', 'starlette', 'anyio'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.fixture
def started(program: StdioServerParameters) -> Iterator[subprocess.Popen[bytes]]:
    """The process, once it has answered."""
    with subprocess.Popen(
        [program.command, *program.args],
        env=program.env,
        cwd=program.cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(_PING)
        process.stdin.flush()
        assert b'"id":1' in process.stdout.readline()
        yield process
        process.kill()


def test_an_interrupt_ends_it_at_once(started: subprocess.Popen[bytes]) -> None:
    started.send_signal(signal.SIGINT)
    assert started.wait(5) == -signal.SIGINT


def test_it_ends_quietly_when_nobody_reads_its_answers(started: subprocess.Popen[bytes]) -> None:
    assert started.stdin is not None and started.stdout is not None and started.stderr is not None
    started.stdout.close()
    started.stdin.write(_PING)
    started.stdin.close()
    assert (started.wait(10), started.stderr.read()) == (0, b"")
