"""Where a process shall die: at named points of its work, or at its n-th statement."""

import os
import re
import signal
import time
from dataclasses import dataclass, field
from typing import Final

from hub.database import Role
from tests.faults.hubs import AFTER, BEFORE, COMMIT

# Die, or stand still and wait for a SIGCONT.
KILL: Final = "kill"
FREEZE: Final = "freeze"


@dataclass(frozen=True, kw_only=True)
class Point:
    """A place in a transaction: before or after the first statement that matches.

    needs: a statement that the same transaction must have sent before; it tells the transactions
    that matter from the others.
    """

    name: str
    when: str
    pattern: str
    role: Role
    needs: str = ""


HEAD: Final = r"FROM ledger\.head.*FOR UPDATE|SELECT .*ledger\.lock_head"
EVENTS: Final = r"COPY ledger\.stored_events"
OFFSETS: Final = r"(UPDATE|INSERT INTO|COPY) intake\.offsets"
KEYS: Final = r"COPY intake\.submissions"
FACTS: Final = r"(INSERT INTO|COPY|DELETE FROM|UPDATE) projection\.(episode_facts|incident)"
BUILD: Final = r"UPDATE projection\.builds"
LEARNT: Final = r"projection\.kin"
DECIDED: Final = r"UPDATE link\.(episodes|progress)"

INTAKE_POINTS: Final = (
    Point(name="before the head is locked", when=BEFORE, pattern=HEAD, role=Role.INTAKE),
    Point(name="after the head is locked", when=AFTER, pattern=HEAD, role=Role.INTAKE),
    Point(name="after the offsets moved", when=AFTER, pattern=OFFSETS, role=Role.INTAKE),
    Point(name="before the events", when=BEFORE, pattern=EVENTS, role=Role.INTAKE),
    Point(name="after the events", when=AFTER, pattern=EVENTS, role=Role.INTAKE),
    Point(name="after the keys", when=AFTER, pattern=KEYS, role=Role.INTAKE),
    Point(
        name="before the commit",
        when=BEFORE,
        pattern=f"^{COMMIT}$",
        role=Role.INTAKE,
        needs=OFFSETS,
    ),
    Point(
        name="after the commit", when=AFTER, pattern=f"^{COMMIT}$", role=Role.INTAKE, needs=OFFSETS
    ),
)
PROJECTOR_POINTS: Final = (
    Point(name="after it learnt", when=AFTER, pattern=LEARNT, role=Role.PROJECT),
    Point(name="before the facts", when=BEFORE, pattern=FACTS, role=Role.PROJECT),
    Point(name="after the facts", when=AFTER, pattern=FACTS, role=Role.PROJECT),
    Point(name="before the position", when=BEFORE, pattern=BUILD, role=Role.PROJECT),
    Point(name="after the position", when=AFTER, pattern=BUILD, role=Role.PROJECT),
    Point(
        name="before the commit", when=BEFORE, pattern=f"^{COMMIT}$", role=Role.PROJECT, needs=FACTS
    ),
    Point(
        name="after the commit", when=AFTER, pattern=f"^{COMMIT}$", role=Role.PROJECT, needs=FACTS
    ),
)
LINKER_POINTS: Final = (
    Point(name="before the decisions", when=BEFORE, pattern=EVENTS, role=Role.VAULT),
    Point(name="after the decisions", when=AFTER, pattern=EVENTS, role=Role.VAULT),
    Point(
        name="before the commit", when=BEFORE, pattern=f"^{COMMIT}$", role=Role.VAULT, needs=DECIDED
    ),
    Point(
        name="after the commit", when=AFTER, pattern=f"^{COMMIT}$", role=Role.VAULT, needs=DECIDED
    ),
)


@dataclass(kw_only=True)
class Plan:
    """Ends its process at a point, or at a statement by number.

    point: None: at the statement `at`, whichever it is. how: kill, or freeze (a zombie to be).
    """

    point: Point | None = None
    at: int = 1
    how: str = KILL
    _seen: int = field(default=0, init=False)
    _met: bool = field(default=False, init=False)

    def watch(self, role: Role, when: str, statement: str) -> None:
        """Look at a statement, and die if this is the place."""
        if self.point is None:
            self._seen += 1
            if self._seen == self.at:
                self._end()
            return
        point = self.point
        if role is not point.role:
            return
        reached = when == point.when and _matches(point.pattern, statement)
        if reached and (self._met or not point.needs):
            self._end()
        if statement == COMMIT:
            self._met = self._met and when == BEFORE
        elif point.needs and _matches(point.needs, statement):
            self._met = True

    def _end(self) -> None:
        if self.how == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
            # The signal may take a moment.
            time.sleep(60)
        self._seen, self.point, self.at = 0, None, -1
        os.kill(os.getpid(), signal.SIGSTOP)


def _matches(pattern: str, statement: str) -> bool:
    return re.search(pattern, statement, re.DOTALL) is not None
