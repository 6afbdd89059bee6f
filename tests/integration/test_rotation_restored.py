"""A backup from before a rotation, with the log received after it, goes with the present keys."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from domain.periods import london_date
from hub.backup.shipping import Shipper
from hub.key_rotation import rotation_of
from tests.e2e.program import run_hub
from tests.examples import BIRMINGHAM, identity
from tests.hub_steps import settle
from tests.restore_steps import Site, report, wait_until_received


@pytest.fixture
def site() -> Iterator[Site]:
    """Give the places of a hub, which the user that runs PostgreSQL for root can reach."""
    top = Path(mkdtemp(prefix="hub-rotated-"))
    top.chmod(0o755)
    yield Site(top=top)
    shutil.rmtree(top)


def test_a_hub_is_restored_over_a_rotation_with_the_keys_that_it_has_now(site: Site) -> None:
    with site.hub() as hub:
        shipper = Shipper(hub.backups_in(site.top / "backups"), hub.clock)
        settle(hub, *report(1, hub))
        shipper.step()
        rotation = rotation_of(hub)
        for key in ("wrap", "reference"):
            rotation.rotate(key, on=london_date(site.clock()))
        wait_until_received(hub.database_url)
        site.lose_the_database()
        shipper.close()

    done = run_hub("restore", "--json", data_dir=site.data_dir, settings=site.variables)

    assert (done.code, done.err) == (0, "")
    with site.hub() as hub:
        found = hub.rights.find(f"{BIRMINGHAM}/C-1")
        shown = hub.rights.disclose(found, reader="operator", purpose="check")
        assert [each.identity for each in shown.identities] == [identity(1)]
