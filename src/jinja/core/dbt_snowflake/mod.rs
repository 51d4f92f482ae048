//! The package `dbt_snowflake`: what Snowflake spells its own way.

use super::dialect::{Dialect, Enforcement, GENERIC};
use super::{CoreFile, CorePackage,};

pub(super) const PACKAGE: CorePackage =
    CorePackage { name: "dbt_snowflake", files: FILES, dialect: Some(&DIALECT) };

const FILES: &[CoreFile] = core_files! {
    "catalog.sql"
    "column_lists.sql"
    "columns.sql"
    "comments.sql"
    "dynamic_tables.sql"
    "expressions.sql"
    "freshness.sql"
    "functions.sql"
    "incremental.sql"
    "materializations.sql"
    "metadata.sql"
    "raw.sql"
    "relations.sql"
    "seeds.sql"
    "sessions.sql"
    "snapshots.sql"
};

/// Whole numbers are exact numbers here: `number(38, 0)`.
static DIALECT: Dialect = Dialect {
    adapter: "snowflake",
    quoting: [false; 3],
    capitals: true,
    backslashes: true,
    comments_last: true,
    knows_changes: true,
    quotes_seed_columns: false,
    integer_types: &[],
    numeric_types: &[
        "int", "integer", "bigint", "smallint", "tinyint", "byteint", "numeric", "decimal", "number",
    ],
    string_size: 16_777_216,
    has_collations: true,
    strategies: &["append", "merge", "delete+insert", "microbatch", "insert_overwrite"],
    renamable: &["table", "view", "dynamic_table"],
    replaceable: &["table", "view", "dynamic_table"],
    materialized_view: "dynamic_table",
    constraints: [
        Enforcement::Refused,
        Enforcement::Enforced,
        Enforcement::Told,
        Enforcement::Told,
        Enforcement::Told,
    ],
    ..GENERIC
};
