//! What stops a render: an error with its place and the calls that led there, or a jump.

use std::rc::Rc;

use crate::base::source::Place;
use crate::diagnostic::{Diagnostic, codes};
use crate::jinja::provenance::Frame;
use crate::jinja::value::Value;

/// The result of evaluating something.
pub type Result<T> = std::result::Result<T, Box<Interrupt>>;

/// Why evaluation does not go on to the next statement.
pub enum Interrupt {
    /// Something is wrong.
    Error(RenderError),
    /// `return(value)` was called.
    Return(Value),
    /// `{% break %}`
    Break,
    /// `{% continue %}`
    Continue,
}

/// The kinds of errors, as dbt tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The template is wrong.
    Compilation,
    /// The database refused a statement.
    Database,
}

/// How many calls of a chain are shown.
const LONGEST_CHAIN: usize = 12;

/// An error with its place and the calls that led there.
#[derive(Debug, Clone)]
pub struct RenderError {
    /// What is wrong, in one or a few lines.
    pub message: String,
    /// The kind of error.
    pub kind: ErrorKind,
    /// The innermost place.
    pub place: Option<Place>,
    /// The calls, innermost first: macro and place of the call.
    pub calls: Vec<(Rc<str>, Option<Place>)>,
    /// What the user can do about it.
    pub hint: Option<String>,
}

impl RenderError {
    /// Makes an error whose place is filled in on the way out.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            kind: ErrorKind::Compilation,
            place: None,
            calls: Vec::new(),
            hint: None,
        }
    }

    /// Makes the error of using a name that has no value.
    pub fn undefined(name: &str) -> Self {
        if let Some((owner, attribute)) = name.split_once(" object.") {
            return Self::new(format!("'{owner} object' has no attribute '{attribute}'"));
        }
        let mut error = Self::new(format!("'{name}' is undefined"));
        error.hint = Some(
            "a macro that does not exist, or a misspelt name, does this; a macro of a package is called as `package.macro`"
                .to_owned(),
        );
        error
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Fills in the place and the calls, unless they are known already.
    pub(super) fn locate(&mut self, place: Place, frame: Option<&Rc<Frame>>) {
        if self.place.is_some() {
            return;
        }
        self.place = Some(place);
        if self.calls.is_empty() {
            let mut frame = frame.cloned();
            while let Some(call) = frame {
                self.calls.push((call.name.clone(), call.called_at));
                frame = call.parent.clone();
            }
        }
    }

    /// Returns the calls that led here, innermost first, each with how often it stands in a row. Of a long chain the
    /// middle is left out: what failed and what the user wrote are at its ends.
    fn chain(&self) -> Vec<(&str, Option<Place>, usize)> {
        let mut chain: Vec<(&str, Option<Place>, usize)> = Vec::new();
        for (name, place) in &self.calls {
            match chain.last_mut() {
                Some((last, at, times)) if *last == &**name && at == place => *times += 1,
                _ => chain.push((name, *place, 1)),
            }
        }
        let ends = LONGEST_CHAIN / 2;
        if chain.len() > LONGEST_CHAIN {
            chain.drain(ends..chain.len() - ends);
        }
        chain
    }

    /// Returns the finding that the error is for the user: the failing place, then each call that led there.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let code = match self.kind {
            ErrorKind::Compilation => codes::JINJA_ERROR,
            ErrorKind::Database => codes::DATABASE_ERROR,
        };
        let mut lines = self.message.trim().splitn(2, '\n');
        let message = lines.next().unwrap_or_default().to_owned();
        let rest = lines.next().map(str::to_owned);
        let mut finding = match self.place {
            Some(place) => Diagnostic::at(code, place, message),
            None => Diagnostic::new(code, message),
        };
        for (name, place, times) in self.chain() {
            let again = if times > 1 { format!(", {times} times") } else { String::new() };
            match place {
                Some(place) => {
                    finding = finding.also(place, format!("in macro `{name}`, called here{again}"));
                }
                None => finding = finding.note(format!("in macro `{name}`{again}")),
            }
        }
        if let Some(rest) = rest {
            finding = finding.note(rest);
        }
        match &self.hint {
            Some(hint) => finding.hint(hint.clone()),
            None => finding,
        }
    }
}

impl From<RenderError> for Box<Interrupt> {
    fn from(error: RenderError) -> Self {
        Box::new(Interrupt::Error(error))
    }
}

impl Interrupt {
    /// Returns the error; a jump that found no target is one too.
    pub fn into_error(self) -> RenderError {
        match self {
            Interrupt::Error(error) => error,
            Interrupt::Return(_) => RenderError::new("`return` outside of a macro"),
            Interrupt::Break => RenderError::new("`break` outside of a loop"),
            Interrupt::Continue => RenderError::new("`continue` outside of a loop"),
        }
    }
}
