"""The canned queries as pages and programs list them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import request

from kg.queries import CannedQuery, Parameter, bind
from server.state import current_state


@dataclass(frozen=True)
class GalleryEntry:
    """A query with its addresses: its page, and the editor with its text, which takes longer to write."""

    title: str
    description: str
    address: str
    query: CannedQuery

    @property
    def editor(self) -> str:
        text = bind(self.query, {}, current_state().settings.base_iri)
        return f"{request.root_path}/editor?{urlencode({'query': text})}"


@dataclass(frozen=True)
class GallerySection:
    name: str
    title: str
    queries: list[GalleryEntry]


def query_path(query: CannedQuery) -> str:
    return f"{request.root_path}/queries/{query.name}"


def gallery_sections() -> list[GallerySection]:
    """All queries by subject."""
    queries = current_state().queries.values()
    subjects = groupby(sorted(queries, key=lambda query: query.name), key=lambda query: query.subject)
    return [
        GallerySection(subject, f"{subject.capitalize()}s", [_entry(query) for query in group])
        for subject, group in subjects
    ]


def questions_about(kind: str, iri: str) -> list[tuple[str, str]]:
    """Title and address of the queries that take a thing of that kind, with this one put in."""
    return [
        (query.title, f"{query_path(query)}?{urlencode({parameter.name: iri})}")
        for query in current_state().queries.values()
        for parameter in query.parameters[:1]
        if parameter.kind == kind
    ]


def listing() -> dict[str, list[dict[str, Any]]]:
    """What `/queries` says as JSON."""
    queries = current_state().queries.values()
    return {
        "queries": [
            {
                "name": query.name,
                "title": query.title,
                "description": query.description,
                "parameters": [_parameter(parameter) for parameter in query.parameters],
                "examples": _examples(query),
            }
            for query in queries
        ]
    }


def _entry(query: CannedQuery) -> GalleryEntry:
    return GalleryEntry(query.title, query.description, query_path(query), query)


def _parameter(parameter: Parameter) -> dict[str, Any]:
    described = {
        "name": parameter.name,
        "type": parameter.type,
        "class": parameter.kind,
        "label": parameter.label,
        "help": parameter.help,
        "default": parameter.default,
        "minimum": parameter.minimum,
        "maximum": parameter.maximum,
        "examples": parameter.examples,
    }
    return {name: value for name, value in described.items() if value not in (None, "")}


def _examples(query: CannedQuery) -> list[dict[str, str]]:
    """Values to ask with: the first examples of all parameters, the second, …; the default where there is none."""
    count = max((len(parameter.examples) for parameter in query.parameters), default=0) or 1
    return [
        {
            parameter.name: parameter.examples[index] if index < len(parameter.examples) else parameter.default
            for parameter in query.parameters
        }
        for index in range(count)
    ]
