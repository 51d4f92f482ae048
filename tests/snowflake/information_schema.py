"""The views of the information schema, with the kinds and times that the engine leaves out.

Owns their SQL. Knows nothing of statements.
"""

from __future__ import annotations

from string import Template

import duckdb
from fakesnow import info_schema

from memory import MIRROR, MIRROR_COLUMNS

TABLES = Template(
    f"""
create view if not exists $${{catalog}}._fs_information_schema._fs_tables as
select
    database_name as "TABLE_CATALOG", schema_name as "TABLE_SCHEMA", relation as "TABLE_NAME",
    'ACCOUNTADMIN' as "TABLE_OWNER",
    case when is_view then 'VIEW' when coalesce(temporary, false) then 'LOCAL TEMPORARY' else 'BASE TABLE' end as "TABLE_TYPE",
    case when is_view then null when coalesce(transient, false) then 'YES' else 'NO' end as "IS_TRANSIENT",
    clustered_by as "CLUSTERING_KEY",
    case when is_view then null else row_number end as "ROW_COUNT",
    case when is_view then null else row_number * 8 end as "BYTES",
    case when is_view then null else 1 end as "RETENTION_TIME",
    null::varchar as "SELF_REFERENCING_COLUMN_NAME", null::varchar as "REFERENCE_GENERATION",
    null::varchar as "USER_DEFINED_TYPE_CATALOG", null::varchar as "USER_DEFINED_TYPE_SCHEMA",
    null::varchar as "USER_DEFINED_TYPE_NAME",
    case when is_view then 'NO' else 'YES' end as "IS_INSERTABLE_INTO", 'YES' as "IS_TYPED",
    null::varchar as "COMMIT_ACTION",
    made_at as "CREATED", altered_at as "LAST_ALTERED", defined_at as "LAST_DDL",
    'USER' as "LAST_DDL_BY",
    case when coalesce(clusters_itself, false) then 'ON' else 'OFF' end as "AUTO_CLUSTERING_ON",
    remark as "COMMENT",
    case when coalesce(temporary, false) then 'YES' else 'NO' end as "IS_TEMPORARY",
    'NO' as "IS_ICEBERG",
    case when coalesce(dynamic, false) then 'YES' else 'NO' end as "IS_DYNAMIC",
    'NO' as "IS_IMMUTABLE", 'NO' as "IS_HYBRID"
from (
    select database_name, schema_name, table_name as relation, false as is_view from duckdb_tables()
    union all by name
    select database_name, schema_name, view_name as relation, true as is_view from duckdb_views()
) known
left join {MIRROR} mirror
    on of_database = database_name and of_schema = schema_name and of_name = relation
where database_name = '$${{catalog}}' and schema_name not in ('_fs_information_schema', 'main', 'pg_catalog')
""".replace("$$", "$")
)

VIEWS = Template(
    f"""
create view if not exists $${{catalog}}._fs_information_schema._fs_views as
select
    database_name as TABLE_CATALOG, schema_name as TABLE_SCHEMA, view_name as TABLE_NAME,
    'ACCOUNTADMIN' as TABLE_OWNER, sql as VIEW_DEFINITION, 'NONE' as CHECK_OPTION,
    'NO' as IS_UPDATABLE, 'NO' as INSERTABLE_INTO,
    case when coalesce(secure, false) then 'YES' else 'NO' end as IS_SECURE,
    made_at as CREATED, altered_at as LAST_ALTERED, defined_at as LAST_DDL, 'USER' as LAST_DDL_BY,
    remark as COMMENT
from duckdb_views()
left join {MIRROR} mirror
    on of_database = database_name and of_schema = schema_name and of_name = view_name
where database_name = '$${{catalog}}' and schema_name not in ('_fs_information_schema', 'main', 'pg_catalog')
""".replace("$$", "$")
)

# Whole numbers are numbers of 38 digits, whatever the engine stores them in.
COLUMNS = info_schema.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW.replace(
    "columns.data_type='BIGINT'", "columns.data_type in ('BIGINT', 'INTEGER', 'SMALLINT', 'TINYINT', 'HUGEINT')"
).replace(
    "columns.numeric_scale end as NUMERIC_SCALE",
    "columns.numeric_scale end as NUMERIC_SCALE,\n"
    "case when columns.data_type like 'TIMESTAMP%' or columns.data_type = 'TIME' then 9 end as DATETIME_PRECISION",
)


def install() -> None:
    """Puts these views in place of the engine's, for databases to come."""
    info_schema.SQL_CREATE_INFORMATION_SCHEMA_TABLES_VIEW = TABLES
    info_schema.SQL_CREATE_INFORMATION_SCHEMA_VIEWS_VIEW = VIEWS
    info_schema.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW = COLUMNS


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the table that the views join."""
    connection.execute(f"create table if not exists {MIRROR} ({MIRROR_COLUMNS})")
