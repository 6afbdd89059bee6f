"""The evidence for a pair as a waterfall: what each comparison adds or takes, in bits."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

import altair as alt
import vl_convert as vlc

from hub.charting import BLUE, TEXT_COLOUR, name_axis, words
from hub.linkage.scoring import Evidence

# 5:1 against white for both; a sign stands beside each bar, so that colour is not needed.
FOR_COLOUR: Final = BLUE
AGAINST_COLOUR: Final = "#b4501a"
TOTAL_COLOUR: Final = "#505a5f"

TOTAL: Final = "Together"
_SIGN: Final = "\u2212"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One bar: what it says, what it adds in bits, and where the sum stands after it."""

    label: str
    level: str
    weight: float
    before: float
    after: float


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Sizes of one drawing, in CSS pixels. names_above: labels stand above their bars."""

    length: int
    bar: int
    step: int
    text: int
    names_above: bool


WIDE: Final = Drawing(length=430, bar=20, step=30, text=16, names_above=False)
NARROW: Final = Drawing(length=260, bar=16, step=44, text=16, names_above=True)


def steps_of(evidence: Sequence[Evidence]) -> tuple[Step, ...]:
    """Return the evidence as steps from nothing to its sum."""
    sums = [0.0, *accumulate(each.weight for each in evidence)]
    return tuple(
        Step(
            label=each.label,
            level=each.level.replace("-", " "),
            weight=each.weight,
            before=before,
            after=after,
        )
        for each, before, after in zip(evidence, sums, sums[1:], strict=False)
    )


def total_of(evidence: Sequence[Evidence]) -> float:
    """Return the sum of the evidence, in bits."""
    return sum(each.weight for each in evidence)


def bits(weight: float) -> str:
    """Return a weight with its sign: +4.2."""
    shown = f"{abs(weight):.1f}"
    if shown == "0.0":
        return "0.0"
    return f"{'+' if weight > 0 else _SIGN}{shown}"


def waterfall_svg(evidence: Sequence[Evidence], drawing: Drawing) -> bytes:
    """Return the waterfall as SVG; comparisons that say nothing are left out."""
    rows = [_row(step) for step in steps_of(evidence) if bits(step.weight) != "0.0"]
    total = total_of(evidence)
    rows.append(
        {"label": TOTAL, "low": min(0.0, total), "high": max(0.0, total), "bits": bits(total),
         "colour": TOTAL_COLOUR}
    )  # fmt: skip
    lowest, highest = min(row["low"] for row in rows), max(row["high"] for row in rows)
    # Room for the numbers, which stand behind the bars.
    room = 0.16 * ((highest - lowest) or 1.0)
    scale = alt.Scale(domain=[lowest, highest + room], nice=False, zero=False)
    axis = None if drawing.names_above else name_axis(size=drawing.text)
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=axis)
    )
    bars = base.mark_bar(height=drawing.bar, aria=False).encode(
        x=alt.X("low:Q", axis=None, scale=scale),
        x2="high:Q",
        color=alt.Color("colour:N", scale=None),
    )
    numbers = words(base, size=drawing.text, dx=6).encode(
        x=alt.X("high:Q", axis=None, scale=scale), text="bits:N"
    )
    zero = (
        alt.Chart(alt.InlineData(values=[{"at": 0.0}]))
        .mark_rule(color=TEXT_COLOUR, aria=False)
        .encode(x=alt.X("at:Q", axis=None, scale=scale))
    )
    layers = [bars, zero, numbers]
    if drawing.names_above:
        above = words(base, size=drawing.text, dy=-drawing.bar)
        layers.append(above.encode(x=alt.value(0), text="label:N"))
    chart = alt.layer(*layers).properties(
        width=drawing.length, height=alt.Step(drawing.step), background="white"
    )
    return vlc.vegalite_to_svg(chart.configure_view(stroke=None).to_dict()).encode()


def _row(step: Step) -> dict[str, Any]:
    return {
        "label": step.label,
        "low": min(step.before, step.after),
        "high": max(step.before, step.after),
        "bits": bits(step.weight),
        "colour": FOR_COLOUR if step.weight > 0 else AGAINST_COLOUR,
    }
