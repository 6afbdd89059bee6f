"""A small synthetic nation, read back as any publisher's messages and compared with its truth."""

import json
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec import convert

from contracts.bodies import EpisodeBody
from contracts.code_lists import read_code_lists
from contracts.identity import Identity
from contracts.message_types import BODIES
from contracts.register import read_register
from contracts.submissions import Contract, Submission, read_submission
from domain.identifiers import (
    is_test_nhs_number,
    nhs_number_problem,
    publisher_kind,
    upn_problem,
)
from hub.synthetic.generation import generate
from hub.synthetic.options import Options
from tests.unit.nation_files import (
    BODY,
    GROUP,
    Message,
    NationFiles,
    children_of,
    reported_in,
)

OPTIONS = Options(year=2022, month=11, scale=0.02, seed=7)
REGISTRATIONS = ("missing.subject.registered.v1", "missing.subject.amended.v1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("nation") / "out"
    generate(OPTIONS, out)
    return out


@pytest.fixture(scope="module")
def nation(folder: Path) -> NationFiles:
    return NationFiles(folder)


@pytest.mark.parametrize("year", [2015, 2017, 2022, 2024, 2026, 2031])
def test_every_message_of_any_year_satisfies_its_contract(tmp_path: Path, year: int) -> None:
    generate(Options(year=year, scale=0.002), tmp_path)
    contract = Contract(register=read_register(), code_lists=read_code_lists())

    for publisher, messages in NationFiles(tmp_path).messages.items():
        for message in messages:
            if message["type"] in REGISTRATIONS:
                convert(message["data"]["identity"], Identity)
                message["data"]["identity"] = "sealed.by.the.gateway.x"
            found = read_submission(
                json.dumps(message).encode(), sent_by=publisher, contract=contract
            )

            assert isinstance(found, Submission), (message, found)


def test_every_type_of_message_occurs(tmp_path: Path) -> None:
    summary = generate(Options(year=2022, scale=0.01), tmp_path)

    assert set(summary.by_type) == {body.event_type for body in BODIES}


def test_a_publisher_sends_in_the_order_of_time_and_never_after_the_horizon(
    nation: NationFiles,
) -> None:
    for messages in nation.messages.values():
        times = [message["time"] for message in messages]

        assert times == sorted(times)
        # Two weeks after the month's end in London, when no summer time holds.
        assert times[-1] < "2021-12-15T00:00:00Z"


def test_ids_are_unique_for_each_source(nation: NationFiles) -> None:
    ids = Counter(
        (message["source"], message["id"])
        for messages in nation.messages.values()
        for message in messages
    )

    assert max(ids.values()) == 1


def test_a_child_is_registered_before_anything_else_is_said_of_it(nation: NationFiles) -> None:
    for messages in nation.messages.values():
        known: set[str] = set()
        for message in messages:
            if message["type"] == "missing.subject.registered.v1":
                assert message["subject"] not in known
                known.add(message["subject"])
            else:
                assert children_of(message) <= known


def test_an_episode_is_reported_before_anything_else_is_said_of_it(nation: NationFiles) -> None:
    for messages in nation.messages.values():
        reported: set[str] = set()
        for message in messages:
            if message["type"] == "missing.episode.reported.v1":
                assert message["subject"] not in reported
                reported.add(message["subject"])
            elif message["type"] == GROUP:
                reported.update(each["episode"] for each in message["data"]["members"])
            elif issubclass(BODY[message["type"]], EpisodeBody):
                assert message["subject"] in reported


def test_what_authorities_say_in_the_end_is_what_truly_happened(nation: NationFiles) -> None:
    said: dict[tuple[str, str], Message] = defaultdict(dict)
    for publisher, messages in nation.messages.items():
        for message in messages:
            if message["type"].startswith("missing.episode."):
                said[publisher, message["subject"]].update(message["data"])
    faulty = {(each["publisher"], each["ref"]) for each in nation.faults if each["fault"] == "DQ4"}
    true: list[bool] = []

    for episode in nation.episodes:
        for source in episode["sources"]:
            row = said[source["publisher"], source["ref"]]
            left = row.get("left") or row.get("last_seen") or ""
            own = source["role"] == "report" and source["publisher"].startswith("la-")
            # Dates without times differ by their nature.
            if own and "T" in left and (source["publisher"], source["ref"]) not in faulty:
                late = datetime.fromisoformat(episode["start"]) - datetime.fromisoformat(left)
                true.append(timedelta(0) <= late < timedelta(minutes=15))
                assert "located" not in row or row["located"] >= episode["start"]

    # The rest is corrected after the horizon.
    assert len(true) > 100
    assert sum(true) / len(true) > 0.99


def test_nhs_numbers_are_of_the_test_range_and_pupil_numbers_come_from_authorities(
    nation: NationFiles,
) -> None:
    for publisher, messages in nation.messages.items():
        for message in messages:
            if message["type"] not in REGISTRATIONS:
                continue
            identity = message["data"]["identity"]
            number, upn = identity.get("nhs_number"), identity.get("upn")

            assert number is None or is_test_nhs_number(number)
            assert number is None or nhs_number_problem(number) is None
            assert upn is None or upn_problem(upn) is None
            assert upn is None or publisher_kind(publisher) == "local-authority"


def test_two_people_never_share_a_number_and_one_keeps_it(nation: NationFiles) -> None:
    person_of = {
        (subject["publisher"], subject["ref"]): person["person"]
        for person in nation.persons
        for subject in person["subjects"]
    }
    holders: dict[str, set[str]] = defaultdict(set)
    for publisher, messages in nation.messages.items():
        for message in messages:
            if message["type"] in REGISTRATIONS:
                for field in ("nhs_number", "upn"):
                    number = message["data"]["identity"].get(field)
                    holders[number or ""].add(person_of[publisher, message["subject"]])
    holders.pop("")

    assert max(len(persons) for persons in holders.values()) == 1


def test_every_source_episode_belongs_to_exactly_one_true_episode(nation: NationFiles) -> None:
    sent = {
        (publisher, episode): child
        for publisher, messages in nation.messages.items()
        for message in messages
        for episode, child in reported_in(message).items()
    }
    told = [
        ((source["publisher"], source["ref"]), source["subject"])
        for episode in nation.episodes
        for source in episode["sources"]
    ]

    assert len(told) == len(sent)
    assert dict(told) == sent
    assert all(episode["sources"] or episode["covered_by"] for episode in nation.episodes)


def test_the_truth_names_every_registration_and_no_other(nation: NationFiles) -> None:
    sent = {
        (publisher, message["subject"])
        for publisher, messages in nation.messages.items()
        for message in messages
        if message["type"] == "missing.subject.registered.v1"
    }
    told = [
        (subject["publisher"], subject["ref"])
        for person in nation.persons
        for subject in person["subjects"]
    ]

    assert len(told) == len(set(told))
    assert set(told) == sent


def test_a_source_names_the_child_of_the_absence_unless_it_mistook_it(nation: NationFiles) -> None:
    subjects = {
        person["person"]: {(each["publisher"], each["ref"]) for each in person["subjects"]}
        for person in nation.persons
    }

    for episode in nation.episodes:
        for source in episode["sources"]:
            own = (source["publisher"], source["subject"]) in subjects[episode["person"]]
            assert own == (source["role"] != "wrong-child")


def test_absences_of_a_child_do_not_overlap_and_end_after_they_begin(nation: NationFiles) -> None:
    by_person: dict[str, list[Message]] = defaultdict(list)
    for episode in nation.episodes:
        if episode["happened"]:
            by_person[episode["person"]].append(episode)

    for episodes in by_person.values():
        for episode in episodes:
            assert episode["located"] is None or episode["start"] < episode["located"]
            assert episode["returned"] is None or episode["located"] <= episode["returned"]
        for earlier, later in pairwise(episodes):
            assert earlier["returned"] < later["start"]


def test_a_child_placed_elsewhere_is_reported_by_the_force_of_its_host(nation: NationFiles) -> None:
    register = read_register()
    reported = 0
    for episode in nation.episodes:
        host = register.authority(episode["host"] or "")
        if not episode["happened"] or host is None or host.number == episode["authority"]:
            continue
        for source in episode["sources"]:
            if source["role"] == "report" and source["publisher"].startswith("pf-"):
                reported += 1
                assert source["publisher"] == f"pf-{host.force_code}"

    assert reported > 0


def test_children_are_under_eighteen_when_they_leave(nation: NationFiles) -> None:
    born = {person["person"]: person["birth_date"] for person in nation.persons}

    for episode in nation.episodes:
        if episode["happened"]:
            year, rest = born[episode["person"]].split("-", 1)
            assert episode["start"][:10] < f"{int(year) + 18}-{rest}"


def test_an_open_absence_has_no_end_in_truth_or_messages(nation: NationFiles) -> None:
    located = {
        (publisher, message["subject"])
        for publisher, messages in nation.messages.items()
        for message in messages
        if message["type"] == "missing.episode.located.v1"
    }
    still_open = [each for each in nation.episodes if each["happened"] and not each["located"]]

    assert all(
        (source["publisher"], source["ref"]) not in located
        for episode in still_open
        for source in episode["sources"]
    )
