//! A server on loopback that speaks Snowflake's protocol and does what a test tells it to: one answer after another to
//! logins and to statements, faults among them. It knows no SQL.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;

use flate2::Compression;
use flate2::write::GzEncoder;
use martlet::adapter::{self, Access, Adapter};
use martlet::base::data::{Data, DataMap};
use martlet::project::profile::{Target, TemplateLimits};
use serde_json::{Value, json};

/// What is answered to a request.
#[derive(Clone)]
pub(super) enum Reply {
    /// Rows: names and types of columns, and the cells.
    Rows(Vec<Value>, Vec<Vec<Value>>),
    /// The first rows at once, the others in chunks that are fetched one by one: their bodies.
    Chunks(Vec<Value>, Vec<Vec<Value>>, Vec<Vec<u8>>),
    /// A refusal: code and message.
    Refused(&'static str, &'static str),
    /// A status of HTTP, with a body.
    Status(u16, &'static str),
    /// Nothing: the connection is closed once the request is read.
    Gone,
    /// A promise, kept when it is asked for the second time.
    Later(Box<Reply>),
    /// A refusal that points at a word of the statement, as Snowflake does: code, word and message.
    At(&'static str, &'static str, &'static str),
    /// What comes once a statement that holds a text has come in.
    After(&'static str, Box<Reply>),
    /// Nothing until the statement is cancelled; then a refusal that says so.
    UntilCancelled,
}

impl Reply {
    /// Makes rows of one column of texts.
    pub(super) fn text(name: &str, cells: &[&str]) -> Self {
        let rows = cells.iter().map(|cell| vec![json!(cell)]).collect();
        Reply::Rows(vec![column(name, "text", json!({"length": 10}))], rows)
    }

    /// Makes the answer to a statement that changes rows.
    pub(super) fn changed(counts: &[(&str, &str)]) -> Self {
        let columns =
            counts.iter().map(|(name, _)| column(name, "fixed", json!({"precision": 19, "scale": 0})));
        Reply::Rows(columns.collect(), vec![counts.iter().map(|(_, count)| json!(count)).collect()])
    }
}

/// Describes a column as Snowflake does.
pub(super) fn column(name: &str, kind: &str, more: Value) -> Value {
    let mut column = json!({"name": name, "type": kind, "nullable": true, "scale": null, "precision": null, "length": null});
    for (key, value) in more.as_object().unwrap() {
        column[key] = value.clone();
    }
    column
}

/// Packs a chunk as Snowflake stores it: rows without the brackets around them.
pub(super) fn chunk(rows: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(rows.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// A request that came in.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// Path and query.
    pub(super) target: String,
    /// The token that came with it.
    pub(super) token: String,
    /// Its body, if that is JSON.
    pub(super) body: Value,
    /// Its body as it is.
    pub(super) text: String,
}

#[derive(Default)]
struct State {
    logins: VecDeque<Reply>,
    /// Statements by a part of their text, with the answers that are left.
    rules: Vec<(String, VecDeque<Reply>)>,
    requests: Vec<Request>,
    /// Promised answers, with the times that each was asked for.
    promises: Vec<(Reply, usize)>,
    chunks: Vec<Vec<u8>>,
    cancelled: Vec<String>,
    queries: usize,
    stopped: bool,
}

/// A server that serves as long as the test runs.
pub(super) struct Mock {
    port: u16,
    state: Arc<(Mutex<State>, Condvar)>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Mock {
    /// Stops serving: from then on nobody listens there.
    pub(super) fn stop(&self) {
        self.state().stopped = true;
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        self.thread.lock().unwrap().take().unwrap().join().unwrap();
    }

    /// Starts a server that lets everybody in and answers every statement with one row.
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state: Arc<(Mutex<State>, Condvar)> = Arc::default();
        let served = state.clone();
        // The threads end with the process; a test has nothing to wait for.
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if served.0.lock().unwrap().stopped {
                    break;
                }
                let served = served.clone();
                std::thread::spawn(move || Exchange { port, state: served }.serve(stream));
            }
        });
        Self { port, state, thread: Mutex::new(Some(thread)) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.0.lock().unwrap()
    }

    /// Says what the next logins come to; those after them are let in.
    pub(super) fn logins(&self, replies: impl IntoIterator<Item = Reply>) {
        self.state().logins.extend(replies);
    }

    /// Says what the next statements that hold a text come to.
    pub(super) fn on(&self, part: &str, replies: impl IntoIterator<Item = Reply>) {
        self.state().rules.push((part.to_owned(), replies.into_iter().collect()));
    }

    /// Returns the requests so far.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// Returns the texts of the statements so far, each behind the number of the login that sent it.
    pub(super) fn statements(&self) -> Vec<String> {
        let requests =
            self.requests().into_iter().filter(|request| request.target.contains("/query-request"));
        requests
            .map(|request| format!("{} {}", request.token, request.body["sqlText"].as_str().unwrap()))
            .collect()
    }

    /// Returns the bodies of the logins so far.
    pub(super) fn logged_in(&self) -> Vec<Request> {
        self.requests().into_iter().filter(|request| request.target.contains("/login-request")).collect()
    }

    /// Waits until a statement that holds a text has come in.
    pub(super) fn wait_for(&self, part: &str) {
        wait_for(&self.state, part);
    }

    /// Tells how many statements were cancelled.
    pub(super) fn cancelled(&self) -> usize {
        self.state().cancelled.len()
    }

    /// Returns the profile of the server, with more keys of it.
    pub(super) fn settings(&self, more: &[(&str, &str)]) -> DataMap {
        let port = self.port.to_string();
        let usual = [
            ("type", "snowflake"),
            ("account", "acme_main"),
            ("user", "loader"),
            ("password", "hunter2"),
            ("database", "analytics"),
            ("schema", "public"),
            ("host", "127.0.0.1"),
            ("port", port.as_str()),
            ("protocol", "http"),
            ("connect_timeout", "0"),
        ];
        let keys = usual.iter().chain(more).filter(|(_, value)| !value.is_empty());
        keys.map(|(key, value)| ((*key).to_owned(), Data::from(*value))).collect()
    }

    /// Opens the adapter on the server, with more keys of the profile.
    pub(super) fn adapter(&self, more: &[(&str, &str)]) -> Arc<dyn Adapter> {
        adapter::open(&target(self.settings(more)), Access::Write).unwrap()
    }

    /// Writes the profile file of a project named `shop`.
    pub(super) fn profile(&self, more: &[(&str, &str)]) -> String {
        let settings = self.settings(more);
        let keys =
            settings.iter().map(|(key, value)| format!("      {key}: '{}'\n", value.to_text().unwrap()));
        format!("shop:\n  target: dev\n  outputs:\n    dev:\n{}", keys.collect::<String>())
    }
}

/// Makes a target of its settings.
pub(super) fn target(settings: DataMap) -> Target {
    let text = |key: &str| settings.get(key).and_then(Data::to_text).unwrap_or_default();
    Target {
        profile: "shop".to_owned(),
        name: "dev".to_owned(),
        adapter: "snowflake".to_owned(),
        database: text("database"),
        schema: text("schema"),
        threads: 1,
        template_limits: TemplateLimits::default(),
        settings,
    }
}

fn wait_for((state, changed): &(Mutex<State>, Condvar), part: &str) {
    let mut state = state.lock().unwrap();
    while !state.requests.iter().any(|request| request.text.contains(part)) {
        state = changed.wait(state).unwrap();
    }
}

struct Exchange {
    port: u16,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl Exchange {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.0.lock().unwrap()
    }

    fn serve(&self, mut stream: TcpStream) {
        let Some((request, id)) = read(&mut stream) else { return };
        self.state().requests.push(request.clone());
        self.state.1.notify_all();
        let sql = request.body["sqlText"].as_str().unwrap_or_default();
        let path = request.target.split('?').next().unwrap_or_default();
        match path {
            "/session/v1/login-request" => {
                let next = self.state().logins.pop_front();
                match next {
                    None => {
                        let count = self.count(|request| request.target.contains("/login-request"));
                        send(&mut stream, &json!({"success": true, "data": {"token": format!("{count}")}}));
                    }
                    Some(reply) => self.give(&mut stream, reply, sql, &id),
                }
            }
            "/queries/v1/query-request" => {
                let reply = self.reply(sql);
                self.give(&mut stream, reply, sql, &id);
            }
            "/oauth/token-request" => send(&mut stream, &json!({"access_token": "fresh"})),
            "/queries/v1/abort-request" => {
                self.state().cancelled.push(request.body["requestId"].as_str().unwrap().to_owned());
                self.state.1.notify_all();
                send(&mut stream, &json!({"success": true}));
            }
            _ => match path.trim_start_matches('/').split_once('/') {
                Some(("promise", index)) => self.keep(&mut stream, index.parse().unwrap(), &id),
                Some(("chunk", index)) => {
                    let body = self.state().chunks[index.parse::<usize>().unwrap()].clone();
                    write(&mut stream, 200, &body);
                }
                _ => write(&mut stream, 404, b""),
            },
        }
    }

    fn count(&self, counts: impl Fn(&Request) -> bool) -> usize {
        self.state().requests.iter().filter(|request| counts(request)).count()
    }

    fn reply(&self, sql: &str) -> Reply {
        let mut state = self.state();
        let mut rules = state.rules.iter_mut().filter(|(part, _)| sql.contains(part.as_str()));
        rules
            .find_map(|(_, replies)| replies.pop_front())
            .unwrap_or_else(|| Reply::text("status", &["Statement executed successfully."]))
    }

    fn keep(&self, stream: &mut TcpStream, index: usize, id: &str) {
        let (reply, asked) = {
            let mut state = self.state();
            let promise = &mut state.promises[index];
            promise.1 += 1;
            promise.clone()
        };
        if asked == 1 {
            return send(stream, &self.promise(index));
        }
        self.give(stream, reply, "", id);
    }

    fn promise(&self, index: usize) -> Value {
        json!({"success": true, "code": "333334", "message": "Asynchronous execution in progress.",
            "data": {"queryId": format!("promised-{index}"), "getResultUrl": format!("/promise/{index}")}})
    }

    fn give(&self, stream: &mut TcpStream, reply: Reply, sql: &str, id: &str) {
        match reply {
            Reply::At(code, word, message) => {
                let before = &sql[..sql.find(word).unwrap()];
                let line = before.matches('\n').count() + 1;
                let position = before.chars().rev().take_while(|c| *c != '\n').count();
                let message =
                    format!("SQL compilation error: error line {line} at position {position}\n{message}");
                self.refuse(stream, code, &message);
            }
            Reply::After(part, reply) => {
                wait_for(&self.state, part);
                self.give(stream, *reply, sql, id);
            }
            Reply::Rows(columns, rows) => send(stream, &self.rows(&columns, &rows, &[])),
            Reply::Chunks(columns, rows, bodies) => {
                let urls: Vec<String> = bodies
                    .into_iter()
                    .map(|body| {
                        let mut state = self.state();
                        state.chunks.push(body);
                        format!("http://127.0.0.1:{}/chunk/{}", self.port, state.chunks.len() - 1)
                    })
                    .collect();
                send(stream, &self.rows(&columns, &rows, &urls));
            }
            Reply::Refused(code, message) => self.refuse(stream, code, message),
            Reply::Status(status, body) => write(stream, status, body.as_bytes()),
            Reply::Gone => {}
            Reply::Later(reply) => {
                let index = {
                    let mut state = self.state();
                    state.promises.push((*reply, 0));
                    state.promises.len() - 1
                };
                send(stream, &self.promise(index));
            }
            Reply::UntilCancelled => {
                let mut state = self.state();
                while !state.cancelled.iter().any(|cancelled| cancelled == id) && !id.is_empty() {
                    state = self.state.1.wait(state).unwrap();
                }
                drop(state);
                self.refuse(stream, "000604", "SQL execution canceled");
            }
        }
    }

    fn refuse(&self, stream: &mut TcpStream, code: &str, message: &str) {
        let data = json!({"queryId": self.query(), "errorCode": code, "sqlState": "42000"});
        let data = if code.starts_with("39") { Value::Null } else { data };
        send(stream, &json!({"success": false, "code": code, "message": message, "data": data}));
    }

    fn query(&self) -> String {
        let mut state = self.state();
        state.queries += 1;
        format!("query-{}", state.queries)
    }

    fn rows(&self, columns: &[Value], rows: &[Vec<Value>], urls: &[String]) -> Value {
        let chunks: Vec<Value> = urls
            .iter()
            .map(|url| json!({"url": url, "rowCount": 1, "uncompressedSize": 100, "compressedSize": 100}))
            .collect();
        json!({"success": true, "code": null, "message": null, "data": {
            "queryId": self.query(), "queryResultFormat": "json", "rowtype": columns, "rowset": rows,
            "total": rows.len() + urls.len(), "returned": rows.len(), "chunks": chunks, "chunkHeaders": {},
        }})
    }
}

/// Reads a request and the id that its sender gave it.
fn read(stream: &mut TcpStream) -> Option<(Request, String)> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        match stream.read(&mut part) {
            Ok(count) if count > 0 => bytes.extend_from_slice(&part[..count]),
            _ => return None,
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).ok()?;
    let header = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
    };
    let length: usize = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while bytes.len() < end + length {
        match stream.read(&mut part) {
            Ok(count) if count > 0 => bytes.extend_from_slice(&part[..count]),
            _ => return None,
        }
    }
    let target = head.split_whitespace().nth(1)?.to_owned();
    let id = target.split("requestId=").nth(1).unwrap_or_default().split('&').next()?.to_owned();
    let token = header("authorization").unwrap_or_default().split('"').nth(1).unwrap_or_default().to_owned();
    let body = serde_json::from_slice(&bytes[end..]).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes[end..]).into_owned();
    Some((Request { target, token, body, text }, id))
}

fn send(stream: &mut TcpStream, answer: &Value) {
    write(stream, 200, answer.to_string().as_bytes());
}

fn write(stream: &mut TcpStream, status: u16, body: &[u8]) {
    let head = format!(
        "HTTP/1.1 {status} Told\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // A client that has gone away is no failure of the server.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}
