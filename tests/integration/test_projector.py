"""Views are the same however they came about: live in pieces, caught up at once, or rebuilt."""

from collections.abc import Sequence
from random import Random

import duckdb
import pyarrow as pa
import pytest

from domain.codes import PLACEMENT_GROUPS
from hub.archive.writing import archive_ledger
from hub.columnar.filling import BYTES_A_RECORD
from hub.columnar.gathering import Source
from hub.projector import Projector
from hub.rebuilding import Plan, rebuild
from hub.wiring import Hub
from projections.engine import EpisodeEngine
from projections.episodes import VIEWS, checksum
from tests.examples import BIRMINGHAM, COVENTRY, WEST_MIDLANDS, identity, message, registration
from tests.hub_steps import episode_of, follow, rows, settle, subject_of
from tests.integration.undecided import leave_undecided

PUBLISHERS = (BIRMINGHAM, COVENTRY, WEST_MIDLANDS)


class ShortSighted(EpisodeEngine):
    """An engine that cannot read what is recorded of some children, as with damaged records."""

    unreadable: frozenset[str] = frozenset()

    def facts(self, records: pa.Table, families: pa.Table, subjects: pa.Table) -> pa.Table:
        """Return the facts, or fail as DuckDB does."""
        if self.unreadable.intersection(subjects.column("subject_id").to_pylist()):
            raise duckdb.ConversionException("a state cannot be read")
        return super().facts(records, families, subjects)


def history(hub: Hub, random: Random) -> list[bytes]:
    """Return what three publishers say of a few children, out of order, late and corrected."""
    sent: list[bytes] = []
    for number in range(1, 7):
        for publisher in PUBLISHERS:
            child = f"{publisher}-C{number}"
            who = identity(number, upn=None) if number % 3 else identity(number + 50 * number)
            sent.append(registration(who, hub.keys.sealing, child=child, publisher=publisher))
            for turn in range(random.randrange(1, 4)):
                sent += episode(random, publisher, child, f"{child}-E{turn}")
    random.shuffle(sent)
    return sent


def episode(random: Random, publisher: str, child: str, name: str) -> list[bytes]:
    day = random.randrange(1, 24)
    about = {"publisher": publisher, "subject": name, "child": child}

    def at(later: int, hour: int) -> str:
        return f"2026-03-{day + later:02d}T{hour:02d}:00:00Z"

    sent = [
        message(left=at(0, 8), looked_after=random.random() < 0.5, home_authority="331", **about),
        message("missing.episode.located.v1", located=at(1, 9), time=at(1, 9), **about),
        message("missing.episode.returned.v1", returned=at(1, 10), time=at(1, 10), **about),
        message("missing.interview.completed.v1", completed=at(2, 10), **about),
        message(
            "missing.episode.corrected.v1",
            reason="recording-error",
            left=at(0, 7),
            located=at(2, 1),
            time=at(3, 1),
            **about,
        ),
        message("missing.episode.voided.v1", reason="duplicate", **about),
        message("missing.episode.voided.v1", reason="entered-in-error", time=at(4, 1), **about),
    ]
    kept = random.choice([2, 3, 4, 5, 5, 7])
    return sent[:kept]


def checksums(hub: Hub, build: int) -> list[tuple[str, int]]:
    views = (*VIEWS, *(each.view for each in hub.engine.relations))
    with hub.reader.snapshot() as connection:
        return [checksum(connection, build, view) for view in views]


def caught_up(hub: Hub, chunk: int) -> list[tuple[str, int]]:
    """Return the checksums of a new build that was brought up to date in steps of `chunk`."""
    projector = Projector(hub.project_database, hub.engine, hub.archive, chunk=chunk)
    with hub.project_database.transaction() as connection:
        build = projector.start_build(connection)
    projector.catch_up(build)
    return checksums(hub, build)


@pytest.mark.parametrize("seed", range(2))
def test_live_caught_up_and_rebuilt_views_are_equal_row_by_row(hub: Hub, seed: int) -> None:
    random = Random(seed)
    sent = history(hub, random)
    while sent:
        size = random.choice([1, 3, 10, 30])
        settle(hub, *sent[:size])
        sent = sent[size:]
        if random.random() < 0.7:
            hub.linker.catch_up()
            leave_undecided(hub, random, pairs=1)
        if random.random() < 0.7:
            hub.projector.catch_up(hub.projector.active_build())
    follow(hub)

    live = checksums(hub, 1)
    at_once, step_by_step = caught_up(hub, 100_000), caught_up(hub, 40)
    rebuilt = rebuild(hub.project_database, hub.projector, hub.archive)
    archive_ledger(hub.ledger_database, hub.archive, until=rebuilt.position * 2 // 3)
    in_parts = Plan(source=Source.ARCHIVE, memory=rebuilt.position * BYTES_A_RECORD // 3)
    archived = rebuild(hub.project_database, hub.projector, hub.archive, plan=in_parts)

    assert live[0][1] > 20
    assert at_once == step_by_step == live
    for each in (rebuilt, archived):
        assert each.equal
        assert each.same_definition
    assert checksums(hub, archived.build) == live
    assert hub.status.read().balanced
    worlds = rows(hub, "SELECT DISTINCT world FROM projection.episode_facts_v1 ORDER BY world")
    assert worlds == [("both",), ("decided",), ("linked",)]


@pytest.fixture
def short_sighted() -> ShortSighted:
    groups = {code: group.value for code, group in PLACEMENT_GROUPS.items()}
    return ShortSighted({"330": "E12000005"}, groups)


def park(hub: Hub, engine: ShortSighted, children: Sequence[str]) -> Projector:
    engine.unreadable = frozenset(str(subject_of(hub, child)) for child in children)
    return Projector(hub.project_database, engine, hub.archive, chunk=2)


def test_a_child_that_cannot_be_computed_is_parked_alike_live_and_rebuilt(
    hub: Hub, short_sighted: ShortSighted
) -> None:
    for number in range(4):
        settle(hub, message(subject=f"E-{number}", child=f"C-{number}"))
    hub.linker.catch_up()
    projector = park(hub, short_sighted, ["C-2"])
    build = projector.active_build()

    projector.catch_up(build)
    live = state(hub, build)
    rebuilt = rebuild(hub.project_database, projector, hub.archive)

    parked, facts = live
    assert parked == {subject_of(hub, "C-2")}
    assert facts == {episode_of(hub, f"E-{number}") for number in (0, 1, 3)}
    assert rebuilt.equal
    assert state(hub, rebuilt.build) == live
    status = hub.status.read()
    assert (status.parked_children, status.source_episodes.held) == (1, 1)
    assert status.balanced
    short_sighted.close()


def test_a_child_that_can_be_computed_again_is_no_longer_parked(
    hub: Hub, short_sighted: ShortSighted
) -> None:
    settle(hub, message(subject="E-1", child="C-1"), message(subject="E-2", child="C-2"))
    hub.linker.catch_up()
    projector = park(hub, short_sighted, ["C-1"])
    build = projector.active_build()
    projector.catch_up(build)
    parked = hub.status.read().parked_children

    short_sighted.unreadable = frozenset()
    settle(hub, message("missing.episode.located.v1", subject="E-1", child="C-1"))
    projector.catch_up(build)

    assert parked == 1
    assert state(hub, build) == (set(), {episode_of(hub, "E-1"), episode_of(hub, "E-2")})
    short_sighted.close()


def test_a_parked_child_withdraws_what_was_counted_of_it(
    hub: Hub, short_sighted: ShortSighted
) -> None:
    settle(hub, message(subject="E-1", child="C-1"), message(subject="E-2", child="C-2"))
    projector = park(hub, short_sighted, [])
    build = projector.active_build()
    projector.catch_up(build)
    before = state(hub, build)

    park(hub, short_sighted, ["C-1"])
    settle(hub, message("missing.episode.located.v1", subject="E-1", child="C-1"))
    projector.catch_up(build)

    assert before[0] == set()
    assert len(before[1]) == 2
    assert state(hub, build) == ({subject_of(hub, "C-1")}, {episode_of(hub, "E-2")})
    counted = rows(hub, "SELECT sum(episodes) FROM projection.incident_counts_v1")
    assert counted == [(2,)]
    short_sighted.close()


def test_a_parked_child_without_an_episode_is_parked_alike_live_and_rebuilt(
    hub: Hub, short_sighted: ShortSighted
) -> None:
    settle(hub, message("missing.care.started.v1", subject="C-1"), message(child="C-2"))
    projector = park(hub, short_sighted, ["C-1"])
    build = projector.active_build()

    projector.catch_up(build)
    live = state(hub, build)
    rebuilt = rebuild(hub.project_database, projector, hub.archive)

    assert state(hub, rebuilt.build) == live
    short_sighted.close()


def state(hub: Hub, build: int) -> tuple[set[object], set[object]]:
    """Return who is parked, and which episodes have facts."""
    parked = rows(hub, "SELECT subject_id FROM projection.parked_v1 WHERE build = %s", [build])
    facts = rows(hub, "SELECT fact_id FROM projection.episode_facts_v1 WHERE build = %s", [build])
    return {each for (each,) in parked}, {each for (each,) in facts}
