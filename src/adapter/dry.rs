//! A database that nothing is sent to: every statement succeeds and gives back nothing. What is to be sent is told by
//! whoever sends it.

use std::ops::Range;
use std::sync::Arc;

use crate::adapter::{Adapter, AdapterError, Answer, Connection, Interrupt};

/// Takes a text of several statements apart.
pub(super) type Split = fn(&str) -> Vec<Range<usize>>;

/// The database.
pub(super) struct Dry {
    /// Whether the real one is far away, and commits each statement by itself.
    pub(super) is_remote: bool,
    /// How the real one wants statements.
    pub(super) split: Split,
}

impl Adapter for Dry {
    fn connect(&self, _say: &dyn Fn(&str)) -> Result<Box<dyn Connection>, AdapterError> {
        Ok(Box::new(DryConnection { split: self.split }))
    }

    fn stop_waiting(&self) {}

    fn describe(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    fn transacts(&self) -> bool {
        !self.is_remote
    }

    fn is_remote(&self) -> bool {
        self.is_remote
    }

    fn answers(&self) -> bool {
        false
    }

    fn engine_version(&self) -> String {
        String::new()
    }
}

struct DryConnection {
    split: Split,
}

impl Connection for DryConnection {
    fn run(&mut self, _sql: &str, _fetch: bool, _limit: Option<usize>) -> Result<Answer, AdapterError> {
        let mut answer = Answer::default();
        answer.receipt.message = "NOT SENT".to_owned();
        Ok(answer)
    }

    fn statements(&self, sql: &str) -> Vec<Range<usize>> {
        (self.split)(sql)
    }

    fn interrupter(&self) -> Arc<dyn Interrupt> {
        Arc::new(Nothing)
    }
}

struct Nothing;

impl Interrupt for Nothing {
    fn interrupt(&self) {}
}
