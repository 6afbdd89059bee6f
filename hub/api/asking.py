"""The query parameters that questions for figures share."""

from typing import Annotated

from fastapi import Depends, Path, Query

from domain.measures import DIMENSIONS, Source
from hub.api.forms import SUFFIXES

First = Annotated[str | None, Query(alias="from", description="First London date, 2025-04-01.")]
Last = Annotated[str | None, Query(alias="to", description="Last London date, inclusive.")]
AsOf = Annotated[
    str | None,
    Query(description="A ledger position, or a London date whose end is meant. None: now."),
]
Whose = Annotated[str | None, Query(description="One of: " + ", ".join(Source) + ".")]
Under = Annotated[
    str | None,
    Query(
        alias="definition_version",
        description="Refuse to answer under other definitions than these; what was answered once"
        " under them as of a position is answered again, byte for byte.",
    ),
]
Suffix = Annotated[str, Path(description="One of: " + ", ".join(SUFFIXES) + ".")]


def _value(dimension: str) -> object:
    return Query(description=f"Only this value. {DIMENSIONS[dimension]}")


def chosen_values(
    month: Annotated[str | None, _value("month")] = None,
    reporting_year: Annotated[str | None, _value("reporting_year")] = None,
    authority: Annotated[str | None, _value("authority")] = None,
    host_authority: Annotated[str | None, _value("host_authority")] = None,
    region: Annotated[str | None, _value("region")] = None,
    force: Annotated[str | None, _value("force")] = None,
    age_band: Annotated[str | None, _value("age_band")] = None,
    sex: Annotated[str | None, _value("sex")] = None,
    placement_type: Annotated[str | None, _value("placement_type")] = None,
    looked_after: Annotated[str | None, _value("looked_after")] = None,
) -> dict[str, str]:
    """Return the dimensions of counts that shall have one value each."""
    given = {
        "month": month,
        "reporting_year": reporting_year,
        "authority": authority,
        "host_authority": host_authority,
        "region": region,
        "force": force,
        "age_band": age_band,
        "sex": sex,
        "placement_type": placement_type,
        "looked_after": looked_after,
    }
    return {name: value for name, value in given.items() if value is not None}


Chosen = Annotated[dict[str, str], Depends(chosen_values)]
