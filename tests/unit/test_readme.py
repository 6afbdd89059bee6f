"""What the README lists is what there is."""

import re
from pathlib import Path
from typing import Final

from hub.settings import Settings, variable

README: Final = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
_ROW: Final = re.compile(r"^\| (`HUB_[^|]*) \| ([^|]*) \|", re.MULTILINE)


def listed() -> dict[str, str]:
    """Return the default that the table of settings gives for each variable; empty: in words."""
    found: dict[str, str] = {}
    for names, defaults in _ROW.findall(README):
        variables, values = re.findall(r"`([^`]+)`", names), re.findall(r"`([^`]+)`", defaults)
        alike = values if len(values) == len(variables) else [""] * len(variables)
        assert not found.keys() & set(variables)
        found.update(zip(variables, alike, strict=True))
    return found


def test_the_table_of_settings_lists_every_setting_once_and_no_other() -> None:
    assert set(listed()) == {variable(name) for name in Settings.model_fields}


def test_the_table_of_settings_gives_the_defaults_that_hold() -> None:
    told = {name: value for name, value in listed().items() if value}
    defaults = {variable(name): field.default for name, field in Settings.model_fields.items()}

    for name in ("HUB_PORT", "HUB_METRICS_PORT", "HUB_POLL_SECONDS", "HUB_PROFILE", "HUB_HOST"):
        assert told[name] == str(defaults[name])
