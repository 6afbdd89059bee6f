"""Reads how good a publisher's data are, from the views of one build in one snapshot."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.errors import UsageError
from domain.periods import Month, london_date
from domain.quality import FIRST_EPISODES, LATER_EPISODES, LEAST_PUBLISHERS, RHYTHM_OF
from domain.quality_figures import Figures, Part, silent_from
from domain.quality_report import (
    DeclaredPeriod,
    QualityAnswer,
    QualityQuery,
    Volume,
    undeclared_months,
)
from domain.quality_tallies import Delays, delays, optional_fields
from projections.quality_questions import (
    ALIKE,
    BUILD,
    BY_TYPE,
    CASES,
    DECLARED,
    FINDINGS,
    FIRST_MONTH,
    HOURS,
    LAST_HEARD,
    OUTCOMES,
    POINTED_AT,
    TALLIES,
    VOLUMES,
)

Values = Mapping[str, Any]
# The rule whose cases stand beside each other in the view of cases, and not among the findings.
SIBLINGS = "DQ1"


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """A record that a finding points at, for its publisher to look up; no identity."""

    position: int
    submission_id: UUID | None
    month: str
    true_from: datetime | None


def answer_quality(connection: Connection[TupleRow], query: QualityQuery) -> QualityAnswer:
    """Return how good a publisher's data are as of the position that the views have reached."""
    version, values = _stand(connection, query)
    others = _figures(connection, values)
    declared = _declared(connection, values)
    last_heard, silent_at = _heard(connection, values)
    return QualityAnswer(
        query=query,
        as_of_position=values["position"],
        as_of_time=values["time"] if values["position"] else None,
        definition_version=version,
        figures=others.get(query.publisher, Figures(publisher=query.publisher)),
        others=others,
        volumes=tuple(
            Volume(
                month=str(month),
                type=str(kind),
                events=int(events),
                national=None if usual is None else float(usual),
            )
            for month, kind, events, usual in connection.execute(VOLUMES, values)
        ),
        declared=declared,
        undeclared=_undeclared(connection, values, declared),
        last_heard=last_heard,
        silent_from=silent_at,
    )


def pointers(
    connection: Connection[TupleRow], query: QualityQuery, code: str
) -> tuple[Pointer, ...]:
    """Return the records that the findings of a code point at, in the order of the ledger."""
    _, values = _stand(connection, query)
    question = ALIKE if code == SIBLINGS else POINTED_AT
    return tuple(
        Pointer(position=position, submission_id=submission, month=month, true_from=since)
        for position, submission, month, since in connection.execute(
            question, {**values, "code": code}
        )
    )


def _stand(connection: Connection[TupleRow], query: QualityQuery) -> tuple[str, Values]:
    row = connection.execute(BUILD).fetchone()
    if row is None:
        raise UsageError("Nothing has been counted yet: start the hub, or run hub rebuild.")
    build, position, version, time = row
    return str(version), {
        "build": build,
        "position": position,
        "time": time or datetime.min.replace(tzinfo=UTC),
        "publisher": query.publisher,
        "kind": query.publisher[:3],
        "first": None if query.first is None else str(query.first),
        "last": None if query.last is None else str(query.last),
        "early": FIRST_EPISODES,
        "later": LATER_EPISODES,
        "publishers": LEAST_PUBLISHERS,
    }


def _figures(connection: Connection[TupleRow], values: Values) -> dict[str, Figures]:
    """Return the figures of every publisher of the kind that was heard."""
    cases = {str(row[0]): row[1:] for row in connection.execute(CASES, values)}
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for publisher, code, number in connection.execute(FINDINGS, values):
        found[publisher][code] = number
    outcomes: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    reasons: dict[str, dict[str, int]] = defaultdict(dict)
    for publisher, outcome, reason, number in connection.execute(OUTCOMES, values):
        outcomes[publisher][outcome] += number
        if reason:
            reasons[publisher][reason] = number
    filled, late = _tallied(connection, values)
    return {
        publisher: Figures(
            publisher=publisher,
            **_of_cases(cases.get(publisher, (0,) * 12)),
            found=found[publisher],
            outcomes=dict(outcomes[publisher]),
            reasons=reasons[publisher],
            fields=filled.get(publisher, {}),
            delays=late.get(publisher, Delays()),
        )
        for publisher in sorted({*cases, *outcomes, *late})
    }


def _of_cases(row: tuple[int, ...]) -> dict[str, Any]:
    accounts, alike, matched, shared, away, classed, *responses = row
    answered, owed, first, first_of, later, later_of = responses
    return {
        "accounts": accounts,
        "alike": alike,
        "matched": Part(cases=matched, of=shared),
        "away": Part(cases=away, of=classed),
        "responded": Part(cases=answered, of=owed),
        "first": Part(cases=first, of=first_of),
        "later": Part(cases=later, of=later_of),
    }


def _tallied(
    connection: Connection[TupleRow], values: Values
) -> tuple[dict[str, dict[tuple[str, str], Part]], dict[str, Delays]]:
    """Return how often each optional field is filled, and the delays, by publisher."""
    spans: dict[str, dict[int, int]] = defaultdict(dict)
    filled: dict[tuple[str, str, str], int] = {}
    for publisher, kind, what, number in connection.execute(TALLIES, values):
        measure, _, name = str(what).partition(":")
        if measure == "delay":
            spans[publisher][int(name)] = number
        else:
            filled[publisher, kind, name] = number
    fields: dict[str, dict[tuple[str, str], Part]] = defaultdict(dict)
    for publisher, kind, number in connection.execute(BY_TYPE, values):
        for name in optional_fields().get(kind, ()):
            part = Part(cases=filled.get((publisher, kind, name), 0), of=number)
            fields[publisher][kind, name] = part
    return fields, {publisher: delays(each) for publisher, each in spans.items()}


def _declared(connection: Connection[TupleRow], values: Values) -> tuple[DeclaredPeriod, ...]:
    return tuple(
        DeclaredPeriod(from_date=begin, to_date=end, rows_sent=sent, received=received)
        for begin, end, sent, received in connection.execute(DECLARED, values)
    )


def _undeclared(
    connection: Connection[TupleRow], values: Values, declared: tuple[DeclaredPeriod, ...]
) -> tuple[Month, ...]:
    row = connection.execute(FIRST_MONTH, values).fetchone()
    if row is None or row[0] is None:
        return ()
    months = undeclared_months(Month.parse(row[0]), london_date(values["time"]), declared)
    return tuple(
        month
        for month in months
        if (values["first"] or "") <= str(month) <= (values["last"] or "9999-12")
    )


def _heard(
    connection: Connection[TupleRow], values: Values
) -> tuple[datetime | None, datetime | None]:
    """Return when the publisher was last heard, and when it counts as silent; None: never heard."""
    row = connection.execute(LAST_HEARD, values).fetchone()
    if row is None or row[0] is None:
        return None, None
    last = row[0]
    since = last - RHYTHM_OF
    hours = [hour for (hour,) in connection.execute(HOURS, {**values, "since": since})]
    return last, silent_from(hours, last)
