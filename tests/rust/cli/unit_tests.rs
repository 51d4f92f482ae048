//! Unit tests: what is said of those that fail, and of those that cannot be.

use crate::support::project::Project;
use crate::support::run::{run, succeed};

fn project(tests: &str) -> Project {
    let project = Project::new(
        "
//- models/orders.sql
select 1 as id, 'new' as state
//- models/late.sql
select id, upper(state) as state from {{ ref('orders') }}
//- models/grown.sql
{{ config(materialized='incremental') }}
select id from {{ ref('orders') }} {% if is_incremental() %}where id > 1{% endif %}
",
    );
    project.write("models/tests.yml", &format!("unit_tests:\n{tests}"));
    project
}

#[test]
fn a_test_that_fails() {
    let project = project(
        "  - name: upper
    model: late
    given: [{input: ref('orders'), rows: [{id: 1, state: a}, {id: 2, state: b}]}]
    expect: {rows: [{id: 1, state: A}, {id: 2, state: C}]}
",
    );
    succeed(&project, "run --select orders");
    insta::assert_snapshot!(run(&project, "build --select late --threads 1").news(), @"
    HH:MM:SS  1 of 2 START unit_test late::upper ............................................. [RUN]
    HH:MM:SS  1 of 2 FAIL 1 late::upper ...................................................... [FAIL 1 in S.SSs]
    HH:MM:SS  2 of 2 SKIP relation main.late ................................................. [SKIP]  because of late.upper
    HH:MM:SS  Finished running 1 unit test, 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Failure in test late::upper (models/tests.yml)
    HH:MM:SS    actual differs from expected:
    HH:MM:SS    @@,id,state
    HH:MM:SS      ,1 ,A
    HH:MM:SS    → ,2 ,C→B
    HH:MM:SS    compiled code at target/compiled/shop/models/tests.yml/models/upper.sql
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=1 NO-OP=0 TOTAL=2
    exit 1
    ");
}

#[test]
fn tests_that_cannot_be() {
    let tests = "  - name: of_nothing
    model: lat
    given: []
    expect: {rows: []}
  - name: without_expectation
    model: late
    given: []
  - name: not_said
    model: grown
    given: [{input: ref('orders'), rows: []}]
    expect: {rows: []}
  - name: without_this
    model: grown
    overrides: {macros: {is_incremental: true}}
    given: [{input: ref('orders'), rows: []}]
    expect: {rows: []}
";
    insta::assert_snapshot!(run(&project(tests), "parse").news(), @"
    error[unknown-ref]: the unit test `of_nothing` tests `lat`, which is no model
     --> models/tests.yml:3:12
      |
    3 |     model: lat
      |            ^^^
      |
      = help: did you mean `late`?
    error[missing-key]: the unit test `without_expectation` expects nothing
     --> models/tests.yml:6:11
      |
    6 |   - name: without_expectation
      |           ^^^^^^^^^^^^^^^^^^^
      |
      = help: write `expect: {rows: [...]}`
    error[missing-key]: `grown` asks `is_incremental()`, and the unit test `not_said` does not say
     --> models/tests.yml:9:11
      |
    9 |   - name: not_said
      |           ^^^^^^^^
      |
      = help: write `overrides: {macros: {is_incremental: false}}`, or true
    error[missing-key]: the unit test `without_this` of the incremental model `grown` gives no rows of `this`
      --> models/tests.yml:13:11
       |
    13 |   - name: without_this
       |           ^^^^^^^^^^^^
       |
       = help: add `- input: this` to `given`
    ! the project has 4 errors; nothing was run
    exit 2
    ");
}

#[test]
fn rows_that_cannot_be() {
    let tests = "  - name: wrong_input
    model: late
    given: [{input: orders, rows: []}]
    expect: {rows: []}
  - name: wrong_format
    model: late
    given: [{input: ref('orders'), format: json, rows: []}]
    expect: {format: csv, rows: []}
  - name: no_file
    model: late
    given: [{input: ref('orders'), format: csv, fixture: gone}]
    expect: {rows: nothing}
  - name: no_rows
    model: late
    given: [{input: ref('orders')}]
    expect: {rows: []}
";
    insta::assert_snapshot!(run(&project(tests), "parse").news(), @"
    error[invalid-value]: `orders` is no input: it must be a call of ref or source, or `this`
     --> models/tests.yml:4:13
      |
    4 |     given: [{input: orders, rows: []}]
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `input: ref('model')`
    error[invalid-value]: `json` is no format of rows: it must be dict, csv or sql
     --> models/tests.yml:8:44
      |
    8 |     given: [{input: ref('orders'), format: json, rows: []}]
      |                                            ^^^^
    error[invalid-value]: rows of the format csv are a text, or a file that `fixture` names
     --> models/tests.yml:9:33
      |
    9 |     expect: {format: csv, rows: []}
      |                                 ^^
    error[unreadable-file]: there is no fixture `gone.csv` in `tests/fixtures`
      --> models/tests.yml:12:13
       |
    12 |     given: [{input: ref('orders'), format: csv, fixture: gone}]
       |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    error[invalid-value]: rows of the format dict are a list of mappings
      --> models/tests.yml:13:20
       |
    13 |     expect: {rows: nothing}
       |                    ^^^^^^^
       |
       = help: write `rows: [{column: value}]`
    error[missing-key]: `ref('orders')` is given without rows, and is no seed
      --> models/tests.yml:16:13
       |
    16 |     given: [{input: ref('orders')}]
       |             ^^^^^^^^^^^^^^^^^^^^^^
       |
       = help: add `rows`
    ! the project has 6 errors; nothing was run
    exit 2
    ");
}

#[test]
fn a_row_of_csv_that_is_too_long() {
    let tests = "
unit_tests:
  - name: ragged
    model: late
    given: [{input: ref('orders'), format: csv, rows: \"id\\n1\\n2,3\\n\"}]
    expect: {rows: []}
";
    let answer = run(&project(tests), "parse");
    assert_eq!(answer.code, 2);
    let said = answer.news();
    assert!(said.contains("line 3 of the rows has more values than there are columns"), "{said}");
}

#[test]
fn inputs_that_are_not_known() {
    let project = project(
        "  - name: unknown_column
    model: late
    given: [{input: ref('orders'), rows: [{number: 1}]}]
    expect: {rows: [{id: 1}]}
  - name: nothing_given
    model: late
    given: []
    expect: {rows: [{id: 1}]}
",
    );
    insta::assert_snapshot!(run(&project, "test --select unknown_column").news(), @r#"
    HH:MM:SS  1 of 1 START unit_test late::unknown_column .................................... [RUN]
    HH:MM:SS  1 of 1 ERROR late::unknown_column .............................................. [ERROR in S.SSs]
    HH:MM:SS  Finished running 1 unit test in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in unit_test late::unknown_column (models/tests.yml)
    HH:MM:SS  error[jinja-error]: the columns of "shop"."main"."orders" are not known: build it first, or give the fixture as SQL
    HH:MM:SS   --> models/tests.yml:4:42
    HH:MM:SS    |
    HH:MM:SS  4 |     given: [{input: ref('orders'), rows: [{number: 1}]}]
    HH:MM:SS    |                                          ^^^^^^^^^^^^^
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
    exit 1
    "#);
    succeed(&project, "run --select orders");
    insta::assert_snapshot!(run(&project, "test --threads 1").news(), @"
    HH:MM:SS  1 of 2 START unit_test late::nothing_given ..................................... [RUN]
    HH:MM:SS  1 of 2 ERROR late::nothing_given ............................................... [ERROR in S.SSs]
    HH:MM:SS  2 of 2 START unit_test late::unknown_column .................................... [RUN]
    HH:MM:SS  2 of 2 ERROR late::unknown_column .............................................. [ERROR in S.SSs]
    HH:MM:SS  Finished running 2 unit tests in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 2 errors, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in unit_test late::nothing_given (models/tests.yml)
    HH:MM:SS  error[jinja-error]: the unit test `nothing_given` gives no rows of `orders`, which the model reads
    HH:MM:SS   --> models/late.sql:1:42
    HH:MM:SS    |
    HH:MM:SS  1 | select id, upper(state) as state from {{ ref('orders') }}
    HH:MM:SS    |                                          ^^^^^^^^^^^^^
    HH:MM:SS    |
    HH:MM:SS    = help: add `- input: ref(...)` to `given`
    HH:MM:SS  Error in unit_test late::unknown_column (models/tests.yml)
    HH:MM:SS  error[jinja-error]: the fixture has a column 'number' that 'orders' does not have; it has: id, state
    HH:MM:SS   --> models/tests.yml:4:42
    HH:MM:SS    |
    HH:MM:SS  4 |     given: [{input: ref('orders'), rows: [{number: 1}]}]
    HH:MM:SS    |                                          ^^^^^^^^^^^^^
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=2 SKIP=0 NO-OP=0 TOTAL=2
    exit 1
    ");
}

#[test]
fn tests_are_listed_and_named_by_version() {
    let project = Project::new(
        "
//- models/raw.sql
select 1 as id
//- models/orders_v1.sql
select id from {{ ref('raw') }}
//- models/orders_v2.sql
select id from {{ ref('raw') }}
//- models/tests.yml
models:
  - name: orders
    latest_version: 2
    versions: [{v: 1}, {v: 2}]
unit_tests:
  - name: same
    model: orders
    config: {tags: [quick]}
    given: [{input: ref('raw'), rows: [{id: 4}]}]
    expect: {rows: [{id: 4}]}
",
    );
    insta::assert_snapshot!(run(&project, "list --select tag:quick").told(), @"
    unit_test:shop.same_v1
    unit_test:shop.same_v2
    exit 0
    ");
    insta::assert_snapshot!(run(&project, "list --select test_type:unit --output name").told(), @"
    same
    same
    exit 0
    ");
    insta::assert_snapshot!(run(&project, "build --threads 1 --select raw orders.v2").news(), @"
    HH:MM:SS  1 of 3 START sql view model main.raw ........................................... [RUN]
    HH:MM:SS  1 of 3 OK created sql view model main.raw ...................................... [OK in S.SSs]
    HH:MM:SS  2 of 3 START unit_test orders::same_v2 ......................................... [RUN]
    HH:MM:SS  2 of 3 PASS orders::same_v2 .................................................... [PASS in S.SSs]
    HH:MM:SS  3 of 3 START sql view model main.orders_v2 ..................................... [RUN]
    HH:MM:SS  3 of 3 OK created sql view model main.orders_v2 ................................ [OK in S.SSs]
    HH:MM:SS  Finished running 1 unit test, 2 view models in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed successfully
    HH:MM:SS  Done. PASS=3 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=3
    exit 0
    ");
}
