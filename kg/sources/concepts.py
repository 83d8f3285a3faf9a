"""Concept schemes: any SKOS file, OpenAlex's table of topics, arXiv's taxonomy.

https://www.w3.org/TR/skos-reference/
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from urllib.parse import unquote

import msgspec
import pyoxigraph
from pyoxigraph import Literal, NamedNode, RdfFormat

from kg import namespaces as ns
from kg.records import Concept, Profile, Reading, SourceRecord, Text
from kg.sources.chunks import MAX_DOCUMENT, json_chunks, numbered_lines
from kg.sources.contract import Chunk, Source
from kg.sources.csv_rows import row_chunks, rows
from kg.sources.decoding import BROKEN
from kg.sources.faults import Faults
from kg.sources.files import SourceFile
from kg.sources.rdf_files import FORMATS, Readable, format_in, format_of, n_triples, statements
from kg.sources.values import address, clean

_SKOS = "skos"
_TABLE = "table"
_TOPICS = re.compile(rb"(?:\xef\xbb\xbf)?\"?topic_id\"?,")
_AT_A_TIME = 10_000
_NUMBER = re.compile(r"[1-9][0-9]{0,11}")
_TERM = re.compile(r"[^/#]+$")
_NOT_IN_NAME = re.compile(r"[^a-z0-9]+")
_Term = NamedNode | Literal
_MATCHES = (ns.SKOS + "exactMatch", ns.SKOS + "closeMatch")
_READ = {
    *(ns.TYPE, ns.PREF_LABEL, ns.ALT_LABEL, ns.DEFINITION, ns.NOTATION, ns.IN_SCHEME, ns.BROADER, ns.RELATED, ns.TITLE),
    *(ns.RDFS + "label", *(ns.SKOS + name for name in ("narrower", "scopeNote", "topConceptOf")), *_MATCHES),
}


class _Taxon(msgspec.Struct):
    """A line of arXiv's taxonomy."""

    kind: str
    id: str
    full_name: str
    is_active: bool = True
    alt_name: str | None = None
    in_archive: str | None = None
    in_group: str | None = None


_TAXON = msgspec.json.Decoder(_Taxon)
_ALIASES = msgspec.json.Decoder(dict[str, str])


def chunks(file: SourceFile) -> Iterator[Chunk]:
    """What a file holds is told by its name: RDF, a table, or JSON. Where that says nothing, its content does."""
    rdf_format = format_of(file.name)
    if rdf_format is not None:
        with file.open() as stream:
            yield _skos_chunk(file, stream, rdf_format)
    elif ".csv" in file.name.lower():
        yield from row_chunks(file, _TABLE)
    else:
        for chunk in json_chunks(file):
            if chunk.kind == "document" and format_in(chunk.data):
                yield _skos_chunk(file, io.BytesIO(chunk.data), None)
            elif chunk.kind == "document" and _TOPICS.match(chunk.data):
                yield msgspec.structs.replace(chunk, kind=_TABLE)
            else:
                yield chunk


def _skos_chunk(file: SourceFile, content: Readable, rdf_format: RdfFormat | None) -> Chunk:
    """What is read of all statements, in one chunk, because what is said of a concept may stand anywhere."""
    parts, size = [], 0
    triples = (triple for triple in statements(file, content, rdf_format) if triple.predicate.value in _READ)
    while batch := list(islice(triples, _AT_A_TIME)):
        parts.append(n_triples(batch))
        size += len(parts[-1])
        if size > MAX_DOCUMENT:
            raise file.error(f"says more than {MAX_DOCUMENT // 2**20} MB of concepts; split it by scheme")
    return Chunk(file.name, 1, b"".join(parts), _SKOS)


def readings(chunk: Chunk) -> Iterator[Reading]:
    if chunk.kind == _SKOS:
        yield from _skos(chunk)
    elif chunk.kind == _TABLE:
        for number, row in rows(chunk):
            yield _topic(row, Faults(chunk.file, number))
    elif chunk.kind == "document" and b'"kind"' not in chunk.data:
        yield from _aliases(chunk)
    else:
        for number, line in numbered_lines(chunk):
            yield _taxon(line, Faults(chunk.file, number))


def _topic(row: dict[str, str] | None, faults: Faults) -> Reading:
    """A row of OpenAlex's table of topics."""
    if row is None:
        return Reading((), faults.whole("not as many fields as the header has"))
    number = row.get("topic_id", "").strip()
    label = clean(row.get("new_topic_label") or row.get("topic_name") or row.get("old_topic_label"))
    if not _NUMBER.fullmatch(number) or not label:
        return Reading((), faults.whole("a topic without a number or a label", number))
    faults.record = f"T{number}"
    older = clean(row.get("old_topic_label"))
    summary = clean(row.get("summary"))
    page = address(row.get("wikipedia_url"), "wikipedia_url", faults)
    concept = Concept(
        "openalex-topics",
        f"T{number}",
        label,
        "en",
        alternative_labels=(Text(older, "en"),) if older and older != label else (),
        definition=Text(summary, "en") if summary else None,
        broader=_above(row, ("subfield", "field", "domain")),
        matches=(f"https://openalex.org/T{number}",),
        pages=(page,) if page else (),
    )
    return Reading((Profile(thing=concept, source=SourceRecord(f"T{number}")),), faults.rejects)


def _above(row: dict[str, str], levels: tuple[str, ...]) -> tuple[Concept, ...]:
    if not levels:
        return ()
    level, *higher = levels
    number, label = row.get(f"{level}_id", "").strip(), clean(row.get(f"{level}_name"))
    if not number or not label:
        return ()
    above = _above(row, tuple(higher))
    return (Concept(f"openalex-{level}s", number, label, "en", broader=above),)


def _taxon(line: bytes, faults: Faults) -> Reading:
    """A group, an archive or a category of arXiv; named as ontology/concepts.ttl names them."""
    try:
        found = _TAXON.decode(line)
    except BROKEN as error:
        return Reading((), faults.whole("not a line of arXiv's taxonomy", error))
    faults.record = found.id
    above = (found.in_archive and f"archive/{found.in_archive}") or (found.in_group and _group(found.in_group))
    prefix = {"Group": "group/", "Archive": "archive/"}.get(found.kind, "")
    notation = f"{prefix}{found.id.removeprefix('grp_')}"
    concept = Concept(
        "arxiv",
        notation,
        clean(found.full_name),
        broader=(Concept("arxiv", above),) if above else (),
        related=(Concept("arxiv", found.alt_name),) if found.alt_name else (),
    )
    source = SourceRecord(notation)
    return Reading((Profile(thing=concept, source=source, is_deprecated=not found.is_active),), faults.rejects)


def _group(text: str) -> str:
    return f"group/{text.removeprefix('grp_')}"


def _aliases(chunk: Chunk) -> Iterator[Reading]:
    """arXiv's list of categories with two names: the built-in scheme has both, so there is nothing to add to it."""
    try:
        aliases = _ALIASES.decode(chunk.data)
    except BROKEN as error:
        yield Reading((), Faults(chunk.file, 1).whole("no concepts in a form that is known", error))
        return
    for alias in aliases:
        yield Reading((Profile(thing=Concept("arxiv", alias), source=SourceRecord(f"alias-{alias}")),))


def _skos(chunk: Chunk) -> Iterator[Reading]:
    """Each skos:Concept with what is said of it; what is said of anything else is not read."""
    said: defaultdict[str, defaultdict[str, list[_Term]]] = defaultdict(lambda: defaultdict(list))
    for quad in pyoxigraph.parse(chunk.data, RdfFormat.N_TRIPLES):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            said[quad.subject.value][quad.predicate.value].append(quad.object)
            if quad.predicate.value == ns.SKOS + "narrower" and isinstance(quad.object, NamedNode):
                said[quad.object.value][ns.BROADER].append(quad.subject)
    concepts = [
        iri for iri, about in said.items() if any(term.value == ns.SKOS + "Concept" for term in about.get(ns.TYPE, ()))
    ]
    for number, iri in enumerate(sorted(concepts), start=1):
        yield _skos_concept(iri, said, Faults(chunk.file, number, iri))


_Said = defaultdict[str, defaultdict[str, list[_Term]]]


def _skos_concept(iri: str, said: _Said, faults: Faults) -> Reading:
    about = said[iri]
    labels = _texts(about, ns.PREF_LABEL) or _texts(about, ns.RDFS + "label")
    if not labels:
        return Reading((), faults.whole("a concept without a label", iri))
    first = next((label for label in labels if label.language in ("en", None)), labels[0])
    definitions = _texts(about, ns.DEFINITION) or _texts(about, ns.SKOS + "scopeNote")
    matches = (iri for kind in _MATCHES for iri in _things(about, kind))
    concept = Concept(
        *_name(iri, said),
        first.text,
        first.language,
        other_labels=tuple(label for label in labels if label != first),
        alternative_labels=tuple(_texts(about, ns.ALT_LABEL)),
        definition=definitions[0] if definitions else None,
        broader=tuple(Concept(*_name(other, said)) for other in _things(about, ns.BROADER) if other in said),
        related=tuple(Concept(*_name(other, said)) for other in _things(about, ns.RELATED) if other in said),
        matches=tuple(dict.fromkeys((iri, *matches))),
    )
    return Reading((Profile(thing=concept, source=SourceRecord(iri)),), faults.rejects)


def _things(about: defaultdict[str, list[_Term]], predicate: str) -> Iterator[str]:
    """The IRIs that stand there, each once."""
    return iter(dict.fromkeys(term.value for term in about.get(predicate, ()) if isinstance(term, NamedNode)))


def _texts(about: defaultdict[str, list[_Term]], predicate: str) -> list[Text]:
    found = (
        Text(text, term.language)
        for term in about.get(predicate, ())
        if isinstance(term, Literal) and (text := clean(term.value))
    )
    return sorted(dict.fromkeys(found), key=lambda text: (text.language or "", text.text))


def _name(iri: str, said: _Said) -> tuple[str, str]:
    """The scheme and the notation of a concept: as its file gives them, else as its IRI is made."""
    about = said[iri]
    schemes = sorted(_things(about, ns.IN_SCHEME)) or sorted(_things(about, ns.SKOS + "topConceptOf"))
    notations = sorted({term.value.strip() for term in about.get(ns.NOTATION, ())} - {""})
    scheme = schemes[0] if schemes else iri[: iri.rfind("#") if "#" in iri else iri.rfind("/")]
    local = _TERM.search(iri)
    return _slug(scheme, said), notations[0] if len(notations) == 1 else unquote(local[0] if local else iri)


def _slug(scheme: str, said: _Said) -> str:
    """A readable name for a scheme: of its title if it has one, else of its IRI."""
    about = said[scheme] if scheme in said else defaultdict(list)
    titles = _texts(about, ns.TITLE) + _texts(about, ns.PREF_LABEL) + _texts(about, ns.RDFS + "label")
    text = titles[0].text if titles else scheme.partition("://")[2] or scheme
    return _NOT_IN_NAME.sub("-", text.lower()).strip("-")[:60] or "concepts"


SOURCE = Source(
    name="concepts",
    version="1",
    description="concept schemes: SKOS, OpenAlex's topics (CSV), arXiv's taxonomy (JSON Lines)",
    chunks=chunks,
    readings=readings,
    endings=(*FORMATS, ".csv", ".jsonl", ".json"),
)
