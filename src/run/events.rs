//! What happens during a run, as values. Whoever shows them (terminal, JSON lines, artifacts) only listens.

use crate::base::data::{Data, DataMap};
use crate::diagnostic::Diagnostic;
use crate::run::result::NodeResult;

/// What a node is called in messages.
#[derive(Debug, Clone, Default)]
pub struct NodeLabel {
    /// Its id.
    pub unique_id: String,
    /// Its name.
    pub name: String,
    /// The kind of node: `model`, `test`, ...
    pub resource_type: &'static str,
    /// What it is, as log lines say it: `sql table model main.orders`, `test unique_orders_id`.
    pub description: String,
    /// How it becomes a relation.
    pub materialized: String,
    /// Its file.
    pub path: String,
    /// Its full relation name; empty where it has none.
    pub relation: String,
    /// The database of its relation.
    pub database: String,
    /// The schema of its relation.
    pub schema: String,
    /// The name of its relation.
    pub alias: String,
    /// Its file, seen from the folder of its kind.
    pub short_path: String,
    /// What tells whether its file has changed.
    pub checksum: String,
    /// What its config says under `meta`.
    pub meta: Data,
    /// The node that a test is attached to.
    pub attached: Option<String>,
    /// What a generic test tests and where that is written: ``column `id` of `orders`, at models/a.yml:7:9``.
    pub tested: Option<String>,
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// The invocation began.
    Started {
        /// dbt's version, as this program reports it.
        dbt_version: String,
        /// The program's own version.
        version: &'static str,
    },
    /// The adapter is known.
    Adapter {
        /// Its name.
        name: String,
        /// The version of its engine.
        version: String,
    },
    /// The project was read: how many of each kind, in dbt's words.
    Found {
        /// Counts with their words: `5 models`, `1 seed`.
        counts: Vec<String>,
    },
    /// A finding about the project.
    Finding(
        /// The finding.
        Diagnostic,
    ),
    /// Nodes are about to run.
    Concurrency {
        /// The number of workers.
        threads: usize,
        /// The target.
        target: String,
        /// The number of nodes.
        nodes: usize,
    },
    /// A node began.
    NodeStarted {
        /// Its number, from 1.
        index: usize,
        /// How many there are.
        total: usize,
        /// The node.
        node: NodeLabel,
    },
    /// A node ended.
    NodeFinished {
        /// Its number, from 1.
        index: usize,
        /// How many there are.
        total: usize,
        /// The node.
        node: NodeLabel,
        /// What became of it.
        result: Box<NodeResult>,
    },
    /// A batch of a model began.
    BatchStarted {
        /// Its number, from 1.
        index: usize,
        /// How many there are.
        total: usize,
        /// What it is: `batch 2024-01-03 of main.orders`.
        batch: String,
        /// The model.
        node: NodeLabel,
    },
    /// A batch of a model ended, or was left out.
    BatchFinished {
        /// Its number, from 1.
        index: usize,
        /// How many there are.
        total: usize,
        /// What it is.
        batch: String,
        /// The model.
        node: NodeLabel,
        /// What became of it.
        result: Box<NodeResult>,
    },
    /// A node was stopped while it ran.
    Cancelled {
        /// The node.
        node: NodeLabel,
    },
    /// The failure that everything was stopped for.
    Failure {
        /// The node.
        node: NodeLabel,
        /// What became of it.
        result: Box<NodeResult>,
    },
    /// All nodes ended.
    Finished {
        /// Counts with their words: `1 table model`, `4 data tests`.
        counts: Vec<String>,
        /// The seconds it took.
        seconds: f64,
    },
    /// The results of all nodes, with what each is called.
    Summary {
        /// The nodes with their results.
        results: Vec<(NodeLabel, NodeResult)>,
        /// Whether somebody ended the run.
        interrupted: bool,
    },
    /// A line that a template logged, or one that a command has to say.
    Message {
        /// The text.
        text: String,
        /// Whether it is shown without `--debug`.
        info: bool,
    },
    /// What a command was asked for, shown even with `--quiet`.
    Output(
        /// The text.
        String,
    ),
    /// What a command was asked for and dbt has an event of its own for, shown even with `--quiet`.
    Shown {
        /// dbt's name of the event.
        name: &'static str,
        /// dbt's code of it.
        code: &'static str,
        /// The text.
        text: String,
        /// What programs read of it.
        data: Data,
    },
    /// Why nothing comes of the command, shown even with `--quiet`.
    Complaint(
        /// The text.
        String,
    ),
    /// What the invocation was told, by name.
    Arguments(
        /// Every argument that has a value.
        DataMap,
    ),
    /// A statement was sent to the database, and answered.
    Statement {
        /// Whose it is: a node's id, or `master`.
        of: String,
        /// The statement.
        sql: String,
        /// The seconds it took.
        seconds: f64,
        /// What the database said, where it refused.
        refused: Option<String>,
    },
    /// The command came to its end.
    Completed {
        /// The words of the command line.
        command: String,
        /// Whether everything is fine.
        success: bool,
        /// The seconds it took.
        seconds: f64,
    },
    /// A line that a template prints, shown even with `--quiet`.
    Print(
        /// The text.
        String,
    ),
    /// A warning that belongs to no place.
    Warning {
        /// dbt's name of it, or a name of the same kind.
        name: String,
        /// The text.
        text: String,
    },
}

/// Listens to what happens. Events come from several threads, each event whole.
pub trait Listener: Send + Sync {
    /// Takes notice of one event.
    fn notice(&self, event: &Event);
}

/// Listens to nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silence;

impl Listener for Silence {
    fn notice(&self, _: &Event) {}
}
