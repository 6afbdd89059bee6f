"""A generated nation in memory: what publishers say of children and absences, and the truth.

Everything is read by the hub's own contracts and folds, but for PostgreSQL, so that a whole nation
takes minutes. Identifiers are made from references: the same nation gives the same ones.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeVar
from uuid import UUID

from msgspec import Struct
from msgspec.json import decode

from contracts.code_lists import read_code_lists
from contracts.facts import CHILD, Identified, References, references_of, to_events
from contracts.identity import Identity
from contracts.outcomes import Rejection
from contracts.register import read_register
from contracts.submissions import Contract, Submission, read_submission
from domain.facts import SourceEpisode, fold_episode
from domain.identifiers import publisher_kind
from domain.periods import ReportingYear, london_date
from domain.records import Provenance, RecordedEvent
from domain.vocabulary import Sex
from hub.identity.sealing import IDENTITY_TYPES
from hub.synthetic.folder import MARKER, Marker
from hub.synthetic.options import Options
from hub.synthetic.truth import EpisodeTruth, PersonTruth

# Called with publishers read, publishers in all, and the one just read.
Progress = Callable[[int, int, str], None]
T = TypeVar("T")

# What no count rests on is not even parsed.
_ABOUT_EPISODES: Final = frozenset(
    f"missing.episode.{name}.v1"
    for name in (
        "reported", "classified", "reclassified", "located", "returned", "corrected", "voided",
        "merged", "group-reported", "attribution-corrected",
    )
)  # fmt: skip
_ABOUT_CHILDREN: Final = frozenset(
    f"missing.{name}.v1"
    for name in (
        "care.started", "care.ended", "placement.started", "placement.ended"
    )
)  # fmt: skip
_WANTED: Final = _ABOUT_EPISODES | _ABOUT_CHILDREN | IDENTITY_TYPES
# Times of day that a return of dates only does not have.
_WHENS: Final = ("left", "last_seen", "reported", "located", "returned")


@dataclass(frozen=True, kw_only=True)
class Registration:
    """Who a child is, as a publisher last said it. returns_only: it sends SSDA903 returns only."""

    subject_id: UUID
    publisher: str
    identity: Identity
    sex: Sex
    registered_on: date
    returns_only: bool = False


@dataclass(frozen=True, kw_only=True)
class Nation:
    """What came in, and what is true.

    registrations: in the order in which they were recorded. episodes, context: by subject; context
    is what counts need to know of a child beside its episodes. persons: the truth by subject.
    absences: the truth of the year. horizon: nobody has said anything since.
    """

    year: ReportingYear
    horizon: datetime
    registrations: dict[UUID, Registration]
    episodes: dict[UUID, list[SourceEpisode]]
    context: dict[UUID, list[RecordedEvent]]
    persons: dict[UUID, PersonTruth]
    absences: tuple[EpisodeTruth, ...]

    @property
    def truth(self) -> dict[UUID, str]:
        """The person that each subject really is."""
        return {subject: person.person for subject, person in self.persons.items()}


def subject_id(publisher: str, reference: str) -> UUID:
    """Return the identifier that stands for a publisher's reference of a child."""
    return _identifier(publisher, CHILD, reference)


def episode_id(publisher: str, reference: str) -> UUID:
    """Return the identifier that stands for a publisher's reference of an episode."""
    return _identifier(publisher, "episode", reference)


def read_nation(folder: Path, progress: Progress) -> Nation:
    """Read a folder that `hub generate` wrote."""
    options = options_of(folder)
    reading = _Reading()
    files = sorted(folder.glob("*.ndjson"))
    for number, path in enumerate(files, start=1):
        reading.read(path)
        progress(number, len(files), path.stem)
    persons = {
        subject_id(each.publisher, each.ref): person
        for person in true_persons(folder)
        for each in person.subjects
    }
    return Nation(
        year=options.reporting_year,
        horizon=datetime.fromtimestamp(options.horizon, UTC),
        registrations=reading.registrations,
        episodes=dict(reading.episodes),
        context=dict(reading.context),
        persons={each: persons[each] for each in reading.registrations if each in persons},
        absences=tuple(true_absences(folder)),
    )


def options_of(folder: Path) -> Options:
    """Return what a generated folder was asked to be. Raises SystemExit if it is none."""
    marker = folder / MARKER
    if not marker.is_file():
        raise SystemExit(f"{folder} holds no nation of `hub generate`")
    return decode(marker.read_bytes(), type=Marker).options


def true_persons(folder: Path) -> Iterable[PersonTruth]:
    """Give the persons of a nation."""
    return _truths(folder / "truth" / "persons.ndjson", PersonTruth)


def true_absences(folder: Path) -> Iterable[EpisodeTruth]:
    """Give the absences of a nation, and what a source wrongly took for one."""
    return _truths(folder / "truth" / "episodes.ndjson", EpisodeTruth)


def sends_returns_only(publisher: str, share: float) -> bool:
    """Tell whether a publisher is one of those without names; the same ones in every nation."""
    if publisher_kind(publisher) != "local-authority":  # type: ignore[arg-type]
        return False
    drawn = int.from_bytes(sha256(f"returns-only {publisher}".encode()).digest()[:4], "big")
    return drawn < share * 2**32


def with_returns_only(nation: Nation, share: float) -> Nation:
    """Return a nation where a share of the authorities sends what an SSDA903 return holds.

    Who is who, and what happened, stays the same.
    """
    weak = {
        subject
        for subject, each in nation.registrations.items()
        if sends_returns_only(each.publisher, share)
    }
    return replace(
        nation,
        registrations={
            subject: replace(each, identity=stripped_identity(each.identity), returns_only=True)
            if subject in weak
            else each
            for subject, each in nation.registrations.items()
        },
        episodes={
            subject: [dated(each) for each in theirs] if subject in weak else theirs
            for subject, theirs in nation.episodes.items()
        },
    )


def stripped_identity(identity: Identity) -> Identity:
    """Return what the header of an SSDA903 return, and the postcodes in it, say of a child."""
    return Identity(
        birth_date=identity.birth_date, upn=identity.upn, home_postcode=identity.home_postcode
    )


def dated(episode: SourceEpisode) -> SourceEpisode:
    """Return an account with dates where there were times, as a return has them."""
    days: dict[str, Any] = {}
    for name in _WHENS:
        when = getattr(episode, name)
        if isinstance(when, datetime):
            days[name] = london_date(when)
    return replace(episode, **days)


class _Child(Struct):
    identity: Identity
    sex: Sex = Sex.UNKNOWN


class _Registered(Struct):
    time: datetime
    subject: str
    data: _Child


@dataclass(kw_only=True)
class _Reading:
    """What has been read so far; position: of the last record."""

    registrations: dict[UUID, Registration] = field(default_factory=dict)
    episodes: dict[UUID, list[SourceEpisode]] = field(default_factory=lambda: defaultdict(list))
    context: dict[UUID, list[RecordedEvent]] = field(default_factory=lambda: defaultdict(list))
    position: int = 0
    contract: Contract = field(
        default_factory=lambda: Contract(register=read_register(), code_lists=read_code_lists())
    )

    def read(self, path: Path) -> None:
        """Take one publisher's file in; its episodes are folded as soon as it is through."""
        accounts: dict[UUID, list[RecordedEvent]] = defaultdict(list)
        for kind, raw in _wanted(path):
            if kind in IDENTITY_TYPES:
                self._register(path.stem, raw)
                continue
            submission = read_submission(raw, sent_by=None, contract=self.contract)
            if isinstance(submission, Rejection):
                raise SystemExit(f"{path.name} holds a message that is not valid")
            for record in self._recorded(submission):
                event: Any = record.event
                if hasattr(event, "episode_id"):
                    accounts[event.episode_id].append(record)
                else:
                    self.context[event.subject_id].append(record)
        for records in accounts.values():
            episode = fold_episode(records)
            self.episodes[episode.subject_id].append(episode)

    def _register(self, publisher: str, raw: bytes) -> None:
        # Written in clear, as a file is; a topic would have refused it.
        message = decode(raw, type=_Registered)
        subject = subject_id(publisher, message.subject)
        self.registrations[subject] = Registration(
            subject_id=subject,
            publisher=publisher,
            identity=message.data.identity,
            sex=message.data.sex,
            registered_on=london_date(message.time),
        )

    def _recorded(self, submission: Submission) -> Iterator[RecordedEvent]:
        publisher = submission.publisher
        identified = [_identified(publisher, each) for each in references_of(submission)]
        for event in to_events(submission, identified):
            self.position += 1
            yield RecordedEvent(
                position=self.position,
                recorded_at=submission.occurred_at,
                event=event,
                provenance=Provenance(
                    publisher=publisher,
                    submission_id=UUID(int=self.position),
                    occurred_at=submission.occurred_at,
                ),
            )


def _wanted(path: Path) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as lines:
        for line in lines:
            # The type stands early in a line; nothing else there can look like one.
            kind = line.split(b'"type":"', 1)[1].split(b'"', 1)[0].decode()
            if kind in _WANTED:
                yield kind, line


def _identified(publisher: str, references: References) -> Identified:
    child = subject_id(publisher, references.child) if references.child else None
    if not references.kind:
        return Identified(child, child or UUID(int=0))
    return Identified(child, _identifier(publisher, references.kind, references.own))


def _identifier(publisher: str, kind: str, reference: str) -> UUID:
    return UUID(bytes=sha256(f"{publisher}|{kind}|{reference}".encode()).digest()[:16])


def _truths(path: Path, kind: type[T]) -> Iterable[T]:
    with path.open("rb") as lines:
        for line in lines:
            yield decode(line, type=kind)
