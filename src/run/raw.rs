//! `load`: CSV files become the tables of a source, every column a text, as one or another database wants it. A table
//! is loaded beside the old one, its rows are counted, and only then it takes the old one's place.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use crate::base::clock::{self, Stopwatch};
use crate::base::table::Cell;
use crate::compile::node_value;
use crate::graph::nodes::Node;
use crate::jinja::builtins::relation::{Relation, quoted};
use crate::jinja::host::{Host, HostError};
use crate::jinja::value::{Text, Value};
use crate::run::batches::Batches;
use crate::run::catalog;
use crate::run::events::{Event, NodeLabel};
use crate::run::host::{Line, NodeHost};
use crate::run::label;
use crate::run::result::{NodeResult, Status};
use crate::run::seeds::{SeedError, SeedFile};
use crate::run::session::Session;
use crate::run::side_by_side::side_by_side;

/// What stands behind a table's name while it is loaded.
const SUFFIX: &str = "__martlet_load";

/// The most rows in one statement: Snowflake takes 16,384 expressions in a list at least (its documentation of `VALUES`).
const MOST_ROWS: usize = 16_000;

/// After how many statements it is told how far a table is.
const TOLD_EVERY: usize = 20;

/// A file, and the table of a source that it becomes.
#[derive(Debug, Clone)]
pub struct RawFile {
    /// The table.
    pub source: Node,
    /// The file.
    pub path: PathBuf,
}

/// Loads files; returns what became of each. `stage` names where the database has the folder itself.
///
/// # Errors
/// The schemas cannot be looked at or made.
pub fn load(
    session: &Arc<Session>,
    files: &[RawFile],
    stage: Option<&str>,
) -> Result<Vec<(NodeLabel, NodeResult)>, HostError> {
    let line = Line::default();
    catalog::prepare(session, &line, files.iter().map(|file| &file.source))?;
    let total = files.len();
    let numbered: Vec<(usize, &RawFile)> = files.iter().enumerate().collect();
    let threads = session.project.invocation.target.threads;
    let results = side_by_side(&numbered, threads, |line, (at, file)| {
        let node = called(session, &file.source);
        let index = at + 1;
        session.listener.notice(&Event::NodeStarted { index, total, node: node.clone() });
        let result = load_file(session, line, file, stage);
        let boxed = Box::new(result.clone());
        session.listener.notice(&Event::NodeFinished { index, total, node: node.clone(), result: boxed });
        (node, result)
    });
    session.workers_ended();
    session.all_ended();
    results
}

/// Returns what a table is called in messages.
fn called(session: &Session, source: &Node) -> NodeLabel {
    let label = label::label(&session.project, source);
    NodeLabel { description: format!("raw table {}.{}", source.schema, source.alias), ..label }
}

fn load_file(session: &Arc<Session>, line: &Line, file: &RawFile, stage: Option<&str>) -> NodeResult {
    let watch = Stopwatch::start();
    let begun = clock::now();
    let host = NodeHost::new(session, line);
    let mut result = NodeResult::new(&file.source.unique_id, Status::Success);
    let loading = Loading { session, host: host.clone(), file, stage };
    match loading.run() {
        Ok(rows) => {
            result.receipt.rows_affected = Some(rows);
            result = result.message(format!("LOAD {rows}"));
        }
        Err(error) => {
            result.status = Status::Error;
            result.message = Some(error.message);
        }
    }
    host.rollback();
    result.receipt.statements = host.sent().statements;
    result.receipt.seconds = host.sent().seconds;
    result.executed_at = Some((begun, clock::now()));
    result.seconds = watch.seconds();
    result
}

/// One table while it is loaded.
struct Loading<'l> {
    session: &'l Arc<Session>,
    host: Rc<NodeHost>,
    file: &'l RawFile,
    stage: Option<&'l str>,
}

impl Loading<'_> {
    /// Loads the table; returns its rows.
    fn run(&self) -> Result<i64, HostError> {
        let csv = SeedFile { path: self.file.path.clone(), delimiter: b',' };
        let names = self.names(&csv)?;
        let target = self.relation("");
        let beside = self.relation(SUFFIX);
        let columns = Value::list(names.iter().map(|name| Value::from(quoted(name))).collect());
        self.call("create_raw_table", vec![Value::object(beside.clone()), columns.clone()])?;
        let loaded = self.fill(&csv, &beside, &names, columns).and_then(|expected| {
            let counted = self.count(&beside)?;
            if counted == expected || !self.session.adapter.answers() {
                return Ok(counted);
            }
            Err(HostError::new(format!(
                "{} has {expected} rows, and {counted} arrived: the table stays as it was",
                self.file.path.display()
            )))
        });
        let put = loaded.and_then(|rows| {
            let arguments = vec![Value::object(target), Value::object(beside.clone())];
            self.call("replace_raw_table", arguments).map(|_| rows)
        });
        if put.is_err() {
            self.host.rollback();
            // The first error is the one to tell.
            let _ = self.call("drop_raw_table", vec![Value::object(beside)]);
        }
        put
    }

    /// Reads the names of the columns: as the database keeps names that stand without quotes.
    fn names(&self, csv: &SeedFile) -> Result<Vec<String>, HostError> {
        let capitals = self.session.dialect().capitals;
        let names = csv.header().map_err(|error| self.told(&error))?;
        Ok(names.into_iter().map(|name| if capitals { name.to_uppercase() } else { name }).collect())
    }

    /// Puts the rows in; returns how many the file has.
    fn fill(
        &self,
        csv: &SeedFile,
        beside: &Relation,
        names: &[String],
        columns: Value,
    ) -> Result<i64, HostError> {
        let path = Value::from(self.file.path.to_string_lossy().as_ref());
        let stage = self.stage.map_or(Value::None, Value::from);
        let copy = self
            .call("copy_raw_file_sql", vec![Value::object(beside.clone()), columns, path, stage])?
            .to_text();
        if !copy.trim().is_empty() {
            // What is wrong with the file is told at its line, before the database is asked.
            let mut rows = 0;
            for row in csv.rows(names.len()).map_err(|error| self.told(&error))? {
                row.map_err(|error| self.told(&error))?;
                rows += 1;
            }
            return match self.send(copy) {
                Ok(()) => Ok(rows),
                // The file has been read to its end: a reader of the database's own that is more particular, as about
                // lines that end in two ways, is gone without.
                Err(_) if self.stage.is_none() => self.insert(csv, beside, names),
                Err(error) => Err(error),
            };
        }
        self.insert(csv, beside, names)
    }

    /// Sends the rows as literals.
    fn insert(&self, csv: &SeedFile, beside: &Relation, names: &[String]) -> Result<i64, HostError> {
        let dialect = self.session.dialect();
        let written = |row: Result<Vec<Option<String>>, SeedError>| {
            let row = row.map_err(|error| self.told(&error))?;
            let cells: Vec<String> =
                row.into_iter().map(|text| dialect.literal(&text.map_or(Cell::Null, Cell::Text))).collect();
            Ok(format!("({})", cells.join(", ")))
        };
        let columns: Vec<String> = names.iter().map(|name| quoted(name)).collect();
        let head = format!("insert into {} ({}) values\n", beside.render(), columns.join(", "));
        let rows = csv.rows(names.len()).map_err(|error| self.told(&error))?;
        let mut sent = 0;
        for (number, batch) in Batches::new(rows.map(written), MOST_ROWS).enumerate() {
            let batch = batch?;
            self.send(format!("{head}{}", batch.values))?;
            sent += batch.rows as i64;
            if number % TOLD_EVERY == TOLD_EVERY - 1 {
                let text = format!("{}: {sent} rows sent", self.file.source.name);
                self.session.listener.notice(&Event::Message { text, info: true });
            }
        }
        Ok(sent)
    }

    fn count(&self, relation: &Relation) -> Result<i64, HostError> {
        let sql = Text::new(format!("select count(*) as n from {}", relation.render()));
        let (_, table) = self.host.run(&sql, false, true, Some(1))?;
        if !self.session.adapter.answers() {
            return Ok(0);
        }
        let count = table.rows.first().and_then(|row| row.first()).and_then(Cell::to_i64);
        count.ok_or_else(|| HostError::new("the database did not count the rows"))
    }

    fn relation(&self, suffix: &str) -> Relation {
        let mut relation = node_value::relation(&self.file.source);
        relation.external = None;
        relation.kind = Some("table".to_owned());
        relation.identifier = Some(format!("{}{suffix}", self.file.source.alias));
        relation
    }

    fn send(&self, sql: String) -> Result<(), HostError> {
        self.host.run(&Text::new(sql), false, false, None).map(|_| ())
    }

    fn call(&self, name: &str, arguments: Vec<Value>) -> Result<Value, HostError> {
        let host: Rc<dyn Host> = self.host.clone();
        catalog::call_macro(self.session, &host, name, arguments)
    }

    /// Tells what is wrong with the file, at its line.
    fn told(&self, error: &SeedError) -> HostError {
        let path = self.file.path.display();
        HostError::new(match error {
            SeedError::Broken { message, line, cure, .. } => format!("{path}:{line}: {message}; {cure}"),
            SeedError::File(error) => error.to_string(),
            other => format!("{path}: {other}"),
        })
    }
}
