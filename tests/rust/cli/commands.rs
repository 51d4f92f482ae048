//! Each command on a small project that is whole, and what holds for all of them.

use serde_json::Value;

use crate::support::project::Project;
use crate::support::run::{run, run_with, succeed, succeed_with};

fn shop() -> Project {
    Project::new(
        "
//- seeds/raw_orders.csv
id,amount
1,2.5
2,4
//- models/orders.sql
{{ config(materialized='table') }}
select id, amount * {{ var('factor', 1) }} as amount
from {{ ref('raw_orders') }}
//- models/totals.sql
select sum(amount) as amount from {{ ref('orders') }}
//- models/properties.yml
models:
  - name: orders
    columns:
      - name: id
        data_tests: [unique]
",
    )
}

#[test]
fn a_new_project_builds_twice() {
    let project = Project::empty();
    insta::assert_snapshot!(run(&project, "init fresh").told(), @r#"
    HH:MM:SS  Your new project "fresh" was created.
    HH:MM:SS
    HH:MM:SS    cd fresh
    HH:MM:SS    martlet build
    exit 0
    "#);
    insta::assert_snapshot!(run(&project, "build --project-dir fresh --threads 1").told(), @r"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    HH:MM:SS  Registered adapter: duckdb=V.V.V
    HH:MM:SS  Found 2 models, 1 seed, 5 data tests, NNN macros
    HH:MM:SS
    HH:MM:SS  Concurrency: 1 thread (target='dev')
    HH:MM:SS
    HH:MM:SS  1 of 8 START seed file main.raw_orders ......................................... [RUN]
    HH:MM:SS  1 of 8 OK loaded seed file main.raw_orders ..................................... [INSERT 3 in S.SSs]
    HH:MM:SS  2 of 8 START sql view model main.stg_orders .................................... [RUN]
    HH:MM:SS  2 of 8 OK created sql view model main.stg_orders ............................... [OK in S.SSs]
    HH:MM:SS  3 of 8 START test not_null_stg_orders_order_id ................................. [RUN]
    HH:MM:SS  3 of 8 PASS not_null_stg_orders_order_id ....................................... [PASS in S.SSs]
    HH:MM:SS  4 of 8 START test unique_stg_orders_order_id ................................... [RUN]
    HH:MM:SS  4 of 8 PASS unique_stg_orders_order_id ......................................... [PASS in S.SSs]
    HH:MM:SS  5 of 8 START sql table model main.customers .................................... [RUN]
    HH:MM:SS  5 of 8 OK created sql table model main.customers ............................... [OK in S.SSs]
    HH:MM:SS  6 of 8 START test dbt_utils_accepted_range_customers_amount__0 ................. [RUN]
    HH:MM:SS  6 of 8 PASS dbt_utils_accepted_range_customers_amount__0 ....................... [PASS in S.SSs]
    HH:MM:SS  7 of 8 START test not_null_customers_customer .................................. [RUN]
    HH:MM:SS  7 of 8 PASS not_null_customers_customer ........................................ [PASS in S.SSs]
    HH:MM:SS  8 of 8 START test unique_customers_customer .................................... [RUN]
    HH:MM:SS  8 of 8 PASS unique_customers_customer .......................................... [PASS in S.SSs]
    HH:MM:SS
    HH:MM:SS  Finished running 5 data tests, 1 seed, 1 table model, 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS
    HH:MM:SS  Completed successfully
    HH:MM:SS
    HH:MM:SS  Done. PASS=8 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=8
    exit 0
    ");
    succeed(&project, "build --project-dir fresh");
    insta::assert_snapshot!(run(&project, "init fresh").told(), @r"
    ! error: the folder fresh exists already
    exit 2
    ");
    insta::assert_snapshot!(run(&project, "init 2fresh").told(), @r"
    ! error: `2fresh` cannot be a project's name: use letters, digits and underscores, a letter first
    exit 2
    ");
}

#[test]
fn seed_run_and_test_take_their_own_kinds() {
    let project = shop();
    insta::assert_snapshot!(run(&project, "seed --threads 1").news(), @r"
    HH:MM:SS  1 of 1 START seed file main.raw_orders ......................................... [RUN]
    HH:MM:SS  1 of 1 OK loaded seed file main.raw_orders ..................................... [INSERT 2 in S.SSs]
    HH:MM:SS  Finished running 1 seed in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed successfully
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=1
    exit 0
    ");
    insta::assert_snapshot!(run(&project, "run --threads 1").news(), @r"
    HH:MM:SS  1 of 2 START sql table model main.orders ....................................... [RUN]
    HH:MM:SS  1 of 2 OK created sql table model main.orders .................................. [OK in S.SSs]
    HH:MM:SS  2 of 2 START sql view model main.totals ........................................ [RUN]
    HH:MM:SS  2 of 2 OK created sql view model main.totals ................................... [OK in S.SSs]
    HH:MM:SS  Finished running 1 table model, 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed successfully
    HH:MM:SS  Done. PASS=2 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=2
    exit 0
    ");
    insta::assert_snapshot!(run(&project, "test --threads 1").news(), @r"
    HH:MM:SS  1 of 1 START test unique_orders_id ............................................. [RUN]
    HH:MM:SS  1 of 1 PASS unique_orders_id ................................................... [PASS in S.SSs]
    HH:MM:SS  Finished running 1 data test in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed successfully
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=1
    exit 0
    ");
}

#[test]
fn compile_writes_sql_and_touches_no_database() {
    let project = shop();
    insta::assert_snapshot!(run(&project, "compile --threads 1").news(), @"exit 0");
    insta::assert_snapshot!(project.read("target/compiled/shop/models/orders.sql"), @r#"
    select id, amount * 1 as amount
    from "shop"."main"."raw_orders"
    "#);
    assert!(!project.path("shop.duckdb").exists());
}

#[test]
fn parse_reads_the_project() {
    let project = shop();
    insta::assert_snapshot!(run(&project, "parse").told(), @r"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    HH:MM:SS  Registered adapter: duckdb=V.V.V
    HH:MM:SS  Found 2 models, 1 seed, 1 data test, NNN macros
    HH:MM:SS
    exit 0
    ");
    let manifest: Value = serde_json::from_str(&project.read("target/manifest.json")).unwrap();
    assert_eq!(manifest["nodes"].as_object().unwrap().len(), 4);
}

#[test]
fn show_prints_rows() {
    let project = shop();
    succeed(&project, "build");
    insta::assert_snapshot!(run(&project, "show --select orders").told(), @"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    HH:MM:SS  Registered adapter: duckdb=V.V.V
    HH:MM:SS  Found 2 models, 1 seed, 1 data test, NNN macros
    HH:MM:SS
    HH:MM:SS  Concurrency: 2 threads (target='dev')
    HH:MM:SS
    Previewing node 'orders':
    | id | amount |
    |----|--------|
    | 1  | 2.5    |
    | 2  | 4.0    |
    exit 0
    ");
    insta::assert_snapshot!(run(&project, "show --select orders --limit 1 --output json").told(), @r#"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    HH:MM:SS  Registered adapter: duckdb=V.V.V
    HH:MM:SS  Found 2 models, 1 seed, 1 data test, NNN macros
    HH:MM:SS
    HH:MM:SS  Concurrency: 2 threads (target='dev')
    HH:MM:SS
    {
      "node": "orders",
      "show": [
        {
          "id": 1,
          "amount": 2.5
        }
      ]
    }
    exit 0
    "#);
    let inline = "select max(id) as most\nfrom {{ ref('orders') }}";
    insta::assert_snapshot!(run_with(&project, &["show", "--quiet", "--inline", inline]).told(), @"
    | most |
    |------|
    | 2    |
    exit 0
    ");
    let wrong = "select max(idd) as most\nfrom {{ ref('orders') }}";
    insta::assert_snapshot!(run_with(&project, &["show", "--quiet", "--inline", wrong]).told(), @r#"
    ! error[database-error]: Binder Error: Referenced column "idd" not found in FROM clause!
    !  --> --inline:1:12
    !   |
    ! 1 | select max(idd) as most
    !   |            ^^^
    !   |
    !   = note: Candidate bindings: "id"
    exit 1
    "#);
    insta::assert_snapshot!(run(&project, "show --quiet").told(), @r"
    ! error: name a model with --select, or a query with --inline
    exit 2
    ");
}

#[test]
fn debug_checks_the_connection() {
    insta::assert_snapshot!(run(&shop(), "debug").told(), @"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    HH:MM:SS  Using profiles dir at [ROOT]/home/.dbt
    HH:MM:SS  Using profiles.yml file at [ROOT]/home/.dbt/profiles.yml
    HH:MM:SS  Using project at [ROOT]/shop
    HH:MM:SS  profile: shop, target: dev
    HH:MM:SS  adapter type: duckdb
    HH:MM:SS  Configuration:
    HH:MM:SS    project file and profile [OK found and valid]
    HH:MM:SS  Required dependencies:
    HH:MM:SS   - git [OK found]
    HH:MM:SS  Connection:
    HH:MM:SS    database: shop
    HH:MM:SS    schema: main
    HH:MM:SS    path: shop.duckdb
    HH:MM:SS    Connection test: [OK connection ok]
    HH:MM:SS  All checks passed!
    exit 0
    ");
}

#[test]
fn clean_removes_what_was_generated() {
    let project = shop();
    succeed(&project, "build");
    insta::assert_snapshot!(run(&project, "clean").news(), @r"
    HH:MM:SS  Removed target
    HH:MM:SS  Finished cleaning all paths.
    exit 0
    ");
    assert!(!project.path("target").exists());
    assert!(project.path("shop.duckdb").exists());
    assert!(project.path("models/orders.sql").exists());
}

#[test]
fn variables_reach_templates() {
    let project = shop();
    succeed_with(&project, &["build", "--vars", "{factor: 10}"]);
    assert_eq!(project.query("select amount from totals"), "65.0");
}

#[test]
fn a_target_chooses_the_database() {
    let project = shop();
    project.write("project.yml", "name: shop\nprofile: shop\n");
    project.write(
        "profiles.yml",
        "shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: dev.duckdb}\n    prod: {type: duckdb, path: prod.duckdb, schema: live}\n",
    );
    succeed(&project, "build --target prod");
    assert!(project.path("prod.duckdb").exists());
    assert!(!project.path("dev.duckdb").exists());
}

#[test]
fn the_first_failure_stops_a_run_that_fails_fast() {
    let project = shop();
    project.write("models/broken.sql", "select error('no') as id from {{ ref('raw_orders') }}\n");
    project.write("models/broken.yml", "models: [{name: broken, config: {materialized: table}}]\n");
    insta::assert_snapshot!(run(&project, "build --threads 1 --fail-fast").news(), @"
    HH:MM:SS  1 of 5 START seed file main.raw_orders ......................................... [RUN]
    HH:MM:SS  1 of 5 OK loaded seed file main.raw_orders ..................................... [INSERT 2 in S.SSs]
    HH:MM:SS  2 of 5 START sql table model main.broken ....................................... [RUN]
    HH:MM:SS  2 of 5 ERROR creating sql table model main.broken .............................. [ERROR in S.SSs]
    HH:MM:SS  Error in model broken (models/broken.sql)
    HH:MM:SS  error[database-error]: Invalid Input Error: no
    HH:MM:SS   --> models/broken.sql:1:1
    HH:MM:SS    |
    HH:MM:SS  1 | select error('no') as id from {{ ref('raw_orders') }}
    HH:MM:SS    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    HH:MM:SS    compiled code at target/compiled/shop/models/broken.sql
    HH:MM:SS  Finished running 1 data test, 1 seed, 2 table models, 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 4 errors, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in model broken (models/broken.sql)
    HH:MM:SS  error[database-error]: Invalid Input Error: no
    HH:MM:SS   --> models/broken.sql:1:1
    HH:MM:SS    |
    HH:MM:SS  1 | select error('no') as id from {{ ref('raw_orders') }}
    HH:MM:SS    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    HH:MM:SS    compiled code at target/compiled/shop/models/broken.sql
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=1 SKIP=3 NO-OP=0 TOTAL=5
    exit 1
    ");
}

#[test]
fn quiet_prints_nothing_of_what_is_well() {
    let project = shop();
    insta::assert_snapshot!(run(&project, "build --quiet").told(), @"exit 0");
    project.write("models/totals.sql", "select summ(amount) as amount from {{ ref('orders') }}\n");
    insta::assert_snapshot!(run(&project, "build --quiet").told(), @r#"
    HH:MM:SS  4 of 4 ERROR creating sql view model main.totals ............................... [ERROR in S.SSs]
    HH:MM:SS
    HH:MM:SS  Error in model totals (models/totals.sql)
    HH:MM:SS  error[database-error]: Catalog Error: Scalar Function with name summ does not exist!
    HH:MM:SS   --> models/totals.sql:1:8
    HH:MM:SS    |
    HH:MM:SS  1 | select summ(amount) as amount from {{ ref('orders') }}
    HH:MM:SS    |        ^^^^
    HH:MM:SS    |
    HH:MM:SS    = note: Did you mean "sum"?
    HH:MM:SS
    HH:MM:SS    compiled code at target/compiled/shop/models/totals.sql
    exit 1
    "#);
}

#[test]
fn json_log_lines_are_json() {
    let project = shop();
    project.write("models/broken.sql", "select idd from {{ ref('orders') }}\n");
    let answer = run(&project, "build --log-format json");
    assert_eq!(answer.code, 1);
    let lines: Vec<Value> = answer.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().all(|line| line["info"]["name"].is_string() && line["info"]["msg"].is_string()));
    let told = lines.iter().find(|line| line["info"]["level"] == "error").unwrap();
    insta::assert_snapshot!(told["info"]["name"], @r#""LogModelResult""#);
}

#[test]
fn no_colours_where_nobody_looks() {
    let answer = run(&shop(), "build");
    assert!(!answer.stdout.contains('\u{1b}'));
}
