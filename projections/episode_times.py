"""What an episode's stored times leave open, in SQL; as `domain.durations` says it."""

from typing import LiteralString

# A time known by its date alone is stored as a London midnight: a start as that of its day, an end
# as that after it. A birthday, on which an episode ends too, begins at midnight exactly.
_START_DAY: LiteralString = "(start_at AT TIME ZONE 'Europe/London')::date"
_END_DAY: LiteralString = "(end_at AT TIME ZONE 'Europe/London')::date"

# Expressions over start_at, end_at and end_reason.
LATEST_START: LiteralString = (
    "CASE WHEN start_at = " + _START_DAY + "::timestamp AT TIME ZONE 'Europe/London'"
    " THEN (" + _START_DAY + " + 1)::timestamp AT TIME ZONE 'Europe/London' ELSE start_at END"
)
EARLIEST_END: LiteralString = (
    "CASE WHEN end_reason <> 'reached-eighteen'"
    " AND end_at = " + _END_DAY + "::timestamp AT TIME ZONE 'Europe/London'"
    " THEN (" + _END_DAY + " - 1)::timestamp AT TIME ZONE 'Europe/London' ELSE end_at END"
)
