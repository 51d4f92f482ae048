//! What became of one node.

use chrono::{DateTime, Utc};

use crate::base::table::{Receipt, Table};
use crate::compile::event_time::Window;
use crate::diagnostic::Diagnostic;

/// How a node ended, in dbt's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// A node was built.
    Success,
    /// A test found nothing.
    Pass,
    /// A test found something, and only warns.
    Warn,
    /// A test found something.
    Fail,
    /// A node or a test could not be run to its end.
    Error,
    /// A node was left out because of another.
    Skipped,
    /// There was nothing to do.
    NoOp,
    /// Some batches of a model were built, others not.
    PartialSuccess,
}

impl Status {
    /// Returns the word that artifacts use.
    pub fn word(self) -> &'static str {
        match self {
            Status::Success => "success",
            Status::Pass => "pass",
            Status::Warn => "warn",
            Status::Fail => "fail",
            Status::Error => "error",
            Status::Skipped => "skipped",
            Status::NoOp => "no-op",
            Status::PartialSuccess => "partial success",
        }
    }

    /// Tells whether the command's exit code must say so.
    pub fn is_failure(self) -> bool {
        matches!(self, Status::Fail | Status::Error | Status::Skipped | Status::PartialSuccess)
    }
}

/// Why running nodes are told to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// A node failed, and the first failure is to be the last.
    FailFast,
    /// Somebody wants the program to end.
    Interrupted,
}

impl Halt {
    /// Returns what is said of a node that did not come to its end.
    pub fn message(self) -> &'static str {
        match self {
            Halt::FailFast => "Skipping due to fail_fast",
            Halt::Interrupted => "Skipping because the run was interrupted",
        }
    }
}

/// What became of the batches of a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchResults {
    /// Those that were built.
    pub successful: Vec<Window>,
    /// Those that were not, or never tried.
    pub failed: Vec<Window>,
}

/// What became of one node.
#[derive(Debug, Clone)]
pub struct NodeResult {
    /// The node.
    pub unique_id: String,
    /// How it ended.
    pub status: Status,
    /// What there is to say of it in a line or a few; `None` for a test that passed.
    pub message: Option<String>,
    /// The number of failures of a test.
    pub failures: Option<i64>,
    /// What the database did.
    pub receipt: Receipt,
    /// When rendering began and ended.
    pub compiled_at: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// When execution began and ended.
    pub executed_at: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// The seconds from begin to end.
    pub seconds: f64,
    /// The worker, from 1; 0 for the main thread.
    pub worker: usize,
    /// The SQL, where the node got so far.
    pub compiled_code: Option<String>,
    /// The ephemeral models in that SQL: the id of each, and its common table expression.
    pub expressions: Vec<(String, String)>,
    /// Where that SQL was written.
    pub compiled_path: Option<String>,
    /// Where the statement that ran was written.
    pub run_path: Option<String>,
    /// The macros that its template called while it was compiled.
    pub macros: Vec<String>,
    /// The first rows that a failing test found.
    pub sample: Option<Table>,
    /// The relation that keeps a test's failures, when they are stored.
    pub stored_in: Option<String>,
    /// The id of the node that it is skipped because of.
    pub because_of: Option<String>,
    /// Why it was stopped, or never begun.
    pub halt: Option<Halt>,
    /// What became of its batches, where it is built by batches.
    pub batches: Option<BatchResults>,
    /// Whether only the database knows if its rows are there.
    pub in_doubt: bool,
    /// What went wrong, with its place.
    pub findings: Vec<Diagnostic>,
}

impl NodeResult {
    /// Makes a result that says nothing but how a node ended.
    pub fn new(unique_id: &str, status: Status) -> Self {
        Self {
            unique_id: unique_id.to_owned(),
            status,
            message: None,
            failures: None,
            receipt: Receipt::default(),
            compiled_at: None,
            executed_at: None,
            seconds: 0.0,
            worker: 0,
            compiled_code: None,
            expressions: Vec::new(),
            compiled_path: None,
            run_path: None,
            macros: Vec::new(),
            sample: None,
            stored_in: None,
            because_of: None,
            halt: None,
            batches: None,
            in_doubt: false,
            findings: Vec::new(),
        }
    }

    /// Returns dbt's name of the thread that the node ran in.
    pub fn thread(&self) -> String {
        if self.worker == 0 { "main".to_owned() } else { format!("Thread-{} (worker)", self.worker) }
    }

    /// Adds a message.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }
}
