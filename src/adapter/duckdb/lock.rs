//! Waiting for a database that another process holds, and for anything else that is tried again.

use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ::duckdb as engine;
use regex::Regex;

use crate::adapter::AdapterError;
use crate::base::clock::Stopwatch;

static HOLDER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"held in (.*?) ?\(PID (\d+)\)").ok());

/// How often a wait looks whether it is to end.
const LOOK: Duration = Duration::from_millis(50);

/// How a wait is ended, and who is told of it.
pub(super) struct Waiting<'w> {
    /// Whether nothing is to be waited for any longer.
    pub(super) stopped: &'w AtomicBool,
    /// Told of each wait.
    pub(super) say: &'w dyn Fn(&str),
}

impl Waiting<'_> {
    /// Waits after an attempt, the first being 1; twice as long each time (as dbt-duckdb does), half a minute at most.
    /// Returns the seconds.
    pub(super) fn pause(&self, attempt: u32) -> u64 {
        let seconds = pause(attempt);
        let watch = Stopwatch::start();
        while watch.seconds() < seconds as f64 && !self.stopped.load(Ordering::SeqCst) {
            std::thread::sleep(LOOK);
        }
        seconds
    }
}

fn pause(attempt: u32) -> u64 {
    (1_u64 << attempt.saturating_sub(1).min(5)).min(30)
}

/// Opens a database; while another process holds it, waits and tries again, so many times in all.
pub(super) fn wait(
    path: &Path,
    attempts: u32,
    waiting: &Waiting<'_>,
    open: impl Fn() -> Result<engine::Result<engine::Connection>, AdapterError>,
) -> Result<engine::Connection, AdapterError> {
    let mut waited = 0;
    let mut attempt = 1;
    loop {
        let said = match open()? {
            Ok(connection) => return Ok(connection),
            Err(engine::Error::DuckDBFailure(_, Some(message))) => message,
            Err(other) => other.to_string(),
        };
        let Some(holder) = holder(&said) else {
            return Err(AdapterError::Open { path: path.to_path_buf(), message: said });
        };
        if attempt >= attempts || waiting.stopped.load(Ordering::SeqCst) {
            return Err(AdapterError::Locked { path: path.to_path_buf(), holder, seconds: waited });
        }
        (waiting.say)(&format!(
            "The database {} is in use by {holder}; attempt {attempt} of {attempts}, the next one in {} s",
            path.display(),
            pause(attempt)
        ));
        waited += waiting.pause(attempt);
        attempt += 1;
    }
}

/// Finds who holds the database in what DuckDB says.
fn holder(said: &str) -> Option<String> {
    let found = HOLDER.as_ref()?.captures(said)?;
    let part = |index| found.get(index).map_or("", |part| part.as_str());
    Some(if part(1).is_empty() {
        format!("process {}", part(2))
    } else {
        format!("process {} ({})", part(2), part(1))
    })
}
