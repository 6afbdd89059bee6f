"""Files through the HTTP door's own intake: checked first, then sent, each row accounted for."""

from datetime import date
from importlib.resources import files
from typing import Final

import pytest

from contracts.import_lines import report_csv
from contracts.imports import ImportReport
from domain.errors import FileFormatError, NotFoundError, UsageError
from domain.identifiers import PublisherId
from hub.api.services import FileRequest
from hub.wiring import Hub
from tests.hub_steps import rows

REMEMBERED: Final = "SELECT r::text FROM vault.returned_rows r ORDER BY row_id"
BIRMINGHAM: Final = PublisherId("la-330")
ENDS = ("rows", "accepted", "duplicate", "conflict", "rejected", "in_flight")


def sample() -> dict[str, bytes]:
    folder = files("hub.synthetic").joinpath("ssda903_sample")
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.name.endswith("csv")}


def take(
    hub: Hub,
    content: dict[str, bytes],
    *,
    adapter: str = "ssda903",
    year: int | None = 2026,
    dry_run: bool = False,
) -> ImportReport:
    request = FileRequest(
        adapter=adapter,
        sent_by=BIRMINGHAM,
        year=year,
        ends_on=None,
        mapping=None,
        dry_run=dry_run,
    )
    return hub.services().files.take(content, request)


def ends(report: ImportReport) -> list[int]:
    return [getattr(report, end) for end in ENDS]


def test_a_check_tells_what_the_sending_then_does_and_stores_nothing(hub: Hub) -> None:
    checked = take(hub, sample(), dry_run=True)
    stored = hub.status.read()
    sent = take(hub, sample())
    again = take(hub, sample(), dry_run=True)

    assert (stored.ledger_position, stored.submissions.received) == (0, 0)
    assert rows(hub, "SELECT count(*) FROM vault.subjects")[0][0] > 0
    assert ends(checked) == ends(sent) == [206, 205, 0, 0, 1, 0]
    assert (checked.findings, checked.rejections) == (sent.findings, sent.rejections)
    assert checked.outcomes == sent.outcomes
    assert (checked.dry_run, sent.dry_run) == (True, False)
    assert ends(again) == [206, 0, 205, 0, 1, 0]


def test_a_check_asks_about_a_row_that_is_gone_and_remembers_nothing(hub: Hub) -> None:
    take(hub, sample())
    before = rows(hub, REMEMBERED)
    missing = sample()["missing.csv"].splitlines(keepends=True)
    shorter = {**sample(), "missing.csv": b"".join(missing[:-1])}

    checked = take(hub, shorter, dry_run=True)
    unchanged = rows(hub, REMEMBERED) == before
    sent = take(hub, shorter)

    assert before
    assert unchanged
    assert [each.file for each in checked.questions] == ["missing.csv"]
    assert checked.questions == sent.questions
    assert rows(hub, REMEMBERED) != before


def test_the_csv_has_every_row_of_every_file(hub: Hub) -> None:
    report = take(hub, sample(), dry_run=True)

    lines = report_csv(report).splitlines()[1:]
    places = {tuple(line.split(",")[:2]) for line in lines}

    assert places == {
        (name, str(row))
        for name, totals in report.files.items()
        for row in range(1, totals.rows + 1)
    }


@pytest.mark.parametrize(
    ("content", "options", "error"),
    [
        ({}, {}, UsageError),
        ({"missing.csv": b"CHILD\n"}, {"year": None}, UsageError),
        ({"missing.csv": b"CHILD\n"}, {"adapter": "other"}, NotFoundError),
        ({"missing.csv": b"\x00\xff\xfe"}, {}, FileFormatError),
        ({"missing.csv": b""}, {}, FileFormatError),
    ],
)
def test_what_cannot_be_read_at_all_is_an_error_that_says_what_to_do(
    hub: Hub, content: dict[str, bytes], options: dict[str, int | str], error: type[Exception]
) -> None:
    with pytest.raises(error, match=r"\."):
        take(hub, content, **options)  # type: ignore[arg-type]


def test_the_door_judges_delegations_on_the_london_day(hub: Hub) -> None:
    assert hub.services().today() == date(2026, 3, 14)
