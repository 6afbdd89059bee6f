"""The tree over the ledger: grown behind the writers, whole after every kill, never half."""

from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event

import pytest
from psycopg import connect
from psycopg.errors import RaiseException

from contracts.tiles import decode_tile, tiles_of
from domain.errors import CheckpointRefusedError, DatabaseUnavailableError
from domain.merkle import root_at, tree_root
from hub.ledger.tree import LEAVES_A_COMMIT, StoredTree, grow, lock_tree
from hub.wiring import Hub
from tests.hub_steps import change, rows
from tests.ledger_steps import hollow_leaves, unlock, write, write_hollow

TILES = "SELECT level, index, hashes, root FROM ledger.tiles ORDER BY level, index"
MANY = LEAVES_A_COMMIT + 4_464


def root_of(hub: Hub, size: int) -> bytes:
    with hub.reader.snapshot() as connection:
        return root_at(size, StoredTree(connection).subtree)


def test_a_tree_that_grows_in_steps_is_the_tree_of_all_its_leaves(hub: Hub) -> None:
    size = 0
    for more in (1, 254, 1, 1, 500, 43):
        write_hollow(hub, more)
        size += more

        covered = grow(hub.ledger_database)

        assert covered == size // 256 * 256
        assert root_of(hub, size) == tree_root(hollow_leaves(size))


def test_only_full_tiles_are_kept_each_under_its_root(hub: Hub) -> None:
    write_hollow(hub, MANY)
    told: list[tuple[int, int]] = []

    grow(hub.ledger_database, lambda done, total: told.append((done, total)))
    kept = rows(hub, TILES)

    full = [(name.level, name.index) for name in tiles_of(MANY) if name.width == 256]
    assert [(level, index) for level, index, _, _ in kept] == full
    assert all(root == tree_root(decode_tile(hashes)) for _, _, hashes, root in kept)
    assert told == [(LEAVES_A_COMMIT, MANY), (MANY // 256 * 256, MANY)]
    for size in (1, 255, 256, 257, 65_535, 65_536, 65_537, MANY):
        assert root_of(hub, size) == tree_root(hollow_leaves(size))


def test_without_the_tiles_above_there_is_no_root(hub: Hub) -> None:
    write_hollow(hub, MANY)
    grow(hub.ledger_database)
    unlock(hub)

    change(hub, "DELETE FROM ledger.tiles WHERE level = 1")

    with pytest.raises(CheckpointRefusedError, match="tile 0 of level 2 is too narrow"):
        root_of(hub, MANY)


def test_growing_again_adds_nothing(hub: Hub) -> None:
    write_hollow(hub, 700)
    grow(hub.ledger_database)
    before = rows(hub, TILES)

    again = grow(hub.ledger_database)

    assert again == 512
    assert rows(hub, TILES) == before


def test_a_kill_between_two_commits_leaves_whole_tiles_and_the_rest_is_added(hub: Hub) -> None:
    write_hollow(hub, MANY)

    def kill(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grow(hub.ledger_database, kill)
    left = rows(hub, "SELECT level, count(*) FROM ledger.tiles GROUP BY level ORDER BY level")
    grow(hub.ledger_database)

    assert left == [(0, 256), (1, 1)]
    assert root_of(hub, MANY) == tree_root(hollow_leaves(MANY))


def test_a_connection_cut_before_the_commit_leaves_nothing(hub: Hub) -> None:
    write_hollow(hub, 600)
    change(
        hub,
        "CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN"
        " IF NEW.index = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;"
        " RETURN NEW; END $$",
    )
    change(
        hub,
        "CREATE TRIGGER cut BEFORE INSERT ON ledger.tiles FOR EACH ROW EXECUTE FUNCTION cut()",
    )

    with pytest.raises(DatabaseUnavailableError):
        grow(hub.ledger_database)
    left = rows(hub, TILES)
    change(hub, "DROP TRIGGER cut ON ledger.tiles")
    grow(hub.ledger_database)

    assert left == []
    assert root_of(hub, 600) == tree_root(hollow_leaves(600))


def test_several_that_grow_the_tree_wait_for_each_other_and_make_one_tree(hub: Hub) -> None:
    write_hollow(hub, 5_000)

    with ThreadPoolExecutor(4) as pool:
        with connect(hub.database_url) as another:
            lock_tree(another)
            growing = [pool.submit(grow, hub.ledger_database) for _ in range(4)]
            done_early, _ = wait(growing, timeout=0.5)
        covered = [each.result(timeout=30) for each in growing]

    assert done_early == set()
    assert covered == [4_864] * 4
    assert root_of(hub, 5_000) == tree_root(hollow_leaves(5_000))


def test_writers_do_not_wait_for_the_tree_nor_the_tree_for_writers(hub: Hub) -> None:
    write(hub, 300)
    written = Event()

    def write_more() -> None:
        write(hub, 10)
        written.set()

    with ThreadPoolExecutor(1) as pool, connect(hub.database_url) as growing:
        lock_tree(growing)
        growing.execute("SELECT count(*) FROM ledger.stored_events")
        pool.submit(write_more).result(timeout=10)
    with connect(hub.database_url) as writing:
        writing.execute("SELECT position FROM ledger.head FOR UPDATE")
        covered = grow(hub.ledger_database)

    assert written.is_set()
    assert covered == 256


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM ledger.stored_events WHERE notification_id = 300",
        "DELETE FROM ledger.stored_events WHERE notification_id BETWEEN 257 AND 512",
        "DELETE FROM ledger.stored_events WHERE notification_id > 500",
        "UPDATE ledger.stored_events SET leaf_hash = 'short' WHERE notification_id = 300",
    ],
)
def test_a_tree_does_not_grow_over_a_gap(hub: Hub, damage: str) -> None:
    write_hollow(hub, 700)
    unlock(hub)
    change(hub, damage)

    with pytest.raises(CheckpointRefusedError, match="after position"):
        grow(hub.ledger_database)

    assert rows(hub, "SELECT count(*) FROM ledger.tiles") == [(0,)]


def test_tiles_cannot_be_changed_or_removed(hub: Hub) -> None:
    write_hollow(hub, 300)
    grow(hub.ledger_database)

    for statement in ("UPDATE ledger.tiles SET index = 7", "DELETE FROM ledger.tiles"):
        with (
            pytest.raises(RaiseException, match="append-only"),
            connect(hub.database_url) as connection,
        ):
            connection.execute(statement)
