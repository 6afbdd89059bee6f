"""Commands about returns that lost rows: what a publisher is asked, and its answers."""

from typing import Annotated

import typer
from msgspec.json import encode
from msgspec.json import format as pretty

from contracts.imports import QuestionEntry
from domain.errors import UsageError
from hub.answering import answer, open_questions
from hub.commands.options import DataDir, Json, PublisherOption, publisher, settings_for
from hub.console import say, table
from hub.wiring import open_hub

COLUMNS = ("question", "format", "return", "file", "row", "held rows")


def questions(
    publisher_id: PublisherOption, as_json: Json = False, data_dir: DataDir = None
) -> None:
    """List the rows that a publisher's returns had and have no longer.

    Each is answered with hub import answer: void what was entered in error, keep what stands.
    """
    sender = publisher(publisher_id)
    with open_hub(settings_for(data_dir)) as hub:
        asked = open_questions(hub.returned_rows, sender)
    if as_json:
        say(pretty(encode(asked)).decode())
    else:
        show_questions(asked)


def answer_question(
    question: Annotated[str, typer.Argument(help="The id that hub import questions prints.")],
    publisher_id: PublisherOption,
    void: Annotated[
        bool, typer.Option("--void", help="The row was entered in error; it counts no more.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="The row stands, though the return has lost it.")
    ] = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Answer for a row that a return has lost, and settle the rows that waited for it."""
    if void == keep:
        raise UsageError("Give one answer: --void or --keep.")
    sender = publisher(publisher_id)
    settings = settings_for(data_dir)
    with open_hub(settings) as hub:
        done = answer(
            hub.returned_rows,
            hub.gateway("file"),
            hub.keys,
            publisher=sender,
            question=question,
            void=void,
        )
        if settings.profile == "embedded":
            hub.linker.catch_up()
            hub.projector.catch_up(hub.projector.active_build())
    if as_json:
        say(pretty(encode({"events": done.outcomes, "questions": done.questions})).decode())
        return
    ends = ", ".join(f"{count} {end.replace('_', ' ')}" for end, count in done.outcomes.items())
    say(f"{'Voided' if void else 'Kept'}. Messages: {ends or 'none'}.")
    show_questions(done.questions)


def show_questions(asked: tuple[QuestionEntry, ...]) -> None:
    """Print questions as a table; what a row says is left to its publisher to look up."""
    if not asked:
        say("Nothing is asked.")
        return
    table(
        f"Rows that a return had and has no longer: {len(asked):,}",
        COLUMNS,
        [
            (
                each.id,
                each.adapter,
                each.scope,
                each.file,
                str(each.row),
                ", ".join(f"{row.file} {row.row}" for row in each.held) or "-",
            )
            for each in asked
        ],
    )
    say("Answer each with: hub import answer QUESTION --publisher ID --void, or --keep.")
