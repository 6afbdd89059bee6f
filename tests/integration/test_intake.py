"""Every message ends in exactly one outcome, and a batch is stored whole or not at all."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import LiteralString
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.json import decode, encode
from psycopg.errors import RaiseException
from psycopg.sql import SQL

from contracts.outcomes import Outcome, Settled
from contracts.reasons import Reason
from domain.errors import FencedOutError
from domain.identifiers import PublisherId
from hub.intake import Batch
from hub.message_reading import Message
from hub.offsets import OffsetMove
from hub.wiring import Hub
from tests.example_bodies import REGISTERED
from tests.examples import BIRMINGHAM, COVENTRY, WEST_MIDLANDS, identity, message, registration
from tests.hub_steps import change, rows, settle

LOCATED = "missing.episode.located.v1"
FAIL_WITH_OUTCOMES: LiteralString = """
CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'stop'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON intake.outcomes
    FOR EACH ROW EXECUTE FUNCTION public.refuse();
"""
STORES: tuple[LiteralString, ...] = (
    "ledger.stored_events",
    "intake.submissions",
    "intake.refusals",
    "intake.received",
    "intake.outcomes",
    "intake.offsets",
    "vault.subjects",
    "vault.own_references",
    "vault.identities",
    "vault.refused_messages",
)


def ends(settled: Iterable[Settled]) -> list[str]:
    return [each.outcome.value for each in settled]


def stored(hub: Hub) -> set[str]:
    """Return the tables that hold anything."""
    return {name for name in STORES if rows(hub, SQL("SELECT FROM {}").format(SQL(name)))}


def without(raw: bytes, field: str) -> bytes:
    return encode({name: value for name, value in decode(raw).items() if name != field})


ENDS = tuple(outcome.value for outcome in Outcome)
PUBLISHERS = (BIRMINGHAM, WEST_MIDLANDS)
SENT = st.one_of(
    st.builds(
        lambda publisher, number, day: message(
            publisher=publisher, event_id=f"PREFIX-{number}", left=f"2026-03-{day:02d}"
        ),
        st.sampled_from(PUBLISHERS),
        st.integers(1, 4),
        st.integers(1, 3),
    ),
    st.binary(max_size=40),
    st.sampled_from([message(), message(surname="Smith")]).map(lambda raw: raw[:-5]),
)


def expected_end(known: dict[tuple[str, str], str], raw: bytes) -> str:
    """Return how a message must end, after those that `known` remembers."""
    if not raw.endswith(b"}}") or not raw.startswith(b'{"specversion"'):
        return "rejected"
    sent = decode(raw)
    name, says = (sent["source"], sent["id"]), sent["data"]["left"]
    if name not in known:
        known[name] = says
        return "accepted"
    return "duplicate" if known[name] == says else "conflict"


def test_a_message_is_accepted_then_a_duplicate_then_in_conflict_with_other_content(
    hub: Hub,
) -> None:
    first = message(event_id="m-1", left="2026-03-14T08:00:00Z")
    other = message(event_id="m-1", left="2026-03-14T09:00:00Z")

    (accepted,), (duplicate,), (conflict,) = (settle(hub, raw) for raw in (first, first, other))

    assert [accepted.outcome, duplicate.outcome, conflict.outcome] == [
        Outcome.ACCEPTED,
        Outcome.DUPLICATE,
        Outcome.CONFLICT,
    ]
    assert duplicate.submission_id == accepted.submission_id != conflict.submission_id
    assert (accepted.position, duplicate.position, conflict.position) == (1, 1, None)
    assert hub.submissions.find(accepted.submission_id).seen == 2  # type: ignore[union-attr]
    assert hub.submissions.find(conflict.submission_id).outcome is Outcome.CONFLICT  # type: ignore[union-attr]


def test_the_same_id_of_another_publisher_is_another_message(hub: Hub) -> None:
    ours = message(event_id="m-1")
    theirs = message(event_id="m-1", publisher=COVENTRY)

    assert ends(settle(hub, ours, theirs)) == ["accepted", "accepted"]


def test_the_order_of_json_members_does_not_make_a_conflict(hub: Hub) -> None:
    raw = message(event_id="m-1")
    turned = encode(dict(reversed(decode(raw).items())))

    assert ends(settle(hub, raw, turned)) == ["accepted", "duplicate"]


REJECTED = (
    (b"", Reason.NOT_JSON, ""),
    (b"\xff\xfe{}", Reason.NOT_JSON, ""),
    (b'{"id": "\\ud800"}', Reason.NOT_JSON, ""),
    (b"[" * 100_000, Reason.TOO_LARGE, ""),
    (b'{"data":' + b"[" * 60_000, Reason.NOT_JSON, ""),
    (without(message(), "time"), Reason.ENVELOPE_INVALID, "/time"),
    (message(publisher="la-999"), Reason.UNKNOWN_PUBLISHER, "/source"),
    (message(publisher="nobody"), Reason.UNKNOWN_PUBLISHER, "/source"),
    (message().replace(b"reported.v1", b"reported.v9"), Reason.UNKNOWN_TYPE, "/type"),
    (message(left="tomorrow"), Reason.SCHEMA_INVALID, "/data/left"),
    (message(surname="Smith"), Reason.SCHEMA_INVALID, "/data"),
    (message(LOCATED, located=None), Reason.SCHEMA_INVALID, "/data/located"),
    (message(LOCATED, located="2026-02-30"), Reason.DATE_INVALID, "/data/located"),
    (message(time="2026-03-14T24:01:00Z"), Reason.DATE_INVALID, "/time"),
    (message(host_authority="999"), Reason.CODE_UNKNOWN, "/data/host_authority"),
    (message(placement_type="ZZ"), Reason.CODE_UNKNOWN, "/data/placement_type"),
    (message(REGISTERED), Reason.IDENTITY_UNREADABLE, "/data/identity"),
    (
        message(REGISTERED, identity={"surname": "Smith"}),
        Reason.IDENTITY_IN_CLEAR,
        "/data/identity",
    ),
)


def test_a_message_that_breaks_its_contract_is_rejected_with_reason_and_place(hub: Hub) -> None:
    raw = [each for each, _, _ in REJECTED]

    first = settle(hub, *raw)
    again = settle(hub, *raw)

    found = [
        (each.outcome, each.rejection.reason, each.rejection.pointer)
        for each in first
        if each.rejection
    ]
    assert found == [(Outcome.REJECTED, reason, pointer) for _, reason, pointer in REJECTED]
    assert again == first
    for settled in first:
        record = hub.submissions.find(settled.submission_id)
        assert record is not None
        assert (record.rejection, record.seen) == (settled.rejection, 2)


def test_a_message_that_somebody_else_sent_is_rejected_on_the_senders_account(hub: Hub) -> None:
    (settled,) = settle(hub, message(publisher=BIRMINGHAM), sent_by=COVENTRY)

    assert settled.rejection is not None
    assert settled.rejection.reason is Reason.SOURCE_MISMATCH
    assert hub.submissions.find(settled.submission_id).publisher == COVENTRY  # type: ignore[union-attr]


def test_a_bad_message_fails_alone_and_a_repeat_within_the_batch_is_a_duplicate(hub: Hub) -> None:
    good, other = message(event_id="m-1"), message(event_id="m-2", subject="E-2")
    conflicting = message(event_id="m-1", left="2026-03-13")

    settled = settle(hub, b"{", good, b"{", good, conflicting, other)

    assert ends(settled) == [
        "rejected", "accepted", "rejected", "duplicate", "conflict", "accepted",
    ]  # fmt: skip
    assert [each.position for each in settled] == [None, 1, None, 1, None, 2]
    assert hub.status.read().ledger_position == 3


def test_a_batch_leaves_one_record_of_how_its_messages_ended(hub: Hub) -> None:
    settle(hub, b"{", message(), message(publisher=WEST_MIDLANDS), sent_by=None)

    ((topic, publisher, state),) = rows(
        hub, "SELECT topic, publisher, state FROM ledger.stored_events ORDER BY 1 DESC LIMIT 1"
    )
    assert (topic, publisher) == ("submissions-settled", "hub")
    told = decode(state)
    # A neighbour's receipt shows the hash of this record, which nobody must be able to guess.
    assert UUID(told.pop("salt")).version == 4
    assert told == {
        "outcomes": [
            {"publisher": "la-330", "outcome": "accepted", "reason": "", "count": 1},
            {"publisher": "pf-E23000014", "outcome": "accepted", "reason": "", "count": 1},
            {"publisher": "unknown", "outcome": "rejected", "reason": "not-json", "count": 1},
        ]
    }


def test_a_batch_whose_offset_was_moved_by_another_stores_nothing(hub: Hub) -> None:
    move = OffsetMove(topic="hub.intake.la-330.v1", topic_id=uuid4(), expected=None, next=5)
    hub.intake.settle(Batch(messages=[], transport="kafka", offsets=[move]))
    stale = replace(move, expected=4, next=9)
    who = registration(identity(), hub.keys.sealing)
    batch = [Message(raw=raw, sent_by=PublisherId(BIRMINGHAM)) for raw in (who, message(), b"{")]

    with pytest.raises(FencedOutError):
        hub.intake.settle(Batch(messages=batch, transport="kafka", offsets=[stale]))

    assert hub.status.read().ledger_position == 0
    assert rows(hub, "SELECT next_offset FROM intake.offsets") == [(5,)]
    assert stored(hub) == {"intake.offsets"}


def test_a_batch_that_fails_at_its_last_statement_stores_nothing(hub: Hub) -> None:
    change(hub, FAIL_WITH_OUTCOMES)
    move = OffsetMove(topic="hub.intake.la-330.v1", topic_id=uuid4(), expected=None, next=1)
    batch = [Message(raw=message(), sent_by=None), Message(raw=b"{", sent_by=None)]

    with pytest.raises(RaiseException, match="stop"):
        hub.intake.settle(Batch(messages=batch, transport="kafka", offsets=[move]))

    assert hub.status.read().ledger_position == 0
    assert stored(hub) == set()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(st.lists(SENT, max_size=8), max_size=4))
def test_outcomes_follow_a_simple_rule_and_the_sums_always_balance(
    hub: Hub, batches: list[list[bytes]]
) -> None:
    # The hub goes on from example to example, so what is new is told by a prefix of its own.
    prefix = uuid4().hex.encode()
    known: dict[tuple[str, str], str] = {}
    before = hub.status.read().submissions

    given = [[raw.replace(b"PREFIX", prefix) for raw in batch] for batch in batches]
    found = [ends(settle(hub, *batch)) for batch in given]

    expected = [[expected_end(known, raw) for raw in batch] for batch in given]
    assert found == expected
    after = hub.status.read().submissions
    counted = Counter(end for batch in expected for end in batch)
    assert after.balanced
    assert after.received - before.received == counted.total()
    assert {name: getattr(after, name) - getattr(before, name) for name in ENDS} == {
        name: counted[name] for name in ENDS
    }
