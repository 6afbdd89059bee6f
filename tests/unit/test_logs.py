"""The logs: one JSON line an event, and nothing in it that could carry a message body."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
import structlog

from domain.errors import UsageError
from hub.logs import configure_logs


@pytest.fixture(autouse=True)
def restored_logs() -> Iterator[None]:
    """Leave the logs of the other tests as they were."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    # basicConfig would close what pytest still needs.
    root.handlers.clear()
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("hub").setLevel(logging.NOTSET)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """Return what was logged since the last look."""
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def test_an_event_is_one_json_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info", human=False)

    structlog.get_logger().info("batch\nsettled", events=3, complete=True, seconds=0.5, last=None)

    (line,) = lines(capsys)
    assert datetime.fromisoformat(str(line.pop("at"))).tzinfo == UTC
    assert line == {
        "event": "batch\nsettled",
        "level": "info",
        "events": 3,
        "complete": True,
        "seconds": 0.5,
        "last": None,
    }


def test_what_is_below_the_level_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("warning", human=False)

    structlog.get_logger().info("unheard")
    structlog.get_logger().warning("heard")

    assert [line["event"] for line in lines(capsys)] == ["heard"]


@pytest.mark.parametrize(
    "value",
    [
        {"name": "canary"},
        ["canary"],
        b"canary",
        ("canary",),
        UsageError("canary"),
        frozenset(["canary"]),
    ],
)
def test_a_value_that_could_hold_a_body_is_withheld_by_name(
    value: object, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs("info", human=False)

    structlog.get_logger().info("received", body=value)

    (line,) = lines(capsys)
    assert line["body"] == f"<withheld: {type(value).__name__}>"


def test_an_identifier_is_written_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info", human=False)

    structlog.get_logger().info("settled", submission=UUID(int=7))

    assert lines(capsys)[0]["submission"] == "00000000-0000-0000-0000-000000000007"


def test_long_text_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info", human=False)

    structlog.get_logger().info("e" * 500, note="n" * 500)

    (line,) = lines(capsys)
    assert line["event"] == "e" * 200
    assert line["note"] == "n" * 200


def test_an_error_is_named_without_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info", human=False)

    try:
        try:
            int("canary")
        except ValueError as error:
            raise UsageError("canary") from error
    except UsageError:
        structlog.get_logger().exception("refused")

    (line,) = lines(capsys)
    assert line["error"] == "UsageError"
    assert line["error_code"] == "usage"
    assert line["cause"] == "ValueError"
    assert str(line["raised_at"]).startswith("test_logs.py:")
    assert "canary" not in json.dumps(line)


def test_an_error_that_was_never_raised_has_no_place(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info", human=False)

    structlog.get_logger().error("refused", exc_info=UsageError("canary"))

    (line,) = lines(capsys)
    assert (line["error"], line["raised_at"]) == ("UsageError", None)


def test_a_library_is_heard_from_warnings_up_in_the_same_form(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logs("debug", human=False)

    logging.getLogger("library").info("unheard")
    logging.getLogger("library").warning("heard %d", 2, extra={"body": {"name": "canary"}})

    (line,) = lines(capsys)
    assert (line["event"], line["logger"], line["level"]) == ("heard 2", "library", "warning")
    assert "canary" not in json.dumps(line)


def test_a_terminal_gets_lines_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("info", human=True)

    structlog.get_logger().info("started", port=8000, body={"name": "canary"})

    said = capsys.readouterr().err
    assert "started" in said
    assert "port=8000" in said
    assert "canary" not in said
