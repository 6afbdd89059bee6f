"""What DuckDB's SQL means where Spark's would mean something else: one rule for each construct.

A rule takes a part of a statement, as sqlglot read it, and gives it back unless it is its own.
"""

import re
from collections.abc import Iterator
from json import loads
from typing import Any, Final

from sqlglot import exp
from sqlglot.dialects.spark import Spark

from projections.spark_aggregates import AGGREGATE_RULES, Rule, UntranslatableError

# Every function that a translated statement may call; a test asks Spark whether it has them.
_FUNCTIONS: Final = """
    abs any_value array array_compact array_contains array_distinct array_join array_max
    array_min array_sort bool_and bool_or cast ceil coalesce collect_list collect_set concat
    concat_ws contains count date_format date_trunc datediff day dayofmonth endswith exists
    explode filter flatten floor from_json from_utc_timestamp get_json_object greatest if lag
    lead least left length lower lpad max max_by min min_by month nullif quarter rank
    regexp_replace replace right round row_number rpad sequence size sort_array split
    startswith struct substring sum to_utc_timestamp transform trim try_element_at
    unix_micros upper year
"""
SPARK_FUNCTIONS: Final = frozenset(_FUNCTIONS.split())

_TYPES: Final = {
    "VARCHAR": "STRING",
    "UUID": "STRING",
    "BOOLEAN": "BOOLEAN",
    "INTEGER": "INT",
    "BIGINT": "BIGINT",
}
_CALL: Final = re.compile(r"(\w+) ?\(")


def _state_as_struct(node: exp.Expr) -> exp.Expr:
    """Give from_json its types in Spark's words; what is not JSON stops both engines."""
    if not isinstance(node, exp.FromJson):
        return node
    fields = loads(node.expression.name)
    types = ", ".join(f"`{name}` {_spark_type(kind)}" for name, kind in fields.items())
    return exp.func("from_json", node.this, exp.Literal.string(types))


def _spark_type(kind: Any) -> str:
    if isinstance(kind, list):
        return f"ARRAY<{_spark_type(kind[0])}>"
    if isinstance(kind, dict):
        inside = ", ".join(f"`{name}`: {_spark_type(each)}" for name, each in kind.items())
        return f"STRUCT<{inside}>"
    return _TYPES[kind]


def _instant_and_clock(node: exp.Expr) -> exp.Expr:
    """Tell timezone(zone, what a clock showed) from timezone(zone, an instant)."""
    if not isinstance(node, exp.Anonymous) or node.name.lower() != "timezone":
        return node
    zone, given = node.expressions
    shown = isinstance(given, exp.Cast) and given.to.is_type(exp.DType.TIMESTAMPNTZ)
    return exp.func("to_utc_timestamp" if shown else "from_utc_timestamp", given, zone)


def _days_between(node: exp.Expr) -> exp.Expr:
    """Make the difference of two dates a number of days: in Spark it is an interval."""
    if isinstance(node, exp.Sub) and all(_is_date(each) for each in (node.this, node.expression)):
        return exp.Anonymous(this="datediff", expressions=[node.this, node.expression])
    return node


def _is_date(node: exp.Expr) -> bool:
    return isinstance(node, exp.Cast) and node.to.is_type(exp.DType.DATE)


def _element_if_there(node: exp.Expr) -> exp.Expr:
    """Give NULL for an element that a list has not: a plain index would stop Spark."""
    if not isinstance(node, exp.Bracket):
        return node
    (index,) = node.expressions
    if isinstance(index, exp.Literal):
        # sqlglot counts from 0 in what it reads, but not where the index is an expression.
        index = exp.Literal.number(int(index.name) + 1)
    return exp.Anonymous(this="try_element_at", expressions=[node.this, index])


def _places_from_one(node: exp.Expr) -> exp.Expr:
    """Let the second word of a lambda be a place counted from 1: Spark counts from 0."""
    if not isinstance(node, exp.Lambda) or len(node.expressions) < 2:
        return node
    place = node.expressions[1].name
    for each in list(node.this.find_all(exp.Identifier)):
        whole = each.parent if isinstance(each.parent, exp.Column) else each
        field = isinstance(whole.parent, exp.Dot) and whole.parent.expression is whole
        if each.name == place and not field:
            whole.replace(exp.paren(exp.Add(this=whole.copy(), expression=exp.Literal.number(1))))
    return node


def _distinct_list(node: exp.Expr) -> exp.Expr:
    """Leave out NULL, as list_distinct does."""
    if not isinstance(node, exp.ArrayDistinct):
        return node
    told = exp.Anonymous(this="array_compact", expressions=[node.this])
    return exp.Anonymous(this="array_distinct", expressions=[told])


def _flat_list(node: exp.Expr) -> exp.Expr:
    """Pass over a list in a list that is NULL: Spark would make the whole NULL."""
    if not isinstance(node, exp.Flatten):
        return node
    told = exp.Anonymous(this="array_compact", expressions=[node.this])
    return exp.Anonymous(this="flatten", expressions=[told])


def _joined_texts(node: exp.Expr) -> exp.Expr:
    """Join whatever is given as text, and pass over NULL, as concat does."""
    if not isinstance(node, exp.Concat) or isinstance(node, exp.ConcatWs):
        return node
    texts = [
        each if isinstance(each, exp.Literal) else exp.cast(each, "text")
        for each in node.expressions
    ]
    return exp.Anonymous(this="concat_ws", expressions=[exp.Literal.string(""), *texts])


def _joined_lists(node: exp.Expr) -> exp.Expr:
    """Take a list that is NULL for an empty one, as list_concat does."""
    if not isinstance(node, exp.ArrayConcat):
        return node
    lists = [node.this, *node.expressions]
    return exp.Anonymous(
        this="concat", expressions=[exp.func("coalesce", each, exp.array()) for each in lists]
    )


def _microseconds(node: exp.Expr) -> exp.Expr:
    """Count microseconds since 1970 by Spark's name."""
    if isinstance(node, exp.Anonymous) and node.name.lower() == "epoch_us":
        return exp.Anonymous(this="unix_micros", expressions=node.expressions)
    return node


def _any_value(node: exp.Expr) -> exp.Expr:
    """Pass over NULL, in the place where Spark takes it: a filter may follow."""
    if isinstance(node, exp.AnyValue):
        return exp.Anonymous(this="any_value", expressions=[node.this, exp.true()])
    if isinstance(node, exp.IgnoreNulls) and isinstance(node.this, exp.Anonymous):
        return node.this
    return node


def _fields_as_columns(node: exp.Expr) -> exp.Expr:
    """Spread a struct: an unnest without a name of its own is a struct's, else it is a list's."""
    if not isinstance(node, exp.Select):
        return node
    for each in node.expressions:
        if isinstance(each, exp.Explode):
            each.replace(exp.Column(this=exp.Star(), table=exp.to_identifier(each.this.name)))
    return node


def _star_with_replacement(node: exp.Expr) -> exp.Expr:
    """Leave out of `*` what is replaced in it, and put it behind."""
    if not isinstance(node, exp.Select):
        return node
    for each in list(node.expressions):
        if isinstance(each, exp.Star) and each.args.get("replace"):
            fresh = each.args["replace"]
            without = [exp.column(one.alias) for one in fresh]
            index = node.expressions.index(each)
            rest = node.expressions[index + 1 :]
            star = exp.Star(except_=[*(each.args.get("except_") or []), *without])
            node.set("expressions", [*node.expressions[:index], star, *rest, *fresh])
    return node


def _refused(node: exp.Expr) -> exp.Expr:
    """Refuse what sqlglot would pass on with another meaning."""
    if isinstance(node, exp.SetOperation) and node.args.get("by_name"):
        raise UntranslatableError("UNION BY NAME: name the columns in one order")
    if isinstance(node, exp.AggFunc) and isinstance(node.this, exp.Order):
        raise UntranslatableError("an aggregate in an order: sort its list instead")
    return node


_RULES: Final[tuple[Rule, ...]] = (
    _refused,
    _state_as_struct,
    _instant_and_clock,
    _days_between,
    _element_if_there,
    _places_from_one,
    _distinct_list,
    _flat_list,
    _joined_texts,
    _joined_lists,
    _microseconds,
    _any_value,
    _fields_as_columns,
    _star_with_replacement,
    *AGGREGATE_RULES,
)


def applied(query: exp.Expr) -> exp.Expr:
    """Return a query with every rule applied to every part of it."""
    for rule in _RULES:
        query = from_inside(query, rule)
    return query


def from_inside(query: exp.Expr, rule: Rule) -> exp.Expr:
    """Return a query with a rule applied to every part, to the innermost first."""
    for node in reversed(list(query.walk())):
        changed = rule(node)
        if changed is node:
            continue
        if node is query:
            query = changed
        else:
            node.replace(changed)
    return query


def unknown_functions(query: exp.Expr) -> Iterator[str]:
    """Give the functions of a translated query that are not known to be Spark's."""
    for each in query.find_all(exp.Func):
        call = _CALL.match(each.sql(dialect=Spark))
        if call and call[1].lower() not in SPARK_FUNCTIONS:
            yield call[1].lower()
