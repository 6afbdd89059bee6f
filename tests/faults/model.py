"""The hub's own definitions put together without a database, for the stateful runs."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Final
from uuid import UUID, uuid5

import pyarrow as pa
from msgspec import DecodeError
from msgspec.json import decode, encode

from contracts.facts import Identified, References, references_of, to_events
from contracts.identity import Identity
from contracts.outcomes import Rejection
from contracts.stored import HUB, encode_event
from contracts.submissions import Submission, read_submission
from domain.codes import PLACEMENT_GROUPS
from domain.episodes import facts_of
from domain.events import AccountEvent, Event
from domain.facts import SourceEpisode, fold_episode
from domain.identifiers import PublisherId
from domain.linkage_events import EpisodeMatched, PersonLinked
from domain.national import EpisodeFacts
from domain.reconciliation import reconcile
from domain.records import Provenance, RecordedEvent
from projections.engine import FAMILIES, RECORDS, SUBJECTS, EpisodeEngine
from tests.example_bodies import A_SEAL
from tests.faults.oracle import FaultFoundError
from tests.faults.publishers import SPRING, Sent
from tests.unit.records import contract
from tests.unit.test_episode_definition import COLUMNS, comparable

NAMES: Final = UUID(int=7)
DECIDED: Final = Provenance(publisher=HUB, submission_id=None, occurred_at=SPRING)


class ModelHub:
    """Takes messages one by one; knows records, decisions and facts."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.records: list[RecordedEvent] = []
        self.ends: Counter[tuple[str, str]] = Counter()
        self._contents: dict[tuple[str, str], bytes] = {}
        self._numbers: dict[str, set[UUID]] = defaultdict(set)
        self._persons: dict[UUID, UUID] = {}
        self._matches: dict[UUID, tuple[UUID, ...]] = {}

    @staticmethod
    def engine() -> EpisodeEngine:
        """Return the relational definition."""
        return EpisodeEngine({}, {code: str(group) for code, group in PLACEMENT_GROUPS.items()})

    def take(self, messages: Iterable[Sent]) -> None:
        """Take messages as intake does."""
        for each in messages:
            self.ends[each.publisher, self._end(each)] += 1

    def _end(self, sent: Sent) -> str:
        raw, identity = _sealed(sent.raw)
        read = read_submission(
            raw, sent_by=PublisherId(sent.publisher), contract=contract(), on=SPRING.date()
        )
        if isinstance(read, Rejection):
            return "rejected"
        content = read.content(identity)
        before = self._contents.setdefault((read.publisher, read.event_id), content)
        if before is not content:
            return self._outcome_of_known(before, content)
        self._accept(read, identity)
        return "accepted"

    def _outcome_of_known(self, before: bytes, content: bytes) -> str:
        return "duplicate" if before == content else "conflict"

    def _accept(self, submission: Submission, identity: bytes) -> None:
        identified = [self._identified(submission, each) for each in references_of(submission)]
        origin = Provenance(
            publisher=submission.publisher,
            submission_id=uuid5(NAMES, f"{submission.publisher} {submission.event_id}"),
            occurred_at=submission.occurred_at,
        )
        for event in to_events(submission, identified):
            self._record(event, origin)
        if identity:
            who = decode(identity, type=Identity)
            if who.nhs_number and who.birth_date:
                self._remember(f"{who.nhs_number} {who.birth_date}", identified[0].own_id)

    def _remember(self, key: str, subject: UUID) -> None:
        self._numbers[key].add(subject)

    def _identified(self, submission: Submission, wanted: References) -> Identified:
        child = uuid5(NAMES, f"{submission.publisher} child {wanted.child}")
        if not wanted.own:
            return Identified(child, child)
        return Identified(child, uuid5(NAMES, f"{submission.publisher} {wanted.kind} {wanted.own}"))

    def _record(self, event: Event, origin: Provenance) -> None:
        self.records.append(
            RecordedEvent(
                position=len(self.records) + 1, recorded_at=SPRING, provenance=origin, event=event
            )
        )

    def facts(self) -> tuple[EpisodeFacts, ...]:
        """Decide what follows from the records so far, and return the facts."""
        persons = self._link()
        accounts: dict[UUID, list[RecordedEvent]] = defaultdict(list)
        for record in self.records:
            if isinstance(record.event, AccountEvent):
                accounts[record.event.episode_id].append(record)
        episodes: dict[UUID, list[SourceEpisode]] = defaultdict(list)
        for account in accounts.values():
            episode = fold_episode(account)
            episodes[persons[episode.subject_id]].append(episode)
        for theirs in episodes.values():
            self._match(theirs)
        return facts_of(self.records)

    def compare_engine(self, engine: EpisodeEngine) -> None:
        """Raise FaultFoundError unless the relational definition gives the same facts."""
        expected = [comparable(each) for each in self.facts()]
        rows = engine.facts(*self._tables()).to_pylist()
        held = [{name: row[name] for name in COLUMNS} for row in rows if row["held_until"] is None]
        held.sort(key=lambda row: (row["source"], row["fact_id"]))
        if held != expected:
            raise FaultFoundError("the relational definition of the facts differs")

    def _link(self) -> dict[UUID, UUID]:
        """Return the person of each subject; who is found to be somebody else is put on record."""
        firsts: dict[UUID, int] = {}
        for record in self.records:
            subject = getattr(record.event, "subject_id", None)
            if subject is not None:
                firsts.setdefault(subject, record.position)
        persons = {subject: subject for subject in firsts}
        for subjects in self._numbers.values():
            known = {persons[each] for each in subjects}
            first = min(known, key=lambda each: firsts[each])
            persons = {
                subject: first if person in known else person for subject, person in persons.items()
            }
        for subject, person in persons.items():
            if person != self._persons.get(subject, subject):
                linked = PersonLinked(
                    subject_id=subject, person_id=person, basis="number", score=1.0
                )
                self._record(linked, DECIDED)
        self._persons = persons
        return persons

    def _match(self, episodes: list[SourceEpisode]) -> None:
        by_id = {each.episode_id: each for each in episodes}
        for match in reconcile(episodes):
            before = self._matches.get(match.episode_id, (match.episode_id,))
            if match.national_ids == before:
                continue
            self._matches[match.episode_id] = match.national_ids
            matched = EpisodeMatched(
                episode_id=match.episode_id,
                subject_id=by_id[match.episode_id].subject_id,
                national_ids=match.national_ids,
                basis=match.basis,
            )
            self._record(matched, DECIDED)

    def _tables(self) -> tuple[pa.Table, pa.Table, pa.Table]:
        rows = [
            {
                "position": each.position,
                "topic": each.event.type,
                "publisher": each.provenance.publisher,
                "submission": str(each.provenance.submission_id or ""),
                "occurred_at": each.provenance.occurred_at,
                "state": encode_event(each.event).decode(),
            }
            for each in self.records
        ]
        numbers = {person: at for at, person in enumerate(sorted({*self._persons.values()}))}
        family = {subject: numbers[person] for subject, person in self._persons.items()}
        families = {
            each.event.episode_id: {
                "episode_id": str(each.event.episode_id),
                "subject_id": str(each.event.subject_id),
                "family": family[each.event.subject_id],
                "cluster": family[each.event.subject_id],
            }
            for each in self.records
            if isinstance(each.event, AccountEvent)
        }
        subjects = [
            {"subject_id": str(subject), "cluster": number} for subject, number in family.items()
        ]
        return (
            pa.Table.from_pylist(rows, RECORDS),
            pa.Table.from_pylist(list(families.values()), FAMILIES),
            pa.Table.from_pylist(subjects, SUBJECTS),
        )


def _sealed(raw: bytes) -> tuple[bytes, bytes]:
    """Return a message with a seal in the place of its identity, and the identity's bytes."""
    try:
        message = decode(raw)
    except DecodeError:
        return raw, b""
    identity = message["data"].get("identity")
    if identity is None:
        return raw, b""
    message["data"]["identity"] = A_SEAL
    return encode(message), encode(identity)
