"""Writes the facts of an SSDA903 return as CloudEvents, with what returns before said of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from contracts.bodies import Body
from contracts.care_messages import (
    CareEndedBody,
    CareStartedBody,
    PlacementEndedBody,
    PlacementStartedBody,
)
from contracts.episode_messages import SubjectAmendedBody, SubjectRegisteredBody
from contracts.identity import Identity
from contracts.returned_messages import MessageWriter, Written, episode_messages, moment
from contracts.returned_rows import (
    END,
    IDENTITY,
    REASON,
    KnownRow,
    Statement,
    Value,
    changes_of,
)
from contracts.ssda903_facts import CARE, CHILD, PLACEMENT, Fact, Registration
from domain.identifiers import publisher_area

_APART: Final = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Writes the messages of one authority.

    seal: may give another text for the same identity each time; ids do not depend on it.
    """

    messages: MessageWriter
    seal: Callable[[Identity], str]

    def write(self, fact: Fact, known: KnownRow) -> Iterator[tuple[int, Written]]:
        """Yield all messages that a fact ever gave, each with the row of the return that it is of.

        What was told before is told in the same words again.
        """
        if known.kind == CHILD:
            if fact.registration is not None:
                yield fact.first, self._registration(fact.registration, known)
        elif known.kind in (CARE, PLACEMENT):
            yield from self._period(fact, known)
        else:
            for written in episode_messages(known, self.messages):
                yield fact.first, written

    def _registration(self, said: Registration, known: KnownRow) -> Written:
        """Write who a child is, dated as first given: a return does not say since when."""
        told = [(0, known.statements[0])]
        told += [(change.number, change.after) for change in changes_of(known)]
        number = [number for number, each in told if each.attributes[IDENTITY] == said.digest][-1]
        body = (SubjectAmendedBody if number else SubjectRegisteredBody)(
            identity=self.seal(said.identity),
            sex=said.sex,
            ethnicity=said.ethnicity,
            unaccompanied=True if said.unaccompanied else None,
        )
        since = date.fromisoformat(str(known.statements[0].attributes["since"]))
        return self.messages.write(
            body,
            subject=known.child,
            time=moment(since.isoformat()) + number * _APART,
            revision=number,
            content=said.content,
        )

    def _period(self, fact: Fact, known: KnownRow) -> Iterator[tuple[int, Written]]:
        """Write the start and the end of a period; what changed is told again, and later."""
        first = known.statements[0]
        started = moment(first.start)
        yield fact.first, self._tell(self._started(known, first), known, started)
        ended: datetime | None = None
        if first.end is not None:
            ended = moment(first.end)
            yield fact.last, self._tell(self._ended(known, first), known, ended)
        for change in changes_of(known):
            if set(change.values) - {END, REASON}:
                started = max(moment(change.after.start), started + _APART)
                body = self._started(known, change.after)
                yield fact.first, self._tell(body, known, started, change.number)
            if change.after.end is not None and set(change.values) & {END, REASON}:
                day = moment(change.after.end)
                again = 0 if ended is None else change.number
                ended = day if ended is None else max(day, ended + _APART)
                body = self._ended(known, change.after)
                yield fact.last, self._tell(body, known, ended, again)

    def _tell(self, body: Body, known: KnownRow, time: datetime, revision: int = 0) -> Written:
        return self.messages.write(body, subject=known.child, time=time, revision=revision)

    def _started(self, known: KnownRow, said: Statement) -> Body:
        authority = publisher_area(self.messages.publisher)
        if known.kind == CARE:
            return CareStartedBody(
                care=known.reference,
                started=said.start,
                responsible_authority=authority,
                legal_status=_text(said.attributes, "legal_status"),
            )
        return PlacementStartedBody(
            placement=known.reference,
            started=said.start,
            placement_type=str(said.attributes["placement_type"]),
            provider=_text(said.attributes, "provider"),
            placing_authority=authority,
        )

    def _ended(self, known: KnownRow, said: Statement) -> Body:
        ended, reason = str(said.end), _text(said.attributes, REASON)
        if known.kind == CARE:
            return CareEndedBody(care=known.reference, ended=ended, reason=reason)
        return PlacementEndedBody(placement=known.reference, ended=ended, reason=reason)


def _text(attributes: Mapping[str, Value], name: str) -> str | None:
    value = attributes.get(name)
    return None if value is None else str(value)
