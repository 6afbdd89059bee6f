"""Homes and their providers: who was placed there, and who went missing from there (restricted)."""

from typing import Final

from psycopg.sql import Composable

from domain.views import ViewQuery
from projections.placed_children import PLACED_DIMENSIONS, PLACED_FIGURES, placed, placed_figure
from projections.standpoint import Standpoint
from projections.view import Dimension, View
from projections.views.care import CARE
from projections.views.placements import PLACEMENTS

_SOURCE: Final = "¶81, box after ¶84"


def _homes(at: Standpoint, _query: ViewQuery) -> Composable:
    return placed(at, "provider_urn IS NOT NULL")


VIEWS: Final = (
    View(
        name="homes",
        title="Homes and providers",
        definition="Placements in homes and agencies that Ofsted registered, and the missing"
        " episodes that started from there.",
        source=_SOURCE,
        figures=(
            *PLACED_FIGURES,
            placed_figure(
                "placements",
                "Placements in the period",
                "Placements that lasted at any time of the period.",
                "count(*) FILTER (WHERE {world})",
                unit="placements",
                source=_SOURCE,
            ),
            placed_figure(
                "repeat_placements",
                "Placements with repeated incidents",
                "Placements from which the child went missing twice or more in the period.",
                "count(*) FILTER (WHERE {world} AND incidents >= 2)",
                unit="placements",
                source=_SOURCE,
            ),
            placed_figure(
                "most_incidents",
                "Most incidents of one placement",
                "Missing episodes of the child who went missing most often from there.",
                "max(incidents) FILTER (WHERE {world})",
                unit="episodes",
                source=_SOURCE,
            ),
        ),
        dimensions=(
            Dimension(
                name="provider_urn",
                text="Ofsted's unique reference number of the home or agency.",
                sql="provider_urn",
            ),
            *PLACED_DIMENSIONS,
        ),
        relations=(CARE, PLACEMENTS),
        rows=_homes,
        restricted=True,
        notes=(
            "It names homes: for those who inspect, run and place children in them.",
            "Protected placements are left out: their homes are not told (¶82).",
            "More incidents may mean better reporting: compare homes of one kind, with care.",
        ),
    ),
)
