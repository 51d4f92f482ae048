//! Databases behind one trait: connect, run a statement, say what happened. Knows no graph, no template and no
//! materialization; what differs in SQL lies in macros.

mod dry;
pub mod duckdb;
pub mod snowflake;

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::base::table::{Receipt, Table};
use crate::project::profile::Target;

/// One database that models are built in.
pub trait Adapter: Send + Sync {
    /// Opens a connection for one worker. The first call opens the database itself; where that has to be waited for,
    /// `say` is told.
    fn connect(&self, say: &dyn Fn(&str)) -> Result<Box<dyn Connection>, AdapterError>;

    /// Ends the waiting of every `connect`.
    fn stop_waiting(&self);

    /// Says in a few words what a connection goes to, for `debug`: key and value.
    fn describe(&self) -> Vec<(String, String)>;

    /// Tells whether what a node does is one transaction. Where each statement that makes something commits by itself, a
    /// transaction around it is two statements for nothing; macros begin one where they need it.
    fn transacts(&self) -> bool {
        true
    }

    /// Tells whether each statement is a journey, so that what can go side by side does.
    fn is_remote(&self) -> bool {
        false
    }

    /// Tells whether anything comes back: not where nothing is sent.
    fn answers(&self) -> bool {
        true
    }

    /// Returns the version of the database's engine, where it is known without a connection.
    fn engine_version(&self) -> String;
}

/// One connection. Statements of one connection run one after another.
pub trait Connection: Send {
    /// Runs one or more statements; the answer is the last one's. `fetch` asks for its rows, at most `limit`.
    fn run(&mut self, sql: &str, fetch: bool, limit: Option<usize>) -> Result<Answer, AdapterError>;

    /// Takes back what a transaction did that statements of the caller's own began and left open.
    fn roll_back(&mut self) {}

    /// Takes a text of several statements apart, where each is sent by itself: where each begins and ends.
    fn statements(&self, sql: &str) -> Vec<Range<usize>> {
        std::iter::once(0..sql.len()).collect()
    }

    /// Returns the bytes that a table takes in the database; `None` where that is not known, or not worth a look.
    fn stored_bytes(&mut self, _relation: &str) -> Option<u64> {
        None
    }

    /// Returns what stops a running statement from another thread.
    fn interrupter(&self) -> Arc<dyn Interrupt>;
}

/// Stops the running statement of a connection.
pub trait Interrupt: Send + Sync {
    /// Asks the database to stop; does nothing when no statement runs.
    fn interrupt(&self);
}

/// The answer to a statement.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// What it did.
    pub receipt: Receipt,
    /// Its rows, when they were asked for.
    pub table: Table,
}

/// Why a database did not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AdapterError {
    /// The database refused a statement.
    #[error("{message}")]
    Statement {
        /// What the database said, without its picture of the line.
        message: String,
        /// The byte of the statement it points at.
        offset: Option<usize>,
        /// Whether it ran into another transaction: what was taken back can be done again.
        conflict: bool,
        /// Whether nobody knows if the statement ran.
        may_have_run: bool,
        /// The database's code for what is wrong, where it has one; the message tells it.
        code: Option<String>,
        /// The database's own id of the query, where it has one; the message tells it.
        query_id: Option<String>,
    },
    /// The database does not let us in, or cannot be reached.
    #[error("cannot log in to {place}: {message}")]
    Login {
        /// Where that was tried.
        place: String,
        /// What happened, what was tried again, and what to do.
        message: String,
        /// The database's code for it, where it has one; the message tells it.
        code: Option<String>,
    },
    /// The database could not be opened.
    #[error("cannot open the database {}: {message}", path.display())]
    Open {
        /// Its file.
        path: PathBuf,
        /// What the database said.
        message: String,
    },
    /// Another process holds the database.
    #[error(
        "the database {} is in use by {holder}{}. Close that program, or raise \
         `retries: {{connect_attempts: ...}}` in the profile",
        path.display(),
        if *seconds == 0 { String::new() } else { format!("; waited {seconds} s") }
    )]
    Locked {
        /// Its file.
        path: PathBuf,
        /// The process that holds it, as the database names it.
        holder: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The profile asks for something this database cannot do.
    #[error("{0}")]
    Profile(String),
}

/// What a database is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// To change it.
    Write,
    /// To read it, beside others that read it.
    Read,
}

/// Opens the adapter that a target names.
pub fn open(target: &Target, access: Access) -> Result<Arc<dyn Adapter>, AdapterError> {
    match target.adapter.as_str() {
        "duckdb" => Ok(Arc::new(duckdb::DuckDb::new(target, access)?)),
        "snowflake" => Ok(Arc::new(snowflake::Snowflake::new(target)?)),
        other => Err(AdapterError::Profile(format!(
            "the target `{}` has type `{other}`, for which martlet has no adapter: it has `duckdb` and `snowflake`",
            target.name
        ))),
    }
}

/// Makes what stands for a target's database where nothing is to be sent.
pub fn dry(target: &Target) -> Arc<dyn Adapter> {
    let whole: dry::Split = |sql| std::iter::once(0..sql.len()).collect();
    let (is_remote, split) = match target.adapter.as_str() {
        "snowflake" => (true, snowflake::split as dry::Split),
        _ => (false, whole),
    };
    Arc::new(dry::Dry { is_remote, split })
}
