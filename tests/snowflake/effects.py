"""What is remembered of a statement that the engine has run.

Owns how definitions and changes of rows are noted in the memory. Knows nothing of texts of statements or HTTP.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

import words
from faults import missing, unsupported
from memory import Name, Relation, now

if TYPE_CHECKING:
    from session import Session


@dataclass
class Effects:
    """What a statement changes: the object that others are kept from meanwhile, and what is noted when it is done."""

    target: Any
    remember: Callable[[Session], None]


def effects_of(session: Session, expression: exp.Expression) -> Effects:
    """Tells what a statement will change."""
    if isinstance(expression, exp.Create):
        return _create(session, expression)
    if isinstance(expression, exp.Drop):
        return _drop(session, expression)
    table = expression.this.find(exp.Table) if isinstance(expression.this, exp.Expression) else None
    if isinstance(expression, exp.TruncateTable):
        table = expression.expressions[0] if expression.expressions else table
    if table is None or not isinstance(
        expression, (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.TruncateTable, exp.Copy, exp.Alter)
    ):
        return Effects(None, lambda _session: None)
    name = session.name(table)
    defines = isinstance(expression, exp.Alter)
    # Rows added by two statements at once do not meet.
    adds = isinstance(expression, (exp.Insert, exp.Copy)) and not expression.args.get("overwrite")

    def remember(session: Session) -> None:
        with session.memory.changing(name) as relation:
            relation.altered, relation.rows = now(), session.count(name)
            relation.changed_definition = relation.altered if defines else relation.changed_definition

    return Effects(None if adds else name, remember)


def _create(session: Session, expression: exp.Create) -> Effects:
    kind = (expression.args.get("kind") or "").upper()
    table = expression.this.find(exp.Table) if isinstance(expression.this, exp.Expression) else None
    if table is not None and kind == "DATABASE":
        return Effects("a database", lambda session: _first_schema(session, words.folded(table.parts[-1])))
    if table is not None and kind == "SCHEMA" and table.parts[-1].name.upper() == "MAIN":
        raise unsupported("a schema called MAIN: the engine has one of its own")
    if table is None or kind not in ("TABLE", "VIEW"):
        where = tuple(part.name.upper() for part in table.parts) if table is not None and kind == "SCHEMA" else None
        return Effects(where, lambda _session: None)
    name = session.name(table)
    kept = bool(expression.args.get("exists")) and session.kind_of(name) is not None
    relation, comments = _relation(session, expression, kind), _column_comments(expression)
    copies_grants = any(isinstance(one, exp.CopyGrantsProperty) for one in expression.find_all(exp.Property))

    def remember(session: Session) -> None:
        if kept:
            return
        if not copies_grants:
            session.memory.revoke_all(".".join(name))
        relation.rows = session.count(name) if kind == "TABLE" else 0
        session.memory.put(name, relation)
        for column, text in comments.items():
            escaped = text.replace("'", "''")
            session.duckdb.execute(f"comment on column {words.quoted((*name, column))} is '{escaped}'")

    return Effects(name, remember)


def _column_comments(expression: exp.Create) -> dict[str, str]:
    """Comments that stand with the columns of a definition."""
    return {
        words.folded(column.this): constraint.this.name
        for column in expression.this.find_all(exp.ColumnDef)
        for constraint in column.find_all(exp.CommentColumnConstraint)
    }


def _first_schema(session: Session, database: str) -> None:
    """A new database has the schema PUBLIC, and the session goes there."""
    session.duckdb.execute(f"create schema if not exists {words.quoted((database, 'PUBLIC'))}")
    session.define(f"use schema {words.quoted((database, 'PUBLIC'))}")


def _relation(session: Session, expression: exp.Create, kind: str) -> Relation:
    """What the definition itself says of a relation."""
    properties = expression.args.get("properties")
    told = {type(one): one for one in (properties.expressions if properties else [])}
    relation = Relation(kind="VIEW" if kind == "VIEW" else "TABLE", text=expression.sql(dialect="snowflake"))
    if exp.TransientProperty in told:
        relation.kind = "TRANSIENT"
    if exp.TemporaryProperty in told:
        relation.kind = "TEMPORARY" if kind == "TABLE" else "VIEW"
        relation.session = session.number
    relation.secure = exp.SecureProperty in told
    if comment := told.get(exp.SchemaCommentProperty):
        relation.comment = comment.this.name
    cluster = next(iter(expression.find_all(exp.Cluster, exp.ClusterProperty)), None)
    if cluster is not None:
        keys = ", ".join(key.sql(dialect="snowflake") for key in cluster.expressions)
        relation.clustering, relation.automatic_clustering = f"LINEAR({keys})", True
    relation.keys = keys_of(expression)
    _guard(session, expression, relation)
    return relation


def _guard(session: Session, expression: exp.Create, relation: Relation) -> None:
    """Policies and tags that stand in the definition; policies have to be there."""

    def policy(one: exp.Expression) -> str:
        name = ".".join(session.name(one.this.sql(dialect="snowflake")))
        if name not in session.memory.policies:
            raise missing("Policy", name)
        return name

    for one in expression.find_all(exp.RowAccessProperty):
        relation.policies["*"] = policy(one)
    for one in expression.find_all(exp.MaskingPolicyColumnConstraint):
        column = one.find_ancestor(exp.ColumnDef)
        relation.policies[words.folded(column.this)] = policy(one)
    for one in expression.find_all(exp.Tags):
        column = one.find_ancestor(exp.ColumnDef)
        prefix = f"{words.folded(column.this)}: " if column else ""
        relation.tags |= {prefix + each.this.name.upper(): each.args["value"].name for each in one.expressions}


def keys_of(expression: exp.Create) -> list[tuple[str, list[str]]]:
    """Primary and unique keys, of columns and of the table."""
    found = []
    for column in expression.find_all(exp.ColumnDef):
        for constraint in column.find_all(exp.PrimaryKeyColumnConstraint, exp.UniqueColumnConstraint):
            kind = "PRIMARY" if isinstance(constraint, exp.PrimaryKeyColumnConstraint) else "UNIQUE"
            found.append((kind, [words.folded(column.this)]))
    for key in expression.find_all(exp.PrimaryKey):
        found.append(("PRIMARY", [words.folded(one) for one in key.find_all(exp.Identifier)]))
    return found


def _drop(session: Session, expression: exp.Drop) -> Effects:
    kind, table = (expression.args.get("kind") or "").upper(), expression.find(exp.Table)
    if table is None:
        return Effects(None, lambda _session: None)
    if kind in ("SCHEMA", "DATABASE"):
        parts = [words.folded(part) for part in table.parts]
        whole = parts if kind == "DATABASE" or len(parts) == 2 else [session.connection.database or "", *parts]
        return Effects(tuple(whole), lambda session: session.memory.forget_inside(*whole))
    name: Name = session.name(table)

    def remember(session: Session) -> None:
        session.memory.forget(name)
        session.memory.revoke_all(".".join(name))

    return Effects(name, remember)
