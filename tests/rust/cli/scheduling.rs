//! In which order nodes are begun, as the journal of a run has it.

use std::fs;

use crate::support::project::Project;
use crate::support::run::succeed;

/// Returns what the newest journal says of nodes: `+name` where one began, `-name` where it ended.
fn journal(project: &Project) -> Vec<String> {
    let mut paths: Vec<_> =
        fs::read_dir(project.path(".martlet/journal")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let text = fs::read_to_string(paths.last().unwrap()).unwrap();
    let events = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    events
        .filter_map(|event| {
            let name = event["node"].as_str()?.rsplit('.').next()?.to_owned();
            match event["event"].as_str()? {
                "started" => Some(format!("+{name}")),
                "finished" => Some(format!("-{name}")),
                _ => None,
            }
        })
        .collect()
}

/// Writes tables that wait for nothing.
fn tables(names: &[&str]) -> Project {
    let project = Project::new("");
    for name in names {
        let text = "{{ config(materialized='table') }} select range as id from range(1000)";
        project.write(&format!("models/{name}.sql"), text);
    }
    project
}

#[test]
fn a_node_that_asks_for_it_runs_alone() {
    let project = tables(&["a", "b", "c", "d", "e", "f", "g", "h"]);
    project.write(
        "models/properties.yml",
        "models:\n  - {name: c, config: {meta: {run_alone: true}}}\n  - {name: f, config: {run_alone: true}}\n",
    );
    succeed(&project, "run --threads 4");
    let events = journal(&project);
    assert_eq!(events.len(), 16);
    for name in ["c", "f"] {
        let begun = events.iter().position(|event| *event == format!("+{name}")).unwrap();
        assert_eq!(events[begun + 1], format!("-{name}"), "{events:?}");
        let open = events[..begun].iter().filter(|event| event.starts_with('+')).count();
        let closed = events[..begun].iter().filter(|event| event.starts_with('-')).count();
        assert_eq!(open, closed, "{events:?}");
    }
}

#[test]
fn what_took_longest_before_is_begun_first() {
    let project = tables(&["a", "b", "y", "z"]);
    let begun = |project: &Project| {
        journal(project).into_iter().filter(|event| event.starts_with('+')).collect::<Vec<_>>()
    };
    succeed(&project, "run --threads 1");
    assert_eq!(begun(&project), ["+a", "+b", "+y", "+z"]);
    project.write(
        ".martlet/timings.json",
        r#"{"model.shop.a": 0.1, "model.shop.b": 3, "model.shop.y": 0.2, "model.shop.z": 9}"#,
    );
    let printed = succeed(&project, "run --threads 2").stdout;
    for line in ["1 of 4 START sql table model main.z ", "2 of 4 START sql table model main.b "] {
        assert!(printed.contains(line), "{printed}");
    }
    // What lies there may be anything.
    project.write(".martlet/timings.json", "[not what it was");
    succeed(&project, "run --threads 2");
    // With one thread the order is dbt's.
    succeed(&project, "run --threads 1");
    assert_eq!(begun(&project), ["+a", "+b", "+y", "+z"]);
}
