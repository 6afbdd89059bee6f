"""An invented child whose every value is unmistakable, and the search for them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final, LiteralString

from psycopg.sql import SQL, Identifier

from contracts.identity import Identity
from hub.wiring import Hub
from tests.examples import message, registration
from tests.hub_steps import change, rows
from tests.invented import nhs_number, upn

CANARY: Final = Identity(
    birth_date="2011-07-23",
    forenames="Zephyranthe",
    surname="Quillfeather",
    nhs_number=nhs_number(7731),
    upn=upn(90551),
    home_postcode="B91 3QX",
)
CHILD: Final = "CANARY-CHILD-7731"
OWN: Final = ("CANARY-EPISODE-5512", "CANARY-PLACE-4402", "CANARY-CARE-3391")
REFERENCES: Final = (CHILD, *OWN)
IDENTITY: Final = (
    "zephyranthe",
    "quillfeather",
    "2011-07-23",
    "23/07/2011",
    "23-07-2011",
    "23.07.2011",
    "20110723",
    "23 july 2011",
    "b91 3qx",
    "b913qx",
    str(CANARY.nhs_number),
    str(CANARY.upn).lower(),
)
ALL: Final = (*IDENTITY, *(each.lower() for each in REFERENCES))
_TABLES: LiteralString = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
 ORDER BY 1, 2
"""
_FILES: LiteralString = """
SELECT current_setting('data_directory'), oid::text FROM pg_database
 WHERE datname = current_database()
"""


def sent_by(hub: Hub, publisher: str) -> list[bytes]:
    """Return what a publisher sends about the child: four good messages, then bad ones.

    A registration that comes again changed, broken JSON, fields that no contract knows, and
    identity in the wrong places.
    """
    episode, placement, care = OWN
    key = hub.keys.sealing
    about = {"publisher": publisher, "subject": episode, "child": CHILD}
    clear = {name: getattr(CANARY, name) for name in CANARY.__struct_fields__}
    child = {"child": CHILD, "publisher": publisher}
    spellings = " ".join(IDENTITY)
    register = "missing.subject.registered.v1"
    good = [
        registration(CANARY, key, event_id="registered", **child),
        message(event_id="reported", left="2026-03-14T08:00:00Z", **about),
        message(
            "missing.placement.started.v1", placement=placement, publisher=publisher, subject=CHILD
        ),
        message("missing.care.started.v1", care=care, publisher=publisher, subject=CHILD),
    ]
    bad = [
        message(event_id="reported", left="2026-03-13", **about),
        registration(CANARY, hub.keys.sealing, event_id="registered", sex="F", **child),
        message(register, identity={**clear, "nickname": "Zephyranthe"}, publisher=publisher),
        message(register, identity=clear, publisher=publisher, subject=CHILD)[:-1],
        message(left=spellings, **about),
        message(**about, **{spellings: spellings}),
        message("missing.episode.located.v1", located="2011-07-23T25:00:00Z", **about),
        message(publisher=publisher, subject=episode, child="another-child"),
        message(publisher=publisher, subject=f"{CANARY.forenames} {CANARY.surname}"),
        message(host_authority="Quillfeather", **about),
        message(**{**about, "publisher": "Quillfeather"}),
        message(event_id="Zephyranthe " * 20, **about),
        message(**about).replace(b"episode.reported", b"episode.Quillfeather"),
        spellings.encode(),
    ]
    return good + bad


def found_in(contents: Iterable[bytes], wanted: Iterable[str] = ALL) -> set[str]:
    """Return which values occur, as text in any case or as the hexadecimal form of their bytes."""
    found: set[str] = set()
    forms = {value: (value.encode(), *_in_hexadecimal(value)) for value in wanted}
    for content in contents:
        text = content.lower()
        found |= {value for value, many in forms.items() if any(each in text for each in many)}
    return found


def in_tables(hub: Hub, wanted: Iterable[str] = ALL) -> dict[str, set[str]]:
    """Return the values that are in clear in some row of a table, by table."""
    values = tuple(wanted)
    leaks: dict[str, set[str]] = {}
    for schema, table in rows(hub, _TABLES):
        query = SQL("SELECT t::text FROM {} AS t").format(Identifier(schema, table))
        found = found_in((text.encode() for (text,) in rows(hub, query)), values)
        if found:
            leaks[f"{schema}.{table}"] = found
    return leaks


def in_files(hub: Hub, wanted: Iterable[str] = ALL) -> set[str]:
    """Return the values that are in clear in a file of the server: tables, log, write-ahead log."""
    change(hub, "CHECKPOINT")
    ((directory, oid),) = rows(hub, _FILES)
    root = Path(directory)
    folders = (root / "base" / oid, root / "pg_wal", root, root.parent)
    files = [each for folder in folders for each in folder.iterdir() if each.is_file()]
    return found_in((each.read_bytes() for each in files), wanted)


def _in_hexadecimal(value: str) -> set[bytes]:
    """Return how a bytea that holds a value is shown, in the cases that people write it in."""
    written = (value, value.upper(), value.title(), value.capitalize())
    return {each.encode().hex().encode() for each in written}
