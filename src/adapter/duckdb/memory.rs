//! Tables in a DuckDB that is nowhere but in memory: what is asked there concerns no database of the user's.

use ::duckdb as engine;

use crate::adapter::AdapterError;
use crate::adapter::duckdb::{error, rows};
use crate::base::table::Table;

/// A column: its name, its type in DuckDB's words, and what it holds.
pub type Column = (&'static str, &'static str, &'static str);

/// A database in memory.
pub struct Memory {
    connection: engine::Connection,
}

impl Memory {
    /// Opens an empty one.
    ///
    /// # Errors
    /// DuckDB cannot open it.
    pub fn open() -> Result<Self, AdapterError> {
        let connection =
            engine::Connection::open_in_memory().map_err(|error| error::translate(&error, ""))?;
        Ok(Self { connection })
    }

    /// Makes a table of rows that are JSON objects, a text each. Keys that are no column are left out.
    ///
    /// # Errors
    /// DuckDB cannot make it of them.
    pub fn fill(
        &self,
        table: &str,
        about: &str,
        columns: &[Column],
        rows: &[String],
    ) -> Result<(), AdapterError> {
        let refused = |error: engine::Error| error::translate(&error, "");
        self.connection.execute_batch("create or replace temp table given (row json)").map_err(refused)?;
        let mut appender = self.connection.appender("given").map_err(refused)?;
        for row in rows {
            appender.append_row([row]).map_err(refused)?;
        }
        appender.flush().map_err(refused)?;
        drop(appender);
        let quoted = |text: &str| text.replace('\'', "''");
        let structure: Vec<String> =
            columns.iter().map(|(name, kind, _)| format!("\"{name}\":{}", structure(kind))).collect();
        let mut sql = format!(
            "create table {table} as select unnest(from_json(row, '{{{}}}')) from given; drop table given; \
             comment on table {table} is '{}';",
            structure.join(","),
            quoted(about)
        );
        for (name, _, about) in columns {
            sql.push_str(&format!("comment on column {table}.\"{name}\" is '{}';", quoted(about)));
        }
        self.connection.execute_batch(&sql).map_err(refused)
    }

    /// Runs statements.
    ///
    /// # Errors
    /// What DuckDB says of them, with the byte it points at.
    pub fn run(&self, statements: &str) -> Result<(), AdapterError> {
        self.connection.execute_batch(statements).map_err(|error| error::translate(&error, statements))
    }

    /// Asks a question.
    ///
    /// # Errors
    /// What DuckDB says of the question, with the byte it points at.
    pub fn ask(&self, question: &str) -> Result<Table, AdapterError> {
        rows(&self.connection, question, None)
    }
}

/// Writes a type as `from_json` wants it: a list is a list of its items' type.
fn structure(kind: &str) -> String {
    match kind.strip_suffix("[]") {
        Some(item) => format!("[{}]", structure(item)),
        None => format!("\"{kind}\""),
    }
}
