"""The process that makes decisions take effect; `kg.curation.applying` starts it."""

from __future__ import annotations

import sys
from pathlib import Path

from kg.curation.applying import apply
from kg.errors import KGError
from kg.processes import end_with_parent
from kg.settings import read_settings

if __name__ == "__main__":
    end_with_parent()
    store, base_iri, threshold, decisions = sys.argv[1:]
    environment = {"KG_BASE_IRI": base_iri, "KG_LINK_THRESHOLD": threshold, "KG_DECISIONS": decisions}
    try:
        apply(read_settings(environment, store=Path(store)))
    except KGError as error:
        sys.exit(error.message)
