"""A linkage model: how much each step of each comparison says, and how rare names are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from msgspec import DecodeError
from msgspec.json import decode, encode

from domain.errors import UsageError
from hub.linkage.comparisons import COMPARISONS, OTHER, PRIOR, Comparison

FREQUENCY_COLUMNS: Final = ("forename", "surname")

_FORMAT: Final = 1
_BASELINE: Final = "baseline_model.json"


@dataclass(frozen=True, kw_only=True)
class Chances:
    """How often a level is seen among pairs of one child (m), and of two children (u)."""

    m: float
    u: float


Parameters = Mapping[str, Mapping[str, Chances]]
Frequencies = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, kw_only=True)
class Model:
    """What the scorer needs to know. The names in frequencies are identity unless synthetic.

    prior: the chance that two registrations picked at random are of one child. parameters: by
    comparison and level, of every level. frequencies: by column, the share of each name.
    """

    prior: float
    parameters: Parameters
    frequencies: Frequencies = field(default_factory=dict)

    @cached_property
    def version(self) -> str:
        """The first twelve hexadecimal digits of the SHA-256 of the model's bytes."""
        return sha256(model_bytes(self)).hexdigest()[:12]


def model_bytes(model: Model) -> bytes:
    """Return a model's canonical JSON: equal models have equal bytes."""
    return encode(
        {
            "format": _FORMAT,
            "prior": model.prior,
            "parameters": {
                comparison: {level: [each.m, each.u] for level, each in levels.items()}
                for comparison, levels in model.parameters.items()
            },
            "frequencies": {column: dict(names) for column, names in model.frequencies.items()},
        },
        order="sorted",
    )


def read_model(content: bytes) -> Model:
    """Return the model of its JSON. Raises UsageError if it is none.

    Levels that it does not know, because they came later, have their untrained parameters.
    """
    try:
        stored: dict[str, Any] = decode(content)
        parameters = {
            name: {level: Chances(m=float(m), u=float(u)) for level, (m, u) in levels.items()}
            for name, levels in stored["parameters"].items()
        }
        return Model(
            prior=float(stored["prior"]),
            parameters=completed(parameters),
            frequencies=stored["frequencies"],
        )
    except (DecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError("This is no linkage model: train one with hub linkage train.") from error


def completed(parameters: Parameters) -> Parameters:
    """Return parameters of every level: those that are not given are the untrained ones."""
    return {
        comparison.name: _untrained(comparison) | dict(parameters.get(comparison.name, {}))
        for comparison in COMPARISONS
    }


@cache
def untrained_model() -> Model:
    """Return the model before any training: estimates by hand, no name rarer than another."""
    return Model(prior=PRIOR, parameters=MappingProxyType(dict(completed({}))))


@cache
def baseline_model() -> Model:
    """Return the model that ships with the hub, trained on a synthetic nation."""
    return read_model(files("hub.linkage").joinpath(_BASELINE).read_bytes())


def _untrained(comparison: Comparison) -> dict[str, Chances]:
    """Return the estimates by hand, each kind made to add up to one."""
    levels = {each.name: (each.m, each.u) for each in comparison.levels}
    levels[OTHER] = comparison.other_m, comparison.other_u
    all_m, all_u = (sum(each) for each in zip(*levels.values(), strict=True))
    return {name: Chances(m=m / all_m, u=u / all_u) for name, (m, u) in levels.items()}
