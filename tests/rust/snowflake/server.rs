//! The stand-in for Snowflake as a process of its own: started once, ended with the tests, a database for each test.
//!
//! What it can and cannot do is in `docs/snowflake-stand-in.md`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

/// A server that runs as long as this is kept.
pub(crate) struct Server {
    /// Its stdin is kept open: the server ends when it closes, also when the tests are killed.
    _process: Child,
    port: u16,
    log: PathBuf,
    databases: AtomicUsize,
}

impl Server {
    /// Returns the server that all tests of this process share.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(&[]))
    }

    /// Starts a server with options of its own.
    pub(crate) fn start(options: &[&str]) -> Self {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = environment().join("bin/python");
        assert!(python.exists(), "{} is not there: run `make fakesnow` first", python.display());
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let log = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("snowflake-{}-{number}.jsonl", std::process::id()));
        let _ = std::fs::remove_file(&log);
        let mut process = Command::new(python)
            .arg(root.join("tests/snowflake/server.py"))
            .arg("--log")
            .arg(&log)
            .args(options)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().expect("the server says its port first");
        Self { _process: process, port, log, databases: AtomicUsize::new(0) }
    }

    /// Returns the port on loopback.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Makes a database that no other test has, and returns its name.
    pub(crate) fn database(&self) -> String {
        let name = format!("TEST_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let made = self.login(&json!({}), "").query(&format!("create database {name}"));
        assert_eq!(made["success"], true, "{made}");
        name
    }

    /// Returns the statements that sessions of a database sent, in the order in which they ended.
    pub(crate) fn statements(&self, database: &str) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.log).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter(|line| line["database"] == database).collect()
    }

    /// Logs in with session parameters; `place` is the rest of the address: database, schema, role, warehouse.
    pub(crate) fn login(&self, parameters: &Value, place: &str) -> Wire {
        let body = json!({"data": {
            "LOGIN_NAME": "tester",
            "PASSWORD": "secret",
            "ACCOUNT_NAME": "standin",
            "SESSION_PARAMETERS": parameters,
        }});
        let address = format!("http://127.0.0.1:{}", self.port());
        let reply = post(&format!("{address}/session/v1/login-request?{place}"), None, &body);
        assert_eq!(reply["success"], true, "{reply}");
        Wire { address, login: reply["data"].clone() }
    }

    /// Logs in to a database of this test alone.
    pub(crate) fn session(&self, database: &str) -> Wire {
        self.login(&json!({}), &format!("databaseName={database}&schemaName=PUBLIC&warehouse=WH"))
    }
}

/// A session over HTTP, without a client between.
pub(crate) struct Wire {
    address: String,
    /// What the server said to the login.
    pub(crate) login: Value,
}

impl Wire {
    /// Sends a statement and returns the whole reply.
    pub(crate) fn query(&self, text: &str) -> Value {
        self.query_with(text, &uuid::Uuid::new_v4().to_string(), &json!({}))
    }

    /// Sends a statement under a request id, with more keys in its body.
    pub(crate) fn query_with(&self, text: &str, request: &str, more: &Value) -> Value {
        let mut body = more.clone();
        body["sqlText"] = json!(text);
        self.post(&format!("/queries/v1/query-request?requestId={request}"), &body)
    }

    /// Sends a statement that has to succeed, and returns its rows.
    pub(crate) fn rows(&self, text: &str) -> Value {
        let reply = self.query(text);
        assert_eq!(reply["success"], true, "{text}\n{reply}");
        reply["data"]["rowset"].clone()
    }

    /// Sends statements that have to succeed.
    pub(crate) fn run(&self, statements: &[&str]) {
        for statement in statements {
            self.rows(statement);
        }
    }

    /// Returns rows with columns by name.
    pub(crate) fn records(&self, text: &str) -> Vec<Value> {
        let reply = self.query(text);
        assert_eq!(reply["success"], true, "{text}\n{reply}");
        let columns = reply["data"]["rowtype"].as_array().unwrap();
        let rows = reply["data"]["rowset"].as_array().unwrap().iter();
        let record = |row: &Value| {
            let cells = row.as_array().unwrap().iter().cloned();
            columns.iter().map(|column| column["name"].as_str().unwrap().to_owned()).zip(cells).collect()
        };
        rows.map(|row| Value::Object(record(row))).collect()
    }

    /// Sends anything to the server under the session's token.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        post(&format!("{}{path}", self.address), self.login["token"].as_str(), body)
    }

    /// Fetches a result that was promised.
    pub(crate) fn get(&self, path: &str) -> Value {
        let token = format!("Snowflake Token=\"{}\"", self.login["token"].as_str().unwrap());
        let address = format!("{}{path}", self.address);
        let text = ureq::get(&address).header("authorization", &token).call().unwrap();
        serde_json::from_str(&text.into_body().read_to_string().unwrap()).unwrap()
    }
}

/// Fetches a chunk of rows, which comes packed and without brackets.
pub(crate) fn chunk(address: &str) -> Value {
    let packed = ureq::get(address).call().unwrap().into_body().read_to_vec().unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(packed.as_slice()), &mut text).unwrap();
    serde_json::from_str(&format!("[{text}]")).unwrap()
}

/// Returns where the stand-in is installed.
pub(crate) fn environment() -> PathBuf {
    let here = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fakesnow");
    std::env::var_os("MARTLET_FAKESNOW").map_or_else(here, PathBuf::from)
}

fn post(address: &str, token: Option<&str>, body: &Value) -> Value {
    let mut request = ureq::post(address).header("content-type", "application/json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Snowflake Token=\"{token}\""));
    }
    let text = request.send(body.to_string()).unwrap().into_body().read_to_string().unwrap();
    serde_json::from_str(&text).unwrap()
}
