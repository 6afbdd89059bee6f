"""Registrations and pairs of them as Arrow tables, as the engine reads them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

import pyarrow as pa

from hub.linkage.model import FREQUENCY_COLUMNS, Frequencies
from hub.linkage.normalising import day_month_swapped, is_heaped
from hub.linkage.prepared import Prepared, sound_of

_RECORDS: Final = pa.schema(
    [
        ("unique_id", pa.int64()),
        ("publisher", pa.string()),
        ("police", pa.bool_()),
        ("forename", pa.string()),
        ("forenames", pa.list_(pa.string())),
        ("full_names", pa.list_(pa.string())),
        ("forename_sound", pa.string()),
        ("surname", pa.string()),
        ("surname_parts", pa.list_(pa.string())),
        ("surname_sound", pa.string()),
        ("born", pa.string()),
        ("swapped", pa.string()),
        ("born_day", pa.int64()),
        ("heaped", pa.bool_()),
        ("sex", pa.string()),
        ("nhs_number", pa.string()),
        ("upn", pa.string()),
        ("postcode", pa.string()),
        ("sector", pa.string()),
        ("district", pa.string()),
        ("area", pa.string()),
        ("days", pa.list_(pa.int64())),
        ("forces", pa.list_(pa.string())),
        ("tf_forename", pa.float64()),
        ("tf_surname", pa.float64()),
    ]
)
_PAIRS: Final = pa.schema(
    [("match_key", pa.string()), ("join_key_l", pa.int64()), ("join_key_r", pa.int64())]
)


def record_table(records: Sequence[Prepared], frequencies: Frequencies) -> pa.Table:
    """Return registrations, numbered in their order from 0.

    frequencies: by column, how common each name is; names without are as rare as the rarest.
    """
    columns: dict[str, list[Any]] = {name: [] for name in _RECORDS.names}
    for number, record in enumerate(records):
        for name, value in _row(number, record).items():
            columns[name].append(value)
    for name in FREQUENCY_COLUMNS:
        shares = frequencies.get(name, {})
        rarest = min(shares.values(), default=None)
        columns[f"tf_{name}"] = [
            None if value is None else shares.get(value, rarest) for value in columns[name]
        ]
    return pa.table(columns, schema=_RECORDS)


def pair_table(pairs: Iterable[tuple[int, int]]) -> pa.Table:
    """Return pairs of numbers of registrations."""
    lows, highs = [], []
    for low, high in pairs:
        lows.append(low)
        highs.append(high)
    columns = {"match_key": ["0"] * len(lows), "join_key_l": lows, "join_key_r": highs}
    return pa.table(columns, schema=_PAIRS)


def _row(number: int, record: Prepared) -> dict[str, Any]:
    forename = record.forenames[0] if record.forenames else None
    born = record.born
    return {
        "unique_id": number,
        "publisher": record.publisher,
        "police": not record.publisher.startswith("la-"),
        "forename": forename,
        "forenames": record.forenames or None,
        "full_names": record.full_names or None,
        "forename_sound": sound_of(forename) if forename else None,
        "surname": record.surname,
        "surname_parts": record.surname_parts or None,
        "surname_sound": sound_of(record.surname) if record.surname else None,
        "born": born.isoformat() if born else None,
        "swapped": _text(day_month_swapped(born)) if born else None,
        "born_day": born.toordinal() if born else None,
        "heaped": is_heaped(born) if born else None,
        "sex": record.sex,
        "nhs_number": record.nhs_number,
        "upn": record.upn,
        "postcode": record.postcode,
        "sector": record.sector,
        "district": record.district,
        "area": record.area,
        "days": [each.toordinal() for each in record.days] or None,
        "forces": record.forces or None,
    }


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None
