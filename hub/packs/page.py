"""A pack as one page that needs nothing beside it: to be opened, mailed and printed."""

from base64 import b64encode

from hub.packs.content import BOARD_NAMES, Bars, Edition, Pack
from hub.packs.drawing import chart_svg
from hub.web.rendering import render


def pack_html(pack: Pack) -> bytes:
    """Return the page, UTF-8; charts and styles are in it."""
    return render(
        "pack.html",
        pack=pack,
        board=BOARD_NAMES[pack.board],
        restricted=pack.edition is Edition.RESTRICTED,
        image=_image,
    )


def _image(bars: Bars) -> str:
    svg = b64encode(chart_svg(bars).encode()).decode()
    return f"data:image/svg+xml;base64,{svg}"
