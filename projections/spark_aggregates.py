"""Aggregates of DuckDB's that Spark has under another name, or that pass over other rows there."""

from collections.abc import Callable
from typing import Final

from sqlglot import exp

# A rule takes a part of a statement and gives it back, unless it is its own.
Rule = Callable[[exp.Expr], exp.Expr]

_PASS_OVER_NULL: Final = (
    exp.Min,
    exp.Max,
    exp.Sum,
    exp.Count,
    exp.LogicalOr,
    exp.LogicalAnd,
)


class UntranslatableError(ValueError):
    """A statement says something that nobody has yet said how to say to Spark."""


def _chosen_row(node: exp.Expr) -> exp.Expr:
    """Pass over rows whose argument is NULL, as arg_max does; Spark does so only for the key."""
    if not isinstance(node, exp.ArgMax | exp.ArgMin):
        return node
    key = _comparable(node.expression)
    if not isinstance(node.this, exp.Struct):
        told = exp.Is(this=node.this.copy(), expression=exp.Null()).not_()
        key = exp.Case().when(told, key)
    return type(node)(this=node.this, expression=key)


def _extreme_struct(node: exp.Expr) -> exp.Expr:
    """Find the least or greatest struct as DuckDB orders them."""
    if not isinstance(node, exp.Min | exp.Max) or not isinstance(node.this, exp.Struct):
        return node
    kind = exp.ArgMin if isinstance(node, exp.Min) else exp.ArgMax
    return kind(this=node.this, expression=node.this.copy())


def _comparable(key: exp.Expr) -> exp.Expr:
    """Return a key that Spark orders as DuckDB does: inside a struct NULL is the greatest."""
    if not isinstance(key, exp.Struct):
        return key
    values = [
        each.expression if isinstance(each, exp.PropertyEQ) else each for each in key.expressions
    ]
    return exp.Struct(
        expressions=[
            part
            for value in values
            for part in (exp.Is(this=value.copy(), expression=exp.Null()), value.copy())
        ]
    )


def _filtered_window(node: exp.Expr) -> exp.Expr:
    """Put a filter in a window into its argument: every aggregate passes over NULL."""
    if not isinstance(node, exp.Window) or not isinstance(node.this, exp.Filter):
        return node
    aggregate, condition = node.this.this, node.this.expression.this
    if isinstance(aggregate, exp.ArgMax | exp.ArgMin):
        aggregate.set("expression", exp.Case().when(condition, aggregate.expression))
    elif isinstance(aggregate, _PASS_OVER_NULL):
        told = exp.Literal.number(1) if isinstance(aggregate.this, exp.Star) else aggregate.this
        aggregate.set("this", exp.Case().when(condition, told))
    else:
        raise UntranslatableError(f"a filter on {aggregate.sql()} in a window")
    node.set("this", aggregate)
    return node


def _list(node: exp.Expr) -> exp.Expr:
    """Keep NULL in a list, and give NULL for a list of nothing, as list() does."""
    inside = node.this if isinstance(node, exp.Window) else node
    collected = inside.this if isinstance(inside, exp.Filter) else inside
    if not isinstance(collected, exp.ArrayAgg) or _is_inside(node):
        return node
    plain = isinstance(collected.this, exp.Struct)
    item = collected.this if plain else exp.Struct(expressions=[_named("v", collected.this)])
    if isinstance(inside, exp.Filter):
        item = exp.Case().when(inside.expression.this, item)
    told: exp.Expr = exp.Anonymous(this="collect_list", expressions=[item])
    if isinstance(node, exp.Window):
        node.set("this", told)
        told = node.copy()
    told = exp.Anonymous(this="nullif", expressions=[told, exp.array()])
    if plain:
        return told
    each = exp.to_identifier("each")
    field = exp.Dot(this=each.copy(), expression=exp.to_identifier("v"))
    return exp.Anonymous(
        this="transform", expressions=[told, exp.Lambda(this=field, expressions=[each])]
    )


def _is_inside(node: exp.Expr) -> bool:
    """Say whether a filter or a window around a list comes later, and takes it along."""
    around = node.parent
    return isinstance(around, exp.Filter | exp.Window) and around.this is node


def _named(name: str, value: exp.Expr) -> exp.Expr:
    return exp.PropertyEQ(this=exp.to_identifier(name), expression=value)


AGGREGATE_RULES: Final[tuple[Rule, ...]] = (_list, _extreme_struct, _chosen_row, _filtered_window)
