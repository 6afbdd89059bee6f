"""The mapping of a police force: which column of its export is what, and what its words mean.

A mapping is a TOML file that the force keeps beside its export. It is read strictly: a key that is
not known here, a word that no list has and a format that loses information are refused, each with
its key and with what to write in its place. `contracts/mappings` holds two worked ones.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, ValidationError, convert

from contracts.delimited import column_key
from domain.errors import FileFormatError
from domain.safeguarding import Channel, Recipient
from domain.vocabulary import Decider

MAX_MAPPING_BYTES: Final = 262_144

Column = Annotated[str, Meta(min_length=1, max_length=200)]


class _Part(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all tables of a mapping share: a key that is not known is refused."""


class DateAndTime(_Part, frozen=True):
    """A moment whose day and whose time of day stand in two columns."""

    date: Column
    time: Column


class Coded(_Part, frozen=True):
    """A column with the force's own words, and what each means; case and spaces do not count."""

    column: Column
    values: Mapping[str, str]

    @property
    def meanings(self) -> Mapping[str, str]:
        """What the words mean, by the form in which they are compared."""
        return {column_key(word): meaning for word, meaning in self.values.items()}


WhenColumns = Column | DateAndTime
AreaColumn = Column | Coded


class FileForm(_Part, frozen=True):
    """How the export is written.

    formats: of days, and of moments in one column, as Python's `strptime` has them; one without
    hours gives a day. time_formats: of times that stand in a column of their own. complete:
    whether the export holds every incident that began between the first and the last in it, so
    that one that is gone was withdrawn.
    """

    formats: Annotated[tuple[str, ...], Meta(min_length=1, max_length=20)]
    complete: bool
    time_formats: Annotated[tuple[str, ...], Meta(max_length=10)] = ("%H:%M", "%H:%M:%S")
    encoding: Literal["utf-8", "utf-16", "windows-1252", "iso-8859-1"] | None = None
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] | None = None
    time_zone: str = "Europe/London"

    @property
    def zone(self) -> ZoneInfo:
        """The zone of times that have no offset."""
        return ZoneInfo(self.time_zone)


class RowsKept(_Part, frozen=True):
    """Rows of an export that holds others, too: those with one of these words in a column."""

    column: Column
    words: Annotated[tuple[str, ...], Meta(min_length=1)]


class PersonColumns(_Part, frozen=True):
    """Who the child is. reference: the force's own number of the person."""

    reference: Column
    surname: Column | None = None
    forenames: Column | tuple[Column, ...] = ()
    birth_date: Column | None = None
    age: Column | None = None
    nhs_number: Column | None = None
    home_postcode: Column | None = None
    sex: Coded | None = None
    ethnicity: Coded | None = None


class IncidentColumns(_Part, frozen=True):
    """What happened. reference: of the incident; several columns if one incident has children."""

    reference: Column | tuple[Column, ...]
    left: WhenColumns | None = None
    last_seen: WhenColumns | None = None
    reported: WhenColumns | None = None
    located: WhenColumns | None = None
    returned: WhenColumns | None = None
    classification: Coded | None = None
    risk: Coded | None = None
    reported_by: Coded | None = None
    found_by: Coded | None = None
    looked_after: Coded | None = None
    placement_type: Coded | None = None
    responsible_authority: AreaColumn | None = None
    home_authority: AreaColumn | None = None
    host_authority: AreaColumn | None = None


class RiskStep(_Part, frozen=True):
    """One level of the history of risk, and when it was set."""

    risk: Coded
    at: WhenColumns


class CheckColumns(_Part, frozen=True):
    """The safe-and-well check. status: done, pending, or why not; decider: a role, or a column."""

    status: Coded
    decider: Decider | Coded
    at: WhenColumns | None = None
    harm_disclosed: Coded | None = None


class NotificationColumns(_Part, frozen=True):
    """Who was told of the incident, and when."""

    recipient: Recipient
    sent: WhenColumns
    channel: Channel | None = None


class PoliceMapping(_Part, frozen=True):
    """The whole mapping. risk_history: in the order of the columns, oldest first."""

    format: Literal[1]
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    file: FileForm
    person: PersonColumns
    incident: IncidentColumns
    rows: RowsKept | None = None
    risk_history: Annotated[tuple[RiskStep, ...], Meta(max_length=20)] = ()
    check: CheckColumns | None = None
    notifications: Annotated[tuple[NotificationColumns, ...], Meta(max_length=14)] = ()


def parse_mapping(name: str, content: bytes) -> PoliceMapping:
    """Return the mapping that a TOML file holds, by shape alone. Raises FileFormatError."""
    if len(content) > MAX_MAPPING_BYTES:
        raise FileFormatError(
            name, problem="the mapping is larger than 256 KiB.", remedy="Give a mapping file."
        )
    try:
        document = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise FileFormatError(
            name, problem="the mapping is not text in UTF-8.", remedy="Save it as UTF-8."
        ) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise FileFormatError(
            name, problem=f"the mapping is not TOML: {error}.", remedy="Put that place right."
        ) from None
    try:
        return convert(document, PoliceMapping)
    except ValidationError as error:
        raise _explained(name, str(error)) from None


def column_of(columns: WhenColumns | AreaColumn | None) -> str:
    """Return the column that is to be put right if a field is wrong; empty: none is mapped."""
    if isinstance(columns, DateAndTime):
        return columns.date
    return columns.column if isinstance(columns, Coded) else columns or ""


def columns_of(mapping: PoliceMapping) -> Iterator[tuple[str, str]]:
    """Yield every key of the mapping that names a column, and the column."""
    yield from _columns_in("", mapping)


def _columns_in(key: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Coded | RowsKept):
        yield f"{key}.column", value.column
    elif isinstance(value, FileForm):
        return
    elif isinstance(value, Struct):
        for name in value.__struct_fields__:
            if (key, name) not in {("", "name"), ("", "format")}:
                yield from _columns_in(f"{key}.{name}".removeprefix("."), getattr(value, name))
    elif isinstance(value, tuple):
        for number, each in enumerate(value, start=1):
            yield from _columns_in(f"{key}[{number}]", each)
    elif isinstance(value, str) and not isinstance(value, Recipient | Channel | Decider):
        yield key, value


def _explained(name: str, text: str) -> FileFormatError:
    """Turn what is wrong with a mapping's shape into its key and what to write there."""
    what, _, where = text.partition(" - at `$")
    place = re.sub(r"^\.", "", where.rstrip("`")) or "the mapping"
    unknown = re.fullmatch(r"Object contains unknown field `(.*)`", what)
    missing = re.fullmatch(r"Object missing required field `(.*)`", what)
    if unknown:
        key = unknown[1] if not where else f"{place}.{unknown[1]}"
        return FileFormatError(
            name,
            problem=f"{key}: there is no such key.",
            remedy="See contracts/ADAPTERS.md for the keys of a mapping.",
        )
    if missing:
        key = missing[1] if not where else f"{place}.{missing[1]}"
        return FileFormatError(name, problem=f"{key} is missing.", remedy="Add it to the mapping.")
    return FileFormatError(
        name, problem=f"{place}: {what}.", remedy="Write it as contracts/ADAPTERS.md shows."
    )
