"""One process at a time holds a lease, and one that lost it is told."""

from collections.abc import Iterator

import pytest

from domain.errors import FencedOutError
from hub.database import Database, Role
from hub.leases import Lease, release, renew, take
from hub.wiring import Hub
from tests.hub_steps import change

END_LEASES = "UPDATE intake.leases SET expires_at = clock_timestamp() - interval '1 second'"


@pytest.fixture
def database(hub: Hub) -> Iterator[Database]:
    opened = Database(hub.database_url, Role.INTAKE)
    yield opened
    opened.close()


def taken(database: Database, name: str = "intake") -> Lease | None:
    with database.transaction() as connection:
        return take(connection, name)


def held(database: Database, name: str = "intake") -> Lease:
    lease = taken(database, name)
    assert lease is not None
    return lease


def renewed(database: Database, lease: Lease) -> None:
    with database.transaction() as connection:
        renew(connection, lease)


def given_back(database: Database, lease: Lease) -> None:
    with database.transaction() as connection:
        release(connection, lease)


def test_a_lease_is_held_by_one_until_it_is_given_back(database: Database) -> None:
    first = held(database)
    other_work = held(database, "release")

    refused = taken(database)
    renewed(database, first)
    given_back(database, first)
    second = held(database)

    assert refused is None
    assert other_work.epoch == 1
    assert (first.epoch, second.epoch) == (1, 2)
    assert first.holder != second.holder


def test_one_that_lost_its_lease_can_neither_renew_nor_release_it(
    hub: Hub, database: Database
) -> None:
    zombie = held(database)
    change(hub, END_LEASES)
    held(database)

    with pytest.raises(FencedOutError):
        renewed(database, zombie)
    given_back(database, zombie)

    assert taken(database) is None


def test_a_lease_that_ran_out_may_be_renewed_while_nobody_took_it(
    hub: Hub, database: Database
) -> None:
    lease = held(database)
    change(hub, END_LEASES)

    renewed(database, lease)

    assert taken(database) is None
