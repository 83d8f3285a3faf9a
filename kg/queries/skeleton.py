"""A first version of a query, with comments that say what stands where."""

from __future__ import annotations

from pathlib import Path

from kg import paths
from kg.errors import UsageError
from kg.queries.files import is_query_name

_SKELETON = Path(__file__).with_name("skeleton.rq")


def write_skeleton(folder: Path, name: str) -> Path:
    """The file that was written for a query of this name. Raises UsageError for one that is there, or a bad name."""
    if not is_query_name(name):
        raise UsageError(f"call it <subject>/<name>, in a-z, 0-9 and hyphens, not {name!r}", name)
    if (paths.QUERIES / f"{name}.rq").exists():  # a second one of its name would stop every command and the service
        raise UsageError(f"there is a query {name} already; give another name", name)
    path = folder / f"{name}.rq"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(_SKELETON.read_text("utf-8"))
    except FileExistsError as error:
        raise UsageError(f"{path} is there already; give another name", name) from error
    return path
