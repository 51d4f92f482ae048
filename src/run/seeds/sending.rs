//! Sending a seed's rows in statements that each hold as many as they can. Knows no word of the statements themselves.

use std::rc::Rc;

use crate::jinja::core::Dialect;
use crate::jinja::host::{Host, HostError};
use crate::jinja::value::Text;
use crate::run::batches::{Batch, Batches};
use crate::run::seeds::file::SeedError;
use crate::run::seeds::reading::Seed;

/// The heads of the statements that rows are put behind.
pub(super) struct Heads {
    /// Of the first statement, in which nothing old stays.
    pub(super) first: String,
    /// Of those after it.
    pub(super) next: String,
    /// How many rows one statement has at most.
    pub(super) rows: usize,
}

/// Why rows were not sent.
pub(super) enum SendError {
    /// The file cannot be read.
    Seed(SeedError),
    /// The database refused a statement.
    Host(HostError),
}

/// Sends all rows of a seed; returns the first statement. More than one statement are a transaction.
pub(super) fn send(
    host: &Rc<dyn Host>,
    dialect: &'static Dialect,
    seed: &Seed,
    heads: &Heads,
) -> Result<String, SendError> {
    let written = |row: Result<Vec<_>, SeedError>| {
        let cells: Vec<String> = row?.iter().map(|cell| dialect.literal(cell)).collect();
        Ok(format!("({})", cells.join(", ")))
    };
    let pages = seed.pages().map_err(SendError::Seed)?;
    let mut batches = Batches::new(pages.map(written), heads.rows);
    let Some(first) = batches.next() else { return Ok(String::new()) };
    let first = first.map_err(SendError::Seed)?;
    let run = |sql: String| host.run(&Text::new(sql), false, false, None).map_err(SendError::Host);
    let statement = |head: &str, batch: &Batch| format!("{head} values\n{}", batch.values);
    if batches.is_at_end() {
        let sql = statement(&heads.first, &first);
        run(sql.clone())?;
        return Ok(sql);
    }
    run("BEGIN".to_owned())?;
    let sent = run(statement(&heads.first, &first)).and_then(|_| {
        batches
            .try_for_each(|batch| run(statement(&heads.next, &batch.map_err(SendError::Seed)?)).map(|_| ()))
    });
    if let Err(error) = sent {
        // The first error is the one to tell.
        let _ = run("ROLLBACK".to_owned());
        return Err(error);
    }
    run("COMMIT".to_owned())?;
    Ok(statement(&heads.first, &first))
}
