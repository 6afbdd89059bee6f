"""Invented publishers: what they send, in which order, and their own record of it.

The record is what the oracle reads. Each message has a time that no other message has, so that
it is known again in the ledger without asking the hub how it names things.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, Final

from msgspec.json import encode

AUTHORITIES: Final = ("la-330", "la-331")
FORCE: Final = "pf-E23000014"
PUBLISHERS: Final = (*AUTHORITIES, FORCE)

WINTER: Final = datetime(2026, 1, 5, tzinfo=UTC)
WINTER_MINUTES: Final = 80 * 1440
SPRING: Final = datetime(2026, 4, 1, tzinfo=UTC)
# Messages come up to this late.
LATE_SECONDS: Final = 90 * 86_400
# Two lanes share neither times nor children.
LANE_TIME: Final = timedelta(days=100)
LANE_NUMBERS: Final = 400_000
MISSING: Final = "missing-from-care"
AWAY: Final = "away"
REPEATED, CONFLICTING, BROKEN = "repeated", "conflicting", "broken"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A message and what its publisher knows of it.

    lane: what one publisher sends by different ways is in order within each only.
    at: the time in the message, which no other has. content: two messages that say the same have
    the same. sound: False: it breaks its contract. registers: it tells who the child is.
    left, classification, void: what it says of an absence; None: nothing.
    """

    publisher: str
    lane: int
    event_id: str
    at: datetime
    raw: bytes
    content: str
    child: str
    absence: str = ""
    sound: bool = True
    registers: bool = False
    corrects: bool = False
    left: datetime | None = None
    classification: str | None = None
    void: bool = False


class Newsroom:
    """Draws from a seed what publishers have to tell, without end, in the order of sending.

    seal: seals the identity in a message, as a publisher does; it is asked for registrations only.
    repeats: how many of all messages are sent again, were changed under their old id, or break
    their contract.
    """

    def __init__(
        self,
        seed: int,
        seal: Callable[[bytes], bytes],
        *,
        lane: int = 0,
        repeated: float = 0.1,
        conflicting: float = 0.02,
        broken: float = 0.02,
    ) -> None:
        self.random = Random(seed)
        self._seal = seal
        self._odd = {REPEATED: repeated, CONFLICTING: conflicting, BROKEN: broken}
        self._lane = lane
        self._name = f"{seed}.{lane}"
        self._count = 0
        self._children = 0
        self._nhs = lane * LANE_NUMBERS
        self._told: list[Sent] = []
        self._stories = self._tell()

    def messages(self, size: int) -> list[Sent]:
        """Return the next messages."""
        return [self._next() for _ in range(size)]

    def _next(self) -> Sent:
        roll = self.random.random()
        if self._told:
            if roll < self._odd[REPEATED]:
                return self.random.choice(self._told)
            if roll < self._odd[REPEATED] + self._odd[CONFLICTING]:
                return self._conflict(self.random.choice(self._told))
        fresh = next(self._stories)
        self._told.append(fresh)
        if len(self._told) > 2_000:
            del self._told[:1_000]
        if self.random.random() < self._odd[BROKEN]:
            return replace(fresh, raw=fresh.raw[:-1], sound=False, content=fresh.content + " cut")
        return fresh

    def _conflict(self, before: Sent) -> Sent:
        """Return a message under the id of another, that says something else."""
        told = self._message(
            before.publisher,
            "missing.interview.offered.v1",
            before.child,
            before.absence or f"{before.child}-x",
            offered="2026-03-02",
        )
        return replace(
            told,
            event_id=before.event_id,
            raw=told.raw.replace(encode(told.event_id), encode(before.event_id)),
        )

    def _tell(self) -> Iterator[Sent]:
        """Yield the lives of some children at a time, interleaved."""
        while True:
            open_stories = [self._child() for _ in range(6)]
            while open_stories:
                story = self.random.choice(open_stories)
                told = next(story, None)
                if told is None:
                    open_stories.remove(story)
                else:
                    yield told

    def _child(self) -> Iterator[Sent]:
        self._children += 1
        number = self._children
        child = f"C{self._name}-{number}"
        authority = self.random.choice(AUTHORITIES)
        # One absence that both tell of, or several that one tells of: so the oracle needs no
        # rule about absences that overlap.
        tellers: Sequence[str] = (authority, FORCE)
        absences = 1
        if self.random.random() < 0.4:
            tellers = (self.random.choice(tellers),)
            absences = self.random.choice([1, 2, 3])
        if self.random.random() < 0.5:
            who = self._identity()
            for publisher in tellers:
                yield self._registration(publisher, child, who)
        for absence in range(absences):
            left = WINTER + timedelta(minutes=self.random.randrange(WINTER_MINUTES))
            kind = AWAY if self.random.random() < 0.2 else MISSING
            accounts = [
                self._account(publisher, child, f"{child}-{absence}", left, kind)
                for publisher in tellers
            ]
            for account in accounts:
                yield from account

    def _account(
        self, publisher: str, child: str, absence: str, left: datetime, kind: str
    ) -> Iterator[Sent]:
        back = left + timedelta(hours=self.random.choice([2, 9, 30]))
        about = (child, absence)
        told = self._message(
            publisher, "missing.episode.reported.v1", *about, left=stamp(left), classification=kind
        )
        yield replace(told, left=left, classification=kind)
        yield self._message(publisher, "missing.episode.located.v1", *about, located=stamp(back))
        if self.random.random() < 0.8:
            yield self._message(
                publisher, "missing.episode.returned.v1", *about, returned=stamp(back)
            )
        roll = self.random.random()
        if roll < 0.1:
            told = self._message(
                publisher, "missing.episode.voided.v1", *about, reason="entered-in-error"
            )
            yield replace(told, void=True)
        elif roll < 0.25:
            earlier = left - timedelta(minutes=self.random.randrange(1, 90))
            told = self._message(
                publisher,
                "missing.episode.corrected.v1",
                *about,
                reason="late-information",
                left=stamp(earlier),
            )
            yield replace(told, left=earlier, corrects=True)

    def _identity(self) -> dict[str, str]:
        """Return who a child is; no two share a number."""
        check = None
        while check is None:
            self._nhs += 1
            check = check_digit(f"999{self._nhs:06d}")
        born = date(2010, 1, 1) + timedelta(days=self._nhs % 2_000)
        return {"birth_date": born.isoformat(), "nhs_number": f"999{self._nhs:06d}{check}"}

    def _registration(self, publisher: str, child: str, who: dict[str, str]) -> Sent:
        told = self._message(
            publisher, "missing.subject.registered.v1", child, "", identity=who, sex="F"
        )
        return replace(told, raw=self._seal(told.raw), registers=True)

    def _message(self, publisher: str, kind: str, child: str, absence: str, **data: Any) -> Sent:
        self._count += 1
        late = timedelta(seconds=self.random.randrange(LATE_SECONDS), microseconds=self._count)
        at, event_id = SPRING + self._lane * LANE_TIME + late, f"{self._name}-{self._count}"
        body = {"child": child, **data} if absence else data
        raw = encode(
            {
                "specversion": "1.0",
                "id": event_id,
                "source": f"urn:missing-hub:publisher:{publisher}",
                "type": kind,
                "time": stamp(at),
                "subject": absence or child,
                "data": body,
            }
        )
        return Sent(
            publisher=publisher,
            lane=self._lane,
            event_id=event_id,
            at=at,
            raw=raw,
            content=event_id,
            child=child,
            absence=absence,
        )


def stamp(instant: datetime) -> str:
    """Return an instant as messages write it."""
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def check_digit(first_nine: str) -> int | None:
    """Return the last digit of an NHS number; None: there is no number that begins so."""
    weighted = sum(
        int(digit) * weight for digit, weight in zip(first_nine, range(10, 1, -1), strict=True)
    )
    check = (11 - weighted % 11) % 11
    return None if check == 10 else check


def shuffled(random: Random, messages: Sequence[Sent], window: int) -> list[Sent]:
    """Return messages in another order, none further than `window` from its place."""
    keyed = sorted((place + random.random() * window, place) for place in range(len(messages)))
    return [messages[place] for _, place in keyed]
