"""The concept schemes that come with paperkg, as a dataset like any other."""

from __future__ import annotations

import re

import pyoxigraph
from pyoxigraph import RdfFormat

from kg import paths
from kg.files import checksum
from kg.namespaces import DEFAULT_BASE
from kg.segments import Counts, Input, Manifest, Part, SegmentStore, compressed, segment_id

VOCABULARY = "vocabulary"
"""The name of that dataset."""

_SCHEMES = paths.ONTOLOGY / "concepts.ttl"
# The schemes are written under the default base IRI; the ontology keeps its namespace whatever the base is.
_DEFAULT_THING = re.compile(f"<{re.escape(DEFAULT_BASE)}(?!ontology#)")


def vocabulary_segment(base_iri: str) -> str:
    """The segment that this version's schemes make."""
    return segment_id(VOCABULARY, checksum(_SCHEMES), base_iri)


def ensure_vocabulary(segments: SegmentStore, base_iri: str) -> None:
    """The concept schemes that come with paperkg are a dataset like any other."""
    segment = vocabulary_segment(base_iri)
    if segments.catalogue().get(VOCABULARY) == segment:
        return
    triples = pyoxigraph.parse(path=_SCHEMES, format=RdfFormat.TURTLE)
    text = (pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode()
    statements = _DEFAULT_THING.sub(f"<{base_iri}", text)
    counts = Counts(statements=statements.count("\n"))
    source = Input(_SCHEMES.name, checksum(_SCHEMES), _SCHEMES.stat().st_size)
    with segments.writing(VOCABULARY) as writer:
        writer.statements(compressed(statements.encode()))
        writer.commit(segment, Part(input=source, counts=counts))
    segments.write_manifest(
        Manifest(
            dataset=VOCABULARY,
            segment=segment,
            adapter="built-in",
            adapter_version="1",
            base_iri=base_iri,
            parts=(segment,),
            counts=counts,
        )
    )
    segments.put_in_force({VOCABULARY: segment})
