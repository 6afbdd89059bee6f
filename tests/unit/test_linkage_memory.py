"""What is compared is in memory for as long as the comparison lasts, and no longer."""

from uuid import UUID

import pyarrow as pa

from hub.linkage.engine import Engine
from hub.linkage.model import baseline_model
from hub.linkage.prepared import sound_of
from hub.linkage.records import LinkRecord, link_record
from hub.linkage.scoring import Scorer
from tests.examples import BIRMINGHAM, COVENTRY, identity


def records() -> list[LinkRecord]:
    """Return two registrations of one child."""
    return [
        link_record(UUID(int=number), publisher, identity(1))
        for number, publisher in ((1, BIRMINGHAM), (2, COVENTRY))
    ]


class WatchedEngine(Engine):
    """Knows how many registrations it holds, and the most that it held while it compared."""

    most = 0

    @property
    def held(self) -> int:
        """How many there are now."""
        return len(self._connection.table("registrations").fetchall())

    def compare(self, pairs: pa.Table, condition: str = "true") -> pa.Table:
        """Compare."""
        self.most = max(self.most, self.held)
        return super().compare(pairs, condition)


def test_a_scorer_keeps_nobody_and_no_name_after_an_answer() -> None:
    scorer = Scorer(baseline_model(), threads=1)
    engine = scorer._opened = WatchedEngine(baseline_model(), threads=1)
    one, other = records()

    found = scorer.score([one], [other])
    after_score = engine.held, sound_of.cache_info().currsize
    explained = scorer.explain(one, other)
    after_explaining = engine.held, sound_of.cache_info().currsize
    everything = scorer.score_all([one, other])
    after_all = engine.held, sound_of.cache_info().currsize
    scorer.close()

    assert found == everything != []
    assert explained
    assert engine.most == 2
    assert after_score == after_explaining == after_all == (0, 0)
