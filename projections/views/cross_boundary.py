"""Children placed across boundaries: as their hosts see them, as their own authorities do."""

from typing import Final

from psycopg.sql import Composable

from domain.views import ViewQuery
from projections.placed_children import (
    PLACED_DIMENSIONS,
    PLACED_FIGURES,
    RESTRICTED_NOTE,
    elsewhere,
    placed,
)
from projections.standpoint import Standpoint
from projections.view import View
from projections.views.care import CARE
from projections.views.placements import PLACEMENTS

_APART: Final = (
    "Protected placements are left out, unless the answer is by host_authority, host_region or"
    " placed_in, where they stand apart."
)
_SHOWN_BY: Final = frozenset({"host_authority", "host_region", "placed_in"})


def _hosted(at: Standpoint, query: ViewQuery) -> Composable:
    return placed(at, elsewhere(query, "'out_of_area'", shown_by=_SHOWN_BY))


def _elsewhere(at: Standpoint, query: ViewQuery) -> Composable:
    return placed(at, elsewhere(query, "'out_of_area', 'outside_england'", shown_by=_SHOWN_BY))


def _all(at: Standpoint, _query: ViewQuery) -> Composable:
    return placed(at)


VIEWS: Final = (
    View(
        name="placements-hosted",
        title="Children placed here by others",
        definition="Looked-after children whom another authority of England placed in the area of"
        " the host authority, and those of them who went missing from there.",
        source="¶77-78, 92",
        figures=PLACED_FIGURES,
        dimensions=PLACED_DIMENSIONS,
        relations=(CARE, PLACEMENTS),
        rows=_hosted,
        notes=(RESTRICTED_NOTE, _APART),
    ),
    View(
        name="placements-elsewhere",
        title="Our children placed elsewhere",
        definition="Looked-after children whom the responsible authority placed outside its area,"
        " in England or not, where and why, and those of them who went missing from there.",
        source="¶78, 82-83, 92",
        figures=PLACED_FIGURES,
        dimensions=PLACED_DIMENSIONS,
        relations=(CARE, PLACEMENTS),
        rows=_elsewhere,
        notes=(RESTRICTED_NOTE, _APART),
    ),
    View(
        name="placement-flows",
        title="Who places children where",
        definition="Looked-after children by the authority that is responsible and the one in"
        " which they are placed, its own among them: the matrix of flows.",
        source="¶77-78; form: ours",
        figures=PLACED_FIGURES,
        dimensions=PLACED_DIMENSIONS,
        relations=(CARE, PLACEMENTS),
        rows=_all,
        notes=(
            RESTRICTED_NOTE,
            "A matrix of authorities has small cells by nature: never to be published.",
        ),
    ),
)
