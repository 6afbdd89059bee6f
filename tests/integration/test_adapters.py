"""Files of the formats beside SSDA903 go in whole, once, and their corrections after them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from contracts.imports import ImportReport
from domain.identifiers import PublisherId
from hub.adapters import adapter_named, read_files
from hub.answering import answer
from hub.identity.sealing import seal
from hub.importing import import_return
from hub.reading_options import ReadingOptions
from hub.wiring import Hub
from tests.hub_steps import follow, rows
from tests.unit.adapter_files import SAMPLES, extract, list_row, mapping_text, workbook

BIRMINGHAM = PublisherId("la-330")
WEST_MIDLANDS = PublisherId("pf-E23000014")
TOLD_ON = date(2026, 3, 14)

NIGHT = "1,P1,2025-03-01 21:30:00.000,Missing,2025-03-02 08:00:00.000,,"
DAY = "2,P1,2025-04-01 10:00:00,Absent,2025-04-02 10:00:00,,"
LATER = "3,P1,2025-05-01 10:00:00,M,2025-05-02 10:00:00,,"

SSD = extract(NIGHT, DAY, LATER, "4,P1,2025-05-05,fishing,,,")
POLICE = {"export.csv": (SAMPLES / "compact_like.csv").read_bytes()}
LIST = {"annex.xlsx": workbook(list_row(), list_row(child="C2"), list_row(child="C3", missing=-1))}


def send(hub: Hub, name: str, files: Mapping[str, bytes], **more: Any) -> ImportReport:
    sender = WEST_MIDLANDS if name == "police-csv" else BIRMINGHAM
    options = ReadingOptions(
        publisher=sender,
        year=None,
        mapping=mapping_text("compact_like") if name == "police-csv" else None,
        ends_on=date(2025, 12, 31),
        told_on=more.get("told_on", TOLD_ON),
        seal=lambda identity: seal(identity, hub.keys.sealing),
        event_key=hub.keys.event_key,
        known=lambda adapter: hub.returned_rows.load(sender, adapter),
    )
    reading = read_files(adapter_named(name), files, options)
    return import_return(hub.gateway("file"), reading, publisher=sender, store=hub.returned_rows)


def events(hub: Hub) -> int:
    ((count,),) = rows(hub, "SELECT count(*) FROM ledger.stored_events")
    assert isinstance(count, int)
    return count


@pytest.mark.parametrize(
    ("name", "files", "accepted", "rejected"),
    [("ssd", SSD, 6, 1), ("police-csv", POLICE, 5, 3), ("annex-a", LIST, 2, 1)],
)
def test_a_file_goes_in_once_with_every_row_accounted_for(
    hub: Hub, name: str, files: Mapping[str, bytes], accepted: int, rejected: int
) -> None:
    first = send(hub, name, files)
    second = send(hub, name, files, told_on=date(2026, 3, 20))

    assert (first.accepted, first.duplicate, first.rejected) == (accepted, 0, rejected)
    assert (second.accepted, second.duplicate, second.rejected) == (0, accepted, rejected)
    assert second.events.duplicate == second.events.rows == first.events.accepted
    assert not first.questions
    assert not second.questions
    assert follow(hub) == events(hub)


def test_a_corrected_extract_is_corrected_in_the_counts_and_not_doubled(hub: Hub) -> None:
    send(hub, "ssd", extract(NIGHT, DAY))

    second = send(hub, "ssd", extract(NIGHT.replace("21:30", "22:45"), DAY))

    follow(hub)
    assert second.events.accepted == 1
    found = rows(
        hub,
        "SELECT start_at FROM projection.episode_facts_v1"
        " WHERE source = 'authority' AND category = 'missing' AND held_until IS NULL",
    )
    assert [each[0].strftime("%H:%M") for each in found] == ["22:45"]


def test_a_lost_row_is_asked_about_and_voided_only_on_the_answer(hub: Hub) -> None:
    send(hub, "ssd", extract(NIGHT, LATER))

    second = send(hub, "ssd", extract(NIGHT))
    (question,) = second.questions
    before = events(hub)
    answered = answer(
        hub.returned_rows,
        hub.gateway("file"),
        hub.keys,
        publisher=BIRMINGHAM,
        question=question.id,
        void=True,
    )

    assert second.events.accepted == 0
    assert (question.file, question.row) == ("ssd_missing.csv", 2)
    assert answered.outcomes == {"accepted": 1}
    assert events(hub) > before
    assert not send(hub, "ssd", extract(NIGHT)).questions


def test_a_lost_incident_is_asked_about_and_kept_on_the_answer(hub: Hub) -> None:
    content = POLICE["export.csv"]
    send(hub, "police-csv", {"export.csv": content})
    records = content.split(b"\nMP/")
    without = b"\nMP/".join(each for each in records if not each.startswith(b"24/000102"))

    second = send(hub, "police-csv", {"export.csv": without})
    (question,) = second.questions
    answer(
        hub.returned_rows,
        hub.gateway("file"),
        hub.keys,
        publisher=WEST_MIDLANDS,
        question=question.id,
        void=False,
    )

    assert not send(hub, "police-csv", {"export.csv": without}).questions
