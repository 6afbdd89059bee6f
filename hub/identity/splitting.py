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
from hub.identity.randomness import random_uuid
from hub.identity.sealing import identity_bytes
from hub.identity.vault import (
    Resolved,
    VaultRows,
    add_subject,
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


class Naming:
    """Finds keyed hashes, each once for messages that come together: they name few children."""

    def __init__(self, keys: Keys) -> None:
        """Start with nothing known; let go of it with the messages, as it holds references."""
        self._keys = keys
        self._known: dict[tuple[str, str, str], bytes] = {}

    def named(self, publisher: PublisherId, references: References) -> Named:
        """Return references with their keyed hashes."""
        kind, child, own = references.kind, references.child, references.own
        if not child:
            # It becomes an identifier in the ledger, which no change of a key may alter.
            known = self._keys.row_key(kind, publisher, own) if kind else None
            return Named(references=references, child_key=None, own_key=known)
        return Named(
            references=references,
            child_key=self._key(CHILD, publisher, child),
            own_key=self._key(kind, publisher, own) if kind else None,
        )

    def _key(self, kind: str, publisher: str, reference: str) -> bytes:
        what = (kind, publisher, reference)
        key = self._known.get(what)
        if key is None:
            key = self._known[what] = self._keys.reference_key(kind, publisher, reference)
        return key


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
        """Keep a child's identity block, sealed under the child's key.

        position: of the ledger record of this registration.
        """
        plain = identity_bytes(identity)
        row_id = random_uuid()
        sealed = encrypt(self._child_keys[subject_id], row_id, plain)
        self.rows.identities.append((row_id, subject_id, position, sealed, now))

    def adopt(
        self,
        connection: Connection[TupleRow],
        publisher: PublisherId,
        named: Named,
        identified: Identified,
    ) -> bool:
        """Let references stand again for the identifiers that a restored ledger has for them.

        `prepare` must have asked for them. Returns whether they do, or must not because the child
        was erased; False: they stand for another child by now, and nothing was changed.
        """
        own_key, child_key, subject_id = named.own_key, named.child_key, identified.subject_id
        if child_key is None or subject_id is None:
            return True
        child = self._known.get(child_key)
        if child is None:
            key, wrapped = new_child_key(self._keys.wrap, subject_id)
            if not add_subject(connection, subject_id, publisher, wrapped):
                return True
            self._child_keys[subject_id] = key
            child = Resolved(id=subject_id, subject_id=subject_id, wrapped_key=wrapped)
            self._add(child_key, CHILD, child, named.references.child, subject_id)
        if child.subject_id != subject_id:
            return False
        self._child(publisher, named, child_key)
        if own_key is not None and own_key not in self._known:
            references = named.references
            self._add(own_key, references.kind, child, references.own, identified.own_id)
        return own_key is None or self._known[own_key].id == identified.own_id

    def holds_key_of(self, subject_id: UUID) -> bool:
        """Tell whether a child's key has been opened, as `register` needs it."""
        return subject_id in self._child_keys

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
