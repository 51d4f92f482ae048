//! The package `dbt`: what every adapter shares, dispatched where databases differ.

use super::{CoreFile, CorePackage,};

pub(super) const PACKAGE: CorePackage = CorePackage { name: "dbt", files: FILES, dialect: None };

const FILES: &[CoreFile] = core_files! {
    "aggregates.sql"
    "columns.sql"
    "dates.sql"
    "hooks.sql"
    "incremental.sql"
    "naming.sql"
    "relations.sql"
    "seed.sql"
    "snapshots.sql"
    "statements.sql"
    "table.sql"
    "tests.sql"
    "texts.sql"
    "types.sql"
};
