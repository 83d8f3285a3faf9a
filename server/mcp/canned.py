"""Every canned query as a tool, with the parameters of its file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from urllib.parse import urlencode

import msgspec
from flask import request

from kg.errors import ParameterError
from kg.queries import CannedQuery, Parameter, bind
from kg.workers import QueryRequest
from server.mcp.results import MOST_ROWS, Result, answered, format_of
from server.mcp.tools import Answer, Object, Tool, schema_of
from server.observation import digest, note
from server.state import current_snapshot, current_state


def canned_tools(queries: Iterable[CannedQuery], taken: Collection[str]) -> list[Tool]:
    """A tool a query, called as it is without its subject, unless another is called so (`taken`: other tools)."""
    queries = list(queries)
    stems = Counter([*taken, *(_stem(query) for query in queries)])
    return [
        _tool(query, _stem(query) if stems[_stem(query)] == 1 else query.name.replace("/", "_")) for query in queries
    ]


def _stem(query: CannedQuery) -> str:
    return query.name.partition("/")[2].replace("/", "_")


def _tool(query: CannedQuery, name: str) -> Tool:
    columns = ", ".join(f"{name} ({label})" if label != name else name for name, label in query.columns.items())
    description = f"{query.description} Gives {columns}." if columns else f"{query.description} Gives RDF as Turtle."
    takes: Object = {
        "type": "object",
        "properties": {parameter.name: _schema(parameter) for parameter in query.parameters},
        "required": [],
        "additionalProperties": False,
    }
    return Tool(name, query.title, description, takes, schema_of(Result), lambda values: _answer(query, values))


def _schema(parameter: Parameter) -> Object:
    description = ". ".join(filter(None, (parameter.label, parameter.help)))
    if parameter.type in ("integer", "year"):
        return {
            "type": "integer",
            "description": description,
            "minimum": parameter.minimum,
            "maximum": parameter.maximum,
            "default": int(parameter.default),
            "examples": list(map(int, parameter.examples)),
        }
    schema: Object = {"type": "string", "description": description, "default": parameter.default}
    schema["examples"] = list(parameter.examples)
    if parameter.type == "string":
        return schema | {"minLength": parameter.minimum, "maxLength": parameter.maximum}
    schema["description"] += f". {parameter.how_to_name_it}"
    return schema


def _answer(query: CannedQuery, arguments: Object) -> Answer:
    state = current_state()
    given = {name: _text(name, value) for name, value in arguments.items()}
    text = bind(query, given, state.settings.base_iri)
    values = {parameter.name: given.get(parameter.name, parameter.default) for parameter in query.parameters}
    offer = format_of(query.form)
    asked = QueryRequest(current_snapshot().store_path, text, offer.name)
    result = state.canned.answer(asked, state.departures.watching)
    note(query=digest(text), rows=result.rows)
    found = answered(result, query.form, _address(query, offer.extension, values), MOST_ROWS, query.columns)
    asked_with = ", ".join(f"{name}: {value}" for name, value in values.items())
    words = f"For {asked_with}\n\n{found.text}" if values else found.text
    return Answer(msgspec.structs.replace(found.data, parameters=values), words)


def _text(name: str, value: object) -> str:
    """A value as the query's address would have it."""
    if isinstance(value, str) or type(value) is int:
        return str(value)
    raise ParameterError(name, "give a text or a whole number", value)


def _address(query: CannedQuery, extension: str, values: dict[str, str]) -> str:
    asked = f"?{urlencode(values)}" if values else ""
    return f"{request.url_root}queries/{query.name}.{'ttl' if extension == 'nt' else extension}{asked}"
