"""Says for reviewers what the linkage model makes of a pair."""

from collections.abc import Callable
from threading import Lock

from hub.linkage.model import Model
from hub.linkage.records import LinkRecord
from hub.linkage.scoring import Evidence, Scorer


class Explainer:
    """Explains scores with the model that is active; several threads may ask."""

    def __init__(self, read_model: Callable[[], Model]) -> None:
        """Open the engine when it is first needed."""
        self._read_model = read_model
        self._lock = Lock()
        self._scorer: Scorer | None = None

    def explain(self, one: LinkRecord, other: LinkRecord) -> tuple[Evidence, ...]:
        """Return what the model says of a pair, the prior first; the weights add up."""
        model = self._read_model()
        with self._lock:
            if self._scorer is None or self._scorer.model.version != model.version:
                self._let_go()
                self._scorer = Scorer(model, threads=1)
            return self._scorer.explain(one, other)

    def close(self) -> None:
        """Let the engine's memory go."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._scorer is not None:
            self._scorer.close()
            self._scorer = None
