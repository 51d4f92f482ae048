//! The package `dbt`: what every adapter shares, dispatched where databases differ.

use super::{CoreFile, CorePackage,};

pub(super) const PACKAGE: CorePackage = CorePackage { name: "dbt", files: FILES, dialect: None };

const FILES: &[CoreFile] = core_files! {
    "aggregates.sql"
    "clones.sql"
    "columns.sql"
    "contracts.sql"
    "dates.sql"
    "docs.sql"
    "functions.sql"
    "grants.sql"
    "hooks.sql"
    "incremental.sql"
    "incremental_strategies.sql"
    "materialized_views.sql"
    "metadata.sql"
    "naming.sql"
    "python.sql"
    "raw.sql"
    "relation_statements.sql"
    "relations.sql"
    "seeds.sql"
    "snapshot_materialization.sql"
    "snapshots.sql"
    "statements.sql"
    "table.sql"
    "tests.sql"
    "texts.sql"
    "types.sql"
    "unit_tests.sql"
};
