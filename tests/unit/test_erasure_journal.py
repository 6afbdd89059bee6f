"""The journal of erasures: nothing confirmed is lost, nothing damaged is passed over."""

from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.errors import ErasureJournalError
from domain.vocabulary import ErasureReason
from hub.identity.erasure_journal import ErasureJournal, Journalled
from tests.examples import NOON

ONE = Journalled(subject_id=UUID(int=1), reason=ErasureReason.COURT_ORDER, erased_at=NOON)
OTHER = replace(ONE, subject_id=UUID(int=2))


def test_erasures_are_remembered_once_and_in_order(tmp_path: Path) -> None:
    journal = ErasureJournal(tmp_path / "archive")

    for each in (OTHER, ONE, replace(OTHER, reason=ErasureReason.UNLAWFUL)):
        journal.add(each)

    assert ErasureJournal(tmp_path / "archive").entries() == (OTHER, ONE)
    assert journal.path.stat().st_mode & 0o777 == 0o600


def test_without_a_journal_nothing_was_erased(tmp_path: Path) -> None:
    assert ErasureJournal(tmp_path).entries() == ()


@given(cut=st.integers(1, 10_000))
def test_what_a_crash_left_half_written_gives_way_to_the_next(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    journal = ErasureJournal(tmp_path_factory.mktemp("journal"))
    journal.add(ONE)
    whole = journal.path.read_bytes()
    journal.add(OTHER)
    line = journal.path.read_bytes()[len(whole) :]
    journal.path.write_bytes(whole + line[: cut % len(line)])

    assert journal.entries() == (ONE,)
    journal.add(OTHER)
    assert journal.entries() == (ONE, OTHER)


def test_a_damaged_journal_is_refused_for_reading_and_writing(tmp_path: Path) -> None:
    journal = ErasureJournal(tmp_path)
    journal.add(ONE)
    journal.path.write_bytes(b"?\n" + journal.path.read_bytes())

    with pytest.raises(ErasureJournalError, match="damaged"):
        journal.entries()
    with pytest.raises(ErasureJournalError, match="damaged"):
        journal.add(OTHER)


def test_a_journal_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file stands here")

    with pytest.raises(ErasureJournalError, match="nothing was erased"):
        ErasureJournal(tmp_path / "archive").add(ONE)
