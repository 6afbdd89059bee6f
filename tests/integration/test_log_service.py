"""The log as the routes ask for it: tiles as far as it is signed, proofs of what was accepted."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.outcomes import Outcome, SubmissionProofs, SubmissionRecord
from contracts.tiles import TileName, tiles_of
from domain.errors import CheckpointRefusedError, NotFoundError
from domain.merkle import tree_root
from hub.ledger.checkpointing import make_checkpoint
from hub.wiring import Hub
from tests.examples import NOON, message
from tests.hub_steps import SettableClock, change, settle
from tests.ledger_steps import SIGNER, hollow_leaves, unlock, write_hollow

SIZE = 700


@pytest.fixture
def signed(hub: Hub) -> Hub:
    """A hub that signed 700 records, and holds 100 more."""
    write_hollow(hub, SIZE)
    make_checkpoint(hub.ledger_database, SIGNER, NOON)
    write_hollow(hub, 100)
    return hub


def leaves(first: int, last: int) -> bytes:
    return b"".join(hollow_leaves(SIZE + 100)[first:last])


def test_every_tile_of_what_is_signed_is_there(signed: Hub) -> None:
    tiles = {name.path: signed.public_log.tile(name) for name in tiles_of(SIZE)}

    assert tiles == {
        "tile/0/000": leaves(0, 256),
        "tile/0/001": leaves(256, 512),
        "tile/0/002.p/188": leaves(512, 700),
        "tile/1/000.p/2": tree_root(hollow_leaves(256)) + tree_root(hollow_leaves(512)[256:]),
    }


@pytest.mark.parametrize(
    "path", ["tile/0/002", "tile/0/002.p/189", "tile/0/003.p/1", "tile/1/000.p/3", "tile/2/000.p/1"]
)
def test_what_no_checkpoint_covers_is_in_no_tile(signed: Hub, path: str) -> None:
    assert signed.public_log.tile(TileName.parse(path)) is None


@pytest.mark.parametrize(("path", "last"), [("tile/0/000.p/255", 255), ("tile/0/002.p/1", 513)])
def test_a_narrower_tile_is_the_beginning_of_a_wider_one(signed: Hub, path: str, last: int) -> None:
    name = TileName.parse(path)

    assert signed.public_log.tile(name) == leaves(name.index * 256, last)


def test_a_ledger_that_was_never_signed_has_no_tile_and_no_public_checkpoint(hub: Hub) -> None:
    write_hollow(hub, SIZE)

    assert hub.public_log.tile(TileName(level=0, index=0)) is None
    assert hub.public_log.checkpoint() is None
    with pytest.raises(NotFoundError):
        hub.public_log.growth(SIZE, None)


def test_a_checkpoint_that_is_not_public_is_as_if_it_were_not_there(signed: Hub) -> None:
    assert signed.public_log.checkpoint() is None
    with pytest.raises(NotFoundError, match="no public checkpoint of size 700"):
        signed.public_log.growth(SIZE, SIZE)


def test_a_submission_is_proved_as_soon_as_it_is_covered_and_says_when_before(
    hub: Hub, clock: SettableClock
) -> None:
    (settled,) = settle(hub, message())
    record = hub.submissions.find(settled.submission_id)
    assert record is not None

    early = hub.public_log.proofs(record)
    clock.move(timedelta(days=1))
    hub.archivist.work()
    late = hub.public_log.proofs(record)

    assert early == SubmissionProofs(due_at=datetime(2026, 3, 15, 3, tzinfo=UTC))
    assert late.due_at is None
    (text,) = late.texts
    checkpoint = hub.public_log.checkpoint()
    assert checkpoint is not None
    assert text.endswith(checkpoint)


@pytest.mark.parametrize("outcome", [Outcome.CONFLICT, Outcome.REJECTED, None])
def test_what_was_not_accepted_is_never_proved(hub: Hub, outcome: Outcome | None) -> None:
    (settled,) = settle(hub, message())
    found = hub.submissions.find(settled.submission_id)
    assert found is not None

    record = SubmissionRecord(
        submission_id=found.submission_id,
        publisher=found.publisher,
        outcome=outcome,
        received_at=NOON,
    )

    assert hub.public_log.proofs(record) == SubmissionProofs()


def test_no_proof_is_given_that_would_not_hold(hub: Hub, clock: SettableClock) -> None:
    (settled,) = settle(hub, message())
    clock.move(timedelta(days=1))
    hub.archivist.work()
    record = hub.submissions.find(settled.submission_id)
    assert record is not None
    unlock(hub)
    change(hub, "UPDATE ledger.tiles SET hashes = set_byte(hashes, 40, 255 - get_byte(hashes, 40))")

    with pytest.raises(CheckpointRefusedError, match="position 1 does not lead"):
        hub.public_log.proofs(record)
