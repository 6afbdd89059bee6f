"""Checkpoints extend each other or are refused, and prove to publishers what they cover."""

from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from contracts.checkpoints import open_checkpoint
from contracts.signed_notes import NoteSigner
from contracts.tlog_proofs import check_proof, parse_proof
from domain.errors import CheckpointRefusedError, NotFoundError, UsageError
from domain.merkle import EMPTY_ROOT, is_consistent, tree_root
from hub.ledger.checkpointing import last_checkpoint, make_checkpoint
from hub.ledger.proving import growth_between, receipt_for
from hub.ledger.tree import grow
from hub.wiring import Hub
from tests.examples import NOON
from tests.hub_steps import change, rows
from tests.ledger_steps import SIGNER, hollow_leaves, unlock, write_hollow

FLIP = "set_byte({0}, {1}, get_byte({0}, {1}) # 1)"
REFUSALS = "SELECT problem FROM ledger.checkpoint_refusals ORDER BY id"


def sign(hub: Hub, *, until: int | None = None) -> int:
    return make_checkpoint(hub.ledger_database, SIGNER, NOON, until=until).size


def test_a_checkpoint_says_how_far_the_ledger_has_come(hub: Hub) -> None:
    write_hollow(hub, 600)

    made = make_checkpoint(hub.ledger_database, SIGNER, NOON)

    signed = open_checkpoint(made.note.encode(), SIGNER.verifier)
    assert (signed.size, signed.root) == (600, tree_root(hollow_leaves(600)))
    assert (made.size, made.root, made.made_at) == (signed.size, signed.root, NOON)
    assert last_checkpoint(hub.reader) == made


def test_an_empty_ledger_can_be_signed(hub: Hub) -> None:
    assert last_checkpoint(hub.reader) is None

    made = make_checkpoint(hub.ledger_database, SIGNER, NOON)
    write_hollow(hub, 3)

    assert (made.size, made.root) == (0, EMPTY_ROOT)
    assert sign(hub) == 3


def test_without_new_records_the_last_checkpoint_stands(hub: Hub) -> None:
    write_hollow(hub, 3)
    first = make_checkpoint(hub.ledger_database, SIGNER, NOON)

    again = make_checkpoint(hub.ledger_database, SIGNER, NOON + timedelta(days=1))

    assert again == first
    assert rows(hub, "SELECT count(*) FROM ledger.checkpoints") == [(1,)]


def test_a_checkpoint_covers_no_more_than_it_may(hub: Hub) -> None:
    write_hollow(hub, 600)

    assert [sign(hub, until=each) for each in (300, 200, 300, 599, 9_999)] == [
        300,
        300,
        300,
        599,
        600,
    ]


def test_each_checkpoint_is_proved_to_extend_the_ones_before(hub: Hub) -> None:
    sizes = (1, 256, 257, 600, 1_024)
    for before, size in zip((0, *sizes), sizes, strict=False):
        write_hollow(hub, size - before)
        sign(hub)

    for old in sizes:
        for new in (each for each in sizes if each >= old):
            path = growth_between(hub.reader, old, new, public=False).path
            roots = [tree_root(hollow_leaves(1_024)[:size]) for size in (old, new)]
            assert is_consistent(old, roots[0], new, roots[1], path)


def test_checkpoints_are_made_while_records_come_in(hub: Hub) -> None:
    written = 0

    def write_on() -> None:
        nonlocal written
        for _ in range(8):
            write_hollow(hub, 700)
            written += 700

    made = [make_checkpoint(hub.ledger_database, SIGNER, NOON)]
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write_on)
        while not writing.done() or made[-1].size < written:
            made.append(make_checkpoint(hub.ledger_database, SIGNER, NOON))
        writing.result()

    leaves = hollow_leaves(made[-1].size)
    assert (made[0].size, made[-1].size) == (0, 5_600)
    assert [each.root for each in made] == [tree_root(leaves[: each.size]) for each in made]


def test_only_signed_sizes_are_compared_and_the_older_comes_first(hub: Hub) -> None:
    write_hollow(hub, 4)
    sign(hub)
    write_hollow(hub, 1)
    sign(hub)

    with pytest.raises(NotFoundError, match="no checkpoint of size 3"):
        growth_between(hub.reader, 3, 5, public=False)
    with pytest.raises(UsageError, match="not older"):
        growth_between(hub.reader, 5, 4, public=False)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (
            "UPDATE ledger.stored_events SET leaf_hash = sha256('x') WHERE notification_id = 520",
            "does not extend checkpoint 600",
        ),
        (
            f"UPDATE ledger.tiles SET root = {FLIP.format('root', 7)} WHERE index = 1",
            "does not extend checkpoint 600",
        ),
        ("UPDATE ledger.head SET position = 500", "ends at position 500, and checkpoint 600"),
        (
            "UPDATE ledger.checkpoints SET note = replace(note, E'\\n600\\n', E'\\n601\\n')",
            "not signed by the key",
        ),
        ("UPDATE ledger.tiles SET root = 'short'", "cannot be read as hashes"),
        ("DELETE FROM ledger.stored_events WHERE notification_id > 512", "after position 512"),
    ],
)
def test_a_ledger_that_does_not_extend_what_was_signed_is_refused_and_that_is_recorded(
    hub: Hub, damage: str, says: str
) -> None:
    write_hollow(hub, 600)
    sign(hub)
    unlock(hub)
    write_hollow(hub, 300)
    change(hub, damage)

    with pytest.raises(CheckpointRefusedError, match=says):
        sign(hub)

    ((problem,),) = rows(hub, REFUSALS)
    assert says in problem
    assert rows(hub, "SELECT size FROM ledger.checkpoints") == [(600,)]


@pytest.mark.parametrize(
    ("hashes", "says"),
    [
        (FLIP.format("hashes", 70), "does not extend checkpoint 600"),
        ("substr(hashes, 1, 640)", "too narrow"),
        ("'short'", "cannot be read as hashes"),
    ],
)
def test_a_tile_that_was_changed_where_the_last_checkpoint_ended_is_refused(
    hub: Hub, hashes: str, says: str
) -> None:
    write_hollow(hub, 600)
    sign(hub)
    write_hollow(hub, 300)
    grow(hub.ledger_database)
    unlock(hub)
    change(hub, f"UPDATE ledger.tiles SET hashes = {hashes} WHERE index = 2")

    with pytest.raises(CheckpointRefusedError, match=says):
        sign(hub)

    assert rows(hub, "SELECT size FROM ledger.checkpoints") == [(600,)]


def test_another_key_does_not_go_on_where_this_one_signed(hub: Hub) -> None:
    write_hollow(hub, 5)
    sign(hub)
    write_hollow(hub, 5)
    other = NoteSigner(name=SIGNER.name, seed=bytes(32))

    with pytest.raises(CheckpointRefusedError, match="no known key"):
        make_checkpoint(hub.ledger_database, other, NOON)

    assert sign(hub) == 10


def test_a_receipt_proves_a_record_under_the_last_checkpoint_that_covers_it(hub: Hub) -> None:
    write_hollow(hub, 300)
    sign(hub)
    write_hollow(hub, 300)
    sign(hub)
    write_hollow(hub, 1)

    for position in (1, 255, 256, 257, 300, 512, 513, 600):
        receipt = receipt_for(hub.reader, position)
        assert receipt is not None
        proof = parse_proof(receipt.encode())
        leaf = hollow_leaves(600)[position - 1]
        assert check_proof(proof, leaf, SIGNER.verifier).size == 600
        assert (proof.index, proof.extra) == (position - 1, leaf)


def test_what_no_checkpoint_covers_has_no_receipt(hub: Hub) -> None:
    write_hollow(hub, 5)
    before = receipt_for(hub.reader, 1)
    sign(hub)
    write_hollow(hub, 1)

    assert before is None
    assert [receipt_for(hub.reader, position) for position in (0, -1, 6, 7)] == [None] * 4


def test_no_receipt_is_given_that_would_not_hold(hub: Hub) -> None:
    write_hollow(hub, 300)
    sign(hub)
    unlock(hub)
    change(hub, "UPDATE ledger.tiles SET hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1)")

    with pytest.raises(CheckpointRefusedError, match="position 2 does not lead"):
        receipt_for(hub.reader, 2)


def test_the_note_carries_the_root_in_base64(hub: Hub) -> None:
    write_hollow(hub, 1)

    made = make_checkpoint(hub.ledger_database, SIGNER, NOON)

    origin, size, root = made.note.split("\n")[:3]
    assert (origin, size, b64decode(root)) == (SIGNER.name, "1", made.root)
