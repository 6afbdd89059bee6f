"""One process at a time holds a lease, and one that lost it is told."""

from collections.abc import Iterator, Sequence
from uuid import UUID, uuid4

import pytest

from domain.errors import FencedOutError
from hub.database import Database, Role
from hub.leases import Lease, hold, release, renew, take
from hub.wiring import Hub
from tests.hub_steps import change

END_LEASES = "UPDATE intake.leases SET expires_at = clock_timestamp() - interval '1 second'"
NAMES = [f"hub.intake.la-{number}.v1" for number in range(201, 207)]


@pytest.fixture
def database(hub: Hub) -> Iterator[Database]:
    opened = Database(hub.database_url, Role.INTAKE)
    yield opened
    opened.close()


def taken(
    database: Database,
    names: Sequence[str] = NAMES,
    *,
    most: int | None = None,
    holder: UUID | None = None,
) -> list[Lease]:
    with database.transaction() as connection:
        return take(connection, names, holder=holder or uuid4(), most=most)


def renewed(database: Database, leases: Sequence[Lease]) -> list[Lease]:
    with database.transaction() as connection:
        return renew(connection, leases)


def given_back(database: Database, leases: Sequence[Lease]) -> None:
    with database.transaction() as connection:
        release(connection, leases)


def kept(database: Database, leases: Sequence[Lease]) -> None:
    with database.transaction() as connection:
        hold(connection, leases)


def test_leases_are_held_by_one_until_they_are_given_back(database: Database) -> None:
    first = taken(database)

    refused = taken(database)
    still = renewed(database, first)
    given_back(database, first)
    second = taken(database)

    assert [each.name for each in first] == NAMES
    assert (refused, still) == ([], first)
    assert {each.epoch for each in first} == {1}
    assert {each.epoch for each in second} == {2}
    assert {each.holder for each in first}.isdisjoint({each.holder for each in second})


def test_no_more_are_taken_than_are_wanted_and_the_rest_stays_free(database: Database) -> None:
    some = taken(database, most=4)
    rest = taken(database)
    none = taken(database, most=0)

    assert [each.name for each in some] == NAMES[:4]
    assert [each.name for each in rest] == NAMES[4:]
    assert none == []


def test_one_that_lost_some_leases_keeps_the_others_and_may_not_commit_under_those(
    hub: Hub, database: Database
) -> None:
    zombie = taken(database)
    change(hub, END_LEASES)
    taken(database, most=2)

    left = renewed(database, zombie)
    given_back(database, zombie[:2])
    kept(database, left)
    with pytest.raises(FencedOutError, match="and 1 more"):
        kept(database, zombie)

    assert left == zombie[2:]
    assert taken(database) == []


def test_leases_that_ran_out_may_be_renewed_while_nobody_took_them(
    hub: Hub, database: Database
) -> None:
    leases = taken(database)
    change(hub, END_LEASES)

    kept(database, leases)

    assert renewed(database, leases) == leases
    assert taken(database) == []


def test_a_lease_does_not_change_hands_while_a_commit_is_under_way(
    hub: Hub, database: Database
) -> None:
    leases = taken(database)
    change(hub, END_LEASES)

    with database.transaction() as connection:
        hold(connection, leases[:1])
        meanwhile = taken(database)

    assert [each.name for each in meanwhile] == NAMES[1:]
