"""How the reconciliation view is asked for and answered, in JSON, CSV, Parquet and Arrow."""

from datetime import date, datetime
from typing import Final

import pyarrow as pa
from msgspec import Struct, field
from msgspec.json import encode
from msgspec.structs import asdict, replace

from contracts.questions import choice, day, dimensions, moment, refuse_backwards
from contracts.status import SourceEpisodeTotals, source_episode_totals
from contracts.tables import METADATA_KEY, table_arrow, table_csv, table_parquet
from domain.reconciliation_terms import (
    CELL_DIMENSIONS,
    TERMS,
    ReconciliationAnswer,
    ReconciliationQuery,
    Terms,
)
from domain.vocabulary import Category

SUM_NOTE: Final = (
    "difference = police_total - authority_total"
    " = police_only - authority_only + within_matched + within_review."
)
WITHIN_NOTE: Final = (
    "within_matched = matched_police - matched_authority;"
    " within_review = in_review_police - in_review_authority."
)
PLACE_NOTE: Final = (
    "A row stands where its national episode stands, of several the first. Held and void rows are"
    " in no total, and stand where they say themselves."
)
ALL_NOTE: Final = (
    "source_episodes counts every source episode, of any category, area and age; each is in one of"
    " its six buckets."
)
NOTES: Final = (SUM_NOTE, WITHIN_NOTE, PLACE_NOTE, ALL_NOTE)


class TermsDocument(Struct, frozen=True, kw_only=True):
    """The source rows of a cell by source and bucket, the totals, and the terms between them.

    The totals count neither held nor void rows. matched, in_review, held, void: of both sources.
    """

    police_total: int
    authority_total: int
    national_total: int
    difference: int
    police_only: int
    authority_only: int
    within_matched: int
    within_review: int
    matched: int
    in_review: int
    held: int
    void: int
    matched_police: int
    matched_authority: int
    in_review_police: int
    in_review_authority: int
    held_police: int
    held_authority: int
    void_police: int
    void_authority: int


class ReconciliationDocument(Struct, frozen=True, kw_only=True):
    """What makes up the difference between police and authorities, at one ledger position.

    rows: the value of each dimension, then the terms, as in `total`, which adds all rows up.
    first_day, last_day: London dates, inclusive; null: open.
    """

    as_of_position: int
    as_of_time: datetime | None
    definition_version: str
    category: Category
    first_day: date | None = field(name="from")
    last_day: date | None = field(name="to")
    dimensions: tuple[str, ...]
    rows: tuple[dict[str, str | int], ...]
    total: TermsDocument
    source_episodes: SourceEpisodeTotals
    parked_children: int
    notes: tuple[str, ...]


def parse_reconciliation_query(
    by: str | None = None,
    first: str | None = None,
    last: str | None = None,
    as_of: str | None = None,
    category: str | None = None,
) -> ReconciliationQuery:
    """Read a question as people write it; see `parse_counts_query`. Raises UsageError."""
    query = ReconciliationQuery(
        by=dimensions(by, CELL_DIMENSIONS),
        first_day=day("from", first),
        last_day=day("to", last),
        as_of=moment(as_of),
        category=Category.MISSING
        if category is None
        else Category(choice("category", category, tuple(Category))),
    )
    refuse_backwards(query.first_day, query.last_day)
    return query


def reconciliation_document(answer: ReconciliationAnswer) -> ReconciliationDocument:
    """Return an answer in the form that `hub reconciliation --json` prints."""
    query = answer.query
    return ReconciliationDocument(
        as_of_position=answer.as_of_position,
        as_of_time=answer.as_of_time,
        definition_version=answer.definition_version,
        category=query.category,
        first_day=query.first_day,
        last_day=query.last_day,
        dimensions=query.by,
        rows=tuple(
            {
                **dict(zip(query.by, cell.dimensions, strict=True)),
                **asdict(_terms(cell.terms)),
            }
            for cell in answer.cells
        ),
        total=_terms(answer.total),
        source_episodes=source_episode_totals(answer.source_episodes),
        parked_children=answer.parked_children,
        notes=NOTES,
    )


def reconciliation_json(answer: ReconciliationAnswer) -> bytes:
    """Return an answer as JSON."""
    return encode(reconciliation_document(answer))


def reconciliation_table(answer: ReconciliationAnswer) -> pa.Table:
    """Return an answer as a table: dimensions, terms, then what every row shares.

    The schema's metadata hold the JSON answer without its rows.
    """
    document = reconciliation_document(answer)
    rows = document.rows
    columns = {
        name: pa.array([row[name] for row in rows], pa.string()) for name in document.dimensions
    }
    for name in TermsDocument.__struct_fields__:
        columns[name] = pa.array([row[name] for row in rows], pa.int64())
    shared = (
        ("category", document.category.value, pa.string()),
        ("as_of_position", document.as_of_position, pa.int64()),
        ("as_of_time", document.as_of_time, pa.timestamp("us", tz="UTC")),
        ("definition_version", document.definition_version, pa.string()),
    )
    for name, value, kind in shared:
        columns[name] = pa.array([value] * len(rows), kind)
    metadata = {METADATA_KEY: encode(replace(document, rows=()))}
    return pa.table(columns).replace_schema_metadata(metadata)


def reconciliation_csv(answer: ReconciliationAnswer) -> str:
    """Return the table of an answer as CSV."""
    return table_csv(reconciliation_table(answer))


def reconciliation_parquet(answer: ReconciliationAnswer) -> bytes:
    """Return the table of an answer as a Parquet file."""
    return table_parquet(reconciliation_table(answer))


def reconciliation_arrow(answer: ReconciliationAnswer) -> bytes:
    """Return the table of an answer as an Arrow IPC file."""
    return table_arrow(reconciliation_table(answer))


def _terms(terms: Terms) -> TermsDocument:
    return TermsDocument(
        difference=terms.difference,
        within_matched=terms.within_matched,
        within_review=terms.within_review,
        matched=terms.matched_police + terms.matched_authority,
        in_review=terms.in_review_police + terms.in_review_authority,
        held=terms.held_police + terms.held_authority,
        void=terms.void_police + terms.void_authority,
        **{each.name: getattr(terms, each.name) for each in TERMS},
    )
