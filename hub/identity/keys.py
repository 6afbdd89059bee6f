"""The vault's keys, each in a file of its own that only its owner may read."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from secrets import token_bytes, token_hex, token_urlsafe
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from joserfc.jwk import OKPKey

from contracts.signed_notes import NoteSigner
from domain.errors import KeyMissingError, UsageError
from hub.identity.key_files import as_text, create_files, read_bytes, read_text
from hub.identity.randomness import uuid_of

KEY_BYTES = 32
SYMMETRIC = ("wrap", "deduplicate", "reference", "link", "refused")
SEALING = "sealing.jwk"
EARLIER_SEALING = "sealing-until-"
OPERATOR = "operator-token"
LOG_SIGNING = "log-signing"


@dataclass(frozen=True, kw_only=True, repr=False)
class Keys:
    """Every secret of the hub, unwrapped once at start.

    wrap: encrypts the children's keys. deduplicate, reference, link: for keyed hashes, so that
    nobody without them can guess an identifier. refused: seals refused messages. sealing: the
    pair to which publishers seal identity; earlier_sealing: those before it, for messages that were
    sealed to them and are still under way. operator_token: the embedded profile's one token.
    """

    wrap: bytes
    deduplicate: bytes
    reference: bytes
    link: bytes
    refused: bytes
    sealing: OKPKey
    operator_token: str
    earlier_sealing: tuple[OKPKey, ...] = ()

    def reference_key(self, kind: str, publisher: str, reference: str) -> bytes:
        """Return the keyed hash under which a publisher's own reference is looked up: 16 bytes."""
        return _keyed(self.reference, f"{kind}\n{publisher}\n{reference}".encode())[:16]

    def source_key(self, publisher: str, event_id: str) -> bytes:
        """Return the keyed hash of (source, id): 10 bytes, the first of every receipt for it."""
        return _keyed(self.deduplicate, f"{publisher}\n{event_id}".encode())[:10]

    def content_key(self, content: bytes) -> bytes:
        """Return the keyed hash of what a submission says: 16 bytes."""
        return _keyed(self.deduplicate, content)[:16]

    def event_key(self, content: bytes) -> str:
        """Return the event id that an adapter gives to a row: stable, and nobody can guess back."""
        return _keyed(self.deduplicate, b"row\n" + content)[:16].hex()

    def row_key(self, kind: str, publisher: str, what: str) -> bytes:
        """Return the keyed hash by which a thing is known for ever that is sent again: 16 bytes."""
        return _keyed(self.deduplicate, f"known\n{kind}\n{publisher}\n{what}".encode())[:16]

    def link_key(self, rule: str, value: str) -> bytes:
        """Return the keyed hash by which a linking rule finds equal identities: 16 bytes."""
        return _keyed(self.link, f"{rule}\n{value}".encode())[:16]


def receipt(source_key: bytes, content_key: bytes) -> UUID:
    """Return the submission id: the same for every retry of the same content."""
    return uuid_of(source_key + content_key[:6])


def key_check(keys: Keys) -> str:
    """Return what tells one set of keys from another, and nothing about them."""
    whole = b"".join(
        _keyed(key, b"key check")
        for key in (keys.wrap, keys.deduplicate, keys.reference, keys.link, keys.refused)
    )
    return sha256(whole).hexdigest()[:32]


def load_keys(folder: Path, *, create: bool, on: date | None = None) -> Keys:
    """Read the keys of a folder, making those that do not exist yet if `create`.

    on: the day, so that pairs whose time is over open nothing any more; None: they still do.
    Raises KeyMissingError if one is missing, damaged, or readable by others than its owner.
    """
    if create:
        _create_missing(folder)
    values = {name: read_bytes(folder / name, KEY_BYTES) for name in SYMMETRIC}
    return Keys(
        wrap=values["wrap"],
        deduplicate=values["deduplicate"],
        reference=values["reference"],
        link=values["link"],
        refused=values["refused"],
        sealing=_sealing(folder / SEALING),
        operator_token=read_operator_token(folder),
        earlier_sealing=tuple(
            _sealing(path)
            for path in sorted(folder.glob(f"{EARLIER_SEALING}*"), reverse=True)
            if on is None or path.name.removeprefix(EARLIER_SEALING) >= on.isoformat()
        ),
    )


def new_pair() -> str:
    """Return what the file of a new pair says, to which identity is sealed."""
    return OKPKey.generate_key("X25519", private=True).as_pem(private=True).decode()


def read_operator_token(folder: Path) -> str:
    """Return the operator's token alone. Raises KeyMissingError if it cannot be read."""
    return read_text(folder / OPERATOR).strip()


def load_log_signer(folder: Path, *, create: bool, origin: str | None = None) -> NoteSigner:
    """Read the key that signs checkpoints, making it if there is none and `create`.

    origin: the log's name for ever, like `data.example/ledger`; None: one that nobody else has.
    Only whoever signs or verifies needs this key. Raises KeyMissingError as `load_keys` does, and
    UsageError if the origin cannot be the name of a key.
    """
    path = folder / LOG_SIGNING
    if create and not path.exists():
        name = origin or f"missing-children-hub/ledger/{token_hex(4)}"
        signer = NoteSigner(name=name, seed=token_bytes(KEY_BYTES))
        try:
            NoteSigner.parse(signer.secret_text())
        except ValueError as error:
            raise UsageError(f"The log cannot have this origin: {error}.") from error
        create_files(folder, {LOG_SIGNING: signer.secret_text()})
    try:
        return NoteSigner.parse(read_text(path).strip())
    except ValueError as error:
        raise KeyMissingError(f"The key file {path} is damaged: restore it.") from error


def _sealing(path: Path) -> OKPKey:
    try:
        return OKPKey.import_key(read_text(path))
    except ValueError as error:
        raise KeyMissingError(f"The key file {path} is damaged: restore it.") from error


def _keyed(key: bytes, content: bytes) -> bytes:
    """Return the HMAC-SHA256 (RFC 2104): 32 bytes."""
    keyed = _with_key(key).copy()
    keyed.update(content)
    return keyed.finalize()


@cache
def _with_key(key: bytes) -> HMAC:
    """Return the state after the key alone: taking in the key costs more than the content does."""
    return HMAC(key, SHA256())


def _create_missing(folder: Path) -> None:
    symmetric = {name: as_text(token_bytes(KEY_BYTES)) for name in SYMMETRIC}
    others = {SEALING: new_pair(), OPERATOR: token_urlsafe(32)}
    create_files(folder, symmetric | others)
