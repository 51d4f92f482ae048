//! What went wrong between here and Snowflake: whether the statement may have run, what the server said of it, the byte
//! it points at, and what to do about it. Knows no session.

use std::error::Error as _;
use std::sync::LazyLock;

use regex::Regex;
use snowflake_connector_rs as client;
use snowflake_connector_rs::ErrorKind;

use crate::adapter::AdapterError;
use crate::adapter::snowflake::statements;
use crate::adapter::snowflake::words::{Piece, pieces};
use crate::base::text::LineIndex;

static POSITION: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\bline (\d+) at position (-?\d+)").ok());
static ADDRESS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:error sending request )?for url \([^)]*\)(?:: )?").ok());
/// What the client shows of an answer that it cannot read: that may be rows.
static PREVIEW: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?s);? ?body preview: "(?:[^"\\]|\\.)*""#).ok());
static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:object|identifier|table|view|schema|database|function|column|warehouse|role) '([^']+)'",
    )
    .ok()
});
static STATUS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"HTTP (\d{3}): ").ok());
static CODE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#""code"\s*:\s*"?(\d{4,6})"#).ok());
static SAID: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#""message"\s*:\s*"((?:[^"\\]|\\.)*)""#).ok());

/// Codes of a session or token that holds no longer (snowflake.com/en/user-guide: session and authentication errors).
const EXPIRED: &[&str] = &["390112", "390114", "390104", "390195", "390111", "390110"];

/// Codes of statements that were taken back because of others that wait for the same lock.
const CONFLICTS: &[&str] = &["000625", "000635"];

/// What became of the statement that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Snowflake read it, and refused.
    Refused,
    /// It was not looked at: the session holds no longer.
    Expired,
    /// It never reached Snowflake, or was sent back unread.
    Unsent,
    /// Nobody knows: the connection was lost while the answer was waited for.
    Unknown,
    /// It ran to its end, but its rows did not arrive whole.
    Broken,
    /// It was cancelled.
    Cancelled,
}

/// Where in the course of a statement something went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Until the answer was there.
    Asking,
    /// While rows were fetched.
    Fetching,
}

/// A statement, or a login, that failed.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    /// What became of it.
    pub(super) fate: Fate,
    /// Snowflake's code.
    pub(super) code: Option<String>,
    /// What Snowflake said, or what happened on the way there.
    pub(super) message: String,
    /// Snowflake's id of the query.
    pub(super) query_id: Option<String>,
    /// Our id of the request, by which a statement is found that no answer came to.
    pub(super) request_id: Option<String>,
}

impl Failure {
    /// Makes the failure of what was stopped from here.
    pub(super) fn cancelled() -> Self {
        let message = "SQL execution canceled".to_owned();
        let code = Some("000604".to_owned());
        Self { fate: Fate::Cancelled, code, message, query_id: None, request_id: None }
    }

    /// Reads an error of the client.
    pub(super) fn of(error: &client::Error, step: Step) -> Self {
        let told = chain(error);
        let part = |regex: &LazyLock<Option<Regex>>| {
            regex.as_ref()?.captures(&told)?.get(1).map(|part| part.as_str().to_owned())
        };
        let from_http = error.kind() == ErrorKind::Network;
        let status: Option<u16> = part(&STATUS).filter(|_| from_http).and_then(|status| status.parse().ok());
        let code = error.snowflake_code().map(str::to_owned).or_else(|| part(&CODE).filter(|_| from_http));
        let message = match (error.snowflake_message(), status) {
            (Some(message), _) => message.trim().to_owned(),
            (None, Some(status)) => match part(&SAID) {
                Some(said) => format!("HTTP {status}: {}", unescaped(&said)),
                None => format!("HTTP {status}"),
            },
            (None, None) => told.clone(),
        };
        let query_id = error.query_id().map(str::to_owned);
        let expired = code.as_deref().is_some_and(|code| EXPIRED.contains(&code));
        // A query with an id was taken, whatever became of the session afterwards.
        let fate = match error.kind() {
            _ if step == Step::Fetching => Fate::Broken,
            ErrorKind::Cancelled => Fate::Cancelled,
            ErrorKind::SessionExpired | ErrorKind::Server | ErrorKind::Network if expired => {
                if query_id.is_some() { Fate::Unknown } else { Fate::Expired }
            }
            ErrorKind::Network if told.contains("(Connect)") || status == Some(429) => Fate::Unsent,
            ErrorKind::Network if status.is_some_and(|status| status < 500 && status != 408) => Fate::Refused,
            ErrorKind::Network | ErrorKind::Timeout | ErrorKind::Protocol | ErrorKind::Internal => {
                Fate::Unknown
            }
            _ if code.as_deref() == Some("000604") => Fate::Cancelled,
            _ => Fate::Refused,
        };
        Self { fate, code, message, query_id, request_id: None }
    }

    /// Makes the error of a statement that is not sent again.
    pub(super) fn of_statement(self, sql: &str, tried: &str) -> AdapterError {
        let offset = position(&self.message, sql).or_else(|| named(&self.message, sql));
        let said = headed(&self.message, offset.is_some());
        let mut message = match &self.code {
            Some(code) if !self.message.starts_with(code) => format!("{code}: {said}"),
            _ => said,
        };
        let id = match (&self.query_id, &self.request_id) {
            (Some(query), _) => Some(format!("query id {query}")),
            (None, Some(request)) if self.fate == Fate::Unknown => Some(format!("request id {request}")),
            _ => None,
        };
        let reads = statements::only_reads(sql);
        let more = [id.as_deref().unwrap_or_default(), self.doubt(reads), tried, self.cure(reads)];
        for line in more.into_iter().filter(|line| !line.is_empty()) {
            message.push('\n');
            message.push_str(line);
        }
        let conflict = self.code.as_deref().is_some_and(|code| CONFLICTS.contains(&code));
        AdapterError::Statement {
            message,
            offset,
            conflict,
            may_have_run: self.fate == Fate::Unknown,
            code: self.code,
            query_id: self.query_id,
        }
    }

    /// Says what is not known of the statement; of one that only reads, nobody needs to know.
    fn doubt(&self, reads: bool) -> &'static str {
        match self.fate {
            Fate::Unknown if reads => "",
            Fate::Unknown => "no whole answer came: the statement may have run, or may still run",
            Fate::Broken => "the statement ran, but its rows did not arrive whole",
            Fate::Expired => "the session expired within a transaction, which Snowflake has rolled back",
            Fate::Refused | Fate::Unsent | Fate::Cancelled => "",
        }
    }

    /// Says what to do, where that can be told from the code.
    fn cure(&self, reads: bool) -> &'static str {
        match (self.code.as_deref(), self.fate) {
            (Some("000606"), _) => {
                "name a warehouse in the profile (`warehouse: ...`) that exists and that the role may use: \
                 `grant usage on warehouse ... to role ...`"
            }
            (Some("000607" | "000608" | "000610"), _) => {
                "the warehouse is suspended or may not be resumed: `alter warehouse ... resume`, or \
                 `grant operate on warehouse ... to role ...`"
            }
            (Some("003001" | "003041"), _) => {
                "the role lacks a privilege: `grant ... to role ...`, or name another `role` in the profile"
            }
            (Some("000630"), _) => {
                "raise STATEMENT_TIMEOUT_IN_SECONDS under `session_parameters` in the profile"
            }
            (_, Fate::Unknown) if !reads => {
                "look for the id in Snowflake's query history; `martlet retry` goes on from here"
            }
            (_, Fate::Unknown | Fate::Broken | Fate::Unsent | Fate::Expired) => {
                "`martlet retry` goes on from here"
            }
            _ => "",
        }
    }
}

/// Reads the inside of a text of JSON.
fn unescaped(text: &str) -> String {
    serde_json::from_str(&format!("\"{text}\"")).unwrap_or_else(|_| text.to_owned())
}

/// Tells an error with everything that led to it, but no addresses: those of chunks are as good as passwords; and no rows.
fn chain(error: &client::Error) -> String {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let text = next.to_string();
        if !told.contains(&text) {
            told.push_str(": ");
            told.push_str(&text);
        }
        cause = next.source();
    }
    [&ADDRESS, &PREVIEW]
        .into_iter()
        .filter_map(|hidden| hidden.as_ref())
        .fold(told, |told, hidden| hidden.replace_all(&told, "").into_owned())
}

/// Puts what a message says into its first line; without its first position, where that is shown at the user's line.
fn headed(message: &str, is_shown: bool) -> String {
    let bare = POSITION.as_ref().filter(|_| is_shown).map(|position| position.replace(message, ""));
    let bare = bare.unwrap_or(message.into());
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut told = String::new();
    for line in bare.lines().map(words).filter(|line| !line.is_empty() && line != "error") {
        let line = line.strip_suffix(": error").map_or(line.clone(), |line| format!("{line}:"));
        if !told.is_empty() {
            told.push(if told.ends_with(':') { ' ' } else { '\n' });
        }
        told.push_str(&line);
    }
    told
}

/// Finds the byte that a message like `error line 3 at position 7` points at: lines are counted from 1, positions from 0.
fn position(message: &str, sql: &str) -> Option<usize> {
    let found = POSITION.as_ref()?.captures(message)?;
    let number = |index| found.get(index).and_then(|part| part.as_str().parse::<i64>().ok());
    let line = usize::try_from(number(1)?).ok()?;
    let column = usize::try_from(number(2)?).ok()? + 1;
    LineIndex::new(sql).byte(sql, line, column)
}

/// Finds the one place of a statement where the name stands that a message without a position speaks of.
fn named(message: &str, sql: &str) -> Option<usize> {
    let name = NAME.as_ref()?.captures(message)?.get(1)?.as_str();
    let last = name.rsplit('.').next()?.trim_matches('"');
    let mut places = pieces(sql).filter(|(piece, range)| {
        let text = sql.get(range.clone()).unwrap_or_default();
        matches!(piece, Piece::Word | Piece::Quoted) && text.trim_matches('"').eq_ignore_ascii_case(last)
    });
    match (places.next(), places.next()) {
        (Some((_, range)), None) => Some(range.start),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(code: &str, message: &str) -> Failure {
        Failure {
            fate: Fate::Refused,
            code: Some(code.to_owned()),
            message: message.to_owned(),
            query_id: Some("01b2".to_owned()),
            request_id: None,
        }
    }

    #[test]
    fn a_position_leads_to_the_byte() {
        let sql = "select\n  é, nope\nfrom t";
        let message = "SQL compilation error: error line 2 at position 5\ninvalid identifier 'NOPE'";
        let at = position(message, sql).unwrap();
        assert_eq!(&sql[at..at + 4], "nope");
        assert_eq!(position("syntax error line 1 at position 0 unexpected 'x'.", sql), Some(0));
        assert_eq!(position("error line 9 at position 1", sql), None);
        assert_eq!(position("error line 1 at position -1", sql), None);
        assert_eq!(position("error line 99999999999999999999 at position 1", sql), None);
    }

    #[test]
    fn what_is_wrong_comes_first() {
        for (message, headed_message) in [
            (
                "SQL compilation error: error line 2 at position 5\ninvalid identifier 'NOPE'",
                "SQL compilation error: invalid identifier 'NOPE'",
            ),
            (
                "SQL compilation error:\nsyntax error line 1 at position 7 unexpected 'x'.",
                "SQL compilation error: syntax error unexpected 'x'.",
            ),
            (
                "SQL compilation error:\nerror line 1 at position 7\ninvalid identifier 'A'",
                "SQL compilation error: invalid identifier 'A'",
            ),
            ("Division by zero", "Division by zero"),
        ] {
            assert_eq!(headed(message, true), headed_message);
        }
        let of_a_function = "SQL compilation error:\nerror line 1 at position 7\nbad body";
        assert_eq!(
            headed(of_a_function, false),
            "SQL compilation error: error line 1 at position 7\nbad body"
        );
    }

    #[test]
    fn a_name_that_stands_once_leads_to_the_byte() {
        let message =
            "SQL compilation error:\nObject 'ANALYTICS.PUBLIC.ORDERS' does not exist or not authorized.";
        let sql = "select 'orders', a.\"id\" from analytics.public.\"ORDERS\" a";
        assert_eq!(named(message, sql), sql.find("\"ORDERS\""));
        assert_eq!(named(message, "select * from orders, orders"), None);
        assert_eq!(named("Schema 'X.\"y\"' does not exist", "drop table x.y.z"), Some(13));
    }

    #[test]
    fn code_id_and_cure_are_told() {
        let failure = refused("000606", "No active warehouse selected in the current session.");
        let AdapterError::Statement { message, code, query_id, .. } = failure.of_statement("select 1", "")
        else {
            panic!("not of a statement")
        };
        assert!(
            message
                .starts_with("000606: No active warehouse selected in the current session.\nquery id 01b2\n")
        );
        assert!(message.contains("name a warehouse in the profile"));
        assert_eq!((code.as_deref(), query_id.as_deref()), (Some("000606"), Some("01b2")));
    }

    #[test]
    fn waiting_for_a_lock_is_a_conflict() {
        let failure =
            refused("000625", "Statement was aborted because the number of waiters exceeds the limit.");
        assert!(matches!(failure.of_statement("merge", ""), AdapterError::Statement { conflict: true, .. }));
    }
}
