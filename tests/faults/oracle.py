"""What the hub must hold, worked out from the publishers' own record and from nothing else.

Small and plain on purpose: no code is shared with the hub.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from tests.faults.publishers import AWAY, FORCE, MISSING, Sent

LONDON: Final = ZoneInfo("Europe/London")
# Records that the hub makes of its own accord.
HUB: Final = "hub"

T = TypeVar("T")
# Incidents by (source, classification, London month).
Incidents = Counter[tuple[str, str, str]]


class FaultFoundError(Exception):
    """The hub holds something else than it acknowledged; the message says what."""


@dataclass
class Oracle:
    """Folds what was acknowledged, in the order in which each publisher was told so.

    accepted: by publisher and id, in order. ends: how each message must have ended.
    """

    accepted: dict[tuple[str, str], Sent] = field(default_factory=dict)
    ends: Counter[tuple[str, str]] = field(default_factory=Counter)

    def acknowledge(self, messages: Iterable[Sent]) -> None:
        """Take in what was acknowledged to its publishers."""
        for each in messages:
            self.ends[each.publisher, self._end(each)] += 1

    def _end(self, each: Sent) -> str:
        if not each.sound:
            return "rejected"
        name = (each.publisher, each.event_id)
        before = self.accepted.get(name)
        if before is None:
            self.accepted[name] = each
            return "accepted"
        return "duplicate" if before.content == each.content else "conflict"

    def compare_ledger(self, rows: Sequence[tuple[int, str, datetime]]) -> None:
        """Raise FaultFoundError unless the ledger has each accepted message once, in order.

        rows: position, publisher and time of every record, in the order of positions.
        """
        if [row[0] for row in rows] != list(range(1, len(rows) + 1)):
            raise FaultFoundError("the positions have gaps")
        expected: dict[tuple[str, int], list[datetime]] = defaultdict(list)
        lanes: dict[tuple[str, datetime], int] = {}
        for each in self.accepted.values():
            expected[each.publisher, each.lane].append(each.at)
            lanes[each.publisher, each.at] = each.lane
        held: dict[tuple[str, int], list[datetime]] = defaultdict(list)
        for _, publisher, at in rows:
            if publisher != HUB:
                held[publisher, lanes.get((publisher, at), 0)].append(at)
        for name in sorted({*expected, *held}):
            compare(name[0], expected[name], held[name])

    def compare_ends(self, counted: Mapping[tuple[str, str], int]) -> None:
        """Raise FaultFoundError unless each publisher's messages ended as they must have."""
        found = {key: count for key, count in counted.items() if count}
        if found != dict(self.ends):
            wrong = {
                f"{publisher} {end}": (self.ends[publisher, end], found.get((publisher, end), 0))
                for publisher, end in {*self.ends, *found}
                if self.ends[publisher, end] != found.get((publisher, end), 0)
            }
            raise FaultFoundError(f"ends (expected, found): {dict(sorted(wrong.items()))}")

    def incidents(self) -> Incidents:
        """Return how many absences each source tells of, and how many there are nationally."""
        told: dict[tuple[str, str], list[Sent]] = defaultdict(list)
        registered: set[tuple[str, str]] = set()
        for each in self.accepted.values():
            if each.absence:
                told[each.publisher, each.absence].append(each)
            if each.registers:
                registered.add((each.publisher, each.child))
        counts: Incidents = Counter()
        nations: dict[tuple[str, ...], list[tuple[bool, datetime, str]]] = defaultdict(list)
        for (publisher, absence), account in told.items():
            start = _latest(account, lambda each: each.left)
            if start is None or any(each.void for each in account):
                continue
            kind = _latest(account, lambda each: each.classification) or MISSING
            police = publisher == FORCE
            counts["police" if police else "authority", kind, month(start)] += 1
            known = (publisher, account[0].child) in registered
            name = (absence,) if known else (absence, publisher)
            nations[name].append((not police, start, kind))
        for accounts in nations.values():
            # Times from the police, where both tell; what one of them calls missing is missing.
            kinds = {kind for _, _, kind in accounts}
            kind = MISSING if MISSING in kinds else AWAY
            counts["national", kind, month(min(accounts)[1])] += 1
        return counts

    def compare_incidents(self, counted: Incidents) -> None:
        """Raise FaultFoundError unless the views count what was accepted."""
        expected = self.incidents()
        if counted != expected:
            wrong = {
                key: (expected[key], counted[key])
                for key in sorted({*expected, *counted})
                if expected[key] != counted[key]
            }
            raise FaultFoundError(f"incidents (expected, found): {wrong}")


def compare(publisher: str, expected: list[datetime], held: list[datetime]) -> None:
    """Raise FaultFoundError unless two lists of times are equal; say what is wrong in numbers."""
    if expected == held:
        return
    counts = Counter(held)
    lost = sum(1 for at in expected if at not in counts)
    doubled = sum(count - 1 for count in counts.values())
    strange = len(set(held) - set(expected))
    raise FaultFoundError(
        f"{publisher}: {lost} lost, {doubled} doubled, {strange} never acknowledged"
        + ("" if lost or doubled or strange else ", out of order")
    )


def month(instant: datetime) -> str:
    """Return the London month of an instant."""
    return instant.astimezone(LONDON).strftime("%Y-%m")


def _latest(account: Iterable[Sent], said: Callable[[Sent], T | None]) -> T | None:
    """Return what was said last about one thing; what corrects comes before what does not."""
    best: tuple[bool, datetime] | None = None
    value: T | None = None
    for each in account:
        found = said(each)
        if found is not None and (best is None or (each.corrects, each.at) > best):
            best, value = (each.corrects, each.at), found
    return value
