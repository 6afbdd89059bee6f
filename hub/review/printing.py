"""A pair, the queue and the agreement of reviewers on a terminal."""

from collections.abc import Mapping, Sequence
from typing import Final

from rich.markup import escape

from domain.agreement import Agreement
from domain.reviewing import PairKind, WaitingPair
from hub.console import say, table
from hub.review.cases import Case
from hub.review.comparing import Mark
from hub.review.waterfall import bits, steps_of, total_of

# A sign beside the word, so that a difference is found at a glance and without colour.
SIGNS: Final = {Mark.SAME: "=", Mark.SIMILAR: "~", Mark.DIFFERS: "#", Mark.MISSING: "?"}
_WIDTH: Final = 40
_FOR: Final = "\u2588"
_AGAINST: Final = "\u2591"
_NONE: Final = "\u2013"


def print_case(case: Case) -> None:
    """Print a pair side by side, with its evidence."""
    title = f"{case.pair}{', a second opinion' if case.blind else ''}"
    rows = [("Publisher", escape(case.left.publisher), escape(case.right.publisher), "")]
    rows += [
        (
            row.field,
            escape(row.left) or _NONE,
            escape(row.right) or _NONE,
            f"{SIGNS[row.mark]} {row.mark}",
        )
        for row in case.rows
    ]
    table(title, ("field", "A", "B", "comparison"), rows, numbers=0)
    if case.conflict:
        say(f"By rule this speaks against it: {case.conflict}.")
    if case.evidence:
        print_evidence(case)
    if case.splittable:
        say("Both are one child now, with these registrations:")
        for at, each in enumerate(case.splittable, 1):
            shown = {case.pair.low: " (A)", case.pair.high: " (B)"}.get(each, "")
            say(f"  {at}  {each}{shown}")


def print_evidence(case: Case) -> None:
    """Print what the model makes of a pair as a waterfall, from top to bottom."""
    steps = steps_of(case.evidence)
    ends = [0.0, *(each.after for each in steps)]
    low, high = min(ends), max(ends)
    scale = _WIDTH / ((high - low) or 1.0)
    rows = []
    for each in steps:
        begin, end = sorted(round((at - low) * scale) for at in (each.before, each.after))
        drawn = " " * begin + (_FOR if each.weight > 0 else _AGAINST) * (end - begin)
        rows.append((each.label, each.level or _NONE, drawn.ljust(_WIDTH), bits(each.weight)))
    rows.append(("Together", "", "", bits(total_of(case.evidence))))
    table("What the model makes of it, in bits", ("comparison", "finding", "", "bits"), rows)


def print_queue(pairs: Sequence[WaitingPair], *, most: int) -> None:
    """Print what waits, the most pressing first; no identity."""
    table(
        f"{len(pairs):,} pairs wait",
        ("pair", "since", "asked for", "conflict", "counts that hang on it"),
        [
            (
                str(each.pair),
                each.since.strftime("%Y-%m-%d"),
                "a second opinion" if each.second else "a verdict",
                each.conflict or "",
                _NONE if each.second else str(each.effect),
            )
            for each in pairs[:most]
        ],
    )


def print_agreement(by_kind: Mapping[PairKind, Agreement]) -> None:
    """Print how well two independent reviewers agree."""
    table(
        "Pairs that two reviewers judged without seeing each other's verdicts",
        ("pairs of", "judged twice", "alike", "share alike", "Cohen's kappa"),
        [
            (
                kind.value,
                f"{each.pairs:,}",
                f"{each.alike:,}",
                _NONE if each.raw is None else f"{100 * each.raw:.1f}%",
                _NONE if each.kappa is None else f"{each.kappa:.3f}",
            )
            for kind, each in by_kind.items()
        ],
        numbers=4,
    )
