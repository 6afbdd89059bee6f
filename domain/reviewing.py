"""What a reviewer decides about two records, on what ground, and in what order they are asked."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.errors import UsageError

# Ours: how much longer a pair is treated as having waited for each count that hangs on it.
HEAD_START: Final = timedelta(days=7)

# Ours: of how many pairs a second reviewer judges independently.
SAMPLE_SHARE: Final = 0.10

_REVIEWER: Final = re.compile(r"r-[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_REVIEWER: Final = 40


class PairKind(StrEnum):
    """What two records are compared as: registrations of a child, or accounts of an absence."""

    CHILDREN = "children"
    EPISODES = "episodes"


class ReviewVerdict(StrEnum):
    """What a reviewer says of a pair; split: it is refused, and others leave the child with it."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    SPLIT = "split"


class ReviewReason(StrEnum):
    """On what ground; permanent codes, as they stand in the ledger for ever."""

    IDENTIFIERS_AGREE = "identifiers-agree"
    NAMES_AND_BIRTH_DATE_AGREE = "names-and-birth-date-agree"
    NAME_VARIANT_OR_ALIAS = "name-variant-or-alias"
    ADDRESS_AND_EPISODES_AGREE = "address-and-episodes-agree"
    SIBLINGS = "siblings"
    TWINS = "twins"
    DIFFERENT_BIRTH_DATE = "different-birth-date"
    DIFFERENT_IDENTIFIERS = "different-identifiers"
    DIFFERENT_NAMES = "different-names"
    EPISODES_CANNOT_BE_ONE_CHILD = "episodes-cannot-be-one-child"
    TIMES_AGREE = "times-agree"
    TIMES_DIFFER = "times-differ"
    FOUND_IN_BETWEEN = "found-in-between"
    PUBLISHER_CONFIRMED = "publisher-confirmed"
    MISTAKE_OF_REVIEWER = "mistake-of-reviewer"


REASON_WORDS: Final[Mapping[ReviewReason, str]] = {
    ReviewReason.IDENTIFIERS_AGREE: "Identifiers agree",
    ReviewReason.NAMES_AND_BIRTH_DATE_AGREE: "Names and birth date agree",
    ReviewReason.NAME_VARIANT_OR_ALIAS: "The names are forms of one name, or an alias",
    ReviewReason.ADDRESS_AND_EPISODES_AGREE: "Address and episodes agree",
    ReviewReason.SIBLINGS: "Brothers or sisters",
    ReviewReason.TWINS: "Twins",
    ReviewReason.DIFFERENT_BIRTH_DATE: "Different birth dates",
    ReviewReason.DIFFERENT_IDENTIFIERS: "Different identifiers",
    ReviewReason.DIFFERENT_NAMES: "Different names",
    ReviewReason.EPISODES_CANNOT_BE_ONE_CHILD: "The episodes cannot be one child's",
    ReviewReason.TIMES_AGREE: "The times agree",
    ReviewReason.TIMES_DIFFER: "The times differ too much",
    ReviewReason.FOUND_IN_BETWEEN: "The child was found in between",
    ReviewReason.PUBLISHER_CONFIRMED: "The publisher confirmed it",
    ReviewReason.MISTAKE_OF_REVIEWER: "An earlier decision was a mistake",
}

_ALWAYS: Final = (ReviewReason.PUBLISHER_CONFIRMED, ReviewReason.MISTAKE_OF_REVIEWER)
_TWO_CHILDREN: Final = (
    ReviewReason.SIBLINGS,
    ReviewReason.TWINS,
    ReviewReason.DIFFERENT_BIRTH_DATE,
    ReviewReason.DIFFERENT_IDENTIFIERS,
    ReviewReason.DIFFERENT_NAMES,
    ReviewReason.EPISODES_CANNOT_BE_ONE_CHILD,
    *_ALWAYS,
)
REASONS: Final[Mapping[PairKind, Mapping[ReviewVerdict, tuple[ReviewReason, ...]]]] = {
    PairKind.CHILDREN: {
        ReviewVerdict.ACCEPT: (
            ReviewReason.IDENTIFIERS_AGREE,
            ReviewReason.NAMES_AND_BIRTH_DATE_AGREE,
            ReviewReason.NAME_VARIANT_OR_ALIAS,
            ReviewReason.ADDRESS_AND_EPISODES_AGREE,
            *_ALWAYS,
        ),
        ReviewVerdict.REFUSE: _TWO_CHILDREN,
        ReviewVerdict.SPLIT: _TWO_CHILDREN,
    },
    PairKind.EPISODES: {
        ReviewVerdict.ACCEPT: (ReviewReason.TIMES_AGREE, *_ALWAYS),
        ReviewVerdict.REFUSE: (
            ReviewReason.FOUND_IN_BETWEEN,
            ReviewReason.TIMES_DIFFER,
            *_ALWAYS,
        ),
    },
}


@dataclass(frozen=True, kw_only=True, order=True)
class ReviewPair:
    """Two records that are compared: subjects or source episodes, low < high."""

    kind: PairKind
    low: UUID
    high: UUID

    def __post_init__(self) -> None:
        """Raise ValueError unless the two are in their order."""
        if not self.low < self.high:
            raise ValueError("a pair names two records, the lower identifier first")

    def __str__(self) -> str:
        """Return the pair's name: it holds random identifiers only."""
        return f"{self.kind}:{self.low}:{self.high}"


@dataclass(frozen=True, kw_only=True)
class WaitingPair:
    """A pair that a reviewer is asked about.

    effect: source rows that would leave the review, and episodes and children that counts would
    fall by, if it were accepted. since: when it came up. probability, weight: of the model; None:
    no model compares accounts. second: an independent second opinion is asked for.
    """

    pair: ReviewPair
    effect: int
    since: datetime
    probability: float | None = None
    weight: float | None = None
    conflict: str | None = None
    second: bool = False


def pair_of(kind: PairKind, one: UUID, other: UUID) -> ReviewPair:
    """Return the pair of two records. Raises UsageError if they are one and the same."""
    if one == other:
        raise UsageError("A pair names two different records.")
    return ReviewPair(kind=kind, low=min(one, other), high=max(one, other))


def parse_pair(text: str) -> ReviewPair:
    """Return the pair of a name as the queue lists it. Raises UsageError if it is none."""
    parts = text.split(":")
    try:
        kind, one, other = PairKind(parts[0]), UUID(parts[1]), UUID(parts[2])
    except (IndexError, ValueError):
        raise UsageError(
            "Name the pair as the queue lists it: KIND:IDENTIFIER:IDENTIFIER."
        ) from None
    if len(parts) != 3:
        raise UsageError("Name the pair as the queue lists it: KIND:IDENTIFIER:IDENTIFIER.")
    return pair_of(kind, one, other)


def parse_reviewer(text: str) -> str:
    """Return a reviewer's coded name. Raises UsageError if it could be a person's own name."""
    if len(text) > LONGEST_REVIEWER or not _REVIEWER.fullmatch(text):
        raise UsageError("A reviewer is named by a code: r- and small letters or digits, r-17a.")
    return text


def parse_reason(kind: PairKind, verdict: ReviewVerdict, text: str) -> ReviewReason:
    """Return the reason of a verdict. Raises UsageError, which names the choices, if it is none."""
    allowed = REASONS[kind].get(verdict)
    if allowed is None:
        raise UsageError(f"A pair of {kind} cannot be decided by {verdict}: accept or refuse it.")
    found = next((each for each in allowed if each == text), None)
    if found is None:
        raise UsageError(f"The reason for {verdict} is one of {', '.join(allowed)}.")
    return found


def counts_as_since(waiting: WaitingPair) -> datetime:
    """Return since when a pair is treated as waiting: the earlier, the sooner it is asked about.

    Each count that hangs on it is worth a week. So of two pairs that came up together the one with
    more effect goes first, of two with the same effect the older; the order of two pairs never
    changes while both wait, and none is overtaken for ever.
    """
    return waiting.since - waiting.effect * HEAD_START


def in_order(pairs: Iterable[WaitingPair]) -> list[WaitingPair]:
    """Return pairs in the order in which reviewers are asked about them."""
    return sorted(pairs, key=lambda each: (counts_as_since(each), each.pair))
