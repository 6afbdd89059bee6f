"""The options that several commands share, and what each run ends with."""

from pathlib import Path
from typing import Annotated

import typer

from domain.identifiers import PublisherId, parse_publisher_id
from hub.settings import Settings, read_settings

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
PublisherOption = Annotated[
    str, typer.Option("--publisher", help="Who publishes: la-330, pf-E23000014 or pf-btp.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Check only: nothing is stored, on this hub or another.")
]
Backfill = Annotated[
    bool, typer.Option("--backfill", help="These are old events: news of others go first.")
]
DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="The hub's data directory (HUB_DATA_DIR).")
]
Url = Annotated[
    str | None,
    typer.Option("--url", help="Ask a running hub over HTTP instead (HUB_URL); needs its token."),
]

# The data had problems; the run itself went well.
PROBLEMS_IN_DATA = 1


def settings_for(data_dir: Path | None = None, **options: object) -> Settings:
    """Return the settings of this run: options first, then the environment."""
    return read_settings(data_dir=data_dir, **options)


def publisher(text: str) -> PublisherId:
    """Return a publisher id. Raises UsageError if it is not one."""
    return parse_publisher_id(text)
