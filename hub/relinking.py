"""Links everything again as if it had arrived together, and puts right what was decided otherwise.

Day by day a registration is compared when it comes in, with what was known of it and of the others
then. Accounts that come later, placements and a new model can change a score without anybody being
compared again. So once a night all registrations are read and scored as they stand, and everything
is decided again; what differs is recorded as merges, splits and matches, and counted.

The linker goes on meanwhile: pairs that it has touched since the reading are left to it. A run that
dies has recorded nothing by halves, and the next one does what is left.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isclose
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import monotonic
from typing import Final, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.linkage import Pair, PairScore, Thresholds, matters
from domain.linkage_events import EpisodeMatched, PersonLinked, PersonMerged, PersonSplit
from domain.publication import last_due
from hub.archive.filling import Payloads
from hub.database import Database
from hub.ledger.reading import read_from
from hub.linkage.comparing import Comparing, ReadModel
from hub.linkage.model import Model
from hub.linkage.pairs import put_scores
from hub.linkage.reading import RecordReader
from hub.linkage.records import LinkRecord
from hub.linkage.relinks import (
    KeptScore,
    Relinked,
    children,
    everybody,
    forget_scores,
    kept_scores,
    last_begun,
    note_begin,
    note_end,
)
from hub.linkage.scoring import Scorer
from hub.linker import Linker

Progress = Callable[[int, int, str], None]

# The basis of what is recorded, and the purpose for which identity is read.
RELINK: Final = "relink"

# Subjects that are decided about in one step: for so long the linker waits.
_AT_ONCE: Final = 1_000
# Both ways of asking for memory answer in these units.
_BYTES_PER_UNIT: Final = 1024
_STATUS: Final = Path("/proc/self/status")

_REPEATABLE: LiteralString = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
_POSITION: LiteralString = "SELECT position FROM link.progress"
_LOCK_POSITION: LiteralString = "SELECT position FROM link.progress FOR UPDATE"


@dataclass(frozen=True, kw_only=True)
class _Read:
    """All that is scored, and the state of the linker at the moment of reading."""

    position: int
    model: Model
    thresholds: Thresholds
    records: list[LinkRecord]
    kept: Mapping[Pair, KeptScore]


class Relinker:
    """Links everything again, beside the linker."""

    def __init__(
        self,
        database: Database,
        linker: Linker,
        comparing: Comparing,
        payloads: Payloads,
        clock: Callable[[], datetime],
        reader: RecordReader,
        read_model: ReadModel,
        *,
        hour: int,
    ) -> None:
        """Work under the vault's role.

        linker, comparing: its own, for it may work in a thread beside the linking role. reader:
        reads registrations. read_model: gives the active model and its thresholds. hour: UTC, from
        which it is due each day.
        """
        self._database = database
        self._linker = linker
        self._comparing = comparing
        self._payloads = payloads
        self._clock = clock
        self._reader = reader
        self._read_model = read_model
        self._hour = hour
        self._looked_at: datetime | None = None

    def relink_if_due(self) -> Relinked | None:
        """Link everything again if that was not begun since the last such hour; None: it was.

        What fails is not tried again before the next.
        """
        now = self._clock().astimezone(UTC)
        due = last_due(now, self._hour)
        if self._looked_at == due:
            return None
        with self._database.transaction() as connection:
            connection.execute(_LOCK_POSITION)
            last = last_begun(connection)
            is_due = last is not None and last < due
            if is_due:
                note_begin(connection, now)
        self._looked_at = due
        return self._relink(now) if is_due else None

    def relink(self, progress: Progress | None = None) -> Relinked:
        """Link everything again; return what was decided otherwise before."""
        now = self._clock().astimezone(UTC)
        with self._database.transaction() as connection:
            note_begin(connection, now)
        return self._relink(now, progress)

    def _relink(self, begun_at: datetime, progress: Progress | None = None) -> Relinked:
        started = monotonic()
        # Another process may have followed the activation of another model.
        self._comparing.forget_model()
        self._linker.catch_up()
        found: Counter[str] = Counter()
        while not self._rescore(found, progress):
            # Another model was activated meanwhile: what was scored is worth nothing.
            self._linker.catch_up()
        with self._database.snapshot() as connection:
            found["children_before"] = children(connection)
            subjects = everybody(connection)
        self._decide(subjects, found, progress)
        with self._database.transaction() as connection:
            relinked = Relinked(
                begun_at=begun_at,
                registrations=found["registrations"],
                pairs=found["pairs"],
                new_pairs=found["new_pairs"],
                gone_pairs=found["gone_pairs"],
                changed_pairs=found["changed_pairs"],
                children_before=found["children_before"],
                children_after=children(connection),
                joined=found["joined"],
                parted=found["parted"],
                rematched=found["rematched"],
                decisions=found["decisions"],
                seconds=round(monotonic() - started, 3),
                peak_bytes=_peak_bytes(),
            )
            note_end(connection, relinked, self._clock().astimezone(UTC))
        self._comparing.close()
        return relinked

    def _rescore(self, found: Counter[str], progress: Progress | None) -> bool:
        """Put every score as it is now; return False if another model is active by now."""
        found.clear()
        read = self._read(progress)
        found["registrations"] = len(read.records)
        readable = {each.subject_id for each in read.records}
        if progress is not None:
            progress(0, 1, "comparing")
        scorer = Scorer(read.model)
        try:
            # Each record is let go as it is taken: the nation is not held twice.
            scored = scorer.score_all(_drained(read.records))
        finally:
            scorer.close()
        scores = {(each.low, each.high): each for each in scored if matters(each, read.thresholds)}
        found["pairs"] = len(scores)
        with self._database.transaction() as connection:
            (until,) = connection.execute(_LOCK_POSITION).fetchone() or (0,)
            model, thresholds = self._read_model(connection)
            if (model.version, thresholds) != (read.model.version, read.thresholds):
                return False
            settled = readable - self._touched(connection, read.position, until)
            self._put(connection, read, scores, settled, found)
        return True

    def _read(self, progress: Progress | None) -> _Read:
        with self._database.transaction() as connection:
            connection.execute(_REPEATABLE)
            (position,) = connection.execute(_POSITION).fetchone() or (0,)
            model, thresholds = self._read_model(connection)
            number, records = self._reader.read_all(connection, reader="linker", purpose=RELINK)
            read = []
            for done, record in enumerate(records, start=1):
                read.append(record)
                if progress is not None and done % _AT_ONCE == 0:
                    progress(done, number, "reading")
            return _Read(
                position=position,
                model=model,
                thresholds=thresholds,
                records=read,
                kept=kept_scores(connection),
            )

    def _touched(self, connection: Connection[TupleRow], after: int, until: int) -> set[UUID]:
        """Return whom records after a position are about: the linker has seen to them."""
        events = (
            each.event for each in read_from(connection, self._payloads, after=after, until=until)
        )
        return {
            subject
            for event in events
            for name in ("subject_id", "other_subject_id")
            if (subject := getattr(event, name, None)) is not None
        }

    def _put(
        self,
        connection: Connection[TupleRow],
        read: _Read,
        scores: Mapping[Pair, PairScore],
        settled: set[UUID],
        found: Counter[str],
    ) -> None:
        """Replace the scores of pairs of whom nothing was heard since they were read."""
        kept = kept_scores(connection)
        fresh, gone = [], []
        for pair in scores.keys() | kept.keys():
            before = kept.get(pair)
            if not settled.issuperset(pair) or read.kept.get(pair) != before:
                continue
            score = scores.get(pair)
            if score is None:
                if before is not None and not before.reviewed:
                    gone.append(pair)
            elif before is None or not _is_same(before, score, read.model.version):
                fresh.append(score)
                found["new_pairs" if before is None else "changed_pairs"] += 1
        found["gone_pairs"] = len(gone)
        forget_scores(connection, gone)
        put_scores(connection, [], fresh, model=read.model.version)

    def _decide(self, subjects: list[UUID], found: Counter[str], progress: Progress | None) -> None:
        """Decide about everybody again, some children at a time."""
        for first in range(0, len(subjects), _AT_ONCE):
            recorded = self._linker.decide_again(subjects[first : first + _AT_ONCE], basis=RELINK)
            found["decisions"] += len(recorded)
            for event in recorded:
                match event:
                    case PersonLinked() | PersonMerged():
                        found["joined"] += 1
                    case PersonSplit():
                        found["parted"] += 1
                    case EpisodeMatched():
                        found["rematched"] += 1
                    case _:
                        pass
            if progress is not None:
                progress(min(first + _AT_ONCE, len(subjects)), len(subjects), "deciding")


def _drained(records: list[LinkRecord]) -> Iterator[LinkRecord]:
    while records:
        yield records.pop()


def _peak_bytes() -> int:
    """Return the most memory that this process has had.

    Where the system keeps it: getrusage begins with the peak of whoever started the process.
    """
    if _STATUS.exists():
        for line in _STATUS.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * _BYTES_PER_UNIT
    return getrusage(RUSAGE_SELF).ru_maxrss * _BYTES_PER_UNIT


def _is_same(kept: KeptScore, score: PairScore, model: str) -> bool:
    before = kept.score
    return (
        (kept.model, before.basis, before.conflict) == (model, score.basis, score.conflict)
        # The same pair is compared beside others: the sum may end in another last digit.
        and isclose(before.weight, score.weight, abs_tol=1e-9)
        and isclose(before.probability, score.probability, abs_tol=1e-12)
    )
