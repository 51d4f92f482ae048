//! What DuckDB says when it refuses a statement, and the byte of the statement it points at.

use ::duckdb as engine;

use crate::adapter::AdapterError;
use crate::base::text::LineIndex;

/// Translates an error of the engine about a statement.
pub(super) fn translate(error: &engine::Error, sql: &str) -> AdapterError {
    let said = match error {
        engine::Error::DuckDBFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    };
    let (message, pointer) = split(&said);
    let offset = pointer.and_then(|pointer| pointer.locate(sql)).or_else(|| named(&message, sql));
    let conflict = kind(&message) == "TransactionException" || message.contains("write-write conflict");
    AdapterError::Statement { message, offset, conflict, may_have_run: false, code: None, query_id: None }
}

/// Returns the kind of an error as DuckDB's Python package names it: profiles name kinds so.
pub(super) fn kind(message: &str) -> String {
    let kind = message.split_once(" Error: ").map_or("", |(kind, _)| kind);
    match kind {
        "TransactionContext" => "TransactionException".to_owned(),
        kind => format!("{}Exception", kind.replace(' ', "")),
    }
}

/// DuckDB's picture of a line: `LINE 3: select x` with a caret below.
#[derive(Debug, PartialEq, Eq)]
struct Pointer {
    line: usize,
    shown: String,
    caret: usize,
}

/// Splits the picture of the line off a message.
fn split(said: &str) -> (String, Option<Pointer>) {
    let Some(at) = said.find("\nLINE ").map(|at| at + 1).or_else(|| said.starts_with("LINE ").then_some(0))
    else {
        return (said.trim_end().to_owned(), None);
    };
    let (before, picture) = said.split_at(at);
    let mut lines = picture.lines();
    let pointer = lines.next().and_then(|line| {
        let (number, shown) = line.strip_prefix("LINE ")?.split_once(": ")?;
        let indent = line.chars().count() - shown.chars().count();
        let caret = lines.next()?.chars().position(|c| c == '^')?.checked_sub(indent)?;
        Some(Pointer { line: number.parse().ok()?, shown: shown.to_owned(), caret })
    });
    let rest: Vec<&str> = lines.filter(|line| !line.trim().is_empty()).collect();
    let mut message = before.trim_end().to_owned();
    if pointer.is_some() && !rest.is_empty() {
        message = format!("{message}\n{}", rest.join("\n"));
    }
    (message, pointer)
}

impl Pointer {
    /// Finds the byte; long lines are shown in part, between `...`.
    fn locate(&self, sql: &str) -> Option<usize> {
        let start = LineIndex::new(sql).byte(sql, self.line, 1)?;
        let line = sql.get(start..)?.lines().next().unwrap_or_default();
        let cut = self.shown.starts_with("...");
        let fragment = self.shown.trim_start_matches("...").trim_end_matches("...");
        let skipped = if cut { 3 } else { 0 };
        let begin = if cut { line.find(fragment)? } else { 0 };
        let ahead: usize = fragment.chars().take(self.caret.checked_sub(skipped)?).map(char::len_utf8).sum();
        Some(start + begin + ahead).filter(|at| *at <= sql.len())
    }
}

/// Finds the name that a message without a picture tells, when the statement holds it once.
fn named(message: &str, sql: &str) -> Option<usize> {
    let quoted = || message.split_once('"')?.1.split_once('"');
    let missing = || message.split_once(" with name ")?.1.split_once(" does not exist");
    let (name, _) = missing().or_else(quoted)?;
    // A comment in front tells of the statement, and may hold names of it.
    let ahead = if sql.starts_with("/*") { sql.find("*/").unwrap_or_default() } else { 0 };
    let statement = sql.get(ahead..).unwrap_or_default();
    let mut found = statement.match_indices(name).map(|(at, _)| ahead + at);
    match (found.next(), found.next()) {
        (Some(at), None) if !name.is_empty() => Some(at),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_leads_to_the_byte() {
        let sql = "select\n  a,\n  é, nope\nfrom t";
        let (message, pointer) =
            split("Binder Error: Referenced column \"nope\" not found\n\nLINE 3:   é, nope\n             ^");
        assert_eq!(message, "Binder Error: Referenced column \"nope\" not found");
        let at = pointer.unwrap().locate(sql).unwrap();
        assert_eq!(&sql[at..at + 4], "nope");
    }

    #[test]
    fn a_shortened_line_leads_to_the_byte() {
        let sql = format!("select {} nope from t", "a, ".repeat(40));
        let shown = "...a, a,  nope from t";
        let caret = shown.find("nope").unwrap();
        let said = format!("Binder Error: x\n\nLINE 1: {shown}\n{}^", " ".repeat(8 + caret));
        let at = split(&said).1.unwrap().locate(&sql);
        // The fragment may stand at several places of the line; the last one reaches the end.
        assert!(at.is_some());
    }
}
