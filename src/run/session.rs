//! What the workers of one run share, and the outside as one running node sees it.

use std::cell::{Cell, OnceCell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::adapter::{Adapter, AdapterError, Connection, Interrupt};
use crate::base::fs;
use crate::base::table::{Receipt, Table};
use crate::compile::project::Project;
use crate::compile::warnings::Treatment;
use crate::diagnostic::Diagnostic;
use crate::graph::nodes::Node;
use crate::jinja::builtins::relation::Relation;
use crate::jinja::host::{Change, Host, HostError};
use crate::jinja::value::Text;
use crate::run::cache::RelationCache;
use crate::run::events::{Event, Listener};
use crate::run::query_comment::QueryComment;

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
    comment: QueryComment,
    interrupters: Mutex<Vec<Arc<dyn Interrupt>>>,
    stopped: AtomicBool,
    database_micros: AtomicU64,
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
            project,
            adapter,
            cache: RelationCache::default(),
            listener,
            interrupters: Mutex::default(),
            stopped: AtomicBool::new(false),
            database_micros: AtomicU64::new(0),
        })
    }

    /// Opens a connection for a worker.
    pub fn connect(&self) -> Result<Box<dyn Connection>, AdapterError> {
        let connection = self.adapter.connect()?;
        self.interrupters.lock().unwrap_or_else(PoisonError::into_inner).push(connection.interrupter());
        Ok(connection)
    }

    /// Stops everything: running statements are interrupted, no node is begun.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        for interrupter in self.interrupters.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            interrupter.interrupt();
        }
    }

    /// Tells whether everything was stopped.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Returns the seconds spent inside the database, all workers together.
    pub fn database_seconds(&self) -> f64 {
        self.database_micros.load(Ordering::Relaxed) as f64 / 1e6
    }
}

/// A worker's connection, opened when the first statement needs it.
pub type Line = Rc<RefCell<Option<Box<dyn Connection>>>>;

/// The outside as one node sees it.
pub struct NodeHost {
    session: Arc<Session>,
    line: Line,
    in_transaction: Cell<bool>,
    /// The node whose statements these are.
    node: Option<String>,
    /// The comment of each statement, once it is known.
    comment: OnceCell<Result<String, String>>,
    /// Where the main statement's text is kept.
    run_path: Option<PathBuf>,
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
            node: None,
            comment: OnceCell::new(),
            run_path: None,
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
        let answer = connection.run(&sent, fetch, limit).map_err(|error| match error {
            AdapterError::Statement { message, offset } => {
                let offset = offset.and_then(|at| at.checked_sub(shift)).filter(|at| *at <= sql.len());
                HostError { message, offset, from_database: true }
            }
            other => HostError::new(other.to_string()),
        })?;
        self.session.database_micros.fetch_add((answer.receipt.seconds * 1e6) as u64, Ordering::Relaxed);
        Ok((answer.receipt, answer.table))
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

    /// Takes back what an open transaction did; called when a node ends, however it ends.
    pub fn rollback(&self) {
        if self.in_transaction.replace(false) {
            // The transaction may be gone already, as after an error at commit.
            let _ = self.send("ROLLBACK", false, None);
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
        if self.session.is_stopped() {
            return Err(HostError::new("the run was stopped"));
        }
        if auto_begin && !self.in_transaction.get() {
            self.send("BEGIN", false, None)?;
            self.in_transaction.set(true);
        }
        self.send(sql.as_str(), fetch, limit)
    }

    fn commit(&self) -> Result<(), HostError> {
        if self.in_transaction.replace(false) {
            self.send("COMMIT", false, None)?;
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
        Ok(self.session.cache.get(database, schema, identifier))
    }

    fn relations(&self, database: &str, schema: &str) -> Result<Vec<Relation>, HostError> {
        if !self.session.cache.knows(database, schema) {
            let found = super::catalog::relations(&self.session, self, database, schema)?;
            self.session.cache.fill(database, schema, found);
        }
        Ok(self.session.cache.all(database, schema))
    }

    fn changed(&self, change: Change) {
        self.session.cache.change(&change);
    }

    fn write(&self, sql: &str) {
        if let Some(path) = &self.run_path
            && let Err(error) = fs::write(path, sql.as_bytes())
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
}
