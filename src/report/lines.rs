//! The words of dbt's log lines: one place that knows how a node's beginning and end are told.

use anstyle::{AnsiColor, Style};

use crate::run::events::NodeLabel;
use crate::run::result::{NodeResult, Status};

/// How a status is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As any text.
    Plain,
    /// Good.
    Good,
    /// To be noticed.
    Warning,
    /// Bad.
    Bad,
}

/// Returns what is said when a node begins.
pub fn started(node: &NodeLabel) -> String {
    format!("START {}", node.description)
}

/// Returns what is said when a node ended, its status in brackets (without the time), and its tone.
pub fn finished(node: &NodeLabel, result: &NodeResult) -> (String, String, Tone) {
    let what = match node.resource_type {
        // What is done says what it is.
        "snapshot" => node.description.trim_start_matches("snapshot "),
        _ => &node.description,
    };
    let failures = result.failures.unwrap_or_default();
    let receipt = Some(result.receipt.message.as_str()).filter(|message| !message.is_empty());
    let answer = receipt.or(result.message.as_deref()).unwrap_or("OK");
    match (result.status, node.resource_type) {
        (Status::Pass, "source") => (format!("PASS {what}"), "PASS".to_owned(), Tone::Good),
        (Status::Warn, "source") => (format!("WARN {what}"), "WARN".to_owned(), Tone::Warning),
        (Status::Fail, "source") => (format!("ERROR STALE {what}"), "ERROR STALE".to_owned(), Tone::Bad),
        (Status::Error, "source") => (format!("ERROR {what}"), "ERROR".to_owned(), Tone::Bad),
        (Status::Skipped, kind) => {
            (format!("SKIP {}", skipped(node, kind)), "SKIP".to_owned(), Tone::Warning)
        }
        (Status::Pass, _) => (format!("PASS {}", node.name), "PASS".to_owned(), Tone::Good),
        (Status::Warn, _) => {
            (format!("WARN {failures} {}", node.name), format!("WARN {failures}"), Tone::Warning)
        }
        (Status::Fail, _) => {
            (format!("FAIL {failures} {}", node.name), format!("FAIL {failures}"), Tone::Bad)
        }
        (Status::Error, "test" | "unit_test") => {
            (format!("ERROR {}", node.name), "ERROR".to_owned(), Tone::Bad)
        }
        (Status::Error, "operation") => (format!("ERROR {what}"), "ERROR".to_owned(), Tone::Bad),
        (Status::Error, kind) => (format!("ERROR {} {what}", doing(kind)), "ERROR".to_owned(), Tone::Bad),
        (Status::NoOp, _) => (format!("NO-OP {what}"), "NO-OP".to_owned(), Tone::Plain),
        (Status::PartialSuccess, _) => {
            (format!("PARTIALLY created {what}"), result.message.clone().unwrap_or_default(), Tone::Warning)
        }
        (Status::Success, "function") => (format!("OK created {what}"), "SUCCESS".to_owned(), Tone::Good),
        (Status::Success, "operation") => (format!("OK {what}"), "OK".to_owned(), Tone::Good),
        (Status::Success, kind) => (format!("OK {} {what}", done(kind)), answer.to_owned(), Tone::Good),
    }
}

fn skipped(node: &NodeLabel, kind: &str) -> String {
    match kind {
        "test" => format!("test {}", node.name),
        "unit_test" => format!("unit_test {}", node.name),
        "function" | "saved_query" => format!("{kind} {}", node.name),
        "model" | "seed" | "snapshot" => {
            let relation = node.description.rsplit(' ').next().unwrap_or_default();
            format!("relation {relation}")
        }
        _ => node.description.clone(),
    }
}

fn doing(kind: &str) -> &'static str {
    match kind {
        "seed" | "source" => "loading",
        "snapshot" => "snapshotting",
        _ => "creating",
    }
}

fn done(kind: &str) -> &'static str {
    match kind {
        "seed" | "source" => "loaded",
        "snapshot" => "snapshotted",
        _ => "created",
    }
}

/// Returns what is said when a batch of a model ended, its status in brackets (without the time), and its tone.
pub fn batch_finished(batch: &str, result: &NodeResult) -> (String, String, Tone) {
    match result.status {
        Status::Success => {
            (format!("OK created {batch}"), result.message.clone().unwrap_or_default(), Tone::Good)
        }
        Status::Skipped => (format!("SKIP {batch}"), "SKIPPED".to_owned(), Tone::Warning),
        _ => (format!("ERROR creating {batch}"), "ERROR".to_owned(), Tone::Bad),
    }
}

/// Fills a line with dots up to `width`, then puts the status behind it.
pub fn dotted(text: &str, status: &str, width: usize) -> String {
    let text = format!("{text} ");
    let missing = width.saturating_sub(text.chars().count());
    format!("{text}{} [{status}]", ".".repeat(missing))
}

/// Returns what stands behind the status: the receipt of what was built, or why a node is skipped.
pub fn aside(result: &NodeResult) -> String {
    if let Some(id) = &result.because_of {
        // The ids of tests end in a fingerprint that says nothing to people.
        let name = if id.starts_with("test.") { id.split('.').nth(2) } else { id.splitn(3, '.').nth(2) };
        return format!("  because of {}", name.unwrap_or(id));
    }
    if result.status != Status::Success || result.receipt.statements == 0 {
        return String::new();
    }
    let receipt = &result.receipt;
    let rows = receipt.rows_affected.map(|rows| match rows {
        1 => "1 row".to_owned(),
        rows => format!("{} rows", grouped(rows)),
    });
    let bytes = receipt.bytes.map(size);
    let parts: Vec<String> =
        rows.into_iter().chain(bytes).chain([plural(receipt.statements, "statement")]).collect();
    format!("  {}", parts.join(", "))
}

/// Writes a number with a comma between thousands.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// Writes a number of bytes as people read it.
fn size(bytes: u64) -> String {
    let mut number = bytes as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if number < 1000.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{number:.1} {unit}") };
        }
        number /= 1000.0;
    }
    format!("{number:.1} TB")
}

/// Writes a number with its noun.
pub fn plural(count: usize, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}

/// Joins words with commas.
pub fn enumerate(words: &[String]) -> String {
    words.join(", ")
}

/// Tells how long something took, as dbt does.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    let rest = seconds - (whole - whole % 60) as f64;
    format!("{} hours {} minutes and {rest:.2} seconds ({seconds:.2}s)", whole / 3600, whole / 60 % 60)
}

/// Tells how long something took, without the seconds as one number.
pub fn whole_duration(seconds: f64) -> String {
    let text = duration(seconds);
    text.split(" (").next().unwrap_or(&text).to_owned()
}

/// Colours a text, where there are colours.
pub fn paint(text: &str, tone: Tone, colour: bool) -> String {
    let shade = match tone {
        Tone::Plain => None,
        Tone::Good => Some(AnsiColor::Green),
        Tone::Warning => Some(AnsiColor::Yellow),
        Tone::Bad => Some(AnsiColor::Red),
    };
    match shade.filter(|_| colour) {
        Some(shade) => {
            let style = Style::new().fg_color(Some(shade.into()));
            format!("{style}{text}{style:#}")
        }
        None => text.to_owned(),
    }
}

/// How many nodes ended in which way.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    /// Built, or found in order.
    pub pass: usize,
    /// Found wanting, and only to be told.
    pub warn: usize,
    /// Failed, also in part.
    pub error: usize,
    /// Left out.
    pub skip: usize,
    /// With nothing to do.
    pub no_op: usize,
    /// All.
    pub total: usize,
    /// Failed in part.
    pub partial: usize,
    /// Stopped before their end.
    pub stopped: usize,
}

impl Tally {
    /// Counts results.
    pub fn of<'r>(results: impl Iterator<Item = &'r NodeResult>) -> Self {
        let mut tally = Self::default();
        for result in results {
            tally.total += 1;
            tally.stopped += usize::from(result.halt.is_some());
            match result.status {
                Status::Success | Status::Pass => tally.pass += 1,
                Status::Warn => tally.warn += 1,
                Status::Fail | Status::Error => tally.error += 1,
                Status::PartialSuccess => {
                    tally.error += 1;
                    tally.partial += 1;
                }
                Status::Skipped => tally.skip += 1,
                Status::NoOp => tally.no_op += 1,
            }
        }
        tally
    }

    /// Returns how many failed whole. What was stopped is no success, and dbt counts it as an error.
    pub fn failed(&self) -> usize {
        self.error - self.partial + self.stopped
    }

    /// Returns the line that says how everything went, and its tone.
    pub fn headline(&self, interrupted: bool) -> (String, Tone) {
        let partial = match self.partial {
            1 => "1 partial success".to_owned(),
            count => format!("{count} partial successes"),
        };
        let warnings = plural(self.warn, "warning");
        match (self.failed(), self.warn) {
            _ if interrupted => ("Exited because of keyboard interrupt".to_owned(), Tone::Warning),
            (0, _) if self.partial > 0 => (format!("Completed with {partial} and {warnings}"), Tone::Warning),
            (0, 0) => ("Completed successfully".to_owned(), Tone::Good),
            (0, _) => (format!("Completed with {warnings}:"), Tone::Warning),
            (failed, _) => {
                let errors = plural(failed, "error");
                (format!("Completed with {errors}, {partial}, and {warnings}:"), Tone::Bad)
            }
        }
    }

    /// Returns the last line.
    pub fn line(&self) -> String {
        let Self { pass, warn, error, skip, no_op, total, .. } = self;
        format!("Done. PASS={pass} WARN={warn} ERROR={error} SKIP={skip} NO-OP={no_op} TOTAL={total}")
    }
}
