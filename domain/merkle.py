"""RFC 6962 hashes: what makes the ledger provable."""

from hashlib import sha256


def leaf_hash(entry: bytes) -> bytes:
    """Return the SHA-256 leaf hash of a log entry (RFC 6962, 2.1): 32 bytes."""
    return sha256(b"\x00" + entry).digest()
