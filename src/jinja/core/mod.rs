//! The built-in macros: our own, under dbt's names and contracts, found by packages and projects that call or
//! override them. One line per file.

/// One file of built-in macros.
pub struct CoreFile {
    /// The package it belongs to.
    pub package: &'static str,
    /// Its path within the package.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! core_files {
    ($($package:literal $path:literal;)+) => {
        /// Every file of built-in macros.
        pub const FILES: &[CoreFile] = &[
            $(CoreFile { package: $package, path: $path, text: include_str!(concat!($package, "/", $path)) },)+
        ];
    };
}

core_files! {
    "dbt" "columns.sql";
    "dbt" "cross_database.sql";
    "dbt" "hooks.sql";
    "dbt" "incremental.sql";
    "dbt" "naming.sql";
    "dbt" "relations.sql";
    "dbt" "seed.sql";
    "dbt" "statements.sql";
    "dbt" "table.sql";
    "dbt" "tests.sql";
    "dbt_duckdb" "cross_database.sql";
    "dbt_duckdb" "relations.sql";
    "dbt_utils" "tests.sql";
    "dbt_expectations" "tests.sql";
}

/// The packages whose macros everyone finds by bare name, for an adapter; its own first.
pub fn internal_packages(adapter: &str) -> Vec<String> {
    vec![format!("dbt_{adapter}"), "dbt".to_owned()]
}
