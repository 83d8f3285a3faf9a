"""Values for the parameters of a canned query: checked, typed, and put in token by token."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from kg import sparql
from kg.errors import ParameterError, TermError
from kg.namespaces import DEFAULT_BASE, KG
from kg.ntriples import integer, iri, literal
from kg.queries.model import COUNTS, CannedQuery, Parameter
from kg.resources import KINDS

_FULL_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|urn:")
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_ONTOLOGY = KG.removesuffix("#")


def bind(query: CannedQuery, values: Mapping[str, str], base_iri: str) -> str:
    """The SPARQL text with the values put in, or the default where none is given.

    What the file writes under the default base comes to stand under `base_iri`. Raises ParameterError for a value that
    the query does not take, or that is of the wrong type or out of bounds.
    """
    for name in values:
        query.parameter(name)
    terms, numbers = {}, {}
    for parameter in query.parameters:
        text = values.get(parameter.name, parameter.default)
        if parameter.name in COUNTS:
            numbers[COUNTS[parameter.name]] = _number(parameter, text)
        else:
            terms[parameter.name] = _term(parameter, text, base_iri)
    return sparql.bind(_rebased(query.text, base_iri), terms, numbers)


@lru_cache(256)
def _rebased(text: str, base_iri: str) -> str:
    def moved(found: str) -> str:
        return found if found.startswith(_ONTOLOGY) else base_iri + found.removeprefix(DEFAULT_BASE)

    if base_iri == DEFAULT_BASE:
        return text
    return sparql.replace_iris(text, lambda found: moved(found) if found.startswith(DEFAULT_BASE) else found)


def _term(parameter: Parameter, text: str, base_iri: str) -> str:
    """The value as N-Triples."""
    try:
        match parameter.type:
            case "iri":
                return iri(thing_iri(parameter, text.strip(), base_iri))
            case "string":
                return literal(_string(parameter, text))
            case "integer" | "year":
                return integer(_number(parameter, text))
    except TermError as error:
        raise ParameterError(parameter.name, error.message, text) from error


def thing_iri(parameter: Parameter, text: str, base_iri: str) -> str:
    """An IRI from a key, a key after its class, or a full IRI; what is under the base must be of the class."""
    if parameter.kind == "class":
        return _class(parameter, text)
    kind, own = parameter.kind, f"{base_iri}{parameter.kind}/"
    under_base = text.startswith(base_iri)
    if _FULL_IRI.match(text) and not under_base:
        return text
    first, _, rest = text.removeprefix(base_iri).partition("/")
    if first != kind and (under_base or (rest and first in KINDS.values())):
        raise ParameterError(parameter.name, f"{text[:200]!r} is no {kind}; the IRI of one begins with {own}", text)
    key = rest if first == kind else text
    if not key:
        raise ParameterError(parameter.name, f"give the IRI of the {kind}, or what stands in it after {own}", text)
    return own + key


def _class(parameter: Parameter, text: str) -> str:
    name = text.removeprefix("class/")
    if not name:
        raise ParameterError(parameter.name, "give the name of a class of the ontology, or the IRI of any class", text)
    return name if _FULL_IRI.match(name) else KG + name


def _string(parameter: Parameter, text: str) -> str:
    if not parameter.minimum <= len(text) <= parameter.maximum:
        bounds = f"{parameter.minimum} to {parameter.maximum}"
        raise ParameterError(parameter.name, f"use {bounds} characters, not {len(text)}", text)
    return text


def _number(parameter: Parameter, text: str) -> int:
    if not _INTEGER.fullmatch(text.strip()):
        raise ParameterError(parameter.name, f"{text[:50]!r} is no whole number", text)
    number = int(text)
    if not parameter.minimum <= number <= parameter.maximum:
        bounds = f"{parameter.minimum} to {parameter.maximum}"
        raise ParameterError(parameter.name, f"use a number from {bounds}, not {number}", text)
    return number
