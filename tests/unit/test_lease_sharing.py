"""How leases are shared: all of them, evenly, and nobody is asked to give up more than needed."""

from hypothesis import given
from hypothesis import strategies as st

from hub.lease_sharing import share


@given(leases=st.integers(0, 400), processes=st.integers(1, 40))
def test_shares_add_up_and_differ_by_one_at_most(leases: int, processes: int) -> None:
    shares = [share(leases, processes, rank) for rank in range(processes)]

    assert sum(shares) == leases
    assert max(shares) - min(shares) <= 1
    assert max(shares) == -(-leases // processes)
    # Who has been there longest has the larger one.
    assert shares == sorted(shares, reverse=True)


@given(leases=st.integers(0, 400), processes=st.integers(1, 40))
def test_when_one_joins_the_others_give_up_just_what_it_gets(leases: int, processes: int) -> None:
    before = [share(leases, processes, rank) for rank in range(processes)]
    after = [share(leases, processes + 1, rank) for rank in range(processes + 1)]

    given_up = [old - new for old, new in zip(before, after, strict=False)]

    assert all(each >= 0 for each in given_up)
    assert sum(given_up) == after[-1]


@given(
    leases=st.integers(1, 60),
    changes=st.lists(st.tuples(st.booleans(), st.integers(0, 7)), max_size=12),
    order=st.randoms(use_true_random=False),
)
def test_however_processes_come_and_go_two_rounds_of_looks_share_everything(
    leases: int, changes: list[tuple[bool, int]], order: object
) -> None:
    """The model takes and gives up as a look does; in whichever order processes look."""
    held: dict[int, int] = {0: 0}
    for joins, process in changes:
        if joins:
            held.setdefault(process, 0)
        elif len(held) > 1:
            held.pop(process, None)
        for _ in range(2):
            turns = list(held)
            order.shuffle(turns)  # type: ignore[attr-defined]
            for each in turns:
                due = share(leases, len(held), list(held).index(each))
                free = leases - sum(held.values())
                held[each] = min(due, held[each] + free) if held[each] < due else due

        assert sum(held.values()) == leases
        assert max(held.values()) - min(held.values()) <= 1
