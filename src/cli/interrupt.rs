//! Ctrl-C, and being asked to end: the first time a run is stopped in order, the second time the program leaves at once.

use std::process;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::cli::exit::Exit;
use crate::run::result::Halt;
use crate::run::session::Session;

/// The run to be stopped by the first signal. It is not kept alive: its end closes the database.
static RUNNING: Mutex<Weak<Session>> = Mutex::new(Weak::new());

/// Listens for signals from now on. Without a run to stop, the program leaves.
#[expect(clippy::exit, reason = "a signal comes on a thread of its own, which has nothing to return to")]
pub(super) fn listen() {
    let handler = || {
        let session = std::mem::take(&mut *RUNNING.lock().unwrap_or_else(PoisonError::into_inner));
        match session.upgrade() {
            Some(session) => {
                anstream::eprintln!("Stopping what runs; ctrl-C once more leaves at once");
                session.stop(Halt::Interrupted);
            }
            None => process::exit(Exit::Misuse.code().into()),
        }
    };
    // It fails where there are no signals, or a handler is there already; then the system's own way holds.
    let _ = ctrlc::set_handler(handler);
}

/// Lets the first signal stop a run.
pub(super) fn stop_first(session: &Arc<Session>) {
    *RUNNING.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(session);
}
