"""A hub whose parts can be watched, crashed or built wrong, by what they are given."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

from psycopg import Connection, Copy, Cursor
from psycopg.rows import TupleRow

from contracts.register import read_register
from domain.geography import Register
from hub.database import Database, Role
from hub.wiring import Hub
from tests.faults.publishers import PUBLISHERS

# Told of every statement: the role, "before" or "after", and the statement's text.
Watch = Callable[[Role, str, str], None]
BEFORE: Final = "before"
AFTER: Final = "after"
COMMIT: Final = "COMMIT"
# What would take a minute in service.
TERM: Final = timedelta(seconds=1)
GONE_SECONDS: Final = 2.0


def nobody(_role: Role, _when: str, _statement: str) -> None:
    """Watch nothing."""


@dataclass(frozen=True, kw_only=True)
class Rewrite:
    """A planted bug in the statements of a role: what matches `pattern` becomes `instead`."""

    role: Role
    pattern: str
    instead: str


class WatchedCursor(Cursor[TupleRow]):
    """A cursor that tells of its statements, and may send others."""

    role: Role
    watch: Watch
    rewrites: tuple[Rewrite, ...]

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        """Send a statement."""
        query = self._told(BEFORE, self._rewritten(query))
        result = super().execute(query, params, **options)
        self._told(AFTER, query)
        return result

    def executemany(self, query: Any, params_seq: Any, **options: Any) -> None:
        """Send a statement many times."""
        query = self._told(BEFORE, self._rewritten(query))
        super().executemany(query, params_seq, **options)
        self._told(AFTER, query)

    @contextmanager
    def copy(self, statement: Any, params: Any = None, **options: Any) -> Iterator[Copy]:
        """Copy rows."""
        statement = self._told(BEFORE, self._rewritten(statement))
        with super().copy(statement, params, **options) as copy:
            yield copy
        self._told(AFTER, statement)

    def _rewritten(self, query: Any) -> Any:
        if isinstance(query, str):
            for each in self.rewrites:
                query = re.sub(each.pattern, each.instead, query)
        return query

    def _told(self, when: str, query: Any) -> Any:
        if isinstance(query, str):
            type(self).watch(self.role, when, query)
        return query


class WatchedDatabase(Database):
    """A database that tells of every statement and commit."""

    watch: Watch = staticmethod(nobody)
    rewrites: tuple[Rewrite, ...] = ()

    @contextmanager
    def transaction(self) -> Iterator[Connection[TupleRow]]:
        """Give a connection inside a transaction that tells what it does."""
        watch = self.watch
        kind = type(
            "ToldCursor",
            (WatchedCursor,),
            {"role": self.role, "watch": staticmethod(watch), "rewrites": self.rewrites},
        )
        with super().transaction() as connection:
            connection.cursor_factory = kind
            yield connection
            watch(self.role, BEFORE, COMMIT)
        watch(self.role, AFTER, COMMIT)


class SmallHub(Hub):
    """A hub for three publishers, whose databases are watched.

    watch: is told of each statement; set it before a part is asked for. rewrites: planted bugs.
    """

    watch: Watch = staticmethod(nobody)
    rewrites: tuple[Rewrite, ...] = ()
    database_kind: type[WatchedDatabase] = WatchedDatabase
    lease_term = TERM
    gone_seconds = GONE_SECONDS

    @cached_property
    def register(self) -> Register:
        """Two authorities and a force."""
        whole = read_register()
        authorities = tuple(each for each in whole.authorities if each.publisher_id in PUBLISHERS)
        forces = tuple(each for each in whole.forces if each.publisher_id in PUBLISHERS)
        return Register(authorities=authorities, abolished=(), regions=whole.regions, forces=forces)

    def _database(self, role: Role, *, connections: int = 4, key_check: str = "") -> Database:
        database = self.database_kind(
            self.database_url,
            role,
            connections=connections,
            name=f"hub-{self.process}",
            key_check=key_check,
        )
        database.watch = self.watch
        database.rewrites = tuple(each for each in self.rewrites if each.role is role)
        self._stack.callback(database.close)
        return database
