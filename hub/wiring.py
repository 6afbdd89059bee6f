"""Builds every part of the hub once, from its settings, and takes it all down again."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from contracts.code_lists import read_code_lists
from contracts.register import read_register
from contracts.signed_notes import NoteSigner
from contracts.submissions import Contract
from domain.codes import PLACEMENT_GROUPS
from domain.geography import AREAS_OUTSIDE_ENGLAND, Register
from domain.periods import london_date
from hub.api.services import Services
from hub.broker_producer import IntakeProducer
from hub.database import Database, Role, migrate
from hub.embedded import EmbeddedPostgres
from hub.file_intake import FileIntake
from hub.gateway import KafkaGateway, LocalGateway
from hub.health import HealthService
from hub.identity.keys import Keys, load_keys, load_log_signer
from hub.identity.rights import SubjectRights
from hub.intake import Intake
from hub.kafka_intake import KafkaBacklog, KafkaIntake
from hub.linker import Linker
from hub.metrics import IntakeLagCollector, Meters
from hub.projector import Projector
from hub.quality import QualityService
from hub.queries import CountsService, InFlight, NothingInFlight, StatusService, SubmissionService
from hub.returned_rows import RowStore
from hub.settings import Settings
from hub.tokens import OperatorToken
from projections.counts import CountsView
from projections.engine import EpisodeEngine

Clock = Callable[[], datetime]

OUTSIDE = "outside"
# Where the keys lie in the data directory.
KEYS = "keys"


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Hub:
    """The parts of the hub; each is built when it is first asked for, and then kept."""

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
        return load_keys(self.settings.data_dir / KEYS, create=self.settings.profile == "embedded")

    @cached_property
    def log_signer(self) -> NoteSigner:
        """The key that signs checkpoints; only who signs or verifies asks for it."""
        create = self.settings.profile == "embedded"
        return load_log_signer(self.settings.data_dir / KEYS, create=create)

    @cached_property
    def ledger_database(self) -> Database:
        """The database as the ledger's writer sees it."""
        return self._database(Role.INTAKE)

    @cached_property
    def intake(self) -> Intake:
        """The one function that settles submissions."""
        return Intake(self._database(Role.INTAKE), self.keys, self.contract, self.clock)

    def gateway(self, transport: str) -> LocalGateway | KafkaGateway:
        """Where messages from HTTPS or files are handed over."""
        brokers = self.settings.kafka_brokers
        if self.settings.profile == "embedded" or brokers is None:
            return LocalGateway(
                self.intake, self.keys, transport=transport, observe=self._observe_commit
            )
        producer = self._stack.enter_context(IntakeProducer(brokers))
        return KafkaGateway(self.intake, producer, self.submissions, self.keys, transport=transport)

    @cached_property
    def kafka_intake(self) -> KafkaIntake | None:
        """The intake role; None without a broker."""
        brokers = self.settings.kafka_brokers
        if brokers is None:
            return None
        return KafkaIntake(
            self._database(Role.INTAKE),
            self.intake,
            self.register,
            brokers,
            observe_commit=self._observe_commit,
        )

    @cached_property
    def linker(self) -> Linker:
        """The linking role."""
        return Linker(self._database(Role.VAULT), self.keys, self.clock)

    @cached_property
    def engine(self) -> EpisodeEngine:
        """The definition of the facts, ready to run."""
        regions = {
            each.number: each.region_code
            for each in (*self.register.authorities, *self.register.abolished)
        }
        outside = dict.fromkeys(AREAS_OUTSIDE_ENGLAND, OUTSIDE)
        groups = {code: group.value for code, group in PLACEMENT_GROUPS.items()}
        engine = EpisodeEngine({**regions, **outside}, groups)
        self._stack.callback(engine.close)
        return engine

    @cached_property
    def project_database(self) -> Database:
        """The database as the projecting role sees it."""
        return self._database(Role.PROJECT)

    @cached_property
    def projector(self) -> Projector:
        """The projecting role."""
        return Projector(self.project_database, self.engine)

    @cached_property
    def counts(self) -> CountsService:
        """Answers questions for counts."""
        return CountsService(self.reader, CountsView(len(self.register.publishers())))

    @cached_property
    def quality(self) -> QualityService:
        """Knows how good publishers' data are."""
        return QualityService(self.reader)

    @cached_property
    def status(self) -> StatusService:
        """Knows the state of the hub."""
        return StatusService(self.reader, self._in_flight())

    @cached_property
    def submissions(self) -> SubmissionService:
        """Remembers how submissions ended."""
        return SubmissionService(self.reader)

    @cached_property
    def rights(self) -> SubjectRights:
        """Erases and discloses."""
        return SubjectRights(self._database(Role.VAULT), self.keys, self.clock)

    @cached_property
    def returned_rows(self) -> RowStore:
        """The memory of what publishers' returns said."""
        return RowStore(self._database(Role.VAULT), self.keys, self.clock)

    @cached_property
    def meters(self) -> Meters:
        """The series that this process measures itself."""
        meters = Meters()
        if self.kafka_intake is not None:
            meters.registry.register(IntakeLagCollector(self.kafka_lag))
        return meters

    def kafka_lag(self) -> dict[str, int]:
        """Return the messages that this process's intake has not read yet, by publisher."""
        return {} if self.kafka_intake is None else dict(self.kafka_intake.lag)

    @property
    def feed_dir(self) -> Path:
        """The public tree."""
        return self.settings.data_dir / "feed"

    def today(self) -> date:
        """Return the London day."""
        return london_date(self.clock())

    def services(self) -> Services:
        """Return what the HTTP door needs."""
        gateway = self.gateway("https")
        return Services(
            gateway=gateway,
            files=FileIntake(gateway, self.keys, self.returned_rows, self.today),
            register=self.register,
            today=self.today,
            submissions=self.submissions,
            counts=self.counts,
            quality=self.quality,
            status=self.status,
            health=HealthService(self.reader),
            tokens=OperatorToken(self.keys.operator_token),
            feed_dir=self.feed_dir,
            record=self.meters.record_request,
        )

    @cached_property
    def reader(self) -> Database:
        """The database as the reading role sees it."""
        return self._database(Role.READ, connections=8)

    def _in_flight(self) -> InFlight:
        brokers = self.settings.kafka_brokers
        if brokers is None:
            return NothingInFlight()
        return KafkaBacklog(self.reader, self.register, brokers)

    def _observe_commit(self, seconds: float) -> None:
        self.meters.commit_seconds.observe(seconds)

    def _database(self, role: Role, *, connections: int = 4) -> Database:
        database = Database(self.database_url, role, connections=connections)
        self._stack.callback(database.close)
        return database


@contextmanager
def open_hub(settings: Settings, *, clock: Clock = utc_now) -> Iterator[Hub]:
    """Give a hub whose database runs and whose schema is up to date; take it down at the end."""
    with ExitStack() as stack:
        url = settings.database_url
        embedded = None
        if url is None:
            embedded = EmbeddedPostgres(settings.data_dir, settings.postgres_user)
            url = stack.enter_context(embedded)
        migrate(url)
        hub = Hub(settings, url, clock, keep_up=None if embedded is None else embedded.keep_up)
        stack.callback(hub.close)
        yield hub
