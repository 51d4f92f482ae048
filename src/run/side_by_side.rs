//! Work on many things at the same time, with a connection for each worker.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::Builder;

use crate::jinja::host::HostError;
use crate::run::host::Line;
use crate::run::task;

/// Does work for each item on so many threads; returns what came of them, in their order.
///
/// # Errors
/// No thread can be made.
pub(super) fn side_by_side<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(&Line, &T) -> R + Sync,
) -> Result<Vec<R>, HostError> {
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, R>> = Mutex::default();
    let made = std::thread::scope(|scope| {
        let (next, done, work) = (&next, &done, &work);
        (0..threads.clamp(1, items.len().max(1))).try_for_each(|_| {
            let worker = move || {
                let line: Line = Line::default();
                while let Some((at, item)) = {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    items.get(at).map(|item| (at, item))
                } {
                    let result = work(&line, item);
                    done.lock().unwrap_or_else(PoisonError::into_inner).insert(at, result);
                }
            };
            Builder::new().stack_size(task::STACK).spawn_scoped(scope, worker).map(|_| ())
        })
    });
    made.map_err(|error| HostError::new(format!("no thread can be made: {error}")))?;
    Ok(done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect())
}
