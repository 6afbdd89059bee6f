"""Keeps trained models in the vault, sealed, as they know which names are common."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.errors import NotFoundError
from domain.linkage import Thresholds
from domain.linkage_events import LinkageModelActivated
from hub.identity.keys import Keys
from hub.identity.randomness import random_uuid
from hub.identity.vault import decrypt, encrypt
from hub.linkage.model import Model, baseline_model, model_bytes, read_model

_KEEP: LiteralString = """
INSERT INTO vault.models (version, id, sealed, registrations, trained_at)
VALUES (%(version)s, %(id)s, %(sealed)s, %(registrations)s, %(trained_at)s)
ON CONFLICT (version) DO NOTHING
"""
_MODEL: LiteralString = "SELECT id, sealed FROM vault.models WHERE version = %(version)s"
_MODELS: LiteralString = """
SELECT version, registrations, trained_at FROM vault.models ORDER BY trained_at, version
"""
_ACTIVE: LiteralString = "SELECT model, auto, review, margin FROM link.active_model"
_ACTIVATE: LiteralString = """
INSERT INTO link.active_model (model, auto, review, margin)
VALUES (%(model)s, %(auto)s, %(review)s, %(margin)s)
ON CONFLICT (one) DO UPDATE
   SET model = excluded.model, auto = excluded.auto, review = excluded.review,
       margin = excluded.margin
"""


@dataclass(frozen=True, kw_only=True)
class KeptModel:
    """A model that can be activated.

    registrations: on how many it was trained; None: on a synthetic nation, with the hub's code.
    """

    version: str
    registrations: int | None
    trained_at: datetime | None


class Models:
    """The models of a hub: the one that ships with it, and those that were trained on its vault."""

    def __init__(self, keys: Keys) -> None:
        """Take the vault's keys."""
        self._keys = keys

    def keep(
        self,
        connection: Connection[TupleRow],
        model: Model,
        *,
        registrations: int,
        trained_at: datetime,
    ) -> None:
        """Keep a trained model; the same one again changes nothing."""
        row_id = random_uuid()
        values = {
            "version": model.version,
            "id": row_id,
            "sealed": encrypt(self._keys.wrap, row_id, model_bytes(model)),
            "registrations": registrations,
            "trained_at": trained_at,
        }
        connection.execute(_KEEP, values)

    def kept(self, connection: Connection[TupleRow]) -> list[KeptModel]:
        """Return the models that there are, the one that ships with the hub first."""
        first = KeptModel(version=baseline_model().version, registrations=None, trained_at=None)
        trained = [
            KeptModel(version=row[0], registrations=row[1], trained_at=row[2])
            for row in connection.execute(_MODELS)
        ]
        return [first, *(each for each in trained if each.version != first.version)]

    def model(self, connection: Connection[TupleRow], version: str) -> Model:
        """Return a model. Raises NotFoundError if there is none of that version."""
        if version == baseline_model().version:
            return baseline_model()
        row = connection.execute(_MODEL, {"version": version}).fetchone()
        if row is None:
            raise NotFoundError(
                f"There is no linkage model {version[:40]!r} here: hub linkage models lists them, "
                "hub linkage train makes one."
            )
        row_id: UUID = row[0]
        return read_model(decrypt(self._keys.wrap, row_id, bytes(row[1])))

    def active(self, connection: Connection[TupleRow]) -> tuple[Model, Thresholds]:
        """Return the model that was activated last and its thresholds; else the one of the hub."""
        row = connection.execute(_ACTIVE).fetchone()
        if row is None:
            return baseline_model(), Thresholds()
        thresholds = Thresholds(auto=row[1], review=row[2], margin=row[3])
        return self.model(connection, row[0]), thresholds


def note_activation(connection: Connection[TupleRow], event: LinkageModelActivated) -> None:
    """Remember which model the ledger says is active from now on."""
    values = {
        "model": event.model,
        "auto": event.auto,
        "review": event.review,
        "margin": event.margin,
    }
    connection.execute(_ACTIVATE, values)
