"""What is done about absences, at the rates that are published: a twentieth of a year."""

from collections import Counter, defaultdict
from datetime import date, datetime
from itertools import islice
from pathlib import Path

import pytest
from msgspec.json import decode

from domain.identifiers import PublisherId
from domain.periods import eighteenth_birthday
from domain.safeguarding import ReferralOutcome
from hub.synthetic.batches import nation_batches
from hub.synthetic.children import draw_child
from hub.synthetic.departures import Departure, outlines
from hub.synthetic.generation import generate
from hub.synthetic.nation import Nation
from hub.synthetic.options import Options
from hub.synthetic.referrals import referral
from tests.unit.nation_files import NationFiles

OPTIONS = Options(year=2022, scale=0.04, seed=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("nation") / "out"
    generate(OPTIONS, out)
    return out


@pytest.fixture(scope="module")
def nation(folder: Path) -> NationFiles:
    return NationFiles(folder)


def test_a_year_has_two_to_three_million_events(nation: NationFiles) -> None:
    messages = sum(len(each) for each in nation.messages.values())
    # Every publisher's declarations are there at any scale.
    declared = len(nation.of_type("missing.period.declared.v1"))

    assert 2_200_000 < (messages - declared) / OPTIONS.scale < 2_900_000


def test_police_incidents_end_within_two_days_as_often_as_published(nation: NationFiles) -> None:
    hours = []
    for episode in nation.episodes:
        police = any(each["publisher"].startswith("pf-") for each in episode["sources"])
        if episode["happened"] and police and episode["kind"] != "away":
            start = datetime.fromisoformat(episode["start"])
            end = episode["located"] and datetime.fromisoformat(episode["located"])
            hours.append((end - start).total_seconds() / 3600 if end else float("inf"))

    # House of Lords, HL6802: 87 % of children's incidents in 2016/17.
    assert sum(each <= 48 for each in hours) / len(hours) == pytest.approx(0.87, abs=0.025)


def test_one_police_incident_in_eleven_is_of_a_child_at_risk_of_sexual_exploitation(
    nation: NationFiles,
) -> None:
    flagged = {
        (publisher, message["subject"])
        for publisher, message in nation.of_type("missing.concern.raised.v1")
        if message["data"]["concern"] == "child-sexual-exploitation"
    }
    incidents = [
        (source["publisher"], source["subject"])
        for episode in nation.episodes
        for source in episode["sources"]
        if source["publisher"].startswith("pf-") and source["role"] == "report"
    ]
    girls = {
        (each["publisher"], each["ref"])
        for person in nation.persons
        for each in person["subjects"]
        if person["sex"] == "F"
    }

    # A few children with a hundred incidents each weigh much in so small a part.
    share = sum(each in flagged for each in incidents) / len(incidents)
    assert share == pytest.approx(0.09, abs=0.035)
    children = set(incidents)
    assert len(flagged & children) / len(children) == pytest.approx(0.09, abs=0.015)
    assert len(flagged & girls & children) / len(flagged & children) == pytest.approx(
        0.69, abs=0.08
    )


def test_referrals_end_as_in_hertfordshire_and_as_the_absences_say() -> None:
    nation = Nation(options=Options(year=2022))
    outcomes: Counter[str] = Counter()
    for area in nation.areas[::5]:
        publisher = next(
            each.publisher_id for each in nation.register.authorities if each.number == area.number
        )
        for outline in outlines(nation, area):
            if len(outline.departures) < 2:
                continue
            child = draw_child(nation, area, outline)
            said = {each.body.event_type: each.body for each in referral(nation, publisher, child)}
            closed = said.get("missing.referral.closed.v1")
            if closed is None:
                continue
            made = said["missing.referral.made.v1"].made  # type: ignore[union-attr]
            repeats = _between(made, closed.closed, child.departures)  # type: ignore[union-attr]
            outcome = closed.outcome  # type: ignore[union-attr]
            assert outcome is list(ReferralOutcome)[min(repeats, 2)]
            outcomes[outcome] += 1

    # 2011-12: 43 % did not go missing again, 12 % once.
    assert outcomes["no-repeat"] / outcomes.total() == pytest.approx(0.43, abs=0.07)
    assert outcomes["one-repeat"] / outcomes.total() == pytest.approx(0.12, abs=0.05)


def test_interviews_name_push_and_pull_and_may_cover_several_absences(
    nation: NationFiles,
) -> None:
    held = [message for _, message in nation.of_type("missing.interview.completed.v1")]
    reasons = [message["data"].get("reasons", []) for message in held]
    both = sum({each[:4] for each in some} == {"PUSH", "PULL"} for some in reasons)
    covering = sum(bool(message["data"].get("covers")) for message in held)

    assert both / len(held) > 0.4
    assert sum(not some for some in reasons) / len(held) == pytest.approx(0.075, abs=0.03)
    assert 0.02 < covering / len(held) < 0.2


def test_all_looked_after_children_stand_beside_the_missing(nation: NationFiles) -> None:
    looked_after = [each for each in nation.persons if each["looked_after"]]

    # DfE 2022: 111,360 in the year.
    assert len(looked_after) / OPTIONS.scale == pytest.approx(111_360, rel=0.01)


def test_settled_children_are_children_with_a_number_of_their_own(nation: NationFiles) -> None:
    person_of = {
        (subject["publisher"], subject["ref"]): person
        for person in nation.persons
        for subject in person["subjects"]
    }
    holders: dict[str, set[str]] = defaultdict(set)
    for publisher, message in nation.of_type("missing.subject.registered.v1"):
        person = person_of[publisher, message["subject"]]
        number = message["data"]["identity"].get("nhs_number")
        holders[number or ""].add(person["person"])
    holders.pop("")

    assert max(len(persons) for persons in holders.values()) == 1
    for publisher, message in nation.of_type("missing.care.started.v1"):
        born_on = date.fromisoformat(person_of[publisher, message["subject"]]["birth_date"])
        started_on = date.fromisoformat(message["data"]["started"])
        assert born_on <= started_on < eighteenth_birthday(born_on)


def test_a_whole_authority_places_as_many_children_elsewhere_as_published() -> None:
    nation = Nation(options=Options(year=2022))
    # City of London is the first and small: no other is gone through for it.
    first = list(islice(nation_batches(nation), 3))
    area = nation.areas[0]
    placed: dict[str, str | None] = {}
    for batch in first:
        for message in batch.messages.get(PublisherId("la-201"), []):
            said = decode(message.line)
            if message.type == "missing.placement.started.v1":
                placed[said["subject"]] = said["data"].get("host_authority")
            elif message.type == "missing.care.ended.v1":
                placed.pop(said["subject"], None)

    assert {batch.authority for batch in first} == {"201"}
    assert sum(host != "201" for host in placed.values()) == area.placed_out == 10


def _between(made: str, closed: str, departures: tuple[Departure, ...]) -> int:
    first, last = (datetime.fromisoformat(each).timestamp() for each in (made, closed))
    return sum(first < each.at <= last for each in departures if not each.police_only)
