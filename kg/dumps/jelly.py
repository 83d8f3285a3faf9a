"""Jelly, a binary stream of RDF, from sorted statements: https://w3id.org/jelly/dev/specification/

A stream remembers the names it has used and the term before in each place. Each stretch begins as if nothing were
remembered, with entries at places that it names, so that stretches can be written apart and put one after another.
Jelly has no directions of text, and triple terms in the manner of RDF-star alone: such statements are left out and
counted.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from pyjelly import jelly
from pyjelly.options import LookupPreset
from pyjelly.serialize.encode import Rows, Slot, TermEncoder
from pyjelly.serialize.encode import Statement as JellyStatement
from pyjelly.serialize.ioutils import write_delimited
from pyjelly.serialize.streams import SerializerOptions, TripleStream

from kg.dumps.terms import Statement, literal_parts, unescaped

_IRI, _BLANK, _TRIPLE = b"<", b"_", b"<<"
_ENTRIES = LookupPreset()  # as many as the format's own default, which readers take
_OPTIONS = SerializerOptions(logical_type=jelly.LOGICAL_STREAM_TYPE_FLAT_TRIPLES, lookup_preset=_ENTRIES)


class JellyWriter:
    """Writes stretches of statements as frames; `omitted` counts what the format cannot say."""

    def __init__(self) -> None:
        self.omitted = 0

    def text(self, statements: Sequence[Statement]) -> bytes:
        """Frames that may follow HEADER, or the frames of another stretch."""
        encoder = _Encoder(_ENTRIES)
        for entries in (encoder.names, encoder.prefixes, encoder.datatypes):
            # No place follows this one, so that the first entry and the first use of one name theirs.
            entries.last_assigned_index = entries.last_reused_index = -1
        stream = TripleStream(encoder=encoder, options=_OPTIONS)
        output = io.BytesIO()
        for statement in statements:
            if _can_be_said(statement):
                frame = stream.triple(statement)
                if frame:
                    write_delimited(frame, output)
            else:
                self.omitted += 1
        last = stream.flow.to_stream_frame()
        if last:
            write_delimited(last, output)
        return output.getvalue()


class _Encoder(TermEncoder):  # type: ignore[misc]
    """Of terms as they stand in N-Triples."""

    def encode_spo(self, term: object, slot: Slot, statement: JellyStatement) -> Rows:
        assert isinstance(term, bytes)  # noqa: S101 - statements are of these alone
        if term.startswith(_IRI):
            return self.encode_iri(term[1:-1].decode(), self.get_iri_field(statement, slot))
        if term.startswith(_BLANK):
            self.set_bnode_field(statement, slot, term[2:].decode())
            return ()
        text, datatype, language, _ = literal_parts(term)
        return self.encode_literal(
            lex=unescaped(text),
            language=language.decode() or None,
            datatype=datatype.decode() or None,
            literal=self.get_literal_field(statement, slot),
        )


def _can_be_said(statement: Statement) -> bool:
    term = statement[2]
    return not (term.startswith(_TRIPLE) or (term.startswith(b'"') and b"--" in term and literal_parts(term).direction))


def _header() -> bytes:
    """A frame with the options of the stream alone."""
    stream = TripleStream(encoder=_Encoder(_ENTRIES), options=_OPTIONS)
    stream.enroll()
    frame = stream.flow.to_stream_frame()
    output = io.BytesIO()
    write_delimited(frame, output)
    return output.getvalue()


HEADER = _header()
