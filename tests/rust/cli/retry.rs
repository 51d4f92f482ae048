//! `retry`, and the receipts of what was built.

use std::fs;

use crate::support::project::Project;
use crate::support::run::{run, run_with, succeed, succeed_with};

/// A chain of three models, the middle one broken.
fn broken() -> Project {
    Project::new(
        "
//- models/a.sql
{{ config(materialized='incremental') }} select 1 as id
//- models/b.sql
{{ config(materialized='table') }} select error('no') as id from {{ ref('a') }}
//- models/c.sql
{{ config(materialized='table') }} select * from {{ ref('b') }} where {{ var('all', true) }}
//- models/properties.yml
models:
  - {name: c, columns: [{name: id, data_tests: [not_null]}]}
",
    )
}

#[test]
fn what_failed_and_what_was_skipped_is_run_again_as_often_as_wanted() {
    let project = broken();
    assert_eq!(run(&project, "build --threads 1").code, 1);
    // Still broken: the second time goes on where the first one began.
    insta::assert_snapshot!(run(&project, "retry").news(), @"
    HH:MM:SS  1 of 3 START sql table model main.b ............................................ [RUN]
    HH:MM:SS  1 of 3 ERROR creating sql table model main.b ................................... [ERROR in S.SSs]
    HH:MM:SS  2 of 3 SKIP relation main.c .................................................... [SKIP]  because of b
    HH:MM:SS  3 of 3 SKIP test not_null_c_id ................................................. [SKIP]  because of c
    HH:MM:SS  Finished running 1 data test, 2 table models in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in model b (models/b.sql)
    HH:MM:SS  error[database-error]: Invalid Input Error: no
    HH:MM:SS   --> models/b.sql:1:1
    HH:MM:SS    |
    HH:MM:SS  1 | {{ config(materialized='table') }} select error('no') as id from {{ ref('a') }}
    HH:MM:SS    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    HH:MM:SS    compiled code at target/compiled/shop/models/b.sql
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=2 NO-OP=0 TOTAL=3
    exit 1
    ");
    project.write("models/b.sql", "select 2 as id from {{ ref('a') }}");
    insta::assert_snapshot!(run(&project, "retry").news(), @"
    HH:MM:SS  1 of 3 START sql view model main.b ............................................. [RUN]
    HH:MM:SS  1 of 3 OK created sql view model main.b ........................................ [OK in S.SSs]
    HH:MM:SS  2 of 3 START sql table model main.c ............................................ [RUN]
    HH:MM:SS  2 of 3 OK created sql table model main.c ....................................... [OK in S.SSs]
    HH:MM:SS  3 of 3 START test not_null_c_id ................................................ [RUN]
    HH:MM:SS  3 of 3 PASS not_null_c_id ...................................................... [PASS in S.SSs]
    HH:MM:SS  Finished running 1 data test, 1 table model, 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed successfully
    HH:MM:SS  Done. PASS=3 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=3
    exit 0
    ");
    insta::assert_snapshot!(run(&project, "retry").told(), @"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    HH:MM:SS  Registered adapter: duckdb=V.V.V
    HH:MM:SS  Found 3 models, 1 data test, NNN macros
    HH:MM:SS
    HH:MM:SS  Nothing to retry: every node that `build` was to run came to a good end
    exit 0
    ");
    assert_eq!(project.query("select count(*) from a"), "1");
}

#[test]
fn flags_are_those_of_the_run_unless_they_are_given_anew() {
    let project = broken();
    let vars = ["build", "--threads", "1", "--vars", "{all: false}", "--full-refresh"];
    assert_eq!(run_with(&project, &vars).code, 1);
    project.write("models/b.sql", "select 2 as id from {{ ref('a') }}");
    succeed(&project, "retry");
    assert_eq!(project.query("select count(*) from c"), "0");

    project.write(
        "models/b.sql",
        "select error('no') as id from {{ ref('a') }} -- {{ config(materialized='table') }}",
    );
    assert_eq!(run_with(&project, &vars).code, 1);
    project.write("models/b.sql", "select 2 as id from {{ ref('a') }}");
    succeed_with(&project, &["retry", "--vars", "{all: true}", "--threads", "2"]);
    assert_eq!(project.query("select count(*) from c"), "1");
}

#[test]
fn the_artifact_is_enough_to_go_on_with() {
    let project = broken();
    assert_eq!(run(&project, "run").code, 1);
    fs::create_dir_all(project.path("kept")).unwrap();
    fs::rename(project.path("target/run_results.json"), project.path("kept/run_results.json")).unwrap();
    fs::remove_dir_all(project.path(".martlet")).unwrap();
    insta::assert_snapshot!(run(&project, "retry").told(), @"
    ! error: Could not find previous run in 'target' target directory, nor a journal in `.martlet`: run something first, or name a folder with --state
    exit 2
    ");
    project.write("models/b.sql", "select 2 as id from {{ ref('a') }}");
    insta::assert_snapshot!(run(&project, "retry --state kept").news(), @"
    HH:MM:SS  1 of 2 START sql view model main.b ............................................. [RUN]
    HH:MM:SS  1 of 2 OK created sql view model main.b ........................................ [OK in S.SSs]
    HH:MM:SS  2 of 2 START sql table model main.c ............................................ [RUN]
    HH:MM:SS  2 of 2 OK created sql table model main.c ....................................... [OK in S.SSs]
    HH:MM:SS  Finished running 1 table model, 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed successfully
    HH:MM:SS  Done. PASS=2 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=2
    exit 0
    ");
}

#[test]
fn a_node_that_is_gone_is_told() {
    let project = broken();
    assert_eq!(run(&project, "run").code, 1);
    fs::remove_file(project.path("models/c.sql")).unwrap();
    fs::remove_file(project.path("models/properties.yml")).unwrap();
    project.write("models/b.sql", "select 2 as id from {{ ref('a') }}");
    insta::assert_snapshot!(run(&project, "retry").news(), @"
    HH:MM:SS  [WARNING]: model.shop.c was to be run, and is no part of the project any more
    HH:MM:SS  1 of 1 START sql view model main.b ............................................. [RUN]
    HH:MM:SS  1 of 1 OK created sql view model main.b ........................................ [OK in S.SSs]
    HH:MM:SS  Finished running 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed successfully
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=1
    exit 0
    ");
}

#[test]
fn a_folder_of_state_that_cannot_be_written_keeps_no_run_from_running() {
    let project = Project::new("//- models/a.sql\nselect 1 as id\n");
    project.write(".martlet", "a file where a folder should be");
    insta::assert_snapshot!(run(&project, "run").news(), @"
    HH:MM:SS  [WARNING]: no journal is kept of this run: cannot create .martlet: File exists (os error 17)
    HH:MM:SS  1 of 1 START sql view model main.a ............................................. [RUN]
    HH:MM:SS  1 of 1 OK created sql view model main.a ........................................ [OK in S.SSs]
    HH:MM:SS  Finished running 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed successfully
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=1
    exit 0
    ");
}

#[test]
fn receipts_tell_rows_and_statements() {
    let project = Project::new(
        "
//- models/many.sql
{{ config(materialized='table') }} select range as id, md5(range::varchar) as text from range(150000)
//- models/seen.sql
select * from {{ ref('many') }}
//- models/grown.sql
{{ config(materialized='incremental') }} select id from {{ ref('many') }} limit 1234
//- seeds/kinds.csv
id
1
",
    );
    let told = |command: &str| {
        let answer = succeed(&project, command);
        let built = answer.stdout.lines().filter_map(|line| line.split_once("OK ")?.1.split_once("]  "));
        // How full blocks are depends on who wrote them when.
        let size = regex::Regex::new(r"\d\.\d MB").unwrap();
        let built = built.map(|(node, receipt)| (node, size.replace(receipt, "N MB")));
        built
            .map(|(node, receipt)| format!("{}: {receipt}", node.split(" ..").next().unwrap()))
            .collect::<Vec<_>>()
            .join("\n")
    };
    insta::assert_snapshot!(told("build --threads 1"), @"
    created sql table model main.many: 150,000 rows, N MB, 4 statements
    loaded seed file main.kinds: 1 row, 4 statements
    created sql incremental model main.grown: 1,234 rows, 5 statements
    created sql view model main.seen: 4 statements
    ");
    insta::assert_snapshot!(told("build --threads 1"), @"
    created sql table model main.many: 150,000 rows, N MB, 8 statements
    loaded seed file main.kinds: 1 row, 4 statements
    created sql incremental model main.grown: 1,234 rows, 7 statements
    created sql view model main.seen: 6 statements
    ");
    let results: serde_json::Value = serde_json::from_str(&project.read("target/run_results.json")).unwrap();
    let many = results["results"]
        .as_array()
        .unwrap()
        .iter()
        .find(|result| result["unique_id"] == "model.shop.many")
        .unwrap();
    let response = &many["adapter_response"];
    assert_eq!((&response["rows_affected"], &response["_message"]), (&150_000.into(), &"OK".into()));
    assert!(response["bytes"].as_i64().unwrap() > 1_000_000, "{response}");
    assert!(response["seconds"].as_f64().unwrap() > 0.0);
}
