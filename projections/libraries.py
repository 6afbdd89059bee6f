"""Libraries that few questions need, and that take longer to read than most commands to run."""

from functools import cache
from importlib import import_module
from typing import Any


@cache
def library(name: str) -> Any:
    """Return a module by its name; it is read when it is first asked for, and then kept."""
    return import_module(name)
