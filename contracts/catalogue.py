"""The list of contracts: every event type and version that the hub takes."""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from contracts.bodies import Body
from contracts.message_types import BODIES
from contracts.schemas import description, split_type

CONTRACTS_PATH = "/v1/contracts/"


class ContractEntry(Struct, frozen=True, kw_only=True):
    """One event type in one version.

    description: what it says, and of its fields what their types do not. source: where the
    founding report, or a rule, asks for it. href: where its JSON Schema is. accepted_until: the
    last London day on which it is taken, and successor, the type to send instead; None: no newer
    version supersedes it.
    """

    type: str
    version: str
    title: str
    description: str
    source: str
    href: str
    accepted_until: date | None = None
    successor: str | None = None


class ContractsDocument(Struct, frozen=True, kw_only=True):
    """Every contract in force, in the order of an episode's life."""

    contracts: tuple[ContractEntry, ...]


def contracts_document(bodies: Iterable[type[Body]] = BODIES) -> ContractsDocument:
    """Return the list of contracts; bodies: those in force, in the order in which to list them."""
    return ContractsDocument(contracts=tuple(_entry(body) for body in bodies))


def _entry(body: type[Body]) -> ContractEntry:
    name, version = split_type(body.event_type)
    return ContractEntry(
        type=name,
        version=version,
        title=body.title,
        description=description(body),
        source=body.source,
        href=f"{CONTRACTS_PATH}{name}/{version}",
        accepted_until=body.accepted_until,
        successor=body.successor or None,
    )
