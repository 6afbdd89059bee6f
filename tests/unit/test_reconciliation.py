"""Which accounts of one child are one absence, by the rules for two sources and several forces."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.about import When
from domain.facts import SourceEpisode, fold_episode
from domain.reconciliation import ALONE, NEAR, OVERLAP, Match, reconcile
from tests.unit.records import reported, uuid_of

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
AUTHORITIES = ("la-330", "la-331")
FORCES = ("pf-E23000014", "pf-btp")


def account(
    number: int, left: When | None, ended: When | None = None, publisher: str = "la-330"
) -> SourceEpisode:
    """An account by the authority unless a force is named; recorded in the order of its number."""
    given_at = NOON.replace(year=2020) if left is None else NOON
    episode = fold_episode([reported(number, episode=number, at=given_at, publisher=publisher)])
    return replace(episode, left=left, located=ended)


def police(number: int, left: When, ended: When | None = None, force: int = 0) -> SourceEpisode:
    """An account by the first force, or the other."""
    return account(number, left, ended, FORCES[force])


def groups(*episodes: SourceEpisode) -> dict[int, tuple[int, ...]]:
    """Return the national episodes of each account, by number."""
    return {
        match.episode_id.int: tuple(each.int for each in match.national_ids)
        for match in reconcile(episodes)
    }


def basis(*episodes: SourceEpisode) -> list[str]:
    """Return the rule by which each account was placed."""
    return [match.basis for match in reconcile(episodes)]


def test_nothing_reconciles_to_nothing() -> None:
    assert reconcile([]) == ()


def test_an_account_alone_is_its_own_national_episode() -> None:
    assert reconcile([account(1, NOON)]) == (
        Match(episode_id=uuid_of(1), national_ids=(uuid_of(1),), basis=ALONE),
    )


def test_police_and_authority_accounts_that_overlap_are_one_named_by_the_first_recorded() -> None:
    one, other = account(1, date(2026, 3, 14), date(2026, 3, 14)), police(2, NOON, NOON + HOUR)

    assert groups(one, other) == {1: (1,), 2: (1,)}
    assert basis(one, other) == [OVERLAP, OVERLAP]


def test_a_date_covers_the_whole_london_day() -> None:
    row = account(1, date(2026, 7, 1), date(2026, 7, 1))
    first = police(2, datetime(2026, 6, 30, 23, tzinfo=UTC), datetime(2026, 7, 1, 0, tzinfo=UTC))
    last = police(3, datetime(2026, 7, 1, 22, 59, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC))

    assert basis(row, first) == [OVERLAP, OVERLAP]
    assert basis(row, last) == [OVERLAP, OVERLAP]


def test_accounts_of_one_force_are_never_one() -> None:
    assert groups(police(1, NOON, NOON + DAY), police(2, NOON + HOUR, NOON + DAY)) == {
        1: (1,),
        2: (2,),
    }


def test_thousands_of_accounts_of_one_child_are_placed_like_a_few() -> None:
    many = [police(each, NOON + each * HOUR, NOON + (each + 3) * HOUR) for each in range(1, 4001)]

    assert groups(*many) == {each: (each,) for each in range(1, 4001)}


def test_accounts_of_two_forces_that_overlap_are_one() -> None:
    handed_over = police(2, NOON + HOUR, NOON + DAY, force=1)

    assert groups(police(1, NOON, NOON + 2 * HOUR), handed_over) == {1: (1,), 2: (1,)}
    assert groups(police(1, NOON, NOON + HOUR), handed_over) == {1: (1,), 2: (2,)}


def test_an_account_of_another_force_that_spans_two_of_one_force_makes_them_no_one() -> None:
    first, second = police(1, NOON, NOON + HOUR), police(2, NOON + 5 * HOUR, NOON + 6 * HOUR)
    long = police(3, NOON + timedelta(minutes=30), NOON + 9 * HOUR, force=1)

    assert groups(first, second, long) == {1: (1,), 2: (2,), 3: (1,)}
    assert groups(first, second, replace(long, left=NOON + 4 * HOUR)) == {1: (1,), 2: (2,), 3: (2,)}


def test_rows_of_two_authorities_that_overlap_are_one_and_of_one_authority_are_not() -> None:
    of_one = account(2, NOON + HOUR, NOON + DAY)
    of_two = account(3, NOON + HOUR, NOON + DAY, "la-331")

    assert groups(account(1, NOON, NOON + DAY), of_one) == {1: (1,), 2: (2,)}
    assert groups(account(1, NOON, NOON + DAY), of_two) == {1: (1,), 3: (1,)}


def test_one_authority_row_is_evidence_for_every_police_account_that_it_overlaps() -> None:
    row = account(1, date(2026, 3, 14), date(2026, 3, 14))
    morning = police(2, NOON - 4 * HOUR, NOON - 3 * HOUR)
    evening = police(3, NOON + 4 * HOUR, NOON + 5 * HOUR)

    assert groups(row, morning, evening) == {1: (2, 3), 2: (2,), 3: (3,)}
    assert basis(row, morning, evening) == [OVERLAP, ALONE, ALONE]


def test_an_authority_row_may_be_a_day_off_but_not_more() -> None:
    found = police(2, datetime(2026, 3, 10, 8, tzinfo=UTC), datetime(2026, 3, 10, 9, tzinfo=UTC))

    assert basis(account(1, date(2026, 3, 11), date(2026, 3, 11)), found) == [NEAR, OVERLAP]
    assert basis(account(1, date(2026, 3, 9), date(2026, 3, 9)), found) == [NEAR, OVERLAP]
    assert basis(account(1, date(2026, 3, 12), date(2026, 3, 12)), found) == [ALONE, ALONE]
    assert basis(account(1, date(2026, 3, 8), date(2026, 3, 8)), found) == [ALONE, ALONE]


def test_no_tolerance_bridges_a_find_that_both_know_to_the_minute() -> None:
    found = police(1, NOON - HOUR, NOON)
    again = account(2, NOON + HOUR, NOON + 2 * HOUR)
    by_date = account(2, date(2026, 3, 15), date(2026, 3, 15))

    assert groups(found, again) == {1: (1,), 2: (2,)}
    assert groups(found, by_date) == {1: (1,), 2: (1,)}


def test_the_start_is_exact_only_if_what_makes_it_is() -> None:
    found = police(1, NOON - HOUR, NOON)
    by_last_seen = replace(account(2, date(2026, 3, 13)), last_seen=NOON + HOUR)
    by_report = replace(account(2, None, NOON + 9 * HOUR), reported=date(2026, 3, 15))
    by_event = replace(account(2, None, NOON + 9 * HOUR), reported_at=NOON + HOUR)

    assert groups(found, by_last_seen) == {1: (1,), 2: (2,)}
    assert groups(found, by_report) == {1: (1,), 2: (1,)}
    assert groups(found, by_event) == {1: (1,), 2: (2,)}


def test_a_near_row_goes_to_the_nearest_police_account_and_to_one_only() -> None:
    row = account(1, date(2026, 3, 12), date(2026, 3, 12))
    near = police(2, datetime(2026, 3, 13, 5, tzinfo=UTC), datetime(2026, 3, 13, 6, tzinfo=UTC))
    far = police(3, datetime(2026, 3, 13, 22, tzinfo=UTC), datetime(2026, 3, 13, 23, tzinfo=UTC))

    assert groups(row, near, far) == {1: (1,), 2: (1,), 3: (3,)}


def test_a_police_account_that_a_row_overlaps_takes_no_near_row_besides() -> None:
    inside = account(1, date(2026, 3, 14), date(2026, 3, 14))
    near = account(2, date(2026, 3, 15), date(2026, 3, 15))

    assert groups(inside, near, police(3, NOON, NOON + HOUR)) == {1: (1,), 2: (2,), 3: (1,)}


def test_an_open_account_lasts_until_the_same_source_next_saw_the_child_go() -> None:
    open_row = account(1, date(2026, 3, 1))
    later_row = account(2, date(2026, 3, 10), date(2026, 3, 10))
    before = police(3, datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 3, 6, tzinfo=UTC))
    after = police(4, datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 3, 21, tzinfo=UTC))

    assert groups(open_row, after) == {1: (1,), 4: (1,)}
    assert groups(open_row, later_row, before, after) == {1: (1,), 2: (2,), 3: (1,), 4: (4,)}


def test_an_open_account_is_not_capped_by_another_source() -> None:
    of_other = account(2, NOON + DAY, NOON + 2 * DAY, "la-331")
    after = police(3, NOON + 5 * DAY, NOON + 6 * DAY)

    assert groups(account(1, NOON), of_other, after)[1] == (1,)
    assert groups(account(1, NOON), of_other, after)[3] == (1,)


def test_void_accounts_and_accounts_without_a_start_stay_on_their_own() -> None:
    void = replace(account(1, NOON, NOON + DAY), void=True)
    waiting = replace(account(2, None), reported_at=None)

    assert groups(void, waiting, police(3, NOON, NOON + DAY)) == {1: (1,), 2: (2,), 3: (3,)}
    assert basis(void, waiting, police(3, NOON, NOON + DAY)) == [ALONE] * 3


def test_an_account_that_ends_before_it_starts_is_an_instant() -> None:
    wrong = account(1, NOON, NOON - DAY)

    assert groups(wrong, police(2, NOON - 2 * HOUR, NOON - HOUR)) == {1: (1,), 2: (2,)}
    assert groups(wrong, police(2, NOON - HOUR, NOON + HOUR)) == {1: (1,), 2: (1,)}
    assert groups(wrong, police(2, NOON, NOON)) == {1: (1,), 2: (1,)}


def test_three_accounts_in_a_chain_are_one_absence() -> None:
    chain = (
        police(2, NOON, NOON + 3 * HOUR),
        police(3, NOON + 2 * HOUR, NOON + 5 * HOUR, force=1),
        account(4, NOON + 4 * HOUR, NOON + 6 * HOUR),
    )

    assert groups(*chain) == {2: (2,), 3: (2,), 4: (2,)}


def random_accounts(random: Random, number: int) -> list[SourceEpisode]:
    """Accounts of one child in one week, of all sources, some open, void or without a start."""

    def moment(after: datetime) -> When:
        instant = after + timedelta(hours=random.randrange(0, 40))
        return instant if random.random() < 0.5 else instant.date()

    made = []
    for each in range(1, number + 1):
        left = moment(NOON + timedelta(hours=random.randrange(0, 150)))
        begun = left if isinstance(left, datetime) else datetime(*left.timetuple()[:3], tzinfo=UTC)
        episode = account(
            each,
            None if random.random() < 0.1 else left,
            None if random.random() < 0.3 else moment(begun),
            random.choice(AUTHORITIES + FORCES),
        )
        waits = episode.left is None and random.random() < 0.5
        made.append(
            replace(
                episode,
                void=random.random() < 0.1,
                reported_at=None if waits else episode.reported_at,
                first_position=random.randrange(1, 5),
            )
        )
    return made


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), number=st.integers(0, 9))
@example(seed=1, number=9)
def test_the_same_accounts_in_any_order_give_the_same_answer(seed: int, number: int) -> None:
    random = Random(seed)
    episodes = random_accounts(random, number)

    expected = reconcile(episodes)

    assert reconcile(random.sample(episodes, number)) == expected


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), number=st.integers(0, 9))
def test_every_account_is_placed_exactly_once_and_names_are_those_of_members(
    seed: int, number: int
) -> None:
    episodes = {each.episode_id: each for each in random_accounts(Random(seed), number)}

    matches = reconcile(list(episodes.values()))

    placed = {match.episode_id: match.national_ids for match in matches}
    assert [match.episode_id for match in matches] == sorted(episodes)
    assert all(placed.values())
    for episode_id, nationals in placed.items():
        assert len(set(nationals)) == len(nationals)
        for national in nationals:
            assert placed[national] == (national,)
        if episodes[episode_id].publisher in FORCES:
            assert len(nationals) == 1
    told = [
        (national, episodes[episode_id].publisher)
        for episode_id, nationals in placed.items()
        for national in nationals
        if episodes[episode_id].publisher in FORCES
    ]
    assert len(set(told)) == len(told)


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), number=st.integers(0, 9))
def test_void_accounts_change_nothing_for_the_others(seed: int, number: int) -> None:
    episodes = random_accounts(Random(seed), number)
    counting = [each for each in episodes if each.counts]

    whole = {match.episode_id: match for match in reconcile(episodes)}

    assert [whole[match.episode_id] for match in reconcile(counting)] == list(reconcile(counting))


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), number=st.integers(2, 9))
def test_accounts_of_one_publisher_share_an_absence_only_through_another_publisher(
    seed: int, number: int
) -> None:
    episodes = random_accounts(Random(seed), number)
    single = [replace(each, publisher=episodes[0].publisher) for each in episodes]

    matches = reconcile(single)

    assert all(match.national_ids == (match.episode_id,) for match in matches)
