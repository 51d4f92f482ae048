//! Options of single commands: what each does, and what becomes of it when it cannot be.

use std::fs;

use crate::support::project::Project;
use crate::support::run::{run, run_in, run_with, succeed, succeed_with};

fn shop() -> Project {
    Project::new(
        "
//- seeds/raw.csv
id,name
1,x
2,y
//- models/a.sql
{{ config(materialized='table') }}
select * from {{ ref('raw') }}
//- models/asks.sql
{% set found = run_query('select 1') %}select 1 as id
//- models/s.yml
models:
  - {name: a, columns: [{name: id, data_tests: [unique]}]}
",
    )
}

#[test]
fn queries_are_compiled_and_shown_without_a_file() {
    let project = shop();
    succeed(&project, "build --resource-type seed model --exclude-resource-type test --show");
    insta::assert_snapshot!(run_with(&project, &["compile", "-q", "--inline", "select {{ 1 + 1 }}"]).told(), @"
    select 2
    exit 0
    ");
    insta::assert_snapshot!(
        run_with(&project, &["compile", "-q", "--output", "json", "--inline", "{{ ref('a') }}"]).told(), @r#"
    {
      "compiled": "\"shop\".\"main\".\"a\""
    }
    exit 0
    "#);
    insta::assert_snapshot!(run_with(&project, &["compile", "-q", "--inline", "{{ ref('b') }}"]).told(), @"
    ! error[jinja-error]: `b` was not found
    !  --> --inline:1:4
    !   |
    ! 1 | {{ ref('b') }}
    !   |    ^^^^^^^^
    !   |
    !   = help: did you mean `a`?
    exit 2
    ");
    insta::assert_snapshot!(
        run_with(&project, &["show", "-q", "--inline", "from {{ ref('a') }}", "--limit", "1"]).told(), @"
    | id | name |
    |----|------|
    | 1  | x    |
    exit 0
    ");
    insta::assert_snapshot!(
        run_with(&project, &["show", "-q", "--output", "json", "--inline-direct", "select '{{' as raw"]).told(), @r#"
    {
      "show": [
        {
          "raw": "{{"
        }
      ]
    }
    exit 0
    "#);
    insta::assert_snapshot!(run_with(&project, &["show", "-q", "--inline-direct", "selct"]).told(), @r#"
    ! error[database-error]: Parser Error: syntax error at or near "selct"
    exit 2
    "#);
    insta::assert_snapshot!(
        run_with(&project, &["show", "--inline", "select 1", "--inline-direct", "select 1"]).told(), @"
    ! error: the argument '--inline <SQL>' cannot be used with '--inline-direct <SQL>'
    exit 2
    ");
}

#[test]
fn seeds_are_shown_when_they_are_loaded() {
    insta::assert_snapshot!(run(&shop(), "seed --show --threads 1").news(), @"
    HH:MM:SS  1 of 1 START seed file main.raw ................................................ [RUN]
    HH:MM:SS  1 of 1 OK loaded seed file main.raw ............................................ [INSERT 2 in S.SSs]
    HH:MM:SS  Finished running 1 seed in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  First rows of table: main.raw
    HH:MM:SS  -----------------------------
    | id | name |
    |----|------|
    | 1  | x    |
    | 2  | y    |
    HH:MM:SS  Completed successfully
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=1
    exit 0
    ");
}

#[test]
fn compiling_can_be_forbidden_to_ask_the_database() {
    let project = shop();
    succeed(&project, "compile");
    succeed(&project, "compile --no-introspect --select a");
    insta::assert_snapshot!(run(&project, "compile --no-introspect --select asks").news(), @"
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in model asks (models/asks.sql)
    HH:MM:SS  error[jinja-error]: the template asks the database, and `--no-introspect` forbids that
    HH:MM:SS   --> models/asks.sql:1:16
    HH:MM:SS    |
    HH:MM:SS  1 | {% set found = run_query('select 1') %}select 1 as id
    HH:MM:SS    |                ^^^^^^^^^^^^^^^^^^^^^
    HH:MM:SS    |
    HH:MM:SS    = note: inside of the built-in macro statement, called by run_query
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
    exit 2
    ");
    assert_eq!(run_in(&project, &["compile"], &[("DBT_INTROSPECT", "false")]).code, 2);
}

#[test]
fn only_the_connection_is_checked_or_the_folder_told() {
    let project = shop();
    insta::assert_snapshot!(run(&project, "debug --connection").news(), @"
    HH:MM:SS  Using profiles dir at [ROOT]/home/.dbt
    HH:MM:SS  Using profiles.yml file at [ROOT]/home/.dbt/profiles.yml
    HH:MM:SS  Using project at [ROOT]/shop
    HH:MM:SS  profile: shop, target: dev
    HH:MM:SS  adapter type: duckdb
    HH:MM:SS  Skipping steps before connection verification
    HH:MM:SS  Connection:
    HH:MM:SS    database: shop
    HH:MM:SS    schema: main
    HH:MM:SS    path: shop.duckdb
    HH:MM:SS    Connection test: [OK connection ok]
    HH:MM:SS  All checks passed!
    exit 0
    ");
    insta::assert_snapshot!(run(&project, "debug --config-dir").news(), @"
    HH:MM:SS  To view your profiles.yml file, run:
    HH:MM:SS  xdg-open [ROOT]/home/.dbt
    exit 0
    ");
    insta::assert_snapshot!(run(&project, "debug --target nowhere").news(), @"
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
fn what_lies_outside_is_cleaned_only_when_asked() {
    let project = Project::new(
        "
//- dbt_project.yml
name: shop
clean-targets: [../elsewhere, target]
",
    );
    let outside = project.root().parent().unwrap().join("elsewhere");
    let outside =
        if project.folder() == project.root() { outside } else { project.folder().join("../elsewhere") };
    fs::create_dir_all(&outside).unwrap();
    assert_eq!(run(&project, "clean").code, 2);
    assert!(outside.exists());
    succeed(&project, "clean --no-clean-project-files-only");
    assert!(!outside.exists());
}

#[test]
fn a_new_project_names_the_profile_it_is_given() {
    let project = Project::empty();
    succeed(&project, "init fresh --skip-profile-setup --profile house");
    assert!(project.read("fresh/project.yml").starts_with("name: fresh\nprofile: house\n"));
}

#[test]
fn the_time_of_each_node_is_written_where_it_is_wanted() {
    let project = shop();
    succeed(&project, "-r times.tsv seed");
    let times = project.read("times.tsv");
    let nodes: Vec<&str> = times.lines().filter_map(|line| line.split('\t').nth(4)).collect();
    assert_eq!(nodes, ["node", "seed.shop.raw", "dbt -r times.tsv seed"]);
}

#[test]
fn variables_of_other_names_are_heard() {
    let project = Project::new(
        "
//- models/a.sql
{% do print('hello') %}
select {{ flags.SEND_ANONYMOUS_USAGE_STATS }} as told
",
    );
    assert!(succeed(&project, "compile -q").stdout.contains("hello"));
    let answer = run_in(&project, &["compile", "-q"], &[("DBT_NO_PRINT", "1"), ("DO_NOT_TRACK", "1")]);
    assert_eq!(answer.stdout, "");
    assert_eq!(project.read("target/compiled/shop/models/a.sql").trim(), "select False as told");
}

#[test]
fn a_model_is_no_test() {
    let project = Project::new(
        "
//- models/a.sql
{{ config(materialized='test') }}
select 1 as id
",
    );
    let answer = run(&project, "run");
    assert!(answer.stdout.contains("No materialization 'test' was found"), "{}", answer.stdout);
    assert_eq!(answer.code, 1);
}

#[test]
fn compiling_takes_seeds_and_hooks_along() {
    let project = Project::new(
        "
//- dbt_project.yml
name: shop
on-run-start: [select 1]
//- seeds/raw.csv
id
1
",
    );
    succeed_with(&project, &["compile"]);
    let results = project.read("target/run_results.json");
    assert!(results.contains("operation.shop.shop-on-run-start-0") && results.contains("seed.shop.raw"));
}
