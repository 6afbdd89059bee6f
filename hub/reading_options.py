"""What an adapter may need besides the files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from contracts.identity import Identity
from contracts.returned_rows import KnownRow
from domain.identifiers import PublisherId


@dataclass(frozen=True, kw_only=True)
class ReadingOptions:
    """What an adapter may need besides the files.

    year: in which the collection year ends; None: not said. mapping: how to read the files; None:
    none came. ends_on: the last day of the time that a list is about; None: not said. told_on: the
    day on which the files are sent. seal: turns identity into what only the vault can read.
    event_key: gives the same opaque text for the same bytes, without telling them. known: gives
    what the publisher's files in a format said before.
    """

    publisher: PublisherId
    year: int | None
    mapping: bytes | None
    told_on: date
    seal: Callable[[Identity], str]
    event_key: Callable[[bytes], str]
    known: Callable[[str], Sequence[KnownRow]] = lambda _adapter: ()
    ends_on: date | None = None
