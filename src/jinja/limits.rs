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

/// The stack in bytes that rendering needs at the greatest depth allowed.
pub const STACK: usize = 64 << 20;
