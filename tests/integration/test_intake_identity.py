"""At intake identity is opened in memory, split off, and kept sealed; so are refused messages."""

from datetime import timedelta

import pytest
from joserfc.jwk import OKPKey

from contracts.outcomes import Outcome
from contracts.reasons import Reason
from hub.identity.vault import decrypt
from hub.wiring import Hub
from tests.examples import COVENTRY, identity, message, registration
from tests.hub_steps import SettableClock, rows, settle

LOCATED = "missing.episode.located.v1"


def test_a_seal_to_another_key_cannot_be_opened(hub: Hub) -> None:
    stranger = OKPKey.generate_key("X25519", private=True)

    (settled,) = settle(hub, registration(identity(), stranger))

    assert settled.rejection is not None
    assert settled.rejection.reason is Reason.IDENTITY_UNREADABLE


@pytest.mark.parametrize("born", ["2012-02-30", None])
def test_a_sealed_identity_must_satisfy_its_schema_and_the_calendar(
    hub: Hub, born: str | None
) -> None:
    who = identity(birth_date=born) if born else identity(upn="short")

    (settled,) = settle(hub, registration(who, hub.keys.sealing))

    assert settled.rejection is not None
    assert settled.rejection.reason is Reason.IDENTITY_INVALID


def test_a_registration_sealed_again_is_a_duplicate_and_a_changed_one_a_conflict(hub: Hub) -> None:
    key = hub.keys.sealing
    first = registration(identity(), key, event_id="r-1")
    sealed_again = registration(identity(), key, event_id="r-1")
    changed = registration(identity(surname="Changed"), key, event_id="r-1")

    assert first != sealed_again
    settled = settle(hub, first) + settle(hub, sealed_again, changed)
    assert [each.outcome.value for each in settled] == ["accepted", "duplicate", "conflict"]


def test_an_episode_cannot_pass_to_another_child(hub: Hub) -> None:
    settle(hub, message(subject="E-1", child="C-1"))

    (same,) = settle(hub, message(LOCATED, subject="E-1", child="C-1"))
    (other,) = settle(hub, message(LOCATED, subject="E-1", child="C-2"))
    (elsewhere,) = settle(hub, message(subject="E-1", child="C-2", publisher=COVENTRY))

    assert (same.outcome, elsewhere.outcome) == (Outcome.ACCEPTED, Outcome.ACCEPTED)
    assert other.rejection is not None
    assert (other.rejection.reason, other.rejection.pointer) == (
        Reason.SUBJECT_MISMATCH,
        "/subject",
    )


def test_the_bytes_of_a_refused_message_are_kept_sealed_for_thirty_days(
    hub: Hub, clock: SettableClock
) -> None:
    raw = message(surname="Smith")

    (settled,) = settle(hub, raw)

    ((sealed, expires_at),) = rows(hub, "SELECT sealed, expires_at FROM vault.refused_messages")
    assert b"Smith" not in sealed
    assert decrypt(hub.keys.refused, settled.submission_id, sealed) == raw
    assert expires_at == clock.now + timedelta(days=30)
