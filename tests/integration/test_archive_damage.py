"""Whatever is done to an archive is found, and the first thing that does not fit is named."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.json import decode, encode

from contracts.signed_notes import NoteSigner
from hub.archive.store import Archive
from hub.archive.verifying import VerifiedArchive, verify_archive
from hub.ledger.verifying import verify_ledger
from hub.wiring import Hub
from tests.archive_steps import archive_all, detach_all, sign, small_partitions, tell
from tests.hub_steps import change
from tests.ledger_steps import SIGNER, unlock, write

ANOTHER_HASH = """
UPDATE ledger.stored_events SET leaf_hash = set_byte(leaf_hash, 3, get_byte(leaf_hash, 3) # 1)
 WHERE notification_id = 9
"""
ANOTHER_SUBMISSION = """
UPDATE ledger.stored_events SET submission_id = gen_random_uuid() WHERE notification_id = 3
"""


@dataclass
class Whole:
    """An archive of three segments and two checkpoints that fits, and a place for copies of it."""

    hub: Hub
    folder: Path
    copies: Path

    def damaged(self, damage: Callable[[Path], str]) -> tuple[VerifiedArchive, str]:
        """Damage a copy; return what is found, and what should be named."""
        copy = self.copies / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.folder, copy)
        named = damage(copy / "ledger")
        return verify_archive(Archive(copy), verifier=SIGNER.verifier), named


@pytest.fixture
def whole(hub: Hub, tmp_path: Path) -> Whole:
    write(hub, 150)
    archive_all(hub)
    sign(hub)
    tell(hub, children=6)
    archive_all(hub)
    sign(hub)
    return Whole(hub=hub, folder=hub.archive.folder, copies=tmp_path)


def files(ledger: Path) -> list[Path]:
    return sorted(each for each in ledger.rglob("*") if each.is_file())


def test_an_honest_archive_fits_with_and_without_the_key(whole: Whole) -> None:
    archive = whole.hub.archive

    found = verify_archive(archive, verifier=SIGNER.verifier)

    assert (found.records, found.checkpoints) == (archive.extent(), 2)
    assert found.segments == len(archive.segments()) > 3
    assert found.problem is None
    assert verify_archive(archive) == found


def test_a_flipped_bit_is_found_in_every_file_and_the_file_is_named(whole: Whole) -> None:
    count = len(files(whole.folder / "ledger"))

    @settings(max_examples=80)
    @given(st.data())
    def flipped(data: st.DataObject) -> None:
        def flip(ledger: Path) -> str:
            path = files(ledger)[data.draw(st.integers(0, count - 1))]
            content = bytearray(path.read_bytes())
            at = data.draw(st.integers(0, len(content) - 1))
            content[at] ^= 1 << data.draw(st.integers(0, 7))
            path.write_bytes(content)
            return path.name

        found, name = whole.damaged(flip)

        assert found.where is not None
        assert found.problem is not None
        assert name.lstrip("0") in f"{found.where} {found.problem}"

    flipped()


def test_a_truncated_a_missing_and_a_swapped_file_are_found(whole: Whole) -> None:
    count = len(files(whole.folder / "ledger"))

    @settings(max_examples=40)
    @given(st.data())
    def damaged(data: st.DataObject) -> None:
        chosen = st.integers(0, count - 1)

        def damage(ledger: Path) -> str:
            path = files(ledger)[data.draw(chosen)]
            alike = [each for each in files(ledger) if each.suffix == path.suffix and each != path]
            match data.draw(st.sampled_from(["truncate", "empty", "swap"])):
                case "truncate":
                    path.write_bytes(path.read_bytes()[:-1])
                case "empty":
                    path.write_bytes(b"")
                case _:
                    other = data.draw(st.sampled_from(alike))
                    content = path.read_bytes()
                    path.write_bytes(other.read_bytes())
                    other.write_bytes(content)
            return path.name

        found, _ = whole.damaged(damage)

        assert found.where is not None

    damaged()


@pytest.mark.parametrize("pattern", ["*000001-*.json", "*101-*.parquet", "*.json", "*.subjects.*"])
def test_a_file_that_was_removed_is_missed(whole: Whole, pattern: str) -> None:
    def remove(ledger: Path) -> str:
        path = max((ledger / "segments").glob(pattern))
        path.unlink()
        return path.name

    found, _ = whole.damaged(remove)

    assert found.where is not None


def test_two_segments_that_swapped_their_names_are_found(whole: Whole) -> None:
    def swap(ledger: Path) -> str:
        for kind in ("json", "parquet", "subjects.parquet"):
            one, other = (
                ledger / "segments" / f"{stem}.{kind}"
                for stem in ("000000000001-000000000100", "000000000101-000000000150")
            )
            content = one.read_bytes()
            one.write_bytes(other.read_bytes())
            other.write_bytes(content)
        return "000000000001-000000000100.json"

    found, name = whole.damaged(swap)

    assert found.where == name


def test_a_forged_last_segment_is_found_by_its_checkpoint(whole: Whole) -> None:
    """Everything but the signature can be made to fit by who can write the archive."""

    def forge(ledger: Path) -> str:
        last = max((ledger / "segments").glob("*.json"))
        manifest = decode(last.read_bytes())
        forged = str(manifest["subjects"]["name"])
        path = ledger / "segments" / forged
        path.write_bytes(path.read_bytes() + b"x")
        manifest["subjects"]["sha256"] = sha256(path.read_bytes()).hexdigest()
        manifest["subjects"]["bytes"] += 1
        last.write_bytes(encode(manifest, order="sorted") + b"\n")
        return path.name

    found, name = whole.damaged(forge)

    assert found.where == name


def test_an_archive_that_another_key_signed_is_another_archive(whole: Whole) -> None:
    other = NoteSigner(name=SIGNER.name, seed=bytes(32)).verifier

    found = verify_archive(whole.hub.archive, verifier=other)

    assert found.where == "archived checkpoint 150"
    assert found.records == 150


def test_a_rewritten_history_does_not_lead_to_what_was_signed(whole: Whole) -> None:
    other = whole.copies / "other"
    shutil.copytree(whole.folder / "ledger" / "checkpoints", other / "ledger" / "checkpoints")
    hub = whole.hub
    unlock(hub)
    for statement in (
        "DELETE FROM ledger.checkpoints",
        "DELETE FROM ledger.stored_events",
        "UPDATE ledger.head SET position = 0",
    ):
        change(hub, statement)
    tell(hub, seed=2)
    rewritten = Archive(other)
    archive_all(hub, archive=rewritten)

    found = verify_archive(rewritten, verifier=SIGNER.verifier)

    assert found.where == "archived checkpoint 150"
    assert found.problem == "its root is not what the records lead to"


@pytest.mark.parametrize(
    ("damage", "where", "says"),
    [
        ("UPDATE ledger.stored_events SET topic = 'x' WHERE notification_id = 70", "70", "leaf"),
        (ANOTHER_HASH, "9", "leaf"),
        (ANOTHER_SUBMISSION, "3", "leaf"),
        ("DELETE FROM ledger.stored_events WHERE notification_id = 64", "64", "missing"),
    ],
)
def test_a_header_without_its_payload_is_verified_by_the_archive(
    hub: Hub, damage: str, where: str, says: str
) -> None:
    small_partitions(hub)
    write(hub, 20)
    tell(hub, children=5)
    detach_all(hub)
    unlock(hub)
    change(hub, "ALTER TABLE ledger.stored_events_1 DISABLE TRIGGER append_only")
    change(hub, damage)

    found = verify_ledger(hub.reader, verifier=SIGNER.verifier, archive=hub.archive)

    assert found.where == f"position {where}"
    assert found.problem is not None
    assert says in found.problem


def test_an_archive_that_was_lost_or_cut_off_is_found_beside_the_ledger(whole: Whole) -> None:
    hub = whole.hub

    def verified() -> tuple[str | None, str | None]:
        found = verify_ledger(hub.reader, verifier=SIGNER.verifier, archive=hub.archive)
        return found.where, found.problem

    assert verified() == (None, None)
    (whole.folder / "ledger" / "checkpoints" / "000000000150").unlink()
    assert verified() == ("checkpoint 150", "the archive does not hold it")
    max((whole.folder / "ledger" / "segments").glob("*.json")).unlink()
    assert verified()[0] == "checkpoint 150"
    shutil.rmtree(whole.folder)
    assert verified() == ("checkpoint 150", "the archive does not hold it")


def test_a_record_of_another_ledger_is_found_beside_this_one(whole: Whole) -> None:
    hub = whole.hub
    unlock(hub)
    change(hub, "DELETE FROM ledger.stored_events WHERE notification_id > 150")
    change(hub, "DELETE FROM ledger.checkpoints WHERE size > 150")
    change(hub, "DELETE FROM ledger.tiles")
    change(hub, "UPDATE ledger.head SET position = 150")

    found = verify_ledger(hub.reader, verifier=SIGNER.verifier, archive=hub.archive)

    assert found.where == "position 151"
    assert found.problem == "the archive holds it, and the ledger does not"
    write(hub, 10)
    again = verify_ledger(hub.reader, verifier=SIGNER.verifier, archive=hub.archive)
    assert (again.where, again.problem) == ("position 151", "the archive holds another record")
