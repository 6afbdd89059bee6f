"""Keys are rotated without losing anything, and a break at any moment leaves a hub that starts."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Final, LiteralString

import pytest
from psycopg import connect

from contracts.outcomes import Outcome
from domain.errors import KeyMissingError, UsageError
from domain.periods import london_date
from hub.identity.key_files import next_of
from hub.identity.keys import SEALING, key_check
from hub.identity.rotating import REWRITTEN, ROTATED, SEALING_OVERLAP, Rotated, were_ours
from hub.identity.vault import decrypt
from hub.key_rotation import rotation_of
from hub.linkage.link_keys import NHS_NUMBER
from hub.settings import Settings
from hub.wiring import Hub, open_hub
from tests.examples import COVENTRY, identity, message, registration
from tests.hub_steps import SettableClock, follow, rows, settle, subject_of

LOCATED: Final = "missing.episode.located.v1"
# What each key makes.
MADE_WITH: Final[dict[str, LiteralString]] = {
    "wrap": "SELECT wrapped_key FROM vault.subjects",
    "reference": "SELECT reference_key FROM vault.own_references",
    "link": "SELECT link_key FROM vault.link_keys",
    "refused": "SELECT sealed FROM vault.refused_messages",
}
LINKED: LiteralString = "SELECT link_key FROM vault.link_keys WHERE rule = %s AND subject_id = %s"
REFUSED: LiteralString = "SELECT submission_id, sealed FROM vault.refused_messages"
PERSONS: LiteralString = "SELECT count(DISTINCT person_id), count(*) FROM link.persons"
READ: LiteralString = "SELECT reader, subject_ids FROM vault.reads WHERE purpose = 'rotate'"
WAITING: LiteralString = """
SELECT 1 FROM pg_stat_activity
 WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%LOCK TABLE%'
"""
ROTATE: Final = "from hub.cli import main; main()"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """The settings of a hub whose processes come and go."""
    return Settings(database_url=database_url, data_dir=tmp_path)


@pytest.fixture
def sent(settings: Settings, clock: SettableClock) -> list[bytes]:
    """What a hub was sent: two children, an episode, something refused, and something odd."""
    with open_hub(settings, clock=clock) as hub:
        raw = [
            registration(identity(1), hub.keys.sealing, child="C-1", event_id="one"),
            registration(identity(2), hub.keys.sealing, child="C-2", event_id="two"),
            message(subject="E-1", child="C-1", event_id="away", left="2026-03-14T08:00:00Z"),
            message(subject="E-1", child="C-2", event_id="mismatch"),
        ]
        assert [each.outcome for each in settle(hub, *raw)].count(Outcome.REJECTED) == 1
        follow(hub)
    return raw


def made_with(hub: Hub, key: str) -> set[bytes]:
    """Return what a key has made."""
    return {bytes(row[0]) for row in rows(hub, MADE_WITH[key])}


def rotate(settings: Settings, clock: SettableClock, *names: str) -> list[Rotated]:
    """Rotate keys as the command does."""
    with open_hub(settings, clock=clock) as hub:
        rotation = rotation_of(hub)
        return [rotation.rotate(name, on=london_date(clock())) for name in names]


def still_knows_everything(hub: Hub, sent: list[bytes]) -> None:
    """See that references, identity, links, duplicates and refused messages are all there."""
    again = [each.outcome for each in settle(hub, *sent[:3])]
    one = subject_of(hub, "C-1")
    shown = hub.rights.disclose(one, reader="operator", purpose="check")
    elsewhere = registration(identity(1), hub.keys.sealing, child="X-1", publisher=COVENTRY)
    found = message(LOCATED, subject="E-1", child="C-1", located="2026-03-15T08:00:00Z")
    new = [each.outcome for each in settle(hub, elsewhere, found)]
    before = rows(hub, PERSONS)
    follow(hub)
    refused = [
        decrypt(hub.keys.refused, submission_id, bytes(sealed))
        for submission_id, sealed in rows(hub, REFUSED)
    ]

    assert again == [Outcome.DUPLICATE] * 3
    assert [each.identity for each in shown.identities] == [identity(1)]
    assert {each.reference for each in shown.references} == {"C-1", "E-1"}
    assert new == [Outcome.ACCEPTED] * 2
    assert before == [(2, 2)]
    assert rows(hub, PERSONS) == [(2, 3)]
    number = hub.keys.link_key(NHS_NUMBER, str(identity(1).nhs_number))
    assert rows(hub, LINKED, [NHS_NUMBER, one]) == [(number,)]
    assert refused == [sent[3]]
    assert hub.status.read().submissions.balanced


def test_every_key_is_another_one_afterwards_and_nothing_is_lost(
    settings: Settings, clock: SettableClock, sent: list[bytes]
) -> None:
    folder = settings.data_dir / "keys"
    with open_hub(settings, clock=clock) as hub:
        before = {key: made_with(hub, key) for key in MADE_WITH}
        old = hub.keys
    files = {path.name: path.read_bytes() for path in folder.iterdir()}

    done = rotate(settings, clock, *ROTATED)

    assert [each.key for each in done] == list(ROTATED)
    assert {each.key: each.rows for each in done if each.key in REWRITTEN} == {
        key: len(made) for key, made in before.items()
    }
    same = {path.name for path in folder.iterdir() if path.read_bytes() == files.get(path.name)}
    assert same == {"deduplicate", "operator-token"}
    assert not list(folder.glob("*.next"))
    with open_hub(settings, clock=clock) as hub:
        assert rows(hub, READ) == [("operator", None)] * 3
        for key in MADE_WITH:
            assert not before[key] & made_with(hub, key)
        still_knows_everything(hub, sent)
        assert were_ours(folder, key_check(old))
        assert were_ours(folder, key_check(hub.keys))
        assert not were_ours(folder, "another hub's")


def test_a_break_before_the_database_changed_costs_nothing(
    settings: Settings, clock: SettableClock, sent: list[bytes]
) -> None:
    folder, key = settings.data_dir / "keys", "reference"
    with open_hub(settings, clock=clock) as hub:
        before = made_with(hub, key)
        old = key_check(hub.keys)
        with connect(hub.database_url) as holder:
            holder.execute("LOCK TABLE vault.subjects IN EXCLUSIVE MODE")
            kill_while_it_waits(hub, key)
        assert next_of(folder / key).exists()

    with open_hub(settings, clock=clock) as hub:
        assert key_check(hub.keys) == old
        assert made_with(hub, key) == before
        assert settle(hub, registration(identity(2), hub.keys.sealing, child="C-2"))
    rotate(settings, clock, key)

    assert not next_of(folder / key).exists()
    with open_hub(settings, clock=clock) as hub:
        assert not before & made_with(hub, key)
        still_knows_everything(hub, sent)


def kill_while_it_waits(hub: Hub, key: str) -> None:
    """Rotate in a process of its own, and kill it in the middle of its transaction."""
    command = [sys.executable, "-c", ROTATE, "keys", "rotate", key]
    variables = {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "HUB_DATABASE_URL": hub.database_url,
        "HUB_DATA_DIR": str(hub.settings.data_dir),
    }
    hub.close()
    with subprocess.Popen(command, env={**os.environ, **variables}) as process:
        deadline = monotonic() + 60
        while rows(hub, WAITING) != [(1,)]:
            assert process.poll() is None
            assert monotonic() < deadline
            sleep(0.05)
        process.kill()


def test_a_break_after_the_database_changed_is_mended_at_the_next_start(
    settings: Settings, clock: SettableClock, sent: list[bytes]
) -> None:
    for key in REWRITTEN:
        path = settings.data_dir / "keys" / key
        old = path.read_bytes()
        rotate(settings, clock, key)
        fresh = path.read_bytes()
        # As a kill between the commit and the change of names leaves it.
        path.rename(next_of(path))
        path.write_bytes(old)
        path.chmod(0o600)

        with open_hub(settings, clock=clock) as hub:
            settle(hub, registration(identity(2), hub.keys.sealing, child="C-2"))

        assert path.read_bytes() == fresh != old
        assert not next_of(path).exists()
    with open_hub(settings, clock=clock) as hub:
        still_knows_everything(hub, sent)


def test_a_process_with_the_old_keys_writes_nothing_more(
    settings: Settings, clock: SettableClock, sent: list[bytes]
) -> None:
    with open_hub(settings, clock=clock) as idle:
        # It is between two messages, with no connection to the database.
        assert idle.intake is not None
        rotate(settings, clock, "reference")
        before = rows(idle, "SELECT count(*) FROM ledger.stored_events")

        with pytest.raises(KeyMissingError, match="start the process again"):
            settle(idle, message(subject="E-5", child="C-5"))

        assert rows(idle, "SELECT count(*) FROM ledger.stored_events") == before
    with open_hub(settings, clock=clock) as hub:
        still_knows_everything(hub, sent)


def test_nothing_is_rotated_while_another_process_is_connected(
    settings: Settings, clock: SettableClock
) -> None:
    path = settings.data_dir / "keys" / "wrap"
    with open_hub(settings, clock=clock) as other:
        settle(other, message())
        before = path.read_bytes()

        with pytest.raises(UsageError, match="1 other processes"):
            rotate(settings, clock, "wrap")

    assert path.read_bytes() == before


def test_what_was_sealed_before_opens_for_as_long_as_messages_are_under_way(
    settings: Settings, clock: SettableClock
) -> None:
    with open_hub(settings, clock=clock) as hub:
        old = hub.keys.sealing
    under_way = [registration(identity(n), old, child=f"C-{n}") for n in (1, 2)]
    rotate(settings, clock, "sealing")

    with open_hub(settings, clock=clock) as hub:
        fresh = registration(identity(3), hub.keys.sealing, child="C-3")
        first = settle(hub, under_way[0], fresh)
    clock.move(SEALING_OVERLAP + timedelta(days=1))
    with open_hub(settings, clock=clock) as hub:
        late = settle(hub, under_way[1])

    assert [each.outcome for each in first] == [Outcome.ACCEPTED] * 2
    assert [each.outcome for each in late] == [Outcome.REJECTED]
    assert not list((settings.data_dir / "keys").glob("sealing-until-*"))
    assert (settings.data_dir / "keys" / SEALING).exists()


def test_keys_of_another_hub_write_nothing_in_the_vault(
    settings: Settings, clock: SettableClock, tmp_path: Path, sent: list[bytes]
) -> None:
    assert len(sent) == 4
    foreign = Settings(database_url=settings.database_url, data_dir=tmp_path / "foreign")

    with open_hub(foreign, clock=clock) as hub, pytest.raises(KeyMissingError):
        settle(hub, message(subject="E-7", child="C-7"))
    with (
        open_hub(foreign, clock=clock) as hub,
        pytest.raises(UsageError, match="made with other keys"),
    ):
        rotation_of(hub).rotate("wrap", on=london_date(clock()))


def test_a_key_that_nothing_was_made_with_yet_is_rotated(
    settings: Settings, clock: SettableClock
) -> None:
    with open_hub(settings, clock=clock) as hub:
        assert hub.keys.wrap

    done = rotate(settings, clock, *REWRITTEN)

    assert [each.rows for each in done] == [0, 0, 0, 0]
    with open_hub(settings, clock=clock) as hub:
        assert settle(hub, message())[0].outcome is Outcome.ACCEPTED
