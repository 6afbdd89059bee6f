"""Every message type still accepts what any of its earlier schemas accepted."""

import json
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from contracts.earlier_schemas import Earlier, read_earlier
from contracts.schemas import BODY_OF_TYPE, event_schema
from domain.errors import UsageError
from hub.commands.recording import record_schemas

HISTORY = Path(__file__).parents[2] / "contracts" / "history"
REPORTED = "missing.episode.reported.v1"


def plain(event_type: str) -> dict[str, Any]:
    """Return a schema as it is written to a file."""
    schema: dict[str, Any] = json.loads(json.dumps(event_schema(event_type)))
    return schema


def rewritten(history: Path, event_type: str, **changes: Any) -> Path:
    """Change fields of `data` in the first recorded schema of a type; return its file."""
    path = history / event_type / "1.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema["properties"]["data"]["properties"].update(changes)
    path.write_text(json.dumps(schema), encoding="utf-8")
    return path


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Return a copy of the history."""
    return Path(copytree(HISTORY, tmp_path / "history"))


@pytest.mark.parametrize("event_type", BODY_OF_TYPE)
def test_a_type_accepts_what_every_earlier_schema_of_it_accepted(event_type: str) -> None:
    assert [*read_earlier(event_type).broken_by(event_schema(event_type))] == []


@pytest.mark.parametrize("event_type", BODY_OF_TYPE)
def test_the_present_schema_is_recorded(event_type: str) -> None:
    assert read_earlier(event_type).has(plain(event_type)), "run: hub schemas --record"


def test_the_history_holds_no_type_that_was_dropped_and_no_gap() -> None:
    for folder in HISTORY.iterdir():
        numbers = sorted(int(path.stem) for path in folder.iterdir())
        assert folder.name in BODY_OF_TYPE
        assert numbers == list(range(1, len(numbers) + 1))


def test_what_is_recorded_is_not_recorded_again(history: Path) -> None:
    record_schemas(history)

    assert record_schemas(history) == []


def test_a_schema_that_accepts_more_is_recorded_beside_the_earlier_one(history: Path) -> None:
    record_schemas(history)
    before = rewritten(history, REPORTED, placement_type={"type": "null", "default": None})
    for later in before.parent.glob("[!1]*.json"):
        later.unlink()

    (written,) = record_schemas(history)

    assert written == history / REPORTED / "2.json"
    assert [*read_earlier(REPORTED, history).schemas] == [
        json.loads(before.read_text(encoding="utf-8")),
        plain(REPORTED),
    ]


def test_a_schema_that_breaks_an_earlier_one_is_not_recorded(history: Path) -> None:
    rewritten(history, REPORTED, street={"type": "string"})
    before = sorted(history.rglob("*.json"))

    with pytest.raises(UsageError, match=r"/properties/data/properties/street, against 1\.json"):
        record_schemas(history)

    assert sorted(history.rglob("*.json")) == before


def test_a_type_without_history_breaks_nothing_and_is_not_recorded(tmp_path: Path) -> None:
    none = read_earlier(REPORTED, tmp_path)

    assert none == Earlier(event_type=REPORTED, schemas=())
    assert not none.has(plain(REPORTED))
    assert [*none.broken_by(plain(REPORTED))] == []
