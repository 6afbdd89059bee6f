"""How often a process that turns over many short-lived objects looks for garbage in cycles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# Of new objects before a first look; nearly all of them are freed without one.
FIRST_LOOK = 100_000
LATER_LOOKS = (20, 50)


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for garbage rarely, and not among what exists already; as before on leaving.

    Messages and records are freed as soon as nobody names them: looking for cycles among them
    every few hundred objects costs a twentieth of intake's time and finds nothing.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(FIRST_LOOK, *LATER_LOOKS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
