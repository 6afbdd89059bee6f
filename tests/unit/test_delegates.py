"""Joint services: who may send for whom, on which days, and what a refusal says."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.code_lists import read_code_lists
from contracts.outcomes import Rejection
from contracts.reasons import Reason
from contracts.register import read_register, why_not_sent
from contracts.submissions import Contract, Submission, account_of, read_submission
from domain.geography import Delegation, Register
from domain.identifiers import PublisherId
from tests.examples import message
from tests.unit.api_services import Bench, problem, rejected

KINGSTON, RICHMOND, BIRMINGHAM = map(PublisherId, ("la-314", "la-318", "la-330"))
BEGAN, ENDED = date(2014, 4, 1), date(2026, 3, 31)


def register(*, until: date | None = None) -> Register:
    """Return a register in which Kingston may send for Richmond."""
    shipped = read_register()
    delegation = Delegation(
        delegate=KINGSTON, principal=RICHMOND, valid_from=BEGAN, valid_until=until
    )
    return Register(
        authorities=shipped.authorities,
        abolished=shipped.abolished,
        regions=shipped.regions,
        forces=shipped.forces,
        delegations=(delegation,),
    )


def contract(known: Register) -> Contract:
    return Contract(register=known, code_lists=read_code_lists())


def test_the_register_names_the_joint_services_in_both_directions() -> None:
    pairs = {(each.delegate, each.principal) for each in read_register().delegations}

    assert pairs == {
        pair
        for one, other in (("la-314", "la-318"), ("la-940", "la-941"), ("la-942", "la-943"))
        for pair in ((one, other), (other, one))
    }


def test_every_delegation_is_between_two_publishers_of_the_register() -> None:
    known = read_register()

    for each in known.delegations:
        assert known.publisher(each.delegate)
        assert known.publisher(each.principal)
        assert each.delegate != each.principal
        assert each.valid_until is None or each.valid_from <= each.valid_until


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.none() | st.just(ENDED))
def test_a_delegate_may_send_from_its_first_to_its_last_day(on: date, until: date | None) -> None:
    known = register(until=until)

    assert known.may_send(KINGSTON, RICHMOND, on=on) == (BEGAN <= on <= (until or date.max))
    assert not known.may_send(RICHMOND, KINGSTON, on=on)
    assert not known.may_send(BIRMINGHAM, RICHMOND, on=on)
    assert known.may_send(RICHMOND, RICHMOND, on=on)


def test_a_message_of_the_principal_that_its_delegate_sends_is_the_principals() -> None:
    raw = message(publisher=RICHMOND)

    read = read_submission(raw, sent_by=KINGSTON, contract=contract(register()), on=ENDED)

    assert isinstance(read, Submission)
    assert read.publisher == RICHMOND


@pytest.mark.parametrize(
    ("sender", "on", "says"),
    [
        (KINGSTON, ENDED + timedelta(1), "from 2014-04-01 to 2026-03-31 only"),
        (KINGSTON, BEGAN - timedelta(1), "from 2014-04-01 to 2026-03-31 only"),
        (KINGSTON, None, "from 2014-04-01 to 2026-03-31 only"),
        (BIRMINGHAM, ENDED, "sent by la-330, but its source is another publisher"),
    ],
)
def test_who_may_not_send_is_refused_and_told_since_when_and_until_when_it_may(
    sender: PublisherId, on: date | None, says: str
) -> None:
    raw = message(publisher=RICHMOND)

    read = read_submission(raw, sent_by=sender, contract=contract(register(until=ENDED)), on=on)

    assert isinstance(read, Rejection)
    assert (read.reason, read.pointer) == (Reason.SOURCE_MISMATCH, "/source")
    assert says in read.message


def test_a_delegation_that_began_again_tells_its_latest_days() -> None:
    first = Delegation(delegate=KINGSTON, principal=RICHMOND, valid_from=BEGAN, valid_until=ENDED)
    again = Delegation(delegate=KINGSTON, principal=RICHMOND, valid_from=date(2027, 4, 1))
    known = Register(
        authorities=(), abolished=(), regions=(), forces=(), delegations=(first, again)
    )

    assert "from 2027-04-01 only" in why_not_sent(known, KINGSTON, RICHMOND)
    assert not known.may_send(KINGSTON, RICHMOND, on=date(2026, 12, 1))
    assert known.may_send(KINGSTON, RICHMOND, on=date(2027, 12, 1))


@pytest.mark.parametrize(
    ("raw", "sender", "account"),
    [
        (message(publisher=RICHMOND), KINGSTON, RICHMOND),
        (message(publisher=RICHMOND), None, RICHMOND),
        (message(publisher=RICHMOND), BIRMINGHAM, BIRMINGHAM),
        (message(publisher="la-999"), KINGSTON, KINGSTON),
        (b"{", KINGSTON, KINGSTON),
        (b"{", None, None),
        (b" " * 70_000, KINGSTON, KINGSTON),
    ],
)
def test_a_rejection_goes_on_the_account_of_the_source_if_the_sender_may_send_for_it(
    raw: bytes, sender: PublisherId | None, account: PublisherId | None
) -> None:
    found = account_of(raw, sent_by=sender, contract=contract(register()), on=ENDED)

    assert found == account


@pytest.mark.parametrize(
    "path",
    [
        "/v1/publishers/la-318/rejects",
        "/v1/publishers/la-318/rejects.csv",
        "/v1/submissions/00000000-0000-0000-0000-000000000001",
    ],
)
def test_receipts_and_rejects_of_the_principal_are_open_to_both_and_to_nobody_else(
    tmp_path: Path, path: str
) -> None:
    bench = Bench(feed_dir=tmp_path)
    bench.submissions.records.append(rejected(1))

    answers = [
        bench.get(path, token=f"{name}-token").status_code
        for name in ("richmond", "kingston", "birmingham")
    ]

    assert answers == [200, 200, 403]


def test_a_delegate_sends_its_own_events_those_of_its_principal_and_no_others(
    tmp_path: Path,
) -> None:
    bench = Bench(feed_dir=tmp_path)

    paths = ("/v1/events", "/v1/events?publisher=la-318", "/v1/events?publisher=la-330")
    answers = [bench.post(b"{}", path=path, token="kingston-token") for path in paths]

    assert [answer.status_code for answer in answers] == [202, 202, 403]
    assert bench.gateway.senders == [KINGSTON, RICHMOND]


def test_before_a_delegation_began_the_door_says_from_when_on_it_holds(tmp_path: Path) -> None:
    bench = Bench(feed_dir=tmp_path, today=BEGAN - timedelta(1))

    answer = bench.post(b"{}", path="/v1/events?publisher=la-318", token="kingston-token")

    assert problem(answer) == (403, "forbidden")
    assert "from 2014-04-01 only" in answer.json()["detail"]
