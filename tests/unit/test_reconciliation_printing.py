"""What `hub reconciliation` prints: a row for each cell, their total, and the sum of all rows."""

import pytest

from contracts.reconciliation import reconciliation_document
from domain.reconciliation_terms import ReconciliationQuery
from hub.reconciliation_printing import print_terms
from tests.unit.api_gateways import POSITION
from tests.unit.api_reconciliation import MemoryReconciliation


def printed(capsys: pytest.CaptureFixture[str], *by: str) -> list[list[str]]:
    """The words of each line that an answer is printed in."""
    answer = MemoryReconciliation().answer(ReconciliationQuery(by=by))
    print_terms(reconciliation_document(answer))
    lines = capsys.readouterr().out.replace("│", " ").splitlines()
    return [line.split() for line in lines if line.strip()]


def test_cells_are_followed_by_their_total(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "authority", "month")

    first = [line for line in lines if line[:2] == ["one", "one"]]
    total = [line for line in lines if line[0] == "total"]
    assert first == [["one", "one", "4", "0", "4", "1", "0", "3", "0", "3", "0", "0", "0", "0"]]
    assert total == [["total", "9", "0", "9", "3", "0", "6", "0", "6", "0", "0", "0", "0"]]


def test_the_sum_of_all_source_episodes_and_the_position_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = " ".join(word for line in printed(capsys) for word in line)

    assert (
        "6 source episodes of any kind = 2 matched + 1 police only + 1 authority only"
        " + 1 in review + 1 held + 0 void."
    ) in text
    assert f"As of ledger position {POSITION}" in text
    assert "total " not in text
