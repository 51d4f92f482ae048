//! The journal of a run: a file of its own in `.martlet/journal/`, to which a line is added for each thing that happens,
//! as it happens. What a run was killed over is found there by `past`. Knows nothing of the database.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::base::clock;
use crate::base::fs::{self, Appender, FileError};
use crate::compile::event_time::Window;
use crate::compile::project::Project;
use crate::run::microbatch::Begun;
use crate::run::result::NodeResult;

/// How many journals are kept.
const KEPT: usize = 100;

/// What tells whether rows are there of which nobody heard: the number of a table's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// It has so many when they are there.
    Then(i64),
    /// It has so many when they are not.
    Before(i64),
}

impl Doubt {
    /// Tells whether they are there, from the rows of the table as it is.
    pub fn is_done(self, rows: i64) -> bool {
        match self {
            Self::Then(then) => rows == then,
            Self::Before(before) => rows != before,
        }
    }
}

/// A journal that is written.
#[derive(Debug)]
pub struct Journal {
    file: Appender,
}

/// Returns the folder in which a project's state is kept: beside the project file, since the target folder may be
/// removed at any time.
pub fn state_folder(project: &Project) -> PathBuf {
    project.root().map_or_else(|| PathBuf::from("."), |package| package.root.clone()).join(STATE)
}

/// The name of the folder of a project's state.
pub const STATE: &str = ".martlet";

/// Returns the folder of journals in a folder of state.
pub fn folder(state: &Path) -> PathBuf {
    state.join("journal")
}

impl Journal {
    /// Begins the journal of an invocation that is to run some nodes; the oldest journals go.
    pub fn begin(project: &Project, chosen: &BTreeSet<String>) -> Result<Self, FileError> {
        let state = state_folder(project);
        // The folder keeps itself out of version control, whatever the project's own files say.
        if !fs::is_folder(&state) {
            fs::write(&state.join(".gitignore"), b"*\n")?;
        }
        let folder = folder(&state);
        let invocation = &project.invocation;
        let stamp = invocation.started_at.format("%Y%m%dT%H%M%S%.6fZ");
        let file = Appender::open(&folder.join(format!("{stamp}-{}.jsonl", invocation.id)))?;
        let mut journals = fs::list_folder(&folder)?;
        journals.truncate(journals.len().saturating_sub(KEPT));
        for old in journals {
            fs::remove(&old)?;
        }
        let journal = Self { file };
        journal.note(&json!({
            "event": "begun", "invocation_id": invocation.id, "at": invocation.started_at.to_rfc3339(),
            "command": invocation.options.which, "command_lines": invocation.options.command_lines,
            "target": invocation.target.name, "process": std::process::id(),
            "chosen": chosen,
        }));
        Ok(journal)
    }

    /// Notes that a node begins.
    pub fn started(&self, id: &str) {
        self.note(&json!({"event": "started", "node": id}));
    }

    /// Notes that rows put into a table are about to be there for good. What happens between this line and the next of
    /// the same node is known to the database alone.
    pub fn committing(&self, id: &str, doubt: Doubt) {
        let (key, rows) = match doubt {
            Doubt::Then(rows) => ("rows", rows),
            Doubt::Before(rows) => ("before", rows),
        };
        self.note(&json!({"event": "committing", "node": id, key: rows}));
    }

    /// Notes which batches a model is to be built by, and what is there of it.
    pub fn batches(&self, id: &str, begun: &Begun) {
        let pairs = |windows: &[Window]| -> Vec<[String; 2]> { windows.iter().map(pair).collect() };
        self.note(&json!({
            "event": "batches", "node": id, "left": pairs(&begun.results.failed),
            "built": pairs(&begun.results.successful), "incremental": begun.incremental,
        }));
    }

    /// Notes that a batch was built.
    pub fn batch_built(&self, id: &str, batch: &Window) {
        self.note(&json!({"event": "batch_built", "node": id, "batch": pair(batch)}));
    }

    /// Notes what became of a node.
    pub fn finished(&self, result: &NodeResult) {
        self.note(&json!({
            "event": "finished", "node": result.unique_id, "status": result.status.word(),
            "seconds": result.seconds, "rows": result.receipt.rows_affected, "message": result.message,
            "in_doubt": result.in_doubt,
        }));
    }

    /// Notes that the run came to its end.
    pub fn ended(&self) {
        self.note(&json!({"event": "ended"}));
    }

    /// Adds a line. What cannot be written is missing when somebody wants to go on, and is no reason to stop now.
    fn note(&self, event: &Value) {
        let mut event = event.clone();
        if let Some(fields) = event.as_object_mut() {
            fields.entry("at").or_insert_with(|| clock::now().to_rfc3339().into());
        }
        let _ = self.file.add(&event.to_string());
    }
}

fn pair(window: &Window) -> [String; 2] {
    [window.start.to_rfc3339(), window.end.to_rfc3339()]
}
