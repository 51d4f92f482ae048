//! How long each node took, in a file of its own: `--record-timing-info`.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::base::fs;
use crate::run::events::{Event, Listener};

/// Collects how long nodes take, and writes it down when the command ends.
pub struct TimingReport {
    path: PathBuf,
    lines: Mutex<Vec<String>>,
}

impl TimingReport {
    /// Makes a report that writes to `path`.
    pub fn new(path: PathBuf) -> Self {
        Self { path, lines: Mutex::new(vec!["seconds\tin_database\tstatements\tstatus\tnode".to_owned()]) }
    }

    fn add(&self, line: String) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

impl Listener for TimingReport {
    fn notice(&self, event: &Event) {
        match event {
            Event::NodeFinished { node, result, .. } => {
                let receipt = &result.receipt;
                let (statements, status) = (receipt.statements, result.status.word());
                let times = format!("{:.6}\t{:.6}", result.seconds, receipt.seconds);
                self.add(format!("{times}\t{statements}\t{status}\t{}", node.unique_id));
            }
            Event::Completed { command, success, seconds } => {
                let status = if *success { "success" } else { "error" };
                self.add(format!("{seconds:.6}\t\t\t{status}\tdbt {command}"));
                let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
                // Where it cannot be written nobody is there any more to be told.
                let _ = fs::write(&self.path, format!("{}\n", lines.join("\n")).as_bytes());
            }
            _ => {}
        }
    }
}
