"""Every schema that a message type ever had, from the files in `history/`, numbered from 1.

A type must accept for ever what any of its earlier schemas accepted; what would break that is a
new major version of the type. `hub schemas --record` adds the present schema to a history.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from contracts.compatibility import Schema, incompatible_changes, same_contract

HISTORY: Final = files("contracts").joinpath("history")


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """The recorded schemas of one message type, oldest first; the first has the number 1."""

    event_type: str
    schemas: tuple[Schema, ...] = field(repr=False)

    def has(self, present: Schema) -> bool:
        """Say whether the last one is the present schema, but for what it tells people."""
        return bool(self.schemas) and same_contract(self.schemas[-1], present)

    def broken_by(self, present: Schema) -> Iterator[str]:
        """Yield, for each change against any of them that breaks it, which, where and what."""
        for number, schema in enumerate(self.schemas, 1):
            for change in incompatible_changes(schema, present):
                place = change.pointer or "the whole"
                yield f"{self.event_type}, {place}, against {number}.json: {change.problem}"


def read_earlier(event_type: str, history: Traversable = HISTORY) -> Earlier:
    """Return the recorded schemas of a type; none, if it was never recorded."""
    folder = history.joinpath(event_type)
    named = {path.name: path for path in folder.iterdir()} if folder.is_dir() else {}
    texts = (named[f"{at}.json"].read_text(encoding="utf-8") for at in range(1, len(named) + 1))
    return Earlier(event_type=event_type, schemas=tuple(json.loads(text) for text in texts))
