"""kill -9 of the process that archives the ledger and signs it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from hub.ledger.verifying import verify_ledger
from tests.faults.crashes import Plan
from tests.faults.hubs import SmallHub
from tests.faults.oracle import FaultFoundError
from tests.faults.running import Attempt
from tests.faults.site import Site
from tests.faults.stage import Stage, stage

MOST_STATEMENTS: Final = 30
LONGEST_SECONDS: Final = 0.4


@contextmanager
def archive_kills(site: Site, seed: int, *, kind: type[SmallHub] = SmallHub) -> Iterator[Attempt]:
    """Give what kills an archivist once, lets a sound one go on, and verifies all of it."""
    with stage(site, seed) as play:
        # Made before two processes could make it at once.
        verifier = play.hub.log_signer.verifier

        def attempt(number: int) -> None:
            play.settle(play.newsroom.messages(play.random.randrange(20, 200)))
            _die(play, kind, at_a_statement=bool(number % 2))
            signed = play.hub.archivist.checkpoint()
            found = verify_ledger(play.hub.reader, verifier=verifier, archive=play.hub.archive)
            if found.problem is not None:
                raise FaultFoundError(f"{found.where}: {found.problem}")
            if not found.records == found.archived == signed.size:
                raise FaultFoundError(
                    f"{found.records} records, {found.archived} archived, {signed.size} signed"
                )
            play.check_ledger()

        yield attempt


def _die(play: Stage, kind: type[SmallHub], *, at_a_statement: bool) -> None:
    plan = Plan(at=play.random.randrange(1, MOST_STATEMENTS)) if at_a_statement else None
    with play.role("checkpoint", kind=kind, plan=plan):
        time.sleep(play.random.uniform(0, LONGEST_SECONDS))
