//! The outside as a node's templates see it: statements with their comment, transactions, what is known of relations.

use std::cell::{Cell, OnceCell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::{Arc, PoisonError};

use crate::adapter::{AdapterError, Connection};
use crate::base::clock::Stopwatch;
use crate::base::table::{Cell as Scalar, Receipt, Table};
use crate::compile::node_value;
use crate::compile::warnings::Treatment;
use crate::graph::nodes::Node;
use crate::jinja::builtins::relation::Relation;
use crate::jinja::host::{Change, Host, HostError};
use crate::jinja::value::Text;
use crate::run::cache::Before;
use crate::run::catalog;
use crate::run::described::Described;
use crate::run::events::Event;
use crate::run::journal::Doubt;
use crate::run::session::Session;

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
    /// Whether nobody knows if the statement that failed ran.
    in_doubt: Cell<bool>,
    /// Whether macros began a transaction of their own.
    is_within: Cell<bool>,
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
            in_doubt: Cell::default(),
            is_within: Cell::default(),
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
        let mut line = self.line.borrow_mut();
        if line.is_none() {
            let connection = self.session.connect().map_err(|error| HostError::new(error.to_string()))?;
            *line = Some(connection);
        }
        let Some(connection) = line.as_mut() else { return Err(HostError::new("there is no connection")) };
        let mut answer = None;
        for range in connection.statements(sql) {
            let statement = sql.get(range.clone()).unwrap_or_default();
            self.note_insert(connection.as_mut(), statement)?;
            let next = self
                .send_one(connection.as_mut(), statement, fetch, limit)
                .map_err(|error| HostError { offset: error.offset.map(|at| at + range.start), ..error })?;
            let begins_one = begins(statement, &["begin", "start"]);
            let settles = begins_one || begins(statement, &["commit", "rollback"]);
            if settles {
                self.is_within.set(begins_one);
            }
            // What a text did is not told by what ends its transaction.
            if answer.is_none() || !settles {
                answer = Some(next);
            }
        }
        Ok(answer.unwrap_or_default())
    }

    fn send_one(
        &self,
        connection: &mut dyn Connection,
        sql: &str,
        fetch: bool,
        limit: Option<usize>,
    ) -> Result<(Receipt, Table), HostError> {
        let (sent, shift) = self.session.comment.put(self.comment()?, sql);
        let watch = Stopwatch::start();
        let answer = connection.run(&sent, fetch, limit);
        let (before, seconds) = (self.sent.get(), watch.seconds());
        self.sent.set(Sent { statements: before.statements + 1, seconds: before.seconds + seconds });
        let of = self.node.clone().unwrap_or_else(|| "master".to_owned());
        let refused = answer.as_ref().err().map(ToString::to_string);
        self.session.listener.notice(&Event::Statement { of, sql: sent.to_string(), seconds, refused });
        let answer = answer.map_err(|error| match error {
            AdapterError::Statement { message, offset, conflict, may_have_run, .. } => {
                self.conflicted.set(conflict);
                self.in_doubt.set(may_have_run);
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

    /// Tells whether nobody knows if the statement that failed ran.
    pub fn is_in_doubt(&self) -> bool {
        self.in_doubt.get()
    }

    /// Returns the node, if it is an incremental model that has rows: were it run again after a commit of which nobody
    /// heard, rows would be there twice. What is built whole can be built again.
    fn growing(&self) -> Option<&Node> {
        let project = &self.session.project;
        let node = self.node.as_ref().and_then(|id| project.nodes.get(id));
        node.filter(|node| {
            // A batch that is built again replaces its own rows, so no harm is done. A question about what is not there
            // would end the transaction.
            node.materialization() == "incremental"
                && !project.runs_in_batches(node)
                && self.session.known(node).is_some()
        })
    }

    /// Notes in the journal how many rows an incremental model is about to have for good.
    fn note_commit(&self) {
        let Some(node) = self.growing() else { return };
        if let (Some(journal), Some(rows)) = (self.session.journal(), self.count_rows(node)) {
            journal.committing(&node.unique_id, Doubt::Then(rows));
        }
    }

    /// Notes how many rows an incremental model has, before a statement adds some that commits by itself.
    fn note_insert(&self, connection: &mut dyn Connection, statement: &str) -> Result<(), HostError> {
        // What overwrites rows can be run again.
        let adds = begins(statement, &["insert"])
            && !statement
                .split_whitespace()
                .nth(1)
                .is_some_and(|word| word.eq_ignore_ascii_case("overwrite"));
        if self.session.adapter.transacts() || self.is_within.get() || !adds {
            return Ok(());
        }
        let (Some(node), Some(journal)) = (self.growing(), self.session.journal()) else { return Ok(()) };
        let query = format!("select count(*) as n from {}", node_value::relation(node).render());
        let (_, table) = self.send_one(connection, &query, true, Some(1))?;
        if let Some(rows) = table.rows.first().and_then(|row| row.first()).and_then(Scalar::to_i64) {
            journal.committing(&node.unique_id, Doubt::Before(rows));
        }
        Ok(())
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

/// Tells whether a statement begins with one of some words.
fn begins(statement: &str, words: &[&str]) -> bool {
    let word = statement.split(|letter: char| !letter.is_alphabetic()).next().unwrap_or_default();
    words.iter().any(|known| word.eq_ignore_ascii_case(known))
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
        // Only a whole answer is worth keeping.
        let is_whole = fetch && limit.is_none();
        if let Some(known) = self.described.answer(sql.as_str()).filter(|_| is_whole) {
            return Ok(known);
        }
        let answer = self.send(sql.as_str(), fetch, limit)?;
        self.described.note(sql.as_str(), is_whole.then_some(&answer));
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
            let found = catalog::relations(&self.session, self, database, schema)?;
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
