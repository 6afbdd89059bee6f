"""How good a publisher's data are, and the rules that say so: the forms of both."""

from datetime import date, datetime

from msgspec import Struct, field

from domain.identifiers import PublisherKind
from domain.measures import DEFINITION_VERSION
from domain.quality import QUALITY_RULES, Level, QualityRule
from domain.rules import ENTRY_RULES, NOT_CARRIED_ON, PERIOD_RULES, Effect


class VolumeDocument(Struct, frozen=True, kw_only=True):
    """Events of one type that happened in one London month."""

    month: str
    type: str
    events: int
    national_median: float | None


class TimelinessDocument(Struct, frozen=True, kw_only=True):
    """How long after it happened an event was recorded.

    The hours are upper bounds of fixed spans; null: longer than the last one, or no event.
    """

    events: int
    median_hours: int | None
    median_hours_national: float | None
    p90_hours: int | None
    p90_hours_national: float | None
    within_24_hours: float | None
    within_24_hours_national: float | None


class ShareDocument(Struct, frozen=True, kw_only=True):
    """Cases of a number; share: null of nothing. type: of the event, for completeness."""

    name: str
    type: str | None
    cases: int
    of: int
    share: float | None
    national_median: float | None
    says: str | None = None


class RuleDocument(Struct, frozen=True, kw_only=True):
    """A rule: its permanent code, where it comes from, and its effect on counting."""

    code: str
    title: str
    source: str
    level: Level
    effect: Effect
    says: str


class FindingDocument(Struct, frozen=True, kw_only=True):
    """How often a publisher's records break a rule. found: whether that is a finding."""

    rule: RuleDocument
    cases: int
    of: int
    share: float | None
    found: bool
    national_median: float | None


class DeclaredDocument(Struct, frozen=True, kw_only=True):
    """A period that the publisher declared complete; 0 rows: a nil return.

    received: messages accepted that it recorded in the period, declarations apart.
    """

    from_date: date
    to_date: date
    rows_sent: int
    received: int


class QualityDocument(Struct, frozen=True, kw_only=True):
    """How good one publisher's data are, beside the median of its kind; no child, no ranking.

    from, to: months of occurrence, inclusive; null: open. silent_from: when the publisher counts
    as silent by its own rhythm. undeclared_months: closed, and no declared period covers them:
    silence there is not zero.
    """

    publisher: str
    kind: PublisherKind
    as_of_position: int
    as_of_time: datetime | None
    definition_version: str
    first_month: str | None = field(name="from")
    last_month: str | None = field(name="to")
    publishers_compared: int
    last_heard: datetime | None
    silent_from: datetime | None
    declared_periods: tuple[DeclaredDocument, ...]
    undeclared_months: tuple[str, ...]
    volumes: tuple[VolumeDocument, ...]
    timeliness: TimelinessDocument
    completeness: tuple[ShareDocument, ...]
    outcomes: tuple[ShareDocument, ...]
    rejects: tuple[ShareDocument, ...]
    findings: tuple[FindingDocument, ...]
    notes: tuple[str, ...]


class QualityRulesDocument(Struct, frozen=True, kw_only=True):
    """Every rule by which data are judged, in one version of the definitions."""

    definition_version: str
    rules: tuple[RuleDocument, ...]


def rules_document() -> QualityRulesDocument:
    """Return DQ1 to DQ16, then DfE's own rules about missing periods."""
    own = tuple(_own_rule(each) for each in QUALITY_RULES.values())
    dfe = tuple(
        RuleDocument(
            code=each.code,
            title=f"SSDA903 {each.field}",
            source=each.source,
            level=Level.EPISODE,
            effect=each.effect,
            says=each.says,
        )
        for each in (*ENTRY_RULES, *PERIOD_RULES, NOT_CARRIED_ON)
    )
    return QualityRulesDocument(definition_version=DEFINITION_VERSION, rules=own + dfe)


def _own_rule(rule: QualityRule) -> RuleDocument:
    return RuleDocument(
        code=rule.code,
        title=rule.title,
        source=rule.source,
        level=rule.level,
        effect=rule.effect,
        says=rule.says,
    )
