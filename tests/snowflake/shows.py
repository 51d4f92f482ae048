"""`show` and `describe`: relations, schemas and columns, with the kinds that the engine does not know.

Owns their answers. Which statement comes here, and why, is in `rules.py`.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlglot import exp

import cells
import words
from cells import Answer, Column, text_column
from faults import Refused, missing
from memory import OWNER, Name, Relation
from settings import like

if TYPE_CHECKING:
    from session import Session

SHOW, DESCRIBE = 0x4400, 0x4500
SYSTEM_SCHEMAS = ("_fs_information_schema", "main", "pg_catalog", "information_schema")
TERSE = ["created_on", "name", "kind", "database_name", "schema_name"]
LISTED = {
    "OBJECTS": [*TERSE[:2], "database_name", "schema_name", "kind", "comment", "cluster_by", "rows", "bytes", "owner"]
    + ["retention_time", "owner_role_type", "is_hybrid", "is_dynamic", "is_iceberg"],
    "TABLES": [*TERSE[:2], "database_name", "schema_name", "kind", "comment", "cluster_by", "rows", "bytes", "owner"]
    + ["retention_time", "automatic_clustering", "change_tracking", "is_external", "owner_role_type", "is_event"]
    + ["is_hybrid", "is_iceberg", "is_dynamic", "is_immutable"],
    "VIEWS": [*TERSE[:2], "reserved", "database_name", "schema_name", "owner", "comment", "text", "is_secure"]
    + ["is_materialized", "owner_role_type", "change_tracking"],
    "MATERIALIZED VIEWS": [*TERSE[:2], "reserved", "database_name", "schema_name", "owner", "comment", "text"],
    "DYNAMIC TABLES": [*TERSE[:2], "database_name", "schema_name", "cluster_by", "rows", "bytes", "owner", "target_lag"]
    + ["refresh_mode", "refresh_mode_reason", "warehouse", "comment", "text", "automatic_clustering"]
    + ["scheduling_state", "last_suspended_on", "is_clone", "is_replica", "data_timestamp", "owner_role_type"]
    + ["scheduler", "immutable_where", "initialization_warehouse"],
    "SCHEMAS": [*TERSE[:2], "is_default", "is_current", "database_name", "owner", "comment", "options"]
    + ["retention_time", "owner_role_type"],
}
NUMBERS = {"rows", "bytes"}
MOMENTS = {"created_on", "last_suspended_on", "data_timestamp"}


def show(session: Session, found: re.Match[str]) -> Answer:
    """Objects of a schema, a database or the account, in the order of their names."""
    kind = " ".join(found["kind"].upper().split())
    inside = _scope(session, found)
    facts = _schemas(session, inside) if kind == "SCHEMAS" else _relations(session, kind, inside)
    rows = sorted(facts, key=lambda one: (one["database_name"], one.get("schema_name") or "", one["name"]))
    if found["like"]:
        wanted = like(words.unquoted(found["like"]))
        rows = [one for one in rows if wanted.match(one["name"])]
    if found["starts"]:
        rows = [one for one in rows if one["name"].startswith(words.unquoted(found["starts"]))]
    if found["from"]:
        after = words.unquoted(found["from"])
        rows = [one for one in rows if one["name"] > after]
    names = TERSE if found["terse"] else LISTED[kind]
    return _listed(names, rows[: int(found["limit"])] if found["limit"] else rows)


def _scope(session: Session, found: re.Match[str]) -> tuple[str | None, str | None]:
    """The database and schema that `in ...` names; what the session is in where it names none."""
    inside = " ".join((found["inside"] or "").upper().split())
    parts = (
        [words.folded(part) for part in exp.to_table(found["where"], dialect="snowflake").parts]
        if found["where"]
        else []
    )
    database, schema = session.connection.database, session.connection.schema
    if inside == "ACCOUNT":
        return None, None
    if inside == "DATABASE" or (found["kind"].upper() == "SCHEMAS" and parts):
        return _there(session, parts[0] if parts else database), None
    if not parts:
        return (database, schema if found["kind"].upper() != "SCHEMAS" or inside == "SCHEMA" else None)
    return _there(session, parts[-2] if len(parts) > 1 else database, parts[-1])


def _there(session: Session, database: str | None, schema: str | None = None) -> Any:
    """Refuses what does not exist."""
    condition = "upper(catalog_name) = upper(?)" + (" and schema_name = ?" if schema else "")
    sql = f"select 1 from system.information_schema.schemata where {condition}"
    if not session.duckdb.execute(sql, [database, schema] if schema else [database]).fetchone():
        raise Refused(
            "002043", "02000", "SQL compilation error:\nObject does not exist, or operation cannot be performed."
        )
    return (database, schema) if schema else database


def _there_or_listed(name: str) -> bool:
    return name.lower() not in SYSTEM_SCHEMAS


def relations(session: Session, database: str | None, schema: str | None) -> Iterator[tuple[Name, str, Relation]]:
    """Tables and views with what is known of them; temporary ones of other sessions are not seen."""
    sql = (
        "select database_name, schema_name, table_name, 'TABLE' from duckdb_tables() where not internal "
        "union all select database_name, schema_name, view_name, 'VIEW' from duckdb_views() where not internal"
    )
    for *name, kind in session.duckdb.execute(sql).fetchall():
        if name[0].startswith("_fs") or name[0] in ("temp", "memory") or not _there_or_listed(name[1]):
            continue
        if database not in (None, name[0]) or schema not in (None, name[1]):
            continue
        known = session.memory.relation(tuple(name)) or Relation(kind=kind)
        if known.session in (None, session.number):
            yield tuple(name), kind, known


def _relations(session: Session, kind: str, inside: tuple[str | None, str | None]) -> list[dict[str, Any]]:
    found = []
    for name, engine_kind, known in relations(session, *inside):
        is_view, is_dynamic = engine_kind == "VIEW", known.kind == "DYNAMIC"
        wanted = {
            "OBJECTS": True,
            "TABLES": not is_view,
            "VIEWS": is_view,
            "DYNAMIC TABLES": is_dynamic,
            "MATERIALIZED VIEWS": False,
        }[kind]
        if wanted:
            # `show objects` calls every table a table; `show tables` tells transient and temporary ones apart.
            shown = engine_kind if kind == "OBJECTS" or is_view or is_dynamic else known.kind
            found.append(_facts(name, shown, known, is_view=is_view))
    return found


def _facts(name: Name, kind: str, known: Relation, *, is_view: bool) -> dict[str, Any]:
    setting = known.settings.get
    mode = setting("REFRESH_MODE", "")
    return {
        "created_on": known.created,
        "name": name[2],
        "kind": kind,
        "database_name": name[0],
        "schema_name": name[1],
        "comment": known.comment or "",
        "cluster_by": known.clustering or "",
        "rows": None if is_view else known.rows,
        "bytes": None if is_view else known.rows * 8,
        "owner": OWNER,
        "owner_role_type": "ROLE",
        "retention_time": "1",
        "automatic_clustering": "ON" if known.automatic_clustering else "OFF",
        "change_tracking": "ON" if setting("CHANGE_TRACKING", "").upper() == "TRUE" else "OFF",
        "reserved": "",
        "text": known.text or "",
        "is_secure": str(known.secure).lower(),
        "is_materialized": "false",
        "is_external": "N",
        "is_event": "N",
        "is_hybrid": "N",
        "is_iceberg": "N",
        "is_immutable": "N",
        "is_dynamic": "Y" if known.kind == "DYNAMIC" else "N",
        "is_clone": "false",
        "is_replica": "false",
        "target_lag": setting("TARGET_LAG", ""),
        "refresh_mode": "INCREMENTAL" if mode == "AUTO" else mode,
        "refresh_mode_reason": "",
        "warehouse": setting("WAREHOUSE", ""),
        "scheduling_state": setting("SCHEDULING_STATE", ""),
        "data_timestamp": known.altered,
        "scheduler": setting("SCHEDULER", "ENABLE"),
        "immutable_where": setting("IMMUTABLE_WHERE"),
        "initialization_warehouse": setting("INITIALIZATION_WAREHOUSE"),
    }


def _schemas(session: Session, inside: tuple[str | None, str | None]) -> list[dict[str, Any]]:
    sql = "select catalog_name, schema_name from system.information_schema.schemata"
    here = (session.connection.database, session.connection.schema)
    found = [
        ("INFORMATION_SCHEMA" if name == "_fs_information_schema" else name, database)
        for database, name in session.duckdb.execute(sql).fetchall()
    ]
    return [
        {
            "created_on": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
            "name": name,
            "kind": None,
            "database_name": database,
            "schema_name": None,
            "is_default": "N",
            "is_current": "Y" if (database, name) == here else "N",
            "owner": OWNER if name != "INFORMATION_SCHEMA" else "",
            "owner_role_type": "ROLE",
            "comment": "",
            "options": "",
            "retention_time": "1",
        }
        for name, database in found
        if inside[0] in (None, database)
        and not database.startswith(("_fs", "system", "temp", "memory"))
        and name not in ("main", "pg_catalog")
    ]


def _listed(names: list[str], rows: list[dict[str, Any]]) -> Answer:
    def column(name: str) -> Column:
        if name in MOMENTS:
            return Column(name, "timestamp_ltz", 0, 9)
        return Column(name, "fixed", 38, 0) if name in NUMBERS else text_column(name)

    columns = [column(name) for name in names]
    moments = {"timestamp_ltz": cells.ENCODINGS["timestamp_ntz"]}
    made = [
        [None if (value := row.get(one.name)) is None else moments.get(one.kind, str)(_utc(value)) for one in columns]
        for row in rows
    ]
    return Answer(columns, made, SHOW)


def _utc(value: Any) -> Any:
    return value.astimezone(datetime.UTC) if isinstance(value, datetime.datetime) else value


COLUMNS = """
select column_name, data_type, is_nullable, column_default, comment, ext_character_maximum_length
from duckdb_columns()
left join _fs_global._fs_information_schema._fs_columns_ext
    on (ext_table_catalog, ext_table_schema, ext_table_name, ext_column_name)
        = (database_name, schema_name, table_name, column_name)
where (database_name, schema_name, table_name) = (?, ?, ?)
order by column_index
"""


def describe(session: Session, found: re.Match[str]) -> Answer:
    """The columns of a table or view, by Snowflake's names of types."""
    name = session.name(found["name"])
    known = session.memory.relation(name)
    if session.kind_of(name) is None or (known and known.session not in (None, session.number)):
        raise missing("Table", ".".join(name))
    primary = {column for kind, columns in (known.keys if known else []) if kind == "PRIMARY" for column in columns}
    unique = {column for kind, columns in (known.keys if known else []) if kind == "UNIQUE" for column in columns}
    policies = known.policies if known else {}
    names = ["name", "type", "kind", "null?", "default", "primary key", "unique key", "check", "expression", "comment"]
    rows = []
    for column, kind, nullable, default, comment, length in session.duckdb.execute(COLUMNS, list(name)).fetchall():
        written = f"VARCHAR({length})" if length else cells.type_name(kind)
        keys = ["Y" if column in primary else "N", "Y" if column in unique else "N"]
        rows.append(
            [
                column,
                written,
                "COLUMN",
                "Y" if nullable else "N",
                default,
                *keys,
                None,
                None,
                comment,
                policies.get(column),
                None,
            ]
        )
    return Answer([text_column(one) for one in [*names, "policy name", "privacy domain"]], rows, DESCRIBE)


def show_columns(session: Session, found: re.Match[str]) -> Answer:
    """Columns with their types as JSON."""
    kind, where = " ".join((found["inside"] or "").upper().split()), found["where"]
    if kind in ("SCHEMA", "DATABASE", "ACCOUNT") or not where:
        inside = _scope(session, found)
        wanted = [name for name, *_ in relations(session, *inside)]
    else:
        name = session.name(where)
        session.existing(name, "Table")
        wanted = [name]
    names = [
        "table_name",
        "schema_name",
        "column_name",
        "data_type",
        "null?",
        "default",
        "kind",
        "expression",
        "comment",
        "database_name",
        "autoincrement",
    ]
    rows = []
    for name in sorted(wanted):
        for column, data_type, nullable, default, comment, length in session.duckdb.execute(
            COLUMNS, list(name)
        ).fetchall():
            known = cells.column(column, data_type)
            facts = {
                "type": known.kind.upper(),
                "precision": known.precision,
                "scale": known.scale,
                "length": length or known.length,
            }
            told = json.dumps(
                {key: value for key, value in facts.items() if value is not None} | {"nullable": nullable}
            )
            rows.append(
                [
                    name[2],
                    name[1],
                    column,
                    told,
                    str(nullable).lower(),
                    default or "",
                    "COLUMN",
                    "",
                    comment or "",
                    name[0],
                    "",
                ]
            )
    return Answer([text_column(one) for one in names], rows, SHOW)


def show_keys(session: Session, found: re.Match[str]) -> Answer:
    """Keys are told of and not enforced."""
    kind = found["kind"].upper()
    names = [
        "database_name",
        "schema_name",
        "table_name",
        "column_name",
        "key_sequence",
        "constraint_name",
        "comment",
        "rely",
    ]
    wanted = session.name(found["name"]) if found["name"] and (found["inside"] or "").upper() in ("", "TABLE") else None
    rows = [
        [*name, column, str(place), f"SYS_CONSTRAINT_{kind}", None, "false"]
        for name, relation in session.memory.named()
        for key, columns in relation.keys
        for place, column in enumerate(columns, 1)
        if key == kind and wanted in (None, name)
    ]
    return Answer([text_column(one) for one in names], rows, SHOW)


FUNCTIONS = [
    "created_on",
    "name",
    "schema_name",
    "is_builtin",
    "is_aggregate",
    "arguments",
    "description",
    "catalog_name",
    "language",
]


def show_functions(session: Session, found: re.Match[str]) -> Answer:
    """There are none: definitions of functions are refused."""
    _scope(session, found)
    return _listed(FUNCTIONS, [])
