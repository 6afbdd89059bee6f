"""Who is whom, how old, and what is one episode: decided from the vault, recorded in the ledger."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from msgspec.structs import replace

from contracts.identity import Identity
from domain.decisions import ChildReachedEighteen, EpisodeAged
from domain.events import Event
from domain.linkage_events import EpisodeMatched, PersonLinked
from hub.ledger.reading import read_from
from hub.linkage.rules import NAME_BIRTH_POSTCODE, NHS_AND_BIRTH, UPN_AND_BIRTH
from hub.wiring import Hub
from tests.example_bodies import AMENDED
from tests.examples import BIRMINGHAM, COVENTRY, WEST_MIDLANDS, identity, message, registration
from tests.hub_steps import SettableClock, episode_of, follow, rows, settle, subject_of

LOCATED = "missing.episode.located.v1"
NAMED = identity(birth_date=None, nhs_number=None, upn=None, home_postcode=None)
ALL = ("forenames", "surname", "nhs_number", "upn", "home_postcode")


def known_by(*fields: str, number: int = 1, **other: str) -> Identity:
    """Return an identity that shares with child `number` its birth date and these fields only."""
    stranger = {name: getattr(identity(number + 100), name) for name in ALL if name not in fields}
    return identity(number, **{**stranger, **other})


def register(
    hub: Hub, who: Identity, child: str, publisher: str = BIRMINGHAM, **options: str
) -> None:
    raw = registration(who, hub.keys.sealing, child=child, publisher=publisher, **options)
    (settled,) = settle(hub, raw)
    assert settled.position is not None


def decided(hub: Hub, kind: type[Event]) -> list[Event]:
    with hub.reader.snapshot() as connection:
        records = list(read_from(connection, hub.archive, after=0, until=10_000))
    return [record.event for record in records if isinstance(record.event, kind)]


def people(hub: Hub) -> set[frozenset[UUID]]:
    """Return which subjects are one person."""
    groups: dict[UUID, set[UUID]] = {}
    for subject, person in rows(hub, "SELECT subject_id, person_id FROM link.persons"):
        groups.setdefault(person, set()).add(subject)
    return {frozenset(group) for group in groups.values()}


@pytest.mark.parametrize(
    ("shared", "basis"),
    [
        (("nhs_number",), NHS_AND_BIRTH),
        (("upn",), UPN_AND_BIRTH),
        (("forenames", "surname", "home_postcode"), NAME_BIRTH_POSTCODE),
        (ALL, NHS_AND_BIRTH),
    ],
)
def test_two_publishers_children_with_one_identity_become_one_person(
    hub: Hub, shared: Sequence[str], basis: str
) -> None:
    register(hub, identity(), "C-1", BIRMINGHAM)
    lacking = {name: None for name in ("nhs_number", "upn") if name not in shared}
    register(hub, replace(known_by(*shared), **lacking), "X-9", COVENTRY)

    hub.linker.catch_up()
    hub.linker.catch_up()

    first, second = subject_of(hub, "C-1"), subject_of(hub, "X-9", COVENTRY)
    assert people(hub) == {frozenset({first, second})}
    assert decided(hub, PersonLinked) == [
        PersonLinked(
            subject_id=second,
            person_id=first,
            basis=basis,
            score=1.0,
            other_subject_id=first,
            model=hub.comparing.model_version,
        )
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # Twins at one address: one birth date, surname and postcode, numbers of their own.
        (identity(), known_by("surname", "home_postcode")),
        (identity(), known_by("nhs_number", birth_date="2011-01-01")),
        (identity(), known_by("forenames", "surname")),
        (identity(nhs_number="9990000019"), known_by(nhs_number="9990000019")),
        (NAMED, NAMED),
    ],
    ids=["twins", "other birth date", "other postcode", "wrong check digit", "only names"],
)
def test_children_who_are_not_certainly_the_same_stay_apart(
    hub: Hub, one: Identity, other: Identity
) -> None:
    register(hub, one, "C-1")
    register(hub, other, "C-2")

    hub.linker.catch_up()

    assert people(hub) == {frozenset({subject_of(hub, each)}) for each in ("C-1", "C-2")}


def test_the_order_of_arrival_does_not_decide_who_is_whom(hub: Hub) -> None:
    # a and b share a number, b and c another; d is somebody else.
    found = set()
    for run, order in enumerate(permutations("abcd")):
        number = 1 + run
        first = replace(identity(number), upn=None)
        born, upn = first.birth_date, identity(number + 100).upn
        who = {
            "a": first,
            "b": Identity(birth_date=born, nhs_number=first.nhs_number, upn=upn),
            "c": Identity(birth_date=born, upn=upn),
            "d": known_by(number=number + 40),
        }
        for name in order:
            register(hub, who[name], f"{run}-{name}")
            if run % 2:
                hub.linker.catch_up()
        hub.linker.catch_up()
        names = {subject_of(hub, f"{run}-{name}"): name for name in "abcd"}
        groups = {
            frozenset(names[each] for each in group if each in names) for group in people(hub)
        }
        found.add(frozenset(groups - {frozenset()}))

    assert found == {frozenset({frozenset("abc"), frozenset("d")})}


@pytest.mark.parametrize("registered_first", [True, False])
def test_an_age_is_recorded_whichever_comes_first_the_child_or_its_episode(
    hub: Hub, registered_first: bool
) -> None:
    steps: list[Callable[[], object]] = [
        lambda: register(hub, identity(birth_date="2012-03-15"), "C-1"),
        lambda: settle(hub, message(left="2026-03-14")),
    ]
    for step in steps if registered_first else reversed(steps):
        step()
        hub.linker.catch_up()

    (aged,) = decided(hub, EpisodeAged)

    assert isinstance(aged, EpisodeAged)
    assert (aged.age, aged.episode_id) == (13, episode_of(hub, "E-1"))


@pytest.mark.parametrize("together", [True, False])
def test_an_amended_birth_date_gives_another_age_and_may_be_taken_back(
    hub: Hub, clock: SettableClock, together: bool
) -> None:
    settle(hub, message(left="2026-03-14"))
    births = ["2012-03-15", "2010-03-15", "2012-03-15"]
    raw = [
        registration(identity(birth_date=born), hub.keys.sealing, event_type=AMENDED)
        for born in births
    ]

    ages = []
    for batch in [raw[:2], raw[2:]] if together else [[each] for each in raw]:
        settle(hub, *batch)
        hub.linker.catch_up()
        ages.append(rows(hub, "SELECT age FROM link.episodes"))
        clock.move(timedelta(minutes=1))

    assert ages == ([[(15,)], [(13,)]] if together else [[(13,)], [(15,)], [(13,)]])


def test_an_eighteenth_birthday_is_recorded_once_and_ends_the_open_episode(
    hub: Hub, clock: SettableClock
) -> None:
    clock.now = datetime(2026, 3, 14, 23, 59, tzinfo=UTC)
    register(hub, identity(birth_date="2008-03-15"), "C-1")
    settle(hub, message(left="2026-03-13T08:00:00Z"))
    follow(hub)

    hub.linker.tend()
    follow(hub)
    before = decided(hub, ChildReachedEighteen), ends(hub)
    clock.move(timedelta(minutes=1))
    for _ in range(2):
        hub.linker.tend()
        follow(hub)
    after = decided(hub, ChildReachedEighteen), ends(hub)

    subject, birthday = subject_of(hub, "C-1"), datetime(2026, 3, 15, tzinfo=UTC)
    assert before == ([], {(None, None)})
    assert after == (
        [ChildReachedEighteen(subject_id=subject, birthday=birthday.date())],
        {(birthday, "reached-eighteen")},
    )


def test_a_child_who_was_found_turns_eighteen_unrecorded(hub: Hub, clock: SettableClock) -> None:
    register(hub, identity(birth_date="2008-03-15"), "C-1")
    settle(hub, message(left="2026-03-13"), message(LOCATED, located="2026-03-13T12:00:00Z"))
    hub.linker.catch_up()
    clock.move(timedelta(days=30))

    hub.linker.tend()

    assert decided(hub, ChildReachedEighteen) == []


def test_a_force_and_an_authority_tell_of_one_national_episode(hub: Hub) -> None:
    register(hub, identity(), "C-1", COVENTRY)
    register(hub, identity(), "X-9", WEST_MIDLANDS)
    settle(
        hub,
        message(subject="E-1", child="X-9", publisher=WEST_MIDLANDS, left="2026-03-14T08:00:00Z"),
        message(subject="E-1", child="C-1", publisher=COVENTRY, left="2026-03-14"),
    )

    follow(hub)

    theirs, ours = episode_of(hub, "E-1", WEST_MIDLANDS), episode_of(hub, "E-1", COVENTRY)
    assert decided(hub, EpisodeMatched) == [
        EpisodeMatched(
            episode_id=ours,
            subject_id=subject_of(hub, "C-1", COVENTRY),
            national_ids=(theirs,),
            basis="overlap",
        )
    ]
    assert hub.status.read().source_episodes.matched == 2


def ends(hub: Hub) -> set[tuple[object, object]]:
    return set(
        rows(
            hub,
            "SELECT end_at, end_reason FROM projection.episode_facts_v1"
            " WHERE held_until IS NULL ORDER BY fact_id",
        )
    )
