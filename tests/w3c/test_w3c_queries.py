"""What the W3C's query evaluation tests expect, asked over HTTP. https://www.w3.org/TR/sparql11-query/"""

from __future__ import annotations

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat
from rdflib import Graph

from kg import formats
from kg.formats import ResultFormat
from tests.w3c.comparison import (
    Result,
    canonical,
    canonical_rows,
    csv_rows,
    in_order,
    is_result_set,
    result_set,
    rows_of,
)
from tests.w3c.manifests import Case, cases, path_of
from tests.w3c.service import Service, triples_of

_EXTENSIONS = {"srx": formats.XML, "srj": formats.JSON, "tsv": formats.TSV}


@pytest.mark.parametrize("case", cases("QueryEvaluationTest"))
def test_query(service: Service, case: Case) -> None:
    service.hold(case.data)
    assert case.result
    path = path_of(case.result)
    extension = path.suffix[1:]
    if extension in _EXTENSIONS:
        chosen = _EXTENSIONS[extension]
        _compare(_rows(service, case, chosen), rows_of(path.read_bytes(), chosen.results_format), case.lax)
        return
    graph = Graph().parse(path, publicID=case.result)
    if is_result_set(graph):
        expected, ordered = result_set(graph)
        found = _rows(service, case, formats.JSON)
        _compare(found, expected, case.lax)
        assert not ordered or in_order(found, expected)
    else:
        answer = service.query(_with_base(case), formats.N_TRIPLES.media_type)
        assert (answer.status, answer.media_type) == (200, formats.N_TRIPLES.media_type), answer.body
        assert canonical(pyoxigraph.parse(answer.body, RdfFormat.N_TRIPLES)) == canonical(triples_of(case.result))


@pytest.mark.parametrize("case", cases("CSVResultFormatTest"))
def test_csv_results(service: Service, case: Case) -> None:
    service.hold(case.data)
    answer = service.query(_with_base(case), "text/csv")
    assert (answer.status, answer.media_type) == (200, "text/csv"), answer.body
    assert csv_rows(answer.body) == csv_rows(path_of(case.result or "").read_bytes())


def _rows(service: Service, case: Case, chosen: ResultFormat) -> Result:
    answer = service.query(_with_base(case), chosen.media_type)
    assert (answer.status, answer.media_type) == (200, chosen.media_type), answer.body
    return rows_of(answer.body, chosen.results_format)


def _with_base(case: Case) -> str:
    """The query with its own address as base: here it is not read from there."""
    return f"BASE <{case.action}>\n{case.text}"


def _compare(found: Result, expected: Result, lax: bool) -> None:
    if isinstance(expected, bool) or isinstance(found, bool):
        assert found is expected
    else:
        assert canonical_rows(found, lax) == canonical_rows(expected, lax)
