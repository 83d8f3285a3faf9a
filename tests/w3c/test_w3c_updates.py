"""What the W3C's update evaluation tests expect, done over HTTP. https://www.w3.org/TR/sparql11-update/"""

from __future__ import annotations

import pytest

from tests.w3c.comparison import canonical
from tests.w3c.manifests import Case, cases
from tests.w3c.service import Service, dataset_of


@pytest.mark.parametrize("case", cases("UpdateEvaluationTest"))
def test_update(service: Service, case: Case) -> None:
    service.hold(case.data)
    answer = service.update(f"BASE <{case.action}>\n{case.text}")
    assert answer.status == 204, answer.body
    found, graphs = service.dataset()
    assert canonical(found) == canonical(dataset_of(case.changed))
    assert graphs == {name for name, _ in case.changed.named}
