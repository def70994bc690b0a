"""Many numbers or words in one parameter; a parameter for each would cost more than the rows they name."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Dialect,
    TableValuedAlias,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from core.database.inserting import INSERTS


class Numbers(TypeDecorator[Collection[int]]):
    """Whole numbers as one parameter: an array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind: TypeEngine[Any] = ARRAY(BigInteger) if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> Any:
        numbers = list(value or ())
        return numbers if dialect.name == "postgresql" else json.dumps(numbers)


class Words(TypeDecorator[Collection[str]]):
    """Words as one parameter, for `among`: an array on PostgreSQL, JSON on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind: TypeEngine[Any] = ARRAY(Text) if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> Any:
        words = list(value or ())
        return words if dialect.name == "postgresql" else json.dumps(words)


class among(FunctionElement[bool]):  # noqa: N801 - reads as a word of SQL
    """`among(column, numbers)`: whether a column's value is one of them; a bound parameter may stand for Words too."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, of: Any, numbers: Collection[int] | ColumnElement[Any]) -> None:
        if not isinstance(numbers, ColumnElement):
            numbers = bindparam(None, numbers, type_=Numbers(), unique=True)
        super().__init__(of, numbers)

    def self_group(self, against: Any = None) -> among:
        """A condition as it stands: SQLite needs no comparison with 1 around it."""
        return self


@compiles(among, "sqlite")
def _among_on_sqlite(element: among, compiler: SQLCompiler, **more: Any) -> str:
    of, numbers = (compiler.process(one, **more) for one in element.clauses)
    return f"{of} IN (SELECT value FROM json_each({numbers}))"  # noqa: S608 - made of compiled SQL


@compiles(among, "postgresql")
def _among_on_postgresql(element: among, compiler: SQLCompiler, **more: Any) -> str:
    of, numbers = (compiler.process(one, **more) for one in element.clauses)
    return f"{of} = ANY ({numbers})"


class WordsByNumber(TypeDecorator[Mapping[int, str]]):
    """Numbers and a word of each as one parameter, JSON on both."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind: TypeEngine[Any] = JSONB() if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Mapping[int, str] | None, dialect: Dialect) -> Any:
        return value if dialect.name == "postgresql" else json.dumps(value)


def words_in(dialect: str, name: str) -> tuple[ColumnElement[int], ColumnElement[str]]:
    """Numbers and the word of each, which the parameter `name` of a statement holds, as two columns to join with."""
    words = bindparam(name, type_=WordsByNumber())
    found = func.jsonb_each_text(words) if dialect == "postgresql" else func.json_each(words)
    told: TableValuedAlias = found.table_valued("key", "value")
    return cast(told.c.key, BigInteger), told.c.value


class Rows(TypeDecorator[Sequence[Sequence[Any]]]):
    """Rows of numbers, words and truths as one parameter, JSON on both; raises UnicodeError for what is no text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sequence[Sequence[Any]] | None, _: Dialect) -> Any:
        return json.dumps(value, ensure_ascii=False)


def insert_rows(dialect: str, table: Any, varied: Sequence[str], same: Sequence[str] = ()) -> Any:
    """An INSERT of the parameter `rows`, each with its values for the `varied` columns in their order.

    What is the `same` in all of them are parameters of their own, called as `same_of` says.
    """
    columns, rows = table.__table__.c, bindparam("rows", type_=Rows())
    alike = [bindparam(same_of(name), type_=columns[name].type) for name in same]
    values = _values(dialect, rows, [columns[name].type for name in varied])
    # A condition, or SQLite takes ON CONFLICT for the ON of a join (lang_upsert.html, "Parsing Ambiguity").
    return INSERTS[dialect](table).from_select([*same, *varied], select(*alike, *values).where(true()), False)


def _values(dialect: str, rows: ColumnElement[Any], kinds: Sequence[TypeEngine[Any]]) -> list[ColumnElement[Any]]:
    if dialect == "postgresql":
        row = func.jsonb_array_elements(cast(rows, JSONB)).table_valued("value").c.value
        return [cast(row.op("->>")(literal_column(str(at))), kind) for at, kind in enumerate(kinds)]
    row = func.json_each(rows).table_valued("value").c.value
    return [func.json_extract(row, f"$[{at}]") for at in range(len(kinds))]


def same_of(name: str) -> str:
    return f"same_{name}"
