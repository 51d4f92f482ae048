//! What a template may ask of the outside while it runs: statements, relations, messages. A higher layer answers.

use crate::base::table::{Receipt, Table};
use crate::jinja::builtins::relation::Relation;
use crate::jinja::value::Text;

/// Why the outside could not do what it was asked.
#[derive(Debug, Clone)]
pub struct HostError {
    /// What is wrong.
    pub message: String,
    /// The byte of the statement that is wrong, for errors of the database.
    pub offset: Option<usize>,
    /// Whether the database refused a statement; else the template asked for something impossible.
    pub from_database: bool,
}

impl HostError {
    /// Makes an error that no statement caused.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), offset: None, from_database: false }
    }
}

/// How the relations that are there have changed.
#[derive(Debug, Clone)]
pub enum Change {
    /// A relation was created.
    Added(Relation),
    /// A relation was dropped.
    Dropped(Relation),
    /// A relation has a new name.
    Renamed(Box<Relation>, Box<Relation>),
}

/// The outside, as one running node sees it.
pub trait Host {
    /// Runs a statement. `auto_begin` begins a transaction first, unless one is open.
    fn run(
        &self,
        sql: &Text,
        auto_begin: bool,
        fetch: bool,
        limit: Option<usize>,
    ) -> Result<(Receipt, Table), HostError>;

    /// Commits the open transaction, if there is one.
    fn commit(&self) -> Result<(), HostError>;

    /// Finds a relation by its exact names.
    fn relation(&self, database: &str, schema: &str, identifier: &str)
    -> Result<Option<Relation>, HostError>;

    /// Returns the relations of a schema.
    fn relations(&self, database: &str, schema: &str) -> Result<Vec<Relation>, HostError>;

    /// Takes notice of a change that a macro made.
    fn changed(&self, change: Change);

    /// Keeps the text of the main statement where people look for it.
    fn write(&self, sql: &str);

    /// Says something: to the log alone, or to people as well.
    fn log(&self, message: &str, info: bool);

    /// Prints something, whatever the log level.
    fn print(&self, message: &str);

    /// Warns of something that has a name. `Err` when a warning of this name is to be an error.
    fn warn(&self, name: &str, message: &str) -> Result<(), HostError>;

    /// Warns of something unless that was said already in this run.
    fn warn_once(&self, message: &str) -> Result<(), HostError> {
        self.warn("JinjaLogWarning", message)
    }
}
