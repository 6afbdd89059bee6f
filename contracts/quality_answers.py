"""Puts the answer about a publisher's data into its form, and into one tidy table."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Final

from contracts.quality import (
    DeclaredDocument,
    FindingDocument,
    QualityDocument,
    ShareDocument,
    TimelinessDocument,
    VolumeDocument,
    rules_document,
)
from contracts.reasons import MEANING, Reason
from domain.errors import UsageError
from domain.identifiers import parse_publisher_id, publisher_kind
from domain.periods import Month
from domain.quality import LEAST_PUBLISHERS
from domain.quality_figures import Figures, Part, judgements, median_of
from domain.quality_report import QualityAnswer, QualityQuery

OUTCOME_MEANING: Final = {
    "accepted": "Recorded.",
    "duplicate": "Sent before with the same content; counted once.",
    "conflict": "Sent before with other content under the same id; the first one stands.",
    "rejected": "Breaks the contract; not recorded.",
}
MEDIAN_NOTE: Final = (
    "national_median: of the publishers of the same kind that were heard, this one included;"
    f" null where fewer than {LEAST_PUBLISHERS} can be compared. It is no ranking."
)
NOTES: Final = (
    MEDIAN_NOTE,
    "outcomes and rejects: of all submissions ever, whatever the months.",
    "received: messages accepted that the publisher recorded in the declared period.",
)
COLUMNS: Final = ("section", "month", "type", "name", "cases", "of", "value", "national_median")
# Four places tell two shares apart, and keep the same answer the same text.
PLACES: Final = 4

_RULES: Final = {each.code: each for each in rules_document().rules}
_Line = tuple[object, ...]


def parse_quality_query(
    publisher: str, first: str | None = None, last: str | None = None
) -> QualityQuery:
    """Read a question; months as 2026-03. Raises UsageError if it is none."""
    query = QualityQuery(
        publisher=parse_publisher_id(publisher),
        first=None if first is None else Month.parse(first),
        last=None if last is None else Month.parse(last),
    )
    if query.first and query.last and query.last < query.first:
        raise UsageError("`to` lies before `from`; give the earlier month as `from`.")
    return query


def quality_document(answer: QualityAnswer) -> QualityDocument:
    """Return an answer in the form that the API prints."""
    query = answer.query
    return QualityDocument(
        publisher=query.publisher,
        kind=publisher_kind(query.publisher),
        as_of_position=answer.as_of_position,
        as_of_time=answer.as_of_time,
        definition_version=answer.definition_version,
        first_month=None if query.first is None else str(query.first),
        last_month=None if query.last is None else str(query.last),
        publishers_compared=len(answer.others),
        last_heard=answer.last_heard,
        silent_from=answer.silent_from,
        declared_periods=tuple(
            DeclaredDocument(
                from_date=each.from_date,
                to_date=each.to_date,
                rows_sent=each.rows_sent,
                received=each.received,
            )
            for each in answer.declared
        ),
        undeclared_months=tuple(map(str, answer.undeclared)),
        volumes=tuple(
            VolumeDocument(
                month=each.month, type=each.type, events=each.events, national_median=each.national
            )
            for each in answer.volumes
        ),
        timeliness=_timeliness(answer),
        completeness=tuple(_completeness(answer)),
        outcomes=_outcomes(answer),
        rejects=_rejects(answer),
        findings=tuple(_findings(answer)),
        notes=NOTES,
    )


def quality_csv(document: QualityDocument) -> str:
    """Return a document as one tidy table: what each number is stands in its row."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_lines(document))
    return text.getvalue()


def _timeliness(answer: QualityAnswer) -> TimelinessDocument:
    own, others = answer.figures.delays, [each.delays for each in answer.others.values()]
    return TimelinessDocument(
        events=own.events,
        median_hours=own.within_hours(0.5),
        median_hours_national=_median(each.within_hours(0.5) for each in others),
        p90_hours=own.within_hours(0.9),
        p90_hours_national=_median(each.within_hours(0.9) for each in others),
        within_24_hours=_rounded(own.in_time),
        within_24_hours_national=_median(each.in_time for each in others),
    )


def _completeness(answer: QualityAnswer) -> Iterator[ShareDocument]:
    for (kind, name), part in answer.figures.fields.items():
        others = (each.fields.get((kind, name), Part()) for each in answer.others.values())
        yield _share(name, part, others, kind=kind)


def _outcomes(answer: QualityAnswer) -> tuple[ShareDocument, ...]:
    return tuple(
        _share(
            name,
            _of_settled(answer.figures, answer.figures.outcomes, name),
            [_of_settled(each, each.outcomes, name) for each in answer.others.values()],
            says=says,
        )
        for name, says in OUTCOME_MEANING.items()
    )


def _rejects(answer: QualityAnswer) -> tuple[ShareDocument, ...]:
    return tuple(
        _share(
            name,
            _of_settled(answer.figures, answer.figures.reasons, name),
            [_of_settled(each, each.reasons, name) for each in answer.others.values()],
            says=MEANING[Reason(name)],
        )
        for name in sorted(answer.figures.reasons)
    )


def _findings(answer: QualityAnswer) -> Iterator[FindingDocument]:
    others = {
        name: {each.code: each.part for each in judgements(figures)}
        for name, figures in answer.others.items()
    }
    for judged in judgements(answer.figures):
        yield FindingDocument(
            rule=_RULES[judged.code],
            cases=judged.part.cases,
            of=judged.part.of,
            share=_rounded(judged.part.share),
            found=judged.found,
            national_median=_median(parts[judged.code].share for parts in others.values()),
        )


def _share(
    name: str, part: Part, others: Iterable[Part], *, kind: str | None = None, says: str = ""
) -> ShareDocument:
    return ShareDocument(
        name=name,
        type=kind,
        cases=part.cases,
        of=part.of,
        share=_rounded(part.share),
        national_median=_median(each.share for each in others),
        says=says,
    )


def _of_settled(figures: Figures, numbers: Mapping[str, int], name: str) -> Part:
    return Part(cases=numbers.get(name, 0), of=figures.settled)


def _median(values: Iterable[float | None]) -> float | None:
    return _rounded(median_of(values))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, PLACES)


def _lines(document: QualityDocument) -> Iterator[_Line]:
    for volume in document.volumes:
        usual = volume.national_median
        yield ("volume", volume.month, volume.type, "events", "", "", volume.events, usual)
    late = document.timeliness
    for name, value, national in (
        ("median_hours", late.median_hours, late.median_hours_national),
        ("p90_hours", late.p90_hours, late.p90_hours_national),
        ("within_24_hours", late.within_24_hours, late.within_24_hours_national),
    ):
        yield ("timeliness", "", "", name, "", late.events, value, national)
    for section, shares in (
        ("completeness", document.completeness),
        ("outcome", document.outcomes),
        ("reject", document.rejects),
    ):
        for each in shares:
            numbers = (each.cases, each.of, each.share, each.national_median)
            yield (section, "", each.type, each.name, *numbers)
    for found in document.findings:
        numbers = (found.cases, found.of, found.share, found.national_median)
        yield ("finding", "", "", found.rule.code, *numbers)
    for period in document.declared_periods:
        span = f"{period.from_date}/{period.to_date}"
        yield ("declared", "", "", span, period.received, period.rows_sent, "", "")
    for month in document.undeclared_months:
        yield ("undeclared", month, "", "", "", "", "", "")
