"""C2SP signed notes: a text, and under it the Ed25519 signatures of those who stand by it.

As c2sp.org/signed-note says. Keys have the text forms of Go's `sumdb/note`, so that others' tools
read them: `NAME+ID+KEY` to verify, `PRIVATE+KEY+NAME+ID+KEY` to sign.
"""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
ID_BYTES = 4
KEY_BYTES = 32
MOST_SIGNATURES = 100
MOST_BYTES = 1_000_000

_DASH = "\u2014 "
_PRIVATE = "PRIVATE+KEY+"


@dataclass(frozen=True, kw_only=True)
class NoteVerifier:
    """Whose signatures are trusted: a key name, and its public key of 32 bytes."""

    name: str
    public_key: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a verifier key. Raises ValueError if it is not one for Ed25519."""
        name, key_id, public_key = _parsed_key(text, "verifier key")
        verifier = cls(name=name, public_key=public_key)
        if verifier.key_id.hex() != key_id:
            raise ValueError("the verifier key's id does not fit its name and key")
        return verifier

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_base64(ED25519 + self.public_key)}"

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that tell its signatures from those of others of the same name."""
        content = self.name.encode() + b"\n" + ED25519 + self.public_key
        return sha256(content).digest()[:ID_BYTES]

    def verifies(self, text: bytes, signature: bytes) -> bool:
        """Say whether a signature was made over a text with the private key to this one."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, text)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, kw_only=True, repr=False)
class NoteSigner:
    """Who signs: a key name, and the 32 secret bytes from which the key is made."""

    name: str
    seed: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a signer key. Raises ValueError, which never shows the key, if it is not one."""
        if not text.startswith(_PRIVATE):
            raise ValueError(f"a signer key begins with {_PRIVATE}")
        name, key_id, seed = _parsed_key(text.removeprefix(_PRIVATE), "signer key")
        signer = cls(name=name, seed=seed)
        if signer.verifier.key_id.hex() != key_id:
            raise ValueError("the signer key's id does not fit its name and key")
        return signer

    def secret_text(self) -> str:
        """Return the text form; whoever has it can sign."""
        key_id = self.verifier.key_id.hex()
        return f"{_PRIVATE}{self.name}+{key_id}+{_base64(ED25519 + self.seed)}"

    @property
    def verifier(self) -> NoteVerifier:
        """What others check its signatures with."""
        public_key = Ed25519PrivateKey.from_private_bytes(self.seed).public_key()
        return NoteVerifier(name=self.name, public_key=public_key.public_bytes_raw())

    def sign(self, text: bytes) -> bytes:
        """Return the signature of a text; the same text always gets the same one."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(text)


@dataclass(frozen=True, kw_only=True)
class NoteSignature:
    """A signature line as it stands, whether anyone knows the key or not."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, kw_only=True)
class SignedNote:
    """A note taken apart, and nothing of it checked: do not act on its text.

    text: with its final newline, without the blank line before the signatures.
    """

    text: str
    signatures: tuple[NoteSignature, ...]


def sign_note(text: str, signers: Sequence[NoteSigner]) -> str:
    """Return a text with a signature line for each signer.

    Raises ValueError if a name or the text cannot stand in a note.
    """
    if not signers:
        raise ValueError("a note has at least one signature")
    if not text.endswith("\n"):
        raise ValueError("a note's text ends in a newline")
    lines = []
    for signer in signers:
        _check_name(signer.name)
        signed = signer.verifier.key_id + signer.sign(text.encode())
        lines.append(f"{_DASH}{signer.name} {_base64(signed)}\n")
    note = f"{text}\n{''.join(lines)}"
    # Whatever is signed here can be opened: a text may hold what a note must not.
    parse_note(note.encode())
    return note


def parse_note(note: bytes) -> SignedNote:
    """Take a note apart, checking its form only. Raises ValueError if it has not that form."""
    if len(note) > MOST_BYTES:
        raise ValueError(f"a note has at most {MOST_BYTES} bytes")
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("a note is UTF-8") from None
    if any(character < " " and character != "\n" for character in whole):
        raise ValueError("a note holds no control character but newline")
    text, blank, signed = whole.rpartition("\n\n")
    if not blank or not signed.endswith("\n"):
        raise ValueError("a note ends in a blank line and signature lines")
    lines = signed.removesuffix("\n").split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise ValueError(f"a note has at most {MOST_SIGNATURES} signatures")
    return SignedNote(text=f"{text}\n", signatures=tuple(map(_parsed_signature, lines)))


def open_note(note: bytes, verifiers: Sequence[NoteVerifier]) -> str:
    """Return the text of a note that at least one of the verifiers stands by.

    Lines of unknown keys are passed over. Raises ValueError if the note has not its form, if no
    known key signed it, or if a known key's signature is false.
    """
    parsed = parse_note(note)
    known = {(each.name, each.key_id): each for each in verifiers}
    if len(known) != len(verifiers):
        raise ValueError("two verifiers have the same name and key id")
    trusted = False
    for line in parsed.signatures:
        verifier = known.get((line.name, line.key_id))
        if verifier is None:
            continue
        if not verifier.verifies(parsed.text.encode(), line.signature):
            raise ValueError(f"the signature of {verifier.name} is false")
        trusted = True
    if not trusted:
        raise ValueError("no known key signed the note")
    return parsed.text


def decode_base64(text: str) -> bytes:
    """Return bytes from RFC 4648 base64, which has one spelling only. Raises ValueError."""
    try:
        value = b64decode(text, validate=True)
    except ValueError:
        raise ValueError("a value is not base64") from None
    if _base64(value) != text:
        raise ValueError("a value is not base64 in its one spelling")
    return value


def _parsed_signature(line: str) -> NoteSignature:
    if not line.startswith(_DASH):
        raise ValueError("a signature line begins with an em dash and a space")
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    if not space:
        raise ValueError("a signature line has a key name and a signature")
    _check_name(name)
    signed = decode_base64(encoded)
    if len(signed) <= ID_BYTES:
        raise ValueError("a signature has a key id and at least one byte more")
    return NoteSignature(name=name, key_id=signed[:ID_BYTES], signature=signed[ID_BYTES:])


def _parsed_key(text: str, what: str) -> tuple[str, str, bytes]:
    parts = text.split("+", 2)
    if len(parts) != len(("name", "id", "key")):
        raise ValueError(f"a {what} has a name, an id and a key, with plus signs between them")
    name, key_id, encoded = parts
    _check_name(name)
    key = decode_base64(encoded)
    if key[:1] != ED25519 or len(key) != 1 + KEY_BYTES:
        raise ValueError(f"the {what} is not one for Ed25519")
    return name, key_id, key[1:]


def _check_name(name: str) -> None:
    if not name or "+" in name or any(each.isspace() or each < " " for each in name):
        raise ValueError("a key name is not empty, and has no space and no plus sign")


def _base64(value: bytes) -> str:
    return b64encode(value).decode("ascii")
