//! The built-in macros: our own, under dbt's names and contracts, found by packages and projects that call or
//! override them. One folder per package, one line per package here; each lists its own files.

pub mod dialect;

pub use dialect::{Dialect, dialect};

/// One file of built-in macros.
#[derive(Debug)]
pub struct CoreFile {
    /// Its path within the package.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// One package of built-in macros.
#[derive(Debug)]
pub struct CorePackage {
    /// Its name.
    pub name: &'static str,
    /// Its files.
    pub files: &'static [CoreFile],
    /// What is known of the database, for packages of an adapter.
    pub dialect: Option<&'static Dialect>,
}

/// Lists the files that lie beside the caller.
macro_rules! core_files {
    ($($path:literal)+) => {
        &[$($crate::jinja::core::CoreFile { path: $path, text: include_str!($path) },)+]
    };
}

macro_rules! packages {
    ($($package:ident)+) => {
        $(mod $package;)+
        /// Every package of built-in macros.
        pub const PACKAGES: &[&CorePackage] = &[$(&$package::PACKAGE),+];
    };
}

packages! {
    dbt
    dbt_duckdb
    dbt_snowflake
    dbt_utils
    dbt_expectations
}

/// The packages of use with an adapter: another database's macros are of none.
pub fn packages_for(adapter: &str) -> impl Iterator<Item = &'static CorePackage> {
    PACKAGES
        .iter()
        .copied()
        .filter(move |package| package.dialect.is_none_or(|dialect| dialect.adapter == adapter))
}

/// The packages whose macros everyone finds by bare name, for an adapter; its own first.
pub fn internal_packages(adapter: &str) -> Vec<String> {
    vec![format!("dbt_{adapter}"), "dbt".to_owned()]
}
