"""Which records speak of a thing, and what they state: so that a few can be looked up without reading all segments.

It is kept beside the links in one SQLite file, with the checksum of that, and can be made anew: parts of segments that
it does not know are read when they are wanted. A file that is damaged, or of another version, is thrown away.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import zstandard

from kg.errors import StoreError
from kg.files import checksum, write_atomically
from kg.progress import Progress, silent
from kg.segments import SegmentStore

_VERSION = 2
KINDS = frozenset(("paper", "author", "authorship", "institution", "venue"))
"""Of things that are looked up: those that may be one with others."""
_PAPER = b"paper/"
_MARK = re.compile(rb"#[0-9a-f]{16}\n")
_READ = 2**18
_AT_ONCE = 500  # parameters of one statement
_DIGEST = 8
_MAPPED = 2**34
_SORTED = 2**19  # rows that are held until they are sorted, some 60 MB

_TABLES = """
CREATE TABLE part (id INTEGER PRIMARY KEY, dataset TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (dataset, name));
CREATE TABLE record (id INTEGER PRIMARY KEY AUTOINCREMENT, part INTEGER NOT NULL, frame INTEGER NOT NULL,
    start INTEGER NOT NULL, size INTEGER NOT NULL, paper TEXT, things INTEGER NOT NULL);
CREATE INDEX record_part ON record (part);
CREATE TABLE spoken (thing INTEGER NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (thing, record)) WITHOUT ROWID;
"""

Part = tuple[str, str]
"""Dataset and part."""


class Place(NamedTuple):
    """Where the statements of a record stand: in which part, in the frame that begins at which byte of its file, from
    which byte of that on, and how many bytes."""

    part: Part
    frame: int
    start: int
    size: int


class RecordIndex:
    """The index of the records of a store. Used by who writes, and closed by them."""

    def __init__(self, path: Path, segments: SegmentStore, base_iri: str) -> None:
        self._path = path
        self._segments = segments
        self._base_iri = base_iri
        base = re.escape(base_iri)
        self._thing = re.compile(f"<{base}((?:{'|'.join(sorted(KINDS))})/[^>]*)>".encode())
        self._paper = re.compile(f"\n<({base}paper/[^>]*)>".encode())
        self._checksum = path.with_suffix(".checksum")
        self._open: sqlite3.Connection | None = None

    def close(self) -> None:
        if self._open:
            self._open.close()
            self._open = None

    def know(self, parts: Iterable[Part], progress: Progress = silent) -> None:
        """Read the parts that are not known yet, and forget all others."""
        wanted = set(parts)
        if not self._is_sound():
            self._forget_all()
        try:
            is_changed = self._know(wanted, progress)
        except sqlite3.DatabaseError:
            self._forget_all()
            is_changed = self._know(wanted, progress)
        if is_changed:
            write_atomically(self._checksum, self._stamp())

    def __len__(self) -> int:
        (count,) = self._database().execute("SELECT COUNT(*) FROM record").fetchone()
        return int(count)

    def places(self, things: Iterable[str]) -> set[Place]:
        """Where the records stand that speak of any of these things, by IRI."""
        digests = sorted(set(map(self._digest, things)))
        found: set[Place] = set()
        while batch := digests[:_AT_ONCE]:
            digests = digests[_AT_ONCE:]
            marks = ",".join("?" * len(batch))
            rows = self._database().execute(
                "SELECT DISTINCT dataset, name, frame, start, size FROM spoken"  # noqa: S608 - question marks only
                f" JOIN record ON record.id = spoken.record JOIN part ON part.id = part WHERE thing IN ({marks})",
                batch,
            )
            found.update(Place((dataset, name), frame, start, size) for dataset, name, frame, start, size in rows)
        return found

    def papers_beside(self, things: Iterable[str]) -> dict[str, set[str] | None]:
        """The papers, by IRI, that the records that speak of each thing are about. None where one is about several;
        what no record speaks of is left out."""
        found: dict[str, set[str] | None] = {}
        query = "SELECT thing, paper FROM spoken JOIN record ON record.id = spoken.record WHERE thing IN ({})"
        for thing, paper in self._of_things(things, query):
            papers = found.setdefault(thing, set())
            if paper is None:
                found[thing] = None
            elif papers is not None and paper:
                papers.add(self._base_iri + paper)
        return found

    def things_beside(self, thing: str) -> int:
        """Of how many things the records speak that speak of this one; those of which several do each time."""
        query = "SELECT SUM(things) FROM spoken JOIN record ON record.id = spoken.record WHERE thing = ?"
        (count,) = self._database().execute(query, (self._digest(thing),)).fetchone()
        return count or 0

    def papers_in(self, statements: bytes) -> set[str]:
        """The papers that statements are about, by IRI."""
        return {paper.decode() for paper in self._paper.findall(b"\n" + statements)}

    def others_speak_of(self, things: Iterable[str], but: Collection[Part]) -> set[str]:
        """Those things that records speak of which are in other parts than some."""
        parts = [number for number, *part in self._database().execute("SELECT * FROM part") if tuple(part) in but]
        query = (
            "SELECT DISTINCT thing FROM spoken JOIN record ON record.id = spoken.record"  # noqa: S608 - numbers only
            f" WHERE thing IN ({{}}) AND part NOT IN ({','.join(map(str, parts))})"
        )
        return {thing for thing, *_ in self._of_things(things, query)}

    def _of_things(self, things: Iterable[str], query: str) -> Iterator[Any]:
        """The rows of a query of many things, whose digests are the first column, with their IRIs in place of these;
        of several things with one digest, which hardly are, each."""
        by_digest: defaultdict[int, list[str]] = defaultdict(list)
        for thing in things:
            by_digest[self._digest(thing)].append(thing)
        digests = sorted(by_digest)
        for start in range(0, len(digests), _AT_ONCE):
            batch = digests[start : start + _AT_ONCE]
            for digest, *row in self._database().execute(query.format(",".join("?" * len(batch))), batch):
                yield from ((thing, *row) for thing in by_digest[digest])

    def _digest(self, thing: str) -> int:
        return _digest(thing.removeprefix(self._base_iri).encode())

    def statements(self, places: Iterable[Place]) -> Iterator[tuple[Place, bytes]]:
        """What the records at these places state, as N-Triples. StoreError if there is none there."""
        by_frame: defaultdict[tuple[Part, int], list[Place]] = defaultdict(list)
        for place in places:
            by_frame[place.part, place.frame].append(place)
        for (part, offset), of_frame in sorted(by_frame.items()):
            path = self._segments.statements_path(*part)
            with path.open("rb") as stream:
                stream.seek(offset)
                _, content = next(_frames(stream.read, offset), (offset, b""))
            for place in sorted(of_frame):
                statements = content[place.start : place.start + place.size]
                if len(statements) != place.size or not _MARK.match(statements):
                    self._forget_all()
                    raise StoreError(f"{path} is not the segment that it was; load {part[0]!r} again", path)
                yield place, statements[statements.index(b"\n") + 1 :]

    def _database(self) -> sqlite3.Connection:
        if self._open is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            is_new = not self._path.exists()
            self._open = sqlite3.connect(self._path)
            self._open.execute(f"PRAGMA mmap_size = {_MAPPED}")  # things are looked up all over the file
            if is_new:
                self._open.executescript(_TABLES)
        return self._open

    def _stamp(self) -> bytes:
        return f"{_VERSION} {self._base_iri} {checksum(self._path)}".encode()

    def _is_sound(self) -> bool:
        """Whether the file is as it was left. What a crash left unfinished is not."""
        try:
            return self._open is not None or self._stamp() == self._checksum.read_bytes()
        except OSError:
            return False

    def _forget_all(self) -> None:
        self.close()
        for path in self._path.parent.glob(self._path.name + "*"):
            path.unlink(missing_ok=True)

    def _know(self, wanted: set[Part], progress: Progress) -> bool:
        """Whether anything had to be read or forgotten."""
        database = self._database()
        known = {(dataset, name): number for number, dataset, name in database.execute("SELECT * FROM part")}
        if len(wanted & known.keys()) < len(known) / 2:
            self._forget_all()  # what is left of parts that are forgotten would be most of it
            database, known = self._database(), {}
        with database:
            for part in known.keys() - wanted:
                database.execute("DELETE FROM record WHERE part = ?", (known[part],))
                database.execute("DELETE FROM part WHERE id = ?", (known[part],))
            if wanted - known.keys():
                progress("reading which records speak of what")
            for part in sorted(wanted - known.keys()):
                self._read(database, part)
        return wanted != known.keys()

    def _read(self, database: sqlite3.Connection, part: Part) -> None:
        (number,) = database.execute("INSERT INTO part (dataset, name) VALUES (?, ?) RETURNING id", part).fetchone()
        last = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'record'").fetchone()
        record = last[0] if last else 0
        spoken = list[tuple[int, int]]()
        for offset, content in self._segments.checked(*part, ".nt.zst", lambda stream: _frames(stream.read)):
            rows = []
            for start, end in pairwise([*_marks(content), len(content)]):
                record += 1
                things = set(self._thing.findall(content, start, end))
                paper = self._paper_of(things, content[start:end])
                rows.append((record, number, offset, start, end - start, paper, len(things)))
                spoken += [(_digest(thing), record) for thing in things]
            database.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            if len(spoken) > _SORTED:
                _insert(database, spoken)
        _insert(database, spoken)

    def _paper_of(self, things: Iterable[bytes], statements: bytes) -> str | None:
        """The one paper that a record is about, without the base IRI; empty if none, None if there are several."""
        papers = [thing.decode() for thing in things if thing.startswith(_PAPER)]
        if len(papers) > 1:
            papers = [paper.removeprefix(self._base_iri) for paper in self.papers_in(statements)]
        return None if len(papers) > 1 else papers[0] if papers else ""


def _insert(database: sqlite3.Connection, spoken: list[tuple[int, int]]) -> None:
    """In order, as rows that come anyhow take three times as long; and leave none."""
    spoken.sort()
    database.executemany("INSERT OR IGNORE INTO spoken VALUES (?, ?)", spoken)
    spoken.clear()


def _marks(content: bytes) -> Iterator[int]:
    """Where the records of a frame begin. Nothing but what stands before a record begins with a #."""
    if content.startswith(b"#"):
        yield 0
    place = content.find(b"\n#")
    while place >= 0:
        yield place + 1
        place = content.find(b"\n#", place + 1)


def _digest(thing: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(thing, digest_size=_DIGEST).digest(), "big", signed=True)


def _frames(read: object, offset: int = 0) -> Iterator[tuple[int, bytes]]:
    """Zstandard frames that follow one another: where each begins, and what is in it."""
    rest = b""
    while True:
        unpacking = zstandard.ZstdDecompressor().decompressobj()
        content: list[bytes] = []
        size = 0
        while not unpacking.eof:
            block = rest or read(_READ)  # type: ignore[operator]
            rest = b""
            if not block:
                return
            content.append(unpacking.decompress(block))
            size += len(block)
        rest = unpacking.unused_data
        size -= len(rest)
        yield offset, b"".join(content)
        offset += size
