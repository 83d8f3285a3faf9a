"""What stores answer otherwise, by name and with the reason. A test fails where one of these answers the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# (engine, test of tests/server): why a service over the graph in that engine answers otherwise.
SERVED_OTHERWISE: Final[Mapping[tuple[str, str], str]] = {}

# (store, query): why.
DIFFERENT: Final[Mapping[tuple[str, str], str]] = {
    ("paperkg", "dataset/datasets"): "the dump is a dataset of the copy",
}
