"""The same nation through the real hub: intake, linker, projector, reviewers, on a PostgreSQL.

Every message goes the way a published file goes. Counts are asked for as readers ask; reviewers'
answers are given as reviewers give them, by two who know the truth, until nothing waits any more.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import connect

from contracts.bodies import EPISODE
from contracts.facts import CHILD
from contracts.outcomes import Outcome, Receipt
from domain.identifiers import PublisherId
from domain.measures import CountsQuery
from domain.periods import ReportingYear
from domain.reviewing import PairKind, ReviewPair, ReviewReason, ReviewVerdict
from hub.review.deciding import Decision
from hub.synthetic.nation import TRANSPORT_POLICE
from hub.synthetic.truth import EpisodeTruth, PersonTruth
from hub.wiring import Hub
from tests.benchmarks.linkage_counts import ENGLAND, Tally

REVIEWERS: Final = ("r-truth-1", "r-truth-2")
_BATCH: Final = 2_000
_SITTING: Final = 500

_NAMES: LiteralString = """
SELECT reference_key, id FROM vault.own_references WHERE reference_key = ANY(%(keys)s)
"""
# Called with what is being done, how much of it is done, and how much there is.
Say = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Known:
    """The truth under the hub's own identifiers."""

    person_of: Mapping[UUID, str]
    absences_of: Mapping[UUID, frozenset[str]]

    def same(self, pair: ReviewPair) -> bool:
        """Tell whether two records are one child, or one absence."""
        if pair.kind is PairKind.CHILDREN:
            return self.person_of[pair.low] == self.person_of[pair.high]
        nothing: frozenset[str] = frozenset()
        low, high = (self.absences_of.get(each, nothing) for each in (pair.low, pair.high))
        return bool(low & high)


def load(hub: Hub, folder: Path, say: Say) -> int:
    """Publish every file of a nation; return how many messages were accepted."""
    gateway = hub.gateway("file")
    files = sorted(folder.glob("*.ndjson"))
    accepted = 0
    for number, path in enumerate(files, start=1):
        for batch in _batches(path):
            receipts = gateway.receive(batch, sent_by=PublisherId(path.stem), wait_seconds=0)
            if not _accepted(receipts):
                raise SystemExit(f"the hub did not take everything of {path.name}")
            accepted += len(receipts)
        say("published", number, len(files))
    return accepted


def follow(hub: Hub, say: Say) -> tuple[float, float]:
    """Link and project what the ledger holds; return the seconds of each."""
    began = perf_counter()
    hub.linker.catch_up(lambda after, head: say("linked", after, head))
    linked = perf_counter()
    hub.projector.catch_up(hub.projector.active_build())
    return linked - began, perf_counter() - linked


def tally(hub: Hub, year: ReportingYear) -> tuple[Tally, dict[str, tuple[int, int]]]:
    """Return the counts of a year, and the range of England's children and episodes."""
    figures: dict[str, dict[str, int]] = {}
    ranges: dict[str, tuple[int, int]] = {}
    for name in ("missing_children", "missing_incidents"):
        found = {}
        for by in ((), ("authority",)):
            asked = CountsQuery(
                measure=name, by=by, first_day=year.starts_on, last_day=year.ends_on
            )
            for row in hub.counts.answer(asked).rows:
                found[row.dimensions[0] if by else ENGLAND] = int(row.value)
                if not by:
                    ranges[name] = (int(row.low), int(row.high))
        figures[name] = found
    return (
        Tally(
            children=figures["missing_children"],
            episodes=figures["missing_incidents"],
            buckets=asdict(hub.status.read().source_episodes),
        ),
        ranges,
    )


def known(hub: Hub, persons: Sequence[PersonTruth], absences: Sequence[EpisodeTruth]) -> Known:
    """Find the truth's references in the hub."""
    persons_by_key = {
        hub.keys.reference_key(CHILD, each.publisher, each.ref): person.person
        for person in persons
        for each in person.subjects
    }
    absences_by_key: dict[bytes, set[str]] = {}
    for absence in absences:
        covering = () if absence.covered_by is None else (absence.covered_by,)
        for row in (*absence.sources, *covering):
            key = hub.keys.reference_key(EPISODE, row.publisher, row.ref)
            absences_by_key.setdefault(key, set()).add(absence.episode)
    with connect(hub.database_url) as connection:
        ids = {
            bytes(key): name
            for wanted in (persons_by_key, absences_by_key)
            for key, name in connection.execute(_NAMES, {"keys": list(wanted)})
        }
    return Known(
        person_of={ids[key]: person for key, person in persons_by_key.items() if key in ids},
        absences_of={
            ids[key]: frozenset(names) for key, names in absences_by_key.items() if key in ids
        },
    )


def review(hub: Hub, truth: Known, say: Say) -> dict[str, int]:
    """Answer everything that waits, by the truth; return how many questions of which kind."""
    asked = dict.fromkeys((kind.value for kind in PairKind), 0)
    first = len(hub.reviewing.queue().pairs)
    while True:
        open_before = sum(asked.values())
        for reviewer in REVIEWERS:
            pairs = [each.pair for each in hub.reviewing.queue(reviewer).pairs]
            for start in range(0, len(pairs), _SITTING):
                part = pairs[start : start + _SITTING]
                hub.reviewing.decide([_decision(each, truth) for each in part], reviewer=reviewer)
            for pair in pairs:
                asked[pair.kind.value] += 1
            hub.linker.catch_up()
            say("reviewed", sum(asked.values()), first)
        if sum(asked.values()) == open_before:
            return asked


def one_by_one(hub: Hub, folder: Path, *, reports: int, seed: int) -> list[float]:
    """Return the seconds that each of some new reports takes to link.

    Each is of a child that a publisher knows, registered and reported by a force that does not.
    """
    random = Random(seed)
    chosen = _registrations(folder, random, reports)
    gateway = hub.gateway("file")
    taken = []
    for number, data in enumerate(chosen):
        child, at = f"NEW{number}", hub.clock().astimezone(UTC)
        raw = [
            _message(f"r{number}", "missing.subject.registered.v1", child, at, data),
            _message(
                f"e{number}",
                "missing.episode.reported.v1",
                f"NEWE{number}",
                at,
                {"child": child, "classification": "missing-from-home"},
            ),
        ]
        receipts = gateway.receive(raw, sent_by=TRANSPORT_POLICE, wait_seconds=0)
        if not _accepted(receipts):
            raise SystemExit("the hub did not take a new report")
        began = perf_counter()
        hub.linker.catch_up()
        taken.append(perf_counter() - began)
    return taken


def _accepted(receipts: Iterable[Receipt]) -> bool:
    return all(each.settled and each.settled.outcome is Outcome.ACCEPTED for each in receipts)


def _decision(pair: ReviewPair, truth: Known) -> Decision:
    return Decision(
        pair=pair,
        verdict=ReviewVerdict.ACCEPT if truth.same(pair) else ReviewVerdict.REFUSE,
        reason=ReviewReason.PUBLISHER_CONFIRMED,
    )


def _batches(path: Path) -> Iterator[list[bytes]]:
    with path.open("rb") as lines:
        while batch := list(islice(lines, _BATCH)):
            yield batch


def _registrations(folder: Path, random: Random, most: int) -> list[dict[str, Any]]:
    files = sorted(folder.glob("la-*.ndjson"))
    found: list[dict[str, Any]] = []
    for path in random.sample(files, min(most, len(files))):
        with path.open("rb") as lines:
            theirs = [
                json.loads(each)["data"] for each in lines if b'"missing.subject.registered' in each
            ]
        found.extend(random.sample(theirs, min(len(theirs), 1 + most // len(files))))
    for data in found:
        data["identity"].pop("upn", None)
        data.pop("unaccompanied", None)
    return found[:most]


def _message(
    event_id: str, kind: str, subject: str, at: datetime, data: Mapping[str, Any]
) -> bytes:
    return json.dumps(
        {
            "specversion": "1.0",
            "id": event_id,
            "source": f"urn:missing-hub:publisher:{TRANSPORT_POLICE}",
            "type": kind,
            "time": at.isoformat().replace("+00:00", "Z"),
            "subject": subject,
            "data": dict(data),
        }
    ).encode()
