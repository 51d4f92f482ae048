//! Models and macros broken on purpose: what is printed, and that it points at the user's own line.

use crate::support::project::Project;
use crate::support::run::run;

/// Builds the project on one thread and tells what was printed.
fn build(text: &str) -> String {
    run(&Project::new(text), "build --threads 1").news()
}

#[test]
fn a_tag_that_is_not_closed() {
    insta::assert_snapshot!(build("
//- models/orders.sql
select 1 as id
{% if true %}
where true
"), @"
    error[jinja-syntax]: this `if` is never closed
     --> models/orders.sql:2:1
      |
    2 | {% if true %}
      | ^^^^^^^^^^^^^
      |
      = help: close it with `{% endif %}`
    ! the project has 1 error; nothing was run
    exit 2
    ");
}

#[test]
fn an_expression_that_is_not_closed() {
    insta::assert_snapshot!(build("
//- models/orders.sql
select {{ 1 + as id
"), @"
    error[jinja-syntax]: this expression is never closed
     --> models/orders.sql:1:8
      |
    1 | select {{ 1 + as id
      |        ^^
      |
      = help: close it with `}}`
    ! the project has 1 error; nothing was run
    exit 2
    ");
}

#[test]
fn an_undefined_macro() {
    insta::assert_snapshot!(build("
//- macros/money.sql
{% macro cents(column) %}({{ column }} / 100){% endmacro %}
//- models/orders.sql
select
    {{ cent('amount') }} as amount
"), @"
    HH:MM:SS  1 of 1 START sql view model main.orders ........................................ [RUN]
    HH:MM:SS  1 of 1 ERROR creating sql view model main.orders ............................... [ERROR in S.SSs]
    HH:MM:SS  Finished running 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in model orders (models/orders.sql)
    HH:MM:SS  error[jinja-error]: 'cent' is undefined
    HH:MM:SS   --> models/orders.sql:2:8
    HH:MM:SS    |
    HH:MM:SS  2 |     {{ cent('amount') }} as amount
    HH:MM:SS    |        ^^^^^^^^^^^^^^
    HH:MM:SS    |
    HH:MM:SS    = help: did you mean `cents`?
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
    exit 1
    ");
}

#[test]
fn an_unknown_ref() {
    insta::assert_snapshot!(build("
//- models/customers.sql
select 1 as id
//- models/orders.sql
select *
from {{ ref('custmers') }}
"), @r"
    error[unknown-ref]: model `orders` depends on a node named `custmers` which was not found
     --> models/orders.sql:2:9
      |
    2 | from {{ ref('custmers') }}
      |         ^^^^^^^^^^^^^^^ no model, seed or snapshot of this name
      |
      = help: did you mean `customers`?
    ! the project has 1 error; nothing was run
    exit 2
    ");
}

#[test]
fn an_unknown_source() {
    insta::assert_snapshot!(build("
//- models/properties.yml
sources:
  - name: raw
    tables:
      - name: orders
//- models/orders.sql
select *
from {{ source('raw', 'ordes') }}
"), @r"
    error[unknown-source]: model `orders` depends on a source named `raw.ordes` which was not found
     --> models/orders.sql:2:9
      |
    2 | from {{ source('raw', 'ordes') }}
      |         ^^^^^^^^^^^^^^^^^^^^^^ no source table of this name
      |
      = help: did you mean `raw.orders`?
    ! the project has 1 error; nothing was run
    exit 2
    ");
}

#[test]
fn a_cycle() {
    insta::assert_snapshot!(build("
//- models/a.sql
select * from {{ ref('c') }}
//- models/b.sql
select * from {{ ref('a') }}
//- models/c.sql
select *
from {{ ref('b') }}
"), @r"
    error[cycle]: these nodes depend on each other in a circle: a -> c -> b -> a
     --> models/a.sql:1:18
      |
    1 | select * from {{ ref('c') }}
      |                  ^^^^^^^^ `a` needs `c` here
      |
     ::: models/c.sql:2:9
      |
    2 | from {{ ref('b') }}
      |         -------- `c` needs `b` here
      |
     ::: models/b.sql:1:18
      |
    1 | select * from {{ ref('a') }}
      |                  -------- `b` needs `a` here
      |
      = help: take one of these references out, or move the shared part into a model of its own
    ! the project has 1 error; nothing was run
    exit 2
    ");
}

#[test]
fn wrong_sql() {
    insta::assert_snapshot!(build("
//- models/orders.sql
{% set names = ['a', 'b'] %}
select
    {% for name in names %}
    1 as {{ name }},
    {% endfor %}
    2 as c
form nowhere
//- models/later.sql
select * from {{ ref('orders') }}
"), @r#"
    HH:MM:SS  1 of 2 START sql view model main.orders ........................................ [RUN]
    HH:MM:SS  1 of 2 ERROR creating sql view model main.orders ............................... [ERROR in S.SSs]
    HH:MM:SS  2 of 2 SKIP relation main.later ................................................ [SKIP]  because of orders
    HH:MM:SS  Finished running 2 view models in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in model orders (models/orders.sql)
    HH:MM:SS  error[database-error]: Parser Error: syntax error at or near "form"
    HH:MM:SS   --> models/orders.sql:7:1
    HH:MM:SS    |
    HH:MM:SS  7 | form nowhere
    HH:MM:SS    | ^^^^
    HH:MM:SS    compiled code at target/compiled/shop/models/orders.sql
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=1 NO-OP=0 TOTAL=2
    exit 1
    "#);
}

#[test]
fn an_unknown_column() {
    insta::assert_snapshot!(build("
//- models/customers.sql
select 1 as customer_id
//- models/orders.sql
{{ config(materialized='table') }}

select
    custmer_id
from {{ ref('customers') }}
"), @r#"
    HH:MM:SS  1 of 2 START sql view model main.customers ..................................... [RUN]
    HH:MM:SS  1 of 2 OK created sql view model main.customers ................................ [OK in S.SSs]
    HH:MM:SS  2 of 2 START sql table model main.orders ....................................... [RUN]
    HH:MM:SS  2 of 2 ERROR creating sql table model main.orders .............................. [ERROR in S.SSs]
    HH:MM:SS  Finished running 1 table model, 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in model orders (models/orders.sql)
    HH:MM:SS  error[database-error]: Binder Error: Referenced column "custmer_id" not found in FROM clause!
    HH:MM:SS   --> models/orders.sql:4:5
    HH:MM:SS    |
    HH:MM:SS  4 |     custmer_id
    HH:MM:SS    |     ^^^^^^^^^^
    HH:MM:SS    |
    HH:MM:SS    = note: Candidate bindings: "customer_id"
    HH:MM:SS    compiled code at target/compiled/shop/models/orders.sql
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=2
    exit 1
    "#);
}

#[test]
fn an_unknown_column_named_by_a_macro() {
    insta::assert_snapshot!(build("
//- macros/money.sql
{% macro cents(column) %}
    ({{ column }} / 100)
{% endmacro %}
//- models/orders.sql
select {{ cents('amont') }} as amount
from (select 1 as amount)
"), @r#"
    HH:MM:SS  1 of 1 START sql view model main.orders ........................................ [RUN]
    HH:MM:SS  1 of 1 ERROR creating sql view model main.orders ............................... [ERROR in S.SSs]
    HH:MM:SS  Finished running 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in model orders (models/orders.sql)
    HH:MM:SS  error[database-error]: Binder Error: Referenced column "amont" not found in FROM clause!
    HH:MM:SS   --> macros/money.sql:2:9
    HH:MM:SS    |
    HH:MM:SS  2 |     ({{ column }} / 100)
    HH:MM:SS    |         ^^^^^^
    HH:MM:SS    |
    HH:MM:SS   ::: models/orders.sql:1:11
    HH:MM:SS    |
    HH:MM:SS  1 | select {{ cents('amont') }} as amount
    HH:MM:SS    |           -------------- in macro `cents`, called here
    HH:MM:SS    |
    HH:MM:SS    = note: Candidate bindings: "amount"
    HH:MM:SS    compiled code at target/compiled/shop/models/orders.sql
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
    exit 1
    "#);
}

#[test]
fn an_error_inside_a_macro() {
    insta::assert_snapshot!(build("
//- macros/money.sql
{% macro outer(column) %}
    {{ inner(column) }}
{% endmacro %}
{% macro inner(column) %}
    {{ exceptions.raise_compiler_error('no cents in ' ~ column) }}
{% endmacro %}
//- models/orders.sql
select
    {{ outer('amount') }} as amount
"), @r"
    error[jinja-error]: no cents in amount
     --> macros/money.sql:5:18
      |
    2 |     {{ inner(column) }}
      |        ------------- in macro `inner`, called here
    ...
    5 |     {{ exceptions.raise_compiler_error('no cents in ' ~ column) }}
      |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
     ::: models/orders.sql:2:8
      |
    2 |     {{ outer('amount') }} as amount
      |        --------------- in macro `outer`, called here
    ! the project has 1 error; nothing was run
    exit 2
    ");
}

#[test]
fn an_undefined_variable() {
    insta::assert_snapshot!(build("
//- models/orders.sql
select {{ var('start') }} as start
"), @r"
    HH:MM:SS  1 of 1 START sql view model main.orders ........................................ [RUN]
    HH:MM:SS  1 of 1 ERROR creating sql view model main.orders ............................... [ERROR in S.SSs]
    HH:MM:SS  Finished running 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in model orders (models/orders.sql)
    HH:MM:SS  error[jinja-error]: Required var 'start' not found in config
    HH:MM:SS   --> models/orders.sql:1:11
    HH:MM:SS    |
    HH:MM:SS  1 | select {{ var('start') }} as start
    HH:MM:SS    |           ^^^^^^^^^^^^
    HH:MM:SS    |
    HH:MM:SS    = help: give it with `--vars '{start: ...}'`, under `vars:` in the project file, or give a default
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
    exit 1
    ");
}

#[test]
fn errors_in_two_files_are_told_in_one_pass() {
    insta::assert_snapshot!(build("
//- models/customers.sql
select * from {{ ref('nobody') }}
//- models/orders.sql
select {{ 1 as id
//- models/payments.sql
select * from {{ source('raw', 'payments') }}
"), @"
    error[unknown-ref]: model `customers` depends on a node named `nobody` which was not found
     --> models/customers.sql:1:18
      |
    1 | select * from {{ ref('nobody') }}
      |                  ^^^^^^^^^^^^^ no model, seed or snapshot of this name
    error[jinja-syntax]: this expression is never closed
     --> models/orders.sql:1:8
      |
    1 | select {{ 1 as id
      |        ^^
      |
      = help: close it with `}}`
    error[unknown-source]: model `payments` depends on a source named `raw.payments` which was not found
     --> models/payments.sql:1:18
      |
    1 | select * from {{ source('raw', 'payments') }}
      |                  ^^^^^^^^^^^^^^^^^^^^^^^^^ no source table of this name
    ! the project has 3 errors; nothing was run
    exit 2
    ");
}

#[test]
fn a_failing_model_leaves_others_running() {
    insta::assert_snapshot!(build("
//- models/broken.sql
{{ config(materialized='table') }}
select cast('x' as integer) as id
//- models/child.sql
select * from {{ ref('broken') }}
//- models/whole.sql
select 1 as id
"), @"
    HH:MM:SS  1 of 3 START sql table model main.broken ....................................... [RUN]
    HH:MM:SS  1 of 3 ERROR creating sql table model main.broken .............................. [ERROR in S.SSs]
    HH:MM:SS  2 of 3 START sql view model main.whole ......................................... [RUN]
    HH:MM:SS  2 of 3 OK created sql view model main.whole .................................... [OK in S.SSs]
    HH:MM:SS  3 of 3 SKIP relation main.child ................................................ [SKIP]  because of broken
    HH:MM:SS  Finished running 1 table model, 2 view models in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in model broken (models/broken.sql)
    HH:MM:SS  error[database-error]: Conversion Error: Could not convert string 'x' to INT32
    HH:MM:SS   --> models/broken.sql:2:8
    HH:MM:SS    |
    HH:MM:SS  2 | select cast('x' as integer) as id
    HH:MM:SS    |        ^^^^
    HH:MM:SS    compiled code at target/compiled/shop/models/broken.sql
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=1 SKIP=1 NO-OP=0 TOTAL=3
    exit 1
    ");
}
