"""The chart of a release as SVG, drawn on the server from published figures only."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from re import Match
from typing import Any, Final
from xml.sax.saxutils import escape

import altair as alt
import vl_convert as vlc

from contracts.feed import Indicator, Release
from contracts.manifest import CHART_FILE, NARROW_CHART_FILE
from hub.charting import BLUE, name_axis, words
from hub.web.wording import by_missing_episodes, chart_words, figure_text

# A hundredth of a pixel is enough, and the same on every machine.
PLACES: Final = 2
_LONG_NUMBER: Final = re.compile(r"-?[0-9]+\.[0-9]{3,}")


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """One drawing of the chart: its file and its sizes, in CSS pixels.

    longest: the longest bar. numbers: room for the number behind it. bar: its thickness.
    step: from bar to bar. text: the size of letters. names_above: a region's name stands above
    its bar, not beside it.
    """

    name: str
    longest: int
    numbers: int
    bar: int
    step: int
    text: int
    names_above: bool


WIDE: Final = Drawing(
    name=CHART_FILE, longest=360, numbers=60, bar=24, step=36, text=16, names_above=False
)
# A phone shows it at its own size, so that its words stay as large as the page's.
NARROW: Final = Drawing(
    name=NARROW_CHART_FILE, longest=225, numbers=55, bar=20, step=52, text=16, names_above=True
)


def chart_svg(release: Release, drawing: Drawing) -> bytes:
    """Return a bar chart of missing episodes by region, most first; no bar where no number is."""
    rows = list(_rows(release))
    longest = max(row["episodes"] for row in rows) or 1
    scale = alt.Scale(domain=[0, longest], range=[0, drawing.longest], nice=False)
    names = None if drawing.names_above else name_axis(size=drawing.text)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("episodes:Q", axis=None, scale=scale),
        y=alt.Y("region:N", sort=None, title=None, axis=names),
    )
    bars = base.mark_bar(color=BLUE, height=drawing.bar, aria=False)
    numbers = words(base, size=drawing.text, dx=6).encode(text="figure:N")
    layers = [bars, numbers]
    if drawing.names_above:
        above = words(base, size=drawing.text, dy=-drawing.bar)
        layers.append(above.encode(x=alt.value(0), text="region:N"))
    chart = alt.layer(*layers).properties(
        width=drawing.longest + drawing.numbers,
        height=alt.Step(drawing.step),
        background="white",
    )
    svg = vlc.vegalite_to_svg(chart.configure_view(stroke=None).to_dict())
    return _with_title(_LONG_NUMBER.sub(_shortened, svg), chart_words(release)).encode()


def _rows(release: Release) -> Iterator[dict[str, Any]]:
    for area in by_missing_episodes(release):
        figure = area.figures[Indicator.MISSING_EPISODES]
        yield {
            "region": area.name,
            "episodes": figure.number or 0,
            "figure": figure_text(figure),
        }


def _shortened(number: Match[str]) -> str:
    return f"{round(float(number[0]), PLACES):g}"


def _with_title(svg: str, title: str) -> str:
    # The converter does not write the words that stand for the chart.
    head, rest = svg.split(">", 1)
    return f'{head} role="img"><title>{escape(title)}</title>{rest}'
