//! Opening a DuckDB file: settings of the profile, extensions and attached databases.

use std::path::PathBuf;

use ::duckdb as engine;

use crate::adapter::duckdb::error;
use crate::adapter::duckdb::lock::{self, Waiting};
use crate::adapter::{Access, AdapterError};
use crate::base::data::{Data, DataMap};
use crate::base::fs;
use crate::project::profile::{Target, duckdb_database};

/// What a profile says of a DuckDB database (dbt-duckdb's keys).
#[derive(Debug, Clone)]
pub(super) struct Settings {
    path: String,
    database: String,
    schema: String,
    options: DataMap,
    session: DataMap,
    extensions: Vec<Data>,
    attach: Vec<DataMap>,
    secrets: Vec<DataMap>,
    attempts: u32,
    pub(super) retries: Retries,
}

/// Which statements are sent again (dbt-duckdb's `retries`).
#[derive(Debug, Clone, Default)]
pub(super) struct Retries {
    attempts: u32,
    /// Kinds of errors, as DuckDB's Python package names them.
    kinds: Vec<String>,
}

impl Retries {
    fn read(retries: &DataMap) -> Self {
        let kinds = retries.get("retryable_exceptions").and_then(Data::as_list);
        let kinds = kinds.map(|kinds| kinds.iter().filter_map(Data::to_text).collect());
        Self {
            attempts: number(retries, "query_attempts"),
            kinds: kinds.unwrap_or_else(|| vec!["IOException".to_owned()]),
        }
    }

    /// Tells whether a statement that failed so often is sent again.
    pub(super) fn wanted(&self, error: &AdapterError, attempt: u32) -> bool {
        attempt < self.attempts && self.kinds.contains(&error::kind(&error.to_string()))
    }
}

fn number(map: &DataMap, key: &str) -> u32 {
    map.get(key).and_then(Data::as_i64).and_then(|number| u32::try_from(number).ok()).unwrap_or(1).max(1)
}

impl Settings {
    pub(super) fn read(target: &Target) -> Result<Self, AdapterError> {
        let map = |key: &str| target.settings.get(key).and_then(Data::as_map).cloned().unwrap_or_default();
        let list = |key: &str| target.settings.get(key).and_then(Data::as_list).unwrap_or_default().to_vec();
        let maps = |key: &str| list(key).iter().filter_map(|item| item.as_map().cloned()).collect::<Vec<_>>();
        let path =
            target.settings.get("path").and_then(Data::to_text).unwrap_or_else(|| ":memory:".to_owned());
        let attach = maps("attach");
        let aliases = attach.iter().filter_map(|entry| entry.get("alias").and_then(Data::to_text));
        let stem = duckdb_database(&path);
        if target.database != stem && !aliases.clone().any(|alias| alias == target.database) {
            return Err(AdapterError::Profile(format!(
                "the target `{}` says `database: {}`, but the file `{path}` is called `{stem}` in DuckDB: \
                 write `database: {stem}`, or leave the key out",
                target.name, target.database
            )));
        }
        let retries = map("retries");
        Ok(Self {
            path,
            database: target.database.clone(),
            schema: target.schema.clone(),
            options: map("config_options"),
            session: map("settings"),
            extensions: list("extensions"),
            attach,
            secrets: maps("secrets"),
            attempts: number(&retries, "connect_attempts"),
            retries: Retries::read(&retries),
        })
    }

    pub(super) fn describe(&self) -> Vec<(String, String)> {
        let pairs = [("database", &self.database), ("schema", &self.schema), ("path", &self.path)];
        pairs.map(|(key, value)| (key.to_owned(), value.clone())).to_vec()
    }
}

/// Opens the database; while another process holds it, waits as the profile says. To read alone, nothing is made: what
/// is not there is stood in for by a database without anything in it.
pub(super) fn open(
    settings: &Settings,
    access: Access,
    waiting: &Waiting<'_>,
) -> Result<engine::Connection, AdapterError> {
    let path = PathBuf::from(&settings.path);
    let is_file = settings.path != ":memory:" && !settings.path.contains("://");
    let stood_in_for = access == Access::Read && is_file && !fs::is_file(&path);
    let opened = if stood_in_for { ":memory:" } else { settings.path.as_str() };
    if is_file
        && access == Access::Write
        && let Some(parent) = path.parent()
        && !parent.as_os_str().is_empty()
    {
        fs::create_folder(parent)
            .map_err(|error| AdapterError::Open { path: path.clone(), message: error.to_string() })?;
    }
    let read_only = access == Access::Read && is_file && !stood_in_for;
    let connection = lock::wait(&path, settings.attempts, waiting, || {
        let mut config = config(settings)?;
        if read_only {
            let read_only = config.access_mode(engine::AccessMode::ReadOnly);
            config = read_only.map_err(|error| error::translate(&error, ""))?;
        }
        Ok(engine::Connection::open_with_flags(opened, config))
    })?;
    if stood_in_for {
        let sql = format!("ATTACH ':memory:' AS {}", quoted(&settings.database));
        connection.execute_batch(&sql).map_err(|error| error::translate(&error, &sql))?;
    }
    once(&connection, settings)?;
    Ok(connection)
}

fn config(settings: &Settings) -> Result<engine::Config, AdapterError> {
    let mut config = engine::Config::default();
    for (key, value) in &settings.options {
        let text = value.to_text().unwrap_or_default();
        config = config.with(key, &text).map_err(|error| error::translate(&error, ""))?;
    }
    Ok(config)
}

/// What is done once for a database: extensions, secrets, attached databases.
fn once(connection: &engine::Connection, settings: &Settings) -> Result<(), AdapterError> {
    let run = |sql: &str| connection.execute_batch(sql).map_err(|error| error::translate(&error, sql));
    for extension in &settings.extensions {
        let (name, repository) = match extension {
            Data::Map(map) => {
                (map.get("name").and_then(Data::to_text), map.get("repo").and_then(Data::to_text))
            }
            other => (other.to_text(), None),
        };
        let name = name.unwrap_or_default();
        let path_like = name.contains('/');
        let source = repository.map(|repository| format!(" FROM {repository}")).unwrap_or_default();
        let name = if path_like { literal(&name) } else { name };
        if !path_like {
            run(&format!("INSTALL {name}{source}"))?;
        }
        run(&format!("LOAD {name}"))?;
    }
    for secret in &settings.secrets {
        let name =
            secret.get("name").and_then(Data::to_text).map(|name| format!(" {name}")).unwrap_or_default();
        let fields: Vec<String> = secret
            .iter()
            .filter(|(key, _)| *key != "name")
            .map(|(key, value)| match (key.as_str(), value.to_text().unwrap_or_default()) {
                ("type" | "provider", text) => format!("{key} {text}"),
                (_, text) => format!("{key} {}", literal(&text)),
            })
            .collect();
        run(&format!("CREATE OR REPLACE SECRET{name} ({})", fields.join(", ")))?;
    }
    for entry in &settings.attach {
        run(&attach(entry))?;
    }
    Ok(())
}

fn attach(entry: &DataMap) -> String {
    let text = |key: &str| entry.get(key).and_then(Data::to_text);
    let alias = text("alias").map(|alias| format!(" AS {alias}")).unwrap_or_default();
    let mut options = Vec::new();
    options.extend(text("type").map(|kind| format!("TYPE {kind}")));
    options.extend(text("secret").map(|secret| format!("SECRET {secret}")));
    if entry.get("read_only").and_then(Data::as_bool) == Some(true) {
        options.push("READ_ONLY".to_owned());
    }
    for (key, value) in entry.get("options").and_then(Data::as_map).into_iter().flatten() {
        options.push(format!("{key} {}", literal(&value.to_text().unwrap_or_default())));
    }
    let options = if options.is_empty() { String::new() } else { format!(" ({})", options.join(", ")) };
    format!("ATTACH IF NOT EXISTS {}{alias}{options}", literal(&text("path").unwrap_or_default()))
}

/// What is done for each connection: session settings and the default database.
pub(super) fn prepare(connection: &engine::Connection, settings: &Settings) -> Result<(), AdapterError> {
    let run = |sql: &str| connection.execute_batch(sql).map_err(|error| error::translate(&error, sql));
    for (key, value) in &settings.session {
        let value = value.to_text().unwrap_or_default();
        // What holds for the whole database is there from the first connection on, and some of it cannot be set again:
        // the folder to spill into not once something lies in it.
        let sql = format!("select current_setting({})::varchar", literal(key));
        let known = connection.query_row(&sql, [], |row| row.get::<_, Option<String>>(0));
        if known.is_ok_and(|known| known.as_deref() == Some(value.as_str())) {
            continue;
        }
        run(&format!("SET {key} = {}", literal(&value)))?;
    }
    let current = connection.query_row("select current_database()", [], |row| row.get::<_, String>(0));
    if current.is_ok_and(|current| current != settings.database) {
        run(&format!("USE {}", quoted(&settings.database)))?;
    }
    Ok(())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
