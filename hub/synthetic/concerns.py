"""Concerns that publishers hold about a child."""

from typing import Final

from contracts.protection_messages import ConcernClosedBody, ConcernRaisedBody
from domain.identifiers import PublisherId, publisher_kind
from domain.safeguarding import Concern, ConcernClosure
from domain.vocabulary import Sex
from hub.synthetic.children import Child
from hub.synthetic.clock import DAY, HOUR
from hub.synthetic.messages import Draft
from hub.synthetic.nation import Nation
from hub.synthetic.notes import Notes
from hub.synthetic.profile import (
    CONCERN_CLOSED,
    CONCERN_SHARED_WITH_AUTHORITY,
    SEXUAL_EXPLOITATION,
    TRAFFICKED_OTHERS_IN_CARE,
    TRAFFICKED_UNACCOMPANIED,
)
from hub.synthetic.randomness import Weighted, between, chance

# Of incidents with the flag 69 % are of girls, who are 48.8 % of all (police, 2018/19).
_GIRLS: Final = 0.69 / 0.488
_BOYS: Final = 0.31 / 0.512

# Of children; ours, in the order of the founding report.
_OTHERS: Final = (
    (Concern.CRIMINAL_EXPLOITATION, 0.05),
    (Concern.GANGS, 0.03),
    (Concern.SUBSTANCE_MISUSE, 0.08),
    (Concern.DOMESTIC_ABUSE, 0.07),
    (Concern.BULLYING, 0.02),
    (Concern.CRIME, 0.05),
    (Concern.SELF_HARM, 0.06),
    (Concern.MENTAL_HEALTH, 0.07),
    (Concern.OUT_OF_EDUCATION, 0.04),
    (Concern.PREGNANCY, 0.004),
    (Concern.FORCED_MARRIAGE, 0.001),
    (Concern.RADICALISATION, 0.001),
)
_CLOSED_FOR: Final = Weighted(
    (ConcernClosure.RESOLVED, 70),
    (ConcernClosure.UNFOUNDED, 25),
    (ConcernClosure.RECORDED_IN_ERROR, 5),
)


def concerns_of(nation: Nation, child: Child) -> list[Concern]:
    """Return what there is to be concerned about in a child's life."""
    random = nation.stream(child.key, "concerns")
    share = SEXUAL_EXPLOITATION * (_GIRLS if child.sex is Sex.FEMALE else _BOYS)
    found = [Concern.SEXUAL_EXPLOITATION] if chance(random, share) else []
    trafficked = TRAFFICKED_UNACCOMPANIED if child.unaccompanied else TRAFFICKED_OTHERS_IN_CARE
    if child.care and chance(random, trafficked):
        found.append(Concern.TRAFFICKING)
    found.extend(concern for concern, share in _OTHERS if chance(random, share))
    if child.unaccompanied:
        found.append(Concern.UNACCOMPANIED)
    return found


def concern_messages(nation: Nation, publisher: PublisherId, child: Child) -> list[Draft]:
    """Return the concerns that a publisher raises: a force all of them, an authority some."""
    random = nation.stream(child.key, publisher, "concerns")
    notes = Notes(nation, publisher, child, "concern")
    authority = publisher_kind(publisher) == "local-authority"
    for concern in concerns_of(nation, child):
        at = child.first_departure + between(random, 1, 72) * HOUR
        shared = chance(random, CONCERN_SHARED_WITH_AUTHORITY)
        held = concern is not Concern.UNACCOMPANIED if not authority else shared
        if authority and concern is Concern.UNACCOMPANIED:
            held = True
        closed = chance(random, CONCERN_CLOSED)
        if not held:
            continue
        own = notes.own("N", concern)
        raised = ConcernRaisedBody(reference=own, concern=concern, raised=notes.when(at))
        notes.add(at, raised, history=True)
        if closed:
            at += between(random, 20, 200) * DAY
            reason = _CLOSED_FOR.draw(random)
            body = ConcernClosedBody(reference=own, closed=notes.when(at), reason=reason)
            notes.add(at, body)
    return notes.drafts
