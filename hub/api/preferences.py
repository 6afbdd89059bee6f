"""What a request prefers (RFC 7240): whether, and how long, it waits for outcomes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final

from fastapi import Request

LONGEST_WAIT_SECONDS: Final = 30

# Each waiting request holds one of the 40 threads that serve all others.
MOST_WAITING: Final = 20

_WAIT = re.compile(r'\s*wait\s*=\s*"?([0-9]{1,9})"?\s*(?:;.*)?', re.IGNORECASE)


class WaitingRoom:
    """Lets a bounded number of requests wait; the others are answered at once."""

    def __init__(self, places: int = MOST_WAITING) -> None:
        self.places = BoundedSemaphore(places)

    @contextmanager
    def wait(self, seconds: int) -> Iterator[int]:
        """Give the seconds that a request may wait: as many as it asks for, or 0 if it is full."""
        if seconds == 0 or not self.places.acquire(blocking=False):
            yield 0
            return
        try:
            yield seconds
        finally:
            self.places.release()


def preferred_wait(request: Request) -> int:
    """Return the seconds that a request is ready to wait, at most 30; 0 if it does not say.

    A preference that cannot be read is ignored, as the RFC asks; the first one counts.
    """
    for preference in ",".join(request.headers.getlist("prefer")).split(","):
        match = _WAIT.fullmatch(preference)
        if match:
            return min(int(match[1]), LONGEST_WAIT_SECONDS)
    return 0
