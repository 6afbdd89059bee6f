"""What linkage is to reach (linkage rules, section 5), and whether a run did."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

# Groups of which none may be found much less often than all are.
FAIR: Final = ("ethnicity", "care", "unaccompanied", "sex")
GROUP_GAP: Final = 0.03

# Counts that are shown beside the others, and have no goal of their own.
TRUE_CHILDREN: Final = "in memory, true children"
MIXED: Final = "in memory, a share from returns only"
BESIDE: Final = (TRUE_CHILDREN, MIXED)

PRECISION_AUTO: Final = 0.999
PRECISION_OVERALL: Final = 0.995
RECALL: Final = 0.97
QUEUE: Final = 0.03
CHILDREN: Final = 0.005
EPISODES: Final = 0.01


@dataclass(frozen=True, kw_only=True)
class Goal:
    """One goal and what was measured; shown: as the table says it."""

    name: str
    asked: str
    shown: str
    met: bool


def goals_of(results: Mapping[str, Any]) -> list[Goal]:
    """Return every goal that the results say something about."""
    found: list[Goal] = []
    if "full" in results.get("persons", {}):
        found.extend(_of_persons(results["persons"]["full"]))
    for name, counts in results.get("counts", {}).items():
        if name in BESIDE:
            continue
        for stage in ("before", "after"):
            if stage in counts:
                found.extend(_of_counts(name, stage, counts[stage]))
        if "conserved" in counts:
            found.append(
                Goal(
                    name=f"{name}: every source row in exactly one bucket",
                    asked="yes",
                    shown="yes" if counts["conserved"] else "no",
                    met=bool(counts["conserved"]),
                )
            )
    return found


def _of_persons(full: Mapping[str, Any]) -> list[Goal]:
    before, after = full["legs"]["before review"], full["legs"]["after review"]
    goals = [
        _at_least("precision of what the hub linked itself", before["precision"], PRECISION_AUTO),
        _at_least("precision after review", after["precision"], PRECISION_OVERALL),
        _at_least("recall after review", after["recall"], RECALL),
        _at_most("queue, of registrations", full["queue"] / full["records"], QUEUE),
    ]
    goals.extend(_gap(full, stage) for stage in ("before", "after") if "groups" in full)
    return goals


def _gap(full: Mapping[str, Any], stage: str) -> Goal:
    """Return the goal that no group is found much less often than all are."""
    gap, worst = max(
        (full["legs"][f"{stage} review"]["recall"] - group[stage]["recall"], name)
        for kind in FAIR
        for name, group in full["groups"].get(kind, {}).items()
        if group[stage]["true"]
    )
    return Goal(
        name=f"largest gap of recall {stage} review ({worst})",
        asked=f"at most {GROUP_GAP:.0%}",
        shown=f"{gap:.2%}",
        met=gap <= GROUP_GAP,
    )


def _of_counts(name: str, stage: str, found: Mapping[str, Any]) -> list[Goal]:
    where = f"{name}, {stage} review"
    return [
        _within(f"{where}: children", found["children_off"], CHILDREN),
        _within(f"{where}: episodes", found["episodes_off"], EPISODES),
        Goal(
            name=f"{where}: authorities beyond the larger of 3 % and 2 children",
            asked="0",
            shown=str(found["authorities_off"]),
            met=found["authorities_off"] == 0,
        ),
    ]


def _at_least(name: str, value: float, floor: float) -> Goal:
    return Goal(name=name, asked=f"at least {floor}", shown=f"{value:.5f}", met=value >= floor)


def _at_most(name: str, value: float, most: float) -> Goal:
    return Goal(name=name, asked=f"at most {most:.1%}", shown=f"{value:.2%}", met=value <= most)


def _within(name: str, value: float, most: float) -> Goal:
    return Goal(
        name=name, asked=f"within {most:.1%}", shown=f"{value:+.3%}", met=abs(value) <= most
    )
