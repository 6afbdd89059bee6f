"""Prints for a person what makes up the difference between the sources' totals."""

from collections.abc import Mapping
from typing import Final

from msgspec.structs import asdict

from contracts.reconciliation import ReconciliationDocument
from hub.console import say, table

# What a table has room for; the other forms have every term.
_SHOWN: Final = {
    "police_total": "police",
    "authority_total": "authorities",
    "difference": "difference",
    "police_only": "= police only",
    "authority_only": "- authority only",
    "within_matched": "+ within matched",
    "within_review": "+ within review",
    "matched": "matched",
    "in_review": "in review",
    "held": "held",
    "void": "void",
    "national_total": "national",
}


def print_terms(answer: ReconciliationDocument) -> None:
    """Print an answer as a table that ends in its total, and the sum over all source episodes."""
    blank = [""] * (len(answer.dimensions) - 1)
    total = [("total", *blank, *_numbers(asdict(answer.total)))] if answer.dimensions else []
    table(
        f"Police and authorities ({answer.category.value})",
        (*answer.dimensions, *_SHOWN.values()),
        [
            *(
                (*(str(row[name]) for name in answer.dimensions), *_numbers(row))
                for row in answer.rows
            ),
            *total,
        ],
        numbers=len(_SHOWN),
    )
    rows = answer.source_episodes
    say(
        f"{rows.total:,} source episodes of any kind = {rows.matched:,} matched"
        f" + {rows.police_only:,} police only + {rows.authority_only:,} authority only"
        f" + {rows.in_review:,} in review + {rows.held:,} held + {rows.void:,} void."
    )
    say(
        f"As of ledger position {answer.as_of_position}, definitions {answer.definition_version};"
        f" {answer.parked_children} children parked."
    )


def _numbers(row: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(f"{int(str(row[name])):,}" for name in _SHOWN)
