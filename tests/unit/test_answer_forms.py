"""What publishers and children are answered: sums that balance, and everything that is held."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from msgspec import convert
from msgspec.json import decode, encode

from contracts.disclosure import (
    HeldEvent,
    HeldHold,
    HeldIdentity,
    HeldRead,
    HeldReference,
    SubjectRecord,
)
from contracts.imports import FindingEntry, ImportReport, RejectionEntry, Totals, report, totals_of
from contracts.outcomes import Outcome, RecordCursor
from contracts.stored import encode_event
from tests.examples import NOON, SUBJECT_ID, event, identity
from tests.unit.records import uuid_of

ENDS = st.lists(st.sampled_from([*Outcome, None]), max_size=30)


def parts(totals: Totals | ImportReport) -> tuple[int, ...]:
    """Return the five ends."""
    names = ("accepted", "duplicate", "conflict", "rejected", "in_flight")
    return tuple(getattr(totals, name) for name in names)


@given(ENDS)
def test_totals_count_every_end_once(ends: list[Outcome | None]) -> None:
    totals = totals_of(ends)

    assert totals.rows == len(ends) == sum(parts(totals))
    assert parts(totals) == tuple(
        ends.count(each)
        for each in (
            Outcome.ACCEPTED,
            Outcome.DUPLICATE,
            Outcome.CONFLICT,
            Outcome.REJECTED,
            None,
        )
    )


@given(ENDS, ENDS)
def test_totals_of_two_lists_add_up_to_those_of_both(
    one: list[Outcome | None], other: list[Outcome | None]
) -> None:
    assert totals_of(one).plus(totals_of(other)) == totals_of([*one, *other])


@given(st.dictionaries(st.text(max_size=5), ENDS, max_size=4))
def test_a_report_adds_up_its_files(files: dict[str, list[Outcome | None]]) -> None:
    totals = {name: totals_of(ends) for name, ends in files.items()}

    whole = report(totals, events=Totals(), findings=(), rejections=())

    assert whole.rows == sum(len(ends) for ends in files.values()) == sum(parts(whole))
    assert whole.files == totals


def test_a_report_has_the_form_that_is_fixed() -> None:
    whole = report(
        {"missing.csv": totals_of([Outcome.ACCEPTED, Outcome.REJECTED])},
        events=totals_of([Outcome.ACCEPTED]),
        findings=(
            FindingEntry(file="missing.csv", row=1, code="574", field="MIS_START", subject_row=3),
        ),
        rejections=(
            RejectionEntry(
                file="missing.csv", row=2, code="row-invalid", pointer="/CHILD", message="No."
            ),
        ),
        ignored=("oc3.csv",),
    )

    form = decode(encode(whole))

    assert {name: form[name] for name in ("rows", "accepted", "duplicate", "conflict")} == {
        "rows": 2,
        "accepted": 1,
        "duplicate": 0,
        "conflict": 0,
    }
    assert form["rejected"] == 1
    assert form["findings"] == [
        {"file": "missing.csv", "row": 1, "code": "574", "field": "MIS_START", "subject_row": 3}
    ]
    assert set(form["rejections"][0]) == {"file", "row", "code", "pointer", "message"}
    assert form["ignored"] == ["oc3.csv"]


def test_everything_held_about_a_child_is_told_in_json_and_reads_back() -> None:
    held = SubjectRecord(
        subject_id=SUBJECT_ID,
        erased_at=None,
        same_child=(uuid_of(7),),
        identities=(HeldIdentity(identity=identity(1), recorded_at=NOON),),
        references=(HeldReference(kind="child", reference="C-1"),),
        events=(
            HeldEvent(
                position=3,
                type="child-reached-eighteen",
                publisher="hub",
                occurred_at=NOON,
                recorded_at=NOON,
                data=decode(
                    encode_event(event("child-reached-eighteen", birthday=date(2026, 3, 1)))
                ),
            ),
        ),
        holds=(HeldHold(reason="legal-proceedings", set_at=NOON, released_at=None),),
        reads=(HeldRead(read_at=NOON, reader="linker", purpose="link"),),
    )

    form = decode(encode(held))

    assert form["events"][0]["data"]["birthday"] == "2026-03-01"
    assert form["identities"][0]["identity"]["surname"] == identity(1).surname
    assert convert(form, SubjectRecord) == held


def test_records_of_one_instant_are_told_apart_by_their_id() -> None:
    first = RecordCursor(received_at=NOON, submission_id=uuid_of(1))

    assert first < RecordCursor(received_at=NOON, submission_id=uuid_of(2))
