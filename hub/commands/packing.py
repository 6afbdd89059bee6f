"""The command that makes a pack for a board."""

from pathlib import Path
from typing import Annotated, Final

import typer

from domain.safeguarding import Board
from hub.commands.options import DataDir, settings_for
from hub.console import say
from hub.packs.content import Edition, PackPeriod
from hub.packs.document import pack_pdf
from hub.packs.page import pack_html
from hub.release.tree import replace_file
from hub.wiring import open_hub

# A restricted pack is for whoever asked for it.
OWN_MODE: Final = 0o600
OPEN_MODE: Final = 0o644
_PERIOD: Final = "A month as 2026-03, a quarter as 2026-Q4 (January to March), a year as 2026."


def pack(
    area: Annotated[str, typer.Argument(help="An authority's three-digit number, or `england`.")],
    period: Annotated[str, typer.Option("--period", help=_PERIOD)],
    board: Annotated[
        Board, typer.Option("--board", help="For whom it is.")
    ] = Board.SAFEGUARDING_PARTNERSHIP,
    edition: Annotated[
        Edition,
        typer.Option(
            "--edition", help="restricted: exact, for the board alone; publishable: public cells."
        ),
    ] = Edition.RESTRICTED,
    as_of: Annotated[
        int | None, typer.Option("--as-of", help="The ledger position to stand at. None: now.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Directory for both files.")] = Path(),
    data_dir: DataDir = None,
) -> None:
    """Make a board's pack as a page (HTML) and as a document (PDF), with charts."""
    asked = PackPeriod.parse(period)
    with open_hub(settings_for(data_dir)) as hub:
        hub.projector.active_build()
        made = hub.packs.make(area=area, board=board, period=asked, edition=edition, as_of=as_of)
    out.mkdir(parents=True, exist_ok=True)
    for suffix, content in (("html", pack_html(made)), ("pdf", pack_pdf(made))):
        path = out / f"{made.file_stem}.{suffix}"
        replace_file(path, content, OWN_MODE if made.edition is Edition.RESTRICTED else OPEN_MODE)
        say(str(path))
