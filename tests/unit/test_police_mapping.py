"""A mapping is read strictly: each mistake is named by its key, with what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.police_csv import read_table
from contracts.police_mapping import columns_of
from contracts.police_mapping_summary import column_uses
from contracts.police_mapping_words import area_of, read_mapping
from domain.errors import FileFormatError
from tests.unit.adapter_files import SAMPLES, contract, mapping_text, worked_mapping

GOOD = """
format = 1
name = "an export"

[file]
formats = ["%d/%m/%Y %H:%M", "%d/%m/%Y"]
complete = true

[person]
reference = "Person"
birth_date = "DOB"

[incident]
reference = "Incident"
reported = "Reported"
risk = { column = "Risk", values = { H = "high" } }
"""


def read(text: str) -> None:
    read_mapping("m.toml", text.encode(), contract())


@pytest.mark.parametrize("name", ["compact_like", "niche_like"])
def test_the_worked_mappings_are_in_order(name: str) -> None:
    assert read_mapping(name, mapping_text(name), contract()) == worked_mapping(name)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('name = "an export"', "", "name is missing"),
        ("format = 1", "format = 2", "format: Invalid enum value 2"),
        ('birth_date = "DOB"', 'birthday = "DOB"', "person.birthday: there is no such key"),
        ('"Reported"', "7", "incident.reported: Expected"),
        ('"Reported"', '{ date = "D", hour = "H" }', "incident.reported.hour: there is no such"),
        ('"%d/%m/%Y %H:%M"', '"%d/%m/%y %H:%M"', "file.formats: '%d/%m/%y %H:%M' has years of two"),
        ('"%d/%m/%Y %H:%M"', '"%d/%m %H:%M"', "lacks day, month or year"),
        ('"%d/%m/%Y %H:%M"', '"%d/%m/%Y %M"', "minutes or a zone without hours"),
        ('"%d/%m/%Y %H:%M"', '"%d/%m/%Y %q"', "is no part of a date"),
        ("complete = true", 'complete = true\ntime_formats = ["%d"]', "file.time_formats"),
        ("complete = true", 'complete = true\ntime_zone = "Mars"', "file.time_zone: there is no"),
        ("complete = true", 'complete = true\ndelimiter = "x"', "file.delimiter"),
        ("complete = true", 'complete = true\nencoding = "ebcdic"', "file.encoding"),
        ("complete = true", "", "file.complete is missing"),
        ('reported = "Reported"', "", "incident: nothing says when an absence began"),
        ('H = "high"', 'H = "huge"', "incident.risk.values.H: 'huge' is not in the list"),
        ('H = "high"', 'H = "high", h = "low"', "stands twice with two meanings"),
        ('H = "high"', '" " = "high"', "an empty field has no meaning"),
        ('reference = "Incident"', "reference = []", "incident.reference: no column is named"),
    ],
)
def test_a_mistake_is_named_by_its_key(old: str, new: str, key: str) -> None:
    assert old in GOOD

    with pytest.raises(FileFormatError) as raised:
        read(GOOD.replace(old, new))

    assert key in str(raised.value)
    assert raised.value.remedy


def test_a_history_of_risk_leaves_no_room_for_a_level_beside_it() -> None:
    history = '[[risk_history]]\nrisk = { column = "R", values = {} }\nat = "T"\n'

    with pytest.raises(FileFormatError, match=r"incident\.risk"):
        read(GOOD + history)


@pytest.mark.parametrize("text", ["[", "\udcff", "x" * 300_000])
def test_what_is_no_toml_is_refused(text: str) -> None:
    with pytest.raises(FileFormatError):
        read_mapping("m.toml", text.encode("utf-8", "surrogateescape"), contract())


@given(st.data())
def test_a_changed_mapping_is_read_or_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD)))
    text = GOOD[:at] + data.draw(st.text(max_size=5)) + GOOD[at + data.draw(st.integers(0, 9)) :]

    try:
        mapping = read_mapping("m.toml", text.encode("utf-8", "surrogatepass"), contract())
    except FileFormatError:
        return

    assert list(columns_of(mapping))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("330", "330"),
        ("E08000025", "330"),
        ("Birmingham City Council", "330"),
        ("London Borough of Camden", "202"),
        ("City of London", "201"),
        ("wal", "WAL"),
        ("Dorset Council", "838"),
        ("Atlantis", None),
        ("", None),
    ],
)
def test_an_authority_is_known_by_number_code_or_name(text: str, number: str | None) -> None:
    assert area_of(text, contract()) == number


def test_a_summary_says_of_every_column_what_becomes_of_it() -> None:
    mapping = worked_mapping("compact_like")
    table = read_table("a.csv", (SAMPLES / "compact_like.csv").read_bytes(), mapping)

    uses = {use.column: use for use in column_uses(table, mapping)}

    assert [use for use in uses.values() if not use.keys] == [
        uses["circumstances"],
        uses["officer"],
    ]
    assert (uses["risk"].keys, uses["risk"].filled) == (("incident.risk.column",), 8)
    assert (uses["risk"].unmapped, uses["staying in la"].unmapped) == (1, 0)
