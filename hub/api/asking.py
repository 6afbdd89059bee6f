"""The query parameters that questions for figures share."""

from typing import Annotated

from fastapi import Path, Query

from hub.api.forms import SUFFIXES

First = Annotated[str | None, Query(alias="from", description="First London date, 2025-04-01.")]
Last = Annotated[str | None, Query(alias="to", description="Last London date, inclusive.")]
AsOf = Annotated[
    str | None,
    Query(description="A ledger position, or a London date whose end is meant. None: now."),
]
Suffix = Annotated[str, Path(description="One of: " + ", ".join(SUFFIXES) + ".")]
