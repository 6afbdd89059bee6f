"""The `hub` program."""

import errno
import os
import signal
import sys
from typing import TextIO

import typer
from structlog import get_logger

from domain.errors import FileFormatError, HubError, NotFoundError, UsageError
from hub.commands.adapters import import_annex_a, import_police_csv, import_ssd
from hub.commands.archiving import app as archive_app
from hub.commands.backing_up import backup, restore
from hub.commands.denominators import population
from hub.commands.keys import app as keys_app
from hub.commands.linking import app as linkage_app
from hub.commands.making import demo, generate, schemas
from hub.commands.official import official, official_check
from hub.commands.operating import checkpoint, rebuild, release
from hub.commands.packing import pack
from hub.commands.publishing import app as import_app
from hub.commands.publishing import publish
from hub.commands.quality import app as quality_app
from hub.commands.querying import counts, history, status
from hub.commands.reconciling import reconciliation
from hub.commands.rejecting import rejects
from hub.commands.relinking import relink
from hub.commands.reviewing import app as review_app
from hub.commands.rights import disclose, erase, hold, reads
from hub.commands.running import role, serve
from hub.commands.taking_in import app as intake_app
from hub.commands.taking_in import replay
from hub.commands.verifying import verify
from hub.commands.viewing import view, views
from hub.console import tell
from hub.logs import configure_logs

USAGE = 2
FAILED = 1
INTERRUPTED = 130
STOPPED = "stopped; what was done stays, and the same command goes on from there"

cli = typer.Typer(
    name="hub",
    help="The national missing-children data hub.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (
    serve,
    publish,
    rejects,
    counts,
    history,
    views,
    view,
    reconciliation,
    official,
    official_check,
    pack,
    status,
    generate,
    rebuild,
    population,
    relink,
    release,
    checkpoint,
    verify,
    backup,
    restore,
    erase,
    disclose,
    hold,
    reads,
    replay,
    demo,
    schemas,
):
    cli.command()(command)
cli.command(hidden=True)(role)
import_app.command("ssd")(import_ssd)
import_app.command("police-csv")(import_police_csv)
import_app.command("annex-a")(import_annex_a)
cli.add_typer(import_app, name="import")
cli.add_typer(quality_app, name="quality")
cli.add_typer(review_app, name="review")
cli.add_typer(intake_app, name="intake")
cli.add_typer(archive_app, name="archive")
cli.add_typer(keys_app, name="keys")
cli.add_typer(linkage_app, name="linkage")


def main() -> None:
    """Run one command; every failure is one line that says what to do, and an exit code.

    0: done; 1: problems in the data, or the hub could not do its work; 2: asked wrongly.
    """
    # A command says itself what is wrong; warnings of libraries would only stand before it.
    configure_logs("error", human=False)
    _end_in_order()
    try:
        _run()
    except (UsageError, FileFormatError, NotFoundError) as error:
        _end(str(error), USAGE)
    except HubError as error:
        _end(str(error), FAILED)
    except KeyboardInterrupt:
        _end(STOPPED, INTERRUPTED)
    except BrokenPipeError:
        _forget(sys.stdout, sys.stderr)
        sys.exit(FAILED)
    except OSError as error:
        _forget(sys.stdout)
        if error.errno == errno.ENOSPC:
            _end("The disk is full: free space and try again; nothing was half stored.", FAILED)
        get_logger().error("unexpected", exc_info=error)
        _end(f"The operating system refused ({error.strerror}).", FAILED)
    except Exception as error:  # noqa: BLE001 - the last place: a line and a log entry, no traceback
        get_logger().error("unexpected", exc_info=error)
        _end(f"The hub itself failed ({type(error).__name__}); the line above says where.", FAILED)


def _run() -> None:
    try:
        cli()
    except SystemExit as end:
        # A small answer is written only now; if that fails, it is to be said like anything else.
        sys.stdout.flush()
        # Typer makes this of a Ctrl-C, and says nothing.
        if end.code == INTERRUPTED:
            tell(f"hub: {STOPPED}")
        raise


def _forget(*streams: TextIO) -> None:
    """Let what cannot be written any more go nowhere; Python would try once again at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in streams:
        os.dup2(nowhere, stream.fileno())


def _end_in_order() -> None:
    """Make every polite way of ending a command the same as Ctrl-C, so that nothing is left."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # nohup has a command ignore the end of its terminal, and is to be obeyed.
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


def _end(text: str, code: int) -> None:
    tell(f"hub: {text}")
    sys.exit(code)


if __name__ == "__main__":
    main()
