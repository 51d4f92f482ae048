//! Configurations of tests: severity, where, limit, warn_if, error_if, fail_calc, stored failures.

use crate::support::project::Project;
use crate::support::run::{Answer, run, succeed};

/// A model with two nulls of `id`, tested by `not_null` with a configuration.
fn nulls(config: &str) -> Project {
    let project = Project::new(
        "
//- models/orders.sql
{{ config(materialized='table') }}
select 1 as id, 'new' as state
union all
select null, 'old'
union all
select null, 'new'
",
    );
    project.write("models/properties.yml", &format!(
        "models:\n  - name: orders\n    columns:\n      - name: id\n        data_tests:\n          - not_null:\n              config: {{{config}}}\n"
    ));
    succeed(&project, "run");
    project
}

fn test(config: &str) -> Answer {
    run(&nulls(config), "test --threads 1")
}

/// Returns the line that tells how the test ended, and the exit code.
fn end(config: &str) -> String {
    let told = test(config).news();
    let line = told.lines().find(|line| line.contains("1 of 1") && !line.contains("START"));
    format!("{}\n{}", line.unwrap_or("no test ran"), told.lines().last().unwrap_or_default())
}

#[test]
fn severity() {
    insta::assert_snapshot!(end("severity: error"), @r"
    HH:MM:SS  1 of 1 FAIL 2 not_null_orders_id ............................................... [FAIL 2 in S.SSs]
    exit 1
    ");
    insta::assert_snapshot!(end("severity: warn"), @r"
    HH:MM:SS  1 of 1 WARN 2 not_null_orders_id ............................................... [WARN 2 in S.SSs]
    exit 0
    ");
}

#[test]
fn filters_and_limits() {
    insta::assert_snapshot!(end("where: state = 'old'"), @r"
    HH:MM:SS  1 of 1 FAIL 1 not_null_orders_id ............................................... [FAIL 1 in S.SSs]
    exit 1
    ");
    insta::assert_snapshot!(end("limit: 1"), @r"
    HH:MM:SS  1 of 1 FAIL 1 not_null_orders_id ............................................... [FAIL 1 in S.SSs]
    exit 1
    ");
    insta::assert_snapshot!(end("where: id = 1"), @r"
    HH:MM:SS  1 of 1 PASS not_null_orders_id ................................................. [PASS in S.SSs]
    exit 0
    ");
}

#[test]
fn thresholds() {
    insta::assert_snapshot!(end("error_if: '>2'"), @r"
    HH:MM:SS  1 of 1 WARN 2 not_null_orders_id ............................................... [WARN 2 in S.SSs]
    exit 0
    ");
    insta::assert_snapshot!(end("error_if: '>2', warn_if: '>5'"), @r"
    HH:MM:SS  1 of 1 PASS not_null_orders_id ................................................. [PASS in S.SSs]
    exit 0
    ");
    insta::assert_snapshot!(end("error_if: '>1', warn_if: '>0'"), @r"
    HH:MM:SS  1 of 1 FAIL 2 not_null_orders_id ............................................... [FAIL 2 in S.SSs]
    exit 1
    ");
    insta::assert_snapshot!(end("severity: warn, warn_if: '=2'"), @r"
    HH:MM:SS  1 of 1 WARN 2 not_null_orders_id ............................................... [WARN 2 in S.SSs]
    exit 0
    ");
    insta::assert_snapshot!(end("fail_calc: 10 * count(*)"), @r"
    HH:MM:SS  1 of 1 FAIL 20 not_null_orders_id .............................................. [FAIL 20 in S.SSs]
    exit 1
    ");
    insta::assert_snapshot!(end("enabled: false"), @r"
    no test ran
    exit 0
    ");
}

#[test]
fn a_threshold_that_is_not_sql() {
    insta::assert_snapshot!(test("error_if: many").news(), @r#"
    HH:MM:SS  1 of 1 START test not_null_orders_id ........................................... [RUN]
    HH:MM:SS  1 of 1 ERROR not_null_orders_id ................................................ [ERROR in S.SSs]
    HH:MM:SS  Finished running 1 data test in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in test not_null_orders_id (models/properties.yml)
    HH:MM:SS    tests column `id` of `orders`, at models/properties.yml:6:13
    HH:MM:SS  error[database-error]: Parser Error: syntax error at or near "as"
    HH:MM:SS   --> models/properties.yml:6:13
    HH:MM:SS    |
    HH:MM:SS  6 |           - not_null:
    HH:MM:SS    |             ^^^^^^^^
    HH:MM:SS    compiled code at target/compiled/shop/models/properties.yml/not_null_orders_id.sql
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
    exit 1
    "#);
}

#[test]
fn failures_are_stored_when_asked() {
    let project = nulls("severity: error");
    insta::assert_snapshot!(run(&project, "test --threads 1 --store-failures").news(), @r#"
    HH:MM:SS  1 of 1 START test not_null_orders_id ........................................... [RUN]
    HH:MM:SS  1 of 1 FAIL 2 not_null_orders_id ............................................... [FAIL 2 in S.SSs]
    HH:MM:SS  Finished running 1 data test in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Failure in test not_null_orders_id (models/properties.yml)
    HH:MM:SS    tests column `id` of `orders`, at models/properties.yml:6:13
    HH:MM:SS    Got 2 results, configured to fail if != 0
    HH:MM:SS    the first 2 rows:
    HH:MM:SS    | id | state |
    HH:MM:SS    |----|-------|
    HH:MM:SS    |    | old   |
    HH:MM:SS    |    | new   |
    HH:MM:SS    compiled code at target/compiled/shop/models/properties.yml/not_null_orders_id.sql
    HH:MM:SS    See test failures: select * from "shop"."main_dbt_test__audit"."not_null_orders_id"
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
    exit 1
    "#);
    insta::assert_snapshot!(project.query("select count(*) from main_dbt_test__audit.not_null_orders_id"), @"2");
}

#[test]
fn a_test_of_a_source_holds_back_what_reads_it() {
    let project = Project::new(
        "
//- models/later.sql
select * from {{ source('raw', 'things') }}
//- models/properties.yml
sources:
  - name: raw
    schema: main
    tables: [{name: things, columns: [{name: id, data_tests: [not_null]}]}]
exposures:
  - {name: board, type: dashboard, owner: {name: me}, depends_on: [ref('later')]}
  - {name: page, type: dashboard, owner: {name: me}}
",
    );
    project.write("seeds/things.csv", "id,name\n,nobody\n");
    succeed(&project, "seed");
    let told = run(&project, "build --threads 1 --exclude things").news();
    let lines: Vec<&str> =
        told.lines().filter(|line| line.contains(" of ") || line.contains("Done")).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    HH:MM:SS  1 of 4 NO-OP exposure page ..................................................... [NO-OP in S.SSs]
    HH:MM:SS  2 of 4 START test source_not_null_raw_things_id ................................ [RUN]
    HH:MM:SS  2 of 4 FAIL 1 source_not_null_raw_things_id .................................... [FAIL 1 in S.SSs]
    HH:MM:SS  3 of 4 SKIP relation main.later ................................................ [SKIP]  because of source_not_null_raw_things_id
    HH:MM:SS  4 of 4 SKIP exposure board ..................................................... [SKIP]  because of later
    HH:MM:SS    tests column `id` of `raw_things`, at models/properties.yml:4:63
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=2 NO-OP=1 TOTAL=4
    ");
}
