//! Rows that commit by themselves, when the answer to their statement is lost: `retry` asks whether they are there.

use serde_json::json;

use crate::snowflake::mock::{Mock, Reply, column};
use crate::support::project::Project;
use crate::support::run::run;

fn text(name: &str) -> serde_json::Value {
    column(name, "text", json!({"length": 10}))
}

/// Answers what is asked before rows are appended to a table of two rows.
fn table_of_two_rows(mock: &Mock) {
    mock.on("show terse schemas", vec![Reply::text("name", &["PUBLIC"]); 2]);
    let columns = ["name", "database_name", "schema_name", "kind"].map(text).to_vec();
    let table = ["GROWN", "ANALYTICS", "PUBLIC", "TABLE"].map(|cell| json!(cell)).to_vec();
    mock.on("show objects", vec![Reply::Rows(columns, vec![table]); 2]);
    let columns = ["name", "type", "kind", "null?"].map(text).to_vec();
    let described = ["ID", "NUMBER(38,0)", "COLUMN", "Y"].map(|cell| json!(cell)).to_vec();
    mock.on("describe table", vec![Reply::Rows(columns, vec![described]); 8]);
    mock.on("count(*) as n", vec![Reply::text("N", &["2"]); 2]);
}

/// Runs a model whose insert gets no answer, then `retry` with a table of so many rows; returns how often rows were sent.
fn retried(rows: &'static str) -> usize {
    let mock = Mock::start();
    let project = Project::new(
        "
//- project.yml
name: shop
profile: shop
//- models/grown.sql
{{ config(materialized='incremental', incremental_strategy='append') }} select 1 as id
",
    );
    project.write("profiles.yml", &mock.profile(&[]));
    table_of_two_rows(&mock);
    mock.on("insert into", [Reply::Gone, Reply::changed(&[("number of rows inserted", "1")])]);
    let told = run(&project, "run");
    assert_eq!(told.code, 1, "{}", told.told());
    mock.on("select count(*) from", [Reply::text("COUNT(*)", &[rows])]);
    let told = run(&project, "retry");
    let sent = mock.statements().iter().filter(|sql| sql.contains(" insert into ")).count();
    assert_eq!(told.code, 0, "{}", told.told());
    sent
}

#[test]
fn rows_that_arrived_are_not_sent_again() {
    assert_eq!(retried("3"), 1);
}

#[test]
fn rows_that_did_not_arrive_are_sent_again() {
    assert_eq!(retried("2"), 2);
}
