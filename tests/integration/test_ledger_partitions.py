"""The ledger lies in partitions, which are made as it grows, by whoever writes."""

import pytest
from psycopg import connect
from psycopg.errors import InsufficientPrivilege, RaiseException
from psycopg.sql import SQL

from hub.database import Role
from hub.ledger.verifying import verify_ledger
from hub.wiring import Hub
from tests.hub_steps import change, rows
from tests.ledger_steps import write

PARTITIONS = "SELECT number, first_position, last_position FROM ledger.partitions ORDER BY number"
SIZE = "UPDATE ledger.head SET partition_size = %s"


def test_one_batch_may_fill_several_partitions(hub: Hub) -> None:
    change(hub, SIZE, [10])

    write(hub, 3)
    write(hub, 32)

    held = rows(
        hub,
        "SELECT tableoid::regclass::text, count(*) FROM ledger.stored_events"
        " GROUP BY tableoid ORDER BY min(notification_id)",
    )
    assert held == [
        (f"ledger.stored_events_{n}", size) for n, size in enumerate([10, 10, 10, 5], 1)
    ]
    assert rows(hub, PARTITIONS) == [(1, 1, 10), (2, 11, 20), (3, 21, 30), (4, 31, 40)]
    assert verify_ledger(hub.reader).problem is None


def test_another_size_holds_for_partitions_to_come(hub: Hub) -> None:
    change(hub, SIZE, [10])
    write(hub, 10)
    change(hub, SIZE, [4])

    write(hub, 5)

    assert rows(hub, PARTITIONS) == [(1, 1, 10), (2, 11, 14), (3, 15, 18)]


def test_a_partition_is_made_while_others_read(hub: Hub) -> None:
    change(hub, SIZE, [10])
    write(hub, 10)

    with connect(hub.database_url) as reading:
        before = reading.execute("SELECT count(*) FROM ledger.stored_events").fetchall()
        write(hub, 10)

    assert before == [(10,)]
    assert rows(hub, "SELECT position, room FROM ledger.head") == [(20, 20)]


@pytest.mark.parametrize("action", ["UPDATE {} SET topic = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_no_partition_can_be_changed_by_its_own_name(hub: Hub, action: str) -> None:
    write(hub, 1)

    for role in (None, *Role):
        with connect(hub.database_url, autocommit=True) as connection:
            if role is not None:
                connection.execute(f"SET ROLE {role}")
            with pytest.raises(RaiseException if role is None else InsufficientPrivilege):
                connection.execute(SQL(action).format(SQL("ledger.stored_events_1")))

    assert rows(hub, "SELECT count(*) FROM ledger.stored_events") == [(1,)]


def test_a_writer_cannot_choose_where_partitions_end(hub: Hub) -> None:
    with connect(hub.database_url, autocommit=True) as connection:
        connection.execute(f"SET ROLE {Role.INTAKE}")

        with pytest.raises(InsufficientPrivilege):
            connection.execute(SIZE, [1])
