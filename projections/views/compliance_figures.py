"""How the figures of compliance are made: episodes counted, and rates with their denominator."""

from typing import Final, LiteralString

from projections.view import Figure

RETURNS: Final[LiteralString] = "returned"
RECIPIENTS: Final = {
    "reviewing_officer": "the independent reviewing officer",
    "protection_chair": "the child protection chair",
    "host_authority": "the host authority",
    "responsible_authority": "the responsible authority",
    "allocated_worker": "the allocated worker",
    "parent_or_carer": "a parent or the carer",
}


def count(which: LiteralString) -> LiteralString:
    """Return the SQL of the number of episodes that a condition holds for."""
    return "count(*) FILTER (WHERE {world} AND " + which + ")"


def episodes(name: str, title: str, definition: str, source: str, which: LiteralString) -> Figure:
    """Return the figure of the episodes that a condition holds for."""
    return Figure(
        name=name,
        title=title,
        definition=definition,
        unit="episodes",
        source=source,
        sql=count(which),
    )


def rate(
    name: str, title: str, of: str, source: str, which: LiteralString, whole: LiteralString
) -> Figure:
    """Return the figure of the share of a whole that a condition holds for."""
    part = count(which + " AND " + whole)
    return Figure(
        name=name,
        title=title,
        definition=f"In percent of {of}, to one decimal; none where there are no such.",
        unit="percent",
        source=source,
        sql="round(100.0 * " + part + " / nullif(" + count(whole) + ", 0), 1)",
    )


def of_returns(name: str, title: str, definition: str, source: str, which: LiteralString) -> Figure:
    """Return the figure of the returns that a condition holds for."""
    return episodes(name, title, definition, source, RETURNS + " AND " + which)
