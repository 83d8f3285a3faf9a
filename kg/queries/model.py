"""What a canned query is, once its file has been read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from kg.errors import ParameterError

Type = Literal["iri", "string", "integer", "year"]
ThingClass = Literal["author", "paper", "institution", "concept", "venue", "dataset", "class"]
Mark = Literal["bar", "line", "point"]

# Parameters of these names are no variables: they stand for the number after LIMIT or OFFSET.
COUNTS: Final = {"limit": "LIMIT", "offset": "OFFSET"}


@dataclass(frozen=True)
class Parameter:
    """A value that a query takes. `default` and `examples` are written as a client would write them.

    `kind` is what an `iri` stands for, None for the other types; a "class" is one of the ontology. `minimum` and
    `maximum` bound the number of an `integer` or a `year`, and the characters of a `string`.
    """

    name: str
    type: Type
    label: str
    help: str
    default: str
    kind: ThingClass | None
    minimum: int
    maximum: int
    examples: tuple[str, ...]

    @property
    def how_to_name_it(self) -> str:
        """How a client writes the value of an `iri`."""
        if self.kind == "class":
            return "The IRI of a class, or its name in the ontology of this service"
        return f"The IRI of a thing of the kind '{self.kind}', or what follows '{self.kind}/' in it"


@dataclass(frozen=True)
class Chart:
    """How to draw a result: the mark, the variables on both axes, and the one that tells series apart."""

    mark: Mark
    x: str
    y: str
    color: str | None


@dataclass(frozen=True)
class CannedQuery:
    """A query under a name, "author/author-papers".

    `text` is the whole file; `form` is "select", "ask", "construct" or "describe". `columns` gives each variable of a
    SELECT its heading, in their order; it is empty for the other forms.
    """

    name: str
    subject: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    columns: Mapping[str, str]
    chart: Chart | None
    text: str
    form: str

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name; ParameterError with the list if there is none."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        known = ", ".join(parameter.name for parameter in self.parameters) or "none"
        raise ParameterError(name, f"{self.name} has no such parameter; it takes: {known}", name)
