"""Adds the present schemas of the message types to the history that they must stay true to."""

from pathlib import Path

from msgspec.json import encode
from msgspec.json import format as pretty

from contracts.earlier_schemas import read_earlier
from contracts.schemas import BODY_OF_TYPE, event_schema
from domain.errors import UsageError


def record_schemas(history: Path) -> list[Path]:
    """Write each schema that differs from the last recorded one; return the new files.

    Raises UsageError, and writes nothing, if a schema refuses what an earlier one accepted.
    """
    present = {event_type: event_schema(event_type) for event_type in sorted(BODY_OF_TYPE)}
    earlier = {event_type: read_earlier(event_type, history) for event_type in present}
    broken = [text for name, each in earlier.items() for text in each.broken_by(present[name])]
    if broken:
        remedy = "Take the changes back, or make the next major version of the type beside it."
        raise UsageError("\n  ".join(["the contract would be broken:", *broken, remedy]))
    written = []
    for event_type, schema in present.items():
        if not earlier[event_type].has(schema):
            path = history / event_type / f"{len(earlier[event_type].schemas) + 1}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(pretty(encode(schema), indent=2) + b"\n")
            written.append(path)
    return written
