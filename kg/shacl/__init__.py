"""SHACL for graphs of millions: a constraint is compiled to one query, which the store answers for all nodes at once.

https://www.w3.org/TR/shacl/
"""

from __future__ import annotations

from kg.shacl.graph import ShapesGraph
from kg.shacl.report import Report, Result
from kg.shacl.validation import validate

__all__ = ["Report", "Result", "ShapesGraph", "validate"]
