"""Many numbers or words in one parameter; a parameter for each would cost more than the rows they name."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, Dialect, TableValuedAlias, Text, bindparam, cast, func
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


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
