//! Who listens to an invocation: text or structured lines on stdout, and the log file.

use std::io::{IsTerminal, stderr, stdout};
use std::path::Path;
use std::sync::Arc;

use crate::base::secrets::{Scrubbed, Secrets};
use crate::base::source::SourceMap;
use crate::compile::flags::Flags;
use crate::report::log::{self, Format, LogReport};
use crate::report::log_file::LogFile;
use crate::report::record::Level;
use crate::report::records::Style;
use crate::report::several::Several;
use crate::report::text::{self, TextReport};
use crate::run::events::Listener;

/// What decides who listens.
pub(super) struct Listening<'l> {
    pub(super) flags: &'l Flags,
    /// Whether stdout takes colours.
    pub(super) colour: bool,
    pub(super) secrets: &'l Secrets,
    pub(super) sources: &'l Arc<SourceMap>,
    /// Whether there is a project, which a log file belongs to.
    pub(super) has_project: bool,
}

impl Listening<'_> {
    /// Makes who listens, and who of these is the log file; nobody is told a secret.
    pub(super) fn listeners(&self, invocation_id: &str) -> (Arc<dyn Listener>, Option<Arc<dyn Listener>>) {
        let screen = self.screen(invocation_id);
        match self.file(invocation_id) {
            Some(file) => (Arc::new(Several(vec![screen, file.clone()])), Some(file)),
            None => (screen, None),
        }
    }

    fn screen(&self, invocation_id: &str) -> Arc<dyn Listener> {
        let out = Scrubbed::new(self.secrets.clone(), stdout());
        let level = self.level();
        let format = match self.flags.text("log_format") {
            Some("json") => Format::Json,
            Some("debug") => Format::Debug,
            _ => {
                let options = text::Options {
                    level,
                    print: self.flags.is_on("print"),
                    colour: self.colour,
                    width: self.width(),
                    progress: stderr().is_terminal() && stdout().is_terminal() && level <= Level::Info,
                };
                return Arc::new(TextReport::new(options, self.sources.clone(), out));
            }
        };
        // Programs read JSON: no colours there.
        let colour = self.colour && format != Format::Json;
        Arc::new(LogReport::new(
            self.options(format, level, colour, invocation_id),
            self.sources.clone(),
            out,
        ))
    }

    /// Returns the least important thing that is shown.
    fn level(&self) -> Level {
        let asked = Level::of(self.flags.text("log_level").unwrap_or_default());
        match (self.flags.is_on("quiet"), self.flags.is_on("debug")) {
            (true, _) => asked.max(Level::Error),
            (false, true) => Level::Debug,
            (false, false) => asked,
        }
    }

    /// Makes the log file, where there is a project that it belongs to.
    fn file(&self, invocation_id: &str) -> Option<Arc<dyn Listener>> {
        let level = Level::of(self.flags.text("log_level_file").unwrap_or("debug"));
        let folder =
            self.flags.told_text("log_path").filter(|_| self.has_project && level != Level::Silent)?;
        let format = match self.flags.text("log_format_file") {
            Some("json") => Format::Json,
            Some("text") => Format::Text,
            _ => Format::Debug,
        };
        let max_bytes = self.flags.number("log_file_max_bytes").and_then(|size| u64::try_from(size).ok());
        let file = LogFile::new(Path::new(folder), max_bytes.unwrap_or_default());
        let colour = self.flags.is_on("use_colors_file") && format != Format::Json;
        let options = self.options(format, level, colour, invocation_id);
        let out = Scrubbed::new(self.secrets.clone(), file);
        Some(Arc::new(LogReport::new(options, self.sources.clone(), out)))
    }

    fn options(&self, format: Format, level: Level, colour: bool, invocation_id: &str) -> log::Options {
        log::Options {
            format,
            level,
            print: self.flags.is_on("print"),
            style: Style { width: self.width(), colour },
            invocation_id: invocation_id.to_owned(),
        }
    }

    fn width(&self) -> usize {
        self.flags.number("printer_width").and_then(|width| usize::try_from(width).ok()).unwrap_or(80)
    }
}
