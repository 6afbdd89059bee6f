"""Whatever part of the hub opens the vault puts that on record, or opens nobody's identity."""

from pathlib import Path
from typing import Final

HUB: Final = Path(__file__).parents[2] / "hub"
OPENS: Final = "decrypt("
RECORDS: Final = ("record_read(", "record_whole_read(", "vault.announce_read(")
# Why the others need not.
REASONS: Final = {
    "identity/vault.py": "says what opening is",
    "identity/splitting.py": "opens a child's key to write with it, in memory, at intake",
    "identity/disclosing.py": "is called by rights.py, which has put it on record",
    "identity/rekeying.py": "is called by rotating.py, which puts it on record",
    "identity/opening.py": "opens what comes in, before the vault has it",
    "linkage/models.py": "opens models, which are about nobody",
    "restoring.py": "opens one child's key to see whether the keys are the right ones",
}


def test_every_part_that_opens_the_vault_records_it_or_is_known_not_to_read() -> None:
    unrecorded = set()
    for path in HUB.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if OPENS in text and not any(each in text for each in RECORDS):
            unrecorded.add(str(path.relative_to(HUB)))

    assert unrecorded == set(REASONS)
