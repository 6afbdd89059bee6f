"""Whether PostgreSQL waits for its disk: without that, a loss of power takes what was acknowledged.

The embedded server is set so by us; somebody else's is looked at whenever a process starts.
"""

from collections.abc import Mapping
from typing import Final, LiteralString

from psycopg import Connection
from structlog import get_logger

from domain.errors import UsageError
from hub.database import explained

_SETTINGS: LiteralString = """
SELECT name, setting FROM pg_settings
 WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums') ORDER BY name
"""
# What each setting must not be, and what happens then.
UNSAFE: Final = {
    "fsync": "a loss of power can destroy the whole database",
    "full_page_writes": "a loss of power can leave pages half written",
    "synchronous_commit": "a loss of power takes what was acknowledged last",
}
CHECKSUMS: Final = "data_checksums"


def unsafe_settings(found: Mapping[str, str]) -> tuple[str, ...]:
    """Return the settings of a server by which acknowledged messages can be lost, by name."""
    return tuple(name for name in sorted(UNSAFE) if found.get(name) == "off")


def check_durability(url: str, *, strict: bool) -> None:
    """Log what a server may lose; strict: raise UsageError if it does not wait for its disk."""
    with explained(url), Connection.connect(url, connect_timeout=5) as connection:
        found = {str(name): str(value) for name, value in connection.execute(_SETTINGS)}
    unsafe = unsafe_settings(found)
    if unsafe and strict:
        why = "; ".join(f"{name} is off, so {UNSAFE[name]}" for name in unsafe)
        raise UsageError(
            f"The server of HUB_DATABASE_URL does not keep what it acknowledges: {why}."
            " The national profile needs them on: set them in postgresql.conf and reload."
        )
    if unsafe:
        get_logger().warning("database may lose what it acknowledged", settings=list(unsafe))
    if found.get(CHECKSUMS) == "off":
        get_logger().warning("database would not notice damaged pages", settings=[CHECKSUMS])
