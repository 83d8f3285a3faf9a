"""Processes of this program: where their packages come from, and that none outlives who started it."""

from __future__ import annotations

import os
import select
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import kg
from kg.processes import start_module

_PACKAGES = str(Path(kg.__file__).parents[1])


@pytest.mark.parametrize("is_late", [False, True])
@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_a_process_ends_with_its_parent_even_if_that_is_gone_before_it_has_started(kind: str, is_late: bool) -> None:
    program = "import time, kg.processes; kg.processes.end_with_parent(); print(flush=True); time.sleep(60)"
    if kind == "pipe":
        theirs, ours = os.pipe()
    else:
        theirs, ours = (end.detach() for end in socket.socketpair())
    if is_late:
        os.close(ours)
    with subprocess.Popen([sys.executable, "-c", program], stdin=theirs, stdout=subprocess.PIPE) as process:
        os.close(theirs)
        assert process.stdout
        if not is_late:
            assert process.stdout.readline()
            os.close(ours)
        try:
            assert process.wait(30) != 0
        finally:
            process.kill()


def test_a_process_of_a_pool_ends_with_who_made_the_pool(tmp_path: Path) -> None:
    (tmp_path / "pool.py").write_text("""
import os, sys, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from kg.processes import end_with_parent

if __name__ == "__main__":
    pool = ProcessPoolExecutor(1, get_context("spawn"), end_with_parent)
    print(pool.submit(os.getpid).result(), flush=True)
    pool.submit(time.sleep, 60).result()
""")
    command = [sys.executable, str(tmp_path / "pool.py")]
    environment = os.environ | {"PYTHONPATH": _PACKAGES}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout
        child = os.pidfd_open(int(process.stdout.readline()))
        process.kill()
        process.wait()
        assert select.select([child], [], [], 30)[0]
        os.close(child)


def test_a_module_is_found_without_installing_and_beside_what_the_environment_says(tmp_path: Path) -> None:
    (tmp_path / "shown.py").write_text("import sys, kg; print(kg.__file__, sys.argv[1:], sys.path)")
    environment = {"PYTHONPATH": str(tmp_path)}
    with start_module("shown", 1, tmp_path, environment=environment, stdout=subprocess.PIPE, cwd="/") as process:
        said = process.communicate()[0].decode()
    assert said.startswith(f"{kg.__file__} {['1', str(tmp_path)]} ['{_PACKAGES}', '{tmp_path}', ")


def test_what_was_made_without_collecting_is_not_looked_through_at_once_nor_kept_for_ever() -> None:
    """In a process of its own, whose numbers are not those of the tests."""
    program = """
import gc
from kg.processes import without_collecting
class Kept: pass
gc.collect()
looked = []
gc.callbacks.append(lambda when, info: when == "start" and looked.append(len(gc.get_objects(generation=0))))
with without_collecting():
    many = [[number] for number in range(100_000)]
    kept = Kept(); kept.itself = kept
del kept
more = [[number] for number in range(5000)]
assert gc.isenabled() and looked and looked[0] < 10_000, looked
assert sum(isinstance(each, Kept) for each in gc.get_objects()) == 1
gc.collect()
assert not any(isinstance(each, Kept) for each in gc.get_objects())
"""
    subprocess.run([sys.executable, "-c", program], check=True)
