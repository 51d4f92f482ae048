//! How much a template may use before it is stopped: calls inside each other, output, memory, work.
//!
//! Values are plain data that know no evaluator, so what they use is counted for the thread they live on: an
//! evaluator sets the bounds while it renders, and looks after each expression whether they were passed.

use std::cell::Cell;

use crate::jinja::eval::error::RenderError;

/// Bounds of one render.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Calls of macros inside each other.
    pub depth: usize,
    /// Bytes of output.
    pub output: usize,
    /// Bytes of all values that are made, whether they are still there or not.
    pub memory: usize,
    /// Expressions evaluated and items gone through.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 500, output: 256 << 20, memory: 2 << 30, steps: 100_000_000 }
    }
}

/// A stack in bytes on which most templates need no further one.
pub const STACK: usize = 64 << 20;

/// What may be left of the stack before a further one is begun, and how large that is.
const LEFT: usize = 256 << 10;
const FURTHER: usize = 4 << 20;

/// How many values may stand inside each other where something goes through them all, as in Python.
const DEEPEST: usize = 1000;

/// Bytes of the largest text or list that one operation may make.
const LARGEST: usize = 256 << 20;

/// Runs a step of something that nests, on a further stack when the present one nears its end. What nests is bounded
/// elsewhere; this keeps the bound from depending on the thread.
pub(crate) fn nested<T>(body: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(LEFT, FURTHER, body)
}

/// Which bound was passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Memory,
    Steps,
    Depth,
}

/// What was used on this thread, and how much may be.
struct Meter {
    memory: Cell<usize>,
    most_memory: Cell<usize>,
    steps: Cell<u64>,
    most_steps: Cell<u64>,
    depth: Cell<usize>,
    fault: Cell<Option<Fault>>,
}

thread_local! {
    static METER: Meter = const {
        Meter {
            memory: Cell::new(0),
            most_memory: Cell::new(usize::MAX),
            steps: Cell::new(0),
            most_steps: Cell::new(u64::MAX),
            depth: Cell::new(0),
            fault: Cell::new(None),
        }
    };
}

/// Keeps bounds up for this thread until it is dropped; then those of the render around it hold again.
pub(crate) struct Metered {
    most_memory: usize,
    most_steps: u64,
}

impl Metered {
    /// Starts to count for a render. One that runs inside of another may use no more than is left to that.
    pub(crate) fn begin(limits: Limits) -> Self {
        METER.with(|meter| {
            let (memory, steps) = (meter.memory.get(), meter.steps.get());
            let most_memory = meter.most_memory.get();
            let most_steps = meter.most_steps.get();
            if most_steps == u64::MAX {
                meter.fault.set(None);
            }
            meter.most_memory.set(memory.saturating_add(limits.memory).min(most_memory));
            meter.most_steps.set(steps.saturating_add(limits.steps).min(most_steps));
            Self { most_memory, most_steps }
        })
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        METER.with(|meter| {
            meter.most_memory.set(self.most_memory);
            meter.most_steps.set(self.most_steps);
            if self.most_steps == u64::MAX {
                meter.memory.set(0);
                meter.steps.set(0);
                meter.fault.set(None);
            }
        });
    }
}

/// Counts bytes that a value is made of.
#[inline]
pub(crate) fn charge(bytes: usize) {
    METER.with(|meter| {
        let memory = meter.memory.get().saturating_add(bytes);
        meter.memory.set(memory);
        if memory > meter.most_memory.get() {
            meter.fault.set(Some(Fault::Memory));
        }
    });
}

/// Asks for the room of a value whose size is not bounded by those it is made of.
pub(crate) fn room(bytes: usize) -> Result<(), RenderError> {
    let left = METER.with(|meter| meter.most_memory.get().saturating_sub(meter.memory.get()));
    if bytes > left.min(LARGEST) { Err(told(Fault::Memory)) } else { Ok(()) }
}

/// Tells whether a text that is being written may have this size.
pub(crate) fn fits(bytes: usize) -> bool {
    let fits = room(bytes).is_ok();
    if !fits {
        METER.with(|meter| meter.fault.set(Some(Fault::Memory)));
    }
    fits
}

/// Counts steps of work; tells whether there may be more.
#[inline]
pub(crate) fn work(steps: usize) -> bool {
    METER.with(|meter| {
        let steps = meter.steps.get().saturating_add(steps as u64);
        meter.steps.set(steps);
        let more = steps <= meter.most_steps.get();
        if !more {
            meter.fault.set(Some(Fault::Steps));
        }
        more
    })
}

/// Goes one level down into values; `None` when they nest too deeply or there was too much work already.
pub(crate) fn deeper<T>(body: impl FnOnce() -> T) -> Option<T> {
    let depth = METER.with(|meter| meter.depth.get());
    if depth >= DEEPEST {
        METER.with(|meter| meter.fault.set(Some(Fault::Depth)));
        return None;
    }
    if !work(1) {
        return None;
    }
    METER.with(|meter| meter.depth.set(depth + 1));
    let result = nested(body);
    METER.with(|meter| meter.depth.set(depth));
    Some(result)
}

/// Returns the error of a bound that was passed since this was asked last.
#[inline]
pub(crate) fn passed() -> Option<RenderError> {
    METER.with(|meter| match meter.fault.get() {
        None => None,
        Some(fault) => {
            // Bounds of what nests hold again for the next value; the others are used up.
            meter.fault.set(None);
            Some(told(fault))
        }
    })
}

fn told(fault: Fault) -> RenderError {
    match fault {
        Fault::Depth => RenderError::new(format!("these values nest more than {DEEPEST} levels deep"))
            .hint("does a list or dict hold itself?"),
        Fault::Memory => RenderError::new("this template makes values that take too much memory").hint(
            "if it really needs that much, raise `template_limits: {memory_mib: ...}` in the profile's output",
        ),
        Fault::Steps => RenderError::new("this template takes too many steps").hint(
            "does a loop append to the list that it goes through? If it really needs that many, raise \
             `template_limits: {steps: ...}` in the profile's output",
        ),
    }
}
