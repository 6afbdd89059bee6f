"""Changes the vault's keys one by one; a kill at any instant leaves a hub that starts.

What is made anew in the database is one transaction, which also says which keys hold from then on.
Before it the new key lies beside the old one as `NAME.next`, after it takes the old one's place; a
hub that starts in between does that itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from secrets import token_bytes
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.errors import UsageError
from hub.database import explained
from hub.identity.key_files import (
    as_text,
    create_files,
    next_of,
    put_file,
    read_bytes,
    read_text,
    take_place,
)
from hub.identity.keys import (
    EARLIER_SEALING,
    KEY_BYTES,
    SEALING,
    Keys,
    key_check,
    load_keys,
    new_pair,
)
from hub.identity.reading_log import record_whole_read
from hub.identity.rekeying import Rekeying, refer_anew, reseal_refused, rewrap

# Longer than a topic keeps messages, in which identity is sealed to the pair before.
SEALING_OVERLAP = timedelta(days=8)
# What the sets of keys were that this hub had, so that a backup from then is known for its own.
EARLIER = "earlier-checks"
REWRITTEN = ("wrap", "reference", "link", "refused")
ROTATED = (*REWRITTEN, "sealing")
# Those for which something of the children themselves is opened, and not only their keys; what is
# opened for `link` is put on record by its reader.
OPENED = ("reference", "refused")
READER, PURPOSE = "operator", "rotate"

# In the order in which intake writes there: whoever is in the middle of it ends first.
_LOCK: LiteralString = """
LOCK TABLE vault.subjects, vault.own_references, vault.identities, vault.link_keys,
    vault.refused_messages, vault.returned_rows, vault.models IN SHARE ROW EXCLUSIVE MODE
"""
_VALID: LiteralString = "SELECT key_check FROM vault.key_set"
_HOLD: LiteralString = """
INSERT INTO vault.key_set (key_check) VALUES (%(check)s)
ON CONFLICT (one) DO UPDATE SET key_check = excluded.key_check, since = clock_timestamp()
"""
_STATE: LiteralString = "SELECT set_config('hub.keys', %(check)s, true)"
_OTHERS: LiteralString = """
SELECT count(DISTINCT application_name) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid()
   AND application_name LIKE 'hub-%%' AND application_name <> 'hub-' || %(process)s
"""


@dataclass(frozen=True, kw_only=True)
class Rotated:
    """A key that was changed; rows: how many were made anew with it."""

    key: str
    rows: int


class Rotation:
    """Changes keys while no other process of the hub runs."""

    def __init__(self, url: str, folder: Path, *, process: UUID, relink: Rekeying) -> None:
        """Take the database and the folder of keys; process: under whose name this one connects.

        relink: makes what finds equal identities anew.
        """
        self._url = url
        self._folder = folder
        self._process = process
        self._ways: Mapping[str, Rekeying] = {
            "wrap": rewrap,
            "reference": refer_anew,
            "link": relink,
            "refused": reseal_refused,
        }

    def rotate(self, name: str, *, on: date) -> Rotated:
        """Change one key, and destroy the old one; on: the day.

        Raises UsageError while other processes of the hub are connected.
        """
        with (
            explained(self._url),
            Connection.connect(self._url, autocommit=True, connect_timeout=5) as connection,
        ):
            self._refuse_company(connection)
            finish_rotation(self._url, self._folder, on)
            if name == "sealing":
                self._seal_anew(on)
                return Rotated(key=name, rows=0)
            return Rotated(key=name, rows=self._make_anew(connection, name))

    def _refuse_company(self, connection: Connection[TupleRow]) -> None:
        row = connection.execute(_OTHERS, {"process": str(self._process)}).fetchone()
        if row is not None and row[0]:
            raise UsageError(
                f"{row[0]} other processes of the hub are connected to the database: stop them"
                " all, then rotate. The database itself must run."
            )

    def _make_anew(self, connection: Connection[TupleRow], name: str) -> int:
        path = self._folder / name
        old = load_keys(self._folder, create=False)
        create_files(self._folder, {next_of(path).name: as_text(token_bytes(KEY_BYTES))})
        new = _with_next(old, self._folder, name)
        _remember(self._folder, key_check(old))
        with connection.transaction():
            connection.execute(_LOCK)
            refuse_others(connection, old)
            connection.execute(_HOLD, {"check": key_check(new)})
            connection.execute(_STATE, {"check": key_check(new)})
            rows = self._ways[name](connection, old, new)
            if name in OPENED:
                record_whole_read(connection, reader=READER, purpose=PURPOSE, number=rows)
        take_place(next_of(path), path)
        return rows

    def _seal_anew(self, on: date) -> None:
        path = self._folder / SEALING
        create_files(self._folder, {next_of(path).name: new_pair()})
        until = (on + SEALING_OVERLAP).isoformat()
        create_files(self._folder, {f"{EARLIER_SEALING}{until}": read_text(path)})
        take_place(next_of(path), path)


def refuse_others(connection: Connection[TupleRow], keys: Keys) -> None:
    """Raise UsageError if the vault's rows are made with other keys than these."""
    row = connection.execute(_VALID).fetchone()
    if row is not None and row[0] != key_check(keys):
        raise UsageError("The vault is made with other keys: put this hub's key files back first.")


def finish_rotation(url: str, folder: Path, on: date) -> None:
    """Let a key take its place whose rows are made, and drop pairs whose time is over.

    What was broken off before the database had changed stays for the next attempt.
    """
    for path in sorted(folder.glob(f"{EARLIER_SEALING}*")):
        if path.name.removeprefix(EARLIER_SEALING) < on.isoformat():
            path.unlink(missing_ok=True)
    waiting = [name for name in REWRITTEN if next_of(folder / name).exists()]
    if not waiting:
        return
    with explained(url), Connection.connect(url, connect_timeout=5) as connection:
        row = connection.execute(_VALID).fetchone()
    keys = load_keys(folder, create=False)
    for name in waiting:
        if row is not None and row[0] == key_check(_with_next(keys, folder, name)):
            take_place(next_of(folder / name), folder / name)


def were_ours(folder: Path, check: str) -> bool:
    """Tell whether these are the hub's keys, or were before a rotation."""
    if check == key_check(load_keys(folder, create=False)):
        return True
    path = folder / EARLIER
    return path.exists() and check in read_text(path).split()


def _with_next(keys: Keys, folder: Path, name: str) -> Keys:
    """Return the keys with the next one in the place of one of them."""
    fresh = read_bytes(next_of(folder / name), KEY_BYTES)
    match name:
        case "wrap":
            return replace(keys, wrap=fresh)
        case "reference":
            return replace(keys, reference=fresh)
        case "link":
            return replace(keys, link=fresh)
        case _:
            return replace(keys, refused=fresh)


def _remember(folder: Path, check: str) -> None:
    path = folder / EARLIER
    known = read_text(path).split() if path.exists() else []
    if check not in known:
        put_file(path, "\n".join([*known, check]) + "\n")
