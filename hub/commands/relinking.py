"""The command that links everything again."""

from msgspec.json import encode
from msgspec.json import format as pretty

from hub.commands.options import DataDir, Json, settings_for
from hub.console import bar, say, table
from hub.linkage.relinks import Relinked
from hub.wiring import open_hub

_MEGABYTE = 1_000_000


def relink(as_json: Json = False, data_dir: DataDir = None) -> None:
    """Link everything again as if it had arrived together, and put right what differs.

    What was decided otherwise as it came in is recorded as merges, splits and matches, and
    counted. `hub serve` does this once a night.
    """
    with open_hub(settings_for(data_dir)) as hub, bar("linking again") as shown:
        found = hub.relinker.relink(shown.note)
    if as_json:
        say(pretty(encode(found)).decode())
        return
    table(
        f"{found.registrations:,} registrations linked again",
        ("what was otherwise before", "number"),
        [
            ("pairs that were not known", f"{found.new_pairs:,}"),
            ("pairs that nothing speaks for any more", f"{found.gone_pairs:,}"),
            ("pairs with another score", f"{found.changed_pairs:,}"),
            ("registrations that became another child's", f"{found.joined:,}"),
            ("registrations that are no longer another child's", f"{found.parted:,}"),
            ("accounts that stand otherwise", f"{found.rematched:,}"),
        ],
    )
    say(
        f"{found.pairs:,} pairs; children: {found.children_before:,} before,"
        f" {found.children_after:,} now; {_in_words(found)}"
    )


def _in_words(found: Relinked) -> str:
    peak = round(found.peak_bytes / _MEGABYTE)
    return f"{found.decisions:,} decisions recorded; {found.seconds:.1f} s, {peak:,} MB at most"
