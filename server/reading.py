"""How a program or another page takes what a canned query gives: calls to copy, and a frame."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urljoin

from flask import request
from markupsafe import Markup

from kg.queries import CannedQuery
from server.gallery import query_path

_CURL = "curl -L '{}'"
_CURL_DATA = "curl -L -H 'Accept: {}' '{}'"
_PYTHON = 'import pandas as pd\n\ntable = pd.read_csv("{}")'
_PYTHON_DATA = 'import rdflib\n\ngraph = rdflib.Graph().parse("{}")'
_R = 'table <- read.csv("{}")'
_R_DATA = 'library(rdflib)\n\ngraph <- rdf_parse("{}", format = "turtle")'

_FRAME = Markup('<iframe src="{}" title="{}" width="100%" height="480" loading="lazy" style="border: 0"></iframe>')


def calls(query: CannedQuery, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Languages, and how this question is asked in them. What a client gave is percent-encoded, quotes and all."""
    is_table = query.form in ("select", "ask")
    address = _address(query, values, ".csv" if is_table else ".ttl")
    if query.form == "ask":
        return [("curl", _CURL.format(_address(query, values, ".json")))]
    if is_table:
        return [("curl", _CURL.format(address)), ("Python", _PYTHON.format(address)), ("R", _R.format(address))]
    return [
        ("curl", _CURL_DATA.format("text/turtle", _address(query, values))),
        ("Python", _PYTHON_DATA.format(address)),
        ("R", _R_DATA.format(address)),
    ]


def embedding(query: CannedQuery, values: Mapping[str, str]) -> str:
    """The element by which another page shows the answer."""
    return str(_FRAME.format(_address(query, values, "/embed"), query.title))


def _address(query: CannedQuery, values: Mapping[str, str], ending: str = "") -> str:
    asked = {parameter.name: values[parameter.name] for parameter in query.parameters if parameter.name in values}
    return urljoin(request.url_root, f"{query_path(query)}{ending}") + (f"?{urlencode(asked)}" if asked else "")
