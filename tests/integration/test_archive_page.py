"""What the page about the archive says is so, and its examples run."""

import re
from pathlib import Path
from typing import Final

import duckdb
import pytest

from hub.archive.segments import GROUP_ROWS, RECORDS, SEGMENT_POSITIONS, SUBJECTS
from hub.wiring import Hub
from tests.archive_steps import archive_all, head, sign, tell
from tests.hub_steps import rows

PAGE: Final = (Path(__file__).parents[2] / "contracts" / "ARCHIVE.md").read_text(encoding="utf-8")
_COLUMN: Final = re.compile(r"^\| `([a-z_]+)` \| `([^`]+)` \|", re.MULTILINE)
_BLOCK: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EVENTS = "SELECT topic, count(*), max(notification_id) FROM ledger.stored_events GROUP BY 1"


@pytest.fixture
def archived(hub: Hub) -> Hub:
    tell(hub, children=6)
    archive_all(hub)
    sign(hub)
    return hub


def examples(hub: Hub, language: str) -> list[str]:
    segments = str(hub.archive.segment_dir)
    return [
        text.replace("archive/ledger/segments", segments)
        for told, text in _BLOCK.findall(PAGE)
        if told == language
    ]


def test_it_lists_the_columns_with_their_types() -> None:
    assert _COLUMN.findall(PAGE) == [(each.name, str(each.type)) for each in RECORDS]
    assert SUBJECTS.names == ["subject", "position"]
    assert f"{SEGMENT_POSITIONS:,}" in PAGE
    assert f"{GROUP_ROWS:,}" in PAGE


def test_duckdb_counts_what_the_ledger_holds(archived: Hub) -> None:
    by_type, ages = examples(archived, "sql")

    with duckdb.connect() as engine:
        counted = engine.execute(by_type).fetchall()
        aged = engine.execute(ages).fetchall()

    assert counted == sorted(rows(archived, EVENTS))
    assert len(aged) == sum(events for topic, events, _ in counted if topic == "episode-aged")
    assert all(age.isdecimal() for *_, age in aged)


def test_pyarrow_counts_what_the_ledger_holds(archived: Hub) -> None:
    (example,) = examples(archived, "python")
    names: dict[str, object] = {}

    exec(example, names)

    assert names["events"] == head(archived)
