//! One worker's session: statements one after another, an expired session replaced by a new one in the same state, and
//! what may be sent again sent again. Knows not how to log in.

use std::ops::Range;
use std::sync::Arc;

use snowflake_connector_rs as client;
use snowflake_connector_rs::TypedResultCursor;

use crate::adapter::snowflake::Shared;
use crate::adapter::snowflake::cancel::{Running, unless_stopped};
use crate::adapter::snowflake::cells::{self, Row};
use crate::adapter::snowflake::error::{Failure, Fate, Step};
use crate::adapter::snowflake::login;
use crate::adapter::snowflake::statements::{self, Effect};
use crate::adapter::{AdapterError, Answer, Connection, Interrupt};
use crate::base::clock::Stopwatch;
use crate::base::table::{Receipt, Table, TableColumn};

/// What somebody who logged in has, and what was done there since.
pub(super) struct Session {
    live: client::Session,
    /// Statements that settle what later ones go by, with what they settle; a new login repeats them.
    sets: Vec<(String, String)>,
    in_transaction: bool,
    /// Temporary tables and views that were made and not dropped.
    temporary: usize,
    age: Stopwatch,
}

/// How old a session gets, in seconds, before another is logged in to. After an hour Snowflake takes its token no longer;
/// other clients renew the token, which this one cannot.
const OLD: f64 = 45.0 * 60.0;

impl Session {
    /// Takes a session that somebody just logged in to.
    pub(super) fn new(live: client::Session) -> Self {
        Self { live, sets: Vec::new(), in_transaction: false, temporary: 0, age: Stopwatch::start() }
    }

    /// Tells whether another session should take its place while nothing is lost by that.
    fn is_due(&self, seconds: f64) -> bool {
        seconds > OLD && !self.in_transaction && self.temporary == 0
    }

    /// Tells whether it is as it was after the login.
    pub(super) fn is_fresh(&self) -> bool {
        self.sets.is_empty() && !self.in_transaction && self.temporary == 0
    }

    /// Notes what a statement that succeeded did to it.
    fn note(&mut self, sql: &str) {
        match statements::effect(sql) {
            Effect::None => {}
            Effect::Begins => self.in_transaction = true,
            Effect::Ends => self.in_transaction = false,
            Effect::MakesTemporary => self.temporary += 1,
            Effect::Drops => self.temporary = self.temporary.saturating_sub(1),
            Effect::Sets(what) => {
                self.sets.retain(|(known, _)| *known != what);
                self.sets.push((what, sql.to_owned()));
            }
        }
    }
}

/// A connection of one worker.
pub(super) struct SnowflakeConnection {
    shared: Arc<Shared>,
    /// Nothing after a session that is no more, until the next statement.
    session: Option<Session>,
    running: Arc<Running>,
}

/// What one statement gave back.
struct Done {
    query_id: String,
    table: Table,
    /// The rows that it changed or gave back, as far as that is known, the way Snowflake's clients count.
    rows: Option<i64>,
    /// The rows that it changed or read, without those that only say what became of it.
    changed: Option<i64>,
}

/// What was done before giving a statement up.
#[derive(Default)]
struct Tried {
    again: u32,
    logins: u32,
}

impl Tried {
    fn told(&self) -> String {
        let mut told = Vec::new();
        if self.again > 0 {
            told.push(format!("sent {} times", self.again + 1));
        }
        if self.logins > 0 {
            told.push("logged in again after the session had expired".to_owned());
        }
        told.join("; ")
    }
}

impl SnowflakeConnection {
    /// Makes a connection on a session.
    pub(super) fn new(shared: Arc<Shared>, session: Session) -> Self {
        Self { shared, session: Some(session), running: Arc::default() }
    }

    fn run_all(&mut self, sql: &str, fetch: bool, limit: Option<usize>) -> Result<Answer, AdapterError> {
        let watch = Stopwatch::start();
        let ranges = statements::split(sql);
        let mut answer = Answer::default();
        answer.receipt.message = "SUCCESS".to_owned();
        let count = ranges.len();
        for (index, range) in ranges.into_iter().enumerate() {
            let statement = sql.get(range.clone()).unwrap_or_default();
            let wanted = fetch && index + 1 == count;
            let done = self.one(statement, wanted, limit).map_err(|error| shifted(error, range.start))?;
            let rows = done.rows.map(|rows| format!(" {rows}")).unwrap_or_default();
            answer.receipt = Receipt {
                message: format!("SUCCESS{rows}"),
                rows_affected: done.changed,
                statements: index + 1,
                query_id: Some(done.query_id),
                ..Receipt::default()
            };
            answer.table = done.table;
        }
        answer.receipt.seconds = watch.seconds();
        Ok(answer)
    }

    /// Runs one statement; sends it again where nothing is done twice by that.
    fn one(&mut self, sql: &str, fetch: bool, limit: Option<usize>) -> Result<Done, AdapterError> {
        let mut tried = Tried::default();
        if self.session.as_ref().is_some_and(|session| session.is_due(session.age.seconds())) {
            self.log_in_again()?;
        }
        loop {
            if self.session.is_none() {
                self.session = Some(Session::new(login::log_in(&self.shared, &|_| {})?));
            }
            let failure = match self.attempt(sql, fetch, limit) {
                Ok(done) => {
                    if let Some(session) = &mut self.session {
                        session.note(sql);
                    }
                    return Ok(done);
                }
                Err(failure) => failure,
            };
            let stopped = self.running.stop().is_raised() || self.shared.stopped.is_raised();
            let again = !stopped && tried.again < self.shared.settings.retries.count;
            match failure.fate {
                Fate::Expired if tried.logins == 0 && !stopped => {
                    tried.logins += 1;
                    if !self.log_in_again()? {
                        return Err(self.given_up(failure, sql, &tried));
                    }
                }
                Fate::Unsent if again => self.pause(&mut tried),
                Fate::Unknown | Fate::Broken if again && statements::only_reads(sql) => {
                    self.pause(&mut tried);
                }
                _ => return Err(self.given_up(failure, sql, &tried)),
            }
        }
    }

    fn given_up(&self, failure: Failure, sql: &str, tried: &Tried) -> AdapterError {
        let failure = Failure { message: self.shared.settings.scrub(&failure.message), ..failure };
        failure.of_statement(sql, &tried.told())
    }

    fn pause(&self, tried: &mut Tried) {
        tried.again += 1;
        let seconds = self.shared.settings.retries.seconds(tried.again);
        self.shared.pause(seconds, Some(self.running.stop()));
    }

    /// Puts a new session in place of one that is no more, in the state that it had. Returns `false` when that had a
    /// transaction open: what was done in it is gone, so that what follows cannot go on from there.
    fn log_in_again(&mut self) -> Result<bool, AdapterError> {
        let Some(old) = self.session.take() else { return Ok(true) };
        self.session = Some(Session::new(login::log_in(&self.shared, &|_| {})?));
        // What was temporary is gone; a statement that reads it says so.
        for (what, sql) in old.sets {
            if let Err(failure) = self.attempt(&sql, false, None) {
                self.session = None;
                return Err(self.given_up(failure, &sql, &Tried { again: 0, logins: 1 }));
            }
            self.session.iter_mut().for_each(|session| session.sets.push((what.clone(), sql.clone())));
        }
        Ok(!old.in_transaction)
    }

    /// Takes back what a transaction did that is still open. After an error nobody goes on with it, and the next
    /// statement that makes something would commit it.
    fn take_back(&mut self) {
        if !self.session.as_ref().is_some_and(|session| session.in_transaction) {
            return;
        }
        // What stopped the statement before does not concern this one, and nothing interrupts what does not run.
        self.running.begin();
        self.running.end();
        match (self.attempt("rollback", false, None), &mut self.session) {
            (Ok(_), Some(session)) => session.in_transaction = false,
            // Snowflake takes a transaction back when nobody is heard of its session any more.
            _ => self.session = None,
        }
    }

    /// Sends a statement once and waits for its answer.
    fn attempt(&self, sql: &str, fetch: bool, limit: Option<usize>) -> Result<Done, Failure> {
        let Some(session) = &self.session else { return Err(Failure::cancelled()) };
        let stop = self.running.stop();
        let handle =
            session.live.query_handle(sql.to_owned()).map_err(|error| Failure::of(&error, Step::Asking))?;
        let (canceller, request_id) = (handle.canceller(), handle.request_id().to_owned());
        self.shared.runtime.block_on(async {
            let asked = unless_stopped(stop, &canceller, handle.execute_as::<Row>()).await;
            let cursor = asked.ok_or_else(Failure::cancelled)?.map_err(|error| Failure {
                request_id: Some(request_id),
                ..Failure::of(&error, Step::Asking)
            })?;
            tokio::select! {
                done = rows(cursor, fetch, limit) => done.map_err(|error| Failure::of(&error, Step::Fetching)),
                () = stop.raised() => Err(Failure::cancelled()),
            }
        })
    }
}

/// Fetches the rows of an answer: all of them, several partitions at once; or no more partitions than the limit asks for.
async fn rows(mut cursor: TypedResultCursor<Row>, fetch: bool, limit: Option<usize>) -> client::Result<Done> {
    let query_id = cursor.query_id().to_owned();
    let columns = cells::columns(cursor.schema());
    let mut table = Table { columns, rows: Vec::new() };
    let most = if fetch { limit } else { Some(1) };
    let whole = match most {
        None => {
            table.rows = cursor.collect::<Vec<Row>>().await?.into_iter().map(|row| row.0).collect();
            true
        }
        Some(most) => {
            while table.rows.len() < most
                && let Some(part) = cursor.next_table().await?
            {
                for row in part.rows() {
                    table.rows.push(row?.0);
                }
            }
            cursor.is_exhausted()
        }
    };
    let (count, changed) = if whole { counted(&table) } else { (None, None) };
    if fetch {
        table.rows.truncate(most.unwrap_or(usize::MAX));
    } else {
        table = Table::default();
    }
    Ok(Done { query_id, table, rows: count, changed })
}

/// Counts the rows of a whole answer: as Snowflake's clients do, and without the row that only says what became of the
/// statement. What changes rows answers with one row, of counts in columns of these names.
fn counted(table: &Table) -> (Option<i64>, Option<i64>) {
    const CHANGED: &[&str] = &["number of rows inserted", "number of rows updated", "number of rows deleted"];
    /// Rows that are among the updated ones, which clients count once more.
    const JOINED: &str = "number of multi-joined rows updated";
    let sum = |counts: &dyn Fn(&TableColumn) -> bool| {
        let only = table.rows.first().into_iter().flatten();
        let cells = table.columns.iter().zip(only).filter(|(column, _)| counts(column));
        cells.filter_map(|(_, cell)| cell.to_i64()).sum::<i64>()
    };
    let changes = |column: &TableColumn| CHANGED.iter().any(|name| column.name.starts_with(name));
    let rows = i64::try_from(table.rows.len()).ok();
    match (table.columns.as_slice(), table.rows.len()) {
        (columns, 1) if columns.iter().any(changes) => {
            (Some(sum(&|column| changes(column) || column.name == JOINED)), Some(sum(&changes)))
        }
        ([status], 1) if status.name == "status" => (rows, None),
        _ => (rows, rows),
    }
}

/// Moves the byte that an error points at from its statement to the text that this is a part of.
fn shifted(error: AdapterError, by: usize) -> AdapterError {
    match error {
        AdapterError::Statement { message, offset, conflict, may_have_run, code, query_id } => {
            AdapterError::Statement {
                may_have_run,
                message,
                offset: offset.map(|offset| offset + by),
                conflict,
                code,
                query_id,
            }
        }
        other => other,
    }
}

impl Connection for SnowflakeConnection {
    fn run(&mut self, sql: &str, fetch: bool, limit: Option<usize>) -> Result<Answer, AdapterError> {
        self.running.begin();
        let answer = self.run_all(sql, fetch, limit);
        self.running.end();
        if answer.is_err() {
            self.take_back();
        }
        answer
    }

    fn roll_back(&mut self) {
        self.take_back();
    }

    fn statements(&self, sql: &str) -> Vec<Range<usize>> {
        statements::split(sql)
    }

    fn interrupter(&self) -> Arc<dyn Interrupt> {
        self.running.clone()
    }
}

impl Drop for SnowflakeConnection {
    fn drop(&mut self) {
        self.take_back();
        if let Some(session) = self.session.take() {
            self.shared.give_back(session);
        }
    }
}
