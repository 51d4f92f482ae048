//! Exit codes, which are dbt's.

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything is fine; there may have been warnings.
    Fine,
    /// A model, a test or a check failed.
    Failed,
    /// The command line, the project or the profile is wrong, or the program itself failed.
    Misuse,
}

impl Exit {
    /// Returns the code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Fine => 0,
            Exit::Failed => 1,
            Exit::Misuse => 2,
        }
    }
}
