"""Gives the vault back what a restore could not: from submissions that are sent once more.

A ledger that was filled from the archive knows a submission by its receipt and its records, but not
which references of the publisher stand behind their identifiers. The same submission tells that.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID, uuid4

from msgspec.json import decode
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.facts import Identified, to_events
from contracts.stored import encode_event
from contracts.submissions import Submission
from hub.accounts import Accepted
from hub.identity.splitting import Named, Splitter
from hub.message_reading import ReadMessage

_LOST: LiteralString = """
SELECT source_key, position FROM intake.lost_identities
 WHERE source_key = ANY(%(keys)s) AND NOT healed
"""
_STATES: LiteralString = """
SELECT state FROM ledger.stored_events
 WHERE notification_id >= %(position)s AND notification_id < %(position)s + %(events)s
   AND submission_id = %(submission)s
 ORDER BY notification_id
"""
_HEALED: LiteralString = """
UPDATE intake.lost_identities SET healed = true WHERE source_key = %(key)s
"""
_WHOLE_KEY: LiteralString = """
UPDATE intake.submissions SET content_key = %(content_key)s WHERE source_key = %(source_key)s
"""


def heal(
    connection: Connection[TupleRow],
    splitter: Splitter,
    read: Sequence[ReadMessage],
    known: Mapping[bytes, Accepted],
    now: datetime,
) -> None:
    """Put references and identity of submissions that are sent again back into the vault.

    known: what was accepted before. Nothing is looked at but submissions whose keys came from
    their receipts, as a restore leaves them. A reference that stands for another child by now
    stays with that one; an erased child stays erased.
    """
    # One that comes twice in a batch is healed once.
    by_key = {
        each.source_key: each
        for each in read
        if (before := known.get(each.source_key)) is not None
        and before.partial
        and before.says(each.content_key)
    }
    again = list(by_key.values())
    if not again:
        return
    keys = [each.source_key for each in again]
    lost: dict[bytes, int] = dict(connection.execute(_LOST, {"keys": keys}).fetchall())
    splitter.prepare(connection, (named for each in again for named in each.named))
    for each in again:
        position = lost.get(each.source_key)
        if position is None or _heal(connection, splitter, each, position, now):
            connection.execute(_HEALED, {"key": each.source_key})
            values = {"source_key": each.source_key, "content_key": each.content_key}
            connection.execute(_WHOLE_KEY, values)


def _heal(
    connection: Connection[TupleRow],
    splitter: Splitter,
    each: ReadMessage,
    position: int,
    now: datetime,
) -> bool:
    """Put back what one submission names; return whether all of it is as it was."""
    submission = each.submission
    if submission is None:
        return False
    identified = _identified(connection, each, submission, position)
    if identified is None:
        return False
    whole = True
    for named, ids in zip(each.named, identified, strict=True):
        whole &= splitter.adopt(connection, submission.publisher, named, ids)
    subject_id = identified[0].own_id
    if each.identity is not None and whole and splitter.holds_key_of(subject_id):
        splitter.register(subject_id, each.identity, position=position, now=now)
    return whole


def _identified(
    connection: Connection[TupleRow], each: ReadMessage, submission: Submission, position: int
) -> list[Identified] | None:
    """Return the identifiers that the ledger holds for what a submission names, in its order.

    Made with unknowns in their places, its events are held against the records: what stands there
    is what the unknowns stood for. None: the records are not those of this submission.
    """
    children = {named.child_key: uuid4() for named in each.named}
    drawn = [_drawn(named, children[named.child_key]) for named in each.named]
    events = to_events(submission, drawn)
    values = {"position": position, "events": len(events), "submission": each.receipt}
    states = [row[0] for row in connection.execute(_STATES, values)]
    if len(states) != len(events) or None in states:
        return None
    found: dict[str, str] = {}
    for event, state in zip(events, states, strict=True):
        if not _match(decode(encode_event(event)), decode(bytes(state)), found):
            return None
    return _resolved(each.named, drawn, found)


def _match(drawn: dict[str, Any], stored: dict[str, Any], found: dict[str, str]) -> bool:
    """Note what stands in the places of unknowns; tell whether one means one thing throughout."""
    if drawn.keys() != stored.keys():
        return False
    return all(
        found.setdefault(value, stored[name]) == stored[name]
        for name, value in drawn.items()
        if name.endswith("_id") and isinstance(value, str)
    )


def _drawn(named: Named, child: UUID) -> Identified:
    """Return an unknown for one thing; child: for the child that it is said to be of."""
    if named.child_key is None:
        return Identified(None, uuid4())
    return Identified(child, child if named.own_key is None else uuid4())


def _resolved(
    named: Sequence[Named], drawn: Sequence[Identified], found: Mapping[str, str]
) -> list[Identified] | None:
    resolved = []
    for each, ids in zip(named, drawn, strict=True):
        own, subject = found.get(str(ids.own_id)), found.get(str(ids.subject_id))
        if each.child_key is None:
            resolved.append(ids)
        elif own is None or subject is None:
            return None
        else:
            resolved.append(Identified(UUID(subject), UUID(own)))
    return resolved
