"""The table of faults at the size that fits into the gate: nothing lost, nothing doubled."""

from typing import Final

import pytest

from tests.faults.mutants import MUTANTS, Mutant, hunt
from tests.faults.running import Result, Row, carry_on
from tests.faults.site import Site
from tests.faults.table import ROWS

# The others take long, and are left to `python -m tests.faults --mutants`.
CHEAP: Final = (
    "offsets committed before the rows",
    "rows committed before the offsets",
    "the last message of a batch forgotten",
    "positions given without the lock on the head",
    "the views' position moved before their rows",
    "acknowledged before the commit",
)

# Clients of a server that is killed leave their sockets to the garbage collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning"),
]


@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_fault_of_the_table_breaks_no_promise(row: Row, site: Site) -> None:
    result = Result(name=row.name, seed=1)

    for _ in carry_on(row, site, result, row.ci):
        assert result.failures == []

    assert result.done == row.ci


@pytest.mark.parametrize(
    "mutant", [each for each in MUTANTS if each.name in CHEAP], ids=lambda each: each.name
)
def test_a_planted_bug_is_found_out(mutant: Mutant, site: Site) -> None:
    caught = hunt(site, mutant)

    assert caught is not None
