"""A pack as a PDF that screen readers can follow (PDF/UA-1), set by Typst."""

from datetime import UTC, datetime, time
from importlib.resources import files
from typing import Final

import typst
from msgspec.json import encode

from contracts.feed import day_title
from hub.packs.content import BOARD_NAMES, Edition, Pack, Section
from hub.packs.drawing import chart_png

RESTRICTED_MARK: Final = (
    "Restricted: for the board and those who work for it. Small numbers may identify a child."
    " Do not publish or pass on."
)
PUBLISHABLE_MARK: Final = "May be published: every number here is in the public feed."
SYNTHETIC_MARK: Final = "The figures are synthetic. They describe no real child."

_TEMPLATE: Final = "pack.typ"


def pack_pdf(pack: Pack) -> bytes:
    """Return the document; the same pack gives the same bytes on every machine."""
    pdf: bytes = typst.compile(
        files(__package__).joinpath(_TEMPLATE).read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        pdf_standards="ua-1",
        # Whole seconds: it takes no other zone than UTC.
        timestamp=int(_stamp(pack).timestamp()),
        # In memory: a pack never lies in a directory that nobody watches.
        sys_inputs={"pack": encode(_data(pack)).decode()},
    )
    return pdf


def _stamp(pack: Pack) -> datetime:
    """Return the time that the document bears: when its last record came, else the period's end."""
    return pack.recorded_until or datetime.combine(pack.period.last, time(), UTC)


def _data(pack: Pack) -> dict[str, object]:
    restricted = pack.edition is Edition.RESTRICTED
    stamp = _stamp(pack)
    return {
        "title": pack.title,
        "day": [stamp.year, stamp.month, stamp.day],
        "mark": RESTRICTED_MARK if restricted else PUBLISHABLE_MARK,
        "colour": "#0b0c0c" if restricted else "#1d70b8",
        "board": BOARD_NAMES[pack.board],
        "synthetic": SYNTHETIC_MARK if pack.synthetic else "",
        "sections": [_section(each) for each in pack.sections],
        "about": list(_about(pack)),
    }


def _section(section: Section) -> dict[str, object]:
    chart = section.chart
    return {
        "title": section.title,
        "lead": section.lead,
        "table": section.table
        and {
            "caption": section.table.caption,
            "head": section.table.head,
            "rows": section.table.rows,
        },
        "chart": chart and {"png": list(chart_png(chart)), "words": chart.words},
        "notes": section.notes,
        "source": section.source,
    }


def _about(pack: Pack) -> tuple[str, ...]:
    period = pack.period
    lines = [
        f"Period: {day_title(period.first)} to {day_title(period.last)}.",
        f"Definitions: version {pack.definition_version}.",
    ]
    if pack.position is not None:
        recorded = pack.recorded_until
        until = f", recorded {recorded.isoformat(timespec='seconds')}" if recorded else ""
        lines.append(f"As of ledger position {pack.position}{until}.")
    return (*lines, *pack.notes)
