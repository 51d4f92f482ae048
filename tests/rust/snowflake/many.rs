//! Eight workers and many small models on one server: every statement arrives, and none twice. A fifth of the models in
//! every test run, all of them with `MARTLET_STRESS=1`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde_json::{Value, json};

use super::live::Warehouse;
use super::server::Server;
use crate::support::project::Project;
use crate::support::run::succeed;

const WORKERS: usize = 8;
const SCHEMAS: [&str; 3] = ["first", "second", "third"];

/// Writes a project of models that count how many models they stand on: every second is a view, each is in another
/// schema than its neighbours, and most stand on two others.
fn project(models: usize) -> Project {
    let project = Project::new("//- project.yml\nname: many\nprofile: many\n");
    // Schemas are called as they are configured.
    project.write(
        "macros/names.sql",
        "{% macro generate_schema_name(name, node) %}{{ name or target.schema }}{% endmacro %}\n",
    );
    for number in 0..models {
        let kind = if number % 2 == 0 { "table" } else { "view" };
        let schema = SCHEMAS[number % SCHEMAS.len()];
        let mut sql = format!("{{{{ config(materialized='{kind}', schema='{schema}') }}}}\nselect 1");
        for below in below(number) {
            write!(sql, " + (select n from {{{{ ref('m{below}') }}}})").unwrap();
        }
        project.write(&format!("models/m{number}.sql"), &format!("{sql} as n\n"));
    }
    project
}

/// Returns the models that a model stands on: few deep chains, so that there is always much to do.
fn below(number: usize) -> Vec<usize> {
    BTreeSet::from([number / 4, number / 3]).into_iter().filter(|below| *below < number).collect()
}

/// Returns what each model has to say.
fn counts(models: usize) -> Vec<i64> {
    let mut counts: Vec<i64> = Vec::new();
    for number in 0..models {
        counts.push(1 + below(number).into_iter().map(|below| counts[below]).sum::<i64>());
    }
    counts
}

fn text(line: &Value) -> &str {
    line["text"].as_str().unwrap()
}

/// Returns the node that a statement was sent for.
fn node(text: &str) -> Option<&str> {
    text.split("\"node_id\": \"").nth(1)?.split('"').next()
}

#[test]
fn eight_workers_lose_and_double_no_statement() {
    let models = if std::env::var_os("MARTLET_STRESS").is_some() { 500 } else { 100 };
    let server = Server::start(&[]);
    let warehouse = Warehouse::on(&server, &json!({}));
    let project = project(models);
    let mut output = warehouse.output("first");
    output["threads"] = json!(WORKERS);
    project
        .write("profiles.yml", &json!({"many": {"target": "dev", "outputs": {"dev": output}}}).to_string());
    // Schemas that were just made hold nothing to ask for.
    for (command, looked) in [("run", 0), ("run --full-refresh", SCHEMAS.len())] {
        let before = server.statements(warehouse.database()).len();
        let told = succeed(&project, command).news();
        let done = format!("Done. PASS={models} WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL={models}");
        assert!(told.contains(&done), "{told}");
        let log = server.statements(warehouse.database()).split_off(before);
        every_statement_came_once(&log, models);
        let asked = log.iter().filter(|line| text(line).starts_with("show objects")).count();
        assert_eq!(asked, looked, "once for each schema");
    }
    for (number, count) in counts(models).into_iter().enumerate() {
        let schema = SCHEMAS[number % SCHEMAS.len()];
        if number % 7 == 0 || number + 1 == models {
            let table = warehouse.ask(&format!("select n from {schema}.m{number}"));
            assert_eq!(table.rows[0][0].to_i64(), Some(count), "m{number}");
        }
    }
}

fn every_statement_came_once(log: &[Value], models: usize) {
    let failed: Vec<&Value> = log.iter().filter(|line| line["code"] != "").collect();
    assert!(failed.is_empty(), "{failed:?}");
    // What makes a model names it, and is not sent twice under one request or two.
    let mut made: BTreeMap<String, usize> = BTreeMap::new();
    for line in log {
        let text = text(line);
        if text.trim_start().starts_with("create or replace") {
            *made.entry(node(text).unwrap().to_owned()).or_default() += 1;
        }
    }
    let expected = (0..models).map(|number| (format!("model.many.m{number}"), 1)).collect();
    assert_eq!(made, expected);
    let requests: BTreeSet<String> = log.iter().map(|line| line["request"].to_string()).collect();
    assert_eq!(requests.len(), log.len());
    let sessions: BTreeSet<String> = log.iter().map(|line| line["session"].to_string()).collect();
    assert!((2..=WORKERS + 1).contains(&sessions.len()), "{} sessions", sessions.len());
    let more = log.len() - models;
    assert!(more <= 2 * SCHEMAS.len() + 1, "{more} statements beside those that make models");
}
