//! The package `dbt_duckdb`: what DuckDB spells its own way.

use super::dialect::{Dialect, Enforcement, GENERIC};
use super::{CoreFile, CorePackage,};

pub(super) const PACKAGE: CorePackage = CorePackage { name: "dbt_duckdb", files: FILES, dialect: Some(&DIALECT) };

const FILES: &[CoreFile] = core_files! {
    "catalog.sql"
    "columns.sql"
    "comments.sql"
    "expressions.sql"
    "external.sql"
    "foreign_keys.sql"
    "functions.sql"
    "hooks.sql"
    "incremental.sql"
    "merge.sql"
    "metadata.sql"
    "raw.sql"
    "relations.sql"
    "seeds.sql"
    "snapshots.sql"
    "table_functions.sql"
    "tables.sql"
};

static DIALECT: Dialect = Dialect {
    adapter: "duckdb",
    integer_types: &[
        "tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint", "uinteger",
        "ubigint", "int1", "int2", "int4", "int8", "short", "int", "signed", "long",
    ],
    float_types: &["real", "float", "float4", "float8", "double"],
    has_structs: true,
    strategies: &["append", "delete+insert", "merge", "microbatch"],
    constraints: [Enforcement::Enforced; 5],
    ..GENERIC
};
