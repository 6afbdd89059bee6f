"""Splits identity off a batch: references become random identifiers, identity goes to the vault."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.facts import CHILD, References
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
    """The references of a submission, and the keyed hashes under which the vault finds them."""

    references: References
    child_key: bytes
    own_key: bytes | None


def named(keys: Keys, publisher: PublisherId, references: References) -> Named:
    """Return the references of a submission with their keyed hashes."""
    own_key = None
    if references.kind:
        own_key = keys.reference_key(references.kind, publisher, references.own)
    return Named(
        references=references,
        child_key=keys.reference_key(CHILD, publisher, references.child),
        own_key=own_key,
    )


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
            keys.add(named.child_key)
            if named.own_key is not None:
                keys.add(named.own_key)
        if keys:
            self._known = resolve(connection, sorted(keys))

    def split(self, publisher: PublisherId, named: Named) -> tuple[UUID, UUID] | None:
        """Return the child's identifier, and that of the episode, placement or period of care.

        The second is the child's own where the event is about the child. None: the reference
        already belongs to another child of this publisher.
        """
        own_key = named.own_key
        if own_key is not None:
            own = self._known.get(own_key)
            if own is not None:
                child = self._known.get(named.child_key)
                if child is None or child.subject_id != own.subject_id:
                    return None
                return own.subject_id, own.id
        subject = self._child(publisher, named)
        if own_key is None:
            return subject.id, subject.id
        references = named.references
        return subject.id, self._add(
            own_key, references.kind, subject, references.own, random_uuid()
        )

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

    def _child(self, publisher: PublisherId, named: Named) -> Resolved:
        key = named.child_key
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
