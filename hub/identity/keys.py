"""The vault's keys, each in a file of its own that only its owner may read."""

import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
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
from hub.identity.randomness import uuid_of

KEY_BYTES = 32
SYMMETRIC = ("wrap", "deduplicate", "reference", "link", "refused")
SEALING = "sealing.jwk"
OPERATOR = "operator-token"
LOG_SIGNING = "log-signing"


@dataclass(frozen=True, kw_only=True, repr=False)
class Keys:
    """Every secret of the hub, unwrapped once at start.

    wrap: encrypts the children's keys. deduplicate, reference, link: for keyed hashes, so that
    nobody without them can guess an identifier. refused: seals refused messages. sealing: the
    pair to which publishers seal identity. operator_token: the embedded profile's one token.
    """

    wrap: bytes
    deduplicate: bytes
    reference: bytes
    link: bytes
    refused: bytes
    sealing: OKPKey
    operator_token: str

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


def load_keys(folder: Path, *, create: bool) -> Keys:
    """Read the keys of a folder, making those that do not exist yet if `create`.

    Raises KeyMissingError if one is missing, damaged, or readable by others than its owner.
    """
    if create:
        _create_missing(folder)
    values = {name: _read(folder / name) for name in SYMMETRIC}
    for name, value in values.items():
        if len(value) != KEY_BYTES:
            raise KeyMissingError(f"The key file {folder / name} is damaged: restore it.")
    return Keys(
        wrap=values["wrap"],
        deduplicate=values["deduplicate"],
        reference=values["reference"],
        link=values["link"],
        refused=values["refused"],
        sealing=_sealing(folder / SEALING),
        operator_token=read_operator_token(folder),
    )


def read_operator_token(folder: Path) -> str:
    """Return the operator's token alone. Raises KeyMissingError if it cannot be read."""
    return _text(folder / OPERATOR).strip()


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
        _create_files(folder, {LOG_SIGNING: signer.secret_text()})
    try:
        return NoteSigner.parse(_text(path).strip())
    except ValueError as error:
        raise KeyMissingError(f"The key file {path} is damaged: restore it.") from error


def _sealing(path: Path) -> OKPKey:
    try:
        return OKPKey.import_key(_text(path))
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
    pair = OKPKey.generate_key("X25519", private=True)
    symmetric = {name: b64encode(token_bytes(KEY_BYTES)).decode() for name in SYMMETRIC}
    others = {SEALING: pair.as_pem(private=True).decode(), OPERATOR: token_urlsafe(32)}
    _create_files(folder, symmetric | others)


def _create_files(folder: Path, texts: Mapping[str, str]) -> None:
    """Create the files that are missing; one that another process makes meanwhile stays."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, text in texts.items():
            _create(folder / name, text)
    except OSError as error:
        raise KeyMissingError(f"Keys cannot be kept in {folder}: {error.strerror}.") from error


def _create(path: Path, text: str) -> None:
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _text(path: Path) -> str:
    try:
        if path.stat().st_mode & 0o077:
            raise KeyMissingError(f"{path} can be read by others: run chmod 600 on it.")
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyMissingError(
            f"The key file {path} cannot be read: restore it; for a new hub, run hub keys."
        ) from error


def _read(path: Path) -> bytes:
    try:
        return b64decode(_text(path), validate=True)
    except ValueError as error:
        raise KeyMissingError(f"The key file {path} is damaged: restore it.") from error
