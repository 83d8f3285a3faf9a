"""Errors as HTTP answers: one table of statuses, rendered as `application/problem+json` (RFC 9457) or as a page."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from flask import Flask, Response, current_app, g, render_template
from jinja2 import TemplateNotFound
from markupsafe import escape
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotAcceptable, NotFound
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response as BaseResponse

from kg.errors import (
    DataError,
    DecisionsError,
    EndpointDown,
    EndpointFault,
    EndpointSlow,
    GraphChanged,
    KGError,
    NoSnapshot,
    NotReadYet,
    QueryCancelled,
    QueryError,
    QueryMemory,
    QueryRefused,
    QuerySyntaxError,
    QueryTimeout,
    QueueFull,
    ResultTooLarge,
    SettingError,
    StoreBusy,
    StoreError,
    UsageError,
)
from server.negotiation import HTML, PROBLEM_JSON, choose, content_type

NOWHERE = (
    "This service has nothing at this address; look for a thing by its name at /search, or begin at the front page."
)
UNEXPECTED = "Something went wrong here; try again, and tell the operator if it stays so."


@dataclass(frozen=True)
class _Answer:
    """How an error class is told. `sentence` replaces the error's own where that would show the server's folders."""

    status: int
    sentence: str | None = None
    retry_after: int | None = None
    """Seconds."""


# The nearest class in an error's ancestry decides.
_ANSWERS: dict[type[KGError], _Answer] = {
    KGError: _Answer(500, UNEXPECTED),
    UsageError: _Answer(400),
    SettingError: _Answer(500, UNEXPECTED),
    DataError: _Answer(400),
    StoreError: _Answer(
        500, "The graph cannot be read as it should; the log of this service says what its operator can do."
    ),
    DecisionsError: _Answer(
        500,
        "The file of decisions about links cannot be read as it should; 'kg link' says which line of it is to mend.",
    ),
    StoreBusy: _Answer(503, "The graph is being written by another process; try again in a moment.", retry_after=5),
    EndpointDown: _Answer(503, retry_after=2),
    EndpointSlow: _Answer(504, retry_after=5),
    EndpointFault: _Answer(502, retry_after=10),
    NoSnapshot: _Answer(503, "No graph has been published yet; load something with 'kg load'.", retry_after=10),
    NotReadYet: _Answer(503, retry_after=10),
    QueryError: _Answer(400),
    QuerySyntaxError: _Answer(400),
    QueryRefused: _Answer(403),
    QueryTimeout: _Answer(504),
    QueryMemory: _Answer(507),
    ResultTooLarge: _Answer(413),
    QueueFull: _Answer(503, retry_after=2),
    GraphChanged: _Answer(412),
    QueryCancelled: _Answer(503),
}


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of an error answer. `detail` is one sentence that says what to do; line and column count from 1."""

    title: str
    status: int
    detail: str
    kind: str | None = None
    line: int | None = None
    column: int | None = None


def register_errors(app: Flask) -> None:
    """Let the application answer every error in the same way, those that nobody expected too."""
    app.register_error_handler(KGError, _answer_own)
    app.register_error_handler(HTTPException, _answer_http)


def told(error: KGError) -> str:
    """What a client is told of an error: its sentence, unless that would show what is the server's own."""
    return _answer(error).sentence or error.message


def _answer(error: KGError) -> _Answer:
    return next(_ANSWERS[kind] for kind in type(error).__mro__ if kind in _ANSWERS)


def _answer_own(error: KGError) -> BaseResponse:
    g.failure = type(error).__name__  # for the log and the figures
    answer = _answer(error)
    if answer.status == 500:
        current_app.logger.error("%s", error, exc_info=error)
    problem = Problem(
        HTTP_STATUS_CODES[answer.status],
        answer.status,
        answer.sentence or error.message,
        type(error).__name__ if answer.status != 500 else None,
        getattr(error, "line", None),
        getattr(error, "column", None),
    )
    response = problem_response(problem)
    if answer.retry_after is not None:
        response.retry_after = answer.retry_after
    return response


def _answer_http(error: HTTPException) -> BaseResponse:
    """Flask turns what nobody expected into an InternalServerError, having logged it."""
    original = error.get_response()
    if error.response is not None or original.status_code < 400:
        return original
    response = problem_response(Problem(error.name, original.status_code, _detail(error, original.status_code)))
    for name, value in original.headers:
        if name not in ("Content-Type", "Content-Length"):
            response.headers.add(name, value)
    return response


def _detail(error: HTTPException, status: int) -> str:
    """What is told of it; where nobody here wrote a sentence, not the framework's."""
    if status == 500:
        return UNEXPECTED
    if isinstance(error, NotFound) and error.description == NotFound.description:
        return NOWHERE
    if isinstance(error, MethodNotAllowed) and error.description == MethodNotAllowed.description:
        return f"This address takes {', '.join(sorted(error.valid_methods or ()))}; /docs says what for."
    return str(error.description)


def problem_response(problem: Problem) -> Response:
    """The problem as the client wants to see it; JSON if it can take neither, since an error must be told."""
    try:
        offer = choose((PROBLEM_JSON, HTML))
        named = content_type(offer)
    except NotAcceptable:
        offer, named = PROBLEM_JSON, PROBLEM_JSON.media_type
    body = _page(problem) if offer is HTML else msgspec.json.encode(problem)
    response = Response(body, status=problem.status, content_type=named)
    response.vary.add("Accept")
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(problem: Problem) -> str:
    """The error page; a plain one in an application that has no pages."""
    try:
        return render_template("error.html", problem=problem)
    except TemplateNotFound:
        heading = f"{problem.status} {escape(problem.title)}"
        return f"<!doctype html><title>{heading}</title><h1>{heading}</h1><p>{escape(problem.detail)}</p>"
