"""What publishers say of themselves, in every version: programmes, reports, returns, periods."""

from typing import Final, LiteralString

from projections.relation import Column, versions
from projections.whose import STANDING

# The columns that every such relation begins with.
RANGED: Final = (
    Column(name="own_id", type="uuid"),
    Column(name="held_from", type="bigint"),
    Column(name="held_until", type="bigint", required=False),
)

_VALUED: LiteralString = """
CREATE OR REPLACE TEMP TABLE {name}_ranges AS
{ranges}
"""


def ranged(name: LiteralString, stated: LiteralString) -> tuple[LiteralString, ...]:
    """Return the steps that make `<name>_ranges`: own_id, held_from, held_until and the fields.

    stated: makes `<name>_stated` (own_id, position, stated): what is stated of each thing from a
    position on; a struct, or NULL where it does not exist. `{standing}` stands for what decides
    between several statements about one thing.
    """
    ranges = versions(name + "_stated", "own_id", "stated")
    return (
        stated.replace("{standing}", STANDING),
        _VALUED.replace("{name}", name).replace("{ranges}", ranges),
    )
