//! Events as dbt's lines of text, on stdout; live progress on stderr where that is a terminal.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::base::clock;
use crate::base::source::SourceMap;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::render::full;
use crate::report::lines::{self, Tally, Tone};
use crate::report::record::Level;
use crate::report::table;
use crate::run::events::{Event, Listener, NodeLabel};
use crate::run::result::{NodeResult, Status};

/// How lines are written.
#[derive(Debug, Clone)]
pub struct Options {
    /// The least important line that is written.
    pub level: Level,
    /// What templates print.
    pub print: bool,
    /// Colours.
    pub colour: bool,
    /// The width that status lines are filled to.
    pub width: usize,
    /// Live progress on stderr.
    pub progress: bool,
}

/// Writes lines of text.
pub struct TextReport<W> {
    options: Options,
    sources: Arc<SourceMap>,
    out: Mutex<W>,
    bar: Option<ProgressBar>,
}

impl<W: Write + Send> TextReport<W> {
    /// Makes a report that writes to `out`.
    pub fn new(options: Options, sources: Arc<SourceMap>, out: W) -> Self {
        let bar = options.progress.then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar
        });
        Self { options, sources, out: Mutex::new(out), bar }
    }

    /// Writes a line with dbt's time in front, for everybody.
    fn say(&self, text: &str) {
        self.tell(Level::Info, text);
    }

    fn tell(&self, level: Level, text: &str) {
        if level >= self.options.level {
            self.write(text);
        }
    }

    fn write(&self, text: &str) {
        let stamp = clock::now().format("%H:%M:%S");
        for line in if text.is_empty() { vec![""] } else { text.lines().collect() } {
            self.raw(format!("{stamp}  {line}").trim_end());
        }
    }

    fn raw(&self, line: &str) {
        let put = || {
            let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
            // A reader that has gone away is no failure of the run.
            let _ = writeln!(out, "{line}");
        };
        match &self.bar {
            Some(bar) => bar.suspend(put),
            None => put(),
        }
    }

    /// Says on stderr why nothing comes of it, whatever the level.
    fn complain(&self, text: &str) {
        let put = || anstream::eprintln!("{text}");
        match &self.bar {
            Some(bar) => bar.suspend(put),
            None => put(),
        }
    }

    fn draw(&self, finding: &Diagnostic) -> String {
        full::render(finding, &self.sources, self.options.colour)
    }

    fn paint(&self, text: &str, tone: Tone) -> String {
        lines::paint(text, tone, self.options.colour)
    }

    fn node_finished(&self, index: usize, total: usize, node: &NodeLabel, result: &NodeResult) {
        let (text, status, tone) = lines::finished(node, result);
        let time = format!(" in {:.2}s", result.seconds);
        let timed = if result.status == Status::Skipped { String::new() } else { time };
        let line = lines::dotted(
            &format!("{index} of {total} {text}"),
            &format!("{}{timed}", self.paint(&status, tone)),
            self.options.width,
        );
        let level = match tone {
            Tone::Bad => Level::Error,
            Tone::Warning if result.status != Status::Skipped => Level::Warn,
            _ => Level::Info,
        };
        self.tell(level, &format!("{line}{}", lines::aside(result)));
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    fn summary(&self, results: &[(NodeLabel, NodeResult)], interrupted: bool) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let tally = Tally::of(results.iter().map(|(_, result)| result));
        let (headline, tone) = tally.headline(interrupted);
        self.say("");
        self.say(&self.paint(&headline, tone));
        for (node, result) in results {
            self.problem(node, result);
        }
        self.say("");
        self.say(&tally.line());
    }

    /// Tells all there is of a node that failed: the cause with its place, the rows, the query's path.
    fn problem(&self, node: &NodeLabel, result: &NodeResult) {
        let (title, tone) = match result.status {
            Status::Fail => (format!("Failure in test {} ({})", node.name, node.path), Tone::Bad),
            Status::Warn => (format!("Warning in test {} ({})", node.name, node.path), Tone::Warning),
            Status::PartialSuccess => {
                (format!("Failed batches of {} {} ({})", node.resource_type, node.name, node.path), Tone::Bad)
            }
            Status::Error => {
                (format!("Error in {} {} ({})", node.resource_type, node.name, node.path), Tone::Bad)
            }
            _ => return,
        };
        // Errors are shown even with `--quiet`.
        let level = if tone == Tone::Bad { Level::Error } else { Level::Warn };
        let write = |text: &str| self.tell(level, text);
        write("");
        write(&self.paint(&title, tone));
        if let Some(tested) = &node.tested {
            write(&format!("  tests {tested}"));
        }
        for finding in &result.findings {
            write(&self.draw(finding));
        }
        if let Some(message) = result.message.as_deref().filter(|_| result.findings.is_empty()) {
            for line in message.lines() {
                write(&format!("  {line}"));
            }
        }
        if let Some(sample) = result.sample.as_ref().filter(|sample| !sample.rows.is_empty()) {
            write("");
            write(&match sample.rows.len() {
                1 => "  the first row:".to_owned(),
                count => format!("  the first {count} rows:"),
            });
            for line in table::draw(sample, None).lines() {
                write(&format!("  {line}"));
            }
        }
        if let Some(path) = &result.compiled_path {
            write("");
            write(&format!("  compiled code at {path}"));
        }
        if let Some(relation) = &result.stored_in {
            write("");
            write(&format!("  See test failures: select * from {relation}"));
        }
    }
}

impl<W: Write + Send> Listener for TextReport<W> {
    fn notice(&self, event: &Event) {
        match event {
            Event::Started { dbt_version, version } => {
                self.say(&format!("Running with martlet={version} (dbt={dbt_version})"));
            }
            Event::Adapter { name, version } => self.say(&format!("Registered adapter: {name}={version}")),
            Event::Found { counts } => {
                self.say(&format!("Found {}", lines::enumerate(counts)));
                self.say("");
            }
            Event::Finding(finding) => {
                let level = if finding.is_error() { Level::Error } else { Level::Warn };
                if level >= self.options.level {
                    self.raw(&self.draw(finding));
                    self.raw("");
                }
            }
            Event::Concurrency { threads, target, .. } => {
                let threads = lines::plural(*threads, "thread");
                self.say(&format!("Concurrency: {threads} (target='{target}')"));
                self.say("");
            }
            Event::NodeStarted { index, total, node } => {
                if let Some(bar) = &self.bar {
                    bar.set_length(*total as u64);
                    bar.set_message(node.name.clone());
                }
                let text = format!("{index} of {total} {}", lines::started(node));
                self.say(&lines::dotted(&text, "RUN", self.options.width));
            }
            Event::NodeFinished { index, total, node, result } => {
                self.node_finished(*index, *total, node, result);
            }
            Event::BatchStarted { index, total, batch, .. } => {
                let text = format!("{index} of {total} START {batch}");
                self.say(&format!("Batch {}", lines::dotted(&text, "RUN", self.options.width)));
            }
            Event::BatchFinished { index, total, batch, result, .. } => {
                let (text, status, tone) = lines::batch_finished(batch, result);
                let status = format!("{} in {:.2}s", self.paint(&status, tone), result.seconds);
                let line = lines::dotted(&format!("{index} of {total} {text}"), &status, self.options.width);
                self.say(&format!("Batch {line}{}", lines::aside(result)));
            }
            Event::Cancelled { node } => {
                let text = format!("CANCEL query {}", node.unique_id);
                self.say(&lines::dotted(&text, &self.paint("CANCEL", Tone::Bad), self.options.width));
            }
            Event::Failure { node, result } => self.problem(node, result),
            Event::Finished { counts, seconds } => {
                self.say("");
                self.say(&format!(
                    "Finished running {} in {}.",
                    lines::enumerate(counts),
                    lines::duration(*seconds)
                ));
            }
            Event::Summary { results, interrupted } => self.summary(results, *interrupted),
            Event::Message { text, info } => {
                self.tell(if *info { Level::Info } else { Level::Debug }, text);
            }
            Event::Print(text) => {
                if self.options.print {
                    self.raw(text);
                }
            }
            Event::Output(text) | Event::Shown { text, .. } => self.raw(text),
            Event::Complaint(text) => self.complain(text),
            Event::Statement { of, sql, .. } => self.tell(Level::Debug, &format!("On {of}: {sql}")),
            Event::Arguments(_) | Event::Completed { .. } => {}
            Event::Warning { text, .. } => {
                self.tell(Level::Warn, &self.paint(&format!("[WARNING]: {text}"), Tone::Warning));
            }
        }
    }
}
