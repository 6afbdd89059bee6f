"""One publisher's record of one absence, message by message."""

from dataclasses import dataclass, field

from contracts.episode_messages import (
    AttributionCorrectedBody,
    EpisodeMergedBody,
    EpisodeVoidedBody,
)
from domain.identifiers import PublisherId
from domain.safeguarding import Evidence
from domain.vocabulary import Classification, VoidReason
from hub.synthetic.children import Child
from hub.synthetic.clock import Clock, instant_text
from hub.synthetic.messages import AnyBody, Draft
from hub.synthetic.nation import Nation
from hub.synthetic.numbers import reference
from hub.synthetic.planted import FaultCode, Planted
from hub.synthetic.truth import Role, SourceTruth


@dataclass(kw_only=True, slots=True)
class Record:
    """A source episode in the making.

    child: the child's reference at the publisher. horizon: messages from then on are not sent.
    entered: nothing is sent before it. dates_only: days are written without times. interviewed: a
    return interview was held. heard_from: the authority that a force told of it. faults: planted.
    """

    publisher: PublisherId
    ref: str
    child: str
    child_key: str
    role: Role
    classification: Classification
    clock: Clock
    horizon: int
    entered: int = 0
    dates_only: bool = False
    drafts: list[Draft] = field(default_factory=list)
    voided: bool = False
    interviewed: bool = False
    heard_from: str | None = None
    faults: list[Planted] = field(default_factory=list)
    _number: int = 0

    def add(self, at: int, body: AnyBody) -> bool:
        """Add a message, not before the record was entered; False if it lies beyond the horizon."""
        self._number += 1
        at = max(at, self.entered)
        if at >= self.horizon:
            return False
        self.drafts.append(Draft(at=at, subject=self.ref, number=self._number, body=body))
        return True

    def add_about_child(self, at: int, body: AnyBody) -> bool:
        """Add a message about the child, not about this one absence; False as with `add`."""
        self._number += 1
        at = max(at, self.entered)
        if at >= self.horizon:
            return False
        number = f"{self.ref}-{self._number}"
        self.drafts.append(Draft(at=at, subject=self.child, number=number, body=body))
        return True

    def plant(self, fault: FaultCode, what: str) -> None:
        """Note in the ground truth that this record has a fault."""
        self.faults.append(
            Planted(
                fault=fault,
                what=what,
                about="episode",
                publisher=self.publisher,
                ref=self.ref,
                child=self.child,
            )
        )

    def void(self, at: int, reason: VoidReason) -> None:
        """Withdraw the record."""
        self.voided = self.add(at, EpisodeVoidedBody(child=self.child, reason=reason))

    def merge(self, at: int, into: str) -> None:
        """Give the record up in favour of another of the same child."""
        self.voided = self.add(at, EpisodeMergedBody(child=self.child, into=into))

    def attribute(self, at: int, evidence: Evidence) -> None:
        """Say that the child was not missing after all."""
        body = AttributionCorrectedBody(child=self.child, was_missing=False, evidence=evidence)
        self.voided = self.add(at, body)

    def when(self, instant: int) -> str:
        """Return an instant as this record writes it."""
        return self.clock.date_text(instant) if self.dates_only else instant_text(instant)

    def truth(self) -> SourceTruth:
        """Return what the ground truth says of the record."""
        return SourceTruth(
            publisher=self.publisher,
            ref=self.ref,
            subject=self.child,
            role=self.role,
            classification=self.classification,
            voided=self.voided,
        )


def new_record(
    nation: Nation,
    publisher: PublisherId,
    child: Child,
    *,
    purpose: str,
    role: Role,
    classification: Classification,
) -> Record:
    """Return an empty record; purpose: what tells it from the publisher's others of the child."""
    return Record(
        publisher=publisher,
        ref=reference("E", *_scope(nation), publisher, child.key, purpose),
        child=subject_reference(nation, publisher, child),
        child_key=child.key,
        role=role,
        classification=classification,
        clock=nation.clock,
        horizon=nation.horizon,
    )


def subject_reference(nation: Nation, publisher: PublisherId, child: Child) -> str:
    """Return the reference under which a publisher knows a child."""
    return reference("C", *_scope(nation), publisher, child.key)


def _scope(nation: Nation) -> tuple[int, int]:
    return nation.options.seed, nation.options.year
