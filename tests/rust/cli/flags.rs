//! Flags: who may set them, which counts, and what they do. `.env`, and secrets that nobody may see.

use std::fs;

use serde_json::Value;

use crate::support::project::Project;
use crate::support::run::{run, run_in, run_with, succeed, succeed_with};

/// A project whose one model tells how wide lines are.
fn telling(flags: &str) -> Project {
    Project::new(&format!(
        "
//- dbt_project.yml
name: shop
flags: {flags}
//- models/told.sql
select {{{{ flags.PRINTER_WIDTH }}}}
"
    ))
}

fn told(project: &Project, arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let answer = run_in(project, &[&["compile"], arguments].concat(), environment);
    assert_eq!(answer.code, 0, "{}", answer.told());
    project.read("target/compiled/shop/models/told.sql").trim().to_owned()
}

#[test]
fn the_command_line_counts_before_the_environment_and_this_before_the_project() {
    let project = telling("{printer_width: 60}");
    let both = [("DBT_PRINTER_WIDTH", "70"), ("DBT_ENGINE_PRINTER_WIDTH", "75")];
    assert_eq!(told(&project, &["--printer-width", "90"], &both), "select 90");
    assert_eq!(told(&project, &[], &both), "select 75");
    assert_eq!(told(&project, &[], &both[..1]), "select 70");
    assert_eq!(told(&project, &[], &[("DBT_PRINTER_WIDTH", "")]), "select 60");
    assert_eq!(told(&telling("{}"), &[], &[]), "select 80");
}

#[test]
fn a_switch_can_be_turned_off_again() {
    let project = Project::new(
        "
//- dbt_project.yml
name: shop
flags: {fail_fast: true}
//- models/told.sql
select {{ flags.FAIL_FAST }}
",
    );
    assert_eq!(told(&project, &[], &[]), "select True");
    assert_eq!(told(&project, &["--no-fail-fast"], &[]), "select False");
    assert_eq!(told(&project, &["--no-fail-fast", "--fail-fast"], &[]), "select True");
    assert_eq!(told(&project, &[], &[("DBT_FAIL_FAST", "off")]), "select False");
}

#[test]
fn values_that_cannot_be_are_told_with_their_place() {
    let project = telling("{}");
    insta::assert_snapshot!(run_in(&project, &["parse"], &[("DBT_FAIL_FAST", "maybe")]).told(), @"
    ! error: the variable DBT_FAIL_FAST is `maybe`: write `true` or `false`
    exit 2
    ");
    insta::assert_snapshot!(run_in(&project, &["parse"], &[("DBT_LOG_FORMAT", "xml")]).told(), @"
    ! error: the variable DBT_LOG_FORMAT is `xml`: expected one of default, text, debug, json
    exit 2
    ");
    insta::assert_snapshot!(run(&project, "parse --printer-width wide").told(), @"
    ! error: invalid value 'wide' for '--printer-width <PRINTER_WIDTH>': expected a whole number
    exit 2
    ");
    insta::assert_snapshot!(run(&project, "parse --log-format xml").told(), @"
    ! error: invalid value 'xml' for '--log-format <LOG_FORMAT>' [possible values: default, text, debug, json]
    exit 2
    ");
    insta::assert_snapshot!(run(&project, "parse --warn-error --warn-error-options {error:all}").told(), @"
    ! error: warn_error_options: not allowed with argument warn_error
    exit 2
    ");
    insta::assert_snapshot!(run_with(&project, &["parse", "--warn-error-options", "{error: some}"]).told(), @"
    ! error: warn_error_options: `error` must be `all` or a list of names of events
    exit 2
    ");
    insta::assert_snapshot!(run_with(&project, &["parse", "--warn-error-options", "{errors: all}"]).told(), @"
    ! error: warn_error_options: `errors` is none of `error`, `warn`, `silence`
    exit 2
    ");
}

#[test]
fn warnings_become_errors_or_silence_by_name() {
    let project = Project::new(
        "
//- models/a.sql
select 1 as id
//- models/x.yml
models:
  - name: nothing
",
    );
    insta::assert_snapshot!(run(&project, "compile --warn-error").told(), @"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    error[unmatched-properties]: did not find a model named `nothing`, which is described here
     --> models/x.yml:2:11
      |
    2 |   - name: nothing
      |           ^^^^^^^

    ! the project has 1 error; nothing was run
    exit 2
    ");
    insta::assert_snapshot!(
        run_with(&project, &["parse", "--warn-error-options", "{error: [NoNodeForYamlKey]}"]).told(), @"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    error[unmatched-properties]: did not find a model named `nothing`, which is described here
     --> models/x.yml:2:11
      |
    2 |   - name: nothing
      |           ^^^^^^^

    ! the project has 1 error; nothing was run
    exit 2
    ");
    let silent = ["parse", "--warn-error-options", "{error: all, silence: [NoNodeForYamlKey]}"];
    insta::assert_snapshot!(run_with(&project, &silent).told(), @"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    HH:MM:SS  Registered adapter: duckdb=V.V.V
    HH:MM:SS  Found 1 model, NNN macros
    HH:MM:SS
    exit 0
    ");
    insta::assert_snapshot!(run(&project, "run --warn-error-options {} --select nobody").news(), @"
    warning[unmatched-properties]: did not find a model named `nothing`, which is described here
     --> models/x.yml:2:11
      |
    2 |   - name: nothing
      |           ^^^^^^^
    HH:MM:SS  [WARNING]: The selection criterion 'nobody' does not match any enabled nodes
    HH:MM:SS  [WARNING]: Nothing to do. Try checking your model configs and model specification args
    exit 0
    ");
    let selection =
        ["run", "--warn-error-options", "{error: [NoNodesForSelectionCriteria]}", "--select", "nobody"];
    insta::assert_snapshot!(run_with(&project, &selection).news(), @"
    warning[unmatched-properties]: did not find a model named `nothing`, which is described here
     --> models/x.yml:2:11
      |
    2 |   - name: nothing
      |           ^^^^^^^
    ! error: The selection criterion 'nobody' does not match any enabled nodes
    exit 2
    ");
}

#[test]
fn a_test_that_warns_fails_where_warnings_are_errors() {
    let project = Project::new(
        "
//- tests/some.sql
{{ config(severity='warn') }}
select 1 as id
",
    );
    assert_eq!(run(&project, "test").code, 0);
    insta::assert_snapshot!(run(&project, "test --warn-error").news(), @"
    HH:MM:SS  1 of 1 START test some ......................................................... [RUN]
    HH:MM:SS  1 of 1 FAIL 1 some ............................................................. [FAIL 1 in S.SSs]
    HH:MM:SS  Finished running 1 data test in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Failure in test some (tests/some.sql)
    HH:MM:SS    Got 1 result, configured to fail if != 0
    HH:MM:SS    the first row:
    HH:MM:SS    | id |
    HH:MM:SS    |----|
    HH:MM:SS    | 1  |
    HH:MM:SS    compiled code at target/compiled/shop/tests/some.sql
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
    exit 1
    ");
}

#[test]
fn compile_shows_what_is_named() {
    let project = Project::new(
        "
//- models/a.sql
select 1 as id
//- models/b.sql
select * from {{ ref('a') }}
",
    );
    insta::assert_snapshot!(run(&project, "compile --quiet").told(), @"exit 0");
    insta::assert_snapshot!(run(&project, "compile --quiet --select a+").told(), @"
    select 1 as id
    exit 0
    ");
    insta::assert_snapshot!(run(&project, "compile --select a+ --threads 1").news(), @"
    Compiled node 'a' is:
    select 1 as id
    exit 0
    ");
}

#[test]
fn nothing_is_written_or_printed_where_it_is_not_wanted() {
    let project = Project::new(
        "
//- models/a.sql
{% do print('hello') %}
select 1 as id
",
    );
    assert!(succeed(&project, "run --quiet --no-write-json").stdout.contains("hello"));
    assert!(!project.path("target/manifest.json").exists());
    assert!(!project.path("target/run_results.json").exists());
    assert_eq!(succeed(&project, "run --quiet --no-print").stdout, "");
    assert!(project.path("target/run_results.json").exists());
}

#[test]
fn run_results_hold_the_arguments() {
    let project = telling("{}");
    succeed_with(&project, &["run", "--select", "told", "--vars", "{a: 1}", "--full-refresh"]);
    let results: Value = serde_json::from_str(&project.read("target/run_results.json")).unwrap();
    let arguments = &results["args"];
    assert_eq!(arguments["which"], "run");
    assert_eq!(arguments["select"], serde_json::json!(["told"]));
    assert_eq!(arguments["vars"], serde_json::json!({"a": 1}));
    assert_eq!(arguments["full_refresh"], true);
    assert_eq!(arguments["fail_fast"], Value::Null);
    assert_eq!(arguments["invocation_command"], "dbt run --select told --vars {a: 1} --full-refresh");
}

#[test]
fn a_dotenv_file_fills_in_what_the_environment_does_not_hold() {
    let project = Project::new(
        "
//- models/told.sql
select '{{ env_var('ONE') }}' || '{{ env_var('TWO') }}' || '{{ flags.PRINTER_WIDTH }}'
",
    );
    fs::write(project.root().join(".env"), "ONE=file\nexport TWO='file too' # said\nDBT_PRINTER_WIDTH=66\n")
        .unwrap();
    assert_eq!(told(&project, &[], &[]), "select 'file' || 'file too' || '66'");
    assert_eq!(told(&project, &[], &[("ONE", "real")]), "select 'real' || 'file too' || '66'");
    // A folder of that name is none; the file above still counts.
    fs::create_dir(project.path(".env")).unwrap();
    assert_eq!(told(&project, &[], &[]), "select 'file' || 'file too' || '66'");
    fs::remove_dir(project.path(".env")).unwrap();
    project.write(".env", "ONE=nearer\nTWO=nearer\n");
    assert_eq!(told(&project, &[], &[]), "select 'nearer' || 'nearer' || '80'");
}

#[test]
fn secrets_are_never_shown() {
    let project = Project::new(
        "
//- models/a.sql
{% do print('the word is hunter2-x') %}{% do log('logged hunter2-x', info=true) %}
select 'hunter2-x' as word, nothing_here
",
    );
    let secret = [("DBT_ENV_SECRET_WORD", "hunter2-x")];
    for format in ["text", "json"] {
        let answer = run_in(&project, &["run", "--log-format", format], &secret);
        assert_eq!(answer.code, 1);
        let said = format!("{}{}", answer.stdout, answer.stderr);
        assert!(said.contains("the word is *****") && said.contains("logged *****"), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
    let answer = run_in(&project, &["run", "--selector", "hunter2-x"], &secret);
    insta::assert_snapshot!(answer.news(), @"
    ! error: Could not find selector named *****, selectors.yml has none
    exit 2
    ");
}
