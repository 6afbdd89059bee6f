"""Models of the hub that are wrong in one way each, for the stateful runs."""

from uuid import UUID

from tests.faults.model import ModelHub


class LenientModel(ModelHub):
    """Takes another message under a known id for a repetition."""

    def _outcome_of_known(self, before: bytes, content: bytes) -> str:
        del before, content
        return "duplicate"


class LonelyModel(ModelHub):
    """Never finds out that two registrations are one child."""

    def _remember(self, key: str, subject: UUID) -> None:
        del key, subject
