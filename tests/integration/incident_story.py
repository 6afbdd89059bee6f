"""Episode facts about some children, drawn at random and at the edges, as they are stored."""

from collections.abc import Iterator
from dataclasses import astuple, dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from random import Random
from typing import LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.rows import TupleRow

LONDON = ZoneInfo("Europe/London")
FIRST = date(2023, 2, 1)
DAYS = 1180
HOUR = timedelta(hours=1)
CHANGES = (date(2024, 3, 29), date(2024, 10, 25))

_COPY: LiteralString = """
COPY projection.episode_facts_v1 (build, source, fact_id, world, held_from, held_until, person_id,
    bucket, category, start_at, started_on, month, reporting_year, end_at, end_reason, offered,
    declined, completed, authority, host_authority, region, force, age_band, sex, placement_type,
    looked_after, findings) FROM STDIN
"""


@dataclass(frozen=True)
class Fact:
    """A row of the facts, as far as these views read it."""

    source: str
    fact_id: UUID
    world: str
    held_from: int
    held_until: int | None
    person_id: UUID
    category: str
    start_at: datetime
    end_at: datetime | None
    end_reason: str | None
    authority: str
    host_authority: str
    region: str
    force: str
    age_band: str
    sex: str
    placement_type: str
    looked_after: str
    findings: str

    @property
    def started_on(self) -> date:
        """The London date of the start."""
        return self.start_at.astimezone(LONDON).date()

    @property
    def year(self) -> int:
        """The reporting year of the start."""
        return self.started_on.year + (self.started_on.month >= 4)


def london(day: date, at: time = time()) -> datetime:
    """Return an instant by the clock of London."""
    return datetime.combine(day, at, LONDON).astimezone(UTC)


_NAMES = [field.name for field in fields(Fact)]

AREAS = (
    ("330", "E12000005", "E23000014"),
    ("331", "E12000005", "E23000014"),
    ("317", "E12000007", "E23000001"),
    ("WAL", "outside", "none"),
    ("unknown", "unknown", "E23000001"),
)


class Story:
    """Facts drawn from a seed, held at the positions from 1 to a newest."""

    def __init__(self, seed: int, newest: int) -> None:
        """Draw everything from a seed."""
        self._random = Random(seed)
        self._newest = newest
        self._persons = [self._uuid() for _ in range(24)]

    def facts(self) -> Iterator[Fact]:
        """Yield every version of every fact."""
        for place, person in enumerate(self._persons):
            day = FIRST + timedelta(days=self._random.randrange(700))
            area = self._random.choice(AREAS)
            for _ in range(self._random.choice((1, 1, 2, 3, 4, 6, 9, 12))):
                yield from self._versions(person, self._start(day), area)
                day += timedelta(days=self._random.choice((0, 1, 30, 44, 45, 46, 90, 91, 200)))
            for edge in EDGES if place == 0 else ():
                yield from self._versions(person, edge, area)

    def _versions(
        self, person: UUID, start: datetime, area: tuple[str, str, str]
    ) -> Iterator[Fact]:
        random, fact_id = self._random, self._uuid()
        source = random.choice(("national", "national", "police", "authority"))
        held = random.choice((1, 1, 1, random.randrange(1, self._newest + 1)))
        until = random.choice((None, None, None, held + random.randrange(1, 4)))
        until = until if until is None or until <= self._newest else None
        if random.random() < 0.75:
            yield self._fact(source, fact_id, "both", held, until, person, start, area)
        else:
            other = random.choice(self._persons)
            yield self._fact(source, fact_id, "decided", held, until, person, start, area)
            if random.random() < 0.7:
                yield self._fact(source, fact_id, "linked", held, until, other, start, area)
        if until is not None and random.random() < 0.7:
            moved = start + timedelta(days=random.choice((-366, -30, 0, 1)))
            yield self._fact(source, fact_id, "both", until, None, person, moved, area)

    def _fact(
        self,
        source: str,
        fact_id: UUID,
        world: str,
        held_from: int,
        held_until: int | None,
        person: UUID,
        start: datetime,
        area: tuple[str, str, str],
    ) -> Fact:
        random = self._random
        end, reason = self._end(start)
        authority, region, force = area
        return Fact(
            source=source,
            fact_id=fact_id,
            world=world,
            held_from=held_from,
            held_until=held_until,
            person_id=person,
            category=random.choice(("missing",) * 8 + ("away", "away", "no_apparent_risk")),
            start_at=start,
            end_at=end,
            end_reason=reason,
            authority=authority,
            host_authority=random.choice(("330", "317", "unknown")),
            region=region,
            force=random.choice((force, force, "none")),
            age_band=random.choice(("10-15", "16-17", "16-17", "16-17", "18+", "unknown")),
            sex=random.choice("FM"),
            placement_type=random.choice(("foster", "home", "unknown")),
            looked_after=random.choice(("yes", "no")),
            findings=random.choice(("",) * 12 + ("567", "class-conflict,567", "class-conflict")),
        )

    def _start(self, day: date) -> datetime:
        minute = self._random.choice((0, 0, 1, 75, 600, 1439))
        return london(day, time(minute // 60, minute % 60))

    def _end(self, start: datetime) -> tuple[datetime | None, str | None]:
        random = self._random
        if random.random() < 0.08:
            return None, None
        hours = random.choice((-5, 0, 1, 6, 23, 24, 47, 48, 49, 71, 72, 73, 96, 168, 721, 900))
        end = start + hours * HOUR
        if random.random() < 0.4:
            end = london(end.astimezone(LONDON).date() + timedelta(days=1))
        return end, random.choice(("located", "located", "returned", "reached-eighteen"))

    def _uuid(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)


# A start on each leap day there was, and starts around both changes of the clocks.
EDGES = (
    london(date(2024, 2, 29)),
    london(date(2024, 2, 28), time(23, 59)),
    london(date(2025, 2, 28)),
    london(date(2024, 3, 30), time(12)),
    london(date(2024, 10, 26), time(12)),
    london(date(2025, 3, 31), time(23, 30)),
    london(date(2025, 4, 1)),
)
# Days between the starts of one child: the third on the ninetieth day and the day after, and a
# fourth while the trigger holds, on its last day and after it.
SPACED = (
    (0, 45, 90),
    (0, 45, 91),
    (0, 30, 60, 90),
    (0, 30, 60, 91),
    (0, 89, 90),
    (0, 90, 180, 270),
)
# Starts and the hours that they last: bands' edges, with an hour more or less where clocks change.
LASTING = (
    *((datetime(2024, 6, 1, 9, 30, tzinfo=UTC), hours) for hours in (6, 24, 48, 72, 168, 720)),
    *((london(day, time(15)), hours) for day in CHANGES for hours in (47, 48, 49, 71, 72, 73)),
)


def edges() -> Iterator[Fact]:
    """Yield facts that hold from the first position on, at the edges of the rules."""
    numbers = count(1)
    for days in SPACED:
        person = UUID(int=next(numbers))
        for after in days:
            start = london(date(2024, 1, 20) + timedelta(days=after), time(13))
            yield _edge(UUID(int=next(numbers)), person, start, start + HOUR)
    for areas in (("317", "WAL", "317"), ("317", "317", "WAL")):
        person = UUID(int=next(numbers))
        for place, area in enumerate(areas):
            start = london(date(2024, 5, 1 + place), time(8))
            fact = _edge(UUID(int=next(numbers)), person, start, start + HOUR)
            region = "outside" if area == "WAL" else fact.region
            yield replace(fact, authority=area, region=region)
    for start, hours in LASTING:
        for end in (start + hours * HOUR, start + hours * HOUR - timedelta(seconds=1)):
            yield _edge(UUID(int=next(numbers)), UUID(int=next(numbers)), start, end)
    for first, last in ((date(2024, 3, 30), 3), (date(2024, 10, 25), 4), (date(2024, 7, 1), 5)):
        start, end = london(first), london(first + timedelta(days=last))
        for reason in ("located", "reached-eighteen"):
            yield _edge(UUID(int=next(numbers)), UUID(int=next(numbers)), start, end, reason)


def _edge(
    fact_id: UUID, person_id: UUID, start: datetime, end: datetime, reason: str = "located"
) -> Fact:
    return Fact(
        source="national",
        fact_id=fact_id,
        world="both",
        held_from=1,
        held_until=None,
        person_id=person_id,
        category="missing",
        start_at=start,
        end_at=end,
        end_reason=reason,
        authority="317",
        host_authority="317",
        region="E12000007",
        force="E23000001",
        age_band="16-17",
        sex="F",
        placement_type="foster",
        looked_after="yes",
        findings="",
    )


def store(connection: Connection[TupleRow], build: int, facts: list[Fact]) -> None:
    """Write facts into a build."""
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for fact in facts:
            told = astuple(fact)
            day = fact.started_on
            at = _NAMES.index("authority")
            copy.write_row(
                (
                    *(build, *told[:6], "matched", fact.category, fact.start_at, day),
                    *(f"{day:%Y-%m}", fact.year, fact.end_at, fact.end_reason),
                    *(False, False, False, *told[at:]),
                )
            )
