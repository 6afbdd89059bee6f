"""The synthetic nation against published figures: a year of draws, and one whole month."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files
from typing import Any

import pytest
from msgspec.json import decode

from domain.geography import ENGLAND_CODE
from domain.identifiers import publisher_kind
from domain.periods import age_band, age_in_years
from hub.synthetic import profile
from hub.synthetic.batches import Batch, batches
from hub.synthetic.calibration import HOME_CHILDREN, HOME_INCIDENTS, read_figures
from hub.synthetic.departures import Departure, Kind, Outline, outlines
from hub.synthetic.flows import read_hosts
from hub.synthetic.nation import Nation
from hub.synthetic.options import Options
from hub.synthetic.randomness import stream
from hub.synthetic.truth import EpisodeTruth

YEAR = Nation(options=Options(year=2022))
DOCUMENT = files("hub.synthetic").joinpath("ERROR_PROFILE.md")


@pytest.fixture(scope="module")
def year() -> dict[str, list[Outline]]:
    return {area.number: outlines(YEAR, area) for area in YEAR.areas}


@pytest.fixture(scope="module")
def month() -> list[Batch]:
    return list(batches(Options(year=2022, month=10)))


def table(name: str) -> list[dict[str, str]]:
    text = files("contracts").joinpath("reference", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def recorded(outline: Outline, kind: Kind) -> list[Departure]:
    """Return a child's absences of a kind that its authority records."""
    return [each for each in outline.departures if each.kind is kind and not each.police_only]


def of_kind(month: list[Batch], kind: Kind) -> Iterator[EpisodeTruth]:
    for batch in month:
        yield from (each for each in batch.episodes if each.happened and each.kind is kind)


@pytest.mark.parametrize(("kind", "name"), [(Kind.CARE, "missing"), (Kind.AWAY, "away")])
def test_each_authority_has_the_children_and_incidents_that_dfe_published(
    year: dict[str, list[Outline]], kind: Kind, name: str
) -> None:
    compared = 0
    for row in table("dfe_missing_2022.csv"):
        published = row[f"{name}_children"], row[f"{name}_incidents"]
        if row["number"] not in year or not all(each.isdigit() for each in published):
            continue
        absences = [recorded(outline, kind) for outline in year[row["number"]]]
        children = sum(bool(each) for each in absences)
        incidents = sum(len(each) for each in absences)

        assert (str(children), str(incidents)) == published
        compared += 1

    assert compared > 100


def test_the_nation_adds_up_to_the_published_total(year: dict[str, list[Outline]]) -> None:
    england = next(r for r in table("dfe_missing_2022_regions.csv") if r["code"] == ENGLAND_CODE)
    everybody = [outline for each in year.values() for outline in each]
    incidents = sum(len(recorded(outline, Kind.CARE)) for outline in everybody)
    home = [outline for outline in everybody if not outline.looked_after]

    # Published to the nearest 10; what is suppressed shares the rest.
    assert incidents == pytest.approx(int(england["missing_incidents"]), abs=10)
    assert len(home) == pytest.approx(HOME_CHILDREN, rel=0.002)
    assert sum(len(each.departures) for each in home) == pytest.approx(HOME_INCIDENTS, rel=0.002)


def test_repeats_follow_the_published_shape(year: dict[str, list[Outline]]) -> None:
    counts = [
        len(recorded(outline, Kind.CARE)) for children in year.values() for outline in children
    ]
    missing = sorted(count for count in counts if count)

    # Of 12,150 children 7,770 went missing more than once (DfE 2022).
    assert sum(count > 1 for count in missing) == pytest.approx(7770, rel=0.03)
    assert sum(count >= 10 for count in missing) / len(missing) == pytest.approx(0.18, abs=0.02)
    assert sum(count >= 50 for count in missing) / len(missing) == pytest.approx(0.012, abs=0.004)
    assert 150 < missing[-1] <= 366


def test_ages_at_the_start_are_those_known(year: dict[str, list[Outline]]) -> None:
    ages: Counter[tuple[bool, str]] = Counter()
    for children in year.values():
        for outline in children:
            for departure in outline.departures:
                day = YEAR.clock.date_at(departure.at)
                age = age_in_years(outline.birth.on, day)
                ages[outline.looked_after, age_band(age)] += 1
    care = sum(count for (looked_after, _), count in ages.items() if looked_after)

    assert ages[True, "10-15"] / care == pytest.approx(0.455, abs=0.03)
    assert ages[True, "16-17"] / care == pytest.approx(0.54, abs=0.03)
    assert {band for _, band in ages} <= {"0", "1-4", "5-9", "10-15", "16-17"}


def test_no_month_is_thin(year: dict[str, list[Outline]]) -> None:
    months = Counter(
        YEAR.clock.date_at(departure.at).month
        for children in year.values()
        for outline in children
        for departure in outline.departures
    )
    mean = months.total() / 12

    assert len(months) == 12
    assert all(0.8 < count / mean < 1.2 for count in months.values())


def test_placements_elsewhere_reproduce_the_published_flows() -> None:
    areas = read_figures()
    hosts = read_hosts(areas)
    random = stream("flows")
    placed = Counter(
        hosts[area.number].draw(random) for area in areas for _ in range(round(area.placed_out))
    )
    received = {area.number: area.placed_in for area in areas if area.placed_in > 300}

    assert placed["886"] == pytest.approx(1206, rel=0.08)
    assert placed["888"] == pytest.approx(1126, rel=0.08)
    assert all(placed[number] == pytest.approx(size, rel=0.25) for number, size in received.items())
    # Net gain of England: 1,050 more placed out than in.
    outside = placed["WAL"] + placed["SCO"] + placed["NIR"] + placed[None]
    assert outside == pytest.approx(1050, rel=0.1)


def test_nobody_is_placed_elsewhere_in_its_own_area() -> None:
    areas = read_figures()
    hosts = read_hosts(areas)
    random = stream("own area")

    for area in areas:
        if area.placed_out:
            assert area.number not in {hosts[area.number].draw(random) for _ in range(200)}


def test_a_month_has_a_twelfth_of_the_year_on_both_sides(month: list[Batch]) -> None:
    care = list(of_kind(month, Kind.CARE))
    home = list(of_kind(month, Kind.HOME))
    messages = sum(len(each) for batch in month for each in batch.messages.values())
    police = sum(
        any(source.publisher.startswith("pf-") for source in episode.sources)
        for episode in (*care, *home)
    )

    assert 5_500 < len(care) < 7_500
    assert 8_500 < len(home) < 11_000
    assert 13_500 < police < 17_500
    # With what publishers say of themselves, the demo's month stays under 250,000.
    assert 170_000 < messages < 230_000


def test_absences_last_as_long_as_published(month: list[Batch]) -> None:
    care = list(of_kind(month, Kind.CARE))
    two_days = sum(_hours(each) <= 48 for each in care) / len(care)
    month_long = sum(_hours(each) > 720 for each in care) / len(care)

    assert two_days == pytest.approx(0.9, abs=0.03)
    assert month_long < 0.01


def test_looked_after_children_live_where_published(month: list[Batch]) -> None:
    care = list(of_kind(month, Kind.CARE))
    elsewhere = sum(each.host != each.authority for each in care) / len(care)
    residential = sum(each.placement_type in ("K1", "K2", "H5") for each in care) / len(care)

    assert elsewhere == pytest.approx(0.43, abs=0.05)
    assert residential == pytest.approx(0.52, abs=0.06)


def test_authorities_differ_in_interviews_as_published(month: list[Batch]) -> None:
    offered: Counter[str] = Counter()
    returned: Counter[str] = Counter()
    for batch in month:
        for publisher, messages in batch.messages.items():
            if publisher_kind(publisher) == "local-authority":
                types = Counter(message.type for message in messages)
                returned[publisher] += types["missing.episode.returned.v1"]
                offered[publisher] += types["missing.interview.offered.v1"]
    shares = [offered[each] / returned[each] for each in returned if returned[each] > 30]

    assert sum(share < 0.3 for share in shares) >= 5
    assert sum(share > 0.75 for share in shares) >= 5
    assert offered.total() / returned.total() == pytest.approx(0.57, abs=0.1)


def test_the_two_sides_disagree_about_as_much_as_the_profile_says(month: list[Batch]) -> None:
    care = list(of_kind(month, Kind.CARE))
    by_both = by_authority = by_police = 0
    for episode in care:
        kinds = {source.publisher[:2] for source in episode.sources}
        by_both += kinds == {"la", "pf"}
        by_authority += kinds == {"la"}
        by_police += kinds == {"pf"}

    assert by_both / len(care) == pytest.approx(0.87, abs=0.03)
    assert by_authority / len(care) == pytest.approx(0.075, abs=0.02)
    assert by_police / len(care) == pytest.approx(0.055, abs=0.02)


def test_the_truth_says_which_rows_were_voided_and_how_they_were_last_classified(
    month: list[Batch],
) -> None:
    voided: set[tuple[str, str]] = set()
    classes: dict[tuple[str, str], str] = {}
    for batch in month:
        for publisher, messages in batch.messages.items():
            for sent in messages:
                message = decode(sent.line)
                if "classification" in message["data"]:
                    for episode in rows_of(message):
                        classes[publisher, episode] = message["data"]["classification"]
                if taken_back(message):
                    voided.add((publisher, message["subject"]))
    rows = [row for batch in month for episode in batch.episodes for row in episode.sources]

    assert len(rows) == len(classes)
    for row in rows:
        assert row.voided == ((row.publisher, row.ref) in voided)
        assert row.classification == classes[row.publisher, row.ref]


def rows_of(message: dict[str, Any]) -> list[str]:
    """Return the rows that a message classifies."""
    members = message["data"].get("members")
    return [each["episode"] for each in members] if members else [message["subject"]]


def taken_back(message: dict[str, Any]) -> bool:
    """Return whether a message says that a row is no absence of this child."""
    if message["type"] == "missing.episode.attribution-corrected.v1":
        return not message["data"]["was_missing"]
    return message["type"] in ("missing.episode.voided.v1", "missing.episode.merged.v1")


def test_the_document_and_the_code_give_the_same_rates() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    written = dict(re.findall(r"^\| `([A-Z0-9_]+)` \| ([0-9.]+) \|", text, flags=re.MULTILINE))
    used = {name: value for name, value in vars(profile).items() if name.isupper()}

    assert {name: float(value) for name, value in written.items()} == used


def _hours(episode: EpisodeTruth) -> float:
    """Return how long an absence lasted; endless if it is open."""
    if episode.located is None:
        return float("inf")
    start = datetime.fromisoformat(episode.start or "")
    return (datetime.fromisoformat(episode.located) - start).total_seconds() / 3600
