"""Registrations that say little, or what cannot be: nobody is linked, and all are counted."""

import pytest
from msgspec.structs import replace

from contracts.identity import Identity
from hub.linkage.grounds import count_grounds
from hub.linkage.link_keys import MOST_PER_KEY
from hub.wiring import Hub
from tests.examples import BIRMINGHAM, COVENTRY, WEST_MIDLANDS, identity, registration
from tests.hub_steps import rows, settle

BARE = replace(identity(1), nhs_number=None, upn=None)
NAMELESS = replace(BARE, forenames=None, surname=None, home_postcode=None)


def register(hub: Hub, *who: Identity) -> None:
    """Register each with a publisher of its own, as long as there are any."""
    publishers = (COVENTRY, WEST_MIDLANDS, BIRMINGHAM)
    settled = settle(
        hub,
        *(
            registration(each, hub.keys.sealing, child=f"C-{at}", publisher=publishers[min(at, 2)])
            for at, each in enumerate(who)
        ),
    )
    assert all(each.position is not None for each in settled)
    hub.linker.catch_up()


def persons(hub: Hub) -> int:
    ((number,),) = rows(hub, "SELECT count(DISTINCT person_id) FROM link.persons")
    return int(number)


def counted(hub: Hub) -> dict[str, int]:
    grounds, conflicts = count_grounds(hub.vault_database)
    found = {each.code: each.registrations for each in grounds}
    return found | {each.code: each.pairs for each in conflicts}


@pytest.mark.parametrize(
    ("one", "other", "codes"),
    [
        (NAMELESS, NAMELESS, {"forename-missing": 2, "surname-missing": 2}),
        (
            replace(BARE, forenames="A", surname="B", home_postcode=None),
            replace(BARE, forenames="A", surname="B", home_postcode=None),
            {"forename-missing": 2, "surname-missing": 2},
        ),
        (
            replace(BARE, birth_date="2094-05-06", home_postcode=None),
            replace(BARE, birth_date="2094-05-06", home_postcode=None),
            {"birth-date-implausible": 2},
        ),
        (
            replace(BARE, birth_date="1931-05-06", home_postcode=None),
            replace(BARE, birth_date="1931-05-06", home_postcode=None),
            {"birth-date-implausible": 2},
        ),
        (
            replace(NAMELESS, nhs_number="9990000019"),
            replace(NAMELESS, nhs_number="9990000019"),
            {"nhs-number-invalid": 2},
        ),
        (
            identity(1),
            replace(identity(2), nhs_number=identity(1).nhs_number, birth_date="2009-11-30"),
            {"identifier-conflict": 1},
        ),
        (
            replace(BARE, birth_date="2010-01-01", home_postcode=None),
            replace(BARE, birth_date="2010-01-01", home_postcode=None),
            {"birth-date-heaped": 2},
        ),
        (
            replace(BARE, forenames="Юлия", surname="李"),
            replace(BARE, forenames="فاطمة", surname="Ωραία"),
            {},
        ),
    ],
    ids=[
        "no names",
        "names of one letter",
        "birth dates to come",
        "birth dates of the old",
        "impossible NHS numbers",
        "one NHS number of two children",
        "birthdays on 1 January",
        "scripts that are not Latin",
    ],
)
def test_nobody_is_linked_on_weak_ground_and_each_case_is_counted(
    hub: Hub, one: Identity, other: Identity, codes: dict[str, int]
) -> None:
    register(hub, one, other)

    assert persons(hub) == 2
    assert codes.items() <= counted(hub).items()


def test_an_address_of_hundreds_of_children_links_nobody_and_is_counted(hub: Hub) -> None:
    number = MOST_PER_KEY + 50
    one_name = identity(1).forenames

    register(
        hub,
        *(
            replace(
                identity(at),
                forenames=one_name,
                home_postcode="B1 1AA",
                nhs_number=None,
                upn=None,
            )
            for at in range(number)
        ),
    )

    assert persons(hub) == number
    assert counted(hub)["shared-by-too-many"] == number
