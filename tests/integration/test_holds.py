"""A hold keeps a child's identity until it is released, whoever asks to erase it."""

import pytest

from domain.errors import ErasureRefusedError, NotFoundError
from domain.vocabulary import ErasureReason, HoldReason
from hub.wiring import Hub
from tests.examples import NOON, identity, registration
from tests.hub_steps import rows, settle, subject_of


@pytest.fixture
def known(hub: Hub) -> Hub:
    """A hub that knows one child."""
    settle(hub, registration(identity(), hub.keys.sealing))
    return hub


def test_nothing_is_erased_while_a_hold_stands(known: Hub) -> None:
    subject = subject_of(known, "C-1")
    known.rights.hold(subject, HoldReason.INQUEST, by="operator")
    known.rights.hold(subject, HoldReason.COMPLAINT, by="operator")

    with pytest.raises(ErasureRefusedError, match=r"\(complaint, inquest\)"):
        known.rights.erase(subject, ErasureReason.COURT_ORDER)
    released = known.rights.release(subject, HoldReason.COMPLAINT, by="operator")
    with pytest.raises(ErasureRefusedError, match=r"\(inquest\)"):
        known.rights.erase(subject, ErasureReason.COURT_ORDER)
    released += known.rights.release(subject, None, by="operator")
    erasure = known.rights.erase(subject, ErasureReason.COURT_ORDER)

    assert (released, erasure.already) == (2, False)


def test_a_refused_erasure_leaves_no_trace_in_the_journal(known: Hub) -> None:
    subject = subject_of(known, "C-1")
    known.rights.hold(subject, HoldReason.PUBLIC_INQUIRY, by="operator")

    with pytest.raises(ErasureRefusedError):
        known.rights.erase(subject, ErasureReason.RETENTION_ENDED)

    assert known.erasure_journal.entries() == ()
    assert known.replay_erasures() == 0


def test_a_hold_stands_once_for_a_reason_and_can_be_set_again_after_its_release(
    known: Hub,
) -> None:
    subject = subject_of(known, "C-1")

    for _ in range(2):
        known.rights.hold(subject, HoldReason.INQUEST, by="operator")
    known.rights.release(subject, HoldReason.INQUEST, by="court-officer")
    known.rights.hold(subject, HoldReason.INQUEST, by="operator")

    (standing,) = known.rights.holds(subject)
    assert known.rights.holds() == [standing]
    assert (standing.reason, standing.set_by, standing.set_at) == (
        HoldReason.INQUEST,
        "operator",
        NOON,
    )
    assert rows(known, "SELECT released_by FROM vault.holds ORDER BY released_by") == [
        ("court-officer",),
        (None,),
    ]
    shown = known.rights.disclose(subject, reader="operator", purpose="check").holds
    assert sorted(each.released_at is None for each in shown) == [False, True]


def test_there_must_be_a_child_to_hold_and_a_hold_to_release(known: Hub) -> None:
    subject = subject_of(known, "C-1")
    stranger = known.rights.find("00000000-0000-4000-8000-00000000dead")

    with pytest.raises(NotFoundError, match="No such hold"):
        known.rights.release(subject, HoldReason.INQUEST, by="operator")
    with pytest.raises(NotFoundError, match="no child"):
        known.rights.hold(stranger, HoldReason.INQUEST, by="operator")
    known.rights.erase(subject, ErasureReason.UNLAWFUL)
    with pytest.raises(NotFoundError, match="nothing left"):
        known.rights.hold(subject, HoldReason.INQUEST, by="operator")
