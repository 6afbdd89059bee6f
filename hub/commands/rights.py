"""Commands about one child's data: erase, hold, disclose, and who has read whose identity."""

from datetime import datetime
from typing import Annotated

import typer
from msgspec.json import encode
from msgspec.json import format as pretty

from domain.errors import UsageError
from domain.vocabulary import ErasureReason, HoldReason
from hub.commands.options import DataDir, Json, settings_for
from hub.console import say, table
from hub.identity.holds import Hold
from hub.wiring import open_hub

OPERATOR = "operator"
SHOWN = 5

Child = Annotated[str, typer.Argument(help="Identifier of the child, or PUBLISHER/REFERENCE.")]
MaybeChild = Annotated[
    str | None,
    typer.Argument(metavar="[CHILD]", help="Identifier of the child, or PUBLISHER/REFERENCE."),
]


def erase(
    subject: Child,
    reason: Annotated[ErasureReason, typer.Option("--reason", help="On what ground.")],
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Destroy a child's identity and record that it was done; what was counted stays counted.

    Refused while an episode of the child is open, or a hold stands.
    """
    with open_hub(settings_for(data_dir)) as hub:
        hub.linker.catch_up()
        done = hub.rights.erase(hub.rights.find(subject), reason)
    if as_json:
        say(pretty(encode(done)).decode())
        return
    when = "was erased before, at" if done.already else "is erased, at"
    say(f"{done.subject_id} {when} {_stamp(done.erased_at)}.")
    say(f"Complete on {done.complete_on.isoformat()}, when the last older backup has expired.")


def disclose(
    subject: Child,
    purpose: Annotated[
        str, typer.Option("--purpose", help="Why; it is put on record.")
    ] = "subject-access-request",
    data_dir: DataDir = None,
) -> None:
    """Print everything that is held about a child, as JSON: the answer to an access request."""
    with open_hub(settings_for(data_dir)) as hub:
        record = hub.rights.disclose(hub.rights.find(subject), reader=OPERATOR, purpose=purpose)
    say(pretty(encode(record)).decode())


def hold(
    subject: MaybeChild = None,
    reason: Annotated[
        HoldReason | None, typer.Option("--reason", help="Why the identity must be kept.")
    ] = None,
    release: Annotated[
        bool, typer.Option("--release", help="End the holds for this reason; without one, all.")
    ] = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Order that a child's identity is kept, end that, or list the holds that stand.

    While a hold stands, the child is not erased, whoever asks.
    """
    with open_hub(settings_for(data_dir)) as hub:
        whom = None if subject is None else hub.rights.find(subject)
        if whom is None and (release or reason is not None):
            raise UsageError("Name the child on which the hold is set or released.")
        if whom is not None and release:
            ended = hub.rights.release(whom, reason, by=OPERATOR)
            say(f"{ended} released.")
        elif whom is not None and reason is not None:
            hub.rights.hold(whom, reason, by=OPERATOR)
        standing = hub.rights.holds(whom)
    _tell_holds(standing, as_json=as_json)


def reads(
    subject: Annotated[
        str | None,
        typer.Option("--subject", help="Only of this child: identifier, or PUBLISHER/REFERENCE."),
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z"], help="From then on."),
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """List who has read identity: processes of the hub, reviewers and operators, and why."""
    if since is not None and since.tzinfo is None:
        since = since.astimezone()
    with open_hub(settings_for(data_dir)) as hub:
        whom = None if subject is None else hub.rights.find(subject)
        found = hub.rights.reads(subject=whom, since=since)
    if as_json:
        say(pretty(encode(found)).decode())
        return
    table(
        f"{len(found):,} readings",
        ("at", "reader", "purpose", "children", "which"),
        [
            (
                _stamp(each.read_at),
                each.reader,
                each.purpose,
                f"{each.subjects:,}",
                "all"
                if each.subject_ids is None
                else ", ".join(map(str, each.subject_ids[:SHOWN])),
            )
            for each in found
        ],
    )


def _tell_holds(standing: list[Hold], *, as_json: bool) -> None:
    if as_json:
        say(pretty(encode(standing)).decode())
        return
    table(
        f"{len(standing):,} holds stand",
        ("child", "reason", "since", "set by"),
        [
            (str(each.subject_id), each.reason.value, _stamp(each.set_at), each.set_by)
            for each in standing
        ],
    )


def _stamp(instant: datetime) -> str:
    return instant.isoformat(timespec="seconds")
