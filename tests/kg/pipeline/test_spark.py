"""Mapping on Spark writes what mapping here writes, to the byte, whatever is killed meanwhile."""

from __future__ import annotations

import gzip
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.kg.pipeline.papers import lines, paper, volume

pytestmark = [
    pytest.mark.skipif(find_spec("pyspark") is None, reason="PySpark is not installed: pip install 'paperkg[spark]'"),
    pytest.mark.skipif(not (os.environ.get("JAVA_HOME") or shutil.which("java")), reason="there is no Java"),
    pytest.mark.xdist_group("spark"),  # each run takes all cores and some memory
]
_PAPERS = 5_000


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A large file of lines that is cut into pieces, the same in another folder, compressed ones, records that recur or
    cannot be taken."""
    folder = tmp_path_factory.mktemp("spark") / "data"
    (folder / "deep").mkdir(parents=True)
    everything = [paper(number, abstract=f"Number {number}. " * 30) for number in range(_PAPERS)]
    (folder / "large.jsonl").write_bytes(lines(*everything[:3_000], {"title": ""}, *everything[3_000:]))
    shutil.copy(folder / "large.jsonl", folder / "deep")
    (folder / "deep" / "again.jsonl.gz").write_bytes(gzip.compress(lines(*everything[:500], {"title": None})))
    for number in range(6):
        few = everything[number * 50 : number * 50 + 70]
        (folder / f"volume-{number}.json").write_bytes(volume(*few))
    return folder


@pytest.fixture(scope="module")
def here(data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the local engine makes of it."""
    folder = tmp_path_factory.mktemp("here")
    subprocess.run(**command("mlanthology", data, "--output", folder, "--partitions", "3"), check=True)  # type: ignore[call-overload]
    return contents(folder)


def command(*arguments: object, master: str = "local[2,4]") -> dict[str, object]:
    spark = ["--master", master, "--conf", "spark.files.maxPartitionBytes=1m"] if "spark" in arguments else []
    return {
        "args": [sys.executable, "-m", "kg", "map", *map(str, arguments), *spark],
        "env": os.environ | {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_WORKER_DIR": tempfile.gettempdir()},
        "stdout": subprocess.PIPE,
        "stderr": subprocess.STDOUT,
    }


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


def differences(one: dict[str, bytes], other: dict[str, bytes]) -> set[str]:
    return {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def test_it_is_the_same_when_a_run_is_ended_and_goes_on_and_processes_are_killed(
    data: Path, here: dict[str, bytes], tmp_path: Path
) -> None:
    arguments = ["mlanthology", data, "--output", tmp_path, "--partitions", "3", "--engine", "spark"]
    status, output = run_and_kill("", tmp_path, *arguments)
    assert status == -signal.SIGKILL, output
    kept = {path.name: path.stat().st_mtime_ns for path in known_parts(tmp_path)}
    assert kept and not (tmp_path / "manifest.json").exists()
    status, output = run_and_kill("pyspark.daemon", tmp_path, *arguments)
    assert status == 0, output
    assert "5,922 records read" in output
    assert differences(contents(tmp_path), here) == set()
    again = {path.name: path.stat().st_mtime_ns for path in known_parts(tmp_path)}
    assert {name: again.get(name) for name in kept} == kept


def known_parts(folder: Path) -> list[Path]:
    return list(folder.glob("segments/*/*.part.json"))


def test_by_way_of_hadoop_and_with_an_executor_killed_it_is_the_same(
    data: Path, here: dict[str, bytes], tmp_path: Path
) -> None:
    """Of files that have addresses, with a cluster of two executors."""
    arguments = ["mlanthology", f"file://{data}/*", "--output", f"file://{tmp_path}", "--dataset", "data"]
    arguments += ["--partitions", "3", "--engine", "spark"]
    status, output = run_and_kill(
        "CoarseGrainedExecutorBackend", tmp_path, *arguments, master="local-cluster[2,1,1024]"
    )
    assert status == 0, output
    found = {
        name: content.replace(f'"file:{data}'.encode(), f'"{data}'.encode())
        for name, content in contents(tmp_path).items()
    }
    assert differences(found, here) == set()


def run_and_kill(victim: str, folder: Path, *arguments: object, master: str = "local[2,4]") -> tuple[int, str]:
    """Map, and kill when the next part is written and others are not: processes of that name, or the program itself.

    Its status, and what it said.
    """
    before = len(known_parts(folder))
    with subprocess.Popen(**command(*arguments, master=master), text=True) as process:  # type: ignore[call-overload]
        killed = 0
        while process.poll() is None and not killed:
            if len(known_parts(folder)) > before:
                killed = kill(victim, process.pid) if victim else not process.kill()
            time.sleep(0.01)
        output, _ = process.communicate(timeout=600)
    assert killed, output
    return process.returncode, output


def kill(victim: str, ancestor: int) -> int:
    """Kill one process of that name below another, with its children; how many they were."""
    parents = dict(processes())
    for process in parents:
        if victim in command_line(process) and ancestor in ancestors(process, parents):
            # The daemon starts the workers; an executor starts a daemon.
            below = [each for each in parents if process in ancestors(each, parents)]
            doomed = below if victim == "pyspark.daemon" else [process]
            for each in doomed:
                os.kill(each, signal.SIGKILL)
            return len(doomed)
    return 0


def processes() -> Iterator[tuple[int, int]]:
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            yield int(path.parent.name), int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue


def ancestors(process: int, parents: dict[int, int]) -> list[int]:
    found = []
    while process := parents.get(process, 0):
        found.append(process)
    return found


def command_line(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def test_without_java_it_says_so(data: Path, tmp_path: Path) -> None:
    given = command("mlanthology", data, "--output", tmp_path, "--engine", "spark")
    environment = {"PATH": str(tmp_path)}
    result = subprocess.run(**{**given, "env": environment}, text=True, check=False)  # type: ignore[call-overload]
    assert (result.returncode, "needs Java 17" in result.stdout) == (2, True), result.stdout


def test_an_address_that_nothing_reaches(tmp_path: Path) -> None:
    arguments = ["mlanthology", "nowhere://host/x.json", "--output", tmp_path, "--engine", "spark"]
    result = subprocess.run(**command(*arguments), text=True, check=False)  # type: ignore[call-overload]
    assert (result.returncode, 'No FileSystem for scheme "nowhere"' in result.stdout) == (1, True), result.stdout
