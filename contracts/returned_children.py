"""Writes who a child is: told once, and again only when something of it has changed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from msgspec.json import Encoder

from contracts.episode_messages import SubjectAmendedBody, SubjectRegisteredBody
from contracts.identity import Identity
from contracts.returned_messages import APART, MessageWriter, Written, moment
from contracts.returned_rows import IDENTITY, KnownRow, Place, ReturnedRow, changes_of
from domain.vocabulary import Sex

CHILD: Final = "child"

_SINCE: Final = "since"
# A child has one registration, whenever an extract first had it.
_ONCE: Final = "1900-01-01"
_ENCODER: Final = Encoder(order="deterministic")


@dataclass(frozen=True, kw_only=True)
class PersonSaid:
    """What a file says of a child; what it does not say is None."""

    identity: Identity = field(repr=False)
    sex: Sex | None = None
    ethnicity: str | None = None
    unaccompanied: bool | None = None

    @property
    def content(self) -> bytes:
        """The same in canonical bytes."""
        return _ENCODER.encode((self.identity, self.sex, self.ethnicity, self.unaccompanied))


@dataclass(frozen=True, kw_only=True)
class ChildWriter:
    """Writes registrations in the name of one publisher.

    seal: may give another text for the same identity each time; ids do not depend on it.
    told_on: the day of the file, with which a change is dated.
    """

    messages: MessageWriter
    seal: Callable[[Identity], str]
    told_on: date

    def row(
        self, child: str, said: PersonSaid, place: Place, known: KnownRow | None
    ) -> ReturnedRow:
        """Return a registration as a row to remember: a digest of it, and since when it holds.

        known: what is remembered of the child.
        """
        digest = self.messages.event_key(said.content)
        since = self.told_on.isoformat()
        if known is not None:
            last = known.statements[-1].attributes
            since = str(last[_SINCE]) if last[IDENTITY] == digest else since
        return ReturnedRow(
            child=child,
            kind=CHILD,
            stem=f"{child}/registration",
            start=_ONCE,
            end=None,
            attributes={IDENTITY: digest, _SINCE: since},
            place=place,
        )

    def message(self, said: PersonSaid, known: KnownRow) -> Written:
        """Write who a child is: registered, or amended if something else was said before."""
        changes = changes_of(known)
        number = changes[-1].number if changes else 0
        kind = SubjectAmendedBody if number else SubjectRegisteredBody
        body = kind(
            identity=self.seal(said.identity),
            sex=said.sex,
            ethnicity=said.ethnicity,
            unaccompanied=said.unaccompanied,
        )
        since = str(known.statements[-1].attributes[_SINCE])
        return self.messages.write(
            body,
            subject=known.child,
            time=moment(since) + number * APART,
            revision=number,
            content=said.content,
        )
