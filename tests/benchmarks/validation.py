"""`make bench-validation`: what it costs to validate one event, by either validator, in one run.

Legs, taken in turn in every round, over the same messages of every type:
  decode      msgspec alone, bytes to plain objects: what any reader pays
  typed       msgspec into the structs of envelope and body, which checks their form
  hub         the reader of intake: that, and calendar, code lists, names that stand twice
  schema      jsonschema-rs over the committed schemas, of messages that are decoded already
  both        decode and schema: what an authority pays that starts from bytes
A leg counts only if every verdict was right. Prints a table and writes JSON beside it.
"""

import argparse
import gc
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from jsonschema_rs import Draft202012Validator
from msgspec.json import Decoder, decode

from contracts.accepted_types import ACCEPTED
from contracts.bodies import Body
from contracts.envelope import Envelope
from contracts.schemas import BODY_OF_TYPE, event_schema
from contracts.submissions import Submission, read_submission
from tests.example_bodies import BODIES
from tests.examples import message
from tests.unit.records import contract

Leg = Callable[[], int]


def mix(events: int) -> list[bytes]:
    """Return messages of every type in turn, with every field and with only what is needed."""
    kinds = [(name, data) for name, body in BODIES.items() for data in (body, None)]
    return [
        message(name, event_id=f"bench-{number:08d}", data=data)
        for number in range(events)
        for name, data in [kinds[number % len(kinds)]]
    ]


def legs(messages: Sequence[bytes]) -> dict[str, Leg]:
    """Return what each leg does; its answer is the number of messages that it found valid."""
    rules = contract()
    validators = {name: Draft202012Validator(event_schema(name)) for name in BODY_OF_TYPE}
    decoded: list[Any] = [decode(each) for each in messages]

    def valid(value: Any) -> bool:
        return validators[value["type"]].is_valid(value)

    envelopes = Decoder(Envelope)

    def typed(raw: bytes) -> bool:
        envelope = envelopes.decode(raw)
        accepted = ACCEPTED.get(envelope.type)
        return accepted is not None and isinstance(accepted.decode(bytes(envelope.data)), Body)

    def taken(raw: bytes) -> bool:
        return isinstance(read_submission(raw, sent_by=None, contract=rules), Submission)

    return {
        "decode": lambda: sum(decode(each) is not None for each in messages),
        "typed": lambda: sum(map(typed, messages)),
        "hub": lambda: sum(map(taken, messages)),
        "schema": lambda: sum(map(valid, decoded)),
        "both": lambda: sum(valid(decode(each)) for each in messages),
    }


def timed(leg: Leg, events: int) -> float:
    """Return the microseconds that a leg takes for one event."""
    gc.collect()
    began = perf_counter()
    found = leg()
    seconds = perf_counter() - began
    if found != events:
        raise SystemExit(f"{events - found} of {events} messages were not found valid")
    return seconds / events * 1e6


def report(costs: dict[str, list[float]], about: dict[str, Any], out: Path) -> None:
    """Print medians, spread and ratios; write everything as JSON."""
    print(f"{'leg':<8}{'us/event (median)':>20}{'min':>9}{'max':>9}{'of the hub':>12}")
    for name, values in costs.items():
        ratio = median(mine / hub for mine, hub in zip(values, costs["hub"], strict=True))
        print(
            f"{name:<8}{median(values):>20.2f}{min(values):>9.2f}{max(values):>9.2f}{ratio:>11.2f}x"
        )
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"microseconds_per_event": costs, "about": about}, indent=2) + "\n")
    print(f"written to {out}")


def main(arguments: Sequence[str]) -> None:
    """Run every leg in turn, round by round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--events", type=int, default=24_000)
    parser.add_argument("--out", type=Path, default=Path("tests/artifacts/bench-validation.json"))
    asked = parser.parse_args(arguments)
    messages = mix(asked.events)
    turns = legs(messages)
    for leg in turns.values():
        timed(leg, asked.events)
    costs: dict[str, list[float]] = {name: [] for name in turns}
    for _ in range(asked.rounds):
        for name, leg in turns.items():
            costs[name].append(timed(leg, asked.events))
    about = {
        "events": asked.events,
        "types": len(BODIES),
        "bytes_each": sum(map(len, messages)) // len(messages),
        "msgspec": version("msgspec"),
        "jsonschema-rs": version("jsonschema-rs"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "load": os.getloadavg()[0],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    report(costs, about, asked.out)


if __name__ == "__main__":
    main(sys.argv[1:])
