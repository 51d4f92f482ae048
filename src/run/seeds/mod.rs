//! Seeds: CSV files that become tables. Gives the materialization what it asks for: the columns with their types, the
//! query that reads the rows, and whether the table holds them already. Knows no statement that loads them.

mod classes;
mod file;
mod reading;
mod sending;
mod unchanged;

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use crate::base::data::Data;
use crate::base::fs;
use crate::base::source::Place;
use crate::base::table::TableColumn;
use crate::base::text::Span;
use crate::graph::nodes::{Node, ResourceType};
use crate::jinja::builtins::adapter::host_error;
use crate::jinja::builtins::table::TableValue;
use crate::jinja::eval::Environment;
use crate::jinja::eval::error::RenderError;
use crate::jinja::host::Host;
use crate::jinja::value::Value;
use crate::jinja::value::object::Native;
use crate::run::seeds::reading::Seed;
use crate::run::seeds::sending::{Heads, SendError};
use crate::run::seeds::unchanged::Loaded;
use crate::run::session::Session;

pub use crate::run::seeds::file::SeedError;
pub(super) use crate::run::seeds::file::SeedFile;

/// What databases say of a column that a table does not have.
const OTHER_COLUMNS: [&str; 2] = ["does not have a column with name", "invalid identifier"];

/// The largest file that is read as a whole to show the row that is wrong.
const SHOWN: u64 = 64 << 20;

/// Returns the columns of a seed with the SQL types that dbt infers; `forced` names columns that are taken for texts.
pub fn column_types(path: &Path, delimiter: u8, forced: &[String]) -> Result<Vec<TableColumn>, SeedError> {
    Ok(table_columns(&Seed::read(SeedFile { path: path.to_owned(), delimiter }, forced)?))
}

/// One seed that is being loaded.
pub struct Loading {
    session: Arc<Session>,
    node: Node,
    path: PathBuf,
    seed: OnceCell<Rc<Seed>>,
}

impl Loading {
    /// Begins to load a node, if it is a seed; reads nothing yet.
    pub fn of(session: &Arc<Session>, node: &Node) -> Option<Rc<Self>> {
        let path = Path::new(&node.root_path).join(&node.original_file_path);
        let is_seed = node.resource_type == ResourceType::Seed;
        is_seed.then(|| {
            Rc::new(Self { session: session.clone(), node: node.clone(), path, seed: OnceCell::new() })
        })
    }

    /// Sets what the materialization of seeds knows beside what every node knows.
    pub fn set(self: &Rc<Self>, names: &Environment, host: &Rc<dyn Host>) {
        let here = self.clone();
        let table = Native::value("load_agate_table", move |_, _| Ok(here.table()?));
        names.set("load_agate_table", table);
        let here = self.clone();
        let query = Native::value("seed_query", move |_, _| Ok(Value::from(here.seed()?.query())));
        names.set("seed_query", query);
        let (here, host) = (self.clone(), host.clone());
        let send = Native::value("send_seed_rows", move |_, arguments| {
            let mut reader = arguments.reader("send_seed_rows");
            let (first, next) = (reader.text("first")?, reader.text("next")?);
            let rows = reader.optional_int("rows")?.and_then(|rows| usize::try_from(rows).ok());
            let heads = Heads { first, next, rows: rows.unwrap_or(usize::MAX).max(1) };
            let seed = here.seed()?;
            let sent = sending::send(&host, here.session.dialect(), &seed, &heads);
            let sent = sent.map_err(|error| match error {
                SendError::Seed(error) => here.failure(error),
                SendError::Host(error) => host_error(&error, None),
            });
            Ok(Value::from(sent?))
        });
        names.set("send_seed_rows", send);
        for (name, remember) in [("seed_is_unchanged", false), ("remember_seed", true)] {
            let here = self.clone();
            let native = Native::value(name, move |_, arguments| {
                let found = arguments.reader(name).text("fingerprint")?;
                let loaded = here.loaded(&found)?;
                if remember {
                    loaded.remember().map_err(|error| RenderError::new(error.to_string()))?;
                    return Ok(Value::None);
                }
                Ok(Value::Bool(loaded.is_remembered()))
            });
            names.set(name, native);
        }
    }

    /// Gives an error of the database the row whose value it complains of.
    pub fn placed(&self, mut error: RenderError) -> RenderError {
        let Some(seed) = self.seed.get() else { return error };
        if let Some(SeedError::Broken { span, .. }) = reading::complained(&seed.file, &error.message) {
            error.place = self.place(&span).or(error.place);
            // The rest tells of settings that are not the user's.
            if let Some(at) = error.message.find("Could not convert") {
                error.message = error
                    .message
                    .get(at..)
                    .and_then(|rest| rest.lines().next())
                    .unwrap_or_default()
                    .to_owned();
            }
            error.calls.clear();
            error = error.hint("mend the value, or give its column another type in `column_types`");
        } else if OTHER_COLUMNS.iter().any(|words| error.message.contains(words)) {
            let header = self.place(&(0..u64::MAX));
            error.place = header.or(error.place);
            error.calls.clear();
            error = error
                .hint("the table has the columns that the seed had before: build it with `--full-refresh`");
        }
        error
    }

    fn table(&self) -> Result<Value, RenderError> {
        let seed = self.seed()?;
        let (columns, rows) = (table_columns(&seed), seed.rows);
        // Templates seldom ask for rows: they are read again when one does.
        let read = move || seed.all_rows().unwrap_or_default();
        Ok(Value::object(TableValue::late(&columns, rows, read)))
    }

    fn seed(&self) -> Result<Rc<Seed>, RenderError> {
        if let Some(seed) = self.seed.get() {
            return Ok(seed.clone());
        }
        let read = self.delimiter().and_then(|delimiter| {
            Seed::read(SeedFile { path: self.path.clone(), delimiter }, &self.forced())
        });
        let seed = Rc::new(read.map_err(|error| self.failure(error))?);
        Ok(self.seed.get_or_init(|| seed).clone())
    }

    fn delimiter(&self) -> Result<u8, SeedError> {
        let given = self.node.config.text("delimiter").unwrap_or(",");
        match given.as_bytes() {
            [byte] => Ok(*byte),
            _ => Err(SeedError::Configured(format!("the delimiter `{given}` is not one character of ASCII"))),
        }
    }

    /// Returns the columns that the seed gives types of its own.
    fn forced(&self) -> Vec<String> {
        let types = self.node.config.get("column_types").and_then(Data::as_map);
        types.map(|types| types.keys().cloned().collect()).unwrap_or_default()
    }

    fn loaded(&self, fingerprint: &str) -> Result<Loaded, RenderError> {
        let folder = self.session.project.target_folder().join("seeds");
        Loaded::new(&folder, &self.node, &self.path, fingerprint)
            .map_err(|error| RenderError::new(error.to_string()))
    }

    fn failure(&self, error: SeedError) -> RenderError {
        let mut failure = RenderError::new(error.to_string());
        if let SeedError::Broken { message, span, line, cure } = &error {
            failure.place = self.place(span);
            if failure.place.is_none() {
                failure.message = format!("line {line}: {message}");
            }
            return failure.hint(*cure);
        }
        failure
    }

    /// Returns the place of some bytes of the file; `None` when it is too large, or no text, and cannot be shown.
    fn place(&self, span: &std::ops::Range<u64>) -> Option<Place> {
        if fs::size(&self.path).ok()? > SHOWN {
            return None;
        }
        let bytes = fs::read_bytes(&self.path).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let start = usize::try_from(span.start).ok()?;
        let end = usize::try_from(span.end).ok()?;
        // Bytes that are no text become longer: places move by what came before.
        let shown = |at: usize| bytes.get(..at).map(|before| String::from_utf8_lossy(before).len());
        let first = text.get(shown(start)?..)?.lines().next().unwrap_or_default().len();
        let (start, end) = (shown(start)?, shown(end.min(bytes.len()))?);
        let file = self.session.project.sources.add(self.node.original_file_path.as_str(), text.as_ref());
        Some(Place::new(file, Span::new(start, end.min(start + first))))
    }
}

fn table_columns(seed: &Seed) -> Vec<TableColumn> {
    let column = |column: &reading::SeedColumn| TableColumn {
        name: column.name.clone(),
        data_type: column.kind.sql().to_owned(),
    };
    seed.columns.iter().map(column).collect()
}
