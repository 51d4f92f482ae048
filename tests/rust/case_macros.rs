//! Cases of built-in macros: `jinja` is the template, `macros` the project's own macros, `config` and `model` what the
//! model says, `relations` what is there, `answers` what statements give back, all three as JSON; a line
//! `Adapter: <name>` chooses the database. What is expected is the text, then a line for each statement sent.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use chrono::{TimeZone, Utc};
use martlet::base::data::{Data, DataMap};
use martlet::base::source::SourceMap;
use martlet::base::table::{Cell, Receipt, Table, TableColumn};
use martlet::compile::context;
use martlet::compile::flags::Flags;
use martlet::compile::project::{Invocation, Options};
use martlet::jinja::builtins::config::{ConfigCalls, ConfigFunction};
use martlet::jinja::builtins::relation::Relation;
use martlet::jinja::builtins::results::{self, Results};
use martlet::jinja::core;
use martlet::jinja::eval::{Environment, Mode, render};
use martlet::jinja::host::{Change, Host, HostError};
use martlet::jinja::macros::{Macro, MacroRegistry};
use martlet::jinja::syntax::{Origin, blocks, parse};
use martlet::jinja::value::{Text, Value};
use martlet::project::config::Config;
use martlet::project::profile::{Target, TemplateLimits};
use martlet::project::variables::Variables;
use regex::Regex;

use crate::case_file::{Answer, Case};
use crate::case_jinja::with_stack;

/// Renders a template where all built-in macros are at hand.
pub(crate) fn run(case: &Case) -> Result<Answer, String> {
    with_stack(|| {
        let host = Rc::new(Recorder::new(case));
        Ok(match rendered(case, &host) {
            Ok(text) => Answer { block: "text", text: told(&text, &host.statements.borrow()) },
            Err(message) => Answer { block: "error", text: message },
        })
    })
}

/// Writes the text and the statements, each on a line, with single blanks.
fn told(text: &str, statements: &[String]) -> String {
    let mut out = collapsed(text);
    for statement in statements {
        let _ = write!(out, "\n> {}", collapsed(statement));
    }
    out
}

/// Leaves out what makes no difference to a database: line comments, and blanks beside brackets, commas and semicolons.
fn collapsed(text: &str) -> String {
    let bare = Regex::new(r"--[^\n]*|(?s:/\*.*?\*/)").unwrap().replace_all(text, "");
    let words = bare.split_whitespace().collect::<Vec<_>>().join(" ");
    let tight = Regex::new(r" ?([(\[)\],;]) ?").unwrap().replace_all(&words, "$1").into_owned();
    let tight = Regex::new(r" ?(=) ?|(;);*").unwrap().replace_all(&tight, "$1$2").into_owned();
    let tight = Regex::new(r"([,;]|\)\b)").unwrap().replace_all(&tight, "$1 ").into_owned();
    // The names of temporary relations hold the time.
    Regex::new(r"\d{14,}").unwrap().replace_all(&tight, "N").trim().to_owned()
}

fn rendered(case: &Case, host: &Rc<Recorder>) -> Result<String, String> {
    let adapter = case.lines("Adapter").next().unwrap_or("duckdb");
    let sources = SourceMap::default();
    let orders = json(case, "dispatch").map_or_else(Vec::new, |orders| {
        let text = |value: &Data| value.as_str().expect("a name").to_owned();
        let order = |entry: &Data| {
            let entry = entry.as_map().expect("a mapping");
            let packages = entry.get("search_order").and_then(Data::as_list).expect("search_order");
            (text(&entry["macro_namespace"]), packages.iter().map(text).collect())
        };
        orders.as_list().expect("a list").iter().map(order).collect()
    });
    let mut registry = MacroRegistry::new("shop", adapter, core::internal_packages(adapter), orders);
    let mut add = |package: &str, path: &str, text: &str| {
        let text: Arc<str> = text.into();
        let origin = Origin::at(sources.add(path, text.clone()), 0);
        let mut findings = Vec::new();
        for block in blocks::scan(&text, &origin, &mut findings) {
            if let Some(known) = registry.add(Macro::new(package, path, &text, block, &origin)) {
                return Err(format!("{package} has two macros named {}", known.name));
            }
        }
        findings.first().map_or(Ok(()), |finding| Err(finding.message.clone()))
    };
    for package in core::packages_for(adapter) {
        for file in package.files {
            add(package.name, file.path, file.text)?;
        }
    }
    for (block, package) in [("macros", "shop"), ("package", "tools")] {
        if let Some(text) = case.block(block) {
            add(package, block, text)?;
        }
    }
    let names = names(case, adapter, registry, host);
    let text: Arc<str> = case.block("jinja").unwrap_or_default().trim().into();
    let origin = Origin::at(sources.add("template", text.clone()), 0);
    let template = parse(&text, &origin, false).map_err(|finding| finding.message.clone())?;
    render(&names, &template).map(|output| output.text).map_err(|error| {
        error
            .hint
            .as_ref()
            .map_or_else(|| error.message.clone(), |hint| format!("{}\n  help: {hint}", error.message))
    })
}

fn names(case: &Case, adapter: &str, registry: MacroRegistry, host: &Rc<Recorder>) -> Environment {
    let names = Environment::new(Arc::new(registry), "shop", Mode::Execute);
    let shared: Rc<dyn Host> = host.clone();
    context::node(&names, &Arc::new(invocation(adapter)), "shop", Some(&shared));
    results::set(&names, &Results::default());
    let mut config = Config::default();
    config.merge_all(&map(json(case, "config")));
    let mut model = map(json(case, "model"));
    let given = model.clone();
    for (key, value) in [("name", "orders"), ("alias", "orders"), ("database", "dev"), ("schema", "main")] {
        model.entry(key.to_owned()).or_insert_with(|| Data::from(value));
    }
    model.insert("unique_id".to_owned(), Data::from("model.shop.orders"));
    model.insert("package_name".to_owned(), Data::from("shop"));
    model.insert("resource_type".to_owned(), Data::from("model"));
    if let Some(Data::Map(columns)) = model.get_mut("columns") {
        for (name, column) in columns {
            if let Data::Map(column) = column {
                column.entry("name".to_owned()).or_insert_with(|| Data::from(name.as_str()));
                column.entry("description".to_owned()).or_insert_with(|| Data::from(""));
                column.entry("constraints".to_owned()).or_insert_with(|| Data::List(Vec::new()));
            }
        }
    }
    for key in ["columns", "meta"] {
        model.entry(key.to_owned()).or_insert_with(|| Data::Map(DataMap::new()));
    }
    for key in ["description", "language"] {
        model.entry(key.to_owned()).or_insert_with(|| Data::from(if key == "language" { "sql" } else { "" }));
    }
    model.entry("constraints".to_owned()).or_insert_with(|| Data::List(Vec::new()));
    model.insert("config".to_owned(), Data::Map(config.values().clone()));
    let this = Relation::of(core::dialect(adapter), Some("dev"), Some("main"), Some("orders"));
    let kind = given.get("kind").and_then(Data::as_str);
    names.set("this", Value::object(this.kind(kind)));
    names.set("model", Value::from(&model));
    names.set("config", ConfigFunction::value(&config, &ConfigCalls::default(), None));
    names.set("database", Value::from("dev"));
    names.set("schema", Value::from("main"));
    for name in ["sql", "compiled_code"] {
        names.set(name, Value::from("select 1 as id"));
    }
    for name in ["pre_hooks", "post_hooks"] {
        names.set(name, Value::list(Vec::new()));
    }
    names
}

/// Reads a block that holds JSON.
fn json(case: &Case, block: &str) -> Option<Data> {
    let json = serde_json::from_str(case.block(block)?);
    Some(data(&json.unwrap_or_else(|error| panic!("{}: {block}: {error}", case.name))))
}

fn data(json: &serde_json::Value) -> Data {
    use serde_json::Value as Json;
    match json {
        Json::Null => Data::Null,
        Json::Bool(truth) => Data::Bool(*truth),
        Json::Number(number) => number.as_i64().map_or_else(
            || Data::Float(number.as_f64().expect("a number")),
            |number| Data::Int(number.into()),
        ),
        Json::String(text) => Data::from(text.as_str()),
        Json::Array(items) => Data::List(items.iter().map(data).collect()),
        Json::Object(map) => Data::Map(map.iter().map(|(key, value)| (key.clone(), data(value))).collect()),
    }
}

fn map(json: Option<Data>) -> DataMap {
    json.map_or_else(DataMap::new, |data| data.as_map().expect("an object").clone())
}

fn invocation(adapter: &str) -> Invocation {
    let flags = Flags::settle(DataMap::new(), &BTreeMap::new(), &DataMap::new()).expect("defaults");
    Invocation {
        options: Options { which: "run", flags, ..Options::default() },
        id: "0".to_owned(),
        started_at: Utc.with_ymd_and_hms(2024, 5, 6, 7, 8, 9).unwrap(),
        secrets: martlet::base::secrets::Secrets::default(),
        environment: Arc::new(BTreeMap::new()),
        target: Arc::new(Target {
            profile: "shop".to_owned(),
            name: "dev".to_owned(),
            adapter: adapter.to_owned(),
            database: "dev".to_owned(),
            schema: "main".to_owned(),
            threads: 1,
            settings: DataMap::new(),
            template_limits: TemplateLimits::default(),
        }),
        variables: Arc::new(Variables { root: "shop".to_owned(), ..Variables::default() }),
        project_name: "shop".to_owned(),
        selected: OnceLock::new(),
    }
}

/// Stands for the database: keeps what it is sent and answers what the case says.
struct Recorder {
    statements: RefCell<Vec<String>>,
    answers: RefCell<VecDeque<Table>>,
    relations: RefCell<Vec<Relation>>,
}

impl Recorder {
    fn new(case: &Case) -> Self {
        let list = |block: &str| {
            json(case, block).map_or_else(Vec::new, |data| data.as_list().expect("a list").to_vec())
        };
        let dialect = core::dialect(case.lines("Adapter").next().unwrap_or("duckdb"));
        let relation = |data: &Data| {
            let data = data.as_map().expect("a relation");
            let part = |name: &str| data.get(name).and_then(Data::as_str);
            Relation::of(
                dialect,
                part("database").or(Some("dev")),
                part("schema").or(Some("main")),
                part("identifier"),
            )
            .kind(part("type"))
        };
        Self {
            statements: RefCell::default(),
            answers: RefCell::new(list("answers").iter().map(table).collect()),
            relations: RefCell::new(list("relations").iter().map(relation).collect()),
        }
    }
}

/// Reads `{"columns": [names], "rows": [[values]]}`.
fn table(data: &Data) -> Table {
    let data = data.as_map().expect("an answer");
    let list = |key: &str| data.get(key).and_then(Data::as_list).expect("a list");
    let whole = |at: usize| {
        let mut cells = list("rows").iter().filter_map(|row| row.as_list()?.get(at)).peekable();
        cells.peek().is_some() && cells.all(|cell| matches!(cell, Data::Int(_) | Data::Null))
    };
    let columns = list("columns").iter().enumerate().map(|(at, name)| TableColumn {
        name: name.as_str().expect("a name").to_owned(),
        data_type: if whole(at) { "integer" } else { "text" }.to_owned(),
    });
    let cell = |value: &Data| match value {
        Data::Null => Cell::Null,
        Data::Bool(truth) => Cell::Bool(*truth),
        Data::Int(number) => Cell::Int(*number),
        other => Cell::Text(other.to_text().expect("a value")),
    };
    let row = |row: &Data| row.as_list().expect("a row").iter().map(cell).collect();
    Table { columns: columns.collect(), rows: list("rows").iter().map(row).collect() }
}

impl Host for Recorder {
    fn run(&self, sql: &Text, _: bool, fetch: bool, _: Option<usize>) -> Result<(Receipt, Table), HostError> {
        self.statements.borrow_mut().push(sql.as_str().to_owned());
        let answer = if fetch { self.answers.borrow_mut().pop_front() } else { None };
        let receipt = Receipt { message: "OK".to_owned(), ..Receipt::default() };
        Ok((receipt, answer.unwrap_or_default()))
    }

    fn commit(&self) -> Result<(), HostError> {
        Ok(())
    }

    fn relation(
        &self,
        database: &str,
        schema: &str,
        identifier: &str,
    ) -> Result<Option<Relation>, HostError> {
        let found = self.relations(database, schema)?;
        Ok(found.into_iter().find(|relation| relation.identifier.as_deref() == Some(identifier)))
    }

    fn relations(&self, database: &str, schema: &str) -> Result<Vec<Relation>, HostError> {
        let of = |relation: &&Relation| {
            relation.database.as_deref() == Some(database) && relation.schema.as_deref() == Some(schema)
        };
        Ok(self.relations.borrow().iter().filter(of).cloned().collect())
    }

    fn changed(&self, _: Change) {}

    fn write(&self, _: &str) {}

    fn log(&self, _: &str, _: bool) {}

    fn print(&self, _: &str) {}

    fn warn(&self, _: &str, _: &str) -> Result<(), HostError> {
        Ok(())
    }
}
