//! What `--dry-run` shows: statements on stdout, in the order in which they would be sent, and what is wrong on stderr.

use std::sync::{Mutex, PoisonError};

use crate::cli::session::Setting;
use crate::run::events::{Event, Listener};
use crate::run::result::Status;

/// Shows statements, and of all else only what is wrong.
pub(super) struct Statements {
    setting: Setting,
    /// Whose statement was the last.
    of: Mutex<String>,
}

impl Statements {
    /// Shows them where the setting shows what was asked for.
    pub(super) fn new(setting: Setting) -> Self {
        Self { setting, of: Mutex::default() }
    }

    fn statement(&self, of: &str, sql: &str) {
        let mut last = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        let heading = if *last == of { String::new() } else { format!("-- {of}\n") };
        of.clone_into(&mut last);
        let sql = sql.trim();
        let end = if sql.ends_with(';') { "" } else { ";" };
        self.setting.listener.notice(&Event::Output(format!("{heading}{sql}{end}\n")));
    }
}

impl Listener for Statements {
    fn notice(&self, event: &Event) {
        match event {
            Event::Statement { of, sql, .. } => self.statement(of, sql),
            // What comes after a node that cannot be made is left out as well, and need not be told.
            Event::NodeFinished { node, result, .. } if result.status == Status::Error => {
                let said = result.message.as_deref().unwrap_or_default();
                let found = result.findings.iter().find_map(|finding| finding.primary.as_ref());
                let place = found.map(|label| format!("{}: ", self.setting.sources.describe(label.place)));
                let place = place.unwrap_or_default();
                self.setting.complain(&format!("error: {place}{}: {said}", node.description));
            }
            Event::Finding(_) | Event::Output(_) | Event::Complaint(_) | Event::Print(_) => {
                self.setting.listener.notice(event);
            }
            Event::Warning { text, .. } => self.setting.complain(&format!("warning: {text}")),
            _ => {}
        }
    }
}
