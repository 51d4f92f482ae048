//! Where whole runs on Snowflake go: to the stand-in, or with `MARTLET_SNOWFLAKE_LIVE=1` to a real account. This is the
//! one place that knows; `docs/snowflake-stand-in.md` names the variables.

use martlet::adapter::{self, Access};
use martlet::base::data::Data;
use martlet::base::table::Table;
use serde_json::{Map, Value, json};

use super::mock::target;
use super::server::Server;

/// A database of one test, which goes with it.
pub(crate) struct Warehouse {
    database: String,
    settings: Map<String, Value>,
    is_live: bool,
}

impl Warehouse {
    /// Makes a database that no other test has.
    pub(crate) fn new() -> Self {
        if std::env::var_os("MARTLET_SNOWFLAKE_LIVE").is_none_or(|value| value != "1") {
            return Self::on(Server::shared(), &json!({}));
        }
        let database = format!("MARTLET_TEST_{}", uuid::Uuid::new_v4().simple()).to_uppercase();
        let warehouse = Self { settings: account(&database), database, is_live: true };
        warehouse.ask(&format!("create database {}", warehouse.database));
        warehouse
    }

    /// Makes a database on the stand-in, for what is asked of the stand-in alone: `parameters` are those of its sessions.
    pub(crate) fn on(server: &Server, parameters: &Value) -> Self {
        let database = server.database();
        let mut session = session_parameters();
        session.extend(parameters.as_object().unwrap().clone());
        let settings = json!({
            "type": "snowflake", "account": "standin", "user": "tester", "password": "secret",
            "host": "127.0.0.1", "port": server.port(), "protocol": "http", "warehouse": "WH",
            "database": database, "session_parameters": session,
        });
        Self { settings: settings.as_object().unwrap().clone(), database, is_live: false }
    }

    /// Returns the name of the database.
    pub(crate) fn database(&self) -> &str {
        &self.database
    }

    /// Returns an output of a profile: what logs in, and a schema.
    pub(crate) fn output(&self, schema: &str) -> Value {
        let mut settings = self.settings.clone();
        settings.insert("schema".to_owned(), json!(schema));
        Value::Object(settings)
    }

    /// Runs a statement that has to succeed, and returns its rows.
    pub(crate) fn ask(&self, sql: &str) -> Table {
        ask(&self.output("PUBLIC"), sql)
    }
}

impl Drop for Warehouse {
    fn drop(&mut self) {
        if self.is_live {
            self.ask(&format!("drop database if exists {}", self.database));
        }
    }
}

/// Runs a statement that has to succeed on any database, by an output of a profile.
pub(crate) fn ask(output: &Value, sql: &str) -> Table {
    let Data::Map(settings) = Data::from(output.clone()) else { panic!("an output is a mapping") };
    let mut target = target(settings);
    target.adapter = output["type"].as_str().unwrap().to_owned();
    let adapter = adapter::open(&target, Access::Write).unwrap();
    let mut connection = adapter.connect(&|_| {}).unwrap();
    connection.run(sql, true, None).unwrap_or_else(|error| panic!("{sql}\n{error}")).table
}

/// Returns what the tests count on, whatever an account is set to.
fn session_parameters() -> Map<String, Value> {
    let known = json!({"TIMEZONE": "UTC", "DATE_INPUT_FORMAT": "AUTO", "TIMESTAMP_INPUT_FORMAT": "AUTO"});
    known.as_object().unwrap().clone()
}

/// Returns how one logs in to the account that the environment names.
fn account(database: &str) -> Map<String, Value> {
    let keys =
        ["account", "user", "password", "private_key_path", "private_key_passphrase", "role", "warehouse"];
    let mut settings = Map::new();
    for key in keys {
        if let Ok(value) = std::env::var(format!("MARTLET_SNOWFLAKE_{}", key.to_uppercase())) {
            settings.insert(key.to_owned(), json!(value));
        }
    }
    settings.insert("type".to_owned(), json!("snowflake"));
    settings.insert("database".to_owned(), json!(database));
    settings.insert("session_parameters".to_owned(), Value::Object(session_parameters()));
    settings
}
