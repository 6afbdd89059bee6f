"""One example of every form that the API answers with; made up, and of no child."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

from msgspec import to_builtins

from contracts.catalogue import contracts_document
from contracts.counts import counts_document
from contracts.history import history_document
from contracts.imports import FindingEntry, RejectionEntry, Totals, ranges_of, report
from contracts.measures import measures_document
from contracts.outcomes import (
    Outcome,
    Receipt,
    Rejection,
    Settled,
    SubmissionProofs,
    SubmissionRecord,
)
from contracts.problems import ParameterProblem, ProblemDocument, ProblemMeaning, problem_type
from contracts.quality import rules_document
from contracts.quality_answers import quality_document
from contracts.reasons import MEANING, Reason
from contracts.receipts import (
    RejectsDocument,
    receipts_document,
    submission_answer,
    submission_document,
)
from contracts.reconciliation import reconciliation_document
from contracts.review import queue_document
from contracts.status import (
    HealthDocument,
    HubStatus,
    SourceEpisodeTotals,
    SubmissionTotals,
    Versions,
)
from contracts.views import view_document, views_document
from domain.agreement import agreement
from domain.identifiers import PublisherId, publisher_urn
from domain.measures import DEFINITION_VERSION, CountRow, CountsAnswer, CountsQuery, Coverage
from domain.periods import Month
from domain.quality_figures import Figures, Part
from domain.quality_report import QualityAnswer, QualityQuery, Volume
from domain.quality_tallies import delays
from domain.reconciliation_terms import (
    ReconciliationAnswer,
    ReconciliationCell,
    ReconciliationQuery,
    SourceRowTotals,
    Terms,
)
from domain.reviewing import PairKind, WaitingPair, pair_of
from hub.api.figure_examples import ABOUT, HISTORY, VIEW
from hub.api.official_example import TABLE

PUBLISHER: Final = PublisherId("la-330")
AT: Final = datetime(2026, 3, 14, 22, 5, tzinfo=UTC)

EVENT: Final[dict[str, Any]] = {
    "specversion": "1.0",
    "id": "2f1c7a52-0001",
    "source": publisher_urn(PUBLISHER),
    "type": "missing.episode.reported.v1",
    "time": "2026-03-14T22:05:00Z",
    "subject": "E-2093",
    "datacontenttype": "application/json",
    "data": {
        "child": "C-1042",
        "classification": "missing",
        "last_seen": "2026-03-14T19:30:00Z",
        "looked_after": True,
    },
}

RECORD: Final = SubmissionRecord(
    submission_id=UUID("6b1f2a3c-4d5e-5f60-8a7b-9c0d1e2f3a4b"),
    publisher=PUBLISHER,
    outcome=Outcome.REJECTED,
    rejection=Rejection(
        reason=Reason.DATE_INVALID,
        pointer="/data/last_seen",
        message="The date or time does not exist in the calendar.",
    ),
    received_at=AT,
)

ACCEPTED: Final = SubmissionRecord(
    submission_id=UUID("0d9e8f7a-6b5c-5d4e-9f3a-2b1c0d9e8f7a"),
    publisher=PUBLISHER,
    outcome=Outcome.ACCEPTED,
    position=48211,
    received_at=AT,
)

RECEIPT: Final = Receipt(
    submission_id=UUID("0d9e8f7a-6b5c-5d4e-9f3a-2b1c0d9e8f7a"),
    settled=Settled(
        submission_id=UUID("0d9e8f7a-6b5c-5d4e-9f3a-2b1c0d9e8f7a"),
        outcome=Outcome.ACCEPTED,
        position=48211,
    ),
)

COUNTS: Final = CountsAnswer(
    query=CountsQuery(
        measure="missing_incidents",
        by=("region",),
        first_day=date(2026, 3, 1),
        last_day=date(2026, 3, 31),
    ),
    as_of_position=48211,
    as_of_time=AT,
    definition_version=DEFINITION_VERSION,
    rows=(
        CountRow(dimensions=("E12000001",), value=610, low=602, high=615),
        CountRow(dimensions=("E12000002",), value=1480, low=1475, high=1496),
    ),
    coverage=Coverage(
        publishers_heard=187,
        publishers_registered=193,
        parked_children=0,
        findings=(("class-conflict", 12),),
    ),
)

RECONCILIATION: Final = ReconciliationAnswer(
    query=ReconciliationQuery(
        by=("authority",), first_day=date(2026, 3, 1), last_day=date(2026, 3, 31)
    ),
    as_of_position=48211,
    as_of_time=AT,
    definition_version=DEFINITION_VERSION,
    cells=(
        ReconciliationCell(
            dimensions=("330",),
            terms=Terms(
                police_total=214,
                authority_total=171,
                national_total=226,
                matched_police=152,
                matched_authority=149,
                police_only=58,
                authority_only=19,
                in_review_police=4,
                in_review_authority=3,
                held_police=1,
                void_authority=2,
            ),
        ),
    ),
    source_episodes=SourceRowTotals(
        total=9600,
        matched=4200,
        police_only=3900,
        authority_only=1300,
        in_review=150,
        held=20,
        void=30,
    ),
    parked_children=0,
)

FIGURES: Final = Figures(
    publisher=PUBLISHER,
    accounts=214,
    matched=Part(cases=171, of=190),
    found={"DQ9": 31},
    outcomes={"accepted": 1204, "duplicate": 17, "rejected": 9},
    reasons={"date-invalid": 9},
    fields={("episode-reported", "left"): Part(cases=207, of=214)},
    delays=delays({1: 300, 6: 420, 7: 484}),
)
QUALITY: Final = QualityAnswer(
    query=QualityQuery(publisher=PUBLISHER, first=Month(year=2026, number=3)),
    as_of_position=48211,
    as_of_time=AT,
    definition_version=DEFINITION_VERSION,
    figures=FIGURES,
    others={PUBLISHER: FIGURES},
    volumes=(Volume(month="2026-03", type="episode-reported", events=214, national=188.0),),
    declared=(),
    undeclared=(),
    last_heard=AT,
    silent_from=AT,
)

STATUS: Final = HubStatus(
    ledger_position=48211,
    projection_position=48211,
    linked_position=48211,
    submissions=SubmissionTotals(
        received=50000, accepted=48100, duplicate=1700, conflict=40, rejected=150, in_flight=10
    ),
    source_episodes=SourceEpisodeTotals(
        total=9600,
        matched=4200,
        police_only=3900,
        authority_only=1300,
        in_review=150,
        held=20,
        void=30,
    ),
    parked_children=0,
    publishers_heard=187,
    versions=Versions(hub="0.1.0", schema="1", definition=DEFINITION_VERSION),
    database_bytes=314572800,
)

REPORT: Final = report(
    {"missing.csv": Totals(rows=3, accepted=2, rejected=1)},
    events=Totals(rows=6, accepted=6),
    findings=(
        FindingEntry(file="missing.csv", row=2, code="575", field="MIS_END", subject_row=14),
    ),
    rejections=(
        RejectionEntry(
            file="missing.csv",
            row=3,
            code="1004",
            pointer="/MIS_START",
            message="The date is not in the form 31/12/2025.",
        ),
    ),
    outcomes=ranges_of("missing.csv", (Outcome.ACCEPTED, Outcome.ACCEPTED, Outcome.REJECTED)),
)

PROBLEM: Final = ProblemDocument(
    type=problem_type("parameters-invalid"),
    title="A parameter does not have the form asked for",
    status=422,
    detail="The member errors names each parameter at fault.",
    errors=(
        ParameterProblem(
            place="query", name="limit", detail="Input should be less than or equal to 500."
        ),
    ),
)


def example_of(form: type) -> Any:
    """Return an example of a form as JSON holds it. Raises KeyError if the form has none."""
    return _examples()[form]


WAITING: Final = WaitingPair(
    pair=pair_of(PairKind.CHILDREN, UUID(int=1), UUID(int=2)),
    effect=3,
    since=AT,
    probability=0.94,
    weight=4.1,
    conflict="runner-up",
)
AGREEMENT: Final = {
    PairKind.CHILDREN: agreement([(True, True)] * 8 + [(False, False)] * 5 + [(True, False)]),
    PairKind.EPISODES: agreement([]),
}


@cache
def _examples() -> dict[type, Any]:
    documents: tuple[object, ...] = (
        contracts_document(),
        counts_document(COUNTS),
        history_document(HISTORY),
        view_document(VIEW),
        views_document((ABOUT,)),
        measures_document(),
        TABLE,
        quality_document(QUALITY),
        rules_document(),
        queue_document((WAITING,), AGREEMENT, position=1204, most=10),
        receipts_document([RECEIPT]),
        submission_document(RECORD),
        submission_answer(ACCEPTED, SubmissionProofs(due_at=AT + timedelta(hours=5))),
        RejectsDocument(publisher=PUBLISHER, rejects=(submission_document(RECORD),), next=None),
        REPORT,
        STATUS,
        reconciliation_document(RECONCILIATION),
        HealthDocument(status="ready", checks={"database": "ready"}),
        PROBLEM,
        ProblemMeaning(
            code=Reason.DATE_INVALID,
            title="The message was rejected",
            detail=MEANING[Reason.DATE_INVALID],
        ),
    )
    return {type(document): to_builtins(document) for document in documents}
