"""The list of contracts: every event type and version that the hub takes."""

from msgspec import Struct

from contracts.messages import BODIES
from contracts.schemas import split_type

CONTRACTS_PATH = "/v1/contracts/"


class ContractEntry(Struct, frozen=True, kw_only=True):
    """One event type in one version; `href` is where its JSON Schema is."""

    type: str
    version: str
    title: str
    href: str


class ContractsDocument(Struct, frozen=True, kw_only=True):
    """Every contract in force, in the order of an episode's life."""

    contracts: tuple[ContractEntry, ...]


def contracts_document() -> ContractsDocument:
    """Return the list of contracts."""
    return ContractsDocument(
        contracts=tuple(_entry(body.event_type, body.title) for body in BODIES)
    )


def _entry(event_type: str, title: str) -> ContractEntry:
    name, version = split_type(event_type)
    href = f"{CONTRACTS_PATH}{name}/{version}"
    return ContractEntry(type=name, version=version, title=title, href=href)
