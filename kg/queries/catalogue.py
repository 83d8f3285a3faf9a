"""The canned queries of a folder by name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path

from kg import paths
from kg.errors import UsageError
from kg.queries.files import read_query
from kg.queries.model import CannedQuery


def load_queries(folder: Path = paths.QUERIES, *extra: Path | None) -> dict[str, CannedQuery]:
    """All queries of the folders, `<subject>/<name>.rq`, by name, A to Z; None is no folder.

    Raises QuerySyntaxError, naming file and line, for a file that is no query that can be asked; UsageError for a
    folder that is none, and for a name that two folders have.
    """
    queries: dict[str, CannedQuery] = {}
    for place in filter(None, (folder, *extra)):
        if not place.is_dir():
            raise UsageError(f"{place} is no folder of queries", place)
        for path in sorted(place.rglob("*.rq")):
            query = read_query(path, path.relative_to(place).with_suffix("").as_posix())
            if query.name in queries:
                raise UsageError(f"{path} has the name of another query, {query.name}; rename it", path)
            queries[query.name] = query
    return dict(sorted(queries.items()))


def find_query(queries: Mapping[str, CannedQuery], name: str) -> CannedQuery:
    """The query called "author/author-papers" or, where only one is, "author-papers"; UsageError with near misses."""
    if name in queries:
        return queries[name]
    last_parts = {full: full.partition("/")[2] for full in queries}
    found = [full for full, last in last_parts.items() if last == name]
    if len(found) == 1:
        return queries[found[0]]
    near = difflib.get_close_matches(name, [*queries, *last_parts.values()], n=3)
    meant = found or dict.fromkeys(full for match in near for full, last in last_parts.items() if match in (full, last))
    hint = f"did you mean {' or '.join(meant)}?" if meant else f"there are: {', '.join(queries)}"
    raise UsageError(f"no query is called {name!r}; {hint}", name)
