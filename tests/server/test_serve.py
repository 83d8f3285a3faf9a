"""`kg serve` as a process: it fills an empty store, notices who left, ends in good order, survives its own parts."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

TOKEN = {"Authorization": "Bearer s3cret"}
# Half a second or two of work, and more than anyone has time for.
LONG = "SELECT (COUNT(*) AS ?n) { ?a a ?c . ?d ?e ?f FILTER(STRLEN(STR(?c)) = STRLEN(STR(?f))) }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str, list[str]]]:
    """A running service, its address, and the lines on its standard error so far."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    environment |= {"KG_STORE": str(folder), "KG_PORT": "0", "KG_WRITE_TOKEN": "s3cret", **settings}
    command = [sys.executable, "-m", "kg", "serve"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stderr
        lines: list[str] = []
        reader = threading.Thread(target=lambda: lines.extend(process.stderr or ()), daemon=True)
        reader.start()
        found = re.search(r"http://\S+", process.stdout.readline())
        assert found, lines
        try:
            yield process, found.group(), lines
        finally:
            process.terminate()
            process.wait(60)
            reader.join(60)  # all that it said is in the lines now


def get(address: str, headers: dict[str, str] | None = None, timeout: float = 180) -> tuple[int, bytes]:
    try:
        request = urllib.request.Request(address, headers=headers or {})
        with urllib.request.urlopen(request, timeout=timeout) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def query(address: str, text: str) -> tuple[int, bytes]:
    return get(f"{address}sparql?{urllib.parse.urlencode({'query': text})}", {"Accept": "text/csv"})


def until(condition: object, seconds: float = 20) -> None:
    """Wait for what has to come true; how long it takes says nothing on a shared machine."""
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def folder(seeded_store_folder: Path, tmp_path: Path) -> Path:
    shutil.copytree(seeded_store_folder, tmp_path / "store")
    return tmp_path / "store"


def test_an_empty_store_is_filled_once(tmp_path: Path) -> None:
    with serving(tmp_path / "store") as (_, address, lines):
        assert get(f"{address}readyz")[0] == 200
    assert any("reading evan-hubinger" in line for line in lines)
    with serving(tmp_path / "store") as (_, address, again):
        assert get(address)[0] == 200
    assert not any("reading" in line or line.startswith("kg:") for line in again)


def test_without_seeds_it_says_that_there_is_nothing_yet(tmp_path: Path) -> None:
    with serving(tmp_path / "store", KG_SEEDS="0") as (_, address, _lines):
        assert get(f"{address}healthz")[0] == 200
        assert get(f"{address}readyz")[0] == 503
        assert get(address)[0] in (200, 503)


def test_what_was_begun_is_finished_when_it_is_told_to_stop(folder: Path) -> None:
    with serving(folder, KG_QUERY_TIMEOUT="170") as (process, address, _):
        answers: list[tuple[int, bytes]] = []
        client = threading.Thread(target=lambda: answers.append(query(address, LONG)))
        client.start()
        until(lambda: b'"state":"running"' in get(f"{address}sparql/running", TOKEN)[1])
        process.terminate()
        client.join(180)
        assert answers and answers[0][0] == 200
        assert process.wait(30) == 0


def test_a_client_that_goes_away_frees_its_worker(folder: Path) -> None:
    with serving(folder, KG_QUERY_WORKERS="1", KG_QUERY_TIMEOUT="120") as (_, address, _lines):
        place = urllib.parse.urlsplit(address)
        connection = http.client.HTTPConnection(place.hostname or "", place.port)
        connection.request("GET", f"/sparql?{urllib.parse.urlencode({'query': ENDLESS})}")
        until(lambda: b'"state":"running"' in get(f"{address}sparql/running", TOKEN)[1])
        connection.close()
        assert query(address, "SELECT (1 AS ?one) {}") == (200, b"one\r\n1\r\n")


def test_an_operator_sees_and_stops_a_query(folder: Path) -> None:
    with serving(folder, KG_QUERY_TIMEOUT="120") as (_, address, _lines):
        answers: list[tuple[int, bytes]] = []
        client = threading.Thread(target=lambda: answers.append(query(address, ENDLESS)))
        client.start()
        until(lambda: b'"state":"running"' in get(f"{address}sparql/running", TOKEN)[1])
        (running,) = json.loads(get(f"{address}sparql/running", TOKEN)[1])["queries"]
        assert running["text"] == ENDLESS
        assert get(f"{address}sparql/running")[0] == 401
        stop = urllib.request.Request(f"{address}sparql/running/{running['number']}", method="DELETE", headers=TOKEN)
        with urllib.request.urlopen(stop, timeout=30) as response:
            assert response.status == 204
        client.join(30)
        assert answers[0][0] == 503


def test_a_port_that_is_taken_is_told_at_once(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "kg", "--store", folder, "serve", "--port", port]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert result.stderr.startswith(f"kg: cannot listen on 127.0.0.1 port {port}")
    assert len(result.stderr.splitlines()) == 1


def test_a_store_that_cannot_be_written_is_told_at_once(folder: Path) -> None:
    command = [sys.executable, "-m", "kg", "--store", str(folder), "serve", "--port", "0"]
    if os.geteuid() == 0:  # who may write whatever is not mounted otherwise
        mounting = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
        command = ["unshare", "-m", "sh", "-c", mounting, str(folder), *command]
        if subprocess.run([*command[:4], "mount -t tmpfs tmpfs /mnt"], capture_output=True, check=False).returncode:
            pytest.skip("nothing can be mounted here")
    else:
        folder.chmod(0o555)
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 1
    assert result.stderr == f"kg: {folder} cannot be written, which serving it takes; serve a copy\n"


def test_a_killed_http_process_is_replaced_and_all_read_each_others_writes(folder: Path) -> None:
    with serving(folder, KG_WORKERS="2", KG_QUERY_WORKERS="1") as (process, address, lines):
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        until(lambda: len(children.read_text().split()) == 2)
        for number in range(6):
            update = urllib.parse.urlencode({"update": f"INSERT DATA {{ <http://e/s> <http://e/n> {number} }}"})
            request = urllib.request.Request(f"{address}sparql", update.encode(), TOKEN)
            with urllib.request.urlopen(request, timeout=30) as response:
                assert response.status == 204
            for _ in range(4):
                assert query(address, f"ASK {{ <http://e/s> <http://e/n> {number} }}")[0] == 406  # ASK has no CSV
                assert query(address, f"SELECT * {{ <http://e/s> <http://e/n> ?n FILTER(?n = {number}) }}")[1] == (
                    f"n\r\n{number}\r\n".encode()
                )
        os.kill(int(children.read_text().split()[0]), signal.SIGKILL)
        until(lambda: any("starting another" in line for line in lines))
        until(lambda: len(children.read_text().split()) == 2)
        assert query(address, "SELECT (1 AS ?one) {}") == (200, b"one\r\n1\r\n")


def test_the_log_tells_what_happened_and_not_what_was_asked(folder: Path) -> None:
    with serving(folder) as (_, address, lines):
        query(address, "SELECT ('a secret' AS ?word) {}")
        query(address, "SELECT oops")
        until(lambda: sum('"path":"/sparql"' in line for line in lines) == 2)
        first, second = (json.loads(line) for line in lines if '"path":"/sparql"' in line)
    assert (first["status"], first["rows"]) == (200, 1)
    assert re.fullmatch(r"[0-9a-f]{16}", first["query"])
    assert (second["status"], second["outcome"]) == (400, "QuerySyntaxError")
    assert not any("secret" in line or "s3cret" in line for line in lines)


def test_figures_for_an_operator(folder: Path) -> None:
    with serving(folder) as (_, address, _lines):
        for _ in range(2):
            query(address, "SELECT (2 AS ?two) {}")
        query(address, "SELECT oops")
        text = get(f"{address}metrics")[1].decode()
    assert 'paperkg_result_cache_total{found="yes"} 1.0' in text
    assert 'paperkg_query_failures_total{reason="QuerySyntaxError"} 1.0' in text
    assert 'paperkg_requests_total{method="GET",route="/sparql",status="200"} 2.0' in text
    assert "paperkg_triples 3" in text
