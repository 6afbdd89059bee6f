"""Everything that is stored and can be asked, found by listing the package of views."""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from domain.measures import DEFINITION_VERSION
from projections import views
from projections.relation import Relation
from projections.view import View


@cache
def all_relations() -> tuple[Relation, ...]:
    """Return every stored relation that a module of the package declares, ordered by name.

    Raises ValueError if two have one name.
    """
    return _unique([each for module in _modules() for each in getattr(module, "RELATIONS", ())])


def made_by(relations: Iterable[Relation], version: str, held: Iterable[str]) -> bool:
    """Tell whether a build of a version, with the relations held, is what would be built now."""
    return version == DEFINITION_VERSION and {each.name for each in relations} == set(held)


@cache
def all_views() -> tuple[View, ...]:
    """Return every view that a module of the package declares, ordered by name.

    Raises ValueError if two have one name.
    """
    found: list[View] = [each for module in _modules() for each in getattr(module, "VIEWS", ())]
    names = [each.name for each in found]
    if len(set(names)) < len(names):
        raise ValueError(f"two views have one name: {sorted(names)}")
    return tuple(sorted(found, key=lambda each: each.name))


def _unique(found: list[Relation]) -> tuple[Relation, ...]:
    by_name = {each.name: each for each in found}
    if any(by_name[each.name] is not each for each in found):
        raise ValueError(f"two relations have one name: {sorted(each.name for each in found)}")
    return tuple(by_name[name] for name in sorted(by_name))


def _modules() -> Iterator[ModuleType]:
    for each in iter_modules(views.__path__):
        yield import_module(f"{views.__name__}.{each.name}")
