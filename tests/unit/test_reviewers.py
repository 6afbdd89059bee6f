"""Who may review: tokens that are kept as hashes, and sessions that end."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import KeyMissingError, NotFoundError, UsageError
from hub.api.services import Caller
from hub.review.reviewers import REVIEWERS, Reviewers
from hub.tokens import HubTokens
from tests.hub_steps import SettableClock

ALMOST = timedelta(minutes=29)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def reviewers(tmp_path: Path, clock: SettableClock) -> Reviewers:
    return Reviewers(tmp_path / "keys", clock)


def test_a_token_is_known_by_its_hash_in_a_file_that_only_its_owner_may_read(
    reviewers: Reviewers, tmp_path: Path
) -> None:
    token = reviewers.add("r-one")
    other = reviewers.add("r-two")

    path = tmp_path / "keys" / REVIEWERS
    assert path.stat().st_mode & 0o777 == 0o600
    assert token not in path.read_text()
    assert token != other
    assert (reviewers.holder(token), reviewers.holder(other)) == ("r-one", "r-two")
    assert reviewers.holder("") is None
    assert reviewers.names() == ["r-one", "r-two"]


def test_names_are_coded_and_used_once(reviewers: Reviewers) -> None:
    reviewers.add("r-one")

    with pytest.raises(UsageError):
        reviewers.add("Jo")
    with pytest.raises(UsageError, match="already"):
        reviewers.add("r-one")
    with pytest.raises(NotFoundError):
        reviewers.remove("r-two")


def test_a_session_lasts_half_an_hour_from_the_last_look(
    reviewers: Reviewers, clock: SettableClock
) -> None:
    opened = reviewers.sign_in(reviewers.add("r-one"))
    assert opened is not None
    clock.move(ALMOST)
    prolonged = reviewers.session(opened.cookie)
    assert prolonged is not None
    clock.move(ALMOST)

    again = reviewers.session(prolonged.cookie)

    assert again is not None
    assert (again.reviewer, again.proof) == ("r-one", opened.proof)
    assert reviewers.session(opened.cookie) is None


def test_a_cookie_that_was_changed_opens_nothing(reviewers: Reviewers) -> None:
    opened = reviewers.sign_in(reviewers.add("r-one"))
    reviewers.add("r-two")
    assert opened is not None
    name, nonce, until, signature = opened.cookie.split(".")

    forged = [
        f"r-two.{nonce}.{until}.{signature}",
        f"{name}.{nonce}.{int(until) + 1}.{signature}",
        f"{name}.{nonce[::-1]}0.{until}.{signature}",
        f"{name}.{nonce}.{until}.{signature[::-1]}",
        f"{name}.{nonce}.{until}.{opened.proof}",
        f"{name}.{nonce}.{until}",
        "",
        "...",
    ]

    assert [reviewers.session(each) for each in forged] == [None] * len(forged)


def test_a_reviewer_who_is_removed_is_out_at_once(reviewers: Reviewers) -> None:
    token = reviewers.add("r-one")
    opened = reviewers.sign_in(token)
    assert opened is not None

    reviewers.remove("r-one")
    reviewers.add("r-one")

    assert reviewers.session(opened.cookie) is None
    assert reviewers.sign_in(token) is None


def test_each_browser_has_forms_of_its_own(reviewers: Reviewers) -> None:
    token = reviewers.add("r-one")

    one, other = reviewers.sign_in(token), reviewers.sign_in(token)

    assert one is not None
    assert other is not None
    assert one.proof != other.proof


@pytest.mark.parametrize("text", ["r-one", "r-one abc\n", "\xff"])
def test_a_file_that_cannot_be_read_says_what_to_do(
    reviewers: Reviewers, tmp_path: Path, text: str
) -> None:
    reviewers.add("r-one")
    path = tmp_path / "keys" / REVIEWERS
    path.write_text(text, encoding="latin-1")

    with pytest.raises(KeyMissingError, match="restore it"):
        reviewers.sign_in("anything")


def test_a_file_that_others_may_read_is_refused(reviewers: Reviewers, tmp_path: Path) -> None:
    reviewers.add("r-one")
    (tmp_path / "keys" / REVIEWERS).chmod(0o644)

    with pytest.raises(KeyMissingError, match="chmod 600"):
        reviewers.names()


def test_the_hub_knows_the_operator_and_the_reviewers_apart(reviewers: Reviewers) -> None:
    tokens = HubTokens("operator-token", reviewers)
    token = reviewers.add("r-one")

    assert tokens.check("operator-token") == Caller(role="operator")
    assert tokens.check(token) == Caller(role="reviewer", reviewer="r-one")
    assert tokens.check("another") is None
