"""The charts of a pack, drawn from the numbers in its tables."""

from typing import Final

import altair as alt
import vl_convert as vlc

from hub.charting import BLUE, name_axis, words
from hub.packs.content import Bars

_LONGEST: Final = 320
_NUMBERS: Final = 110
_STEP: Final = 24
_TEXT: Final = 13
# Enough for print at the width of a page.
_PIXELS: Final = 2.5


def chart_svg(bars: Bars) -> str:
    """Return a chart as SVG; its words are for the page to say."""
    svg: str = vlc.vegalite_to_svg(_drawn(bars))
    return svg


def chart_png(bars: Bars) -> bytes:
    """Return a chart as PNG, for print: its letters come with it, whatever the machine has."""
    png: bytes = vlc.vegalite_to_png(_drawn(bars), scale=_PIXELS)
    return png


def _drawn(bars: Bars) -> dict[str, object]:
    rows = [
        {"at": at, "name": name, "number": number or 0, "text": text}
        for at, (name, number, text) in enumerate(
            zip(bars.names, bars.numbers, bars.texts, strict=True)
        )
    ]
    longest = max((float(row["number"]) for row in rows), default=0) or 1
    scale = alt.Scale(domain=[0, longest], range=[0, _LONGEST], nice=False)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        x=alt.X("number:Q", axis=None, scale=scale),
        y=alt.Y("name:N", sort=list(bars.names), title=None, axis=name_axis(size=_TEXT)),
    )
    numbers = words(base, size=_TEXT, dx=5).encode(text="text:N")
    chart = alt.layer(base.mark_bar(color=BLUE, aria=False), numbers).properties(
        width=_LONGEST + _NUMBERS, height=alt.Step(_STEP), background="white"
    )
    drawn: dict[str, object] = chart.configure_view(stroke=None).to_dict()
    return drawn
