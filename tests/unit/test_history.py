"""The kinds of event that change a figure, and how their history is asked for and told."""

import csv
import json
from datetime import date
from io import BytesIO, StringIO
from typing import Any

import pytest
from pyarrow import ipc, parquet

from contracts.history import (
    history_arrow,
    history_csv,
    history_document,
    history_json,
    history_parquet,
    parse_history_query,
)
from domain.errors import UsageError
from domain.history import MEANING, Cause, ChangeKind, HistoryQuery, HistoryStep, kind_of
from domain.measures import Bucket, CountsQuery
from projections.topics import CHILD_TYPES, EPISODE_TYPES
from tests.unit.api_figures import MemoryHistory

ASKED = HistoryQuery(counts=CountsQuery(measure="missing_incidents", last_day=date(2026, 3, 31)))


def cause(
    kind: str,
    *,
    late: bool = False,
    before: Bucket | None = None,
    after: Bucket | None = None,
    rose: bool = True,
) -> Cause:
    return Cause(type=kind, late=late, before=before, after=after, rose=rose)


def test_every_record_that_facts_rest_on_is_of_a_kind_and_every_kind_has_a_meaning() -> None:
    kinds = {kind_of(cause(each)) for each in (*EPISODE_TYPES, *CHILD_TYPES)}

    assert kinds <= set(MEANING) == set(ChangeKind)


def test_a_record_that_changes_no_figure_has_no_kind() -> None:
    with pytest.raises(KeyError):
        kind_of(cause("notification-sent"))


@pytest.mark.parametrize(
    ("recorded", "kind"),
    [
        (cause("episode-reported"), ChangeKind.REPORTED),
        (cause("episode-reported", late=True), ChangeKind.LATE),
        (cause("episode-grouped", late=True), ChangeKind.LATE),
        (cause("child-located", late=True), ChangeKind.ENDED),
        (cause("episode-corrected", late=True), ChangeKind.CORRECTED),
        (cause("episode-voided"), ChangeKind.VOIDED),
        (cause("person-linked"), ChangeKind.LINKED),
        (cause("person-split"), ChangeKind.SPLIT),
        (cause("episode-matched", after=Bucket.MATCHED), ChangeKind.MATCHED),
        (
            cause("episode-matched", before=Bucket.MATCHED, after=Bucket.POLICE_ONLY),
            ChangeKind.UNMATCHED,
        ),
        (
            cause("episode-matched", before=Bucket.MATCHED, after=Bucket.IN_REVIEW),
            ChangeKind.IN_REVIEW,
        ),
        (cause("episode-matched", before=Bucket.HELD, after=Bucket.MATCHED), ChangeKind.HELD),
        (cause("episode-matched", rose=False), ChangeKind.MATCHED),
        (cause("episode-matched", rose=True), ChangeKind.UNMATCHED),
    ],
)
def test_the_kind_of_a_change_is_what_was_recorded(recorded: Cause, kind: ChangeKind) -> None:
    assert kind_of(recorded) is kind


@pytest.mark.parametrize(
    ("last", "closes"),
    [
        (date(2026, 3, 31), date(2026, 4, 14)),
        (date(9999, 12, 31), date(9999, 12, 31)),
        (None, None),
    ],
)
def test_a_period_closes_fourteen_days_after_its_end(
    last: date | None, closes: date | None
) -> None:
    counts = CountsQuery(measure="missing_incidents", last_day=last)

    assert HistoryQuery(counts=counts).closes_on == closes


def test_every_part_of_a_question_for_a_history_is_read() -> None:
    query = parse_history_query(
        "missing_children",
        first="2026-03-01",
        last="2026-03-31",
        since="2026-04-14",
        as_of="1200",
        by="position",
        where={"sex": "F", "authority": "330"},
        definition_version="2026.3",
    )

    assert query == HistoryQuery(
        counts=CountsQuery(
            measure="missing_children",
            first_day=date(2026, 3, 1),
            last_day=date(2026, 3, 31),
            as_of=1200,
            where=(("authority", "330"), ("sex", "F")),
            definition_version="2026.3",
        ),
        since=date(2026, 4, 14),
        by=HistoryStep.POSITION,
    )


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"since": "yesterday"}, "`since` is neither"),
        ({"by": "month"}, "Choices: day, position"),
        ({"where": {"authorty": "330"}}, "Did you mean authority?"),
        ({"where": {"authority": "Leeds"}}, "a three-digit number such as 330"),
        ({"where": {"month": "2026-13"}}, "such as 2026-03"),
        ({"where": {"sex": "female"}}, "`sex` is one of: F, M, U"),
        ({"where": {"age_band": "18+"}}, "`age_band` is one of: 0, 1-4"),
        ({"where": {"force": "Kent"}}, "btp, none"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_the_choices(
    question: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        parse_history_query("missing_incidents", **question)

    assert said in str(caught.value)


def test_every_form_of_a_history_holds_the_same_steps() -> None:
    answer = MemoryHistory().answer(ASKED)

    document = history_document(answer)
    by_csv = list(csv.DictReader(StringIO(history_csv(answer))))
    tables = (
        parquet.read_table(BytesIO(history_parquet(answer))),
        ipc.open_file(BytesIO(history_arrow(answer))).read_all(),
    )

    assert [row.change for row in document.rows] == [3, -2]
    assert document.start + sum(row.change for row in document.rows) == document.end
    assert json.loads(history_json(answer))["rows"][0]["kind"] == "late"
    assert [(row["kind"], row["change"], row["start"]) for row in by_csv] == [
        ("late", "3", "10"),
        ("voided", "-2", "10"),
    ]
    for table in tables:
        assert table["value"].to_pylist() == [13, 11]
        assert table["recorded_on"].to_pylist() == [date(2026, 4, 20)] * 2
