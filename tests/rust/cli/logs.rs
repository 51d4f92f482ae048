//! The log file: what it holds, how it grows and where it lies; levels, formats, colours of both.

use serde_json::Value;

use crate::support::project::Project;
use crate::support::run::{run, run_in, succeed, succeed_with};

const LOG: &str = "logs/dbt.log";

fn shop() -> Project {
    Project::new(
        "
//- models/a.sql
{{ config(materialized='table') }}
{% do log('quietly said') %}
select 1 as id
//- models/b.sql
select nothing_here
",
    )
}

/// Tells the lines of a log without clock and thread.
fn told(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| line.len() > 16 && line.as_bytes().get(2) == Some(&b':'));
    lines.map(|line| line.get(16..).unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_log_file_tells_what_happened_and_what_was_sent() {
    let project = shop();
    succeed(&project, "run --select a");
    let log = project.read(LOG);
    assert!(log.starts_with("\n\n=============================="), "{log}");
    let lines = told(&log);
    let position = |wanted: &str| {
        lines.iter().position(|line| line.contains(wanted)).unwrap_or_else(|| panic!("no {wanted} in {log}"))
    };
    let order = [
        "[info ] [MainThread]: Running with dbt=",
        "[debug] [MainThread]: running dbt with arguments",
        "[debug] [Thread-1 (]: Began running node model.shop.a",
        "[info ] [Thread-1 (]: 1 of 1 START sql table model main.a",
        "[debug] [Thread-1 (]: quietly said",
        "[debug] [Thread-1 (]: On model.shop.a: ",
        "[debug] [Thread-1 (]: SQL status: OK in ",
        "[debug] [Thread-1 (]: Finished running node model.shop.a",
        "[info ] [MainThread]: Done. PASS=1",
        "[debug] [MainThread]: Command `dbt run --select a` succeeded at ",
    ];
    assert!(order.map(position).is_sorted(), "{log}");
    assert!(log.contains("create  table") || log.to_lowercase().contains("create table"), "{log}");
    succeed(&project, "list");
    assert_eq!(project.read(LOG).matches("\n\n====").count(), 2);
}

#[test]
fn a_command_line_that_comes_to_nothing_is_logged_with_the_reason() {
    let project = shop();
    assert_eq!(run(&project, "run --selector nobody").code, 2);
    assert!(project.read(LOG).contains("[error] [MainThread]: error: Could not find selector named nobody"));
}

#[test]
fn the_file_has_a_level_a_format_and_a_folder_of_its_own() {
    let project = shop();
    succeed(&project, "run --select a --log-level-file none");
    assert!(!project.path("logs").exists());
    succeed(&project, "run --select a --log-level-file warn --log-path told");
    assert!(!project.path("logs").exists());
    // Nothing of a run that goes well is a warning, so there is not even a file.
    assert!(!project.path("told").exists());
    succeed(&project, "run --select a --log-format-file json --log-path told/json");
    let log = project.read("told/json/dbt.log");
    let names: Vec<String> = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["info"]["name"].as_str().unwrap().to_owned())
        .collect();
    for name in
        ["MainReportVersion", "SQLQuery", "SQLQueryStatus", "NodeStart", "NodeFinished", "CommandCompleted"]
    {
        assert!(names.iter().any(|known| known == name), "no {name} in {names:?}");
    }
    succeed(&project, "run --select a --log-format text --log-path told/text");
    assert!(!project.read("told/text/dbt.log").contains("[info ]"));
}

#[test]
fn a_full_file_is_put_aside_and_five_are_kept() {
    let project = shop();
    for _ in 0..8 {
        succeed_with(&project, &["run", "--select", "a", "--log-file-max-bytes", "3000"]);
    }
    let sizes = ["", ".1", ".2", ".3", ".4", ".5"].map(|end| project.read(&format!("{LOG}{end}")).len());
    assert!(sizes.iter().all(|size| *size > 0 && *size < 12_000), "{sizes:?}");
    assert!(!project.path(&format!("{LOG}.6")).exists());
}

#[test]
fn the_log_file_holds_no_secret() {
    let project = Project::new(
        "
//- models/a.sql
select '{{ env_var('WORD') }}' as word
",
    );
    let environment = [("DBT_ENV_SECRET_WORD", "hunter2-x"), ("WORD", "hunter2-x")];
    for format in ["json", "debug", "text"] {
        assert_eq!(run_in(&project, &["run", "--log-format-file", format], &environment).code, 0);
    }
    let log = project.read(LOG);
    assert!(log.contains("*****") && !log.contains("hunter2"), "{log}");
}

#[test]
fn levels_choose_what_is_shown() {
    let project = shop();
    let shown = |arguments: &str| run(&project, arguments).stdout;
    assert!(shown("run --log-level debug").contains("quietly said"));
    assert!(shown("--debug run").contains("On model.shop.a: "));
    let info = shown("run");
    assert!(info.contains("START sql table model main.a") && !info.contains("quietly said"));
    for arguments in ["run --log-level warn", "run --log-level error", "run --quiet", "run --quiet --debug"] {
        let text = shown(arguments);
        assert!(text.contains("ERROR creating sql view model main.b"), "{text}");
        assert!(!text.contains("START") && !text.contains("Completed"), "{text}");
    }
    assert_eq!(shown("run --log-level none"), "");
}

#[test]
fn lines_for_debugging_name_level_and_thread() {
    let project = shop();
    let text = succeed(&project, "run --select a --log-format debug").stdout;
    let lines = told(&text);
    assert!(lines.iter().any(|line| line.starts_with("[info ] [Thread-1 (]: 1 of 1 OK created")), "{text}");
    assert!(!text.contains("On model.shop.a"), "{text}");
}
