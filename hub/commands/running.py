"""Commands that run the hub: everything, or one role."""

from enum import StrEnum
from typing import Annotated

import typer

from hub.commands.options import DataDir, settings_for
from hub.console import tell
from hub.logs import configure_logs
from hub.release.build import refresh_feed
from hub.roles import (
    run_api,
    run_archivist,
    run_backup,
    run_intake,
    run_linker,
    run_projector,
    stop_on_signal,
)
from hub.serving import Supervisor
from hub.settings import Settings
from hub.wiring import open_hub

Port = Annotated[int | None, typer.Option("--port", help="Port of the API and the pages.")]
MetricsPort = Annotated[
    int | None, typer.Option("--metrics-port", help="Port of the metrics, never public.")
]
SupervisedBy = Annotated[
    int | None, typer.Option("--supervisor", help="Process with whose end the role ends as well.")
]


class RoleName(StrEnum):
    """The roles that run as processes of their own."""

    LINK = "link"
    PROJECT = "project"
    ARCHIVE = "archive"
    BACKUP = "backup"
    API = "api"
    INTAKE = "intake"


def serve(port: Port = None, metrics_port: MetricsPort = None, data_dir: DataDir = None) -> None:
    """Run the whole hub until Ctrl-C: link, project, API, and intake where Kafka is."""
    settings = settings_for(data_dir, port=port, metrics_port=metrics_port)
    configure_logs(settings.log_level, human=False)
    stop = stop_on_signal()
    with open_hub(settings) as hub:
        refresh_feed(hub.feed_dir)
        token = hub.keys.operator_token
        Supervisor(settings).run(stop, lambda: announce(settings, token), hub.keep_up)


def announce(settings: Settings, token: str) -> None:
    """Tell the person where to look."""
    base = f"http://{settings.host}:{settings.port}"
    tell(f"Public page   {base}/")
    tell(f"API           {base}/docs  (Authorization: Bearer {token})")
    tell(f"Metrics       http://{settings.metrics_host}:{settings.metrics_port}/metrics")
    tell("Ctrl-C stops everything.")


def role(name: RoleName, supervisor: SupervisedBy = None) -> None:
    """Run one role under `hub serve`."""
    settings = settings_for()
    configure_logs(settings.log_level, human=False)
    stop = stop_on_signal(supervisor=supervisor)
    with open_hub(settings) as hub:
        if name is RoleName.LINK:
            run_linker(hub, stop)
        elif name is RoleName.PROJECT:
            run_projector(hub, stop)
        elif name is RoleName.ARCHIVE:
            run_archivist(hub, stop)
        elif name is RoleName.BACKUP:
            run_backup(hub, stop)
        elif name is RoleName.API:
            run_api(hub, stop)
        else:
            run_intake(hub, stop, once=False)
