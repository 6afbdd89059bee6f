"""P8: from accepted to visible, at fifty events a second, then at more until it breaks."""

import argparse
import sys
import time
from collections.abc import Sequence
from typing import Any, Final

import httpx

from contracts.envelope import BATCH_CONTENT_TYPE
from hub.identity.keys import read_operator_token
from hub.settings import Settings
from hub.wiring import Hub, open_hub
from tests.benchmarks.backfill import Watch, percentile, recorded
from tests.benchmarks.backfill_load import EPISODES_OF_A_CHILD
from tests.examples import message

FIRST_RATE: Final = 50
TICKS: Final = 10
PUBLISHERS: Final = 50
LIMIT_SECONDS: Final = 1.0
STRETCH_SECONDS: Final = 0.3
# Less of the asked rate than this, and it is the sender that is measured.
KEPT_UP: Final = 0.95


def ramp(settings: Settings, asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Send at higher and higher rates, print a row for each, and return them."""
    print(f"{'P8: events/s':<14}{'sent/s':>9}{'visible p50':>13}{'p99':>9}{'max':>9} s")
    token = read_operator_token(settings.data_dir / "keys")
    found: list[dict[str, Any]] = []
    with (
        open_hub(settings) as hub,
        httpx.Client(
            base_url=f"http://{settings.host}:{settings.port}",
            headers={"Authorization": f"Bearer {token}", "Content-Type": BATCH_CONTENT_TYPE},
            timeout=60.0,
        ) as client,
    ):
        _await(client)
        own = [str(each.id) for each in hub.register.publishers()][:PUBLISHERS]
        _leg(hub, client, own, rate=FIRST_RATE, seconds=3.0)
        rate = FIRST_RATE
        while rate <= asked.fastest:
            row = _leg(hub, client, own, rate=rate, seconds=asked.seconds)
            found.append(row)
            print(
                f"{rate:<14}{row['sent']:>9,.0f}{row['p50']:>13.3f}{row['p99']:>9.3f}"
                f"{row['most']:>9.3f}  {row['met']}"
            )
            if row["met"] == "broken":
                break
            rate *= 2
    return found


def _leg(
    hub: Hub, client: httpx.Client, publishers: Sequence[str], *, rate: int, seconds: float
) -> dict[str, Any]:
    watch = Watch(hub.database_url)
    began = time.time()
    sent = _send(client, publishers, rate=rate, seconds=seconds)
    took = time.time() - began
    places = recorded(hub, [raw for raw, _ in sent])
    last = max(place for place, _ in places)
    deadline = time.monotonic() + 120.0
    while watch.reached() < last:
        if time.monotonic() > deadline:
            sys.exit("what was sent did not become visible")
        time.sleep(0.05)
    watch.end()
    waited = [
        max(0.0, watch.visible_at(place) - accepted)
        for (place, _), (_, accepted) in zip(places, sent, strict=True)
    ]
    p99, kept = percentile(waited, 0.99), len(sent) / took
    met = "stretch" if p99 <= STRETCH_SECONDS else "floor"
    if p99 > LIMIT_SECONDS or kept < KEPT_UP * rate:
        met = "broken"
    return {
        "rate": rate,
        "sent": kept,
        "p50": percentile(waited, 0.5),
        "p99": p99,
        "most": max(waited),
        "met": met,
    }


def _send(
    client: httpx.Client, publishers: Sequence[str], *, rate: int, seconds: float
) -> list[tuple[bytes, float]]:
    """Post events at a steady rate, one publisher's each time; return when each was accepted."""
    sent: list[tuple[bytes, float]] = []
    size = rate // TICKS
    prefix = f"{rate}-{time.time_ns()}-"
    made = []
    for tick in range(int(TICKS * seconds)):
        publisher = publishers[tick % len(publishers)]
        numbers = range(tick * size, (tick + 1) * size)
        made.append([_event(publisher, prefix, number) for number in numbers])
    began = time.time()
    for tick, batch in enumerate(made):
        time.sleep(max(0.0, began + tick / TICKS - time.time()))
        client.post("/v1/events", content=b"[" + b",".join(batch) + b"]").raise_for_status()
        accepted = time.time()
        sent += [(raw, accepted) for raw in batch]
    return sent


def _event(publisher: str, prefix: str, number: int) -> bytes:
    return message(
        publisher=publisher,
        event_id=f"{prefix}{number}",
        subject=f"{prefix}E{number}",
        child=f"{prefix}C{number // EPISODES_OF_A_CHILD}",
    )


def _await(client: httpx.Client) -> None:
    for _ in range(1_200):
        try:
            if client.get("/livez").is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    sys.exit("the API did not start")
