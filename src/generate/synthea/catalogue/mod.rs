//! What is recorded in an export: codes as the terminologies number them, with short texts of our own. Knows no chance
//! but the weights of its rows. No text holds a comma, a quote or a line break, and no code has two texts.

pub(super) mod causes;
pub(super) mod conditions;
pub(super) mod drugs;
pub(super) mod encounters;
pub(super) mod procedures;

/// A code of a terminology with its text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Code {
    /// The digits.
    pub(crate) code: &'static str,
    /// What the code means, in our words.
    pub(crate) text: &'static str,
}

impl Code {
    /// Makes a code.
    pub(crate) const fn new(code: &'static str, text: &'static str) -> Self {
        Self { code, text }
    }
}
