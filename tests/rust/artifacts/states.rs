//! States that versions of dbt Core wrote (`scripts/old_states.py`), read for `state:` and `--defer`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::project::Project;
use crate::support::run;

/// Every version there is a state of.
const VERSIONS: &[&str] = &["1.5", "1.6", "1.7", "1.8", "1.9", "1.10", "1.11"];

fn states() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/states")
}

/// Writes the project that the states are of.
fn shop() -> Project {
    let project = Project::empty();
    copy(&states().join("project"), Path::new(""), &project);
    project
}

fn copy(folder: &Path, below: &Path, project: &Project) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = below.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &path, project);
        } else {
            project.write(path.to_str().unwrap(), &fs::read_to_string(entry.path()).unwrap());
        }
    }
}

/// Lists what differs from the state of a version.
fn modified(project: &Project, version: &str) -> String {
    let state = states().join(version);
    let arguments = [
        "list",
        "-q",
        "-s",
        "state:modified",
        "--indirect-selection",
        "empty",
        "--state",
        state.to_str().unwrap(),
    ];
    let answer = run::run_with(project, &arguments);
    assert_eq!(answer.code, 0, "{version}: {}", answer.stderr);
    answer.stdout.trim().replace('\n', " ")
}

#[test]
fn nothing_differs_from_what_any_version_wrote_of_the_same_project() {
    let project = shop();
    for version in VERSIONS {
        assert_eq!(modified(&project, version), "", "{version}");
    }
}

#[test]
fn what_is_changed_differs_from_what_any_version_wrote() {
    let changes = [
        ("models/stg_orders.sql", "amount,", "amount + 1 as amount,", "shop.stg_orders"),
        ("macros/cents.sql", "* 100", "* 1000", "shop.stg_orders"),
        ("models/marts/totals.sql", "select 1", "select 2", "shop.marts.totals"),
        ("models/shop.yml", "hugeint", "bigint", "shop.marts.totals"),
        ("models/shop.yml", "}}_raw", "}}_landing", "source:shop.raw.things"),
        (
            "dbt_project.yml",
            "materialized: table",
            "materialized: view",
            "shop.marts.totals shop.marts.versioned.v1 shop.marts.versioned.v2",
        ),
        ("seeds/orders.csv", "2,3", "2,4", "shop.orders"),
        ("snapshots/history.sql", "'all'", "['id']", "shop.history.history"),
        ("tests/no_debts.sql", "< 0", "< 1", "shop.no_debts"),
    ];
    for (file, before, after, expected) in changes {
        let project = shop();
        let text = project.read(file);
        assert!(text.contains(before), "{file} has no {before}");
        project.write(file, &text.replace(before, after));
        for version in VERSIONS {
            assert_eq!(modified(&project, version), expected, "{file}, {version}");
        }
    }
}

#[test]
fn references_are_led_to_what_any_version_wrote() {
    let project = shop();
    for version in VERSIONS {
        let state = states().join(version);
        let arguments =
            ["compile", "-q", "-s", "totals", "versioned", "--defer", "--state", state.to_str().unwrap()];
        let answer = run::run_with(&project, &arguments);
        assert_eq!(answer.code, 0, "{version}: {}", answer.stderr);
        let compiled = project.read("target/compiled/shop/models/marts/totals.sql");
        assert!(compiled.contains("from \"shop\".\"prod\".\"stg_orders\""), "{version}: {compiled}");
    }
}
