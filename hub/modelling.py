"""Trains linkage models on the vault, and says in the ledger which one is active."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from contracts.stored import HUB
from domain.linkage import Thresholds
from domain.linkage_events import LinkageModelActivated
from domain.records import Provenance
from hub.database import Database
from hub.ledger.appending import Draft, append, encoded, lock_head
from hub.linkage.models import KeptModel, Models
from hub.linkage.reading import RecordReader
from hub.linkage.training import train

READER = "operator"
PURPOSE = "train"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A model that was trained, and on how many registrations."""

    version: str
    registrations: int


@dataclass(frozen=True, kw_only=True)
class ListedModel:
    """A model, and whether it is the one by which the hub links."""

    model: KeptModel
    active: bool


class Modelling:
    """What an operator does with linkage models, under the vault's role."""

    def __init__(
        self,
        database: Database,
        models: Models,
        reader: RecordReader,
        clock: Callable[[], datetime],
    ) -> None:
        """Take the vault's database, its models, and what reads registrations there."""
        self._database = database
        self._models = models
        self._reader = reader
        self._clock = clock

    def train(self, progress: Progress | None = None) -> Trained:
        """Train a model on all registrations and keep it; the reading of them is on record.

        The same registrations give the same model. It is not active before it is activated.
        """
        with self._database.transaction() as connection:
            number, reading = self._reader.read_all(connection, reader=READER, purpose=PURPOSE)
            records = []
            for record in reading:
                records.append(record)
                if progress is not None and len(records) % 1000 == 0:
                    progress(len(records), 2 * number)
        model = train(records, progress=_second_half(progress, number))
        with self._database.transaction() as connection:
            self._models.keep(
                connection,
                model,
                registrations=len(records),
                trained_at=self._clock().astimezone(UTC),
            )
        return Trained(version=model.version, registrations=len(records))

    def activate(self, version: str, thresholds: Thresholds) -> None:
        """Record that a model is active from now on. Raises NotFoundError if there is none such.

        What was linked before is put right by linking everything again.
        """
        now = self._clock().astimezone(UTC)
        event = LinkageModelActivated(
            model=version,
            auto=thresholds.auto,
            review=thresholds.review,
            margin=thresholds.margin,
            decider=READER,
        )
        provenance = Provenance(publisher=HUB, submission_id=None, occurred_at=now)
        with self._database.transaction() as connection:
            self._models.model(connection, version)
            head = lock_head(connection)
            append(connection, head, [encoded(Draft(event=event, provenance=provenance))], now=now)

    def listed(self) -> list[ListedModel]:
        """Return the models, and which is active as far as the linker has read."""
        with self._database.snapshot() as connection:
            active, _ = self._models.active(connection)
            return [
                ListedModel(model=each, active=each.version == active.version)
                for each in self._models.kept(connection)
            ]


def _second_half(progress: Progress | None, number: int) -> Progress | None:
    """Return what shows the steps of training as the second half of a bar."""
    if progress is None:
        return None

    def show(done: int, total: int) -> None:
        progress(number + number * done // total, 2 * number)

    return show
