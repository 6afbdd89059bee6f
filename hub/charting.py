"""What the hub's charts share: colours, letters and an axis of names, as on the pages."""

from typing import Final

import altair as alt

# Against white 5:1, and 19:1 for the text: enough for a graphic and for words.
BLUE: Final = "#1d70b8"
TEXT_COLOUR: Final = "#0b0c0c"
FONT: Final = "Arial, Liberation Sans, sans-serif"


def words(base: alt.Chart, *, size: int, dx: int = 0, dy: int = 0) -> alt.Chart:
    """Return letters of a size, moved by CSS pixels; what they say is for the caller to encode."""
    written: alt.Chart = base.mark_text(
        align="left", color=TEXT_COLOUR, font=FONT, fontSize=size, dx=dx, dy=dy, aria=False
    )
    return written


def name_axis(*, size: int) -> alt.Axis:
    """Return an axis that only names what each bar stands for."""
    return alt.Axis(
        domain=False,
        ticks=False,
        labelColor=TEXT_COLOUR,
        labelFont=FONT,
        labelFontSize=size,
        labelLimit=0,
        labelPadding=8,
    )
