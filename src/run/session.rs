//! What the workers of one run share, and the outside as one running node sees it.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crate::adapter::{Adapter, AdapterError, Connection, Interrupt};
use crate::base::clock::Stopwatch;
use crate::base::table::{Receipt, Table};
use crate::compile::node_value;
use crate::compile::project::Project;
use crate::compile::warnings::Treatment;
use crate::diagnostic::Diagnostic;
use crate::graph::nodes::Node;
use crate::jinja::builtins::relation::Relation;
use crate::jinja::core::{self, Dialect};
use crate::jinja::host::{Change, Host, HostError};
use crate::jinja::value::Text;
use crate::run::cache::{Before, RelationCache};
use crate::run::described::Described;
use crate::run::events::{Event, Listener};
use crate::run::journal::Journal;
use crate::run::microbatch::{Earlier, Lanes};
use crate::run::query_comment::QueryComment;
use crate::run::result::{Halt, NodeResult};

/// What can be stopped: the connections of workers, while there are workers.
#[derive(Default)]
struct Stopping {
    halt: Option<Halt>,
    interrupters: Vec<Arc<dyn Interrupt>>,
}

/// How long after a request to stop the next one follows: a statement that begins just after one does not see it.
const INTERRUPT_AGAIN: Duration = Duration::from_millis(20);

/// What the workers of one run share.
pub struct Session {
    /// The project.
    pub project: Arc<Project>,
    /// The database.
    pub adapter: Arc<dyn Adapter>,
    /// Which relations are there.
    pub cache: RelationCache,
    /// Who listens.
    pub listener: Arc<dyn Listener>,
    /// How much of the machine is taken.
    pub lanes: Lanes,
    earlier: OnceLock<Earlier>,
    comment: QueryComment,
    journal: OnceLock<Journal>,
    stopping: Mutex<Stopping>,
    /// Whose turn it is, of the nodes that ran into each other.
    turn: Mutex<()>,
    /// The warnings that are said once.
    said: Mutex<BTreeSet<String>>,
    /// The ephemeral models that were compiled, by id: they take no turn of their own.
    ephemeral: Mutex<BTreeMap<String, NodeResult>>,
}

impl Session {
    /// Makes a session; opens nothing. `Err` when the project's query comment cannot be.
    pub fn new(
        project: Arc<Project>,
        adapter: Arc<dyn Adapter>,
        listener: Arc<dyn Listener>,
    ) -> Result<Self, Box<Diagnostic>> {
        Ok(Self {
            comment: QueryComment::read(&project)?,
            lanes: Lanes::new(project.invocation.target.threads),
            earlier: OnceLock::new(),
            project,
            adapter,
            cache: RelationCache::default(),
            listener,
            journal: OnceLock::new(),
            stopping: Mutex::default(),
            turn: Mutex::default(),
            said: Mutex::default(),
            ephemeral: Mutex::default(),
        })
    }

    /// Keeps a journal from now on, of a run that is to run some nodes, some of them in doubt. Without one a run can
    /// still be run, and `retry` has the artifact.
    pub fn keep_journal(&self, chosen: &BTreeSet<String>, in_doubt: &BTreeMap<String, i64>) {
        match Journal::begin(&self.project, chosen) {
            Ok(journal) => {
                // Whoever goes on with this run, should it be killed before it gets there, must know of them too.
                for (id, rows) in in_doubt {
                    journal.committing(id, *rows);
                }
                // A process runs one command: there is none yet.
                let _ = self.journal.set(journal);
            }
            Err(error) => {
                let text = format!("no journal is kept of this run: {error}");
                self.listener.notice(&Event::Warning { name: "JinjaLogWarning".to_owned(), text });
            }
        }
    }

    /// Waits for the turn of a node that ran into another transaction.
    pub fn take_turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the journal, if one is kept.
    pub fn journal(&self) -> Option<&Journal> {
        self.journal.get()
    }

    /// Goes on with what an earlier run left to do.
    pub fn go_on_with(&self, earlier: Earlier) {
        // A process runs one command, which goes on with one other.
        let _ = self.earlier.set(earlier);
    }

    /// Returns what an earlier run left to do, if this one goes on with it.
    pub fn earlier(&self) -> Option<&Earlier> {
        self.earlier.get()
    }

    /// Returns what is known of the project's database without asking it.
    pub fn dialect(&self) -> &'static Dialect {
        core::dialect(&self.project.invocation.target.adapter)
    }

    /// Returns the name under which the database keeps what the project calls so.
    fn stored_name(&self, identifier: &str) -> String {
        let mut relation = Relation::of(self.dialect(), None, None, Some(identifier));
        relation.quote = self.project.quoting();
        relation.stored_name().unwrap_or_default()
    }

    /// Returns the name under which the database keeps a schema that the project calls so.
    pub(super) fn stored_schema(&self, schema: &str) -> String {
        let is_folded = self.dialect().capitals && !self.project.quoting()[1];
        if is_folded { schema.to_uppercase() } else { schema.to_owned() }
    }

    /// Returns a node's relation, as far as it is known to be there.
    pub fn known(&self, node: &Node) -> Option<Relation> {
        self.cache.get(&node.database, &node.schema, &self.stored_name(&node.alias))
    }

    /// Opens a connection for a worker.
    pub fn connect(&self) -> Result<Box<dyn Connection>, AdapterError> {
        let say = |text: &str| self.listener.notice(&Event::Message { text: text.to_owned(), info: true });
        let connection = self.adapter.connect(&say)?;
        self.stopping().interrupters.push(connection.interrupter());
        Ok(connection)
    }

    fn stopping(&self) -> MutexGuard<'_, Stopping> {
        self.stopping.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stops what runs: statements are interrupted, no statement and no node is begun. An interruption by somebody
    /// counts more than a failure.
    pub fn stop(self: &Arc<Self>, halt: Halt) {
        let stopped_before = {
            let mut stopping = self.stopping();
            let before = stopping.halt;
            if before != Some(Halt::Interrupted) {
                stopping.halt = Some(halt);
            }
            before.is_some()
        };
        self.adapter.stop_waiting();
        if !stopped_before {
            let session = Arc::downgrade(self);
            std::thread::spawn(move || {
                while let Some(session) = session.upgrade()
                    && session.interrupt_all()
                {
                    drop(session);
                    std::thread::sleep(INTERRUPT_AGAIN);
                }
            });
        }
    }

    /// Interrupts every statement; `false` when nothing is to be stopped any more.
    fn interrupt_all(&self) -> bool {
        let stopping = self.stopping();
        if stopping.halt.is_none() {
            return false;
        }
        stopping.interrupters.iter().for_each(|interrupter| interrupter.interrupt());
        !stopping.interrupters.is_empty()
    }

    /// Takes notice that no worker runs any more: after a failure what is left to do may be done, after an
    /// interruption nothing is.
    pub fn workers_ended(&self) {
        let mut stopping = self.stopping();
        if stopping.halt == Some(Halt::FailFast) {
            stopping.halt = None;
        }
    }

    /// Takes notice that nothing is sent to the database any more, so that there is nothing to interrupt.
    pub fn all_ended(&self) {
        self.stopping().interrupters.clear();
    }

    /// Returns the ephemeral models that were compiled so far, by id.
    pub(super) fn ephemeral(&self) -> MutexGuard<'_, BTreeMap<String, NodeResult>> {
        self.ephemeral.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whether what runs is to stop, and why.
    pub fn halted(&self) -> Option<Halt> {
        self.stopping().halt
    }
}

/// A worker's connection, opened when the first statement needs it.
pub type Line = Rc<RefCell<Option<Box<dyn Connection>>>>;

/// How many statements the database got, and how long it took over them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sent {
    /// Their number; what begins and ends transactions counts.
    pub statements: usize,
    /// The seconds inside the database.
    pub seconds: f64,
}

/// The outside as one node sees it.
pub struct NodeHost {
    session: Arc<Session>,
    line: Line,
    in_transaction: Cell<bool>,
    /// What was known of relations before the open transaction changed them.
    uncommitted: RefCell<Vec<Before>>,
    /// What the statements sent so far amount to.
    sent: Cell<Sent>,
    /// Whether the last statement that failed ran into another transaction.
    conflicted: Cell<bool>,
    /// The node whose statements these are.
    node: Option<String>,
    /// The comment of each statement, once it is known.
    comment: OnceCell<Result<String, String>>,
    /// Where the main statement's text is kept.
    run_path: Option<PathBuf>,
    /// What was told of relations' columns.
    described: Described,
}

impl NodeHost {
    /// Makes the outside for what belongs to no node.
    pub fn new(session: &Arc<Session>, line: &Line) -> Rc<Self> {
        Rc::new(Self::plain(session, line))
    }

    /// Makes the outside for a node; `run_path` says where its main statement is kept.
    pub fn for_node(session: &Arc<Session>, line: &Line, node: &Node, run_path: Option<PathBuf>) -> Rc<Self> {
        Rc::new(Self { node: Some(node.unique_id.clone()), run_path, ..Self::plain(session, line) })
    }

    fn plain(session: &Arc<Session>, line: &Line) -> Self {
        Self {
            session: session.clone(),
            line: line.clone(),
            in_transaction: Cell::new(false),
            uncommitted: RefCell::default(),
            sent: Cell::default(),
            conflicted: Cell::default(),
            node: None,
            comment: OnceCell::new(),
            run_path: None,
            described: Described::default(),
        }
    }

    /// Returns the comment of this node's statements.
    fn comment(&self) -> Result<&str, HostError> {
        let project = &self.session.project;
        let node = || self.node.as_ref().and_then(|id| project.nodes.get(id));
        let comment = self.comment.get_or_init(|| self.session.comment.render(project, node()));
        comment.as_ref().map(String::as_str).map_err(HostError::new)
    }

    fn send(&self, sql: &str, fetch: bool, limit: Option<usize>) -> Result<(Receipt, Table), HostError> {
        let (sent, shift) = self.session.comment.put(self.comment()?, sql);
        let mut line = self.line.borrow_mut();
        if line.is_none() {
            let connection = self.session.connect().map_err(|error| HostError::new(error.to_string()))?;
            *line = Some(connection);
        }
        let Some(connection) = line.as_mut() else { return Err(HostError::new("there is no connection")) };
        let watch = Stopwatch::start();
        let answer = connection.run(&sent, fetch, limit);
        let (before, seconds) = (self.sent.get(), watch.seconds());
        let statements = answer.as_ref().map_or(1, |answer| answer.receipt.statements);
        self.sent.set(Sent { statements: before.statements + statements, seconds: before.seconds + seconds });
        let of = self.node.clone().unwrap_or_else(|| "master".to_owned());
        let refused = answer.as_ref().err().map(ToString::to_string);
        self.session.listener.notice(&Event::Statement { of, sql: sent.to_string(), seconds, refused });
        let answer = answer.map_err(|error| match error {
            AdapterError::Statement { message, offset, conflict, .. } => {
                self.conflicted.set(conflict);
                let offset = offset.and_then(|at| at.checked_sub(shift)).filter(|at| *at <= sql.len());
                HostError { message, offset, from_database: true }
            }
            other => HostError::new(other.to_string()),
        })?;
        Ok((answer.receipt, answer.table))
    }

    /// Returns what the statements sent so far amount to.
    pub fn sent(&self) -> Sent {
        self.sent.get()
    }

    /// Tells whether the last statement that failed ran into another transaction.
    pub fn conflicted(&self) -> bool {
        self.conflicted.get()
    }

    /// Returns the bytes that a table takes in the database, where the database knows them.
    pub fn stored_bytes(&self, relation: &str) -> Option<u64> {
        self.line.borrow_mut().as_mut()?.stored_bytes(relation)
    }

    /// Makes the outside on the same connection again, for a macro of its own.
    pub fn sibling(&self) -> Rc<Self> {
        Rc::new(Self {
            in_transaction: Cell::new(self.in_transaction.get()),
            node: self.node.clone(),
            comment: self.comment.clone(),
            ..Self::plain(&self.session, &self.line)
        })
    }

    /// Notes in the journal how many rows an incremental model is about to have for good: were it run again after a
    /// commit of which nobody heard, rows would be there twice. What is built whole can be built again.
    fn note_commit(&self) {
        let project = &self.session.project;
        let node = self.node.as_ref().and_then(|id| project.nodes.get(id));
        let Some(node) = node.filter(|node| {
            // A batch that is built again replaces its own rows, so no harm is done.
            node.materialization() == "incremental" && !project.runs_in_batches(node)
        }) else {
            return;
        };
        // A question about what is not there would end the transaction.
        if self.session.known(node).is_none() {
            return;
        }
        if let (Some(journal), Some(rows)) = (self.session.journal(), self.count_rows(node)) {
            journal.committing(&node.unique_id, rows);
        }
    }

    /// Counts the rows of a node's relation; `None` where there is none.
    pub fn count_rows(&self, node: &Node) -> Option<i64> {
        let query = format!("select count(*) from {}", node_value::relation(node).render());
        let (_, table) = self.send(&query, true, Some(1)).ok()?;
        table.rows.first()?.first()?.to_i64()
    }

    /// Takes back what an open transaction did; called when a node ends, however it ends.
    pub fn rollback(&self) {
        self.described.forget();
        if self.in_transaction.replace(false) {
            // The transaction may be gone already, as after an error at commit.
            let _ = self.send("ROLLBACK", false, None);
            self.session.cache.put_back(self.uncommitted.take());
        }
        if let Some(connection) = self.line.borrow_mut().as_mut() {
            connection.roll_back();
        }
    }
}

impl Host for NodeHost {
    fn run(
        &self,
        sql: &Text,
        auto_begin: bool,
        fetch: bool,
        limit: Option<usize>,
    ) -> Result<(Receipt, Table), HostError> {
        if let Some(halt) = self.session.halted() {
            return Err(HostError::new(halt.message()));
        }
        let options = &self.session.project.invocation.options;
        if options.which == "compile" && !options.flags.is_on("introspect") {
            return Err(HostError::new("the template asks the database, and `--no-introspect` forbids that"));
        }
        if auto_begin && self.session.adapter.transacts() && !self.in_transaction.get() {
            self.send("BEGIN", false, None)?;
            self.in_transaction.set(true);
        }
        if !self.session.adapter.is_remote() {
            return self.send(sql.as_str(), fetch, limit);
        }
        if let Some(known) = self.described.answer(sql.as_str()) {
            return Ok(known);
        }
        let answer = self.send(sql.as_str(), fetch, limit)?;
        self.described.note(sql.as_str(), &answer);
        Ok(answer)
    }

    fn commit(&self) -> Result<(), HostError> {
        if self.in_transaction.get() {
            self.note_commit();
            self.in_transaction.set(false);
            let changes = self.uncommitted.take();
            if let Err(error) = self.send("COMMIT", false, None) {
                self.session.cache.put_back(changes);
                return Err(error);
            }
        }
        Ok(())
    }

    fn relation(
        &self,
        database: &str,
        schema: &str,
        identifier: &str,
    ) -> Result<Option<Relation>, HostError> {
        self.relations(database, schema)?;
        Ok(self.session.cache.get(database, schema, &self.session.stored_name(identifier)))
    }

    fn relations(&self, database: &str, schema: &str) -> Result<Vec<Relation>, HostError> {
        if !self.session.cache.knows(database, schema) {
            let found = super::catalog::relations(&self.session, self, database, schema)?;
            self.session.cache.fill(database, schema, found);
        }
        Ok(self.session.cache.all(database, schema))
    }

    fn changed(&self, change: Change) {
        let before = self.session.cache.change(&change);
        if self.in_transaction.get() {
            self.uncommitted.borrow_mut().extend(before);
        }
    }

    fn write(&self, sql: &str) {
        if let Some(path) = &self.run_path
            && let Err(error) = self.session.project.write(path, sql)
        {
            let name = "JinjaLogWarning".to_owned();
            self.session.listener.notice(&Event::Warning { name, text: error.to_string() });
        }
    }

    fn log(&self, message: &str, info: bool) {
        self.session.listener.notice(&Event::Message { text: message.to_owned(), info });
    }

    fn print(&self, message: &str) {
        self.session.listener.notice(&Event::Print(message.to_owned()));
    }

    fn warn(&self, name: &str, message: &str) -> Result<(), HostError> {
        match self.session.project.invocation.options.flags.warnings().treat(&[name]) {
            Treatment::Error => return Err(HostError::new(message)),
            Treatment::Warn => {
                let (name, text) = (name.to_owned(), message.to_owned());
                self.session.listener.notice(&Event::Warning { name, text });
            }
            Treatment::Silence => {}
        }
        Ok(())
    }

    fn warn_once(&self, name: &str, message: &str) -> Result<(), HostError> {
        let mut said = self.session.said.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = said.insert(message.to_owned());
        drop(said);
        if is_new { self.warn(name, message) } else { Ok(()) }
    }
}
