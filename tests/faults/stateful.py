"""Hypothesis sends whatever it likes; contracts, rules, decisions and views agree with the oracle.

No database: what a message says, which accounts belong together and what is counted are worked
out in this process by the hub's own code, thousands of times.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from domain.national import EpisodeFacts
from projections.engine import EpisodeEngine
from tests.faults.model import ModelHub
from tests.faults.oracle import FaultFoundError, Incidents, Oracle
from tests.faults.publishers import AWAY, MISSING, Newsroom, Sent, shuffled
from tests.faults.running import Attempt
from tests.faults.site import Site

PIECE: Final = 100
STEPS: Final = 10
# The relational definition takes longer: it is asked in one example out of so many.
ENGINE_EVERY: Final = 10
CATEGORIES: Final = {"missing": MISSING, "away": AWAY}


class Machine(RuleBasedStateMachine):
    """Messages in any order, again, changed and broken; asked at any time."""

    examples = 0
    hub_kind: type[ModelHub] = ModelHub

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        Machine.examples += 1
        self.hub = self.hub_kind()
        self.oracle = Oracle()
        self.waiting: list[Sent] = []
        self.sent: list[Sent] = []

    @initialize(number=st.integers(0, 2**32))
    def begin(self, number: int) -> None:
        """Publishers come to know some children."""
        self.newsroom = Newsroom(number, _open, repeated=0.2, conflicting=0.1, broken=0.1)

    @rule(size=st.integers(1, 25))
    def tell(self, size: int) -> None:
        """Publishers have something to tell; it waits to be sent."""
        self.waiting += self.newsroom.messages(size)

    @rule(random=st.randoms(use_true_random=False), size=st.integers(1, 30))
    def send(self, random: Any, size: int) -> None:
        """Some of what waits is sent, out of order."""
        self.waiting = shuffled(random, self.waiting, 20)
        self._take(self.waiting[:size])
        del self.waiting[:size]

    @rule(random=st.randoms(use_true_random=False))
    def repeat(self, random: Any) -> None:
        """Some messages are sent again."""
        if self.sent:
            self._take(random.sample(self.sent, min(len(self.sent), 3)))

    @rule()
    def ask(self) -> None:
        """Somebody asks for the figures."""
        self.oracle.compare_incidents(incidents(self.hub.facts()))
        self.oracle.compare_ends(self.hub.ends)

    def teardown(self) -> None:
        """Send the rest, ask, and now and then compare with the relational definition."""
        self._take(self.waiting)
        self.ask()
        if Machine.examples % ENGINE_EVERY == 0 and self.hub.records:
            self.hub.compare_engine(_ENGINE[0])

    def _take(self, messages: list[Sent]) -> None:
        self.hub.take(messages)
        self.oracle.acknowledge(messages)
        self.sent += messages


# The one engine of a play: making one for each example would take longer than the examples.
_ENGINE: list[EpisodeEngine] = []


@contextmanager
def stateful(_site: Site, first: int, *, hub_kind: type[ModelHub] = ModelHub) -> Iterator[Attempt]:
    """Give what tries a hundred examples."""
    _ENGINE.append(ModelHub.engine())

    def attempt(number: int) -> None:
        machine = seed(first * 7919 + number)(type("Seeded", (Machine,), {"hub_kind": hub_kind}))
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=PIECE,
                stateful_step_count=STEPS,
                deadline=None,
                database=None,
                derandomize=False,
                phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
                print_blob=False,
            ),
        )

    try:
        yield attempt
    finally:
        _ENGINE.pop().close()


def incidents(facts: tuple[EpisodeFacts, ...]) -> Incidents:
    """Return how many absences the facts tell of, as the oracle counts them."""
    counts: Incidents = Counter()
    for fact in facts:
        if fact.category.value not in CATEGORIES:
            raise FaultFoundError(f"nobody reported {fact.category.value}")
        started = fact.started_on.strftime("%Y-%m")
        counts[fact.source.value, CATEGORIES[fact.category.value], started] += 1
    return counts


def _open(raw: bytes) -> bytes:
    """Leave identity as it is: the model knows who is who by the number of its own."""
    return raw
