"""Small in-memory services behind the HTTP door, and a way to call it without a server."""

import asyncio
from collections.abc import AsyncIterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from structlog.testing import capture_logs

from contracts.outcomes import (
    Outcome,
    RecordCursor,
    Rejection,
    RejectsQuery,
    SubmissionRecord,
)
from contracts.reasons import Reason
from contracts.register import read_register
from contracts.status import HubStatus, SourceEpisodeTotals, SubmissionTotals, Versions
from domain.geography import Register
from domain.identifiers import PublisherId
from domain.measures import (
    DEFINITION_VERSION,
    CountRow,
    CountsAnswer,
    CountsQuery,
    Coverage,
)
from hub.api.app import build_app
from hub.api.services import Caller, Services
from tests.unit.api_figures import MemoryHistory, MemoryViews
from tests.unit.api_gateways import POSITION, MemoryFiles, MemoryGateway
from tests.unit.api_log import MemoryLog
from tests.unit.api_reconciliation import MemoryReconciliation
from tests.unit.official_examples import MemoryOfficial
from tests.unit.pack_examples import MemoryPacks
from tests.unit.quality_examples import MemoryQuality
from tests.unit.review_bench import MemoryReview, MemorySessions

OPERATOR = "operator-token"
RICHMOND = PublisherId("la-318")
KINGSTON = PublisherId("la-314")
BIRMINGHAM = PublisherId("la-330")
TOKENS = {
    OPERATOR: Caller(role="operator"),
    "richmond-token": Caller(role="publisher", publisher=RICHMOND),
    "birmingham-token": Caller(role="publisher", publisher=BIRMINGHAM),
    "reviewer-token": Caller(role="reviewer", reviewer="r-one"),
    "kingston-token": Caller(role="publisher", publisher=KINGSTON),
}
NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)

STATUS = HubStatus(
    ledger_position=POSITION,
    projection_position=1190,
    linked_position=1195,
    submissions=SubmissionTotals(
        received=10, accepted=5, duplicate=2, conflict=1, rejected=1, in_flight=1
    ),
    source_episodes=SourceEpisodeTotals(
        total=6, matched=2, police_only=1, authority_only=1, in_review=1, held=1, void=0
    ),
    parked_children=0,
    publishers_heard=2,
    versions=Versions(hub="0.1.0", schema="1", definition=DEFINITION_VERSION),
    database_bytes=4096,
)


@dataclass
class MemorySubmissions:
    """Finds and lists the records that it was given."""

    records: list[SubmissionRecord] = field(default_factory=list)

    def find(self, submission_id: UUID) -> SubmissionRecord | None:
        """Return the record with an id."""
        return next((each for each in self.records if each.submission_id == submission_id), None)

    def rejects(self, wanted: RejectsQuery) -> Sequence[SubmissionRecord]:
        """Return rejected records, the latest first."""
        places = {
            RecordCursor(received_at=each.received_at, submission_id=each.submission_id): each
            for each in self.records
            if self.is_wanted(each, wanted)
        }
        after = [place for place in places if wanted.before is None or place < wanted.before]
        return [places[place] for place in sorted(after, reverse=True)[: wanted.limit]]

    def is_wanted(self, record: SubmissionRecord, wanted: RejectsQuery) -> bool:
        """Tell whether a record is a reject of the kind asked for."""
        reason = record.rejection.reason if record.rejection else None
        return (
            record.publisher == wanted.publisher
            and record.outcome is Outcome.REJECTED
            and wanted.reason in (None, reason)
            and (wanted.since is None or record.received_at >= wanted.since)
            and (wanted.until is None or record.received_at < wanted.until)
        )


@dataclass
class MemoryCounts:
    """Answers every question with one row for each region, or with an error."""

    error: Exception | None = None
    asked: list[CountsQuery] = field(default_factory=list)

    def answer(self, query: CountsQuery) -> CountsAnswer:
        """Return two rows."""
        if self.error is not None:
            raise self.error
        self.asked.append(query)
        return CountsAnswer(
            query=query,
            as_of_position=POSITION,
            as_of_time=NOON,
            definition_version=DEFINITION_VERSION,
            rows=tuple(
                CountRow(dimensions=(name,) * len(query.by), value=value, low=value, high=value + 1)
                for name, value in (("one", 7), ("two", 11))
            ),
            coverage=Coverage(
                publishers_heard=2,
                publishers_registered=193,
                parked_children=0,
                findings=(("class-conflict", 1),),
            ),
        )


@dataclass
class MemoryStatus:
    """Tells one state."""

    def read(self) -> HubStatus:
        """Return the state."""
        return STATUS

    def position(self) -> int:
        """Return the position of the state."""
        return STATUS.ledger_position


@dataclass
class MemoryHealth:
    """Tells the checks that it was given."""

    checks: dict[str, str | None] = field(default_factory=lambda: {"database": None})

    def ready(self) -> Mapping[str, str | None]:
        """Return the checks."""
        return self.checks


@dataclass
class MemoryTokens:
    """Knows five tokens."""

    error: Exception | None = None

    def check(self, token: str) -> Caller | None:
        """Return who holds a token."""
        if self.error is not None:
            raise self.error
        return TOKENS.get(token)


@dataclass(kw_only=True)
class Bench:
    """The application, the services behind it, what it recorded, and the logs of the last call."""

    feed_dir: Path
    gateway: MemoryGateway = field(default_factory=MemoryGateway)
    files: MemoryFiles = field(default_factory=MemoryFiles)
    today: date = date(2026, 3, 14)
    register: Register = field(default_factory=read_register)
    submissions: MemorySubmissions = field(default_factory=MemorySubmissions)
    log: MemoryLog = field(default_factory=MemoryLog)
    counts: MemoryCounts = field(default_factory=MemoryCounts)
    packs: MemoryPacks = field(default_factory=MemoryPacks)
    official: MemoryOfficial = field(default_factory=MemoryOfficial)
    history: MemoryHistory = field(default_factory=MemoryHistory)
    views: MemoryViews = field(default_factory=MemoryViews)
    reconciliation: MemoryReconciliation = field(default_factory=MemoryReconciliation)
    quality: MemoryQuality = field(default_factory=MemoryQuality)
    health: MemoryHealth = field(default_factory=MemoryHealth)
    tokens: MemoryTokens = field(default_factory=MemoryTokens)
    sessions: MemorySessions = field(default_factory=MemorySessions)
    review: MemoryReview = field(default_factory=MemoryReview)
    recorded: list[tuple[str, str, int]] = field(default_factory=list)
    logs: list[MutableMapping[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Build the application."""
        self.app = build_app(
            Services(
                gateway=self.gateway,
                files=self.files,
                register=self.register,
                today=lambda: self.today,
                submissions=self.submissions,
                log=self.log,
                counts=self.counts,
                history=self.history,
                views=self.views,
                packs=self.packs,
                official=self.official,
                reconciliation=self.reconciliation,
                quality=self.quality,
                status=MemoryStatus(),
                health=self.health,
                tokens=self.tokens,
                sessions=self.sessions,
                review=self.review,
                feed_dir=self.feed_dir,
                record=lambda route, method, code, _: self.recorded.append((route, method, code)),
            )
        )

    def call(
        self,
        method: str,
        path: str,
        *,
        token: str | None = OPERATOR,
        headers: Mapping[str, str] | None = None,
        content: bytes | AsyncIterator[bytes] | None = None,
    ) -> httpx.Response:
        """Return the answer to one request."""
        shown = {} if token is None else {"Authorization": f"Bearer {token}"}
        given = {**shown, **(headers or {})}
        with capture_logs() as self.logs:
            return call(self.app, method, path, headers=given, content=content)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """Return the answer to a GET."""
        return self.call("GET", path, **options)

    def post(
        self, content: bytes, kind: str = "application/json", **options: Any
    ) -> httpx.Response:
        """Return the answer to a POST of events."""
        headers = {"Content-Type": kind, **options.pop("headers", {})}
        path = options.pop("path", "/v1/events")
        return self.call("POST", path, content=content, headers=headers, **options)


def call(
    app: FastAPI,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str],
    content: bytes | AsyncIterator[bytes] | None = None,
) -> httpx.Response:
    """Return the answer of an application to one request."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://hub.test") as client:
            return await client.request(method, path, headers=headers, content=content)

    return asyncio.run(send())


def rejected(number: int, *, publisher: PublisherId | None = RICHMOND) -> SubmissionRecord:
    """Return a rejected submission; all of them came at one instant."""
    return SubmissionRecord(
        submission_id=UUID(int=number),
        publisher=publisher,
        outcome=Outcome.REJECTED,
        rejection=Rejection(
            reason=Reason.DATE_INVALID, pointer="/data/located", message="No such day."
        ),
        received_at=NOON,
    )


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a problem document; the document must agree with its answer."""
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == answer.status_code
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")
