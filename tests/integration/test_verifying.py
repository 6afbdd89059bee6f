"""`verify_ledger` derives everything again, and names the first thing that does not fit."""

import pytest

from contracts.signed_notes import NoteSigner
from hub.ledger.checkpointing import make_checkpoint
from hub.ledger.verifying import Verified, verify_ledger
from hub.wiring import Hub
from tests.examples import NOON
from tests.hub_steps import change
from tests.ledger_steps import SIGNER, unlock, write, write_hollow

NOTE_OF_256 = "SELECT note FROM ledger.checkpoints WHERE size = 256"
CUT_OFF = "DELETE FROM ledger.stored_events WHERE notification_id > 580"
FLIP = "set_byte({0}, {1}, get_byte({0}, {1}) # 1)"


def verified(hub: Hub) -> Verified:
    return verify_ledger(hub.reader, verifier=SIGNER.verifier)


def sign(hub: Hub, *, until: int | None = None) -> None:
    make_checkpoint(hub.ledger_database, SIGNER, NOON, until=until)


@pytest.fixture
def signed(hub: Hub) -> Hub:
    """A ledger of 600 records with two tiles and checkpoints at 0, 256, 300 and 590."""
    sign(hub)
    write(hub, 600)
    for until in (256, 300, 590):
        sign(hub, until=until)
    unlock(hub)
    return hub


def test_an_honest_ledger_fits_whole(signed: Hub) -> None:
    assert verified(signed) == Verified(
        records=600, position=600, tiles=2, checkpoints=4, where=None, problem=None
    )


def test_tiles_that_are_not_made_yet_are_not_missed(signed: Hub) -> None:
    write(signed, 300)

    found = verified(signed)

    assert (found.records, found.tiles, found.problem) == (900, 2, None)


@pytest.mark.parametrize(
    ("damage", "where", "says"),
    [
        (
            f"UPDATE ledger.tiles SET hashes = {FLIP.format('hashes', 40)} WHERE index = 1",
            "tile/0/001",
            "not what its records lead to",
        ),
        (
            f"UPDATE ledger.tiles SET root = {FLIP.format('root', 4)} WHERE index = 0",
            "tile/0/000",
            "not what its records lead to",
        ),
        ("DELETE FROM ledger.tiles WHERE index = 0", "tile/0/000", "missing"),
        ("DELETE FROM ledger.tiles", "tile/0/000", "missing"),
        (
            "INSERT INTO ledger.tiles SELECT 0, 7, hashes, root FROM ledger.tiles WHERE index = 0",
            "tile/0/007",
            "not there",
        ),
        (
            "INSERT INTO ledger.tiles SELECT 1, 0, hashes, root FROM ledger.tiles WHERE index = 0",
            "tile/1/000",
            "not there",
        ),
        (
            f"UPDATE ledger.checkpoints SET root = {FLIP.format('root', 4)} WHERE size = 300",
            "checkpoint 300",
            "not say what is stored",
        ),
        (
            f"UPDATE ledger.checkpoints SET note = ({NOTE_OF_256}) WHERE size = 300",
            "checkpoint 300",
            "not say what is stored",
        ),
        (
            "UPDATE ledger.checkpoints SET size = 299 WHERE size = 300",
            "checkpoint 299",
            "not say what is stored",
        ),
        (
            "UPDATE ledger.checkpoints SET note = 'nonsense' WHERE size = 0",
            "checkpoint 0",
            "blank line",
        ),
        (
            "UPDATE ledger.checkpoints SET note = replace(note, E'\\n590\\n', E'\\n591\\n')",
            "checkpoint 590",
            "is false",
        ),
        (
            f"{CUT_OFF}; UPDATE ledger.head SET position = 580",
            "checkpoint 590",
            "after position 580",
        ),
        (
            CUT_OFF,
            "position 580",
            "head is 600",
        ),
        (
            "UPDATE ledger.stored_events SET topic = 'episode-voided' WHERE notification_id = 257",
            "position 257",
            "leaf hash",
        ),
    ],
)
def test_the_first_misfit_is_named(signed: Hub, damage: str, where: str, says: str) -> None:
    change(signed, damage)

    found = verified(signed)

    assert found.where == where
    assert found.problem is not None
    assert says in found.problem


def test_a_record_rewritten_with_its_hash_is_found_by_the_tree(signed: Hub) -> None:
    change(
        signed,
        "UPDATE ledger.stored_events a SET leaf_hash = b.leaf_hash, state = b.state"
        " FROM ledger.stored_events b"
        " WHERE a.notification_id = 550 AND b.notification_id = 551",
    )

    assert verified(signed).where == "position 550"


def test_a_history_rewritten_whole_is_found_by_the_checkpoint(hub: Hub) -> None:
    write_hollow(hub, 200)
    sign(hub)
    unlock(hub)
    change(hub, "TRUNCATE ledger.stored_events")
    change(hub, "UPDATE ledger.head SET position = 0")
    write(hub, 200)

    found = verified(hub)

    assert found.where == "checkpoint 200"
    assert found.problem == "its root is not what the records lead to"


def test_signatures_of_another_key_are_found_unless_nobody_asks(signed: Hub) -> None:
    other = NoteSigner(name=SIGNER.name, seed=bytes(32)).verifier

    found = verify_ledger(signed.reader, verifier=other)

    assert (found.where, found.problem) == ("checkpoint 0", "no known key signed the note")
    assert verify_ledger(signed.reader).problem is None
