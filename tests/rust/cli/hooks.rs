//! Hooks around a run, and the comments of statements.

use crate::support::project::Project;
use crate::support::run::{run, run_with, succeed};

/// A project with a model and these lines in its project file.
fn shop(lines: &str) -> Project {
    Project::new(&format!(
        "
//- dbt_project.yml
name: shop
{lines}
//- models/orders.sql
{{{{ config(materialized='table') }}}}
select 1 as id
"
    ))
}

#[test]
fn hooks_run_around_the_nodes_and_count() {
    let project = shop(
        "on-run-start: create table seen as select 0 as n
on-run-end:
  - \"insert into seen {% for result in results %}select {{ result.node.config.materialized == 'table' }}{% endfor %}\"
  - \"{% if execute %}{% do run_query('insert into seen values (2)') %}{% endif %}\"",
    );
    insta::assert_snapshot!(run(&project, "build --threads 1").told(), @"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    HH:MM:SS  Registered adapter: duckdb=V.V.V
    HH:MM:SS  Found 1 model, 3 operations, NNN macros
    HH:MM:SS
    HH:MM:SS  Concurrency: 1 thread (target='dev')
    HH:MM:SS
    HH:MM:SS  1 of 1 START hook: shop.on-run-start.0 ......................................... [RUN]
    HH:MM:SS  1 of 1 OK hook: shop.on-run-start.0 ............................................ [OK in S.SSs]
    HH:MM:SS
    HH:MM:SS  1 of 1 START sql table model main.orders ....................................... [RUN]
    HH:MM:SS  1 of 1 OK created sql table model main.orders .................................. [OK in S.SSs]
    HH:MM:SS
    HH:MM:SS  1 of 2 START hook: shop.on-run-end.0 ........................................... [RUN]
    HH:MM:SS  1 of 2 OK hook: shop.on-run-end.0 .............................................. [OK in S.SSs]
    HH:MM:SS  2 of 2 START hook: shop.on-run-end.1 ........................................... [RUN]
    HH:MM:SS  2 of 2 OK hook: shop.on-run-end.1 .............................................. [OK in S.SSs]
    HH:MM:SS
    HH:MM:SS  Finished running 3 project hooks, 1 table model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS
    HH:MM:SS  Completed successfully
    HH:MM:SS
    HH:MM:SS  Done. PASS=4 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=4
    exit 0
    ");
    assert_eq!(project.query("select n from seen order by n"), "0\n1\n2");
    insta::assert_snapshot!(run(&project, "list").told(), @"
    shop.orders
    exit 0
    ");
}

#[test]
fn a_first_hook_that_fails_skips_those_after_it() {
    let lines = "on-run-start:
  - create table seen (n int)
  - |
    insert into seen
    values (nope)
  - insert into seen values (3)
on-run-end: insert into seen values ({{ results | length }})";
    let project = shop(lines);
    insta::assert_snapshot!(run(&project, "run --threads 1").news(), @r#"
    HH:MM:SS  1 of 3 START hook: shop.on-run-start.0 ......................................... [RUN]
    HH:MM:SS  1 of 3 OK hook: shop.on-run-start.0 ............................................ [OK in S.SSs]
    HH:MM:SS  2 of 3 START hook: shop.on-run-start.1 ......................................... [RUN]
    HH:MM:SS  2 of 3 ERROR hook: shop.on-run-start.1 ......................................... [ERROR in S.SSs]
    HH:MM:SS  3 of 3 SKIP hook: shop.on-run-start.2 .......................................... [SKIP]
    HH:MM:SS  1 of 1 START sql table model main.orders ....................................... [RUN]
    HH:MM:SS  1 of 1 OK created sql table model main.orders .................................. [OK in S.SSs]
    HH:MM:SS  1 of 1 START hook: shop.on-run-end.0 ........................................... [RUN]
    HH:MM:SS  1 of 1 OK hook: shop.on-run-end.0 .............................................. [OK in S.SSs]
    HH:MM:SS  Finished running 4 project hooks, 1 table model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in operation shop-on-run-start-1 (./dbt_project.yml)
    HH:MM:SS  error[database-error]: Binder Error: Referenced column "nope" was not found because the FROM clause is missing
    HH:MM:SS   --> dbt_project.yml:6:13
    HH:MM:SS    |
    HH:MM:SS  6 |     values (nope)
    HH:MM:SS    |             ^^^^
    HH:MM:SS    compiled code at target/compiled/shop/./dbt_project.yml/hooks/shop-on-run-start-1.sql
    HH:MM:SS  Done. PASS=3 WARN=0 ERROR=1 SKIP=1 NO-OP=0 TOTAL=5
    exit 1
    "#);
    assert_eq!(project.query("select n from seen"), "2");
    let project = shop(&format!("flags: {{skip_nodes_if_on_run_start_fails: true}}\n{lines}"));
    insta::assert_snapshot!(run(&project, "run --threads 1").news(), @r#"
    HH:MM:SS  1 of 3 START hook: shop.on-run-start.0 ......................................... [RUN]
    HH:MM:SS  1 of 3 OK hook: shop.on-run-start.0 ............................................ [OK in S.SSs]
    HH:MM:SS  2 of 3 START hook: shop.on-run-start.1 ......................................... [RUN]
    HH:MM:SS  2 of 3 ERROR hook: shop.on-run-start.1 ......................................... [ERROR in S.SSs]
    HH:MM:SS  3 of 3 SKIP hook: shop.on-run-start.2 .......................................... [SKIP]
    HH:MM:SS  1 of 1 SKIP relation main.orders ............................................... [SKIP]
    HH:MM:SS  1 of 1 START hook: shop.on-run-end.0 ........................................... [RUN]
    HH:MM:SS  1 of 1 OK hook: shop.on-run-end.0 .............................................. [OK in S.SSs]
    HH:MM:SS  Finished running 4 project hooks, 1 table model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in operation shop-on-run-start-1 (./dbt_project.yml)
    HH:MM:SS  error[database-error]: Binder Error: Referenced column "nope" was not found because the FROM clause is missing
    HH:MM:SS   --> dbt_project.yml:7:13
    HH:MM:SS    |
    HH:MM:SS  7 |     values (nope)
    HH:MM:SS    |             ^^^^
    HH:MM:SS    compiled code at target/compiled/shop/./dbt_project.yml/hooks/shop-on-run-start-1.sql
    HH:MM:SS  Done. PASS=2 WARN=0 ERROR=1 SKIP=2 NO-OP=0 TOTAL=5
    exit 1
    "#);
}

#[test]
fn hooks_run_outside_of_a_transaction() {
    let project = shop("on-run-start: begin; create table seen (n int); commit");
    succeed(&project, "run");
    assert_eq!(project.query("select count(*) from seen"), "0");
}

#[test]
fn nothing_to_do_means_no_hooks() {
    let project = shop("on-run-start: create table seen (n int)");
    insta::assert_snapshot!(run(&project, "run --select nobody").news(), @"
    HH:MM:SS  [WARNING]: The selection criterion 'nobody' does not match any enabled nodes
    HH:MM:SS  [WARNING]: Nothing to do. Try checking your model configs and model specification args
    exit 0
    ");
    assert!(!project.path("shop.duckdb").exists());
}

#[test]
fn what_is_wrong_with_a_hook_is_told_where_it_stands() {
    let project = shop("on-run-end:\n  - select * from {{ ref('order') }}");
    insta::assert_snapshot!(run(&project, "parse").told(), @"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    error[unknown-ref]: operation `shop-on-run-end-0` depends on a node named `order` which was not found
     --> dbt_project.yml:3:22
      |
    3 |   - select * from {{ ref('order') }}
      |                      ^^^^^^^^^^^^ no model, seed or snapshot of this name
      |
      = help: did you mean `orders`?

    ! the project has 1 error; nothing was run
    exit 2
    ");
    let project = shop("on-run-end:\n  - select {{ 1 + }}");
    insta::assert_snapshot!(run(&project, "parse").told(), @"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    error[jinja-syntax]: this is not Jinja: unexpected `}}`
     --> dbt_project.yml:3:19
      |
    3 |   - select {{ 1 + }}
      |                   ^^

    ! the project has 1 error; nothing was run
    exit 2
    ");
}

/// A model that keeps its own statement's text.
const CURRENT: &str = "{{ config(materialized='table') }} select current_query() as q";

#[test]
fn a_comment_can_be_had_otherwise_or_not_at_all() {
    let project = shop("query-comment: \"{{ say(node) }}\"");
    project.write("models/orders.sql", CURRENT);
    project.write("macros/say.sql", "{% macro say(node) %}{{ return('for ' ~ node.name) }}{% endmacro %}");
    succeed(&project, "run");
    assert_eq!(project.query("select split_part(q, chr(10), 1) from orders"), "/* for orders */");
    let project = shop("query-comment: ''");
    project.write("models/orders.sql", CURRENT);
    succeed(&project, "run");
    assert_eq!(project.query("select contains(q, '/*') from orders"), "false");
}

#[test]
fn a_comment_moves_no_place() {
    for lines in [
        "query-comment: |\n  two\n  lines with {{ node.name }} and nope",
        "query-comment: {comment: nope, append: true}",
    ] {
        let project = shop(lines);
        project.write("models/orders.sql", "select 1 as id,\n  nope\n");
        let told = run(&project, "run --threads 1").news();
        assert!(told.contains("models/orders.sql:2:3"), "{told}");
    }
}

#[test]
fn a_comment_that_cannot_be_is_told() {
    insta::assert_snapshot!(run(&shop("query-comment: [a]"), "run").news(), @"
    error[invalid-value]: `query-comment` must be a text, or a mapping with `comment` and `append`
     --> dbt_project.yml:2:16
      |
    2 | query-comment: [a]
      |                ^^^
    ! the project has 1 error; nothing was run
    exit 2
    ");
    insta::assert_snapshot!(run(&shop("query-comment: '{{ 1 + }}'"), "run").news(), @"
    error[jinja-syntax]: this is not Jinja: unexpected `}}`
     --> dbt_project.yml:2:24
      |
    2 | query-comment: '{{ 1 + }}'
      |                        ^^
    ! the project has 1 error; nothing was run
    exit 2
    ");
    insta::assert_snapshot!(run(&shop("query-comment: 'a */ drop table x'"), "run").news(), @r#"
    ! error: query comment contains illegal value "*/": a */ drop table x
    exit 2
    "#);
    insta::assert_snapshot!(
        run_with(&shop("query-comment: '{{ nothing_here() }}'"), &["show", "--inline", "select 1"]).news(), @"
    ! error[jinja-error]: the query comment cannot be rendered: 'nothing_here' is undefined
    exit 2
    ");
}
