"""Records to N-Triples: pure functions, the same statements for the same record on every machine.

What is unknown is not stated; what a record says of a thing is stated of the thing, and `prov:wasDerivedFrom` says
which records it came from. Statements may recur: a segment is a set.
"""

from kg.mapping.mapper import VERSION, Mapped, Mapper, Mapping, dataset_lines
from kg.mapping.terms import date_literal

__all__ = ["VERSION", "Mapped", "Mapper", "Mapping", "dataset_lines", "date_literal"]
