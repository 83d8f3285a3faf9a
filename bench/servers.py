"""Servers that answer SPARQL over the same graph: paperkg and its peers, each loaded and started as docs/dumps.md says.

The tests that compare answers (tests/stores) use these as well.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode
from urllib.request import urlopen

from bench.peers import debian_program, program, version
from bench.service import descendants, memory_of
from kg import __version__
from kg.namespaces import DEFAULT_BASE
from tests.stores.documented import blocks, free_port, lines, replaced

DUMP = "kg.nt.gz"
_BUFFERS = 85_000  # of Virtuoso for each GB, as the page says
_START = 600  # seconds until a server answers; one reads its whole graph first


class Server(ABC):
    """A server over the graph in `folder`, which holds its dump, kg.nt.gz; on the same port each time it is started."""

    name: str

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.place = f"127.0.0.1:{free_port()}"
        self.parameters: Mapping[str, str] = {}
        """What every question goes along with."""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def version(self) -> str: ...

    @property
    @abstractmethod
    def path(self) -> str:
        """Of the endpoint."""

    @property
    @abstractmethod
    def data(self) -> Sequence[Path]:
        """Files and folders that it answers from."""

    @abstractmethod
    def load(self) -> None:
        """Make of the dump what the server needs."""

    @abstractmethod
    def command(self) -> Sequence[str]: ...

    @property
    def endpoint(self) -> str:
        return f"http://{self.place}{self.path}"

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.stop()

    def start(self, prepare: Callable[[], None] | None = None) -> None:
        """Returns once it answers. `prepare` is called in the new process, before the program."""
        log = self.folder / f"{type(self).__name__}.log"
        with log.open("wb") as stream:
            self._process = subprocess.Popen(
                list(self.command()),
                cwd=self.folder,
                stdout=stream,
                stderr=stream,
                env=self.environment(),
                start_new_session=True,
                preexec_fn=prepare,
            )
        deadline = time.monotonic() + _START
        while not self.answers():
            assert self.alive and time.monotonic() < deadline, log.read_text(errors="replace")[-3000:]
            time.sleep(0.05)

    def environment(self) -> Mapping[str, str] | None:
        return None

    def answers(self) -> bool:
        try:
            urlopen(self.endpoint, timeout=5).close()
        except HTTPError:
            return True  # it wants a question
        except (URLError, OSError):
            return False
        return True

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Ends it with everything that it started."""
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def processes(self) -> list[int]:
        return [self._process.pid, *descendants(self._process.pid)] if self._process and self.alive else []

    def memory(self) -> int:
        """Bytes of memory of all its processes, what they share counted once."""
        return sum(memory_of(process) for process in self.processes())

    def processor(self) -> float:
        """Seconds of a processor that its threads have taken."""
        threads = (path for process in self.processes() for path in Path(f"/proc/{process}/task").glob("*/schedstat"))
        return sum(_taken(path) for path in threads) / 1e9

    def disk(self) -> int:
        files = (file for path in self.data for file in (path.rglob("*") if path.is_dir() else [path]))
        return sum(file.stat().st_blocks * 512 for file in files if file.is_file())

    def request(self, query: str, media_type: str) -> bytes:
        """A question, as it goes over the connection."""
        body = urlencode({**self.parameters, "query": query}).encode()
        head = f"POST {self.path} HTTP/1.1\r\nHost: {self.place}\r\nAccept: {media_type}\r\n"
        form = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        return (head + form).encode() + body

    def canned(self, name: str, values: Mapping[str, str], media_type: str) -> bytes | None:
        """A canned query by its own address, where there are such."""
        return None


class Paperkg(Server):
    """`kg serve` over a copy of the graph in `folder`/paperkg, or over the store that is given."""

    def __init__(self, folder: Path, store: Path | None = None, name: str = "paperkg", **settings: str) -> None:
        super().__init__(folder)
        self.name = name
        self.store = store or folder / "paperkg"
        self._settings = {"KG_ACCESS_LOG": "0", "KG_EXPORTS": "", **settings}

    version = __version__
    path = "/sparql"

    @property
    def data(self) -> Sequence[Path]:
        snapshot = self.store / "snapshots" / (self.store / "current").read_text().strip()
        return [snapshot / "store", snapshot / "index"]

    def load(self) -> None:
        command, _ = lines(blocks("paperkg")[0])
        arguments = replaced(command, {"--store copy": f"--store {self.store}"}).split()[1:]
        run([sys.executable, "-m", "kg", *arguments], self.folder)

    def command(self) -> Sequence[str]:
        return [sys.executable, "-m", "kg", "serve"]

    def environment(self) -> Mapping[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
        here = {"PYTHONPATH": str(Path(__file__).parents[1]), "KG_STORE": str(self.store)}
        return inherited | here | {"KG_PORT": self.place.rpartition(":")[2]} | self._settings

    def canned(self, name: str, values: Mapping[str, str], media_type: str) -> bytes:
        path = f"/queries/{quote(name)}?{urlencode(values)}".removesuffix("?")
        return f"GET {path} HTTP/1.1\r\nHost: {self.place}\r\nAccept: {media_type}\r\n\r\n".encode()


class Oxigraph(Server):
    name = "Oxigraph"
    path = "/query"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        tested = Path(sys.executable).with_name("oxigraph")  # what `make test` installs
        self.program = tested if tested.exists() else program("oxigraph")

    @property
    def version(self) -> str:
        return run([str(self.program), "--version"], self.folder).split()[-1]

    @property
    def data(self) -> Sequence[Path]:
        return [self.folder / "oxigraph"]

    def load(self) -> None:
        command = lines(blocks("Oxigraph")[0])[1]
        run([str(self.program), *command.split()[1:]], self.folder)

    def command(self) -> Sequence[str]:
        serve = lines(blocks("Oxigraph")[0])[2]
        return [str(self.program), *replaced(serve, {"127.0.0.1:7878": self.place}).split()[1:]]


class CompactedOxigraph(Oxigraph):
    """With its files compacted after loading: its queries then take a half to a quarter of the time."""

    def load(self) -> None:
        super().load()
        run([str(self.program), "optimize", "--location", "oxigraph"], self.folder)


class Virtuoso(Server):
    """One database in `folder`, which may hold several graphs; the dump lies in `graph`.nt.gz, or kg.nt.gz."""

    name = "Virtuoso"
    path = "/sparql"

    def __init__(self, folder: Path, graph: str = DEFAULT_BASE, gigabytes: float = 2) -> None:
        super().__init__(folder)
        self.program = debian_program("virtuoso-t", "virtuoso-opensource-7-bin")
        self.sql = f"127.0.0.1:{free_port()}"
        self._graph = graph
        self.parameters = {"default-graph-uri": graph}
        settings, _, _ = blocks("Virtuoso")
        buffers = max(10_000, int(_BUFFERS * gigabytes))
        here = {
            "127.0.0.1:1111": self.sql,
            "127.0.0.1:8890": self.place,
            "NumberOfBuffers = 10000": f"NumberOfBuffers = {buffers}",
            "MaxDirtyBuffers = 6000": f"MaxDirtyBuffers = {buffers * 3 // 4}",
        }
        (folder / "virtuoso.ini").write_text(replaced(settings, here))

    @property
    def version(self) -> str:
        said = subprocess.run([self.program, "-?"], capture_output=True, text=True, check=False)
        found = [line for line in (said.stderr + said.stdout).splitlines() if "Version" in line]
        return found[0].split("Version ")[1].split("-")[0].strip() if found else "unknown"

    @property
    def data(self) -> Sequence[Path]:
        return [self.folder / "virtuoso.db"]

    def load(self) -> None:
        """Into the running server, or into one that is started for it."""
        if self.alive:
            self.load_graph(DUMP, self._graph)
            return
        with self:
            self.load_graph(DUMP, self._graph)

    def load_graph(self, file: str, graph: str) -> None:
        """A file that lies in the folder of the running server."""
        load, state, _ = blocks("Virtuoso")[2].splitlines()
        here = {"127.0.0.1:1111": self.sql, DUMP: file, f"'{DEFAULT_BASE}'": f"'{graph}'"}
        run(["sh", "-c", replaced(load, here)], self.folder)
        loaded = run(["sh", "-c", replaced(state, {"127.0.0.1:1111": self.sql})], self.folder)
        assert f"{file}  " in loaded.replace("./", ""), loaded

    def command(self) -> Sequence[str]:
        return blocks("Virtuoso")[1].split()


class RdflibEndpoint(Server):
    """rdflib's graph in memory, which each start reads anew."""

    name = "rdflib-endpoint"
    path = "/"

    @property
    def version(self) -> str:
        return f"{version('rdflib-endpoint')} (rdflib {version('rdflib')})"

    @property
    def data(self) -> Sequence[Path]:
        return [self.folder / "kg.nt"]

    def load(self) -> None:
        run(["sh", "-c", f"gzip -dc {DUMP} > kg.nt"], self.folder)

    def command(self) -> Sequence[str]:
        host, _, port = self.place.partition(":")
        return [str(program("rdflib-endpoint")), "serve", "--host", host, "--port", port, "kg.nt"]


def run(command: Sequence[str], folder: Path) -> str:
    """What a command prints, run in the folder."""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _taken(schedstat: Path) -> int:
    """Nanoseconds that a thread has run; none of one that is gone."""
    try:
        return int(schedstat.read_text().split()[0])
    except (OSError, IndexError):
        return 0
