"""The Reconciliation Service API 0.2, as OpenRefine asks it.

https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import msgspec
from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.exceptions import BadRequest, NotFound

from kg.reconciliation import (
    KINDS,
    PROPERTIES,
    Candidate,
    Property,
    PropertyValue,
    Query,
    Reconciler,
    Value,
    kind_named,
)
from kg.reconciliation.service import properties_of, with_match
from kg.resources import Thing
from server.security import allow_frames
from server.state import current_snapshot, current_state

blueprint = Blueprint("reconcile", __name__, url_prefix="/reconcile")

_BATCH = 50
_MOST_RESULTS, _LONGEST_NAME, _MOST_PROPERTIES, _MOST_VALUES, _MOST_IDS = 25, 1000, 10, 10, 200
_ANY_KIND: tuple[str | None, ...] = (None,)
_SUGGESTED, _FARTHEST = 20, 1000
_OTHER_TYPE = 0.8
_CALLBACK = re.compile(r"[A-Za-z_$][\w$.]{0,99}")


class _PropertyAsked(msgspec.Struct):
    pid: str
    v: Any = None


class _QueryAsked(msgspec.Struct):
    query: str | None = None
    type: str | list[str] | None = None
    limit: int | float | None = None
    properties: list[_PropertyAsked] = []
    type_strict: Literal["any", "all", "should"] | None = None

    def __post_init__(self) -> None:
        if self.query is None and not self.properties:
            raise ValueError("give a `query`, or properties to find things by")


class _ColumnAsked(msgspec.Struct):
    id: str
    settings: dict[str, Any] | None = None


class _ExtensionAsked(msgspec.Struct):
    ids: list[str]
    properties: list[_ColumnAsked]


@blueprint.route("", methods=["GET", "POST"], strict_slashes=False)
def service() -> Response:
    """The manifest, a batch of queries, or an extension of data."""
    queries, extend = request.values.get("queries"), request.values.get("extend")
    if queries is not None:
        return _answer(_reconciled(queries))
    if extend is not None:
        return _answer(_extended(extend))
    return _answer(_manifest())


def _manifest() -> dict[str, Any]:
    root = request.url_root.rstrip("/")
    here = root + url_for("reconcile.service").removeprefix(request.root_path)

    def suggest(what: str) -> dict[str, str]:
        return {
            "service_url": here,
            "service_path": f"/suggest/{what}",
            "flyout_service_url": here,
            "flyout_service_path": f"/flyout/{what}?id=${{id}}",
        }

    base = current_state().settings.base_iri
    return {
        "versions": ["0.1", "0.2"],
        "name": "paperkg",
        "identifierSpace": base,
        "schemaSpace": f"{base}ontology#",
        "documentation": f"{root}/",
        "defaultTypes": [_type(kind) for kind in KINDS],
        "view": {"url": f"{root}/{{{{id}}}}"},
        "preview": {"url": f"{here}/preview?id={{{{id}}}}", "width": 430, "height": 300},
        "suggest": {what: suggest(what) for what in ("entity", "type", "property")},
        "extend": {
            "propose_properties": {"service_url": here, "service_path": "/properties"},
            "property_settings": [
                {
                    "name": "limit",
                    "label": "Limit",
                    "type": "number",
                    "default": 0,
                    "help_text": "At most so many values of each thing; 0: all that are known",
                }
            ],
        },
        "batchSize": _BATCH,
    }


def _type(kind: str) -> dict[str, str]:
    return {"id": KINDS[kind], "name": KINDS[kind].lower()}


def _reconciled(text: str) -> dict[str, Any]:
    asked = _decoded(text, dict[str, _QueryAsked], "queries")
    if len(asked) > _BATCH:
        raise BadRequest(f"a batch has at most {_BATCH} queries, this one {len(asked)}; send several")
    reconciler = Reconciler(current_snapshot())
    return {key: {"result": _candidates(reconciler, each)} for key, each in asked.items()}


def _candidates(reconciler: Reconciler, asked: _QueryAsked) -> list[dict[str, Any]]:
    named = asked.type if isinstance(asked.type, list) else [asked.type] if asked.type else []
    kinds = [kind for text in named if (kind := kind_named(text))]
    if named and not kinds and asked.type_strict != "should":
        return []  # things of other types are in other services
    if asked.type_strict == "all" and len(set(named)) > 1:
        return []  # nothing here is of two types
    limit = int(min(max(asked.limit or 5, 1), _MOST_RESULTS))
    properties = tuple(
        PropertyValue(each.pid, tuple(_values(each.v))[:_MOST_VALUES]) for each in asked.properties[:_MOST_PROPERTIES]
    )
    searched = _ANY_KIND if asked.type_strict == "should" or not kinds else tuple(dict.fromkeys(kinds))
    found = [
        candidate
        for kind in searched
        for candidate in reconciler.reconcile(Query((asked.query or "")[:_LONGEST_NAME], kind, limit, properties))
    ]
    if asked.type_strict == "should" and kinds:
        found = [each if each.thing.kind in kinds else _of_another_type(each) for each in found]
    found.sort(key=lambda candidate: -candidate.score)
    return [_candidate(reconciler, each) for each in with_match(found)[:limit]]


def _of_another_type(candidate: Candidate) -> Candidate:
    """What is of another type than it should be is less likely meant."""
    return replace(candidate, score=round(candidate.score * _OTHER_TYPE, 1))


def _values(value: Any) -> list[str]:
    """A property's value as clients write it: a text, a number, a thing, or several of these."""
    if isinstance(value, list):
        return [text for each in value for text in _values(each)]
    if isinstance(value, dict):
        return [str(value[key])[:_LONGEST_NAME] for key in ("id", "name") if key in value]
    return [] if value is None else [str(value)[:_LONGEST_NAME]]


def _candidate(reconciler: Reconciler, candidate: Candidate) -> dict[str, Any]:
    return {
        **_entity(reconciler, candidate.thing),
        "description": candidate.description,
        "score": candidate.score,
        "match": candidate.is_match,
        "features": [{"id": name, "value": value} for name, value in candidate.features.items()],
    }


def _entity(reconciler: Reconciler, thing: Thing) -> dict[str, Any]:
    return {
        "id": reconciler.id(thing.iri),
        "name": thing.label,
        "type": [_type(thing.kind)] if thing.kind in KINDS else [],
    }


def _extended(text: str) -> dict[str, Any]:
    asked = _decoded(text, _ExtensionAsked, "extend")
    if len(asked.ids) > _MOST_IDS or len(asked.properties) > _MOST_PROPERTIES:
        raise BadRequest(f"at most {_MOST_IDS} ids and {_MOST_PROPERTIES} properties can be asked for at once")
    reconciler = Reconciler(current_snapshot())
    known = properties_of(list(KINDS))
    if unknown := [column.id[:100] for column in asked.properties if column.id not in known]:
        raise BadRequest(f"there is no property '{unknown[0]}'; there are {', '.join(known)}")
    columns = [(known[column.id], _limit(column)) for column in asked.properties]
    return {
        "meta": [_meta(found) for found, _ in columns],
        "rows": {id: _row(reconciler, id, columns) for id in asked.ids},
    }


def _limit(column: _ColumnAsked) -> int:
    value = (column.settings or {}).get("limit") or 0
    try:
        return max(int(value), 0)
    except (TypeError, ValueError, OverflowError):
        raise BadRequest("the setting 'limit' is a number") from None


def _meta(found: Property) -> dict[str, Any]:
    meta: dict[str, Any] = {"id": found.id, "name": found.name}
    if found.of in KINDS:
        meta["type"] = _type(found.of)
    return meta


def _row(reconciler: Reconciler, id: str, columns: list[tuple[Property, int]]) -> dict[str, Any]:
    iri = reconciler.iri(id)
    if iri is None:
        return {found.id: [] for found, _ in columns}
    thing = reconciler.reader.thing(iri)
    row = {}
    for found, limit in columns:
        values = reconciler.values(thing, found.id)
        row[found.id] = [_cell(reconciler, value) for value in (values[:limit] if limit else values)]
    return row


def _cell(reconciler: Reconciler, value: Value) -> dict[str, Any]:
    if isinstance(value, Thing):
        is_ours = value.kind in KINDS
        return {"id": reconciler.id(value.iri), "name": value.label} if is_ours else {"str": value.label}
    if isinstance(value, int):
        return {"int": value}
    return {"float": value} if isinstance(value, float) else {"str": value}


@blueprint.get("/suggest/<any(entity, type, property):what>")
def suggest(what: str) -> Response:
    """What begins with `prefix`; entities from `cursor` on."""
    prefix = request.args.get("prefix", "")[:_LONGEST_NAME]
    return _answer({"result": {"entity": _entities, "type": _types, "property": _properties}[what](prefix)})


def _entities(prefix: str) -> list[dict[str, Any]]:
    try:
        offset = min(max(int(request.args.get("cursor", 0) or 0), 0), _FARTHEST)
    except ValueError:
        raise BadRequest("'cursor' is a number") from None
    reconciler = Reconciler(current_snapshot())
    wanted = request.args.get("type")
    kind = kind_named(wanted)
    if wanted and not kind:
        return []  # things of other types are in other services
    return [
        {
            "id": reconciler.id(thing.iri),
            "name": thing.label,
            "description": reconciler.description(thing),
            "notable": [_type(thing.kind)] if thing.kind in KINDS else [],
        }
        for thing in reconciler.suggest(prefix, kind, _SUGGESTED, offset)
    ]


def _types(prefix: str) -> list[dict[str, str]]:
    return [_type(kind) for kind in KINDS if _begins(KINDS[kind], prefix)]


def _properties(prefix: str) -> list[dict[str, str]]:
    kind = kind_named(request.args.get("type"))
    found = properties_of([kind] if kind else list(KINDS)).values()
    return [
        {"id": each.id, "name": each.name} for each in found if _begins(each.name, prefix) or _begins(each.id, prefix)
    ]


def _begins(name: str, prefix: str) -> bool:
    return any(word.startswith(prefix.casefold().strip()) for word in (name.casefold(), *name.casefold().split()))


@blueprint.get("/properties")
def properties() -> Response:
    """The properties that things of a type have, to extend data by."""
    text = request.args.get("type")
    kind = kind_named(text)
    if text and kind is None:
        raise NotFound(f"there is no type '{text[:100]}'; there are {', '.join(KINDS.values())}")
    proposed = PROPERTIES[kind] if kind else tuple(properties_of(list(KINDS)).values())
    return _answer(
        {"type": KINDS[kind] if kind else "", "properties": [{"id": p.id, "name": p.name} for p in proposed]}
    )


@blueprint.get("/flyout/<any(entity, type, property):what>")
def flyout(what: str) -> Response:
    """A few words about something, as HTML within JSON."""
    id = request.args.get("id", "")[:_LONGEST_NAME]
    if what == "entity":
        reconciler, thing = _thing(id)
        return _answer(
            {
                "id": id,
                "html": render_template("reconcile_flyout.html", name=thing.label, about=reconciler.description(thing)),
            }
        )
    known = {each["id"]: each["name"] for each in (_types("") if what == "type" else _properties(""))}
    if id not in known:
        raise NotFound(f"there is no {what} '{id[:100]}'")
    return _answer({"id": id, "html": render_template("reconcile_flyout.html", name=known[id], about="")})


@blueprint.get("/preview")
def preview() -> Response:
    """A small page about a thing, for other pages to show in a frame."""
    reconciler, thing = _thing(request.args.get("id", "")[:_LONGEST_NAME])
    shown = [(found.name, reconciler.values(thing, found.id)[:5]) for found in PROPERTIES[thing.kind or ""]]
    rows = [(name, [v.label if isinstance(v, Thing) else str(v) for v in values]) for name, values in shown if values]
    page = render_template("reconcile_preview.html", thing=thing, rows=rows, about=reconciler.description(thing))
    response = Response(page, mimetype="text/html")
    allow_frames(response)
    return response


def _thing(id: str) -> tuple[Reconciler, Thing]:
    reconciler = Reconciler(current_snapshot())
    iri = reconciler.iri(id)
    if iri is None:
        raise NotFound(f"the graph has no '{id[:100]}'")
    return reconciler, reconciler.reader.thing(iri)


def _decoded(text: str, type: Any, name: str) -> Any:
    try:
        return msgspec.json.decode(text.encode(errors="replace"), type=type)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRequest(f"'{name}' is not what the Reconciliation API has there: {error}") from error


def _answer(document: Any, encode: Callable[[Any], bytes] = msgspec.json.encode) -> Response:
    """JSON, or for clients of long ago a call of the function that they name."""
    callback = request.args.get("callback")
    if callback is None:
        return Response(encode(document), mimetype="application/json")
    if not _CALLBACK.fullmatch(callback):
        raise BadRequest("'callback' is the name of a function")
    response = Response(b"/**/" + callback.encode() + b"(" + encode(document) + b");", mimetype="text/javascript")
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
