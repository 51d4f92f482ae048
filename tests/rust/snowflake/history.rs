//! Snapshots and freshness on Snowflake: histories as on DuckDB, ages of sources by a column and by metadata.

use std::collections::BTreeMap;

use martlet::base::table::Cell;
use serde_json::{Value, json};

use super::live::{Warehouse, ask};
use crate::support::project::Project;
use crate::support::run::{run, succeed};

const PROJECT: &str = "
//- project.yml
name: shop
profile: shop
//- models/sources.yml
sources:
  - name: raw
    schema: landed
    tables:
      - name: people
        config:
          loaded_at_field: changed::timestamp
          freshness: {warn_after: {count: 1, period: day}, error_after: {count: 1000000, period: day}}
      - name: goods
        config:
          freshness: {warn_after: {count: 1, period: day}}
//- models/people.sql
select id::int as id, name, changed::timestamp as changed from {{ source('raw', 'people') }}
//- snapshots/histories.yml
snapshots:
  - name: by_time
    relation: ref('people')
    config: {strategy: timestamp, updated_at: changed, unique_key: id, hard_deletes: invalidate}
  - name: by_check
    relation: ref('people')
    config: {strategy: check, check_cols: [name], unique_key: id, hard_deletes: new_record}
";

/// What is in the source, one export after another: somebody is renamed, somebody goes, somebody comes and comes back.
const EXPORTS: [&str; 4] = [
    "id,name,changed\n1,Ann,2024-01-01\n2,Bob,2024-01-01\n3,O'Neil,2024-01-01 10:20:30\n",
    "id,name,changed\n1,Ann,2024-01-01\n2,Rob,2024-01-02\n4,\"a \\ b\",2024-01-02\n",
    "id,name,changed\n1,Ann,2024-01-03\n2,Rob,2024-01-02\n3,O'Neil,2024-01-03\n",
    "id,name,changed\n1,Ann,2024-01-03\n2,Rob,2024-01-02\n3,O'Neil,2024-01-03\n",
];

fn project(warehouse: &Warehouse) -> (Project, BTreeMap<&'static str, Value>) {
    let project = Project::new(PROJECT);
    let duckdb =
        json!({"type": "duckdb", "path": project.path("shop.duckdb"), "database": "shop", "schema": "marts"});
    let outputs = BTreeMap::from([("duckdb", duckdb), ("snowflake", warehouse.output("marts"))]);
    let profile = json!({"shop": {"target": "duckdb", "outputs": outputs}});
    project.write("profiles.yml", &profile.to_string());
    project.write("raw/goods.csv", "id\n1\n");
    (project, outputs)
}

/// Returns the rows of a snapshot; moments of the runs themselves are all `now`.
fn history(output: &Value, name: &str, deleted: &str) -> Vec<String> {
    let table = ask(
        output,
        &format!(
            "select id, name, changed, dbt_updated_at, dbt_valid_from, dbt_valid_to{deleted} from marts.{name}"
        ),
    );
    let text = |cell: &Cell| match cell.to_text() {
        moment if matches!(cell, Cell::Timestamp(_) | Cell::Moment(_)) && !moment.starts_with("2024-") => {
            "now".to_owned()
        }
        text => text,
    };
    let mut rows: Vec<String> =
        table.rows.iter().map(|row| row.iter().map(text).collect::<Vec<_>>().join("|")).collect();
    rows.sort();
    let ids = ask(output, &format!("select count(distinct dbt_scd_id) from marts.{name}"));
    assert_eq!(ids.rows[0][0].to_i64(), Some(rows.len() as i64), "every row of {name} has an id of its own");
    rows
}

#[test]
fn histories_are_those_of_duckdb() {
    let warehouse = Warehouse::new();
    let (project, outputs) = project(&warehouse);
    for export in EXPORTS {
        project.write("raw/people.csv", export);
        for target in outputs.keys() {
            succeed(&project, &format!("load raw --target {target}"));
            succeed(&project, &format!("build --target {target}"));
        }
        for (name, deleted) in [("by_time", ""), ("by_check", ", dbt_is_deleted")] {
            let histories = ["snowflake", "duckdb"].map(|target| history(&outputs[target], name, deleted));
            assert_eq!(histories[0], histories[1], "{name}");
        }
    }
    insta::assert_snapshot!(history(&outputs["snowflake"], "by_time", "").join("\n"), @r"
    1|Ann|2024-01-01 00:00:00|2024-01-01 00:00:00|2024-01-01 00:00:00|2024-01-03 00:00:00
    1|Ann|2024-01-03 00:00:00|2024-01-03 00:00:00|2024-01-03 00:00:00|
    2|Bob|2024-01-01 00:00:00|2024-01-01 00:00:00|2024-01-01 00:00:00|2024-01-02 00:00:00
    2|Rob|2024-01-02 00:00:00|2024-01-02 00:00:00|2024-01-02 00:00:00|
    3|O'Neil|2024-01-01 10:20:30|2024-01-01 10:20:30|2024-01-01 10:20:30|now
    3|O'Neil|2024-01-03 00:00:00|2024-01-03 00:00:00|2024-01-03 00:00:00|
    4|a \ b|2024-01-02 00:00:00|2024-01-02 00:00:00|2024-01-02 00:00:00|now
    ");
    insta::assert_snapshot!(history(&outputs["snowflake"], "by_check", ", dbt_is_deleted").join("\n"), @r"
    1|Ann|2024-01-01 00:00:00|now|now||False
    2|Bob|2024-01-01 00:00:00|now|now|now|False
    2|Rob|2024-01-02 00:00:00|now|now||False
    3|O'Neil|2024-01-01 10:20:30|now|now|now|False
    3|O'Neil|2024-01-01 10:20:30|now|now|now|True
    3|O'Neil|2024-01-03 00:00:00|now|now||False
    4|a \ b|2024-01-02 00:00:00|now|now|now|False
    4|a \ b|2024-01-02 00:00:00|now|now||True
    ");
}

#[test]
fn sources_are_as_old_as_a_column_or_the_metadata_says() {
    let warehouse = Warehouse::new();
    let (project, outputs) = project(&warehouse);
    project.write("raw/people.csv", EXPORTS[0]);
    let mut loaded = Vec::new();
    for target in outputs.keys() {
        succeed(&project, &format!("load raw --target {target}"));
        let select = if *target == "duckdb" { " --select source:raw.people" } else { "" };
        let told = run(&project, &format!("source freshness --target {target}{select}"));
        assert_eq!(told.code, 0, "{}", told.told());
        let sources: Value = serde_json::from_str(&project.read("target/sources.json")).unwrap();
        let results = sources["results"].as_array().unwrap();
        let of =
            |name: &str| results.iter().find(|one| one["unique_id"] == format!("source.shop.raw.{name}"));
        let people = of("people").unwrap();
        loaded.push((people["max_loaded_at"].clone(), people["status"].clone()));
        if *target == "snowflake" {
            let goods = of("goods").unwrap();
            assert_eq!(goods["status"], "pass", "{goods}");
            assert!(goods["max_loaded_at_time_ago_in_s"].as_f64().unwrap() < 600.0, "{goods}");
        }
    }
    assert_eq!(loaded[0], (json!("2024-01-01T10:20:30+00:00"), json!("warn")));
    assert_eq!(loaded[0], loaded[1]);
    warehouse.ask("drop table landed.goods");
    let told = run(&project, "source freshness --target snowflake --select source:raw.goods").news();
    assert!(told.contains("the database knows no table landed.goods"), "{told}");
}
