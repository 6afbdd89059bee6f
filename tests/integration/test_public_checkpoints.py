"""Once a day the ledger is padded, archived, signed, and its size is made public."""

from collections import Counter
from datetime import timedelta

import pytest

from contracts.checkpoints import open_checkpoint
from hub.ledger.proving import public_checkpoint
from hub.ledger.verifying import verify_ledger
from hub.wiring import Hub
from tests.examples import message
from tests.hub_steps import SettableClock, follow, rows, settle
from tests.publication_steps import DAY, PADDED, SIGNED, Draws, archivist, begin, head

KINDS = "SELECT topic, publisher FROM ledger.stored_events ORDER BY notification_id"
STATES = """
SELECT convert_from(state, 'UTF8') FROM ledger.stored_events
 WHERE topic = 'ledger-padded' ORDER BY notification_id
"""


@pytest.fixture
def begun(hub: Hub, clock: SettableClock) -> Hub:
    """A hub that took something in yesterday, and whose first hour has come."""
    begin(hub, clock)
    return hub


def test_the_ledger_is_padded_archived_signed_and_shown(begun: Hub) -> None:
    made = archivist(begun).work()

    shown = public_checkpoint(begun.reader)
    assert made is not None
    assert shown is not None
    signed = open_checkpoint(shown.note.encode(), begun.log_signer.verifier)
    assert (signed.size, signed.root) == (made.size, made.root) == (2048, shown.root)
    assert head(begun) == begun.archive.extent() == 2048
    assert begun.archive.last_checkpoint() == (2048, shown.note)
    assert rows(begun, SIGNED) == [(2048, True)]
    assert rows(begun, PADDED) == [(2048, "2026-03-15 03:00:00+00")]
    found = verify_ledger(begun.reader, verifier=begun.log_signer.verifier)
    assert (found.where, found.checkpoints) == (None, 1)


def test_padding_is_records_of_the_hub_that_nobody_can_guess(begun: Hub) -> None:
    archivist(begun).work()

    kinds = Counter(rows(begun, KINDS))
    states = [state for (state,) in rows(begun, STATES)]
    assert kinds["ledger-padded", "hub"] == 2048 - 3
    assert len(set(states)) == len(states)
    assert all('"size":2048' in state for state in states)


def test_nothing_is_made_of_an_empty_ledger_nor_before_its_first_hour(
    hub: Hub, clock: SettableClock
) -> None:
    empty = archivist(hub).work()
    settle(hub, message())
    early = [archivist(hub).work()]
    clock.move(timedelta(hours=14, minutes=59))
    early.append(archivist(hub).work())
    clock.move(timedelta(minutes=1))

    assert (empty, early) == (None, [None, None])
    assert archivist(hub).work() is not None


def test_a_day_without_any_record_grows_like_every_other(begun: Hub, clock: SettableClock) -> None:
    sizes = []
    for _ in range(3):
        archivist(begun, Draws((0,))).work()
        assert archivist(begun).work() is None
        sizes.append(head(begun))
        clock.move(DAY)

    assert sizes == [1024, 2048, 3072]


def test_missed_days_are_made_up_for_once(begun: Hub, clock: SettableClock) -> None:
    archivist(begun).work()
    clock.move(5 * DAY)

    made = [archivist(begun).work() for _ in range(3)]

    assert [each is not None for each in made] == [True, False, False]
    assert [due for _, due in rows(begun, PADDED)] == [
        "2026-03-15 03:00:00+00",
        "2026-03-20 03:00:00+00",
    ]


def test_a_clock_that_goes_back_makes_nothing_due(begun: Hub, clock: SettableClock) -> None:
    archivist(begun).work()
    before = head(begun)

    for step in (-DAY, timedelta(hours=3), timedelta(hours=21)):
        clock.move(step)
        assert archivist(begun).work() is None

    assert head(begun) == before


def test_padding_changes_no_count_no_sum_and_no_view(begun: Hub) -> None:
    follow(begun)
    before = begun.status.read()
    views = rows(begun, "SELECT * FROM projection.episode_facts_v1 ORDER BY fact_id, source")
    heard = rows(begun, "SELECT * FROM projection.heard_v1 ORDER BY 1, 2, 3")

    archivist(begun).work()
    reached = follow(begun)

    after = begun.status.read()
    assert reached == after.ledger_position == head(begun)
    assert after.submissions == before.submissions
    assert after.source_episodes == before.source_episodes
    assert after.parked_children == 0
    assert views == rows(
        begun, "SELECT * FROM projection.episode_facts_v1 ORDER BY fact_id, source"
    )
    assert heard == rows(begun, "SELECT * FROM projection.heard_v1 ORDER BY 1, 2, 3")
