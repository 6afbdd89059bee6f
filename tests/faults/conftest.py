"""What the fault tests share: one server and one broker, which they kill and bring back."""

from collections.abc import Iterator

import pytest

from tests.faults.site import Site


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Where faults are played."""
    with Site() as made:
        yield made
