//! What containers keep their values in: shared, changed in place, and taken apart without recursion.

use std::cell::{Cell, RefCell};
use std::ops::Deref;

use crate::jinja::value::{Dict, Value};

/// How many containers may be dropped inside each other before the rest waits its turn.
const DEEPEST: usize = 64;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static WAITING: RefCell<Vec<Vec<Value>>> = const { RefCell::new(Vec::new()) };
}

/// Drops values that may hold containers to any depth: below some depth they wait until those around them are gone,
/// so that a list nested a million times does not exhaust the stack.
pub(crate) fn drop_all(values: Vec<Value>) {
    if values.is_empty() {
        return;
    }
    // Where the thread itself ends, its values are gone already, and so is what they were kept in.
    let Ok(depth) = DEPTH.try_with(Cell::get) else { return };
    if depth >= DEEPEST {
        let _ = WAITING.try_with(|waiting| waiting.borrow_mut().push(values));
        return;
    }
    let _ = DEPTH.try_with(|cell| cell.set(depth + 1));
    drop(values);
    if depth == 0 {
        while let Ok(Some(values)) = WAITING.try_with(|waiting| waiting.borrow_mut().pop()) {
            drop(values);
        }
    }
    let _ = DEPTH.try_with(|cell| cell.set(depth));
}

/// What a container holds, to be taken out when the container goes.
pub trait Held: Default {
    /// Takes all values out.
    fn take_values(&mut self) -> Vec<Value>;
}

impl Held for Vec<Value> {
    fn take_values(&mut self) -> Vec<Value> {
        std::mem::take(self)
    }
}

impl Held for Dict {
    fn take_values(&mut self) -> Vec<Value> {
        // Plain entries need no care, and most dicts have no others.
        if self.iter().all(|(key, value)| key.0.is_plain() && value.is_plain()) {
            return Vec::new();
        }
        std::mem::take(self).into_iter().flat_map(|(key, value)| [key.0, value]).collect()
    }
}

/// The inside of a list, dict or set.
#[derive(Default)]
pub struct Shared<T: Held>(RefCell<T>);

impl<T: Held> Shared<T> {
    /// Keeps what a container holds.
    pub fn new(held: T) -> Self {
        Self(RefCell::new(held))
    }
}

impl<T: Held> From<T> for Shared<T> {
    fn from(held: T) -> Self {
        Self::new(held)
    }
}

impl<T: Held> Deref for Shared<T> {
    type Target = RefCell<T>;

    fn deref(&self) -> &RefCell<T> {
        &self.0
    }
}

impl<T: Held> Drop for Shared<T> {
    fn drop(&mut self) {
        drop_all(self.0.get_mut().take_values());
    }
}

/// The inside of a tuple.
pub struct Items(Vec<Value>);

impl Items {
    /// Keeps what a tuple holds.
    pub fn new(items: Vec<Value>) -> Self {
        Self(items)
    }
}

impl Deref for Items {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.0
    }
}

impl Drop for Items {
    fn drop(&mut self) {
        drop_all(std::mem::take(&mut self.0));
    }
}
