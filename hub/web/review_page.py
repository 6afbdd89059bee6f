"""The pages of reviewers: the form to sign in, the queue, and one pair side by side."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from domain.geography import Register
from domain.reviewing import (
    REASON_WORDS,
    REASONS,
    PairKind,
    ReviewVerdict,
)
from hub.review.cases import Case, Side
from hub.review.comparing import Mark
from hub.review.opinions import Opinion
from hub.review.reviewers import Session
from hub.review.waterfall import (
    NARROW,
    WIDE,
    Drawing,
    Step,
    bits,
    steps_of,
    total_of,
    waterfall_svg,
)
from hub.reviewing import Queue
from hub.web.rendering import render

ROOT: Final = "/publishers/"
# More is no use to anybody: each decision changes the order.
MOST_SHOWN: Final = 20

KIND_WORDS: Final = {PairKind.CHILDREN: "Registrations", PairKind.EPISODES: "Episodes"}
MARK_CLASSES: Final = {
    Mark.SAME: "govuk-tag--green",
    Mark.SIMILAR: "govuk-tag--yellow",
    Mark.DIFFERS: "govuk-tag--red",
    Mark.MISSING: "govuk-tag--grey",
}
VERDICT_WORDS: Final = {
    PairKind.CHILDREN: {
        ReviewVerdict.ACCEPT: "Same child",
        ReviewVerdict.REFUSE: "Different children",
        ReviewVerdict.SPLIT: "Split this child",
    },
    PairKind.EPISODES: {
        ReviewVerdict.ACCEPT: "Same episode",
        ReviewVerdict.REFUSE: "Different episodes",
    },
}
QUESTIONS: Final = {
    PairKind.CHILDREN: "Are these two records of one child?",
    PairKind.EPISODES: "Do these two accounts tell of one episode?",
}
_OF_MARK: Final = {
    Mark.SIMILAR: "similar",
    Mark.SAME: "the same",
    Mark.MISSING: "missing in one or both",
}
# A dash where nothing is known.
DASH: Final = "\u2013"


@dataclass(frozen=True, kw_only=True)
class QueuePage:
    """What the page of the queue shows."""

    session: Session
    queue: Queue
    recent: Sequence[Opinion]


@dataclass(frozen=True, kw_only=True)
class PairPage:
    """What the page of a pair shows; wrong: what to put right, by verdict."""

    session: Session
    case: Case
    register: Register
    wrong: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Chart:
    """A drawn chart, for wide and for narrow windows, with its table; words stand for it."""

    title: str
    words: str
    wide: str
    narrow: str
    steps: tuple[Step, ...]
    total: str


@dataclass(frozen=True, kw_only=True)
class _Choice:
    """A form by which one verdict is given; leaves: who may be chosen to be split off."""

    verdict: ReviewVerdict
    words: str
    reasons: tuple[tuple[str, str], ...]
    leaves: tuple[tuple[str, str], ...] = ()


def sign_in_page(wrong: str = "") -> bytes:
    """Return the form to sign in. wrong: what to put right."""
    return render("review_sign_in.html", root=ROOT, home="/", wrong=wrong)


def queue_page(page: QueuePage) -> bytes:
    """Return what waits for a reviewer, and how well reviewers agree."""
    pairs = page.queue.pairs
    return render(
        "review_queue.html",
        root=ROOT,
        home="/",
        page=page,
        shown=pairs[:MOST_SHOWN],
        waiting={kind: sum(1 for each in pairs if each.pair.kind is kind) for kind in PairKind},
        oldest=min((each.since for each in pairs), default=None),
        kinds=KIND_WORDS,
        verdicts=VERDICT_WORDS,
        reasons=REASON_WORDS,
        title=waiting_words(len(pairs)),
        number=_number,
        percent=_percent,
    )


def pair_page(page: PairPage) -> bytes:
    """Return one pair side by side, with the evidence and the forms to decide."""
    case = page.case
    return render(
        "review_pair.html",
        root=ROOT,
        home="/",
        page=page,
        case=case,
        question=QUESTIONS[case.pair.kind],
        sides=tuple(_side(page.register, each) for each in (case.left, case.right)),
        finding=finding(case),
        chart=_chart(case),
        choices=_choices(case),
        classes=MARK_CLASSES,
        bits=bits,
        dash=DASH,
    )


def waiting_words(number: int) -> str:
    """Return the size of the queue in one line."""
    if not number:
        return "No pair waits for you"
    return f"{number:,} pair{'' if number == 1 else 's'} wait{'s' if number == 1 else ''} for you"


def finding(case: Case) -> str:
    """Return how the two records compare, in one line."""
    counted = {mark: sum(1 for row in case.rows if row.mark is mark) for mark in Mark}
    differ = counted[Mark.DIFFERS]
    first = f"{differ} field{'' if differ == 1 else 's'} differ{'s' if differ == 1 else ''}"
    others = (
        f"{counted[mark]} {'is' if counted[mark] == 1 else 'are'} {words}"
        for mark, words in _OF_MARK.items()
    )
    return ", ".join((first, *others))


def _side(register: Register, side: Side) -> str:
    known = register.publisher(side.publisher)
    return f"{known.name if known else side.publisher} ({side.publisher})"


def _chart(case: Case) -> _Chart | None:
    if not case.evidence:
        return None
    total = total_of(case.evidence)
    steps = steps_of(case.evidence)
    side = "for" if total > 0 else "against"
    title = f"The evidence adds up to {bits(total)} bits: it speaks {side} one child"
    told = "; ".join(f"{each.label} {bits(each.weight)}" for each in steps)
    return _Chart(
        title=title,
        words=f"Waterfall chart. {title}. {told}.",
        wide=_picture(case, WIDE),
        narrow=_picture(case, NARROW),
        steps=steps,
        total=bits(total),
    )


def _picture(case: Case, drawing: Drawing) -> str:
    svg = waterfall_svg(case.evidence, drawing)
    return f"data:image/svg+xml;base64,{b64encode(svg).decode()}"


def _choices(case: Case) -> tuple[_Choice, ...]:
    kind = case.pair.kind
    return tuple(
        _Choice(
            verdict=verdict,
            words=VERDICT_WORDS[kind][verdict],
            reasons=tuple((each.value, REASON_WORDS[each]) for each in reasons),
            leaves=_leaves(case) if verdict is ReviewVerdict.SPLIT else (),
        )
        for verdict, reasons in REASONS[kind].items()
        if verdict is not ReviewVerdict.SPLIT or case.splittable
    )


def _leaves(case: Case) -> tuple[tuple[str, str], ...]:
    shown = {case.pair.low: "Record A", case.pair.high: "Record B"}
    return tuple((str(each), shown.get(each, f"Registration {each}")) for each in case.splittable)


def _percent(share: float | None) -> str:
    return DASH if share is None else f"{100 * share:.0f}%"


def _number(value: float | None) -> str:
    return DASH if value is None else f"{value:.2f}"
