//! Several listeners as one.

use std::sync::Arc;

use crate::run::events::{Event, Listener};

/// Passes each event on to all.
pub struct Several(pub Vec<Arc<dyn Listener>>);

impl Listener for Several {
    fn notice(&self, event: &Event) {
        for listener in &self.0 {
            listener.notice(event);
        }
    }
}
