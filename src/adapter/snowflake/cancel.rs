//! Stopping from another thread: a signal that is raised there, and looked at and waited for here.
//! Knows neither statements nor sessions.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use snowflake_connector_rs::QueryCanceller;
use tokio::sync::watch;

use crate::adapter::Interrupt;

/// How long Snowflake has to take note that a statement is to be cancelled.
const NOTED: Duration = Duration::from_secs(5);

/// How long the answer to a statement may take once it is cancelled: it carries the query's id.
const ANSWERED: Duration = Duration::from_secs(2);

/// Something that others are told by.
pub(super) struct Signal(watch::Sender<bool>);

impl Default for Signal {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Signal {
    /// Raises it.
    pub(super) fn raise(&self) {
        self.0.send_replace(true);
    }

    /// Tells whether it is raised.
    pub(super) fn is_raised(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is raised.
    pub(super) async fn raised(&self) {
        // The sender lives as long as `self`, so that the wait ends in one way only.
        let _ = self.0.subscribe().wait_for(|raised| *raised).await;
    }

    /// Waits until it is raised from now on: what is begun after a halt is not stopped by it.
    pub(super) async fn raised_anew(&self) {
        let mut changes = self.0.subscribe();
        changes.mark_unchanged();
        let _ = changes.changed().await;
    }
}

/// What stops the statement that a connection runs, and nothing when it runs none.
#[derive(Default)]
pub(super) struct Running {
    busy: AtomicBool,
    stop: Signal,
}

impl Running {
    /// Notes that a statement begins; what was asked before does not concern it.
    pub(super) fn begin(&self) {
        self.stop.0.send_replace(false);
        self.busy.store(true, Ordering::SeqCst);
    }

    /// Notes that nothing runs any more.
    pub(super) fn end(&self) {
        self.busy.store(false, Ordering::SeqCst);
    }

    /// Returns what is raised when the statement is to stop.
    pub(super) fn stop(&self) -> &Signal {
        &self.stop
    }
}

impl Interrupt for Running {
    fn interrupt(&self) {
        if self.busy.load(Ordering::SeqCst) {
            self.stop.raise();
        }
    }
}

/// Waits for an answer; when it is to stop before that, tells Snowflake to cancel the query. `None` stands for a query
/// that was cancelled and did not answer.
pub(super) async fn unless_stopped<T>(
    stop: &Signal,
    canceller: &QueryCanceller,
    answer: impl Future<Output = T>,
) -> Option<T> {
    tokio::pin!(answer);
    tokio::select! {
        biased;
        answer = &mut answer => return Some(answer),
        () = stop.raised() => {}
    }
    // The answer must be listened for all the while: a server may hold back what it is asked until it got rid of it.
    let cancelled = tokio::time::timeout(NOTED, canceller.cancel());
    tokio::pin!(cancelled);
    tokio::select! {
        answer = &mut answer => return Some(answer),
        _ = &mut cancelled => {}
    }
    tokio::time::timeout(ANSWERED, answer).await.ok()
}
