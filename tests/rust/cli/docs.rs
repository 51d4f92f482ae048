//! `docs generate`: the catalog beside the manifest.

use serde_json::Value;

use crate::support::project::Project;
use crate::support::run::{run, succeed};

/// A project with a source, a described table and a view, built.
fn built() -> Project {
    let project = Project::new(
        "//- models/orders.sql
{{ config(materialized='table', persist_docs={'relation': true, 'columns': true}) }}
select 1 as id, 'x' as \"Name\"
//- models/latest.sql
select * from {{ ref('orders') }}
//- models/unnamed.sql
{{ config(materialized='ephemeral') }}
select 1 as id
//- models/all.yml
models:
  - name: orders
    description: What was ordered
    columns: [{name: id, description: The number, data_tests: [unique]}]
sources:
  - name: shop
    schema: Main
    tables: [{name: ORDERS}, {name: absent}]
",
    );
    succeed(&project, "build");
    project
}

fn artifact(project: &Project, name: &str) -> Value {
    serde_json::from_str(&project.read(&format!("target/{name}"))).unwrap()
}

/// Tells of each entry of the catalog what it is, with its columns.
fn entries(catalog: &Value) -> String {
    let sections = ["nodes", "sources"].iter().flat_map(|section| catalog[section].as_object().unwrap());
    let lines = sections.map(|(id, entry)| {
        let (facts, columns) = (&entry["metadata"], entry["columns"].as_object().unwrap());
        let columns = columns
            .values()
            .map(|one| format!("{} {} {} {}", one["index"], one["name"], one["type"], one["comment"]));
        format!("{id}: {} {} / {}", facts["type"], facts["comment"], columns.collect::<Vec<_>>().join(", "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_catalog_tells_types_and_comments() {
    let project = built();
    let told = succeed(&project, "docs generate");
    insta::assert_snapshot!(told.news(), @"
    HH:MM:SS  Building catalog
    HH:MM:SS  Catalog written to target/catalog.json
    exit 0
    ");
    let catalog = artifact(&project, "catalog.json");
    insta::assert_snapshot!(entries(&catalog), @r#"
    model.shop.latest: "VIEW" null / 1 "id" "INTEGER" null, 2 "Name" "VARCHAR" null
    model.shop.orders: "BASE TABLE" "What was ordered" / 1 "id" "INTEGER" "The number", 2 "Name" "VARCHAR" null
    source.shop.shop.ORDERS: "BASE TABLE" "What was ordered" / 1 "id" "INTEGER" "The number", 2 "Name" "VARCHAR" null
    "#);
    let statistics = &catalog["nodes"]["model.shop.orders"]["stats"];
    insta::assert_snapshot!(statistics, @r#"{"has_stats":{"id":"has_stats","label":"Has Stats?","value":false,"include":false,"description":"Indicates whether there are statistics for this table"}}"#);
    assert_eq!(catalog["errors"], Value::Null);
    let manifest = artifact(&project, "manifest.json");
    assert_eq!(manifest["nodes"]["model.shop.latest"]["compiled"], true);
    assert_eq!(artifact(&project, "run_results.json")["args"]["which"], "generate");
}

#[test]
fn only_what_is_selected_is_in_the_catalog() {
    let project = built();
    succeed(&project, "docs generate --select latest source:shop.ORDERS");
    let catalog = artifact(&project, "catalog.json");
    let names =
        |section: &str| catalog[section].as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(names("nodes"), "model.shop.latest");
    assert_eq!(names("sources"), "source.shop.shop.ORDERS");
}

#[test]
fn nothing_is_compiled_or_asked_where_that_is_not_wanted() {
    let project = built();
    let before = project.read("target/manifest.json");
    std::fs::remove_file(project.path("shop.duckdb")).unwrap();
    succeed(&project, "docs generate --no-compile --empty-catalog --static");
    assert!(before == project.read("target/manifest.json"));
    assert_eq!(entries(&artifact(&project, "catalog.json")), "");
    assert!(!project.path("shop.duckdb").exists());
}

#[test]
fn a_database_that_others_read_is_read_too() {
    let project = built();
    let settings = duckdb::Config::default().access_mode(duckdb::AccessMode::ReadOnly).unwrap();
    let reader = duckdb::Connection::open_with_flags(project.path("shop.duckdb"), settings).unwrap();
    succeed(&project, "docs generate");
    drop(reader);
}

#[test]
fn what_cannot_be_compiled_has_no_catalog() {
    let project = built();
    project.write("models/broken.sql", "select {{ exceptions.raise_compiler_error('no') if execute }}");
    let told = run(&project, "docs generate");
    assert_eq!(told.code, 1);
    assert!(
        told.stderr.contains("compile failed due to errors in project, cannot generate docs"),
        "{}",
        told.stderr
    );
    assert!(!project.path("target/catalog.json").exists());
}
