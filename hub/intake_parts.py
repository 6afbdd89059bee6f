"""The parts of a hub by which submissions come in, and what tells how they ended."""

from datetime import timedelta
from functools import cached_property

from hub.broker_producer import IntakeProducer
from hub.database import Role
from hub.foundations import Foundations
from hub.gateway import KafkaGateway, LocalGateway
from hub.identity.keys import key_check
from hub.intake import Intake
from hub.intake_metrics import IntakeCollector
from hub.kafka_backlog import KafkaBacklog
from hub.kafka_intake import KafkaIntake
from hub.leases import TERM
from hub.metrics import Meters
from hub.outbox_sending import OutboxSender
from hub.progress import Progress
from hub.queries import InFlight, NothingInFlight, SubmissionService
from hub.replaying import Replayer


class IntakeParts(Foundations):
    """What takes submissions in, by whichever door.

    lease_term: how long a process that is not heard of keeps its topics. gone_seconds: after how
    long a topic that is not there stops.
    """

    lease_term: timedelta = TERM
    gone_seconds: float = 60.0

    @cached_property
    def intake(self) -> Intake:
        """The one function that settles submissions."""
        database = self._database(Role.INTAKE, key_check=key_check(self.keys))
        return Intake(database, self.keys, self.contract, self.clock)

    def gateway(self, transport: str) -> LocalGateway | KafkaGateway:
        """Where messages from HTTPS or files are handed over."""
        brokers = self.settings.kafka_brokers
        if self.settings.profile == "embedded" or brokers is None:
            return LocalGateway(
                self.intake,
                self.keys,
                transport=transport,
                observe=self._observe_commit,
                progress=self.progress.read,
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
            keyed=self.keys.content_key,
            progress=self.progress.read,
            process=self.process,
            term=self.lease_term,
            gone_seconds=self.gone_seconds,
        )

    @cached_property
    def outbox_sender(self) -> OutboxSender | None:
        """Tells publishers on their topics what was refused; None without a broker."""
        brokers = self.settings.kafka_brokers
        if brokers is None:
            return None
        producer = self._stack.enter_context(IntakeProducer(brokers))
        return OutboxSender(self._database(Role.INTAKE), producer, process=self.process)

    @cached_property
    def replayer(self) -> Replayer:
        """Settles again what the hub had failed on."""
        vault, books = self._database(Role.VAULT), self._database(Role.INTAKE)
        return Replayer(vault, books, self.intake, self.keys)

    @cached_property
    def progress(self) -> Progress:
        """Knows how far ledger and views have come."""
        return Progress(self.reader)

    @cached_property
    def submissions(self) -> SubmissionService:
        """Remembers how submissions ended."""
        return SubmissionService(self.reader)

    @cached_property
    def meters(self) -> Meters:
        """The series that this process measures itself."""
        meters = Meters()
        if self.kafka_intake is not None:
            meters.registry.register(IntakeCollector(self.kafka_intake))
        return meters

    def _in_flight(self) -> InFlight:
        brokers = self.settings.kafka_brokers
        if brokers is None:
            return NothingInFlight()
        publishers = [publisher.id for publisher in self.register.publishers()]
        return KafkaBacklog(self.reader, publishers, brokers)

    def _observe_commit(self, seconds: float) -> None:
        self.meters.commit_seconds.observe(seconds)
