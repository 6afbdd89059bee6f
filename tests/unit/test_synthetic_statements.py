"""What publishers of a synthetic nation say of themselves: that what they sent is complete."""

from collections import Counter, defaultdict
from datetime import date, datetime
from pathlib import Path

import pytest

from contracts.register import read_register
from domain.periods import Month, london_date
from hub.synthetic.generation import generate
from hub.synthetic.options import Options
from tests.unit.nation_files import Message, NationFiles

DECLARED = "missing.period.declared.v1"
OPTIONS = Options(year=2022, scale=0.02, seed=3)


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> NationFiles:
    out = tmp_path_factory.mktemp("nation") / "out"
    generate(OPTIONS, out)
    return NationFiles(out)


def month_of(message: Message) -> Month:
    return Month.of(london_date(datetime.fromisoformat(message["time"])))


def test_a_publisher_declares_as_many_rows_as_it_recorded_in_the_month(
    nation: NationFiles,
) -> None:
    for messages in nation.messages.values():
        rows = Counter(month_of(each) for each in messages if each["type"] != DECLARED)
        for message in messages:
            if message["type"] == DECLARED:
                data = message["data"]
                month = Month.parse(data["from_date"][:7])

                assert data["to_date"] == month.ends_on.isoformat()
                assert data["rows"] == rows[month]


def test_a_period_is_declared_once_after_its_end_and_before_it_closes(
    nation: NationFiles,
) -> None:
    for messages in nation.messages.values():
        declared = [each for each in messages if each["type"] == DECLARED]
        periods = Counter(each["data"]["from_date"] for each in declared)

        assert set(periods.values()) <= {1}
        for each in declared:
            days = london_date(datetime.fromisoformat(each["time"])) - date.fromisoformat(
                each["data"]["to_date"]
            )
            assert 0 < days.days <= 14


def test_most_publishers_declare_some_are_silent_and_some_have_nothing_to_tell(
    nation: NationFiles,
) -> None:
    declared = nation.of_type(DECLARED)
    nil = sum(message["data"]["rows"] == 0 for _, message in declared)
    months = len(read_register().publishers()) * 12

    assert 0.97 < len(declared) / months < 1
    assert 0 < nil / months < 0.2


def test_a_month_declares_itself_alone(tmp_path: Path) -> None:
    generate(Options(year=2022, month=12, scale=0.005), tmp_path)
    nation = NationFiles(tmp_path)

    periods = {message["data"]["from_date"] for _, message in nation.of_type(DECLARED)}

    assert periods == {"2021-12-01"}
    assert len(nation.messages) >= 185


def test_homes_state_a_part_of_what_happened_there(nation: NationFiles) -> None:
    stated: Counter[str] = Counter()
    returns = nation.of_type("missing.provider-return.received.v1")
    for publisher, message in returns:
        urn = message["data"]["provider_urn"]
        stated[urn] += message["data"]["missing_episodes"]
        # Homes report to the authority in which they lie, under a number that nobody has.
        assert urn.startswith(f"9{publisher.removeprefix('la-')}")

    happened = sum(
        each["happened"] and each["placement_type"] in ("K1", "K2") for each in nation.episodes
    )
    assert 0.4 < stated.total() / happened < 0.9


def test_a_referral_or_a_programme_is_begun_before_it_ends(nation: NationFiles) -> None:
    for ends, begins in (
        ("referral.closed", "referral.made"),
        ("programme.child-left", "programme.child-joined"),
        ("programme.ended", "programme.started"),
        ("action.completed", "action.agreed"),
        ("concern.closed", "concern.raised"),
        ("protection-plan.ended", "protection-plan.started"),
    ):
        begun: dict[tuple[str, str], list[str]] = defaultdict(list)
        for publisher, message in nation.of_type(f"missing.{begins}.v1"):
            begun[publisher, message["subject"]].append(message["time"])
        ended = nation.of_type(f"missing.{ends}.v1")

        assert all(
            min(begun[publisher, message["subject"]]) < message["time"]
            for publisher, message in ended
        )
