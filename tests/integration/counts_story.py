"""Messages about some children who go missing in one winter, for tests that count them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.json import decode

from hub.identity.sealing import identity_bytes
from tests.example_bodies import AMENDED, REGISTERED
from tests.examples import WEST_MIDLANDS, identity, message

LONDON = ZoneInfo("Europe/London")
AUTHORITIES = ("la-330", "la-331", "la-317")
FORCES = (WEST_MIDLANDS, "pf-btp")
FIRST = datetime(2026, 1, 28, tzinfo=UTC)
DAYS = 75


class Story:
    """Messages about some children who go missing in one winter, told at random."""

    def __init__(self, seed: int) -> None:
        """Draw everything from a seed."""
        self.random = Random(seed)

    def messages(self, children: int) -> Iterator[bytes]:
        """Yield what authorities and forces would send, child by child."""
        for number in range(1, children + 1):
            authority, force = self.random.choice(AUTHORITIES), self.random.choice(FORCES)
            for publisher in (authority, force):
                if self.random.random() < 0.9:
                    yield self._registration(number, publisher)
            if self.random.random() < 0.6:
                yield from self._care(number, authority)
            for absence in range(self.random.choice([1, 1, 2, 3, 5])):
                left = FIRST + timedelta(minutes=self.random.randrange(DAYS * 1440))
                name = f"{number}-{absence}"
                if self.random.random() < 0.8:
                    yield from self._account(number, name, force, left, exact=True)
                if self.random.random() < 0.7:
                    yield from self._account(number, name, authority, left, exact=False)

    def _registration(self, number: int, publisher: str) -> bytes:
        born = date(2008, 1, 28) + timedelta(days=self.random.choice([40, 70, 400, 2500, 6400]))
        who = identity(
            number, birth_date=(date(2008, 3, 1) if number % 4 == 0 else born).isoformat()
        )
        clear = decode(identity_bytes(who))
        if publisher in FORCES:
            # The police know no pupil numbers.
            del clear["upn"]
        sex = self.random.choice(["F", "M", "U", None])
        kind = self.random.choice([REGISTERED, REGISTERED, AMENDED])
        return message(kind, publisher=publisher, subject=f"C{number}", identity=clear, sex=sex)

    def _care(self, number: int, authority: str) -> Iterator[bytes]:
        started = (FIRST + timedelta(days=self.random.randrange(-20, 40))).date().isoformat()
        yield message(
            "missing.care.started.v1",
            publisher=authority,
            subject=f"C{number}",
            care=f"K{number}",
            started=started,
        )
        yield message(
            "missing.placement.started.v1",
            publisher=authority,
            subject=f"C{number}",
            placement=f"P{number}",
            started=started,
            placement_type=self.random.choice(["U4", "K2", "P1"]),
            host_authority=self.random.choice(["330", "331", "SCO"]),
        )

    def _account(
        self, number: int, name: str, publisher: str, left: datetime, *, exact: bool
    ) -> Iterator[bytes]:
        random = self.random

        def when(instant: datetime) -> str:
            day = instant.astimezone(LONDON).date().isoformat()
            return instant.isoformat() if exact or random.random() < 0.2 else day

        def tell(kind: str, **fields: Any) -> bytes:
            return message(
                f"missing.{kind}.v1",
                publisher=publisher,
                subject=f"E{name}",
                time=(left + timedelta(hours=random.randrange(200))).isoformat(),
                child=f"C{number}",
                **fields,
            )

        yield tell(
            "episode.reported",
            left=when(left),
            classification=random.choice([None, "missing", "missing-from-care", "away"]),
            risk=random.choice([None, "low", "no-apparent-risk"]) if exact else None,
            looked_after=random.choice([None, True, False]),
            home_authority=random.choice([None, "330", "332", "WAL", "SCO"]),
        )
        back = left + timedelta(hours=random.choice([1, 9, 30, 200]))
        told = random.random()
        if told < 0.85:
            yield tell("episode.located", located=when(back))
            yield tell("episode.returned", returned=when(back))
            held = back + timedelta(hours=random.choice([5, 70, 73, 100]))
            kind = random.choice(["offered", "declined", "completed", "none"])
            if kind == "completed":
                yield tell("interview.completed", completed=when(held))
            elif kind != "none":
                yield tell(f"interview.{kind}", **{kind: when(held)})
        if told < 0.1:
            yield tell("episode.voided")
        elif told < 0.25:
            yield tell(
                "episode.corrected",
                left=when(left - timedelta(days=random.randrange(40))),
                cleared=random.choice([["returned"], ["classification"], []]),
            )
