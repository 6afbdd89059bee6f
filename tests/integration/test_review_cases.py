"""What reviewers are shown: side by side, on record, and nothing of it anywhere else."""

import io
import json
from datetime import timedelta
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from domain.errors import NotFoundError, UsageError
from domain.linkage_events import EpisodeMatched, EpisodeMatchRefused
from domain.reviewing import PairKind, ReviewPair, ReviewReason, ReviewVerdict, pair_of
from domain.vocabulary import ErasureReason
from hub.commands.reviewing import decision_about, say_decided, show_next, sit, tell_queue
from hub.metrics import LedgerCollector
from hub.review.comparing import Mark
from hub.review.printing import print_case
from hub.wiring import Hub
from tests.examples import BIRMINGHAM, COVENTRY, NOON, WEST_MIDLANDS, identity, message
from tests.hub_steps import SettableClock, episode_of, follow, rows, settle
from tests.review_steps import (
    ONE,
    TWO,
    let_wait,
    missing,
    recorded,
    register,
    reviewing,
    says,
    strangers,
)

LOCATED = "missing.episode.located.v1"
READS = "SELECT reader, purpose, subject_ids FROM vault.reads WHERE purpose = 'review' ORDER BY id"


def account(hub: Hub, child: str, publisher: str, episode: str, left: str, found: str) -> UUID:
    """Report a child missing, and found; return the account."""
    ends = {"subject": episode, "child": child, "publisher": publisher}
    settle(hub, message(**ends, left=left), message(LOCATED, **ends, located=found))
    return episode_of(hub, episode, publisher)


def accounts_of_one_child(hub: Hub) -> ReviewPair:
    """Return two accounts of one child, a week apart."""
    register(hub, identity(), "C-1", COVENTRY)
    register(hub, identity(), "X-9", WEST_MIDLANDS)
    begun, over = "2026-03-02T08:00:00Z", "2026-03-02T12:00:00Z"
    police = account(hub, "X-9", WEST_MIDLANDS, "E-1", begun, over)
    authority = account(hub, "C-1", COVENTRY, "E-1", "2026-03-09", "2026-03-09")
    hub.linker.catch_up()
    return pair_of(PairKind.EPISODES, police, authority)


def tied_accounts(hub: Hub) -> set[ReviewPair]:
    """Let an authority's day lie as near to one police account as to another."""
    register(hub, identity(), "C-1", COVENTRY)
    register(hub, identity(), "X-9", WEST_MIDLANDS)
    times = (
        ("2026-03-02T08:00:00Z", "2026-03-02T12:00:00Z"),
        ("2026-03-04T12:00:00Z", "2026-03-04T16:00:00Z"),
    )
    police = [account(hub, "X-9", WEST_MIDLANDS, f"E-{at}", *when) for at, when in enumerate(times)]
    row = account(hub, "C-1", COVENTRY, "E-9", "2026-03-03", "2026-03-03")
    hub.linker.catch_up()
    return {pair_of(PairKind.EPISODES, each, row) for each in police}


def test_a_pair_is_shown_only_after_that_is_on_record(hub: Hub) -> None:
    first, second = strangers(hub, 2)
    pair = let_wait(hub, first, second)

    case = hub.reviewing.show(pair, reviewer=ONE)

    marks = {row.field: row.mark for row in case.rows}
    names = {row.left for row in case.rows} | {row.right for row in case.rows}
    assert {identity(40).surname, identity(41).surname} <= names
    assert (marks["NHS number"], marks["Sex"]) == (Mark.DIFFERS, Mark.MISSING)
    assert case.evidence[0].comparison == "prior"
    assert rows(hub, READS) == [(ONE, "review", sorted((first, second)))]


def test_nothing_that_is_shown_is_in_the_ledger_the_log_or_the_queue(hub: Hub) -> None:
    pair = let_wait(hub, *strangers(hub, 2))

    with capture_logs() as logs:
        hub.reviewing.show(pair, reviewer=ONE)
        hub.reviewing.decide([says(pair)], reviewer=ONE)
        follow(hub)

    logged = rows(hub, "SELECT d::text FROM vault.review_decisions d")
    ledger = rows(hub, "SELECT convert_from(state, 'UTF8') FROM ledger.stored_events")
    told = f"{logs} {logged} {ledger} {hub.reviewing.queue()}"
    for who in (identity(40), identity(41)):
        for value in (who.surname, who.nhs_number, who.upn, who.birth_date, who.home_postcode):
            assert str(value) not in told


@pytest.mark.parametrize("end", ["low", "high"])
def test_an_erased_child_is_no_longer_asked_about_or_shown(hub: Hub, end: str) -> None:
    pair = let_wait(hub, *strangers(hub, 2))
    hub.rights.erase(getattr(pair, end), ErasureReason.UNLAWFUL)

    assert hub.reviewing.queue().pairs == ()
    with pytest.raises(NotFoundError):
        hub.reviewing.show(pair, reviewer=ONE)
    with pytest.raises(UsageError, match="erased"):
        hub.reviewing.decide([says(pair)], reviewer=ONE)


def test_two_accounts_of_one_child_are_shown_without_who_it_is(hub: Hub) -> None:
    pair = accounts_of_one_child(hub)

    case = hub.reviewing.show(pair, reviewer=ONE)

    marks = {row.field: row.mark for row in case.rows}
    assert (marks["Source"], marks["Located"]) == (Mark.DIFFERS, Mark.DIFFERS)
    assert marks["Returned"] is Mark.MISSING
    assert str(identity().surname) not in str(case)
    assert case.evidence == ()
    ((reader, _, subjects),) = rows(hub, READS)
    assert (reader, len(subjects)) == (ONE, 2)


def test_two_accounts_become_one_episode_and_two_again(hub: Hub) -> None:
    pair = accounts_of_one_child(hub)
    review = reviewing(hub)

    seen = []
    for verdict, reason in (
        (ReviewVerdict.ACCEPT, ReviewReason.TIMES_AGREE),
        (ReviewVerdict.REFUSE, ReviewReason.TIMES_DIFFER),
    ):
        review.decide([says(pair, verdict, reason=reason)], reviewer=ONE)
        follow(hub)
        found = rows(hub, "SELECT national_ids FROM link.episodes")
        seen.append(len({tuple(row[0]) for row in found}))

    assert seen == [1, 2]
    by_reviewers = [
        (type(each), each.basis, each.decider)
        for each in recorded(hub, EpisodeMatched, EpisodeMatchRefused)
        if each.decider is not None
    ]
    assert by_reviewers == [
        (EpisodeMatched, "times-agree", ONE),
        (EpisodeMatchRefused, "times-differ", ONE),
    ]


def test_a_tie_between_accounts_waits_until_it_is_decided(hub: Hub) -> None:
    pairs = tied_accounts(hub)
    review = reviewing(hub, sample_share=1.0)

    (waiting,) = review.queue().pairs
    review.decide([says(waiting.pair, ReviewVerdict.REFUSE)], reviewer=ONE)
    follow(hub)
    again = {each.pair: each.second for each in review.queue(TWO).pairs}
    (done,) = review.decide([says(waiting.pair, ReviewVerdict.ACCEPT)], reviewer=TWO)
    follow(hub)

    assert waiting.pair in pairs
    assert waiting.since == NOON
    assert waiting.effect > 0
    assert again == {waiting.pair: True}
    assert (done.settled, rows(hub, "SELECT count(*) FROM link.match_pairs")) == (False, [(0,)])
    assert waiting.pair in {each.pair for each in review.queue("r-three").pairs}


def test_accounts_of_two_children_are_not_matched(hub: Hub) -> None:
    strangers(hub, 2)
    missing(hub, "C-0", BIRMINGHAM, "E-1", "2026-03-10")
    missing(hub, "C-1", COVENTRY, "E-2", "2026-03-10")
    ends = [row[0] for row in rows(hub, "SELECT episode_id FROM link.episodes")]

    with pytest.raises(UsageError, match="two children"):
        hub.reviewing.decide([says(pair_of(PairKind.EPISODES, *ends))], reviewer=ONE)


def test_a_sitting_at_a_terminal_shows_asks_and_takes_what_is_said(
    hub: Hub,
    clock: SettableClock,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a, b, c = strangers(hub, 3)
    pairs = [let_wait(hub, *ends) for ends in ((a, b), (a, c), (b, c))]
    clock.move(timedelta(days=1))
    # The first is skipped, of the second the reason is none, the third is refused.
    monkeypatch.setattr("sys.stdin", io.StringIO("n\na\n99\nr\n1\n"))

    sit(hub.reviewing, ONE)

    said = capsys.readouterr()
    (logged,) = rows(hub, "SELECT low, high, verdict, reason FROM vault.review_decisions")
    last = sorted(pairs)[2]
    assert logged == (last.low, last.high, "refuse", "siblings")
    assert str(identity(40).surname) in said.out
    assert "# differs" in said.out
    assert "Together" in said.out
    assert "No reason was chosen" in said.err
    assert "No more pairs wait for you." in said.out


def test_a_child_is_split_at_a_terminal(
    hub: Hub, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = let_wait(hub, *strangers(hub, 2))
    review = reviewing(hub)
    review.decide([says(pair)], reviewer=ONE)
    case = review.show(pair, reviewer=ONE)
    monkeypatch.setattr("sys.stdin", io.StringIO("2\n1\n"))

    decision = decision_about(case, ReviewVerdict.SPLIT)
    review.decide([decision], reviewer=ONE)
    follow(hub)
    print_case(case)

    assert decision.leaves == case.splittable[1:]
    assert rows(hub, "SELECT count(DISTINCT person_id) FROM link.persons") == [(2,)]
    assert "Both are one child now" in capsys.readouterr().out


def test_operations_see_how_much_waits_and_for_how_long(hub: Hub) -> None:
    let_wait(hub, *strangers(hub, 2))

    series = {
        (sample.name, sample.labels.get("kind")): sample.value
        for metric in LedgerCollector(hub.reader).collect()
        for sample in metric.samples
    }

    assert series["hub_review_queue_size", "children"] == 1
    assert series["hub_review_queue_size", "episodes"] == 0
    assert series["hub_review_oldest_seconds", "children"] > 0


def test_the_queue_and_the_agreement_are_printed_without_identity(
    hub: Hub, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = let_wait(hub, *strangers(hub, 2))
    review = reviewing(hub)
    tell_queue(review, None, agreement=False, most=5, as_json=False)
    tell_queue(review, None, agreement=True, most=5, as_json=False)
    tables = capsys.readouterr().out
    tell_queue(review, None, agreement=False, most=5, as_json=True)
    queue = json.loads(capsys.readouterr().out)
    tell_queue(review, None, agreement=True, most=5, as_json=True)
    agreement = json.loads(capsys.readouterr().out)
    (done,) = review.decide([says(pair)], reviewer=ONE)
    say_decided(done, as_json=True)
    decided = json.loads(capsys.readouterr().out)
    show_next(review, ONE)

    assert str(pair) in tables
    assert "Cohen's kappa" in tables
    assert [each["pair"] for each in queue["pairs"]] == [str(pair)]
    assert agreement["children"]["pairs"] == 0
    assert (decided["settled"], decided["round"]) == (True, 1)
    assert "No pair waits for you." in capsys.readouterr().out
    assert str(identity(40).surname) not in tables + json.dumps(queue)
