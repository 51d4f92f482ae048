//! Opening a DuckDB file: settings of the profile, waiting for a lock, extensions and attached databases.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ::duckdb as engine;
use regex::Regex;

use crate::adapter::AdapterError;
use crate::adapter::duckdb::error;
use crate::base::clock::Stopwatch;
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
        let attempts = map("retries").get("connect_attempts").and_then(Data::as_i64).unwrap_or(1);
        Ok(Self {
            path,
            database: target.database.clone(),
            schema: target.schema.clone(),
            options: map("config_options"),
            session: map("settings"),
            extensions: list("extensions"),
            attach,
            secrets: maps("secrets"),
            attempts: u32::try_from(attempts).unwrap_or(1).max(1),
        })
    }

    pub(super) fn describe(&self) -> Vec<(String, String)> {
        let pairs = [("database", &self.database), ("schema", &self.schema), ("path", &self.path)];
        pairs.map(|(key, value)| (key.to_owned(), value.clone())).to_vec()
    }
}

static HOLDER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"held in (.*?) ?\(PID (\d+)\)").ok());

/// How often a wait looks whether it is to end.
const LOOK: Duration = Duration::from_millis(50);

/// Opens the database; while another process holds it, tries again as often as the profile says.
pub(super) fn open(
    settings: &Settings,
    stopped: &AtomicBool,
    say: &dyn Fn(&str),
) -> Result<engine::Connection, AdapterError> {
    let in_memory = settings.path == ":memory:";
    let path = PathBuf::from(&settings.path);
    if !in_memory
        && !settings.path.contains("://")
        && let Some(parent) = path.parent()
        && !parent.as_os_str().is_empty()
    {
        fs::create_folder(parent)
            .map_err(|error| AdapterError::Open { path: path.clone(), message: error.to_string() })?;
    }
    let mut waited = 0;
    for attempt in 1.. {
        let said = match engine::Connection::open_with_flags(&settings.path, config(settings)?) {
            Ok(connection) => {
                once(&connection, settings)?;
                return Ok(connection);
            }
            Err(engine::Error::DuckDBFailure(_, Some(message))) => message,
            Err(other) => other.to_string(),
        };
        let holder = HOLDER.as_ref().and_then(|pattern| pattern.captures(&said)).map(|found| {
            let part = |index| found.get(index).map_or("", |part| part.as_str());
            if part(1).is_empty() {
                format!("process {}", part(2))
            } else {
                format!("process {} ({})", part(2), part(1))
            }
        });
        match holder {
            None => return Err(AdapterError::Open { path, message: said }),
            Some(holder) if attempt >= settings.attempts || stopped.load(Ordering::SeqCst) => {
                return Err(AdapterError::Locked { path, holder, seconds: waited });
            }
            Some(holder) => {
                // dbt-duckdb doubles the wait with each attempt; half a minute is the most between two looks.
                let pause = (1_u64 << (attempt - 1).min(5)).min(30);
                say(&format!(
                    "The database {} is in use by {holder}; attempt {attempt} of {}, the next one in {pause} s",
                    path.display(),
                    settings.attempts
                ));
                let watch = Stopwatch::start();
                while watch.seconds() < pause as f64 && !stopped.load(Ordering::SeqCst) {
                    std::thread::sleep(LOOK);
                }
                waited += pause;
            }
        }
    }
    Err(AdapterError::Open { path, message: "no attempt was made".to_owned() })
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
        run(&format!("SET {key} = {}", literal(&value.to_text().unwrap_or_default())))?;
    }
    if settings.database != duckdb_database(&settings.path) {
        run(&format!("USE {}", settings.database))?;
    }
    Ok(())
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
