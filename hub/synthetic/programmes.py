"""The local intervention programmes of authorities: at most one each."""

from dataclasses import dataclass
from typing import Final

from domain.identifiers import PublisherId
from domain.safeguarding import ProgrammeKind
from hub.synthetic.clock import DAY
from hub.synthetic.nation import Nation
from hub.synthetic.numbers import reference
from hub.synthetic.profile import PROGRAMME_ENDED, PROGRAMME_IN_AREA
from hub.synthetic.randomness import Weighted, between, chance

_KINDS: Final = Weighted(
    (ProgrammeKind.INTERVIEWS, 25),
    (ProgrammeKind.PREVENTION, 20),
    (ProgrammeKind.MULTI_AGENCY, 20),
    (ProgrammeKind.MENTORING, 15),
    (ProgrammeKind.MEDIATION, 12),
    (ProgrammeKind.PLACEMENTS, 8),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Programme:
    """A programme: the authority's reference, and its first and last instant; None: it goes on."""

    ref: str
    kind: ProgrammeKind
    started_at: int
    ended_at: int | None


def programme_of(nation: Nation, publisher: PublisherId) -> Programme | None:
    """Return an authority's programme; None: it has none in this year."""
    random = nation.stream(publisher, "programme")
    if not chance(random, PROGRAMME_IN_AREA):
        return None
    started_at = nation.clock.starts_at + between(random, 1, 120) * DAY
    ended_at = nation.clock.ends_at - between(random, 1, 60) * DAY
    return Programme(
        ref=reference("I", nation.options.seed, nation.options.year, publisher),
        kind=_KINDS.draw(random),
        started_at=started_at,
        ended_at=ended_at if chance(random, PROGRAMME_ENDED) else None,
    )
