"""Care, placements and populations drawn at random, written as they are stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from tests.integration.incident_story import AREAS, FIRST, Fact, london

DAY = timedelta(days=1)

_CARE: LiteralString = """
INSERT INTO projection.care_v1 (build, subject_id, care_id, world, held_from, held_until, person_id,
    publisher, authority, region, started_at, started_on, ended_at, ended_on, legal_status,
    status_changes, sex)
VALUES (%s, %s, %s, %s, %s, %s, %s, 'la-330', %s, %s, %s, %s, %s, %s, %s, '', %s)
"""
_PLACED: LiteralString = """
INSERT INTO projection.placements_v1 (build, subject_id, placement_id, world, held_from, held_until,
    person_id, publisher, authority, region, host_authority, host_region, area, started_at,
    started_on, ended_at, ended_on, placement_code, placement_type, restricted)
VALUES (%s, %s, %s, %s, %s, %s, %s, 'la-330', %s, %s, %s, 'unknown', 'in_area', %s, %s, %s, %s,
    'K2', %s, false)
"""
_CONCERN: LiteralString = """
INSERT INTO projection.concerns_v1 (build, subject_id, own, world, held_from, held_until, person_id,
    sex, publisher, concern, raised_on, closed_on)
VALUES (%s, %s, %s, %s, %s, %s, %s, 'U', 'la-330', %s, %s, %s)
"""
_PEOPLE: LiteralString = "INSERT INTO projection.populations VALUES (%s, %s, %s, %s, %s, %s, %s, 1)"


@dataclass(frozen=True, kw_only=True)
class Span:
    """A period of care, or a placement: `placed` says which."""

    placed: bool
    own: UUID
    world: str
    held_from: int
    held_until: int | None
    person_id: UUID
    authority: str
    region: str
    started_on: date
    ended_on: date | None
    legal_status: str | None
    sex: str
    host_authority: str
    placement_type: str


@dataclass(frozen=True, kw_only=True)
class People:
    """How many children there are of one kind, at the estimate of a year."""

    year: int
    authority: str
    region: str
    age_band: str
    sex: str
    children: int


@dataclass(frozen=True, kw_only=True)
class Concern:
    """A concern about a child, on the days between two; None: open."""

    own: UUID
    world: str
    held_from: int
    held_until: int | None
    person_id: UUID
    concern: str
    raised_on: date | None
    closed_on: date | None


def concerns(seed: int, newest: int, facts: list[Fact]) -> Iterator[Concern]:
    """Yield concerns about children who went missing; some say that they are unaccompanied."""
    random = Random(seed)
    by_person = {fact.person_id: fact.started_on for fact in facts}
    for number, person in enumerate(sorted(by_person) * 2):
        day = random.choice((by_person[person], date(2024, 3, 31), date(2025, 4, 1)))
        held = random.choice((1, 1, random.randrange(1, newest + 1)))
        yield Concern(
            own=UUID(int=number + 1),
            world=random.choice(("both", "decided", "linked")),
            held_from=held,
            held_until=random.choice((None, None, min(held + 1, newest))),
            person_id=person,
            concern=random.choice(("unaccompanied-asylum-seeking", "trafficking")),
            raised_on=random.choice((None, day, day + DAY)),
            closed_on=random.choice((None, day, day - DAY)),
        )


def spans(seed: int, newest: int, facts: list[Fact]) -> Iterator[Span]:
    """Yield periods of care and placements of children, some of whom went missing."""
    random = Random(seed)
    persons = sorted({fact.person_id for fact in facts})
    for number in range(160):
        authority, region, _ = random.choice(AREAS)
        start = FIRST + timedelta(days=random.randrange(-400, 1100))
        lasted = random.choice((None, 0, 1, 30, 200, 400, 900))
        begun = random.choice((start, date(2024, 4, 1), date(2024, 3, 31)))
        ended = None if lasted is None else begun + lasted * DAY
        held = random.choice((1, 1, random.randrange(1, newest + 1)))
        until = random.choice((None, None, held + 1))
        world = random.choice(("both", "both", "decided", "linked"))
        yield Span(
            placed=number % 2 == 1,
            own=UUID(int=number + 1),
            world=world,
            held_from=held,
            held_until=until if until is None or until <= newest else None,
            person_id=random.choice(persons),
            authority=authority,
            region=region,
            started_on=begun,
            ended_on=random.choice((ended, ended, max(begun, date(2025, 3, 31)))),
            legal_status=random.choice(("C2", "V2", "V3", "V4", None)),
            sex=random.choice("FMU"),
            host_authority=random.choice(("330", "317", "unknown")),
            placement_type=random.choice(("foster", "home")),
        )


def people(seed: int) -> Iterator[People]:
    """Yield the populations of two years."""
    random = Random(seed)
    for year in (2023, 2024):
        for authority, region, _ in AREAS[:3]:
            for band in ("10-15", "16-17"):
                for sex in "FM":
                    yield People(
                        year=year,
                        authority=authority,
                        region=region,
                        age_band=band,
                        sex=sex,
                        children=random.randrange(900, 9000),
                    )


def store_concerns(connection: Connection[TupleRow], build: int, told: list[Concern]) -> None:
    """Write concerns."""
    with connection.cursor() as cursor:
        for each in told:
            held = (each.world, each.held_from, each.held_until)
            days = (each.raised_on, each.closed_on)
            whose = (build, each.own, str(each.own), *held, each.person_id)
            cursor.execute(_CONCERN, (*whose, each.concern, *days))


def store_care(
    connection: Connection[TupleRow], build: int, told: list[Span], counted: list[People]
) -> None:
    """Write care, placements and populations."""
    with connection.cursor() as cursor:
        for span in told:
            ended_at = None if span.ended_on is None else london(span.ended_on + DAY)
            key = (build, span.own, span.own, span.world, span.held_from, span.held_until)
            times = (london(span.started_on), span.started_on, ended_at, span.ended_on)
            whose = (span.person_id, span.authority, span.region)
            if span.placed:
                values = (*key, *whose, span.host_authority, *times, span.placement_type)
                cursor.execute(_PLACED, values)
            else:
                cursor.execute(_CARE, (*key, *whose, *times, span.legal_status, span.sex))
        cursor.executemany(
            _PEOPLE,
            [
                (
                    each.year,
                    each.authority,
                    each.region,
                    each.age_band,
                    each.sex,
                    each.children,
                    "-",
                )
                for each in counted
            ],
        )
