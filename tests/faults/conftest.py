"""What the fault tests share: one server and one broker, which they kill and bring back."""

import gc
from collections.abc import Iterator

import pytest

from tests.faults.site import Site


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Where faults are played."""
    with Site() as made:
        yield made


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """Collect what clients of killed servers left behind, while its warnings are expected."""
    yield
    gc.collect()
