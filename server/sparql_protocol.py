"""What a request to the SPARQL endpoint asks for. SPARQL 1.1 Protocol, https://www.w3.org/TR/sparql11-protocol/."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType
from werkzeug.http import parse_options_header

from kg.errors import ParameterError, TermError
from kg.ntriples import check_iri

_FORM = "application/x-www-form-urlencoded"
_DIRECT = {"application/sparql-query": "query", "application/sparql-update": "update"}
_MOST_PARAMETERS = 1000
_FLAGS = {"true": True, "1": True, "false": False, "0": False}

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Operation:
    """A query or an update, not yet looked into. The graphs are absolute IRIs; None where the request names none."""

    is_update: bool
    text: str
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None
    using_graphs: tuple[str, ...] | None
    using_named_graphs: tuple[str, ...] | None
    timeout: float | None
    """Seconds."""
    truncate: bool
    format: str | None
    """A format's name, ending or media type, for clients that cannot set a header; whether it is one is not checked, as
    libraries send several words of other services at once."""


def read_operation(request: Request) -> Operation | None:
    """The operation that a request carries; None for a GET without one.

    Raises BadRequest, UnsupportedMediaType, and ParameterError.
    """
    if request.method == "POST":
        pairs = _posted(request)
    else:
        pairs = _decoded(request.query_string)
        if any(name == "update" for name, _ in pairs):
            raise BadRequest("An update changes the graph; send it by POST.")
    operations = [(name, value) for name, value in pairs if name in ("query", "update")]
    if not operations and request.method != "POST":
        return None
    if len(operations) != 1:
        raise BadRequest("Send one 'query' or one 'update', not several and not both.")
    name, text = operations[0]
    return Operation(
        is_update=name == "update",
        text=text,
        default_graphs=_graphs(pairs, "default-graph-uri"),
        named_graphs=_graphs(pairs, "named-graph-uri"),
        using_graphs=_graphs(pairs, "using-graph-uri"),
        using_named_graphs=_graphs(pairs, "using-named-graph-uri"),
        timeout=_timeout(_single(pairs, "timeout")),
        truncate=_flag("truncate", _single(pairs, "truncate")),
        format=_single(pairs, "format"),
    )


def _posted(request: Request) -> Pairs:
    """The parameters of the address and of the body together; a body that is an operation counts as one."""
    media_type, options = parse_options_header(request.headers.get("Content-Type"))
    media_type = media_type.lower()
    if media_type != _FORM and media_type not in _DIRECT:
        raise UnsupportedMediaType(f"POST takes {_FORM}, {' and '.join(_DIRECT)}; set the Content-Type header to one.")
    if options.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        raise UnsupportedMediaType("A body in another charset than UTF-8 is not taken.")
    pairs = _decoded(request.query_string)
    body = request.get_data(cache=False)
    if media_type == _FORM:
        return pairs + _decoded(body)
    try:
        return [*pairs, (_DIRECT[media_type], body.decode("utf-8"))]
    except UnicodeDecodeError:
        raise BadRequest("The body is not UTF-8.") from None


def _decoded(encoded: bytes) -> Pairs:
    """Percent-decoded once, strictly: werkzeug would put U+FFFD for what is not UTF-8."""
    if encoded.count(b"&") >= _MOST_PARAMETERS:
        raise BadRequest(f"More than {_MOST_PARAMETERS} parameters are not taken.")
    try:
        return parse_qsl(encoded.decode("utf-8"), keep_blank_values=True, errors="strict", separator="&")
    except UnicodeDecodeError:
        raise BadRequest("The parameters are not UTF-8.") from None


def _single(pairs: Sequence[tuple[str, str]], name: str) -> str | None:
    values = [value for known, value in pairs if known == name]
    if len(values) > 1:
        raise ParameterError(name, "give it once", values)
    return values[0] if values else None


def _graphs(pairs: Sequence[tuple[str, str]], name: str) -> tuple[str, ...] | None:
    values = tuple(value for known, value in pairs if known == name)
    try:
        return tuple(map(check_iri, values)) or None
    except TermError as error:
        raise ParameterError(name, str(error), error.value) from error


def _timeout(value: str | None) -> float | None:
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ParameterError("timeout", f"use a number of seconds above zero, not {value[:40]!r}", value)
    return seconds


def _flag(name: str, value: str | None) -> bool:
    if value is None:
        return False
    if value.lower() not in _FLAGS:
        raise ParameterError(name, f"use true or false, not {value[:40]!r}", value)
    return _FLAGS[value.lower()]
