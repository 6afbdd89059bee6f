"""Compares an SSDA903 return with last year's: DfE's rule 576."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from contracts.file_reading import RowFinding
from contracts.returned_rows import KnownRow, standing_of
from contracts.ssda903_facts import ASKS
from contracts.ssda903_reading import ReturnedPeriod, ReturnReading
from domain.missing_periods import MissingPeriod
from domain.periods import ReportingYear
from domain.rules import NOT_CARRIED_ON, carried_findings


def carried_on(
    previous: Sequence[ReturnedPeriod], current: Sequence[ReturnedPeriod]
) -> tuple[RowFinding, ...]:
    """Return the periods that last year's return left open and this year's does not go on with.

    The rows are those of last year's return; `previous/` before the file says so.
    """
    this_year = _by_child(current)
    return tuple(
        RowFinding(
            file=f"previous/{returned[at].file}",
            row=returned[at].row,
            code=NOT_CARRIED_ON.code,
            field=NOT_CARRIED_ON.field,
            subject_row=returned[at].subject_row,
        )
        for child, returned in _by_child(previous).items()
        for at in carried_findings(_dates(returned), _dates(this_year.get(child, [])))
    )


def beside(last_year: ReturnReading, current: ReturnReading) -> ReturnReading:
    """Return a reading with what last year's return, given beside it, lets one find.

    That takes the place of what was remembered of last year.
    """
    found = [each for each in current.findings if each.code != NOT_CARRIED_ON.code]
    carried = carried_on(last_year.periods, current.periods)
    return replace(current, findings=(*found, *carried))


def remembered_periods(known: Iterable[KnownRow], year: ReportingYear) -> list[ReturnedPeriod]:
    """Return the missing periods that the return of a year had when it was last sent.

    One that was put right since, by the return of another year, is open no more.
    """
    periods = []
    for row in known:
        said = row.last_in(str(year.ending))
        if said is None or row.kind not in ASKS or row.void or row.held or row.asked:
            continue
        end = said.end and standing_of(row).end
        periods.append(
            ReturnedPeriod(
                file=said.place.file,
                row=said.place.row,
                child=row.child,
                starts_on=date.fromisoformat(said.start),
                ends_on=None if end is None else date.fromisoformat(end),
                subject_row=said.place.subject_row,
            )
        )
    return sorted(periods, key=lambda each: (each.file, each.row))


def _by_child(periods: Sequence[ReturnedPeriod]) -> dict[str, list[ReturnedPeriod]]:
    grouped: dict[str, list[ReturnedPeriod]] = {}
    for period in periods:
        grouped.setdefault(period.child, []).append(period)
    return grouped


def _dates(periods: Sequence[ReturnedPeriod]) -> tuple[MissingPeriod, ...]:
    return tuple(MissingPeriod(starts_on=each.starts_on, ends_on=each.ends_on) for each in periods)
