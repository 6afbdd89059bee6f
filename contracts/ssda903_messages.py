"""Writes the facts of an SSDA903 return as CloudEvents, with what returns before said of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from contracts.episode_messages import SubjectAmendedBody, SubjectRegisteredBody
from contracts.identity import Identity
from contracts.returned_care import period_messages
from contracts.returned_messages import MessageWriter, Written, episode_messages, moment
from contracts.returned_rows import (
    IDENTITY,
    KnownRow,
    changes_of,
)
from contracts.ssda903_facts import CARE, CHILD, PLACEMENT, Fact, Registration

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
            for at_end, written in period_messages(known, self.messages):
                yield fact.last if at_end else fact.first, written
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
