"""Prints for a person how good a publisher's data are, and the rules that say so."""

from collections.abc import Sequence

from contracts.quality import QualityDocument, QualityRulesDocument, ShareDocument
from hub.console import say, table

SHARES = ("number", "of", "share", "national median")


def print_quality(document: QualityDocument) -> None:
    """Print findings, timeliness, completeness, submissions and coverage as tables."""
    table(
        f"Findings of {document.publisher}",
        ("rule", "found", "cases", *SHARES[1:]),
        [
            (
                f"{each.rule.code} {each.rule.title}",
                "yes" if each.found else "no",
                f"{each.cases:,}",
                f"{each.of:,}",
                _percent(each.share),
                _percent(each.national_median),
            )
            for each in document.findings
        ],
        numbers=4,
    )
    late = document.timeliness
    table(
        f"Delay of {late.events:,} events",
        ("measure", "here", "national median"),
        [
            ("half within, hours", _number(late.median_hours), _number(late.median_hours_national)),
            (
                "nine of ten within, hours",
                _number(late.p90_hours),
                _number(late.p90_hours_national),
            ),
            (
                "within 24 hours",
                _percent(late.within_24_hours),
                _percent(late.within_24_hours_national),
            ),
        ],
        numbers=2,
    )
    _shares("Optional fields that are filled", document.completeness)
    _shares("How submissions ended", document.outcomes)
    if document.rejects:
        _shares("Rejections by reason", document.rejects)
    table(
        "Events by month",
        ("month", "type", "events", "national median"),
        [
            (each.month, each.type, f"{each.events:,}", _number(each.national_median))
            for each in document.volumes
        ],
        numbers=2,
    )
    _coverage(document)


def print_rules(document: QualityRulesDocument) -> None:
    """Print the rules as a table; the effect is the last column."""
    table(
        f"Rules, definitions {document.definition_version}",
        ("code", "level", "what is found", "source", "effect"),
        [
            (each.code, each.level.value, f"{each.title}: {each.says}", each.source, each.effect)
            for each in document.rules
        ],
    )


def _coverage(document: QualityDocument) -> None:
    for period in document.declared_periods:
        say(
            f"Declared {period.from_date} to {period.to_date}: {period.rows_sent:,} rows;"
            f" {period.received:,} received."
        )
    undeclared = ", ".join(document.undeclared_months) or "none"
    say(f"Closed months that are not declared: {undeclared}.")
    heard = document.last_heard
    say(
        f"Last heard {heard.isoformat(timespec='minutes') if heard else 'never'};"
        f" as of ledger position {document.as_of_position},"
        f" {document.publishers_compared} publishers of its kind heard."
    )


def _shares(title: str, shares: Sequence[ShareDocument]) -> None:
    table(
        title,
        ("what", *SHARES),
        [
            (
                each.name if each.type is None else f"{each.type}: {each.name}",
                f"{each.cases:,}",
                f"{each.of:,}",
                _percent(each.share),
                _percent(each.national_median),
            )
            for each in shares
        ],
        numbers=4,
    )


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}%"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"
