"""What publishers say of themselves: programmes, returns of homes, board reports, periods."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final

from contracts.publisher_messages import (
    BoardReportPresentedBody,
    PeriodDeclaredBody,
    ProgrammeEndedBody,
    ProgrammeStartedBody,
    ProviderReturnReceivedBody,
)
from domain.identifiers import PublisherId, publisher_kind
from domain.periods import Month
from domain.safeguarding import Board
from hub.synthetic.clock import DAY, HOUR, noon
from hub.synthetic.messages import AnyBody, Draft
from hub.synthetic.nation import Nation
from hub.synthetic.numbers import reference
from hub.synthetic.profile import (
    CORPORATE_BOARD_TOLD,
    MANAGERS_TOLD,
    PARTNERSHIP_TOLD,
    PERIOD_UNDECLARED,
    PROVIDER_RETURN_SENT,
    PROVIDER_RETURN_TOO_LOW,
)
from hub.synthetic.programmes import programme_of
from hub.synthetic.randomness import between, chance

# Absences by number of the home and month of the year, April 0.
Homes = Mapping[tuple[str, int], int]

# The share of authorities that tell each, and how often in a year (¶89; the rhythm is ours).
_BOARDS: Final = (
    (Board.CORPORATE_PARENTING, CORPORATE_BOARD_TOLD, 4),
    (Board.SAFEGUARDING_PARTNERSHIP, PARTNERSHIP_TOLD, 2),
    (Board.SENIOR_MANAGERS, MANAGERS_TOLD, 4),
    (Board.ELECTED_MEMBERS, 0.3, 1),
)
# What counts others, so that a month alone says something else than its year.
_COUNTED: Final = (PeriodDeclaredBody, ProviderReturnReceivedBody)
# Every declaration and return comes within this time of its period's end.
_TOLD_WITHIN_DAYS: Final = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class _Span:
    """Months of the year: numbers of the first and the last, April 0, and their days."""

    first: int
    last: int
    from_on: date
    to_on: date

    @property
    def ends_at(self) -> int:
        """Noon of the last day, when all of it is nearly over."""
        return noon(self.to_on) + DAY // 2


def statements(nation: Nation, publisher: PublisherId, homes: Homes) -> list[Draft]:
    """Return what an authority says of its area; nothing of a force."""
    if publisher_kind(publisher) != "local-authority":
        return []
    drafts = [
        *_programme(nation, publisher),
        *_boards(nation, publisher),
        *_returns(nation, publisher, homes),
    ]
    return [each for each in drafts if each.at < nation.horizon]


def months_of(nation: Nation) -> tuple[Month, ...]:
    """Return the months of the period."""
    months = nation.options.reporting_year.months()
    number = nation.options.month
    return months if number is None else tuple(each for each in months if each.number == number)


def declarations(
    nation: Nation, publisher: PublisherId, rows: Mapping[Month, int]
) -> Iterator[Draft]:
    """Yield what a publisher declares of each month; rows: its other events in the month.

    A month that it does not declare is silent, though it may have sent something of it.
    """
    for month in months_of(nation):
        random = nation.stream(publisher, "declared", month)
        at = noon(month.ends_on) + DAY // 2 + between(random, 8, _TOLD_WITHIN_DAYS * 24) * HOUR
        if chance(random, PERIOD_UNDECLARED):
            continue
        body = PeriodDeclaredBody(
            from_date=month.starts_on.isoformat(),
            to_date=month.ends_on.isoformat(),
            rows=rows.get(month, 0),
        )
        yield _draft(nation, at, publisher, "D", month, body=body)


def _programme(nation: Nation, publisher: PublisherId) -> Iterator[Draft]:
    programme = programme_of(nation, publisher)
    if programme is None:
        return
    clock = nation.clock
    started = ProgrammeStartedBody(
        programme=programme.kind,
        started=clock.date_text(programme.started_at),
        area=publisher.removeprefix("la-"),
    )
    yield Draft(at=programme.started_at, subject=programme.ref, number=1, body=started)
    if programme.ended_at is not None:
        ended = ProgrammeEndedBody(ended=clock.date_text(programme.ended_at))
        yield Draft(at=programme.ended_at, subject=programme.ref, number=2, body=ended)


def _boards(nation: Nation, publisher: PublisherId) -> Iterator[Draft]:
    """Yield the reports to boards, each on the part of the year before it."""
    for board, share, times in _BOARDS:
        random = nation.stream(publisher, "board", board)
        told = chance(random, share)
        for part in _spans(nation, 12 // times):
            at = part.ends_at + between(random, 10, 60) * DAY
            if told and nation.starts_at <= at:
                body = BoardReportPresentedBody(
                    board=board,
                    presented=nation.clock.date_text(at),
                    from_date=part.from_on.isoformat(),
                    to_date=part.to_on.isoformat(),
                )
                yield _draft(nation, at, publisher, "B", board, part.first, body=body)


def _returns(nation: Nation, publisher: PublisherId, homes: Homes) -> Iterator[Draft]:
    """Yield the returns of the homes in an authority's area: of quarters, in a month of it."""
    prefix = f"9{publisher.removeprefix('la-')}"
    urns = sorted({urn for urn, _ in homes if urn.startswith(prefix)})
    for urn in urns:
        random = nation.stream(urn, "returns")
        for part in _spans(nation, 3, within_period=True):
            sent = chance(random, PROVIDER_RETURN_SENT)
            count = sum(homes.get((urn, each), 0) for each in range(part.first, part.last + 1))
            stated = _stated(random, count)
            at = part.ends_at + between(random, 1, _TOLD_WITHIN_DAYS) * DAY
            if sent:
                body = ProviderReturnReceivedBody(
                    provider_urn=urn,
                    from_date=part.from_on.isoformat(),
                    to_date=part.to_on.isoformat(),
                    missing_episodes=stated,
                    received=nation.clock.date_text(at),
                )
                yield _draft(nation, at, publisher, "Q", urn, part.first, body=body)


def _stated(random: Random, count: int) -> int:
    """Return what a home states: the truth, or less."""
    low = chance(random, PROVIDER_RETURN_TOO_LOW)
    less = int(random.random() * (count + 1))
    return min(less, count) if low else count


def _spans(nation: Nation, length: int, *, within_period: bool = False) -> Iterator[_Span]:
    """Yield the year in parts of some months; in a nation of one month, that month at most."""
    months = nation.options.reporting_year.months()
    only = months_of(nation)
    for first in range(0, 12, length):
        part = range(first, first + length)
        if within_period:
            part_months = [number for number in part if months[number] in only]
            if not part_months:
                continue
            part = range(part_months[0], part_months[-1] + 1)
        yield _Span(
            first=part[0],
            last=part[-1],
            from_on=months[part[0]].starts_on,
            to_on=months[part[-1]].ends_on,
        )


def _draft(
    nation: Nation, at: int, publisher: PublisherId, prefix: str, *purpose: object, body: AnyBody
) -> Draft:
    options = nation.options
    own = reference(prefix, options.seed, options.year, publisher, *purpose)
    number = nation.period_name if isinstance(body, _COUNTED) else 1
    return Draft(at=at, subject=own, number=number, body=body)
