"""Whether the hub can do its work."""

from collections.abc import Mapping
from typing import LiteralString

from domain.errors import HubError
from hub.database import MIGRATIONS, Database

_MIGRATIONS: LiteralString = "SELECT count(*) FROM public.hub_migrations"
_OFFSETS: LiteralString = "SELECT count(*) FROM intake.offsets"


class HealthService:
    """Looks at what requests depend on."""

    def __init__(self, database: Database) -> None:
        """Read under the reading role."""
        self._database = database

    def ready(self) -> Mapping[str, str | None]:
        """Return, for each check, what is wrong; None: nothing. Never raises."""
        try:
            with self._database.snapshot() as connection:
                applied = connection.execute(_MIGRATIONS).fetchone()
                connection.execute(_OFFSETS)
        except HubError as error:
            return {"database": error.code, "migrations": "unknown", "offsets": "unknown"}
        behind = applied is None or int(str(applied[0])) < len(MIGRATIONS)
        return {
            "database": None,
            "migrations": "the schema is behind this version" if behind else None,
            "offsets": None,
        }
