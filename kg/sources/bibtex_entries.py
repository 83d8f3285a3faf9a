"""BibTeX as entries: split by bibtexparser, with macros put in; a broken entry is told and costs no other.

Of bibtexparser only the splitter is used: it is quick, and goes on at the next entry where one is not closed.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bibtexparser.model import Block, DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, ParsingFailedBlock, String
from bibtexparser.model import Entry as SplitEntry
from bibtexparser.model import Field as SplitField
from bibtexparser.splitter import Splitter

from kg.sources.chunks import CHUNK_SIZE, entry_chunks
from kg.sources.contract import Chunk
from kg.sources.faults import Fault
from kg.sources.files import SourceFile
from kg.sources.text_bytes import refuse_wide_characters, text_of

# What it warns of becomes a reject.
logging.getLogger("bibtexparser.splitter").setLevel(logging.CRITICAL)

KIND = "bibtex"
STARTS = re.compile(rb"^[ \t]*@[ \t]*\w+[ \t]*[{(]", re.MULTILINE)

_MACRO = re.compile(rb"^[ \t]*@[ \t]*string[ \t]*[{(]", re.MULTILINE | re.IGNORECASE)
_LINE_END = b"\n"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_KEY = re.compile(
    r"^([ \t]*)@[ \t]*(?!string|comment|preamble)(\w+[ \t]*[{(]\s*+)([^,\s{}]*+)(?=\s*+,)", re.MULTILINE | re.IGNORECASE
)
# Marks to the splitter, at which it would give the entry up; the key has them back when it is split.
_MARKS_IN_KEYS = {"=": "\ue03d", '"': "\ue022"}
_HIDDEN = str.maketrans(_MARKS_IN_KEYS)
_SHOWN = str.maketrans({hidden: mark for mark, hidden in _MARKS_IN_KEYS.items()})
_HEAD = re.compile(r"@\s*(\w+)\s*[{(]\s*([^,\s{}]*)")
_BRACE = re.compile(r"(?<!\\)[{}]")
_QUOTE_OR_BRACE = re.compile(r'(?<!\\)[{}"]')
_NEXT = re.compile(r"\s*#\s*")
_MISSED_FIELD = re.compile(r"\s*([A-Za-z][\w:.-]*)\s*=\s*(?=\S)")
_BARE = re.compile(r"[^\s#{}\"]+")


@dataclass
class Entry:
    """One entry. The fields, named in lower case, hold TeX; `faults` are what was wrong with how they are written."""

    line: int
    type: str
    key: str
    fields: dict[str, str]
    faults: list[Fault] = field(default_factory=list)


@dataclass
class BrokenEntry:
    """An entry that has no end, or is otherwise not to be read."""

    line: int
    key: str | None
    excerpt: str


def bibtex_chunks(file: SourceFile) -> Iterator[Chunk]:
    """Entries, about a megabyte at a time, each chunk after the macros that the file defined before it.

    Their lines are counted in `kind`: they are read again with every chunk, and stand where they stood.
    """
    macros = b""
    for chunk in entry_chunks(file, STARTS):
        if chunk.number == 1:
            refuse_wide_characters(file, chunk.data)
        yield Chunk(chunk.file, chunk.number, macros + chunk.data, f"{KIND} {macros.count(_LINE_END)}")
        macros += b"".join(_definitions(chunk.data))
        if len(macros) > CHUNK_SIZE:
            raise file.error(f"defines more than {CHUNK_SIZE // 2**20} MB of macros (@string)")


def _definitions(data: bytes) -> Iterator[bytes]:
    for match in _MACRO.finditer(data):
        end = STARTS.search(data, match.end())
        yield data[match.start() : end.start() if end else len(data)].rstrip() + b"\n"


def entries(chunk: Chunk) -> Iterator[Entry | BrokenEntry]:
    """The entries of a chunk, in order; macros, comments and preambles are none."""
    known_lines = int(chunk.kind.partition(" ")[2] or 0)
    text = _KEY.sub(_hidden, text_of(chunk.data))
    macros = {month: month for month in _MONTHS}
    for block in Splitter(text).split().blocks:
        found = (block.ignore_error_block if isinstance(block, DuplicateBlockKeyBlock) else None) or block
        line = chunk.number + (found.start_line or 0) - known_lines
        if isinstance(found, String):
            values = dict(_values(found.key, found.value, macros, []))
            macros[found.key.lower()] = values.get(found.key, "")
        elif line < chunk.number and known_lines:
            continue  # told where it stands
        elif (whole := _entry(found)) is not None:
            yield _expanded(whole, line, macros)
        elif isinstance(found, ParsingFailedBlock):
            yield _broken(found.raw or "", line)


def _entry(block: Block) -> SplitEntry | None:
    if isinstance(block, DuplicateFieldKeyBlock):
        block = block.ignore_error_block or block
    return block if isinstance(block, SplitEntry) else None


def _hidden(start: re.Match[str]) -> str:
    return f"{start[1]}@{start[2]}{start[3].translate(_HIDDEN)}"


def _broken(raw: str, line: int) -> BrokenEntry:
    head = _HEAD.match(raw)
    return BrokenEntry(line, head[2].translate(_SHOWN) or None if head else None, " ".join(raw[:400].split())[:80])


def _expanded(found: SplitEntry, line: int, macros: dict[str, str]) -> Entry:
    entry = Entry(line, found.entry_type.lower(), " ".join(found.key.translate(_SHOWN).split()), {})
    for name, value in _all_values(found.fields, macros, entry.faults):
        if not value.strip():
            continue
        before = entry.fields.setdefault(name, value)
        if before is not value and before != value:
            entry.faults.append(Fault(name, "the field stands twice, with two values", value))
    return entry


def _all_values(fields: Iterable[SplitField], macros: dict[str, str], faults: list[Fault]) -> Iterator[tuple[str, str]]:
    for each in fields:
        name, raw = each.key.lower(), each.value
        if not name:
            faults.append(Fault("field", "a value without the name of its field", raw))
        elif raw.isdecimal():
            yield name, raw
        elif raw.startswith("{") and raw.endswith("}") and "{" not in (inner := raw[1:-1]) and "}" not in inner:
            yield name, inner
        else:
            yield from _values(name, raw, macros, faults)


def _values(name: str, raw: str, macros: dict[str, str], faults: list[Fault]) -> Iterator[tuple[str, str]]:
    """The field's value, with what '#' joins; and the fields that follow it where the comma between them is missing."""
    parts: list[str] = []
    place = 0
    while place < len(raw):
        text, place = _piece(name, raw, place, macros, faults)
        parts.append(text)
        if joint := _NEXT.match(raw, place):
            place = joint.end()
        elif missed := _MISSED_FIELD.match(raw, place):
            faults.append(Fault(missed[1].lower(), "no comma before the field", raw[missed.start() :].strip()))
            yield name, "".join(parts)
            name, parts, place = missed[1].lower(), [], missed.end()
        else:
            if rest := raw[place:].strip():
                faults.append(Fault(name, "something follows the value", rest))
            break
    yield name, "".join(parts)


def _piece(name: str, raw: str, start: int, macros: dict[str, str], faults: list[Fault]) -> tuple[str, int]:
    """One piece of a value, and where it ends."""
    if raw[start] in '{"':
        return _delimited(raw, start)
    if not (bare := _BARE.match(raw, start)):
        return "", start + 1
    if bare[0].isdecimal():
        return bare[0], bare.end()
    if (text := macros.get(bare[0].lower())) is None:
        faults.append(Fault(name, "a macro that is not defined", bare[0]))
    return text or "", bare.end()


def _delimited(raw: str, start: int) -> tuple[str, int]:
    depth, in_quotes = 0, raw[start] == '"'
    for mark in (_QUOTE_OR_BRACE if in_quotes else _BRACE).finditer(raw, start + in_quotes):
        if mark[0] == "{":
            depth += 1
        elif mark[0] == "}":
            depth -= 1
        if depth <= 0 and (mark[0] == '"' if in_quotes else True):
            return raw[start + 1 : mark.start()], mark.end()
    return raw[start + 1 :], len(raw)
