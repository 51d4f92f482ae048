//! Whole runs against a server that fails: where the error is shown, what is written down, and that `retry` goes on.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::snowflake::mock::{Mock, Reply};
use crate::support::project::Project;
use crate::support::run::{answer, command, run};

fn project(mock: &Mock) -> Project {
    let project = Project::new(
        "
//- project.yml
name: shop
profile: shop
//- models/first.sql
{{ config(materialized='table') }}
select 1 as id
//- models/second.sql
{{ config(materialized='table') }}
select
  id,
  nope
from {{ ref('first') }}
",
    );
    project.write("profiles.yml", &mock.profile(&[]));
    project
}

fn results(project: &Project) -> Value {
    let results: Value = serde_json::from_str(&project.read("target/run_results.json")).unwrap();
    results["results"].clone()
}

#[test]
fn an_error_is_shown_on_the_line_of_the_model() {
    let mock = Mock::start();
    let project = project(&mock);
    mock.on("nope", [Reply::At("000904", "nope", "invalid identifier 'NOPE'")]);
    let told = run(&project, "run --threads 1").news();
    let query = told.split("query id ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    insta::assert_snapshot!(told.replace(&query, "[ID]"), @"
    HH:MM:SS  1 of 2 START sql table model public.first ...................................... [RUN]
    HH:MM:SS  1 of 2 OK created sql table model public.first ................................. [SUCCESS 1 in S.SSs]
    HH:MM:SS  2 of 2 START sql table model public.second ..................................... [RUN]
    HH:MM:SS  2 of 2 ERROR creating sql table model public.second ............................ [ERROR in S.SSs]
    HH:MM:SS  Finished running 2 table models in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in model second (models/second.sql)
    HH:MM:SS  error[database-error]: 000904: SQL compilation error: invalid identifier 'NOPE'
    HH:MM:SS   --> models/second.sql:4:3
    HH:MM:SS    |
    HH:MM:SS  4 |   nope
    HH:MM:SS    |   ^^^^
    HH:MM:SS    |
    HH:MM:SS    = note: query id [ID]
    HH:MM:SS    compiled code at target/compiled/shop/models/second.sql
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=2
    exit 1
    ");
    insta::assert_snapshot!(run(&project, "retry --threads 1").news(), @"
    HH:MM:SS  1 of 1 START sql table model public.second ..................................... [RUN]
    HH:MM:SS  1 of 1 OK created sql table model public.second ................................ [SUCCESS 1 in S.SSs]
    HH:MM:SS  Finished running 1 table model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed successfully
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=1
    exit 0
    ");
}

#[test]
fn artifacts_tell_the_id_of_the_query() {
    let mock = Mock::start();
    let project = project(&mock);
    mock.on("nope", [Reply::text("status", &["Table SECOND successfully created."])]);
    assert_eq!(run(&project, "run --threads 1").code, 0);
    let response = &results(&project)[1]["adapter_response"];
    let kept = ["_message", "code", "rows_affected"].map(|key| format!("{key} {}", response[key]));
    assert_eq!(kept, [r#"_message "SUCCESS 1""#, r#"code "SUCCESS""#, "rows_affected 1"]);
    assert!(response["query_id"].as_str().unwrap().starts_with("query-"));
}

#[test]
fn a_connection_lost_in_the_middle_is_gone_on_from() {
    let mock = Mock::start();
    let project = project(&mock);
    mock.on("nope", [Reply::Gone]);
    let told = run(&project, "run --threads 1").news();
    let request = told.split("request id ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    insta::assert_snapshot!(told.replace(&request, "[ID]"), @"
    HH:MM:SS  1 of 2 START sql table model public.first ...................................... [RUN]
    HH:MM:SS  1 of 2 OK created sql table model public.first ................................. [SUCCESS 1 in S.SSs]
    HH:MM:SS  2 of 2 START sql table model public.second ..................................... [RUN]
    HH:MM:SS  2 of 2 ERROR creating sql table model public.second ............................ [ERROR in S.SSs]
    HH:MM:SS  Finished running 2 table models in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in model second (models/second.sql)
    HH:MM:SS  error[database-error]: network error: client error (SendRequest): connection closed before message completed
    HH:MM:SS   --> models/second.sql:1:1
    HH:MM:SS    |
    HH:MM:SS  1 | {{ config(materialized='table') }}
    HH:MM:SS    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    HH:MM:SS    |
    HH:MM:SS    = note: request id [ID]
    HH:MM:SS            no whole answer came: the statement may have run, or may still run
    HH:MM:SS            look for the id in Snowflake's query history; `martlet retry` goes on from here
    HH:MM:SS    compiled code at target/compiled/shop/models/second.sql
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=2
    exit 1
    ");
    assert_eq!(run(&project, "retry --threads 1").code, 0);
    let sent = mock.statements().iter().filter(|sql| sql.contains("nope")).count();
    assert_eq!(sent, 2, "once by the run, once by `retry`");
}

#[test]
fn ctrl_c_cancels_what_runs() {
    let mock = Mock::start();
    let project = project(&mock);
    mock.on("nope", [Reply::UntilCancelled]);
    let mut command = command(&project, &["run", "--threads", "1"], &[]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    mock.wait_for("nope");
    let line = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success());
    let told = answer(&project, &child.wait_with_output().unwrap());
    insta::assert_snapshot!(told.news(), @"
    HH:MM:SS  1 of 2 START sql table model public.first ...................................... [RUN]
    HH:MM:SS  1 of 2 OK created sql table model public.first ................................. [SUCCESS 1 in S.SSs]
    HH:MM:SS  2 of 2 START sql table model public.second ..................................... [RUN]
    HH:MM:SS  CANCEL query model.shop.second ................................................. [CANCEL]
    HH:MM:SS  Finished running 2 table models in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Exited because of keyboard interrupt
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=0 SKIP=1 NO-OP=0 TOTAL=2
    ! Stopping what runs; ctrl-C once more leaves at once
    exit 2
    ");
    assert_eq!(mock.cancelled(), 1);
}

#[test]
fn the_first_failure_cancels_what_runs() {
    let mock = Mock::start();
    let project = Project::new(
        "
//- project.yml
name: shop
profile: shop
//- models/slow.sql
{{ config(materialized='table') }}
select 'forever' as id
//- models/wrong.sql
{{ config(materialized='table') }}
select 'nope' as id
",
    );
    project.write("profiles.yml", &mock.profile(&[]));
    mock.on("forever", [Reply::UntilCancelled]);
    let refused = Reply::Refused("003001", "SQL access control error:\nInsufficient privileges");
    mock.on("nope", [Reply::After("forever", Box::new(refused))]);
    let told = run(&project, "run --threads 2 --fail-fast");
    assert_eq!(told.code, 1, "{}", told.told());
    assert_eq!(mock.cancelled(), 1);
}

/// Returns what lies in a folder and below, but for the profile.
fn everything_in(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.push_str(&everything_in(&path));
        } else if !path.ends_with("profiles.yml") {
            all.push_str(&String::from_utf8_lossy(&fs::read(&path).unwrap()));
        }
    }
    all
}

#[test]
fn nothing_that_is_written_down_holds_a_secret() {
    let mock = Mock::start();
    let project = project(&mock);
    mock.on("nope", [Reply::Refused("001003", "unexpected 'hunter2'")]);
    let told = run(&project, "run --threads 1 --log-level debug --log-level-file debug").told();
    let written = everything_in(&project.folder());
    assert!(told.contains("unexpected '*****'") && written.contains("unexpected '*****'"), "{told}");
    assert!(!told.contains("hunter2") && !written.contains("hunter2"));
}
