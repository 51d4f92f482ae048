"""A session: its settings, its transaction, and how a statement reaches the engine.

Owns the order of things: rules of `rules.STATEMENTS` first, then the engine under `rules.REWRITES`; transactions as
Snowflake has them. Knows nothing of HTTP.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import fakesnow.transforms
import sqlglot
from fakesnow.cursor import FakeSnowflakeCursor
from fakesnow.instance import FakeSnow
from fakesnow.statement_type import statement_type_id
from sqlglot import exp

import cells
import effects
import information_schema
import plain_rows
import rewrites
import rules
import words
from cells import Answer
from faults import Refused, cancelled, missing, refusal, unsupported
from memory import OWNER, Memory, Name

DDL = (exp.Create, exp.Drop, exp.Alter, exp.Comment)
DML = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.TruncateTable, exp.Copy)
LONGEST_WAIT_FOR_A_LOCK = 60.0
ATTEMPTS = 20


class Account:
    """What all sessions share: the engine and the memory."""

    def __init__(self) -> None:
        information_schema.install()
        # The cast to floats that the engine puts round arguments of sums would make exact sums inexact.
        fakesnow.transforms.numeric_agg_implicit_cast = lambda expression: expression
        self.engine = FakeSnow(create_database_on_connect=False, create_schema_on_connect=False)
        self.memory = Memory(self.engine.duck_conn.cursor())
        information_schema.create(self.engine.duck_conn)
        self.engine.duck_conn.execute(rewrites.DIVIDE_SQL)


class EngineCursor(FakeSnowflakeCursor):
    """The engine's cursor, given a statement that is parsed and rewritten already."""

    def run(self, expression: exp.Expression, params: list[Any] | None) -> list[exp.Expression]:
        self.check_db_and_schema(expression)
        done = []
        for part in self._transform_explode(expression):
            transformed = self._transform(part, params)
            self._execute(transformed, params if transformed.find(exp.Placeholder) else None)
            done.append(transformed)
        return done

    def in_the_engine(self, expression: exp.Expression, params: list[Any] | None) -> exp.Expression:
        return self._transform(expression, params)


class Session:
    """One login."""

    def __init__(
        self, account: Account, number: int, database: str | None, schema: str | None, **settings: Any
    ) -> None:
        self.account, self.memory, self.number = account, account.memory, number
        self.parameters: dict[str, str] = {key.upper(): str(value) for key, value in settings["parameters"].items()}
        self.user = settings.get("user") or "USER"
        self.role = (settings.get("role") or OWNER).upper()
        self.warehouse = (settings.get("warehouse") or "").upper() or None
        self.connection = account.engine.connect(database, schema)
        self.busy = threading.Lock()
        self.stopped = threading.Event()
        self.last_query: str | None = None
        # What the open transaction did so far; none is open where this is None.
        self._transaction: list[tuple[exp.Expression, list[Any] | None]] | None = None
        self._locks: dict[Any, threading.Lock] = {}

    @property
    def duckdb(self) -> duckdb.DuckDBPyConnection:
        return self.connection._duck_conn

    def name(self, table: exp.Table | str) -> Name:
        """The whole name of a relation, folded as Snowflake folds it."""
        table = exp.to_table(table, dialect="snowflake") if isinstance(table, str) else table
        parts = [words.folded(part) for part in table.parts]
        database, schema = self.connection.database, self.connection.schema
        whole = [*[None] * (3 - len(parts)), *parts]
        found = whole[0] or database, whole[1] or schema, whole[2] or ""
        if not found[0] or not found[1]:
            raise Refused(
                "090106", "22000", "Cannot perform the statement. This session does not have a current schema."
            )
        return found

    def kind_of(self, name: Name) -> str | None:
        """Whether the engine has a table or view of that name, as this session sees it."""
        found = self.duckdb.execute(
            "select 'TABLE' from duckdb_tables() where (database_name, schema_name, table_name) = (?, ?, ?) union all "
            "select 'VIEW' from duckdb_views() where (database_name, schema_name, view_name) = (?, ?, ?)",
            [*name, *name],
        ).fetchone()
        return found[0] if found else None

    def existing(self, name: Name, kind: str = "Object") -> str:
        return self.kind_of(name) or self._refuse(missing(kind, ".".join(name)))

    def count(self, name: Name) -> int:
        """How many rows a table has."""
        return self.duckdb.execute(f"select count(*) from {words.quoted(name)}").fetchone()[0]

    def run(self, text: str, params: list[Any] | None = None) -> Answer:
        """Runs one statement."""
        self.stopped.clear()
        try:
            if plain := plain_rows.plain_insert(text):
                return self._in_the_engine_parsed(plain, None)
            statement = single(text)
            for rule in rules.STATEMENTS:
                if found := rule.pattern.match(statement):
                    if rule.commits:
                        self.commit()
                    return rule.answer(self, found)
            return self._in_the_engine(statement, params)
        except Refused:
            raise
        except Exception as error:
            if self.stopped.is_set():
                raise cancelled() from error
            raise refusal(error.__cause__ if isinstance(error.__cause__, duckdb.Error) else error, text) from error

    def stop(self) -> None:
        """Interrupts what runs."""
        self.stopped.set()
        self.duckdb.interrupt()

    def close(self) -> None:
        """Ends the session: its transaction is rolled back, its temporary tables go."""
        with self.busy:
            self.rollback()
            for name, relation in self.memory.named():
                if relation.session == self.number:
                    kind = self.kind_of(name)
                    if kind:
                        self.duckdb.execute(f"drop {kind} {words.quoted(name)}")
                    self.memory.forget(name)

    def begin(self) -> None:
        """Opens a transaction; within one it changes nothing."""
        if self._transaction is None:
            self.duckdb.begin()
            self._transaction = []

    def commit(self) -> None:
        """Ends the transaction. Statements that define something call this first, as on Snowflake."""
        if self._transaction is not None:
            self._transaction = None
            try:
                self.duckdb.commit()
            finally:
                self._release()

    def rollback(self) -> None:
        if self._transaction is not None:
            self._transaction = None
            try:
                self.duckdb.rollback()
            finally:
                self._release()

    def query(self, sql: str, params: list[Any] | None = None) -> Answer:
        """Answers with what DuckDB says to a query of the stand-in's own."""
        cursor = self.duckdb.execute(sql, params or [])
        columns = [cells.column(name, str(kind)) for name, kind, *_ in cursor.description]
        return Answer(columns, cells.encode(columns, cursor.fetchall()))

    def define(self, text: str) -> exp.Expression:
        """Runs a statement that a rule made out of another."""
        expression = sqlglot.parse_one(text, read="snowflake")
        self._in_the_engine_parsed(expression, None)
        return expression

    def _in_the_engine(self, statement: str, params: list[Any] | None) -> Answer:
        inlined = self.connection.variables.inline_variables(statement)
        return self._in_the_engine_parsed(sqlglot.parse_one(inlined, read="snowflake"), params)

    def _in_the_engine_parsed(self, expression: exp.Expression, params: list[Any] | None) -> Answer:
        if isinstance(expression, exp.Command):
            raise unsupported(f"{expression.this} {str(expression.expression)[:60]}")
        noted = effects.effects_of(self, expression)
        if isinstance(expression, DDL):
            self.commit()
        for rewrite in rules.REWRITES:
            expression = rewrite.change(self, expression)
        with self._locked(noted.target):
            answer = self._attempts(expression, params)
            noted.remember(self)
        return answer

    def _attempts(self, expression: exp.Expression, params: list[Any] | None) -> Answer:
        """Tries again where two statements met in the engine: on Snowflake the second waits for the first."""
        for attempt in range(ATTEMPTS):
            try:
                answer = self._attempt(expression, params)
            except Exception as error:
                met = "onflict" in str(error.__cause__ or error)
                self._recover()
                if not met or attempt + 1 == ATTEMPTS or self.stopped.is_set():
                    raise
            else:
                if self._transaction is not None and isinstance(expression, DML):
                    self._transaction.append((expression, params))
                return answer
        raise unsupported("a statement that always meets another")

    def _attempt(self, expression: exp.Expression, params: list[Any] | None) -> Answer:
        cursor = EngineCursor(self.connection, self.duckdb)
        if isinstance(expression, exp.Merge):
            return rewrites.merge(self, cursor.in_the_engine(expression.copy(), params))
        # One statement of Snowflake may be several of the engine: all of them or none.
        alone = self._transaction is None and isinstance(expression, (exp.Insert, exp.Update, exp.Delete))
        if alone:
            self.duckdb.begin()
        try:
            if plain_rows.ROWS in expression.meta:
                answer = plain_rows.insert(self, expression)
            else:
                cursor.run(expression.copy(), params)
                answer = self._answer(cursor, expression)
            if alone:
                self.duckdb.commit()
            return answer
        except Exception:
            if alone:
                self.duckdb.rollback()
            raise

    def _answer(self, cursor: EngineCursor, expression: exp.Expression) -> Answer:
        described = cursor._describe_last_sql()
        columns = [cells.column(name, kind) for name, kind, *_ in described]
        rows = cells.encode(columns, [tuple(row) for row in cursor.fetchall()])
        changed = cursor.rowcount if isinstance(expression, DML) else None
        return Answer(columns, rows, statement_type_id(expression), changed)

    def _recover(self) -> None:
        """A failed statement ends DuckDB's transaction, not Snowflake's: what it did is done again."""
        if self._transaction is None:
            return
        self.duckdb.rollback()
        self.duckdb.begin()
        for expression, params in self._transaction:
            self._attempt(expression, params)

    @contextmanager
    def _locked(self, target: Any) -> Iterator[None]:
        """Keeps others from changing an object, to the end of the transaction if there is one."""
        if target is None or target in self._locks:
            yield
            return
        lock = self.memory.lock_of(target)
        if not lock.acquire(timeout=LONGEST_WAIT_FOR_A_LOCK):
            raise Refused("000625", "57014", f"Statement has locked table '{target}' in another transaction.")
        if self._transaction is not None:
            self._locks[target] = lock
            yield
            return
        try:
            yield
        finally:
            lock.release()

    def _release(self) -> None:
        for lock in self._locks.values():
            lock.release()
        self._locks.clear()

    @staticmethod
    def _refuse(refused: Refused) -> Any:
        raise refused


def single(text: str) -> str:
    """The text of the one statement that a request may hold, without comments and semicolons."""
    tokens = sqlglot.tokenize(text, read="snowflake")
    ends = [index for index, token in enumerate(tokens) if token.token_type == sqlglot.TokenType.SEMICOLON]
    statements = sum(1 for index, token in enumerate(tokens) if index not in ends and (index == 0 or index - 1 in ends))
    if statements == 0:
        raise Refused("000900", "42601", "SQL compilation error:\nEmpty SQL statement.")
    if statements > 1:
        raise Refused(
            "000008", "0A000", f"Actual statement count {statements} did not match the desired statement count 1."
        )
    kept = [token for index, token in enumerate(tokens) if index not in ends]
    if kept[0].token_type == sqlglot.TokenType.COMMAND:
        # The tokenizer does not look into what it calls commands, and forgets where they end.
        return text[kept[0].start :].rstrip().removesuffix(";").rstrip()
    pieces = [text[kept[0].start : kept[0].end + 1]]
    for before, token in itertools.pairwise(kept):
        between = text[before.end + 1 : token.start]
        pieces += [" " if between.strip() else between, text[token.start : token.end + 1]]
    return "".join(pieces)
