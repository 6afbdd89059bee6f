"""Where an answer stands: which build, and which ledger position."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Composed

from domain.errors import UsageError
from domain.periods import day_bounds

_BUILD: LiteralString = """
SELECT b.build, b.position, b.definition_version, b.relations, e.recorded_at
  FROM projection.active_build a
  JOIN projection.builds b USING (build)
  LEFT JOIN ledger.stored_events e ON e.notification_id = b.position
"""
_RECORDED_AT: LiteralString = """
SELECT recorded_at FROM ledger.stored_events WHERE notification_id = %(position)s
"""
_POSITION_AT: LiteralString = """
SELECT coalesce(max(notification_id), 0)
  FROM ledger.stored_events
 WHERE notification_id <= %(position)s AND recorded_at < %(until)s
"""
_KNOWN_DAYS: LiteralString = """
SELECT (SELECT (recorded_at AT TIME ZONE 'Europe/London')::date
          FROM ledger.stored_events WHERE notification_id = 1),
       (clock_timestamp() AT TIME ZONE 'Europe/London')::date
"""
_CURRENT: LiteralString = "held_until IS NULL"
_AS_OF: LiteralString = (
    "held_from <= %(position)s AND (held_until IS NULL OR held_until > %(position)s)"
)
_CURRENT_AS: LiteralString = "{alias}.held_until IS NULL"
_AS_OF_AS: LiteralString = (
    "{alias}.held_from <= %(position)s"
    " AND ({alias}.held_until IS NULL OR {alias}.held_until > %(position)s)"
)


@dataclass(frozen=True, kw_only=True)
class Standpoint:
    """Where an answer stands: build, position, and whether that is the build's own position.

    time: when the position was recorded; None: before the first record. relations: the declared
    relations that the build holds.
    """

    build: int
    position: int
    current: bool
    version: str
    time: datetime | None
    relations: frozenset[str]

    @property
    def held(self) -> SQL:
        """The condition under which a row held there; it may need the value `position`."""
        return SQL(_CURRENT) if self.current else SQL(_AS_OF)

    def held_as(self, alias: LiteralString) -> Composed:
        """Return the condition under which a row of a table held there, by the table's alias."""
        return SQL(_CURRENT_AS if self.current else _AS_OF_AS).format(alias=SQL(alias))


def stand(
    connection: Connection[TupleRow],
    as_of: int | date | None,
    *,
    under: str | None = None,
    option: str = "as_of",
) -> Standpoint:
    """Return where an answer as of a position, or of a date's end, stands; None: now.

    under: the definitions that it must be made under; None: any. option: what the caller calls the
    moment. Raises UsageError if the ledger does not cover it, nothing has been counted yet, or the
    views follow other definitions.
    """
    row = connection.execute(_BUILD).fetchone()
    if row is None:
        raise UsageError("Nothing has been counted yet: start the hub, or run hub rebuild.")
    build, newest, version = int(str(row[0])), int(str(row[1])), str(row[2])
    if under not in (None, version):
        raise UsageError(
            f"`definition_version` is {version} here, and no other: this hub answers for any moment"
            " under the definitions that it runs. For figures made under others, read the release"
            " or the answer that was kept then."
        )
    position = newest
    if isinstance(as_of, int):
        if not 0 <= as_of <= newest:
            raise UsageError(f"`{option}` must be a position from 0 to {newest}, or a date.")
        position = as_of
    elif as_of is not None:
        _refuse_unknowable(connection, as_of, option)
        found = connection.execute(
            _POSITION_AT, {"position": newest, "until": day_bounds(as_of)[1]}
        ).fetchone()
        position = 0 if found is None else int(str(found[0]))
    recorded = (row[4],)
    if position != newest:
        recorded = connection.execute(_RECORDED_AT, {"position": position}).fetchone() or (None,)
    return Standpoint(
        build=build,
        position=position,
        current=position == newest,
        version=version,
        time=recorded[0],
        relations=frozenset(row[3]),
    )


def _refuse_unknowable(connection: Connection[TupleRow], day: date, option: str) -> None:
    """Raise UsageError for a day before the first record, or one that has not come."""
    row = connection.execute(_KNOWN_DAYS).fetchone()
    first, today = row or (None, day)
    if day > today:
        raise UsageError(f"`{option}` must be a position, or a date up to {today.isoformat()}.")
    if first is not None and day < first:
        raise UsageError(
            f"`{option}` must be a position, or a date from {first.isoformat()}, the day of the"
            f" first record, to {today.isoformat()}."
        )
