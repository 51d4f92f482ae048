//! `query` and `check`: the project as tables, and the project's own rules.

use insta::assert_snapshot;

use crate::support::project::Project;
use crate::support::run::{run, run_with, succeed, succeed_with};

fn shop() -> Project {
    Project::new(
        "
//- models/a.sql
{{ config(materialized='table', tags=['x', 'y'], meta={'owner': 'ann'}) }} select 1 as id
//- models/b.sql
select * from {{ ref('a') }}
//- models/m.yml
version: 2

models:
  - name: a
    description: the first
    columns:
      - name: id
        data_tests: [unique, {accepted_values: {arguments: {values: [1, 2]}}}]
  - name: b
    columns: [{name: id}, {name: other, data_type: text}]
exposures:
  - {name: board, type: dashboard, owner: {name: ann, email: a@b.c}, depends_on: [ref('b')]}
//- tests/one.sql
select * from {{ ref('b') }} where id > 1
",
    )
}

fn asked(project: &Project, question: &str) -> String {
    succeed_with(project, &["query", "--output", "csv", question]).stdout
}

#[test]
fn every_table_has_what_the_project_has() {
    let project = shop();
    assert_snapshot!(asked(&project, "select name, file, line, described_in, materialized, tags, meta->>'owner' as owner, description from nodes where resource_type = 'model' order by all"), @r#"
    name,file,line,described_in,materialized,tags,owner,description
    a,models/a.sql,1,models/m.yml,table,"[x, y]",ann,the first
    b,models/b.sql,1,models/m.yml,view,[],,
    "#);
    assert_snapshot!(asked(&project, "select * exclude (meta, constraints) from columns order by all"), @"
    unique_id,name,number,line,described_in,description,data_type,tags
    model.shop.a,id,1,7,models/m.yml,,,[]
    model.shop.b,id,1,10,models/m.yml,,,[]
    model.shop.b,other,2,10,models/m.yml,,text,[]
    ");
    assert_snapshot!(asked(&project, "select * from edges order by all"), @"
    parent,child
    model.shop.a,model.shop.b
    model.shop.a,test.shop.accepted_values_a_id__1__2.39f922d4f8
    model.shop.a,test.shop.unique_a_id.f6a5f640da
    model.shop.b,exposure.shop.board
    model.shop.b,test.shop.one
    ");
    assert_snapshot!(asked(&project, "select * exclude (unique_id) from tests order by all"), @r#"
    name,kind,test,namespace,node,column_name,arguments,severity
    accepted_values_a_id__1__2,generic,accepted_values,,model.shop.a,id,"{""column_name"":""id"",""values"":[1,2],""model"":""{{ get_where_subquery(ref('a')) }}""}",error
    one,singular,,,model.shop.b,,,error
    unique_a_id,generic,unique,,model.shop.a,id,"{""column_name"":""id"",""model"":""{{ get_where_subquery(ref('a')) }}""}",error
    "#);
    assert_snapshot!(asked(&project, "select * from exposures"), @"
    unique_id,name,type,owner_name,owner_email,url,maturity
    exposure.shop.board,board,dashboard,ann,a@b.c,,
    ");
    assert_snapshot!(asked(&project, "select count(*) from results"), @"
    count_star()
    0
    ");
    succeed(&project, "build");
    assert_snapshot!(asked(&project, "select unique_id, status, failures, command, seconds >= 0 as timed, completed_at >= started_at as ordered from results order by all"), @"
    unique_id,status,failures,command,timed,ordered
    exposure.shop.board,no-op,0,build,true,
    model.shop.a,success,,build,true,true
    model.shop.b,success,,build,true,true
    test.shop.accepted_values_a_id__1__2.39f922d4f8,pass,0,build,true,true
    test.shop.one,pass,0,build,true,true
    test.shop.unique_a_id.f6a5f640da,pass,0,build,true,true
    ");
}

#[test]
fn answers_are_written_in_three_ways_and_alone() {
    let project = shop();
    let question = "select name, line, tags, null as nothing from nodes where name = 'a'";
    for output in ["text", "json", "csv"] {
        let answer = succeed_with(&project, &["query", question, "--output", output]);
        assert_eq!(answer.stderr, "", "{output}");
    }
    assert_snapshot!(succeed_with(&project, &["query", question]).stdout, @"
    | name | line | tags   | nothing |
    |------|------|--------|---------|
    | a    | 1    | [x, y] |         |
    ");
    assert_snapshot!(succeed_with(&project, &["query", question, "--output", "json"]).stdout, @r#"
    [
      {
        "name": "a",
        "line": 1,
        "tags": [
          "x",
          "y"
        ],
        "nothing": null
      }
    ]
    "#);
    assert!(!project.path("dev.duckdb").exists(), "no database of the user's is opened");
}

#[test]
fn a_question_that_is_not_sql_is_shown_where_it_is_wrong() {
    let project = shop();
    assert_snapshot!(run_with(&project, &["query", "select nam from nodes"]).told(), @r#"
    error[database-error]: Binder Error: Referenced column "nam" not found in FROM clause!
                           Candidate bindings: "name", "contract_enforced", "tags", "alias", "access"
     --> the query:1:8
      |
    1 | select nam from nodes
      |        ^^^
      |
      = help: `martlet query --tables` tells what tables and columns there are

    exit 2
    "#);
    assert_snapshot!(run(&project, "query").told(), @"
    ! error: the following required arguments were not provided: <SQL>
    exit 2
    ");
}

#[test]
fn the_tables_are_told() {
    let told = succeed(&shop(), "query --tables").stdout;
    for table in ["nodes:", "columns:", "edges:", "tests:", "macros:", "exposures:", "results:"] {
        assert!(told.contains(table), "{told}");
    }
}

#[test]
fn rules_are_kept_or_broken_at_the_line_of_the_node() {
    let project = shop();
    project.write("checks/described.sql", "-- Every model says what it is.\nselect unique_id from nodes where resource_type = 'model' and description = ''\n");
    project.write("checks/kept.sql", "select * from nodes where name = 'nobody'");
    project.write("checks/columns/typed.sql", "-- Columns have types.\n-- severity: warn\nselect unique_id, name from columns where data_type is null");
    project.write(
        "checks/counted.sql",
        "-- There are few macros.\nselect count(*) as n from exposures having n > 0",
    );
    assert_snapshot!(run(&project, "check --quiet").told(), @"
    error[rule-broken]: counted: There are few macros.
     --> checks/counted.sql:1:1
      |
    1 | -- There are few macros.
      | ^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: n: 1

    error[rule-broken]: described: Every model says what it is.
     --> models/b.sql:1:1
      |
    1 | select * from {{ ref('a') }}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: unique_id: model.shop.b

    exit 1
    ");
    assert_snapshot!(run(&project, "check kept columns/typed").told(), @"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    HH:MM:SS  Registered adapter: duckdb=V.V.V
    HH:MM:SS  Found 2 models, 3 data tests, 1 exposure, NNN macros
    HH:MM:SS
    warning[rule-broken]: columns/typed: Columns have types.
     --> models/m.yml:7:15
      |
    7 |       - name: id
      |               ^^
      |
      = note: unique_id: model.shop.a
      = note: name: id

    warning[rule-broken]: columns/typed: Columns have types.
      --> models/m.yml:10:22
       |
    10 |     columns: [{name: id}, {name: other, data_type: text}]
       |                      ^^
       |
       = note: unique_id: model.shop.b
       = note: name: id

    HH:MM:SS  2 rules: 1 kept, 0 broken, 1 with warnings, 0 that cannot be read
    exit 0
    ");
}

#[test]
fn rules_that_cannot_be_read_are_all_told() {
    let project = shop();
    assert_snapshot!(run(&project, "check").told(), @"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    HH:MM:SS  Registered adapter: duckdb=V.V.V
    HH:MM:SS  Found 2 models, 3 data tests, 1 exposure, NNN macros
    HH:MM:SS
    ! error: there are no rules in checks: put SQL files there that select what must not be, as in `select unique_id from nodes where resource_type = 'model' and description = ''`
    exit 2
    ");
    project.write("rules/one.sql", "select x from nodes");
    project.write("rules/two.sql", "select");
    assert_snapshot!(run(&project, "check --folder rules").told(), @r#"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    HH:MM:SS  Registered adapter: duckdb=V.V.V
    HH:MM:SS  Found 2 models, 3 data tests, 1 exposure, NNN macros
    HH:MM:SS
    error[database-error]: Binder Error: Referenced column "x" not found in FROM clause!
                           Candidate bindings: "access"
     --> rules/one.sql:1:8
      |
    1 | select x from nodes
      |        ^
      |
      = help: `martlet query --tables` tells what tables and columns there are

    error[database-error]: Parser Error: SELECT clause without selection list
     --> rules/two.sql:1:1
      |
    1 | select
      | ^^^^^^
      |
      = help: `martlet query --tables` tells what tables and columns there are

    HH:MM:SS  2 rules: 0 kept, 0 broken, 0 with warnings, 2 that cannot be read
    exit 2
    "#);
    assert_snapshot!(run(&project, "check --folder rules ome").told(), @"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    HH:MM:SS  Registered adapter: duckdb=V.V.V
    HH:MM:SS  Found 2 models, 3 data tests, 1 exposure, NNN macros
    HH:MM:SS
    ! error: there is no rule `ome` in rules; did you mean `one`?
    exit 2
    ");
}

#[test]
fn the_rules_of_the_bundled_project_are_kept() {
    let root = env!("CARGO_MANIFEST_DIR");
    let scratch = Project::empty();
    let target = scratch.path("target").display().to_string();
    let answer = succeed_with(&scratch, &["check", "--project-dir", root, "--target-path", &target]);
    assert!(answer.stdout.contains("3 rules: 3 kept, 0 broken"), "{}", answer.stdout);
}
