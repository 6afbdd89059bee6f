"""Commands of reviewers: what waits, one pair side by side, decisions, and who reviews."""

import sys
from collections.abc import Sequence, Set
from typing import Annotated, Final
from uuid import UUID

import typer
from msgspec.json import encode
from msgspec.json import format as pretty

from contracts.review import DecidedDocument, agreement_documents, queue_document
from domain.errors import UsageError
from domain.reviewing import (
    REASON_WORDS,
    REASONS,
    ReviewPair,
    ReviewVerdict,
    parse_pair,
    parse_reason,
    parse_reviewer,
)
from hub.commands.options import DataDir, Json, settings_for
from hub.console import say, table, tell
from hub.foundations import KEYS
from hub.review.cases import Case
from hub.review.deciding import Decision
from hub.review.printing import print_agreement, print_case, print_queue
from hub.review.reviewers import Reviewers
from hub.reviewing import Decided, Reviewing
from hub.wiring import open_hub, utc_now

app = typer.Typer(help="Decide what is in review, under the name of a reviewer.")

Reviewer = Annotated[
    str | None, typer.Option("--reviewer", help="Who decides, by a code: r-17a. It is recorded.")
]

KEYS_OF: Final = {
    "a": ReviewVerdict.ACCEPT,
    "r": ReviewVerdict.REFUSE,
    "s": ReviewVerdict.SPLIT,
}
ASKED: Final = "[a]ccept  [r]efuse  [s]plit  [n]ext  [q]uit: "


@app.callback(invoke_without_command=True)
def review(
    context: typer.Context,
    reviewer: Reviewer = None,
    listed: Annotated[bool, typer.Option("--list", help="List what waits; no identity.")] = False,
    first: Annotated[
        bool, typer.Option("--next", help="Show the most pressing pair, and decide nothing.")
    ] = False,
    agreement: Annotated[
        bool, typer.Option("--agreement", help="Show how well two reviewers agree.")
    ] = False,
    most: Annotated[int, typer.Option("--limit", min=1, help="How many pairs to list.")] = 50,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Show pairs one at a time, side by side, and ask for a verdict on each.

    It runs only where the vault's keys are. Each pair that is shown is put on record with the
    reviewer's name. Without --list, --json or --agreement it needs --reviewer.
    """
    if context.invoked_subcommand is not None:
        return
    who = None if reviewer is None else parse_reviewer(reviewer)
    with open_hub(settings_for(data_dir)) as hub:
        hub.linker.catch_up()
        if listed or agreement or (as_json and not first):
            tell_queue(hub.reviewing, who, agreement=agreement, most=most, as_json=as_json)
            return
        if who is None:
            raise UsageError("Say who reviews with --reviewer, by a code: r-17a.")
        if first:
            show_next(hub.reviewing, who)
            return
        sit(hub.reviewing, who)
        hub.linker.catch_up()


@app.command()
def decide(
    pair: Annotated[str, typer.Argument(help="As `hub review --list` names it.")],
    verdict: Annotated[ReviewVerdict, typer.Argument(help="What to say of it.")],
    reason: Annotated[str, typer.Option("--reason", help="A code; a wrong one names them all.")],
    reviewer: Annotated[str, typer.Option("--reviewer", help="Who decides, by a code: r-17a.")],
    leaves: Annotated[
        list[UUID] | None,
        typer.Option("--leaves", help="For a split: a subject that leaves; may be repeated."),
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Decide one pair without a question, for scripts.

    A split without --leaves parts the record that the pair names last from all others.
    """
    about = parse_pair(pair)
    leaving = tuple(leaves or ())
    if verdict is ReviewVerdict.SPLIT and not leaving:
        leaving = (about.high if about.high == UUID(pair.split(":")[2]) else about.low,)
    decision = Decision(
        pair=about,
        verdict=verdict,
        reason=parse_reason(about.kind, verdict, reason),
        leaves=leaving,
    )
    with open_hub(settings_for(data_dir)) as hub:
        hub.linker.catch_up()
        (done,) = hub.reviewing.decide([decision], reviewer=reviewer)
        hub.linker.catch_up()
    say_decided(done, as_json=as_json)


@app.command("add-reviewer")
def add_reviewer(
    name: Annotated[str, typer.Argument(help="A code: r- and small letters or digits.")],
    data_dir: DataDir = None,
) -> None:
    """Let a reviewer in, and print the token for the page once; it cannot be shown again."""
    token = _reviewers(data_dir).add(name)
    tell(f"{name} signs in with this token at /review; only its hash is kept:")
    say(token)


@app.command("remove-reviewer")
def remove_reviewer(
    name: Annotated[str, typer.Argument(help="Whom to let in no more.")], data_dir: DataDir = None
) -> None:
    """Let a reviewer in no more; what they decided stays."""
    _reviewers(data_dir).remove(name)
    say(f"{name} is let in no more.")


@app.command()
def reviewers(data_dir: DataDir = None) -> None:
    """List who reviews."""
    for name in _reviewers(data_dir).names():
        say(name)


def tell_queue(
    reviewing: Reviewing, reviewer: str | None, *, agreement: bool, most: int, as_json: bool
) -> None:
    """Print the queue, or how well reviewers agree."""
    queue = reviewing.queue(reviewer)
    if as_json and agreement:
        say(pretty(encode(agreement_documents(queue.agreement))).decode())
    elif as_json:
        document = queue_document(queue.pairs, queue.agreement, position=queue.position, most=most)
        say(pretty(encode(document)).decode())
    elif agreement:
        print_agreement(queue.agreement)
    else:
        print_queue(queue.pairs, most=most)


def show_next(reviewing: Reviewing, reviewer: str) -> None:
    """Print the most pressing pair."""
    pair = reviewing.next_pair(reviewer)
    if pair is None:
        say("No pair waits for you.")
    else:
        print_case(reviewing.show(pair, reviewer=reviewer))


def sit(reviewing: Reviewing, reviewer: str) -> None:
    """Show one pair after the other, and take what is said of it, until there is none or enough."""
    seen: set[ReviewPair] = set()
    while (pair := unseen(reviewing, reviewer, seen)) is not None:
        seen.add(pair)
        case = reviewing.show(pair, reviewer=reviewer)
        print_case(case)
        answer = ask(ASKED)
        if answer == "q":
            return
        verdict = KEYS_OF.get(answer)
        if verdict is None:
            continue
        try:
            decision = decision_about(case, verdict)
            (done,) = reviewing.decide([decision], reviewer=reviewer)
        except UsageError as error:
            tell(str(error))
            continue
        say_decided(done, as_json=False)
    say("No more pairs wait for you.")


def unseen(reviewing: Reviewing, reviewer: str, seen: Set[ReviewPair]) -> ReviewPair | None:
    """Return the most pressing pair that was not shown in this sitting; None: there is none."""
    waiting = (each.pair for each in reviewing.queue(reviewer).pairs)
    return next((pair for pair in waiting if pair not in seen), None)


def decision_about(case: Case, verdict: ReviewVerdict) -> Decision:
    """Return a decision, after asking for its reason, and for a split who leaves.

    Raises UsageError if it is not to be had.
    """
    kind = case.pair.kind
    allowed = REASONS[kind].get(verdict)
    if allowed is None or (verdict is ReviewVerdict.SPLIT and not case.splittable):
        raise UsageError("Only registrations that are one child now can be split.")
    leaves = chosen(case.splittable) if verdict is ReviewVerdict.SPLIT else ()
    table(
        "On what ground?",
        ("number", "reason"),
        [(str(at), REASON_WORDS[each]) for at, each in enumerate(allowed, 1)],
        numbers=0,
    )
    answer = ask("reason, by its number: ")
    if not answer.isdecimal() or not 1 <= int(answer) <= len(allowed):
        raise UsageError("No reason was chosen: nothing is decided about this pair.")
    return Decision(pair=case.pair, verdict=verdict, reason=allowed[int(answer) - 1], leaves=leaves)


def chosen(registrations: Sequence[UUID]) -> tuple[UUID, ...]:
    """Return the registrations that a reviewer names by their numbers."""
    numbers = ask("who leaves, by numbers with spaces between: ").split()
    if not all(each.isdecimal() and 1 <= int(each) <= len(registrations) for each in numbers):
        raise UsageError("Name them by the numbers above: nothing is decided about this pair.")
    return tuple(registrations[int(each) - 1] for each in numbers)


def ask(question: str) -> str:
    """Return an answer in small letters; the end of input is `q`."""
    sys.stderr.write(question)
    sys.stderr.flush()
    line = sys.stdin.readline()
    return line.strip().lower() if line else "q"


def say_decided(done: Decided, *, as_json: bool) -> None:
    """Print what became of a decision."""
    opinion = done.opinion
    if as_json:
        document = DecidedDocument(
            pair=str(opinion.pair),
            verdict=opinion.verdict,
            reason=opinion.reason,
            round=opinion.round,
            settled=done.settled,
            position=opinion.position,
        )
        say(pretty(encode(document)).decode())
    elif done.settled:
        say(f"{opinion.verdict} is on record for {opinion.pair}: {opinion.reason}.")
    else:
        say(f"{opinion.pair}: another reviewer sees it otherwise; a third one decides.")


def _reviewers(data_dir: DataDir) -> Reviewers:
    return Reviewers(settings_for(data_dir).data_dir / KEYS, utc_now)
