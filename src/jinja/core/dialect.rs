//! What is known of a database without asking it: how names are quoted, what types are called, what it enforces.
//! Each adapter's package of macros holds its own; SQL is written by macros alone.

use super::PACKAGES;
use crate::base::table::Cell;

/// How a database treats a kind of constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enforcement {
    /// It keeps rows out that break it.
    Enforced,
    /// It takes the definition and does not check it.
    Told,
    /// It does not take the definition.
    Refused,
}

/// What is known of a database.
#[derive(Debug)]
pub struct Dialect {
    /// The adapter's name.
    pub adapter: &'static str,
    /// Whether database, schema and identifier are quoted unless a project says otherwise.
    pub quoting: [bool; 3],
    /// Whether names that stand without quotes become capitals.
    pub capitals: bool,
    /// Whether a backslash in a text of SQL escapes what follows.
    pub backslashes: bool,
    /// Whether the comment of a statement stands behind it, because the database drops what stands before.
    pub comments_last: bool,
    /// Whether the database tells when its tables were changed.
    pub knows_changes: bool,
    /// Whether names of a seed's columns are quoted unless the seed says otherwise.
    pub quotes_seed_columns: bool,
    /// Names of types in packages, and what they are called here.
    pub type_labels: &'static [(&'static str, &'static str)],
    /// The types that are texts.
    pub string_types: &'static [&'static str],
    /// The types that are whole numbers.
    pub integer_types: &'static [&'static str],
    /// The types that are exact numbers.
    pub numeric_types: &'static [&'static str],
    /// The types that are floating-point numbers.
    pub float_types: &'static [&'static str],
    /// The length of texts that say none.
    pub string_size: i128,
    /// Whether columns of structs can be taken apart.
    pub has_structs: bool,
    /// Whether texts say how they are ordered.
    pub has_collations: bool,
    /// The strategies that incremental models may name.
    pub strategies: &'static [&'static str],
    /// The kinds of relations that can be renamed.
    pub renamable: &'static [&'static str],
    /// The kinds of relations that can be replaced in one statement.
    pub replaceable: &'static [&'static str],
    /// The kind that stands in for materialized views.
    pub materialized_view: &'static str,
    /// check, not_null, unique, primary_key, foreign_key.
    pub constraints: [Enforcement; 5],
}

/// The kinds of constraints, in the order of [`Dialect::constraints`].
pub const CONSTRAINTS: [&str; 5] = ["check", "not_null", "unique", "primary_key", "foreign_key"];

/// What holds where nothing is known of the database.
pub static GENERIC: Dialect = Dialect {
    adapter: "",
    quoting: [true; 3],
    capitals: false,
    backslashes: false,
    comments_last: false,
    knows_changes: false,
    quotes_seed_columns: true,
    type_labels: &[("STRING", "TEXT")],
    string_types: &["text", "character varying", "character", "varchar"],
    integer_types: &[
        "smallint",
        "integer",
        "bigint",
        "smallserial",
        "serial",
        "bigserial",
        "int2",
        "int4",
        "int8",
        "serial2",
        "serial4",
        "serial8",
    ],
    numeric_types: &["numeric", "decimal"],
    float_types: &["real", "float4", "float", "double precision", "float8", "double"],
    string_size: 256,
    has_structs: false,
    has_collations: false,
    strategies: &["append"],
    renamable: &[],
    replaceable: &[],
    materialized_view: "materialized_view",
    constraints: [
        Enforcement::Refused,
        Enforcement::Enforced,
        Enforcement::Told,
        Enforcement::Told,
        Enforcement::Enforced,
    ],
};

/// Returns what is known of an adapter's database.
pub fn dialect(adapter: &str) -> &'static Dialect {
    let known = PACKAGES.iter().filter_map(|package| package.dialect);
    known.into_iter().find(|dialect| dialect.adapter == adapter).unwrap_or(&GENERIC)
}

impl Dialect {
    /// Translates a label of a type to the name it has here.
    pub fn type_name(&self, label: &str) -> String {
        let known = self.type_labels.iter().find(|(name, _)| name.eq_ignore_ascii_case(label));
        known.map_or(label, |(_, own)| own).to_owned()
    }

    /// Writes a text as SQL.
    pub fn text_literal(&self, text: &str) -> String {
        let text = if self.backslashes { text.replace('\\', "\\\\") } else { text.to_owned() };
        format!("'{}'", text.replace('\'', "''"))
    }

    /// Writes a value as SQL. What has no literal of its own is a text, which a column's type takes as its own.
    pub fn literal(&self, cell: &Cell) -> String {
        match cell {
            Cell::Null => "null".to_owned(),
            Cell::Bool(_) | Cell::Int(_) | Cell::Decimal(_) => cell.to_text(),
            Cell::Float(number) if number.is_finite() => cell.to_text(),
            other => self.text_literal(&other.to_text()),
        }
    }

    /// Returns how a kind of constraint is treated.
    pub fn enforcement(&self, kind: &str) -> Option<Enforcement> {
        let at = CONSTRAINTS.iter().position(|name| *name == kind)?;
        self.constraints.get(at).copied()
    }
}
