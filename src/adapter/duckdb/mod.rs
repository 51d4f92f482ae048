//! DuckDB inside this process: one database, a connection for each worker.

mod cells;
mod connect;
mod error;
mod lock;
pub mod memory;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ::duckdb as engine;

use crate::adapter::duckdb::connect::Retries;
use crate::adapter::duckdb::lock::Waiting;
use crate::adapter::{Access, Adapter, AdapterError, Answer, Connection, Interrupt};
use crate::base::clock::Stopwatch;
use crate::base::table::{Receipt, Table, TableColumn};
use crate::project::profile::Target;

/// A DuckDB database, opened at the first connection.
pub struct DuckDb {
    settings: connect::Settings,
    access: Access,
    database: Mutex<Option<engine::Connection>>,
    /// Whether a database that somebody else holds is waited for no longer.
    stopped: Arc<AtomicBool>,
}

impl DuckDb {
    /// Reads what the target says; opens nothing.
    pub fn new(target: &Target, access: Access) -> Result<Self, AdapterError> {
        let settings = connect::Settings::read(target)?;
        Ok(Self { settings, access, database: Mutex::default(), stopped: Arc::default() })
    }
}

/// A database that is nowhere but in memory, with what was prepared in it.
static IN_MEMORY: Mutex<Option<(String, engine::Connection)>> = Mutex::new(None);

/// Asks a question in a database that is nowhere but in memory, whatever database models are built in. Making one takes
/// longer than most questions, so that it stays for the next one that wants the same prepared.
pub fn ask_in_memory(prepare: &str, question: &str) -> Result<Table, AdapterError> {
    let refused = |error: engine::Error| error::translate(&error, prepare);
    let connection = {
        let mut kept = IN_MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.as_ref().filter(|(prepared, _)| prepared == prepare) {
            Some((_, open)) => open.try_clone().map_err(refused)?,
            None => {
                let open = engine::Connection::open_in_memory().map_err(refused)?;
                open.execute_batch(prepare).map_err(refused)?;
                let connection = open.try_clone().map_err(refused)?;
                *kept = Some((prepare.to_owned(), open));
                connection
            }
        }
    };
    rows(&connection, question, None)
}

impl Adapter for DuckDb {
    fn connect(&self, say: &dyn Fn(&str)) -> Result<Box<dyn Connection>, AdapterError> {
        let mut database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = match &*database {
            Some(open) => open.try_clone().map_err(|error| error::translate(&error, ""))?,
            None => {
                let open =
                    connect::open(&self.settings, self.access, &Waiting { stopped: &self.stopped, say })?;
                let connection = open.try_clone().map_err(|error| error::translate(&error, ""))?;
                *database = Some(open);
                connection
            }
        };
        connect::prepare(&connection, &self.settings)?;
        let (retries, stopped) = (self.settings.retries.clone(), self.stopped.clone());
        Ok(Box::new(DuckDbConnection { connection, retries, stopped }))
    }

    fn stop_waiting(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    fn describe(&self) -> Vec<(String, String)> {
        self.settings.describe()
    }

    fn engine_version(&self) -> String {
        // The crate's version carries DuckDB's: 1.10505.0 is 1.5.5.
        "1.5.5".to_owned()
    }
}

struct DuckDbConnection {
    connection: engine::Connection,
    retries: Retries,
    stopped: Arc<AtomicBool>,
}

impl Connection for DuckDbConnection {
    fn run(&mut self, sql: &str, fetch: bool, limit: Option<usize>) -> Result<Answer, AdapterError> {
        let mut attempt = 1;
        loop {
            let answer = self.run_once(sql, fetch, limit);
            match &answer {
                Err(error) if self.retries.wanted(error, attempt) && !self.stopped.load(Ordering::SeqCst) => {
                    Waiting { stopped: &self.stopped, say: &|_| {} }.pause(attempt);
                    attempt += 1;
                }
                _ => return answer,
            }
        }
    }

    fn stored_bytes(&mut self, relation: &str) -> Option<u64> {
        let sql = "select (select count(distinct block_id) from pragma_storage_info(?) where block_id >= 0) \
                   * (select max(block_size) from pragma_database_size())";
        let bytes: Option<i64> = self.connection.query_row(sql, [relation], |row| row.get(0)).ok()?;
        // What lies in the write-ahead log has no blocks yet.
        bytes.and_then(|bytes| u64::try_from(bytes).ok()).filter(|bytes| *bytes > 0)
    }

    fn interrupter(&self) -> Arc<dyn Interrupt> {
        Arc::new(DuckDbInterrupt(self.connection.interrupt_handle()))
    }
}

impl DuckDbConnection {
    fn run_once(&mut self, sql: &str, fetch: bool, limit: Option<usize>) -> Result<Answer, AdapterError> {
        let watch = Stopwatch::start();
        let failed = |error: engine::Error| error::translate(&error, sql);
        if sql.trim().is_empty() {
            return Ok(Answer { receipt: receipt(None, watch), table: Table::default() });
        }
        if !fetch {
            let changed = self.execute(sql).map_err(failed)?;
            return Ok(Answer { receipt: receipt(changed, watch), table: Table::default() });
        }
        let table = rows(&self.connection, sql, limit)?;
        Ok(Answer { receipt: receipt(None, watch), table })
    }

    /// Runs statements; returns how many rows the last one changed, if that is what it does.
    fn execute(&self, sql: &str) -> engine::Result<Option<i64>> {
        let mut statement = match self.connection.prepare(sql) {
            // There is no statement in a text of comments, and nothing to say of that.
            Err(engine::Error::DuckDBFailure(_, None)) => return Ok(None),
            prepared => prepared?,
        };
        let mut rows = statement.query([])?;
        let counts = rows.as_ref().is_some_and(|statement| statement.column_names() == ["Count"]);
        let row = if counts { rows.next()? } else { None };
        row.map_or(Ok(None), |row| row.get(0))
    }
}

/// Runs a statement and fetches its rows.
fn rows(connection: &engine::Connection, sql: &str, limit: Option<usize>) -> Result<Table, AdapterError> {
    let failed = |error: engine::Error| error::translate(&error, sql);
    let mut statement = connection.prepare(sql).map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut table = Table::default();
    let most = limit.unwrap_or(usize::MAX);
    if let Some(statement) = rows.as_ref() {
        table.columns = columns(statement);
    }
    let width = table.columns.len();
    while table.rows.len() < most {
        let Some(row) = rows.next().map_err(failed)? else { break };
        let cells: Result<Vec<_>, _> = (0..width)
            .map(|index| row.get_ref(index).map(|value| cells::cell(value, table.columns.get(index))))
            .collect();
        table.rows.push(cells.map_err(failed)?);
    }
    Ok(table)
}

fn columns(statement: &engine::Statement<'_>) -> Vec<TableColumn> {
    let names = statement.column_names();
    names
        .into_iter()
        .enumerate()
        .map(|(index, name)| TableColumn {
            name,
            data_type: cells::type_name(&statement.column_logical_type(index)),
        })
        .collect()
}

fn receipt(rows_affected: Option<i64>, watch: Stopwatch) -> Receipt {
    Receipt {
        message: "OK".to_owned(),
        rows_affected,
        seconds: watch.seconds(),
        statements: 1,
        ..Receipt::default()
    }
}

struct DuckDbInterrupt(Arc<engine::InterruptHandle>);

impl Interrupt for DuckDbInterrupt {
    fn interrupt(&self) {
        self.0.interrupt();
    }
}
