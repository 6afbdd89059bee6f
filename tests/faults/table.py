"""The table of faults: what is broken, how often, and what must hold afterwards."""

from typing import Final

from tests.faults.archive_kills import archive_kills
from tests.faults.broker_kills import broker_kills
from tests.faults.clocks import clocks
from tests.faults.database_kills import database_kills
from tests.faults.disk import disk_full
from tests.faults.fuzzing import fuzzing
from tests.faults.https import https
from tests.faults.intake_kills import intake_kills, takeovers, zombies
from tests.faults.projector_kills import linker_freezes, lost_wakeups, projector_kills
from tests.faults.restores import restores
from tests.faults.running import Row
from tests.faults.stateful import stateful
from tests.faults.streams import streams
from tests.faults.topics import topics
from tests.faults.writers import writers

NOTHING_LOST: Final = "0 lost, 0 doubled, books balance"
FIGURES: Final = f"{NOTHING_LOST}; figures = oracle; both rebuilds = live"

ROWS: Final = (
    Row(
        name="stateful",
        fault="random messages in random order, by Hypothesis",
        unit="examples",
        passes="verdicts, decisions and figures = oracle",
        play=stateful,
        ci=1_000,
        full=200_000,
        step=100,
    ),
    Row(
        name="intake-kills",
        fault="kill -9 of intake, at 8 named points, at any statement, at any moment",
        unit="kills",
        passes=NOTHING_LOST,
        play=intake_kills,
        ci=40,
        full=3_000,
    ),
    Row(
        name="intake-takeovers",
        fault="kill -9 of one of two intake processes that share the topics",
        unit="kills",
        passes=f"the other reads on; {NOTHING_LOST}",
        play=takeovers,
        ci=6,
        full=300,
    ),
    Row(
        name="intake-zombies",
        fault="SIGSTOP of intake past its leases, at 8 points; another takes over; SIGCONT",
        unit="freezes",
        passes=NOTHING_LOST,
        play=zombies,
        ci=8,
        full=200,
    ),
    Row(
        name="writers",
        fault="8 writers at once, half of them slow, and a reader of the ledger's tail",
        unit="rounds",
        passes="the reader missed nothing; no gaps; each message once",
        play=writers,
        ci=5,
        full=1_000,
    ),
    Row(
        name="projector-kills",
        fault="kill -9 of projector and linker, at 11 named points and any moment",
        unit="kills",
        passes=FIGURES,
        play=projector_kills,
        ci=22,
        full=1_000,
    ),
    Row(
        name="linker-zombies",
        fault="SIGSTOP of the linker with the head of the ledger locked; SIGCONT",
        unit="freezes",
        passes="the others get on; figures = oracle",
        play=linker_freezes,
        ci=4,
        full=50,
    ),
    Row(
        name="lost-wakeups",
        fault="NOTIFY lost, listeners killed",
        unit="losses",
        passes="views reach the head; figures = oracle",
        play=lost_wakeups,
        ci=6,
        full=200,
    ),
    Row(
        name="database-kills",
        fault="kill -9 of PostgreSQL, of one of its workers, of all processes",
        unit="kills",
        passes=FIGURES,
        play=database_kills,
        ci=8,
        full=1_000,
    ),
    Row(
        name="broker-kills",
        fault="kill -9 and restart of the broker; connections to it and to PostgreSQL cut",
        unit="losses",
        passes=f"{NOTHING_LOST}; figures = oracle",
        play=broker_kills,
        ci=5,
        full=300,
    ),
    Row(
        name="disk-full",
        fault="64 MiB disk under the database filled while a publisher sends",
        unit="fillings",
        passes=f"503 and Retry-After, recovers alone, {NOTHING_LOST}",
        play=disk_full,
        ci=3,
        full=50,
        # What is sent stays there, and there is not much room.
        fresh_every=3,
    ),
    Row(
        name="archive-kills",
        fault="kill -9 of the process that archives and signs, at any statement, at any moment",
        unit="kills",
        passes="the next one goes on; ledger, archive and signature verify",
        play=archive_kills,
        ci=6,
        full=500,
        fresh_every=50,
    ),
    Row(
        name="disk-lost",
        fault="server killed, its directory deleted; base backup, then log or archive",
        unit="losses",
        passes="same root at the last checkpoint; each message once after lost ones are sent again",
        play=restores,
        ci=2,
        full=20,
    ),
    Row(
        name="topics",
        fault="topic recreated, truncated, expired, deleted under a stored offset",
        unit="topics",
        passes="it stops on record, the others go on, nothing skipped",
        play=topics,
        ci=4,
        full=40,
    ),
    Row(
        name="clocks",
        fault="clock ±5 min, ±1 day, backwards, nights of clock changes, leap day",
        unit="stories",
        passes="order and figures unchanged",
        play=clocks,
        ci=5,
        full=40,
    ),
    Row(
        name="streams",
        fault="25 % repeated, shuffled by 1,000, 90 days late, publishers interleaved",
        unit="events",
        passes=FIGURES,
        play=streams,
        ci=20_000,
        full=5_000_000,
        step=10_000,
        fresh_every=100,
    ),
    Row(
        name="fuzz",
        fault="damaged and invented messages",
        unit="messages",
        passes="0 crashes; in = accepted + duplicate + conflict + rejected",
        play=fuzzing,
        ci=30_000,
        full=10_000_000,
        step=1_000,
        fresh_every=10_000,
    ),
    Row(
        name="https",
        fault="HTTPS client dead mid-body, answer lost, slow-loris, kill -9 of the API",
        unit="requests",
        passes="2xx only after the commit; the same receipt on retry",
        play=https,
        ci=80,
        full=5_000,
    ),
)
