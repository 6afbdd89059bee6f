"""Takes a destroyed key out of the database's files, where a deleted row would lie on for years."""

from time import sleep
from typing import LiteralString

from psycopg import Connection, errors

from domain.errors import DatabaseUnavailableError
from hub.database import explained

ATTEMPTS = 30
PAUSE_SECONDS = 2.0

# Writes the table anew, without what was deleted: an ordinary vacuum waits until a fifth of the
# rows are dead, and leaves their bytes in the page. Two million children take some seconds.
_WRITE_ANEW: LiteralString = "VACUUM (FULL) vault.subjects"
# Whoever comes after us waits as long as we do.
_PATIENCE: LiteralString = "SET lock_timeout = '1s'"


def scrub_keys(url: str, *, attempts: int = ATTEMPTS) -> None:
    """Leave no destroyed key in the file of the table that holds the children's keys.

    Works as the database's owner. Raises DatabaseUnavailableError if somebody does not let go of
    the table; the erasure itself stays.
    """
    with (
        explained(url),
        Connection.connect(url, autocommit=True, connect_timeout=5) as connection,
    ):
        connection.execute(_PATIENCE)
        for _ in range(attempts):
            try:
                connection.execute(_WRITE_ANEW)
            except errors.LockNotAvailable:
                sleep(PAUSE_SECONDS)
            else:
                return
    raise DatabaseUnavailableError(
        "The identity is erased and that is recorded, but its destroyed key still lies in the"
        " database's file, because another process holds the table. Ask again later."
    )
