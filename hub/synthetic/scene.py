"""Where a missing child lived, and who there reports it."""

from random import Random
from typing import Final

from domain.vocabulary import Reporter
from hub.synthetic.children import Child
from hub.synthetic.placements import SUPPORTED, Placement
from hub.synthetic.randomness import Weighted

_HOME_REPORTERS: Final = Weighted(
    (Reporter.PARENT, 88), (Reporter.SCHOOL, 5), (Reporter.OTHER, 5), (Reporter.SOCIAL_WORKER, 2)
)
_CARE_REPORTERS: Final = Weighted((Reporter.PLACEMENT_PROVIDER, 92), (Reporter.SOCIAL_WORKER, 8))
_FOSTER_REPORTERS: Final = Weighted((Reporter.CARER, 90), (Reporter.SOCIAL_WORKER, 10))
_RESIDENTIAL: Final = frozenset({"K1", "K2", "R1", "S1", SUPPORTED})


def lived_in(child: Child, placement: Placement | None) -> str | None:
    """Return the authority, or WAL, SCO, NIR, where the child lived; None: not recorded."""
    return placement.host if placement else child.authority


def reporter_of(random: Random, placement: Placement | None) -> Reporter:
    """Return who reports a child of a placement missing."""
    if placement is None or placement.kind == "P1":
        return _HOME_REPORTERS.draw(random)
    return (_CARE_REPORTERS if placement.kind in _RESIDENTIAL else _FOSTER_REPORTERS).draw(random)
