"""Shows what a run of the linkage benchmark found, and writes `deploy/LINKAGE.md`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

DEPLOY: Final = Path(__file__).parents[2] / "deploy"
FIGURES: Final = DEPLOY / "linkage.json"
PAGE: Final = DEPLOY / "LINKAGE.md"
WORDS: Final = Path(__file__).with_name("LINKAGE.md.in")

_DIGITS: Final = 6
_MEGABYTE: Final = 1_000_000
_LEGS: Final = {
    "full": "the hub",
    "trained": "the hub, model trained on these records",
    "shipped": "the hub, model as it ships",
}
_NOT_RUN: Final = ("Not run.",)

Results = Mapping[str, Any]


def keep(results: Results, out: Path, *, page: bool) -> None:
    """Write the results as JSON; page: and the page with its figures."""
    out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(rounded(results), indent=1, sort_keys=True) + "\n"
    out.write_text(text, encoding="utf-8")
    print(f"written to {out}")
    if page:
        FIGURES.write_text(text, encoding="utf-8")
        PAGE.write_text(page_of(kept()), encoding="utf-8")
        print(f"written to {PAGE.name} and {FIGURES.name}")


def kept(path: Path = FIGURES) -> dict[str, Any]:
    """Return the figures that are committed."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def page_of(results: Results) -> str:
    """Return the whole page."""
    text = WORDS.read_text(encoding="utf-8")
    for name, lines in _sections(results).items():
        text = text.replace(f"{{{{{name}}}}}", "\n".join(lines or _NOT_RUN))
    return text


def print_results(results: Results) -> None:
    """Print every table."""
    for name, lines in _sections(rounded(results)).items():
        print(f"\n{name}\n" + "\n".join(lines or _NOT_RUN))


def rounded(value: Any) -> Any:
    """Return values without the digits that say nothing."""
    if isinstance(value, float):
        return round(value, _DIGITS)
    if isinstance(value, Mapping):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, list | tuple) else value


def _sections(results: Results) -> dict[str, list[str]]:
    persons = results["persons"]
    return {
        "goals": list(_goals(results["goals"])),
        "legs": list(_legs(persons, results.get("peers", {}))),
        "queue": list(_queue(persons["full"])),
        "thresholds": list(_thresholds(results.get("thresholds", []))),
        "groups": list(_groups(persons["full"].get("groups", {}))),
        "tiers": list(_tiers(persons.get("mixed"))),
        "counts": list(_counts(results.get("counts", {}))),
        "speed": list(_speed(results.get("speed", {}))),
        "worst": list(_worst(results.get("worst", {}))),
        "about": [
            f"* {name}: {value}"
            for name, value in sorted((results["options"] | results["about"]).items())
        ],
    }


def _goals(goals: Iterable[Results]) -> Iterable[str]:
    yield "| goal | asked | measured | |"
    yield "|---|--:|--:|---|"
    for each in goals:
        word = "met" if each["met"] else "**MISSED**"
        yield f"| {each['name']} | {each['asked']} | {each['shown']} | {word} |"


def _legs(persons: Results, peers: Results) -> Iterable[str]:
    yield "| | precision | recall | F | false pairs | missed pairs |"
    yield "|---|--:|--:|--:|--:|--:|"
    legs: dict[str, Results] = {
        f"{name}, {stage} review": persons[leg]["legs"][f"{stage} review"]
        for leg, name in _LEGS.items()
        if leg in persons
        for stage in ("before", "after")
    }
    for name, pairs in {**legs, **peers}.items():
        yield (
            f"| {name} | {_share(pairs, 'precision')} | {_share(pairs, 'recall')}"
            f" | {pairs['f_score']:.4f} | {pairs['found'] - pairs['right']:,}"
            f" | {pairs['true'] - pairs['right']:,} |"
        )


def _queue(full: Results) -> Iterable[str]:
    made = full["automatic"]
    yield (
        f"{full['records']:,} registrations of {full['persons']:,} children, with"
        f" {full['reports']:,} accounts of absences. {made['made']:,} pairs were linked without"
        f" asking, {made['right']:,} of them rightly. The queue held {full['queue']:,} pairs"
        f" ({full['queue'] / full['records']:.2%} of registrations); with those that answers"
        f" brought up, {full['asked']:,} were asked. {full['refused']:,} true pairs were refused"
        " without asking."
    )


def _thresholds(found: Sequence[Results]) -> Iterable[str]:
    if not found:
        return
    yield "| linked from | precision | recall | false pairs | queue |"
    yield "|--:|--:|--:|--:|--:|"
    for each in found:
        yield (
            f"| {each['auto']} | {_share(each, 'precision')} | {_share(each, 'recall')}"
            f" | {each['false_pairs']:,} | {each['queue']:,} |"
        )


def _groups(groups: Results) -> Iterable[str]:
    if not groups:
        return
    yield "| group | pairs | precision before | recall before | precision after | recall after |"
    yield "|---|--:|--:|--:|--:|--:|"
    for kind, named in groups.items():
        for name, found in named.items():
            before, after = found["before"], found["after"]
            yield (
                f"| {kind}: {name} | {before['true']:,} | {_share(before, 'precision')}"
                f" | {_share(before, 'recall')} | {after['precision']:.4f}"
                f" | {_share(after, 'recall')} |"
            )


def _tiers(mixed: Results | None) -> Iterable[str]:
    if mixed is None:
        return
    yield "| tier | pairs | precision before | recall before | precision after | recall after |"
    yield "|---|--:|--:|--:|--:|--:|"
    for name, found in mixed["tiers"].items():
        before, after = found["before"], found["after"]
        yield (
            f"| {name} | {before['true']:,} | {_share(before, 'precision')}"
            f" | {_share(before, 'recall')} | {_share(after, 'precision')}"
            f" | {_share(after, 'recall')} |"
        )
    yield ""
    yield from _queue(mixed)


def _counts(counts: Results) -> Iterable[str]:
    if not counts:
        return
    yield "| | review | children | off | episodes | off | authorities beyond | widest, in limits |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|"
    for name, found in counts.items():
        for stage in ("before", "after"):
            each = found[stage]
            yield (
                f"| {name} | {stage} | {each['children']:,} | {each['children_off']:+.3%}"
                f" | {each['episodes']:,} | {each['episodes_off']:+.3%}"
                f" | {each['authorities_off']} of {each['authorities']}"
                f" | {each['worst_authority']:.2f} |"
            )
    yield ""
    for name, found in counts.items():
        buckets = found["before"]["buckets"].items()
        parts = ", ".join(f"{key} {n:,}" for key, n in sorted(buckets) if key != "balanced")
        yield f"* {name}, source rows before review: {parts}"


def _speed(speed: Results) -> Iterable[str]:
    if "alone" in speed:
        alone = speed["alone"]
        yield (
            f"* everything again, {alone['records']:,} registrations: scored in"
            f" {alone['score_seconds']:.1f} s, judged and clustered in"
            f" {alone['cluster_seconds']:.1f} s, {alone['megabytes']:,.0f} MB at most"
        )
        yield f"* one new registration, scored among all of them: {_times(alone['one'])}"
    if "training" in speed:
        training = speed["training"]
        yield (
            f"* training a model on them: {training['seconds']:,.1f} s,"
            f" {training['megabytes']:,.0f} MB at most"
        )
    if "hub" in speed:
        hub = speed["hub"]
        yield (
            f"* in the hub, {hub['messages']:,} messages: taken in in {hub['load']:,.0f} s, linked"
            f" in {hub['link']:,.0f} s, projected in {hub['project']:,.0f} s"
        )
        yield f"* in the hub, one new child with its report: {_times(hub['one'])}"
        first, apart = hub["relink"], hub["relink_apart"]
        yield (
            f"* in the hub, everything again (`hub relink`): {apart['registrations']:,}"
            f" registrations in {apart['seconds']:,.0f} s,"
            f" {apart['peak_bytes'] / _MEGABYTE:,.0f} MB at most"
        )
        yield (
            f"* the first such run put right what had been linked otherwise as it came in:"
            f" {first['joined']:,} registrations joined another child, {first['parted']:,} left"
            f" one, {first['rematched']:,} accounts stood otherwise"
        )


def _worst(worst: Results) -> Iterable[str]:
    titles = {
        "queue": "asked of reviewers, and what they say",
        "false_links": "linked by the hub itself, two children",
        "together_wrongly": "pairs of two children, taken for one after review",
        "apart_wrongly": "pairs of one child, taken for two after review",
    }
    for leg, found in worst.items():
        for name, title in titles.items():
            yield f"* **{leg}: {title}: {found['totals'][name]:,}**"
            yield from (f"  * {each['pairs']:,}: {each['kind']}" for each in found[name])


def _share(pairs: Results, name: str) -> str:
    low, high = pairs[f"{name}_interval"]
    return f"{pairs[name]:.4f} ({low:.4f} to {high:.4f})"


def _times(seconds: Iterable[float]) -> str:
    ordered = sorted(seconds)
    if not ordered:
        return "not measured"
    late = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return f"median {median(ordered):.3f} s, 95 % within {late:.3f} s, of {len(ordered)}"
