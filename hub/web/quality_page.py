"""The page on which a publisher sees how good its data are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from contracts.quality import FindingDocument, QualityDocument, ShareDocument
from domain.quality import Level
from hub.web.rendering import render

# Bars are drawn in a plane so wide that its letters stay as large as the page's on a phone.
WIDTH: Final = 340
LONGEST: Final = 270
ROW: Final = 56
# More bars say nothing at a glance; the table has every rule.
MOST_BARS: Final = 8
# An en dash.
NONE: Final = "\u2013"
EFFECTS: Final = {
    "reject": "Not recorded",
    "count": "Counts",
    "count-without-duration": "Counts, without a duration",
}


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar of the chart; usual: where the national median stands; None: not known."""

    words: str
    value: str
    y: int
    length: int
    usual: int | None


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A drawn chart; words stand for it where it cannot be seen."""

    title: str
    words: str
    height: int
    bars: tuple[Bar, ...]


def quality_page(document: QualityDocument, *, name: str) -> bytes:
    """Return the page. name: of the publisher."""
    found = [each for each in document.findings if each.found]
    found.sort(key=lambda each: -(each.share or 0.0))
    return render(
        "quality.html",
        root="../",
        home="/",
        page=document,
        name=name,
        found=found,
        clear=[each for each in document.findings if not each.found],
        chart=_chart(found),
        late=late_words(document),
        filled=filled_words(document.completeness),
        sent=sent_words(document),
        declared=declared_words(document),
        publisher_level=Level.PUBLISHER,
        effects=EFFECTS,
        percent=percent,
        number=number,
    )


def percent(share: float | None) -> str:
    """Return a share for a reader; a dash where there is none."""
    return NONE if share is None else f"{100 * share:.0f}%"


def number(value: float | None) -> str:
    """Return a number for a reader; a dash where there is none."""
    return NONE if value is None else f"{value:,.0f}"


def late_words(document: QualityDocument) -> str:
    """Return the finding about timeliness, in one line."""
    late = document.timeliness
    if late.within_24_hours is None:
        return "No event has been recorded"
    words = f"{percent(late.within_24_hours)} of events were recorded within 24 hours"
    usual = late.within_24_hours_national
    return words if usual is None else f"{words}; the national median is {percent(usual)}"


def filled_words(shares: Sequence[ShareDocument]) -> str:
    """Return the finding about completeness, in one line."""
    if not shares:
        return "No optional field was sent"
    poor = sum(1 for each in shares if each.share is not None and each.share < 0.5)
    verb = "is" if poor == 1 else "are"
    return f"{poor} of {len(shares)} optional fields {verb} filled in fewer than half of the events"


def sent_words(document: QualityDocument) -> str:
    """Return the finding about submissions, in one line."""
    rejected = next(each for each in document.outcomes if each.name == "rejected")
    if not rejected.of:
        return "Nothing has been sent"
    return f"{rejected.cases:,} of {rejected.of:,} submissions were rejected"


def declared_words(document: QualityDocument) -> str:
    """Return the finding about declared periods, in one line."""
    months = len(document.undeclared_months)
    if not months:
        return "Every closed month was declared complete"
    return f"{months} closed {'month was' if months == 1 else 'months were'} not declared complete"


def _chart(found: Sequence[FindingDocument]) -> Chart | None:
    """Return the chart of the findings, most frequent first; None: nothing was found."""
    shown = [each for each in found if each.share is not None][:MOST_BARS]
    if not shown:
        return None
    first = shown[0]
    longest = max(max(each.share or 0.0, each.national_median or 0.0) for each in shown)
    bars = tuple(
        Bar(
            words=f"{each.rule.code} {each.rule.title}",
            value=percent(each.share),
            y=at * ROW,
            length=_length(each.share or 0.0, longest),
            usual=None if each.national_median is None else _length(each.national_median, longest),
        )
        for at, each in enumerate(shown)
    )
    listed = "; ".join(
        f"{each.rule.title} {percent(each.share)}, national median {percent(each.national_median)}"
        for each in shown
    )
    title = f"Most often found: {first.rule.title.lower()}, {percent(first.share)}"
    return Chart(
        title=title, words=f"Bar chart. {title}. {listed}.", height=len(bars) * ROW, bars=bars
    )


def _length(share: float, longest: float) -> int:
    return round(LONGEST * share / longest) if longest else 0
