//! Readers of other authors, run for real on what runs leave behind: dbt's own schemas and classes, and four tools.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::artifacts::projects::every_kind;
use crate::bundled::workbench::Workbench;
use crate::support::run;

/// Returns where the readers are installed.
fn environment() -> PathBuf {
    let here = || Path::new(env!("CARGO_MANIFEST_DIR")).join("target/readers");
    std::env::var_os("MARTLET_READERS").map_or_else(here, PathBuf::from)
}

/// Lets readers read a target folder, and returns what they say.
fn read(target: &Path, readers: &[&str]) -> Value {
    let python = environment().join("bin/python");
    assert!(python.exists(), "{} is not there: run `make readers` first", python.display());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers/read.py");
    let done = Command::new(python).arg(script).arg(target).args(readers).output().unwrap();
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{told}{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_str(&told).unwrap()
}

/// Tells which artifacts dbt's schemas refuse, and why.
fn refused(target: &Path) -> Vec<String> {
    let read = read(target, &["schemas"]);
    let artifacts = read["schemas"].as_object().unwrap();
    let errors = artifacts.iter().flat_map(|(name, one)| {
        one["errors"].as_array().unwrap().iter().map(move |error| format!("{name}: {error}"))
    });
    errors.collect()
}

/// Makes every artifact of the project with one of every kind.
fn built() -> (crate::support::project::Project, PathBuf) {
    let project = every_kind();
    run::succeed(&project, "seed");
    // The sources are old: that is what is told of them.
    assert_eq!(run::run(&project, "source freshness").code, 1);
    run::succeed(&project, "build");
    run::succeed(&project, "docs generate --no-compile");
    let target = project.path("target");
    (project, target)
}

#[test]
fn readers_of_every_kind_of_node_say_what_is_there() {
    let (_project, target) = built();
    assert_eq!(refused(&target), Vec::<String>::new());
    let read = read(&target, &["core", "parser", "coverage", "bouncer", "colibri"]);
    let names = json!({
        "manifest": "ManifestV12", "catalog": "CatalogV1", "run_results": "RunResultsV6", "sources": "SourcesV3",
    });
    assert_eq!(read["parser"], names);
    let core = json!({"nodes": 28, "selectable": 28, "results": 28, "catalogued": 14, "checked": 3});
    assert_eq!(read["core"], core);
    // Columns that are described, and columns that are tested, of all that the catalog has.
    assert_eq!(read["coverage"], json!({"doc": [1, 33], "test": [4, 33]}));
    let failed: Vec<&str> = strings(&read["bouncer"]["failed"]);
    insta::assert_snapshot!(failed.join("\n"), @"
    check_model_description_populated:1:by_day
    check_model_description_populated:1:days
    check_model_description_populated:1:revenue
    check_model_description_populated:1:stg_orders
    check_model_has_unique_test:2:by_day
    check_model_has_unique_test:2:days
    check_model_has_unique_test:2:revenue
    check_model_has_unique_test:2:stg_orders
    check_source_columns_are_all_documented:0:shop_raw_orders
    check_source_columns_are_all_documented:0:shop_raw_young
    check_source_description_populated:3:shop_raw_absent
    check_source_description_populated:3:shop_raw_unseen
    check_source_description_populated:3:shop_raw_young
    ");
    let edges: Vec<&str> = strings(&read["colibri"]["edges"]);
    let columns = edges.into_iter().filter(|edge| !edge.contains(". ") && !edge.ends_with('.'));
    insta::assert_snapshot!(columns.collect::<Vec<_>>().join("\n"), @"
    model.every_kind.orders.amount > model.every_kind.revenue.cents
    model.every_kind.orders.customer_id > model.every_kind.revenue.customer_id
    model.every_kind.stg_customers.customer_id > model.every_kind.customer.v1.customer_id
    model.every_kind.stg_customers.customer_id > model.every_kind.customer.v2.customer_id
    model.every_kind.stg_customers.customer_id > model.every_kind.revenue.customer_id
    model.every_kind.stg_customers.customer_id > snapshot.every_kind.customers_over_time.customer_id
    model.every_kind.stg_customers.joined_at > model.every_kind.customer.v2.joined_at
    model.every_kind.stg_customers.joined_at > snapshot.every_kind.customers_over_time.joined_at
    model.every_kind.stg_customers.name > model.every_kind.customer.v1.name
    model.every_kind.stg_customers.name > model.every_kind.customer.v2.name
    model.every_kind.stg_customers.name > snapshot.every_kind.customers_over_time.name
    model.every_kind.stg_orders.amount > model.every_kind.orders.amount
    model.every_kind.stg_orders.customer_id > model.every_kind.orders.customer_id
    model.every_kind.stg_orders.order_id > model.every_kind.orders.order_id
    model.every_kind.stg_orders.ordered_at > model.every_kind.orders.ordered_at
    seed.every_kind.customers.id > model.every_kind.stg_customers.customer_id
    seed.every_kind.customers.joined > model.every_kind.stg_customers.joined_at
    seed.every_kind.customers.name > model.every_kind.stg_customers.name
    source.every_kind.shop.raw_orders.amount > model.every_kind.stg_orders.amount
    source.every_kind.shop.raw_orders.customer_id > model.every_kind.stg_orders.customer_id
    source.every_kind.shop.raw_orders.id > model.every_kind.stg_orders.order_id
    source.every_kind.shop.raw_orders.ordered_at > model.every_kind.stg_orders.ordered_at
    ");
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().filter_map(Value::as_str).collect()
}

#[test]
fn what_compiling_and_testing_leave_behind_is_valid_too() {
    let project = every_kind();
    let target = project.path("target");
    run::succeed(&project, "seed");
    project.write("models/broken.sql", "select nothing from nowhere");
    assert_eq!(run::run(&project, "run").code, 1);
    run::succeed(&project, "docs generate --empty-catalog --select revenue");
    assert_eq!(refused(&target), Vec::<String>::new());
}

#[test]
fn a_key_that_dbt_does_not_know_is_refused() {
    let project = every_kind();
    run::succeed(&project, "parse");
    let path = project.path("target/manifest.json");
    let mut manifest: Value = serde_json::from_str(&project.read("target/manifest.json")).unwrap();
    manifest["nodes"]["model.every_kind.days"]["invented"] = json!(1);
    std::fs::write(path, manifest.to_string()).unwrap();
    assert_eq!(refused(&project.path("target")).len(), 1);
}

#[test]
fn readers_of_the_bundled_project_say_what_is_there() {
    let bench = Workbench::new();
    bench.generate(50, 7);
    let raw = bench.path("raw");
    bench.succeed(&raw, &["build"]);
    bench.succeed(&raw, &["docs", "generate"]);
    let target = bench.path("target");
    assert_eq!(refused(&target), Vec::<String>::new());
    let read = read(&target, &["core", "parser", "coverage", "bouncer", "colibri"]);
    insta::assert_snapshot!(read["coverage"], @r#"{"doc":[401,401],"test":[170,401]}"#);
    insta::assert_snapshot!(read["bouncer"], @r#"{"code":1,"checks":493,"failed":["check_model_has_unique_test:2:int_synthea__as_of","check_model_has_unique_test:2:stg_synthea__payer_transitions"]}"#);
    insta::assert_snapshot!(read["colibri"]["errors"], @"[]");
    let edges = strings(&read["colibri"]["edges"]).len();
    assert!(edges > 300, "{edges} edges");
}
