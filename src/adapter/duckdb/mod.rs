//! DuckDB inside this process: one database, a connection for each worker.

mod cells;
mod connect;
mod error;

use std::sync::{Arc, Mutex, PoisonError};

use ::duckdb as engine;

use crate::adapter::{Adapter, AdapterError, Answer, Connection, Interrupt};
use crate::base::clock::Stopwatch;
use crate::base::table::{Receipt, Table, TableColumn};
use crate::project::profile::Target;

/// A DuckDB database, opened at the first connection.
pub struct DuckDb {
    settings: connect::Settings,
    database: Mutex<Option<engine::Connection>>,
}

impl DuckDb {
    /// Reads what the target says; opens nothing.
    pub fn new(target: &Target) -> Result<Self, AdapterError> {
        Ok(Self { settings: connect::Settings::read(target)?, database: Mutex::new(None) })
    }
}

/// Opens a database that is nowhere but in memory, whatever database models are built in.
pub fn in_memory() -> Result<Box<dyn Connection>, AdapterError> {
    let opened = engine::Connection::open_in_memory().map_err(|error| error::translate(&error, ""))?;
    Ok(Box::new(DuckDbConnection { connection: opened }))
}

impl Adapter for DuckDb {
    fn connect(&self) -> Result<Box<dyn Connection>, AdapterError> {
        let mut database = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = match &*database {
            Some(open) => open.try_clone().map_err(|error| error::translate(&error, ""))?,
            None => {
                let open = connect::open(&self.settings)?;
                let connection = open.try_clone().map_err(|error| error::translate(&error, ""))?;
                *database = Some(open);
                connection
            }
        };
        connect::prepare(&connection, &self.settings)?;
        Ok(Box::new(DuckDbConnection { connection }))
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
}

impl Connection for DuckDbConnection {
    fn run(&mut self, sql: &str, fetch: bool, limit: Option<usize>) -> Result<Answer, AdapterError> {
        let watch = Stopwatch::start();
        let failed = |error: engine::Error| error::translate(&error, sql);
        if sql.trim().is_empty() {
            return Ok(Answer { receipt: receipt(None, watch), table: Table::default() });
        }
        if !fetch {
            self.connection.execute_batch(sql).map_err(failed)?;
            return Ok(Answer { receipt: receipt(None, watch), table: Table::default() });
        }
        let mut statement = self.connection.prepare(sql).map_err(failed)?;
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
        Ok(Answer { receipt: receipt(None, watch), table })
    }

    fn interrupter(&self) -> Arc<dyn Interrupt> {
        Arc::new(DuckDbInterrupt(self.connection.interrupt_handle()))
    }
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
    Receipt { message: "OK".to_owned(), rows_affected, seconds: watch.seconds(), query_id: None }
}

struct DuckDbInterrupt(Arc<engine::InterruptHandle>);

impl Interrupt for DuckDbInterrupt {
    fn interrupt(&self) {
        self.0.interrupt();
    }
}
