"""Prints answers for a person: counts and the state of the hub."""

from collections.abc import Mapping

from contracts.counts import CountsDocument
from contracts.status import HubStatus
from domain.measures import MEASURES
from hub.console import say, table


def print_table(answer: CountsDocument, names: Mapping[str, str] | None = None) -> None:
    """Print an answer as a table that names its position, its definition and its coverage.

    names: what to show for a code, for example a region's name.
    """
    shown = names or {}
    measure = MEASURES[answer.measure]
    table(
        f"{measure.title} ({answer.source.value})",
        (*answer.dimensions, answer.unit),
        [
            (
                *(shown.get(str(row[name]), str(row[name])) for name in answer.dimensions),
                f"{row['value']:,}",
            )
            for row in answer.rows
        ],
    )
    coverage = answer.coverage
    say(
        f"As of ledger position {answer.as_of_position}, definitions {answer.definition_version};"
        f" {coverage.publishers_heard} of {coverage.publishers_registered} publishers heard."
    )
    if measure.distinct and answer.dimensions:
        say("A child counts once in each cell: cells do not add up to the total.")
    if coverage.findings:
        listed = ", ".join(f"{code}: {count:,}" for code, count in coverage.findings.items())
        say(f"Episodes with findings: {listed}.")


def print_status(state: HubStatus) -> None:
    """Print the state as two sums and a few facts."""
    sent = state.submissions
    table(
        "Submissions",
        ("what", "number"),
        [
            ("received", f"{sent.received:,}"),
            ("= accepted", f"{sent.accepted:,}"),
            ("+ duplicate", f"{sent.duplicate:,}"),
            ("+ conflict", f"{sent.conflict:,}"),
            ("+ rejected", f"{sent.rejected:,}"),
            ("+ in flight", f"{sent.in_flight:,}"),
        ],
    )
    rows = state.source_episodes
    table(
        "Source episodes",
        ("what", "number"),
        [
            ("known", f"{rows.total:,}"),
            ("= matched", f"{rows.matched:,}"),
            ("+ police only", f"{rows.police_only:,}"),
            ("+ authority only", f"{rows.authority_only:,}"),
            ("+ in review", f"{rows.in_review:,}"),
            ("+ held", f"{rows.held:,}"),
            ("+ void", f"{rows.void:,}"),
        ],
    )
    if state.stopped_topics:
        table(
            f"TOPICS THAT ARE NOT READ: {len(state.stopped_topics)}",
            ("topic", "since", "code", "what was found"),
            [
                (each.topic, each.stopped_at.isoformat(timespec="seconds"), each.code, each.detail)
                for each in state.stopped_topics
            ],
        )
    if state.rebuild_needed:
        say("REBUILD NEEDED: the views follow other definitions, and stand still: run hub rebuild.")
    say("Both sums balance." if state.balanced else "A SUM DOES NOT BALANCE: call operations.")
    say(
        f"Ledger at {state.ledger_position}, linked to {state.linked_position},"
        f" projected to {state.projection_position}; {state.publishers_heard} publishers heard;"
        f" {state.parked_children} children parked; database {state.database_bytes / 1e6:,.0f} MB."
    )
