//! What the workers of one run share: the project, the database, who listens, and whether everything is to stop.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use crate::adapter::{Adapter, AdapterError, Connection, Interrupt};
use crate::compile::project::Project;
use crate::diagnostic::Diagnostic;
use crate::graph::nodes::Node;
use crate::jinja::builtins::relation::Relation;
use crate::jinja::core::{self, Dialect};
use crate::run::cache::RelationCache;
use crate::run::events::{Event, Listener};
use crate::run::journal::{Doubt, Journal};
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
    pub(super) comment: QueryComment,
    journal: OnceLock<Journal>,
    stopping: Mutex<Stopping>,
    /// Whose turn it is, of the nodes that ran into each other.
    turn: Mutex<()>,
    /// The warnings that are said once.
    pub(super) said: Mutex<BTreeSet<String>>,
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
    pub fn keep_journal(&self, chosen: &BTreeSet<String>, in_doubt: &BTreeMap<String, Doubt>) {
        match Journal::begin(&self.project, chosen) {
            Ok(journal) => {
                // Whoever goes on with this run, should it be killed before it gets there, must know of them too.
                for (id, doubt) in in_doubt {
                    journal.committing(id, *doubt);
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
    pub(super) fn stored_name(&self, identifier: &str) -> String {
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
