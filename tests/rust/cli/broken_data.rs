//! Data that breaks its tests: which model and column, how many rows, which ones, and where the query lies.

use crate::support::project::Project;
use crate::support::run::run;

/// Builds the project on one thread and tells what was printed.
fn build(text: &str) -> String {
    run(&Project::new(text), "build --threads 1").news()
}

#[test]
fn a_failing_test() {
    insta::assert_snapshot!(build("
//- models/orders.sql
select unnest([1, 2, 2, 3, 3, 3]) as id
//- models/properties.yml
models:
  - name: orders
    columns:
      - name: id
        data_tests:
          - unique
"), @"
    HH:MM:SS  1 of 2 START sql view model main.orders ........................................ [RUN]
    HH:MM:SS  1 of 2 OK created sql view model main.orders ................................... [OK in S.SSs]
    HH:MM:SS  2 of 2 START test unique_orders_id ............................................. [RUN]
    HH:MM:SS  2 of 2 FAIL 2 unique_orders_id ................................................. [FAIL 2 in S.SSs]
    HH:MM:SS  Finished running 1 data test, 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Failure in test unique_orders_id (models/properties.yml)
    HH:MM:SS    tests column `id` of `orders`, at models/properties.yml:6:13
    HH:MM:SS    Got 2 results, configured to fail if != 0
    HH:MM:SS    the first 2 rows:
    HH:MM:SS    | unique_field | n_records |
    HH:MM:SS    |--------------|-----------|
    HH:MM:SS    | 2            | 2         |
    HH:MM:SS    | 3            | 3         |
    HH:MM:SS    compiled code at target/compiled/shop/models/properties.yml/unique_orders_id.sql
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=2
    exit 1
    ");
}

#[test]
fn a_value_that_is_not_accepted() {
    insta::assert_snapshot!(build("
//- models/orders.sql
select unnest(['open', 'closed', 'lost']) as status
//- models/properties.yml
models:
  - name: orders
    columns:
      - name: status
        data_tests:
          - accepted_values:
              arguments:
                values: [open, closed]
"), @"
    HH:MM:SS  1 of 2 START sql view model main.orders ........................................ [RUN]
    HH:MM:SS  1 of 2 OK created sql view model main.orders ................................... [OK in S.SSs]
    HH:MM:SS  2 of 2 START test accepted_values_orders_status__open__closed .................. [RUN]
    HH:MM:SS  2 of 2 FAIL 1 accepted_values_orders_status__open__closed ...................... [FAIL 1 in S.SSs]
    HH:MM:SS  Finished running 1 data test, 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Failure in test accepted_values_orders_status__open__closed (models/properties.yml)
    HH:MM:SS    tests column `status` of `orders`, at models/properties.yml:6:13
    HH:MM:SS    Got 1 result, configured to fail if != 0
    HH:MM:SS    the first row:
    HH:MM:SS    | value_field | n_records |
    HH:MM:SS    |-------------|-----------|
    HH:MM:SS    | lost        | 1         |
    HH:MM:SS    compiled code at target/compiled/shop/models/properties.yml/accepted_values_orders_status__open__closed.sql
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=2
    exit 1
    ");
}

#[test]
fn a_test_that_only_warns() {
    insta::assert_snapshot!(build("
//- models/orders.sql
select unnest([1, null]) as id
//- models/properties.yml
models:
  - name: orders
    columns:
      - name: id
        data_tests:
          - not_null:
              config:
                severity: warn
"), @"
    HH:MM:SS  1 of 2 START sql view model main.orders ........................................ [RUN]
    HH:MM:SS  1 of 2 OK created sql view model main.orders ................................... [OK in S.SSs]
    HH:MM:SS  2 of 2 START test not_null_orders_id ........................................... [RUN]
    HH:MM:SS  2 of 2 WARN 1 not_null_orders_id ............................................... [WARN 1 in S.SSs]
    HH:MM:SS  Finished running 1 data test, 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 warning:
    HH:MM:SS  Warning in test not_null_orders_id (models/properties.yml)
    HH:MM:SS    tests column `id` of `orders`, at models/properties.yml:6:13
    HH:MM:SS    Got 1 result, configured to warn if != 0
    HH:MM:SS    the first row:
    HH:MM:SS    | id |
    HH:MM:SS    |----|
    HH:MM:SS    |    |
    HH:MM:SS    compiled code at target/compiled/shop/models/properties.yml/not_null_orders_id.sql
    HH:MM:SS  Done. PASS=1 WARN=1 ERROR=0 SKIP=0 NO-OP=0 TOTAL=2
    exit 0
    ");
}

#[test]
fn a_test_of_its_own_that_fails() {
    insta::assert_snapshot!(build("
//- models/orders.sql
select -1 as amount
//- tests/no_negative_amounts.sql
select * from {{ ref('orders') }} where amount < 0
"), @r"
    HH:MM:SS  1 of 2 START sql view model main.orders ........................................ [RUN]
    HH:MM:SS  1 of 2 OK created sql view model main.orders ................................... [OK in S.SSs]
    HH:MM:SS  2 of 2 START test no_negative_amounts .......................................... [RUN]
    HH:MM:SS  2 of 2 FAIL 1 no_negative_amounts .............................................. [FAIL 1 in S.SSs]
    HH:MM:SS  Finished running 1 data test, 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Failure in test no_negative_amounts (tests/no_negative_amounts.sql)
    HH:MM:SS    Got 1 result, configured to fail if != 0
    HH:MM:SS    the first row:
    HH:MM:SS    | amount |
    HH:MM:SS    |--------|
    HH:MM:SS    | -1     |
    HH:MM:SS    compiled code at target/compiled/shop/tests/no_negative_amounts.sql
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=2
    exit 1
    ");
}

#[test]
fn a_test_of_an_unknown_column() {
    insta::assert_snapshot!(build("
//- models/orders.sql
select 1 as id
//- models/properties.yml
models:
  - name: orders
    columns:
      - name: idd
        data_tests: [not_null]
"), @r#"
    HH:MM:SS  1 of 2 START sql view model main.orders ........................................ [RUN]
    HH:MM:SS  1 of 2 OK created sql view model main.orders ................................... [OK in S.SSs]
    HH:MM:SS  2 of 2 START test not_null_orders_idd .......................................... [RUN]
    HH:MM:SS  2 of 2 ERROR not_null_orders_idd ............................................... [ERROR in S.SSs]
    HH:MM:SS  Finished running 1 data test, 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in test not_null_orders_idd (models/properties.yml)
    HH:MM:SS    tests column `idd` of `orders`, at models/properties.yml:5:22
    HH:MM:SS  error[database-error]: Binder Error: Referenced column "idd" not found in FROM clause!
    HH:MM:SS   --> models/properties.yml:5:22
    HH:MM:SS    |
    HH:MM:SS  5 |         data_tests: [not_null]
    HH:MM:SS    |                      ^^^^^^^^
    HH:MM:SS    |
    HH:MM:SS    = note: Candidate bindings: "id"
    HH:MM:SS    compiled code at target/compiled/shop/models/properties.yml/not_null_orders_idd.sql
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=2
    exit 1
    "#);
}

#[test]
fn a_missing_file_of_a_source() {
    insta::assert_snapshot!(build("
//- models/properties.yml
sources:
  - name: raw
    meta:
      external_location: \"read_csv('data/{name}.csv')\"
    tables:
      - name: orders
//- models/orders.sql
select *
from {{ source('raw', 'orders') }}
"), @r#"
    HH:MM:SS  1 of 1 START sql view model main.orders ........................................ [RUN]
    HH:MM:SS  1 of 1 ERROR creating sql view model main.orders ............................... [ERROR in S.SSs]
    HH:MM:SS  Finished running 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in model orders (models/orders.sql)
    HH:MM:SS  error[database-error]: IO Error: No files found that match the pattern "data/orders.csv"
    HH:MM:SS   --> models/orders.sql:2:9
    HH:MM:SS    |
    HH:MM:SS  2 | from {{ source('raw', 'orders') }}
    HH:MM:SS    |         ^^^^^^^^^^^^^^^^^^^^^^^
    HH:MM:SS    compiled code at target/compiled/shop/models/orders.sql
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
    exit 1
    "#);
}

#[test]
fn a_seed_with_a_ragged_row() {
    insta::assert_snapshot!(build("
//- seeds/orders.csv
id,amount
1,2
2,3,4
"), @"
    HH:MM:SS  1 of 1 START seed file main.orders ............................................. [RUN]
    HH:MM:SS  1 of 1 ERROR loading seed file main.orders ..................................... [ERROR in S.SSs]
    HH:MM:SS  Finished running 1 seed in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in seed orders (seeds/orders.csv)
    HH:MM:SS  error[jinja-error]: this row has 3 values, and the header names 2 columns
    HH:MM:SS   --> seeds/orders.csv:3:1
    HH:MM:SS    |
    HH:MM:SS  3 | 2,3,4
    HH:MM:SS    | ^^^^^
    HH:MM:SS    |
    HH:MM:SS    = help: give every row as many values as the header; put a value that holds a delimiter in quotes
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
    exit 1
    ");
}
