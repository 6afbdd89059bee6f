"""The relational definition as Spark reads it: translated statement by statement, never rewritten.

sqlglot turns DuckDB's dialect into Spark's. What it leaves as it was, although Spark means
something else by it, `projections.spark_rules` puts right. A function that is not known to be
Spark's is refused, so that nothing is computed otherwise in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from sqlglot import ErrorLevel, exp, parse
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.dialects.spark import Spark
from sqlglot.errors import SqlglotError
from sqlglot.parsers.duckdb import DuckDBParser

from projections.spark_aggregates import UntranslatableError
from projections.spark_rules import applied, from_inside, unknown_functions

# What a variable of the definition may stand for.
Value = timedelta | int | Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A query in Spark's SQL; name: the relation that its rows become; None: they are a result."""

    name: str | None
    sql: str


class _Definition(DuckDB):
    """DuckDB's dialect as the definition uses it: `force` is a column, `len` is of a list."""

    class Tokenizer(DuckDB.Tokenizer):
        KEYWORDS: ClassVar = {
            word: kind for word, kind in DuckDB.Tokenizer.KEYWORDS.items() if word != "FORCE"
        }

    class Parser(DuckDBParser):
        FUNCTIONS: ClassVar = {**DuckDBParser.FUNCTIONS, "LEN": exp.ArraySize.from_arg_list}


class Translator:
    """Translates the statements of one definition, with its macros and variables written out."""

    def __init__(self, macros: str, variables: Mapping[str, Value]) -> None:
        """Take the definition's CREATE MACRO statements, and what its variables stand for."""
        self._variables = variables
        self._macros: dict[str, tuple[tuple[str, ...], exp.Expr]] = {}
        for created in _parsed(macros):
            head = created.this
            names = tuple(each.name for each in head.expressions)
            body = from_inside(created.expression, self._written_out)
            self._macros[head.this.name.lower()] = (names, body)

    def statements(self, step: str) -> list[Statement]:
        """Return the queries of a step in their order.

        Raises UntranslatableError if one says something that this translation does not know.
        """
        return [self._statement(each) for each in _parsed(step)]

    def _statement(self, parsed: exp.Expr) -> Statement:
        name = None
        if isinstance(parsed, exp.Create | exp.Insert):
            name, parsed = parsed.this.name, parsed.expression
        query = applied(from_inside(parsed, self._written_out))
        unknown = sorted(set(unknown_functions(query)))
        if unknown:
            raise UntranslatableError(f"{name or 'a result'} calls {', '.join(unknown)}")
        try:
            sql = query.sql(dialect=Spark, unsupported_level=ErrorLevel.RAISE, comments=False)
        except SqlglotError as error:
            raise UntranslatableError(f"{name or 'a result'}: {error}") from error
        return Statement(name=name, sql=sql)

    def _written_out(self, node: exp.Expr) -> exp.Expr:
        """Put the body of a macro, or the value of a variable, in the place of its name."""
        if not isinstance(node, exp.Anonymous):
            return node
        name = node.name.lower()
        if name == "getvariable":
            return _literal(self._variables[node.expressions[0].name])
        if name not in self._macros:
            return node
        names, body = self._macros[name]
        given = dict(zip(names, node.expressions, strict=True))

        def filled(part: exp.Expr) -> exp.Expr:
            if isinstance(part, exp.Column) and not part.table and part.name in given:
                return exp.paren(given[part.name].copy())
            return part

        return exp.paren(from_inside(body.copy(), filled), copy=False)


def _literal(value: Value) -> exp.Expr:
    if isinstance(value, timedelta):
        seconds = exp.Literal.string(str(int(value.total_seconds())))
        return exp.Interval(this=seconds, unit=exp.var("SECOND"))
    if isinstance(value, int):
        return exp.Literal.number(value)
    return exp.array(*(exp.Literal.string(each) for each in value))


def _parsed(text: str) -> list[exp.Expr]:
    try:
        return [each for each in parse(text, read=_Definition) if each is not None]
    except SqlglotError as error:
        raise UntranslatableError(f"it cannot be read: {error}") from error
