"""What a publisher notes of a child rather than of one absence."""

from domain.identifiers import PublisherId
from hub.synthetic.children import Child
from hub.synthetic.clock import instant_text
from hub.synthetic.messages import AnyBody, Draft
from hub.synthetic.nation import Nation
from hub.synthetic.numbers import reference
from hub.synthetic.records import subject_reference


class Notes:
    """One topic on which a publisher notes something of a child, message by message."""

    def __init__(self, nation: Nation, publisher: PublisherId, child: Child, topic: str) -> None:
        """Start empty; the topic tells these messages from others about the child."""
        self.drafts: list[Draft] = []
        self.subject = subject_reference(nation, publisher, child)
        self._nation = nation
        self._topic = topic
        self._number = 0

    def add(self, at: int, body: AnyBody, *, history: bool = False) -> bool:
        """Add a message unless it lies beyond the horizon, or before the period; False then.

        history: it is told however long ago it was, because what follows rests on it.
        """
        self._number += 1
        if at >= self._nation.horizon or (at < self._nation.starts_at and not history):
            return False
        number = f"{self._topic}-{self._number}"
        self.drafts.append(Draft(at=at, subject=self.subject, number=number, body=body))
        return True

    def own(self, prefix: str, *purpose: object) -> str:
        """Return the publisher's reference of a thing of this child and topic."""
        return reference(prefix, self.subject, self._topic, *purpose)

    def when(self, instant: int) -> str:
        """Return an instant as the messages carry it."""
        return instant_text(instant)

    def day(self, instant: int) -> str:
        """Return the London date at an instant as the messages carry it."""
        return self._nation.clock.date_text(instant)
