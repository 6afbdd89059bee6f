"""Splits identity off a batch: references become random identifiers, identity goes to the vault."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.facts import CHILD, Identified, References
from contracts.identity import Identity
from domain.identifiers import PublisherId
from hub.identity.keys import Keys
from hub.identity.link_keys import link_values
from hub.identity.randomness import random_uuid
from hub.identity.sealing import identity_bytes
from hub.identity.vault import (
    Resolved,
    VaultRows,
    decrypt,
    encrypt,
    new_child_key,
    new_subject_id,
    resolve,
)


class Named(Struct, frozen=True, kw_only=True, gc=False):
    """The references of one thing, and the keyed hashes under which the vault finds them.

    child_key: None if the thing is about no child.
    """

    references: References
    child_key: bytes | None
    own_key: bytes | None


def named(keys: Keys, publisher: PublisherId, references: References) -> Named:
    """Return references with their keyed hashes."""
    own_key = None
    if references.kind:
        own_key = keys.reference_key(references.kind, publisher, references.own)
    child_key = None
    if references.child:
        child_key = keys.reference_key(CHILD, publisher, references.child)
    return Named(references=references, child_key=child_key, own_key=own_key)


class Splitter:
    """Gives identifiers to the references of one batch, and gathers what the vault must keep."""

    def __init__(self, keys: Keys) -> None:
        """Start with nothing known; `prepare` asks the vault."""
        self.rows = VaultRows()
        self._keys = keys
        self._known: dict[bytes, Resolved] = {}
        self._child_keys: dict[UUID, bytes] = {}

    def prepare(self, connection: Connection[TupleRow], wanted: Iterable[Named]) -> None:
        """Ask the vault, once for the whole batch, which references it knows."""
        keys: set[bytes] = set()
        for named in wanted:
            if named.child_key is None:
                continue
            keys.add(named.child_key)
            if named.own_key is not None:
                keys.add(named.own_key)
        if keys:
            self._known |= resolve(connection, sorted(keys))

    def forget_rows(self) -> None:
        """Let what the vault should keep go; which identifiers were given stays known."""
        self.rows = VaultRows()

    def split(
        self, publisher: PublisherId, wanted: Sequence[Named]
    ) -> tuple[Identified, ...] | None:
        """Return the identifiers of some things, in their order.

        None: a reference already belongs to another child of this publisher; then nothing is
        added. What is about no child gets an identifier made from the keyed hash of its
        reference, so the vault need not keep it.
        """
        # Nearly every message names one thing, and this runs for each.
        if len(wanted) == 1:
            only = wanted[0]
            return (self._identify(publisher, only),) if self._agrees(only) else None
        if not all(self._agrees(each) for each in wanted) or _contradictory(wanted):
            return None
        return tuple(self._identify(publisher, each) for each in wanted)

    def _agrees(self, named: Named) -> bool:
        """Tell whether a reference is new, or belongs to the child that it is said to be of."""
        own_key, child_key = named.own_key, named.child_key
        own = self._known.get(own_key) if own_key is not None and child_key is not None else None
        if own is None or child_key is None:
            return True
        child = self._known.get(child_key)
        return child is not None and child.subject_id == own.subject_id

    def _identify(self, publisher: PublisherId, named: Named) -> Identified:
        own_key, child_key = named.own_key, named.child_key
        if child_key is None:
            if own_key is None:
                raise ValueError("what is about no child has a reference of its own")
            return Identified(None, UUID(bytes=own_key[:16], version=4))
        own = self._known.get(own_key) if own_key is not None else None
        if own is not None:
            return Identified(own.subject_id, own.id)
        subject = self._child(publisher, named, child_key)
        if own_key is None:
            return Identified(subject.id, subject.id)
        references = named.references
        added = self._add(own_key, references.kind, subject, references.own, random_uuid())
        return Identified(subject.id, added)

    def register(
        self, subject_id: UUID, identity: Identity, *, position: int, now: datetime
    ) -> None:
        """Keep a child's identity block, sealed under the child's key, and what finds it again.

        position: of the ledger record of this registration.
        """
        plain = identity_bytes(identity)
        row_id = random_uuid()
        sealed = encrypt(self._child_keys[subject_id], row_id, plain)
        self.rows.identities.append((row_id, subject_id, position, sealed, now))
        for rule, value in link_values(identity):
            self.rows.link_keys.append((rule, self._keys.link_key(rule, value), subject_id))

    def refuse(self, receipt: UUID, publisher: str, raw: bytes, expires_at: datetime) -> None:
        """Keep the bytes of a refused message, sealed, for the time that the vault allows."""
        sealed = encrypt(self._keys.refused, receipt, raw)
        self.rows.refused.append((receipt, publisher, sealed, expires_at))

    def _child(self, publisher: PublisherId, named: Named, key: bytes) -> Resolved:
        known = self._known.get(key)
        if known is not None:
            if known.id not in self._child_keys:
                self._child_keys[known.id] = decrypt(self._keys.wrap, known.id, known.wrapped_key)
            return known
        subject_id = new_subject_id()
        child_key, wrapped = new_child_key(self._keys.wrap, subject_id)
        self._child_keys[subject_id] = child_key
        self.rows.subjects.append((subject_id, publisher, wrapped))
        subject = Resolved(id=subject_id, subject_id=subject_id, wrapped_key=wrapped)
        self._add(key, CHILD, subject, named.references.child, subject_id)
        return subject

    def _add(self, key: bytes, kind: str, subject: Resolved, reference: str, own_id: UUID) -> UUID:
        sealed = encrypt(self._child_keys[subject.id], own_id, reference.encode())
        self.rows.references.append((key, kind, own_id, subject.subject_id, sealed))
        self._known[key] = Resolved(
            id=own_id, subject_id=subject.subject_id, wrapped_key=subject.wrapped_key
        )
        return own_id


def _contradictory(wanted: Sequence[Named]) -> bool:
    """Tell whether one message gives the same reference to two children."""
    children: dict[bytes, bytes | None] = {}
    return any(
        children.setdefault(each.own_key, each.child_key) != each.child_key
        for each in wanted
        if each.own_key is not None
    )
