//! What is said of a command line that cannot be: one line, with the nearest thing that is known.

use clap::Error;
use clap::error::{ContextKind, ContextValue};

/// Puts into one line why a command line is refused.
pub(super) fn line(error: &Error) -> String {
    let text = error.to_string();
    let told = text.lines().take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more"));
    let words = told.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("tip:"));
    let mut line = words.collect::<Vec<_>>().join(" ");
    let near = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
    if let Some(near) = near.into_iter().find_map(|kind| first(error.get(kind)?)) {
        line.push_str(&format!("; did you mean `{near}`?"));
    }
    line
}

fn first(value: &ContextValue) -> Option<&str> {
    match value {
        ContextValue::String(one) => Some(one),
        ContextValue::Strings(all) => all.first().map(String::as_str),
        _ => None,
    }
}
