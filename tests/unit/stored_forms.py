"""`python -m tests.unit.stored_forms`: write the samples of stored forms that are not there yet.

To keep a new stored form, add the event to `stored_catalogue.py` and run this. A type whose event
gained a field gets a second sample beside the first, `<type>.2.json`. What was written is never
written again: its digest is kept, and a test says if it changes.
"""

from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final

from contracts.stored import encode_event
from domain.events import Event
from hub.console import say
from tests.unit.stored_catalogue import CATALOGUE_SAMPLES
from tests.unit.stored_samples import SAMPLES

FOLDER: Final = Path(__file__).parents[1] / "stored"
DIGESTS: Final = Path(__file__).with_name("stored_digests.txt")


def named_samples() -> Mapping[str, Event]:
    """Return what each file of the folder says, by its name."""
    seen: Counter[str] = Counter()
    found: dict[str, Event] = {}
    for event in (*SAMPLES, *CATALOGUE_SAMPLES):
        seen[event.type] += 1
        number = f".{seen[event.type]}" if seen[event.type] > 1 else ""
        found[f"{event.type}{number}.json"] = event
    return found


def type_of(name: str) -> str:
    """Return the stored type that a file is a sample of."""
    return name.partition(".")[0]


def read_digests(path: Path = DIGESTS) -> dict[str, str]:
    """Return the digest that each file had when it was written."""
    lines = path.read_text(encoding="ascii").splitlines() if path.is_file() else []
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def digests_of(folder: Path = FOLDER) -> dict[str, str]:
    """Return the digest that each file has now."""
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def write_samples(folder: Path = FOLDER, digests: Path = DIGESTS) -> list[str]:
    """Write each sample that has no file yet, and the digest of what has none yet."""
    written = [name for name in named_samples() if not (folder / name).exists()]
    for name in written:
        (folder / name).write_bytes(encode_event(named_samples()[name]) + b"\n")
    kept = {**digests_of(folder), **read_digests(digests)}
    lines = (f"{digest}  {name}\n" for name, digest in sorted(kept.items()))
    digests.write_text("".join(lines), encoding="ascii")
    return written


if __name__ == "__main__":
    say(f"{len(write_samples())} samples written")
