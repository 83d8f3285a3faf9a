"""DBLP's RDF, in Turtle, N-Triples or RDF/XML: statements gathered by publication, person and stream.

https://dblp.org/rdf/docu/
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

import pyoxigraph as ox

from kg.identifiers import identifier, identifiers
from kg.records import Author, Identifier, Institution, Profile, Reading, SourceRecord, Venue
from kg.sources.chunks import MAX_RECORD, document_chunk, entry_chunks, line_chunks
from kg.sources.contract import Chunk
from kg.sources.dblp.publications import (
    Signature,
    key_identifiers,
    kind,
    name_list,
    person,
    stream_kind,
    venue,
    without_stop,
)
from kg.sources.faults import Faults
from kg.sources.files import SourceFile
from kg.sources.person_names import NameList
from kg.sources.plain_text import plain_text
from kg.sources.printed_dates import day
from kg.sources.references import Reference, addresses, identified, pages
from kg.sources.values import distinct

TURTLE, N_TRIPLES, RDF_XML = "turtle", "n-triples", "rdf-xml"

_FORMATS = {TURTLE: ox.RdfFormat.TURTLE, N_TRIPLES: ox.RdfFormat.N_TRIPLES, RDF_XML: ox.RdfFormat.RDF_XML}
_DBLP = "https://dblp.org/rdf/schema#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_CITES = "http://purl.org/spar/cito/cites"
_SUBJECT = re.compile(rb"^<https?://dblp\.org/(?:rec|pid|streams)/[^>\s]*>", re.MULTILINE)
_REC, _PID, _STREAMS = (re.compile(rf"https?://dblp\.org/{part}/(.+)") for part in ("rec", "pid", "streams"))
_PARTS = frozenset(
    ("http://purl.org/spar/datacite/ResourceIdentifier", "http://purl.org/spar/datacite/PersonalIdentifier")
)

_Node = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_Statements = dict[str, list[_Node]]
_Nodes = dict[_Node, _Statements]
_NameList = tuple[NameList | None, dict[int, tuple[Identifier, ...]]]


def turtle_chunks(file: SourceFile) -> Iterator[Chunk]:
    """Blocks that begin with a thing of DBLP's, each chunk after the prefixes that the file begins with."""
    head = b""
    for chunk in entry_chunks(file, _SUBJECT):
        yield Chunk(chunk.file, chunk.number, head + chunk.data, TURTLE)
        if not head:
            first = _SUBJECT.search(chunk.data)
            lines = chunk.data[: first.start() if first else 0].split(b"\n")
            head = b" ".join(line for line in lines if not line.lstrip().startswith(b"#")) + b"\n"


def triple_chunks(file: SourceFile) -> Iterator[Chunk]:
    """Lines, cut where those of another thing begin; blank nodes go with the thing before them."""
    pending, number = b"", 1
    for chunk in line_chunks(file):
        pending += chunk.data
        found = list(_SUBJECT.finditer(pending))
        cut = 0
        for match in reversed(found):
            if match[0] != found[-1][0]:
                break
            cut = match.start()
        if cut:
            yield Chunk(file.name, number, pending[:cut], N_TRIPLES)
            number += pending.count(b"\n", 0, cut)
            pending = pending[cut:]
        elif len(pending) > MAX_RECORD:
            raise file.error(f"the statements of one thing are longer than {MAX_RECORD // 2**20} MB", number)
    if pending:
        yield Chunk(file.name, number, pending, N_TRIPLES)


def document_chunks(file: SourceFile) -> Iterator[Chunk]:
    """RDF/XML as a whole."""
    return document_chunk(file, RDF_XML)


def readings(chunk: Chunk) -> Iterator[Reading]:
    """The things of a chunk; where it is not RDF as a whole, those of every block that is."""
    try:
        nodes = _nodes(chunk.data, chunk.kind)
    except (SyntaxError, ValueError):
        yield from _block_readings(chunk)
    else:
        yield from _things(chunk, nodes)


def _block_readings(chunk: Chunk) -> Iterator[Reading]:
    starts = [match.start() for match in _SUBJECT.finditer(chunk.data)] if chunk.kind != RDF_XML else []
    if len(starts) < 2 and chunk.kind != N_TRIPLES:
        yield Reading((), Faults(chunk.file, chunk.number).whole("not RDF", _excerpt(chunk.data)))
        return
    head = chunk.data[: starts[0]] if starts and chunk.kind == TURTLE else b""
    if chunk.kind == N_TRIPLES:
        yield from _line_readings(chunk)
        return
    for start, end in zip(starts, [*starts[1:], len(chunk.data)], strict=True):
        block = chunk.data[start:end]
        number = chunk.number + chunk.data.count(b"\n", 0, start) - (head.count(b"\n") if chunk.number > 1 else 0)
        try:
            nodes = _nodes(head + block, chunk.kind)
        except (SyntaxError, ValueError):
            yield Reading((), Faults(chunk.file, number).whole("not RDF", _excerpt(block)))
        else:
            yield from _things(Chunk(chunk.file, number, block, chunk.kind), nodes)


def _line_readings(chunk: Chunk) -> Iterator[Reading]:
    """Lines that are triples are kept, any other is told by itself."""
    good = []
    for number, line in enumerate(chunk.data.split(b"\n"), start=chunk.number):
        try:
            _nodes(line, N_TRIPLES)
            good.append(line)
        except (SyntaxError, ValueError):
            yield Reading((), Faults(chunk.file, number).whole("not RDF", _excerpt(line)))
    yield from _things(chunk, _nodes(b"\n".join(good), N_TRIPLES))


def _excerpt(data: bytes) -> str:
    return " ".join(data[:300].decode(errors="replace").split())


def _nodes(data: bytes, kind: str) -> _Nodes:
    nodes: _Nodes = defaultdict(lambda: defaultdict(list))
    for quad in ox.parse(data, format=_FORMATS[kind], base_iri="https://dblp.org/", without_named_graphs=True):
        nodes[quad.subject][quad.predicate.value].append(quad.object)
    return nodes


def _things(chunk: Chunk, nodes: _Nodes) -> Iterator[Reading]:
    for node, statements in nodes.items():
        if not isinstance(node, ox.NamedNode) or _signature_or_part(statements):
            continue
        faults = Faults(chunk.file, chunk.number, node.value)
        if match := _REC.fullmatch(node.value):
            yield _publication(match[1], statements, nodes, faults)
        elif found := _profile(node.value, statements, faults):
            yield Reading((found,), faults.rejects)
        else:
            yield Reading((), faults.rejects + faults.whole("neither a publication, a person nor a stream with a name"))


def _profile(iri: str, statements: _Statements, faults: Faults) -> Profile | None:
    if match := _PID.fullmatch(iri):
        return _person(match[1], statements, faults)
    match = _STREAMS.fullmatch(iri)
    return _stream(match[1], statements, faults) if match else None


def _signature_or_part(statements: _Statements) -> bool:
    types = {_value(each) for each in statements.get(_TYPE, ())}
    return bool(types & _PARTS) or any(each.startswith(_DBLP) and each.endswith("Signature") for each in types)


def _publication(key: str, statements: _Statements, nodes: _Nodes, faults: Faults) -> Reading:
    printed = _first(statements, "title") or ""
    word = (_first(statements, "bibtexType") or "").rpartition("#")[2].lower()
    classes = {_value(each).removeprefix(_DBLP) for each in statements.get(_TYPE, ())}
    authors, author_identifiers = _people(statements, nodes, "AuthorSignature", "author", faults)
    editors, editor_identifiers = _people(statements, nodes, "EditorSignature", "editor", faults)
    is_complete = _is_complete(statements, authors or editors)
    links = addresses(_values(statements, "primaryDocumentPage", "documentPage"), "documentPage", faults)
    spelled = [("doi", each) for each in _values(statements, "doi")]
    if word in ("book", "proceedings", "phdthesis", "mastersthesis"):
        spelled += [("isbn", each.removeprefix("urn:isbn:")) for each in _values(statements, "isbn")]
    published_in = _first(statements, "publishedInJournal", "publishedInBook", "publishedIn", "publishedInSeries")
    container = plain_text(published_in or "") or None
    publication_type = next((each.lower() for each in classes if each in ("Informal", "Data", "Withdrawn")), None)
    cited = (identifier("dblp", _value(each)) for each in statements.get(_CITES, ()))
    return Reference(
        record_id=key,
        word=word or next(iter(sorted(classes - {"Publication"})), None),
        type=kind(word, publication_type, key),
        printed_title=without_stop(" ".join(printed.split())),
        title=without_stop(plain_text(printed)) or None,
        authors=authors if authors or editors or is_complete else NameList((), False),
        is_list_complete=is_complete,
        author_identifiers=author_identifiers,
        editors=editors,
        editor_identifiers=editor_identifiers,
        date=day(_first(statements, "yearOfPublication"), _first(statements, "monthOfPublication"), None, faults),
        container=container,
        venue=venue(key, word, container),
        publisher=plain_text(_first(statements, "publishedBy", "thesisAcceptedBySchool") or "") or None,
        volume=_first(statements, "publishedInJournalVolume", "publishedInSeriesVolume"),
        issue=_first(statements, "publishedInJournalVolumeIssue"),
        pages=pages(_first(statements, "pagination")),
        identifiers=distinct(*key_identifiers(key), *identified(spelled, links, faults)),
        addresses=links,
        cited=distinct(*cited),
        is_withdrawn=True if "Withdrawn" in classes else None,
    ).reading(faults)


def _is_complete(statements: _Statements, names: NameList | None) -> bool:
    """Whether as many have signed as DBLP counts."""
    expected = _first(statements, "numberOfCreators") or "0"
    return not expected.isdecimal() or len(names.names if names else ()) >= int(expected[:9])


def _people(statements: _Statements, nodes: _Nodes, signature_class: str, field: str, faults: Faults) -> _NameList:
    """Signatures in the order of their numbers; a person may stand without a page or an ORCID, not without a name."""
    numbered: list[tuple[int, Signature]] = []
    for node in statements.get(_DBLP + "hasSignature", ()):
        signature = nodes.get(node)
        if signature is None:
            if field == "author":
                faults.part("hasSignature", "a signature that stands elsewhere", _value(node))
            continue
        if _DBLP + signature_class not in {_value(each) for each in signature.get(_TYPE, ())}:
            continue
        ordinal = _first(signature, "signatureOrdinal") or ""
        pid = _PID.fullmatch(_first(signature, "signatureCreator") or "")
        name = _first(signature, "signatureDblpName") or ""
        orcid = _first(signature, "signatureOrcid")
        place = int(ordinal[:9]) if ordinal.isdecimal() else len(numbered) + 1
        numbered.append((place, Signature(name, orcid, pid[1] if pid else None)))
    return name_list((each for _, each in sorted(numbered)), field, faults)


def _person(pid: str, statements: _Statements, faults: Faults) -> Profile | None:
    primary = _first(statements, "primaryCreatorName", "fullCreatorName", "primaryFullCreatorName")
    known = identifier("dblp-person", pid)
    if not primary or known is None or not (found := person(Signature(primary), "name", faults)):
        return None
    names = (plain_text(each) for each in _values(statements, "creatorName", "otherCreatorName", "fullCreatorName"))
    others = dict.fromkeys(re.sub(r" \d{4}$", "", each) for each in names)
    others.pop(found.name, None)
    ids = distinct(known, *identifiers("orcid", " ".join(_values(statements, "orcid"))), *found.identifiers)
    affiliations = dict.fromkeys(
        filter(None, map(plain_text, _values(statements, "primaryAffiliation", "affiliation")))
    )
    return Profile(
        thing=Author(found.name, ids, other_names=tuple(others)),
        source=SourceRecord(f"homepages/{pid}", type=_class(statements)),
        affiliations=tuple(map(Institution, affiliations)),
    )


def _stream(stream: str, statements: _Statements, faults: Faults) -> Profile | None:
    titles = dict.fromkeys(plain_text(each) for each in _values(statements, "primaryStreamTitle", "streamTitle"))
    if not (names := [each for each in titles if each]):
        return None
    issns = identified((("issn", each) for each in _values(statements, "issn")), (), faults)
    return Profile(
        thing=Venue(names[0], (Identifier("dblp", stream), *issns), stream_kind(stream), tuple(names[1:])),
        source=SourceRecord(f"streams/{stream}", type=_class(statements)),
    )


def _class(statements: _Statements) -> str | None:
    classes = sorted({_value(each).removeprefix(_DBLP) for each in statements.get(_TYPE, ())} - {"Creator", "Stream"})
    return classes[0] if classes else None


def _values(statements: _Statements, *names: str) -> list[str]:
    return [_value(each) for name in names for each in statements.get(_DBLP + name, ())]


def _first(statements: _Statements, *names: str) -> str | None:
    """Of several values the least, so that the order of the statements does not matter."""
    for name in names:
        if found := statements.get(_DBLP + name):
            return min(map(_value, found))
    return None


def _value(node: _Node) -> str:
    return str(node) if isinstance(node, ox.Triple) else node.value
