"""What the W3C's syntax tests expect to be taken and to be refused. https://www.w3.org/TR/sparql11-query/#grammar"""

from __future__ import annotations

import json

import pytest

from tests.w3c.manifests import Case, cases
from tests.w3c.service import Answer, Service

_UNREACHABLE = "nowhere://w3c/"  # LOAD from the web would be refused before the rest is read


@pytest.mark.parametrize("case", cases("PositiveSyntaxTest", "PositiveSyntaxTest11"))
def test_a_query_is_taken(service: Service, case: Case) -> None:
    """That a function is not known, or that nothing is asked elsewhere, is told of what has been read."""
    answer = service.query(case.text, "*/*")
    assert answer.status == 200 or _was_read(answer), answer.body


@pytest.mark.parametrize("case", cases("NegativeSyntaxTest", "NegativeSyntaxTest11"))
def test_a_query_is_refused(service: Service, case: Case) -> None:
    if case.action.endswith(".ru"):
        assert _is_syntax_error(service.update(case.text))
    else:
        assert _is_syntax_error(service.query(case.text, "*/*"))


@pytest.mark.parametrize("case", cases("PositiveUpdateSyntaxTest11"))
def test_an_update_is_taken(service: Service, case: Case) -> None:
    """That a graph is missing, or that nothing is loaded from elsewhere, is told of what has been read."""
    answer = service.update(case.text)
    assert answer.status == 204 or _was_read(answer), answer.body


@pytest.mark.parametrize("case", cases("NegativeUpdateSyntaxTest11"))
def test_an_update_is_refused(service: Service, case: Case) -> None:
    assert _is_syntax_error(service.update(f"BASE <{_UNREACHABLE}>\n{case.text}"))


def _was_read(answer: Answer) -> bool:
    return json.loads(answer.body)["kind"] in ("QueryError", "QueryRefused")


def _is_syntax_error(answer: Answer) -> bool:
    return answer.status == 400 and json.loads(answer.body)["kind"] == "QuerySyntaxError"
