//! Ctrl-C: what runs is stopped, what was done is kept, and `retry` goes on from there.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};

use crate::support::project::Project;
use crate::support::run::{Answer, answer, command, run};

/// A project with a model that is done at once, one that takes an hour, and one that reads it.
fn project(slow: &str) -> Project {
    let project = Project::new(
        "
//- models/done.sql
{{ config(materialized='table') }} select 1 as id
//- models/later.sql
select * from {{ ref('slow') }}
",
    );
    project.write("models/slow.sql", slow);
    project
}

const AN_HOUR: &str =
    "{{ config(materialized='table') }} select count(*) as id from range(1000000000) a, range(1000000000) b";

/// Runs the program and sends it signals once the slow model has begun, each after what was said to the one before.
fn interrupted(project: &Project, signals: &[&str]) -> Answer {
    let mut command = command(project, &["run", "--threads", "1"], &[]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let journals = project.path(".martlet/journal");
    let begun = || {
        let entries = std::fs::read_dir(&journals).into_iter().flatten();
        let texts = entries.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
        texts.into_iter().any(|text| text.contains(r#""event":"started","node":"model.shop.slow""#))
    };
    while !begun() {
        std::thread::yield_now();
    }
    signalled(project, child, signals)
}

/// Sends signals to the program, each after what was said to the one before, and waits for its end.
fn signalled(project: &Project, mut child: Child, signals: &[&str]) -> Answer {
    let mut said = String::new();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    for signal in signals {
        let line = format!("kill -{signal} {}", child.id());
        assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success());
        stderr.read_line(&mut said).unwrap();
    }
    stderr.read_to_string(&mut said).unwrap();
    let output = child.wait_with_output().unwrap();
    answer(project, &Output { stderr: said.into_bytes(), ..output })
}

#[test]
fn an_interrupted_run_says_what_was_done_and_is_gone_on_with() {
    let project = project(AN_HOUR);
    insta::assert_snapshot!(interrupted(&project, &["INT"]).news(), @"
    HH:MM:SS  1 of 3 START sql table model main.done ......................................... [RUN]
    HH:MM:SS  1 of 3 OK created sql table model main.done .................................... [OK in S.SSs]
    HH:MM:SS  2 of 3 START sql table model main.slow ......................................... [RUN]
    HH:MM:SS  CANCEL query model.shop.slow ................................................... [CANCEL]
    HH:MM:SS  Finished running 2 table models, 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Exited because of keyboard interrupt
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=0 SKIP=2 NO-OP=0 TOTAL=3
    ! Stopping what runs; ctrl-C once more leaves at once
    exit 2
    ");
    let results = project.read("target/run_results.json");
    let results: serde_json::Value = serde_json::from_str(&results).unwrap();
    let statuses: Vec<&str> = results["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["success", "skipped", "skipped"]);
    project.write("models/slow.sql", "select 2 as id");
    insta::assert_snapshot!(run(&project, "retry").news(), @"
    HH:MM:SS  1 of 2 START sql view model main.slow .......................................... [RUN]
    HH:MM:SS  1 of 2 OK created sql view model main.slow ..................................... [OK in S.SSs]
    HH:MM:SS  2 of 2 START sql view model main.later ......................................... [RUN]
    HH:MM:SS  2 of 2 OK created sql view model main.later .................................... [OK in S.SSs]
    HH:MM:SS  Finished running 2 view models in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed successfully
    HH:MM:SS  Done. PASS=2 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=2
    exit 0
    ");
}

#[test]
fn being_asked_to_end_is_as_good_as_an_interruption() {
    assert_eq!(interrupted(&project(AN_HOUR), &["TERM"]).code, 2);
}

#[test]
fn the_second_time_the_program_leaves_at_once() {
    // A template that goes on and on takes no notice of the first signal.
    let endless = "{% if execute %}{% for a in range(9000) %}{% for b in range(9000) %}{% endfor %}{% endfor %}\
                   {% endif %}select 1 as id";
    let answer = interrupted(&project(endless), &["INT", "INT"]);
    assert_eq!(answer.code, 2);
    assert!(!answer.stdout.contains("Exited because"), "{}", answer.stdout);
}

#[test]
fn the_first_failure_stops_what_runs_beside_it() {
    let project = project(AN_HOUR);
    // The slow one begins first: the longest path begins there.
    project.write("models/broken.sql", "{{ config(materialized='table') }} select error('no') as id");
    project.write(
        "project.yml",
        "name: shop\non-run-end: create table ended as select {{ results | length }} as n\n",
    );
    let answer = run(&project, "run --threads 4 --fail-fast");
    let told = answer.news();
    assert!(told.ends_with("exit 1"), "{told}");
    // Its worker may be so late that it never begins.
    let never_began = !told.contains("START sql table model main.slow ");
    assert!(told.contains("CANCEL query model.shop.slow ") || never_began, "{told}");
    // The failure is told at once, and again in the end.
    assert_eq!(told.matches("Error in model broken").count(), 2, "{told}");
    let statuses = project.read("target/run_results.json");
    assert!(statuses.contains("Skipping due to fail_fast"), "{statuses}");
    assert_eq!(project.query("select count(*) from ended"), "1");
}

#[test]
fn a_hook_after_the_run_is_stopped_too() {
    let project = Project::new(
        "
//- project.yml
name: shop
on-run-end:
- select count(*) from range(1000000000) a, range(1000000000) b
//- models/done.sql
{{ config(materialized='table') }} select 1 as id
",
    );
    let mut child =
        command(&project, &["run"], &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut printed = String::new();
    while !printed.contains("START hook") {
        assert_ne!(stdout.read_line(&mut printed).unwrap(), 0, "{printed}");
    }
    assert_eq!(signalled(&project, child, &["INT"]).code, 2);
    stdout.read_to_string(&mut printed).unwrap();
    assert!(printed.contains("1 of 1 ERROR hook: shop.on-run-end.0"), "{printed}");
    assert!(printed.contains("Exited because of keyboard interrupt"), "{printed}");
}
