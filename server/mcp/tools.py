"""A tool: its name and words, the types of its arguments and of its answer, and the function between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from kg.errors import UsageError

Object = dict[str, Any]
"""An object of JSON."""


@dataclass(frozen=True)
class Answer:
    """What a tool says: as data that follows its schema, and as text for clients that show no data."""

    data: msgspec.Struct
    text: str


@dataclass(frozen=True)
class Tool:
    """`answer` is called within a request of the application. It raises KGError."""

    name: str
    title: str
    description: str
    takes: Object
    gives: Object
    answer: Callable[[Object], Answer]
    reaches_out: bool = False
    """Whether others may have a part in the answer."""


class Arguments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the arguments of a tool; bounds and descriptions stand at the fields."""


Taken = TypeVar("Taken", bound=Arguments)


def tool(
    name: str,
    title: str,
    description: str,
    takes: type[Taken],
    gives: type[msgspec.Struct],
    answer: Callable[[Taken], Answer],
    reaches_out: bool = False,
) -> Tool:
    """A tool whose arguments are checked against the type `takes`. Raises UsageError for others."""

    def checked(arguments: Object) -> Answer:
        try:
            asked = msgspec.convert(arguments, takes)
        except msgspec.ValidationError as error:
            raise UsageError(f"the arguments of {name} are wrong: {error}", arguments) from error
        return answer(asked)

    return Tool(name, title, description, schema_of(takes), schema_of(gives), checked, reaches_out)


def schema_of(type: type[msgspec.Struct]) -> Object:
    """The JSON Schema of a type, an object at its top, as every client takes it."""
    _, components = msgspec.json.schema_components([type], ref_template="#/$defs/{name}")
    own = components.pop(type.__name__)
    return {**own, **({"$defs": components} if components else {})}


def check_text(arguments: Object) -> None:
    """Raises UsageError for what no text of the graph can hold and no one can be told about: half a character."""
    try:
        msgspec.json.encode(arguments)
    except (UnicodeEncodeError, RecursionError) as error:
        raise UsageError("the arguments hold half a character, or lists too deep in one another") from error
