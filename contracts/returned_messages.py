"""Writes what returns said of an episode, and changed of it, as messages that never change.

The messages follow from what is known of a row and from nothing else, so that a return that is
sent again gives the same ids: what was told before ends as a duplicate.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from msgspec import Raw, convert
from msgspec.json import Encoder

from contracts.bodies import Body
from contracts.envelope import Envelope
from contracts.episode_messages import (
    EpisodeCorrectedBody,
    EpisodeLocatedBody,
    EpisodeReportedBody,
    EpisodeReturnedBody,
    EpisodeVoidedBody,
)
from contracts.returned_rows import END, START, Change, KnownRow, changes_of, standing_of
from domain.identifiers import PublisherId, publisher_urn
from domain.periods import day_bounds
from domain.vocabulary import Classification, CorrectionReason, VoidReason

# Corrections of one episode must differ in time, since the later one stands.
APART: Final = timedelta(seconds=1)

_ENCODER: Final = Encoder(order="deterministic")


@dataclass(frozen=True, kw_only=True)
class Written:
    """A message, JSON in UTF-8, and its type."""

    kind: str
    raw: bytes


@dataclass(frozen=True, kw_only=True)
class MessageWriter:
    """Writes messages in the name of one publisher.

    event_key: gives the same id for the same bytes, always, and another for others.
    """

    publisher: PublisherId
    event_key: Callable[[bytes], str]

    def write(
        self,
        body: Body,
        *,
        subject: str,
        time: datetime,
        revision: int = 0,
        content: bytes | None = None,
    ) -> Written:
        """Return a message whose id depends on what it says.

        revision: tells apart what is said again after it was taken back. content: what the id
        depends on in place of the body, if the body is never written twice in the same way.
        """
        source = publisher_urn(self.publisher)
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ")
        said = _ENCODER.encode(body)
        head = "\n".join((source, body.event_type, stamp, subject, ""))
        if revision:
            head += f"revision {revision}\n"
        envelope = Envelope(
            specversion="1.0",
            id=self.event_key(head.encode() + (said if content is None else content)),
            source=source,
            type=body.event_type,
            time=stamp,
            subject=subject,
            datacontenttype="application/json",
            data=Raw(said),
        )
        return Written(kind=body.event_type, raw=_ENCODER.encode(envelope))


def moment(text: str) -> datetime:
    """Return the instant that a date or time in a message stands for, a date at its beginning."""
    if len(text) == len("2018-03-31"):
        return day_bounds(date.fromisoformat(text))[0]
    return datetime.fromisoformat(text).astimezone(UTC)


def episode_messages(row: KnownRow, writer: MessageWriter) -> list[Written]:
    """Return everything that was ever told of an episode: its report, its end, its corrections.

    The end of an episode that had none is told as it happened, everything else as a correction.
    """
    first = row.statements[0]
    reported = convert(
        {"child": row.child, "classification": row.kind, "left": first.start, **first.attributes},
        EpisodeReportedBody,
    )
    written = [writer.write(reported, subject=row.reference, time=moment(first.start))]
    if first.end is not None:
        written.append(_ended(row, first.end, writer))
    told_end = first.end is not None
    last: datetime | None = None
    for change in changes_of(row):
        if set(change.values) == {END} and change.after.end is not None and not told_end:
            written.append(_ended(row, change.after.end, writer))
        elif (corrected := _corrected(row, change)) is not None:
            last = _correction_time(change, last)
            written.append(
                writer.write(corrected, subject=row.reference, time=last, revision=change.number)
            )
        told_end = told_end or END in change.values
    return written


def voiding_message(row: KnownRow, writer: MessageWriter) -> Written:
    """Return the message by which a publisher withdraws an episode that was entered in error."""
    body = EpisodeVoidedBody(child=row.child, reason=VoidReason.ENTERED_IN_ERROR)
    return writer.write(body, subject=row.reference, time=moment(standing_of(row).start))


def _ended(row: KnownRow, end: str, writer: MessageWriter) -> Written:
    body: Body
    if row.kind == Classification.AWAY:
        body = EpisodeReturnedBody(child=row.child, returned=end)
    else:
        body = EpisodeLocatedBody(child=row.child, located=end)
    return writer.write(body, subject=row.reference, time=moment(end))


def _corrected(row: KnownRow, change: Change) -> EpisodeCorrectedBody | None:
    """Return a correction; an end that was not known before is late, all else was wrong.

    None: what changed is nothing that can be corrected.
    """
    names = {START: "left", END: "returned" if row.kind == Classification.AWAY else "located"}
    values = {names.get(name, name): value for name, value in change.values.items()}
    known = EpisodeCorrectedBody.__struct_fields__
    only_late = all(name == END and getattr(change.before, END) is None for name in change.values)
    fields: dict[str, Any] = {
        name: value for name, value in values.items() if value is not None and name in known
    }
    cleared = [name for name, value in values.items() if value is None and name in known]
    if not fields and not cleared:
        return None
    reason = CorrectionReason.LATE_INFORMATION if only_late else CorrectionReason.RECORDING_ERROR
    return convert(
        {"child": row.child, "reason": reason, "cleared": cleared, **fields}, EpisodeCorrectedBody
    )


def _correction_time(change: Change, last: datetime | None) -> datetime:
    """Return a time for a correction, of which a return says only that it is later than others."""
    days = [moment(change.after.start)]
    if change.after.end is not None:
        days.append(moment(change.after.end))
    earliest = max(days) + APART
    return earliest if last is None else max(earliest, last + APART)
