"""Compares new registrations with those that may be the same child, and keeps the scores."""

from collections.abc import Callable, Iterable
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.linkage import Thresholds, matters
from hub.identity.keys import Keys
from hub.linkage.grounds import ground_of, put_grounds
from hub.linkage.link_keys import MOST_PER_KEY, key_values
from hub.linkage.model import Model
from hub.linkage.pairs import candidates, put_link_keys, put_scores
from hub.linkage.prepared import prepared
from hub.linkage.reading import RecordReader
from hub.linkage.records import LinkRecord
from hub.linkage.scoring import Scorer

PURPOSE = "link"

# Whose score may be another one now that an account has come: a reviewer is asked, or when a
# child was missing is part of what tells who it is.
_DOUBTFUL: LiteralString = """
SELECT p.subject_id FROM link.persons p
 WHERE p.subject_id = ANY(%(subjects)s)
   AND (p.ground @> ARRAY['forename-missing', 'surname-missing']
        OR EXISTS (SELECT FROM link.pairs r WHERE r.verdict = 'review'
                      AND (r.low = p.subject_id OR r.high = p.subject_id)))
 ORDER BY p.subject_id
"""
ReadModel = Callable[[Connection[TupleRow]], tuple[Model, Thresholds]]


class Comparing:
    """Finds and scores pairs in the caller's transaction, with the model that is active."""

    def __init__(self, keys: Keys, reader: RecordReader, read_model: ReadModel) -> None:
        """Take the vault's keys; read_model: gives the active model and its thresholds."""
        self._keys = keys
        self._reader = reader
        self._read_model = read_model
        self._active: tuple[Scorer, Thresholds] | None = None

    def thresholds(self, connection: Connection[TupleRow]) -> Thresholds:
        """Return the thresholds of the active model."""
        return self._model(connection)[1]

    def compare(
        self, connection: Connection[TupleRow], registered: Iterable[UUID], touched: Iterable[UUID]
    ) -> set[UUID]:
        """Score again what may have changed; return all of whose pairs something was said.

        registered: whose identity is new, or was amended. touched: who has new accounts.
        """
        new = set(registered)
        others = sorted(set(touched) - new)
        doubtful = {row[0] for row in connection.execute(_DOUBTFUL, {"subjects": others})}
        wanted = new | doubtful
        if not wanted:
            return set()
        records = self._reader.read(connection, wanted, purpose=PURPOSE)
        self.find_by(connection, records)
        found = candidates(connection, [each.subject_id for each in records], most=MOST_PER_KEY)
        known = self._reader.read(connection, found, purpose=PURPOSE)
        scorer, thresholds = self._model(connection)
        scores = [each for each in scorer.score(records, known) if matters(each, thresholds)]
        return put_scores(connection, wanted, scores, model=scorer.model.version)

    def find_by(self, connection: Connection[TupleRow], records: Iterable[LinkRecord]) -> None:
        """Let registrations be found by what they say now, and note where they are weak ground."""
        keys, grounds = {}, {}
        for known in map(prepared, records):
            keys[known.subject_id] = [
                (rule, self._keys.link_key(rule, value)) for rule, value in key_values(known)
            ]
            grounds[known.subject_id] = ground_of(known)
        put_link_keys(connection, keys)
        put_grounds(connection, grounds, most=MOST_PER_KEY)

    def forget_model(self) -> None:
        """Look for the active model again before the next comparison."""
        self.close()

    def close(self) -> None:
        """Let the engine's memory go."""
        if self._active is not None:
            self._active[0].close()
            self._active = None

    @property
    def model_version(self) -> str | None:
        """The version of the model that was used last; None: none was, as yet."""
        return None if self._active is None else self._active[0].model.version

    def scorer(self, connection: Connection[TupleRow]) -> Scorer:
        """Return what scores with the active model; it stays ours."""
        return self._model(connection)[0]

    def _model(self, connection: Connection[TupleRow]) -> tuple[Scorer, Thresholds]:
        if self._active is None:
            model, thresholds = self._read_model(connection)
            self._active = Scorer(model), thresholds
        return self._active
