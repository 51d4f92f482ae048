//! How much a template may use before it is stopped.

/// Bounds of one render.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Calls of macros inside each other.
    pub depth: usize,
    /// Bytes of output, captured text included.
    pub output: usize,
    /// Statements and expressions evaluated.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 500, output: 256 << 20, steps: 2_000_000_000 }
    }
}

/// A stack in bytes on which most templates need no further one.
pub const STACK: usize = 64 << 20;

/// What may be left of the stack before a further one is begun, and how large that is.
const LEFT: usize = 256 << 10;
const FURTHER: usize = 4 << 20;

/// Runs a step of something that nests, on a further stack when the present one nears its end. What nests is bounded
/// elsewhere; this keeps the bound from depending on the thread.
pub(crate) fn nested<T>(body: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(LEFT, FURTHER, body)
}
