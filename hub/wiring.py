"""Builds every part of the hub once, from its settings, and takes it all down again."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from secrets import randbelow

from contracts.feed import Release
from domain.periods import london_date
from hub.api.services import Services
from hub.archivist import Archivist
from hub.backup.copying import BaseBackups
from hub.backup.folder import BackupFolder
from hub.backup.guarding import refuse_empty, refuse_rolled_back, refuse_unfinished
from hub.backup.server import Server
from hub.database import migrate
from hub.durability import check_durability
from hub.embedded import EmbeddedPostgres
from hub.figure_parts import FigureParts
from hub.file_intake import FileIntake
from hub.foundations import KEYS, Clock
from hub.health import HealthService
from hub.identity.erasure_journal import ErasureJournal
from hub.identity.keys import Keys
from hub.identity.rights import SubjectRights
from hub.identity.rotating import finish_rotation
from hub.linkage.comparing import Comparing
from hub.linkage.model import Model
from hub.linkage.models import Models
from hub.linkage.reading import RecordReader
from hub.linker import Linker
from hub.modelling import Modelling
from hub.packs.making import Packs
from hub.public_log import LogService
from hub.release.index import stored_releases
from hub.release.tree import RELEASES
from hub.relinking import Relinker
from hub.returned_rows import RowStore
from hub.review.cases import Cases
from hub.review.explaining import Explainer
from hub.review.reviewers import Reviewers
from hub.reviewing import Reviewing
from hub.settings import Settings
from hub.tokens import HubTokens


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Hub(FigureParts):
    """The parts of the hub; each is built when it is first asked for, and then kept."""

    @cached_property
    def archivist(self) -> Archivist:
        """The role that archives the ledger and signs it."""
        return Archivist(
            self.ledger_database,
            self.archive,
            lambda: self.log_signer,
            self.clock,
            checkpoint_hour=self.settings.checkpoint_hour,
            draw=randbelow,
        )

    @cached_property
    def public_log(self) -> LogService:
        """Tells what was signed, and proves it."""
        return LogService(self.reader, self.settings.checkpoint_hour)

    @cached_property
    def linker(self) -> Linker:
        """The linking role."""
        return Linker(self.vault_database, self.keys, self.archive, self.clock, self.comparing)

    @cached_property
    def relinker(self) -> Relinker:
        """Links everything again."""
        comparing = Comparing(self.keys, self.record_reader, self.models.active)
        self._stack.callback(comparing.close)
        linker = Linker(self.vault_database, self.keys, self.archive, self.clock, comparing)
        return Relinker(
            self.vault_database,
            linker,
            comparing,
            self.archive,
            self.clock,
            self.record_reader,
            self.models.active,
            hour=self.settings.relink_hour,
        )

    @cached_property
    def record_reader(self) -> RecordReader:
        """Reads registrations out of the vault."""
        return self.record_reader_with(self.keys)

    def record_reader_with(self, keys: Keys) -> RecordReader:
        """Return what reads registrations with other keys than the hub was opened with."""
        authorities = (*self.register.authorities, *self.register.abolished)
        return RecordReader(keys, {each.number: each.force_code for each in authorities})

    @cached_property
    def models(self) -> Models:
        """The linkage models in the vault."""
        return Models(self.keys)

    @cached_property
    def modelling(self) -> Modelling:
        """Trains and activates linkage models."""
        return Modelling(self.vault_database, self.models, self.record_reader, self.clock)

    @cached_property
    def comparing(self) -> Comparing:
        """Finds and scores the pairs of registrations that may be one child."""
        comparing = Comparing(self.keys, self.record_reader, self.models.active)
        self._stack.callback(comparing.close)
        return comparing

    @cached_property
    def reviewers(self) -> Reviewers:
        """Knows who reviews."""
        return Reviewers(self.settings.data_dir / KEYS, self.clock)

    @cached_property
    def reviewing(self) -> Reviewing:
        """Asks reviewers and takes their decisions."""
        explainer = Explainer(self._active_model)
        self._stack.callback(explainer.close)
        cases = Cases(
            self.review_database,
            self.keys,
            self.archive,
            self.record_reader.forces_of,
            explainer.explain,
        )
        return Reviewing(self.review_database, self.keys, cases, self.clock)

    def _active_model(self) -> Model:
        with self.vault_database.snapshot() as connection:
            return self.models.active(connection)[0]

    @cached_property
    def rights(self) -> SubjectRights:
        """Erases and discloses."""
        return SubjectRights(
            self.vault_database, self.keys, self.archive, self.clock, self.erasure_journal
        )

    @cached_property
    def erasure_journal(self) -> ErasureJournal:
        """The erasures that a restored database must do again."""
        return ErasureJournal(self.settings.archive_dir)

    def replay_erasures(self) -> int:
        """Do again the erasures that the database does not know; return how many."""
        return self.rights.replay() if self.erasure_journal.entries() else 0

    def backups_in(self, folder: Path) -> BaseBackups:
        """Return what makes base backups in a directory."""
        server = Server(self.database_url)
        return BaseBackups(
            server, self.ledger_database, BackupFolder(folder), self.keys, self.clock
        )

    @cached_property
    def returned_rows(self) -> RowStore:
        """The memory of what publishers' returns said."""
        return RowStore(self.vault_database, self.keys, self.clock)

    @property
    def feed_dir(self) -> Path:
        """The public tree."""
        return self.settings.data_dir / "feed"

    @cached_property
    def packs(self) -> Packs:
        """Makes packs for boards."""
        return Packs(self.views, self._released, self.register)

    def _released(self) -> Sequence[Release]:
        if not (self.feed_dir / RELEASES).is_dir():
            return ()
        return tuple(each.release for each in stored_releases(self.feed_dir))

    def services(self) -> Services:
        """Return what the HTTP door needs."""
        gateway = self.gateway("https")
        return Services(
            gateway=gateway,
            files=FileIntake(gateway, self.keys, self.returned_rows, self.today),
            register=self.register,
            today=self.today,
            submissions=self.submissions,
            log=self.public_log,
            counts=self.counts,
            history=self.history,
            views=self.views,
            packs=self.packs,
            reconciliation=self.reconciliation,
            official=self.official,
            quality=self.quality,
            status=self.status,
            health=HealthService(self.reader),
            tokens=HubTokens(self.keys.operator_token, self.reviewers),
            sessions=self.reviewers,
            review=self.reviewing,
            feed_dir=self.feed_dir,
            record=self.meters.record_request,
        )


@contextmanager
def open_hub(settings: Settings, *, clock: Clock = utc_now, guarded: bool = True) -> Iterator[Hub]:
    """Give a hub whose database runs and whose schema is up to date; take it down at the end.

    Raises LedgerBehindError if the ledger was rolled back behind its archive or what was signed,
    UsageError if the national profile's server does not wait for its disk; does journalled
    erasures again. guarded: False: for what finds out about that, or mends it.
    """
    with ExitStack() as stack:
        if guarded:
            refuse_unfinished(settings.data_dir)
        url = settings.database_url
        embedded = None
        if url is None:
            embedded = EmbeddedPostgres(settings.data_dir, settings.postgres_user)
            url = stack.enter_context(embedded)
        migrate(url)
        finish_rotation(url, settings.data_dir / KEYS, london_date(clock()))
        hub = Hub(settings, url, clock, keep_up=None if embedded is None else embedded.keep_up)
        stack.callback(hub.close)
        if guarded:
            check_durability(url, strict=settings.profile == "national")
            refuse_rolled_back(hub.ledger_database, hub.archive)
            if settings.backup_dir is not None:
                refuse_empty(hub.ledger_database, BackupFolder(settings.backup_dir))
            hub.replay_erasures()
        yield hub
