"""What every part of the hub rests on: settings, keys, the register, the database by role."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, datetime
from functools import cached_property
from uuid import uuid4

from contracts.code_lists import read_code_lists
from contracts.register import read_register
from contracts.signed_notes import NoteSigner
from contracts.submissions import Contract
from domain.geography import Register
from domain.periods import london_date
from hub.archive.store import Archive
from hub.database import Database, Role
from hub.identity.keys import Keys, key_check, load_keys, load_log_signer
from hub.settings import Settings

Clock = Callable[[], datetime]

# Where the keys lie in the data directory.
KEYS = "keys"


class Foundations:
    """What the parts of a hub share; each is built when it is first asked for, and then kept."""

    def __init__(
        self,
        settings: Settings,
        database_url: str,
        clock: Clock,
        *,
        keep_up: Callable[[], None] | None = None,
    ) -> None:
        """Take a database whose schema is up to date.

        keep_up: starts a server of the hub's own again if it died; None: it is somebody else's.
        """
        self.keep_up = keep_up
        self.settings = settings
        self.database_url = database_url
        self.clock = clock
        self.process = uuid4()
        self._stack = ExitStack()

    def close(self) -> None:
        """Close connections and brokers."""
        self._stack.close()

    @cached_property
    def register(self) -> Register:
        """Areas and publishers."""
        return read_register()

    @cached_property
    def contract(self) -> Contract:
        """What submissions are checked against."""
        return Contract(register=self.register, code_lists=read_code_lists())

    @cached_property
    def keys(self) -> Keys:
        """The vault's keys; the embedded profile makes them at the first start."""
        create = self.settings.profile == "embedded"
        return load_keys(self.settings.data_dir / KEYS, create=create, on=self.today())

    @cached_property
    def log_signer(self) -> NoteSigner:
        """The key that signs checkpoints; only who signs or verifies asks for it."""
        create = self.settings.profile == "embedded"
        return load_log_signer(self.settings.data_dir / KEYS, create=create)

    @cached_property
    def archive(self) -> Archive:
        """The ledger's archive, as far as it has come."""
        return Archive(self.settings.archive_dir)

    @cached_property
    def ledger_database(self) -> Database:
        """The database as the ledger's writer sees it."""
        return self._database(Role.INTAKE)

    @cached_property
    def vault_database(self) -> Database:
        """The database as the vault's own role sees it."""
        return self._database(Role.VAULT, key_check=key_check(self.keys))

    @cached_property
    def review_database(self) -> Database:
        """The database as a reviewer sees it."""
        return self._database(Role.REVIEW)

    @cached_property
    def project_database(self) -> Database:
        """The database as the projecting role sees it."""
        return self._database(Role.PROJECT)

    @cached_property
    def reader(self) -> Database:
        """The database as the reading role sees it."""
        return self._database(Role.READ, connections=8)

    def today(self) -> date:
        """Return the London day."""
        return london_date(self.clock())

    def _database(self, role: Role, *, connections: int = 4, key_check: str = "") -> Database:
        database = Database(
            self.database_url,
            role,
            connections=connections,
            name=f"hub-{self.process}",
            key_check=key_check,
        )
        self._stack.callback(database.close)
        return database
