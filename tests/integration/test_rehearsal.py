"""A dry run tells what a real run then does, and stores nothing anywhere."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier

from contracts.outcomes import Outcome, Settled
from contracts.reasons import Reason
from domain.identifiers import PublisherId
from hub.wiring import Hub
from tests.example_bodies import REGISTERED
from tests.examples import BIRMINGHAM, COVENTRY, identity, message, registration
from tests.hub_steps import rows, settle

TABLES = """
SELECT schemaname, relname FROM pg_stat_user_tables ORDER BY schemaname, relname
"""
SEQUENCES = "SELECT schemaname, sequencename, last_value FROM pg_sequences ORDER BY 1, 2"
CLEAR = {"birth_date": "2012-05-01", "surname": "Example"}


def everything(hub: Hub) -> dict[str, object]:
    """Return the content of every table, and where every sequence stands."""
    content: dict[str, object] = {"sequences": rows(hub, SEQUENCES)}
    for schema, table in rows(hub, TABLES):
        query = SQL("SELECT t::text FROM {} t ORDER BY 1").format(Identifier(schema, table))
        content[f"{schema}.{table}"] = rows(hub, query)
    return content


def rehearse(hub: Hub, *raw: bytes, sent_by: str | None = None) -> list[Settled]:
    publisher = None if sent_by is None else PublisherId(sent_by)
    receipts = hub.gateway("https").rehearsal().receive(raw, sent_by=publisher, wait_seconds=0)
    return [receipt.settled for receipt in receipts if receipt.settled]


def ends(settled: list[Settled]) -> list[tuple[str, str | None]]:
    return [
        (each.outcome.value, each.rejection.reason.value if each.rejection else None)
        for each in settled
    ]


def test_no_table_and_no_sequence_changes(hub: Hub) -> None:
    settle(hub, registration(identity(1), hub.keys.sealing), message(event_id="known"), b"{")
    before = everything(hub)

    settled = rehearse(
        hub,
        message(event_id="known"),
        message(event_id="new", subject="E-9", child="C-9"),
        registration(identity(2), hub.keys.sealing, child="C-7"),
        message(REGISTERED, subject="C-8", identity=CLEAR),
        b"{",
        b"not json",
        message(placement_type="ZZ"),
    )

    assert [each.outcome for each in settled] == [
        Outcome.DUPLICATE,
        *[Outcome.ACCEPTED] * 3,
        *[Outcome.REJECTED] * 3,
    ]
    assert everything(hub) == before
    assert len(before) > 20


def test_every_outcome_that_the_store_decides_is_told(hub: Hub) -> None:
    settle(hub, message(event_id="known", subject="E-1", child="C-1"))

    settled = rehearse(
        hub,
        message(event_id="known", subject="E-1", child="C-1"),
        message(event_id="known", subject="E-1", child="C-1", left="2026-03-01"),
        message(event_id="other", subject="E-1", child="C-2"),
        message(event_id="other", subject="E-1", child="C-1"),
        message(event_id="other", subject="E-1", child="C-1"),
    )

    assert ends(settled) == [
        ("duplicate", None),
        ("conflict", None),
        ("rejected", Reason.SUBJECT_MISMATCH),
        ("accepted", None),
        ("duplicate", None),
    ]
    assert [each.position for each in settled] == [1, None, None, None, None]


def test_identity_is_checked_in_clear_and_sealed(hub: Hub) -> None:
    good = message(REGISTERED, subject="C-1", identity=CLEAR)
    no_day = message(REGISTERED, subject="C-2", identity={"birth_date": "2012-02-31"})
    foreign = message(REGISTERED, subject="C-3")

    settled = rehearse(hub, good, no_day, foreign)

    assert ends(settled) == [
        ("accepted", None),
        ("rejected", Reason.IDENTITY_INVALID),
        ("rejected", Reason.IDENTITY_UNREADABLE),
    ]


def test_a_later_batch_of_one_rehearsal_knows_what_an_earlier_one_would_have_stored(
    hub: Hub,
) -> None:
    door = hub.gateway("file").rehearsal()
    first = message(event_id="1", subject="E-1", child="C-1")
    batches = [[first], [first, message(event_id="2", subject="E-1", child="C-2")]]

    found = [
        receipt.settled.outcome
        for batch in batches
        for receipt in door.receive(batch, sent_by=None, wait_seconds=0)
        if receipt.settled
    ]

    assert found == [Outcome.ACCEPTED, Outcome.DUPLICATE, Outcome.REJECTED]


def test_the_receipt_of_a_dry_run_is_that_of_the_real_one(hub: Hub) -> None:
    raw = [message(event_id="1"), b"{", message(publisher=COVENTRY)]

    rehearsed = rehearse(hub, *raw, sent_by=BIRMINGHAM)
    real = settle(hub, *raw, sent_by=BIRMINGHAM)

    assert [each.submission_id for each in rehearsed] == [each.submission_id for each in real]


SENT = st.one_of(
    st.builds(
        lambda number, episode, child, day: message(
            event_id=f"m-{number}",
            subject=f"E-{episode}",
            child=f"C-{child}",
            left=f"2026-03-{day:02d}",
        ),
        st.integers(1, 5),
        st.integers(1, 2),
        st.integers(1, 2),
        st.integers(1, 2),
    ),
    st.sampled_from([b"{", message(publisher="la-999"), message(placement_type="ZZ")]),
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(batches=st.lists(st.lists(SENT, max_size=6), max_size=4))
def test_a_dry_run_ends_as_the_real_run_that_follows(hub: Hub, batches: list[list[bytes]]) -> None:
    """The hub goes on from example to example, so that each begins with another past."""
    rehearsal = hub.gateway("file").rehearsal()

    rehearsed = [
        ends([each.settled for each in receipts if each.settled])
        for receipts in (
            rehearsal.receive(batch, sent_by=None, wait_seconds=0) for batch in batches
        )
    ]
    real = [ends(settle(hub, *batch)) for batch in batches]

    assert rehearsed == real
