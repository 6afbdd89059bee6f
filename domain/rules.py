"""The rules that DfE publishes about missing periods (SSDA903): code, source, effect and test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from domain.missing_periods import (
    Carried,
    Case,
    ChildRecord,
    MissingEntry,
    MissingPeriod,
    Unread,
    before_birth,
    birth_dates_differ,
    cases,
    ceased_at_eighteen_otherwise,
    ends_before_start,
    ends_outside_year,
    not_carried_on,
    not_registered,
    open_after_placement,
    overlaps_earlier,
    runs_past_care,
    starts_after_care,
    starts_after_year,
    starts_before_care,
)
from domain.periods import ReportingYear

SOURCE: Final = "DfE, children looked after return (SSDA903), validation rule"
CHECK_SOURCE: Final = "Data to Insight, validator of the SSDA903 return, integrity check"

T = TypeVar("T")


class Effect(StrEnum):
    """What becomes of a row that breaks a rule; published with every count."""

    REJECT = "reject"
    COUNT = "count"
    COUNT_WITHOUT_DURATION = "count-without-duration"


@dataclass(frozen=True, kw_only=True)
class Rule(Generic[T]):
    """A published rule: its permanent code and source, the field to put right, and its test."""

    code: str
    source: str
    field: str
    effect: Effect
    says: str
    broken: Callable[[T], bool]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A period, by its place in the record, and the rule that it breaks."""

    period: int
    rule: Rule[Case]


START_BLANK: Final = Rule[MissingEntry](
    code="564",
    source=f"{SOURCE} 564",
    field="MIS_START",
    effect=Effect.REJECT,
    says="The start of the period is blank.",
    broken=lambda entry: entry.starts_on is Unread.BLANK,
)
KIND_BLANK_WITH_START: Final = Rule[MissingEntry](
    code="565",
    source=f"{SOURCE} 565",
    field="MISSING",
    effect=Effect.REJECT,
    says="There is a start, but not whether the child was missing or away.",
    broken=lambda entry: entry.kind is Unread.BLANK and entry.starts_on is not Unread.BLANK,
)
KIND_BLANK_WITH_END: Final = Rule[MissingEntry](
    code="566",
    source=f"{SOURCE} 566",
    field="MISSING",
    effect=Effect.REJECT,
    says="There is an end, but not whether the child was missing or away.",
    broken=lambda entry: entry.kind is Unread.BLANK and entry.ends_on is not Unread.BLANK,
)
START_INVALID: Final = Rule[MissingEntry](
    code="1004",
    source=f"{SOURCE} 1004",
    field="MIS_START",
    effect=Effect.REJECT,
    says="The start is not a date of the calendar, written dd/mm/yyyy.",
    broken=lambda entry: entry.starts_on is Unread.INVALID,
)
END_INVALID: Final = Rule[MissingEntry](
    code="1005",
    source=f"{SOURCE} 1005",
    field="MIS_END",
    effect=Effect.REJECT,
    says="The end is not a date of the calendar, written dd/mm/yyyy.",
    broken=lambda entry: entry.ends_on is Unread.INVALID,
)
KIND_INVALID: Final = Rule[MissingEntry](
    code="1006",
    source=f"{SOURCE} 1006",
    field="MISSING",
    effect=Effect.REJECT,
    says="The kind of absence is neither M nor A.",
    broken=lambda entry: entry.kind is Unread.INVALID,
)
END_BEFORE_START: Final = Rule[Case](
    code="567",
    source=f"{SOURCE} 567",
    field="MIS_END",
    effect=Effect.COUNT_WITHOUT_DURATION,
    says="The period ends before it starts.",
    broken=ends_before_start,
)
START_AFTER_YEAR: Final = Rule[Case](
    code="570",
    source=f"{SOURCE} 570",
    field="MIS_START",
    effect=Effect.COUNT,
    says="The period starts after the collection year.",
    broken=starts_after_year,
)
END_OUTSIDE_YEAR: Final = Rule[Case](
    code="571",
    source=f"{SOURCE} 571",
    field="MIS_END",
    effect=Effect.COUNT,
    says="The period ends before or after the collection year.",
    broken=ends_outside_year,
)
OVERLAP: Final = Rule[Case](
    code="574",
    source=f"{SOURCE} 574",
    field="MIS_START",
    effect=Effect.COUNT,
    says="The period starts while an earlier one of the child is open or has not ended.",
    broken=overlaps_earlier,
)
OPEN_AFTER_PLACEMENT: Final = Rule[Case](
    code="575",
    source=f"{SOURCE} 575",
    field="MIS_END",
    effect=Effect.COUNT,
    says="The placement in which the period began has ended; the period is still open.",
    broken=open_after_placement,
)
PAST_CARE: Final = Rule[Case](
    code="577",
    source=f"{SOURCE} 577",
    field="MIS_END",
    effect=Effect.COUNT,
    says="The child ceased to be looked after before the period ended.",
    broken=runs_past_care,
)
START_AFTER_CARE: Final = Rule[Case](
    code="578",
    source=f"{SOURCE} 578",
    field="MIS_START",
    effect=Effect.COUNT,
    says="The period starts after the child ceased to be looked after.",
    broken=starts_after_care,
)
CEASED_AT_EIGHTEEN: Final = Rule[Case](
    code="580",
    source=f"{SOURCE} 580",
    field="REC",
    effect=Effect.COUNT,
    says="The child turned 18 while missing, and care ended for a reason other than E8.",
    broken=ceased_at_eighteen_otherwise,
)
START_BEFORE_CARE: Final = Rule[Case](
    code="581",
    source=f"{SOURCE} 581",
    field="MIS_START",
    effect=Effect.COUNT,
    says="The period starts before the child is looked after.",
    broken=starts_before_care,
)
BEFORE_BIRTH: Final = Rule[Case](
    code="586",
    source=f"{SOURCE} 586",
    field="MIS_START",
    effect=Effect.COUNT_WITHOUT_DURATION,
    says="The period starts or ends before the child was born.",
    broken=before_birth,
)
NOT_IN_HEADER: Final = Rule[Case](
    code="INT04",
    source=f"{CHECK_SOURCE} INT04",
    field="CHILD",
    effect=Effect.COUNT,
    says="The child is not in the Header.",
    broken=not_registered,
)
BIRTH_DATES_DIFFER: Final = Rule[Case](
    code="INT13",
    source=f"{CHECK_SOURCE} INT13",
    field="DOB",
    effect=Effect.COUNT,
    says="The birth date is not the one in the Header.",
    broken=birth_dates_differ,
)
NOT_CARRIED_ON: Final = Rule[Carried](
    code="576",
    source=f"{SOURCE} 576",
    field="MIS_START",
    effect=Effect.COUNT,
    says="The period was open in last year's return and does not appear in this one.",
    broken=not_carried_on,
)

ENTRY_RULES: Final = (
    START_BLANK,
    KIND_BLANK_WITH_START,
    KIND_BLANK_WITH_END,
    START_INVALID,
    END_INVALID,
    KIND_INVALID,
)
PERIOD_RULES: Final = (
    END_BEFORE_START,
    START_AFTER_YEAR,
    END_OUTSIDE_YEAR,
    OVERLAP,
    OPEN_AFTER_PLACEMENT,
    PAST_CARE,
    START_AFTER_CARE,
    CEASED_AT_EIGHTEEN,
    START_BEFORE_CARE,
    BEFORE_BIRTH,
    NOT_IN_HEADER,
    BIRTH_DATES_DIFFER,
)

# A period that breaks one of these began while the child was not looked after.
OUTSIDE_CARE: Final = frozenset({START_AFTER_CARE.code, START_BEFORE_CARE.code})


def entry_findings(entry: MissingEntry) -> tuple[Rule[MissingEntry], ...]:
    """Return the rules for which a row is no period, in the order of ENTRY_RULES; none if it is."""
    return tuple(rule for rule in ENTRY_RULES if rule.broken(entry))


def period_findings(record: ChildRecord, year: ReportingYear) -> tuple[Finding, ...]:
    """Return what the periods of a child break in a collection year.

    Ordered by period, then as PERIOD_RULES. The order in which periods are given decides only
    which of two equal ones is the later.
    """
    return tuple(
        Finding(period=index, rule=rule)
        for index, case in sorted(cases(record, year), key=lambda each: each[0])
        for rule in PERIOD_RULES
        if rule.broken(case)
    )


def carried_findings(
    last_year: Sequence[MissingPeriod], this_year: Sequence[MissingPeriod]
) -> tuple[int, ...]:
    """Return the places of a child's periods of last year that break rule 576 this year."""
    now = tuple(this_year)
    return tuple(
        index
        for index, period in enumerate(last_year)
        if NOT_CARRIED_ON.broken(Carried(period=period, this_year=now))
    )
