//! Records as lines: dbt's structured log in JSON, its lines for debugging, or plain text; on a screen or in a file.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::SecondsFormat;
use serde_json::{Value, json};

use crate::base::clock;
use crate::base::source::SourceMap;
use crate::report::record::{Level, Record};
use crate::report::records::{self, Style};
use crate::run::events::{Event, Listener};

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Json,
    /// With the time, the level and the thread in front.
    Debug,
    /// With the time in front.
    Text,
}

/// What is logged, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// How records are written.
    pub format: Format,
    /// The least important record that is written.
    pub level: Level,
    /// Whether what templates print is written.
    pub print: bool,
    /// How lines are drawn.
    pub style: Style,
    /// The invocation, which every record names.
    pub invocation_id: String,
}

/// Writes records as lines.
pub struct LogReport<W> {
    options: Options,
    sources: Arc<SourceMap>,
    out: Mutex<W>,
}

impl<W: Write + Send> LogReport<W> {
    /// Makes a report that writes to `out`.
    pub fn new(options: Options, sources: Arc<SourceMap>, out: W) -> Self {
        Self { options, sources, out: Mutex::new(out) }
    }

    fn line(&self, record: &Record) -> String {
        let now = clock::now();
        let thread = std::thread::current();
        let thread = thread.name().filter(|name| *name != "main").unwrap_or("MainThread");
        match self.options.format {
            Format::Json => {
                let line = json!({
                    "data": Value::Object(record.data.clone()),
                    "info": {
                        "category": "", "code": record.code, "extra": {},
                        "invocation_id": self.options.invocation_id, "level": record.level.word(),
                        "msg": record.text, "name": record.name, "pid": std::process::id(), "thread": thread,
                        "ts": now.to_rfc3339_opts(SecondsFormat::Micros, true),
                    },
                });
                format!("{line}\n")
            }
            Format::Debug => {
                let stamp = now.format("%H:%M:%S%.6f");
                let rule = "=".repeat(30);
                let head = if record.name == records::FIRST {
                    format!("\n\n{rule} {stamp} | {} {rule}\n", self.options.invocation_id)
                } else {
                    String::new()
                };
                let thread: String = thread.chars().take(10).collect();
                format!("{head}{stamp} [{:<5}] [{thread}]: {}\n", record.level.word(), record.text)
            }
            Format::Text => format!("{}  {}\n", now.format("%H:%M:%S"), record.text),
        }
    }

    fn is_wanted(&self, record: &Record) -> bool {
        // What is asked for is shown whatever the level, and what templates print where printing is wanted.
        match record.code {
            records::PRINTED if record.name == "PrintEvent" => self.options.print,
            records::PRINTED | records::COMPILED | records::SHOWN => true,
            _ => record.level >= self.options.level,
        }
    }
}

impl<W: Write + Send> Listener for LogReport<W> {
    fn notice(&self, event: &Event) {
        let records = records::of(event, &self.options.style, &self.sources, self.options.level);
        let wanted = records.iter().filter(|record| self.is_wanted(record));
        let lines: Vec<(String, Level)> = wanted.map(|record| (self.line(record), record.level)).collect();
        if lines.is_empty() {
            return;
        }
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        for (line, _) in &lines {
            // A reader that has gone away, or a disk that is full, is no failure of the run.
            let _ = out.write_all(line.as_bytes());
        }
        // What is only for finding out what happened may wait for what is not.
        if lines.iter().any(|(_, level)| *level > Level::Debug) {
            let _ = out.flush();
        }
    }
}
