//! Findings about the user's project as values: code, places, cures. Built without knowing how they are drawn.

pub mod codes;
pub mod render;
pub mod suggest;

use crate::base::source::Place;
use crate::diagnostic::codes::Code;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The command goes on; the finding is shown.
    Warning,
    /// The command stops before it acts.
    Error,
}

/// A place with a few words on what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What is there; may be empty.
    pub text: String,
}

/// One finding about the user's project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The kind of finding.
    pub code: &'static Code,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence that says what is wrong.
    pub message: String,
    /// Where it is wrong; `None` when the finding has no place in a file.
    pub primary: Option<Label>,
    /// Other places that take part.
    pub secondary: Vec<Label>,
    /// Facts that help to understand, a line each.
    pub notes: Vec<String>,
    /// What the user can do about it, a line each.
    pub hints: Vec<String>,
}

impl Diagnostic {
    /// Makes a finding without a place, with the code's own severity.
    pub fn new(code: &'static Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity,
            message: message.into(),
            primary: None,
            secondary: Vec::new(),
            notes: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// Makes a finding at a place.
    pub fn at(code: &'static Code, place: Place, message: impl Into<String>) -> Self {
        Self { primary: Some(Label { place, text: String::new() }), ..Self::new(code, message) }
    }

    /// Sets the words shown at the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(primary) = &mut self.primary {
            primary.text = text.into();
        }
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn also(mut self, place: Place, text: impl Into<String>) -> Self {
        self.secondary.push(Label { place, text: text.into() });
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds a cure.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Self {
        self.hints.push(text.into());
        self
    }

    /// Adds "did you mean" when one of the known names is near.
    #[must_use]
    pub fn hint_nearest<'a>(self, name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match suggest::nearest(name, known) {
            Some(near) => self.hint(format!("did you mean `{near}`?")),
            None => self,
        }
    }

    /// Tells whether the finding is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Sorts findings by file, place and code, and drops repeats, so that the same project gives the same report.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        let key = |finding: &Diagnostic| finding.primary.as_ref().map(|label| label.place);
        (key(a), a.code.name, &a.message).cmp(&(key(b), b.code.name, &b.message))
    });
    diagnostics.dedup();
}
