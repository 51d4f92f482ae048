//! Why a selection cannot be made. Knows nothing of how it is read.

/// Why a selection cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// `@` and a trailing `+` together.
    #[error(
        "invalid selection `{0}`: `@` reaches all descendants already, so a `+` behind the name has no meaning"
    )]
    AtWithChildren(String),
    /// A method that does not exist.
    #[error("invalid selection `{text}`: `{method}` is not a valid method name{hint}")]
    UnknownMethod {
        /// The criterion as written.
        text: String,
        /// The method asked for.
        method: String,
        /// A nearby name, ready to print; may be empty.
        hint: String,
    },
    /// A value that a method cannot take.
    #[error("invalid value `{value}` of the method `{method}`: expected {expected}")]
    Value {
        /// The method.
        method: &'static str,
        /// The value as written.
        value: String,
        /// What it takes.
        expected: String,
    },
    /// What only another state of the project can tell.
    #[error("{problem}; {cure}")]
    Earlier {
        /// What is missing.
        problem: String,
        /// What to do.
        cure: &'static str,
    },
    /// A selector that `selectors.yml` does not have.
    #[error("Could not find selector named {name}, {known}")]
    UnknownSelector {
        /// The name asked for.
        name: String,
        /// Those that there are, and the nearest, ready to print.
        known: String,
    },
}
