"""Logs: one JSON line an event on standard error, with identifiers, codes and counts only.

What a library logs through the standard library takes the same way.
"""

import logging
import sys
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from uuid import UUID

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from domain.errors import HubError

LONGEST_TEXT = 200


def configure_logs(level: str, human: bool) -> None:
    """Send every log line of this process to standard error, from a level up.

    human: lines for a terminal instead of JSON. Libraries are heard from `warning` up.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(human))
    logging.basicConfig(handlers=[handler], level=max(least, logging.WARNING), force=True)
    logging.getLogger("hub").setLevel(least)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *facts_of_the_line(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=our_logger,
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def our_logger(*_names: object) -> logging.Logger:
    """Return the one logger of the hub, whoever asks."""
    return logging.getLogger("hub")


def facts_of_the_line() -> list[Processor]:
    """Return the steps that every line takes, ours or a library's."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        stamp_the_time,
        name_the_error,
        keep_safe_values,
    ]


def formatter(human: bool) -> structlog.stdlib.ProcessorFormatter:
    """Return what turns a line's facts into text."""
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if human
        else structlog.processors.JSONRenderer()
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *facts_of_the_line()],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )


def stamp_the_time(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Add when the line was written, UTC."""
    return {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **event}


def name_the_error(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its class, its code and where it was raised.

    Its message is left out: a library's message often quotes the value that it stumbled on.
    """
    raised = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = raised[1] if isinstance(raised, tuple) else raised
    if error is True:
        error = sys.exc_info()[1]
    if not isinstance(error, BaseException):
        return event
    facts: EventDict = {"error": type(error).__qualname__, "raised_at": place(error.__traceback__)}
    if isinstance(error, HubError):
        facts["error_code"] = error.code
    if error.__cause__ is not None:
        facts["cause"] = type(error.__cause__).__qualname__
    return {**event, **facts}


def place(traceback: TracebackType | None) -> str | None:
    """Return the file and line of the innermost frame; None if the error was never raised."""
    frames = extract_tb(traceback)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else None


def keep_safe_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Keep text (its first 200 characters), numbers, truth values, UUIDs and None.

    Anything else could carry a message body: only its kind is logged, under the same name.
    """
    return {name: value if name.startswith("_") else safe(value) for name, value in event.items()}


def safe(value: object) -> str | int | float | bool | None:
    """Return a value as it may stand in a log."""
    match value:
        case str():
            return str(value)[:LONGEST_TEXT]
        case None | bool() | int() | float():
            return value
        case UUID():
            return str(value)
        case _:
            return f"<withheld: {type(value).__name__}>"
