//! Builds that are killed at random moments: `retry` brings every table to what an undisturbed build makes of it, the
//! database opens every time, and nothing is left lying about.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::rounds;
use crate::support::project::Project;

/// How many models are built.
const MODELS: usize = 200;

/// When a build is killed.
#[derive(Debug, Clone)]
enum Moment {
    /// After a share of the time that it takes.
    Share(f64),
    /// While the rows of an incremental model are committed.
    Commit(usize),
}

/// Writes models of every kind that read each other; with each run (`n`) the rows change, or more come.
fn project() -> Project {
    let project = Project::new("//- seeds/raw.csv\nid,name\n1,a\n2,b\n");
    project.write(
        "profiles.yml",
        "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 4}}}\n",
    );
    project.write("project.yml", "name: shop\nprofile: shop\nvars: {n: 1}\n");
    project.write(
        "snapshots/history.sql",
        "{% snapshot history %}{{ config(unique_key='id', strategy='timestamp', updated_at='changed') }}\n\
         select id, run, timestamp '2024-01-01' + run * interval 1 day as changed from {{ ref('m000') }}\n\
         {% endsnapshot %}\n",
    );
    project.write(
        "models/m.yml",
        "models: [{name: m000, columns: [{name: id, data_tests: [unique, not_null]}]}]\n",
    );
    for number in 0..MODELS {
        let config = match number % 5 {
            0 => "materialized='table'",
            1 => "materialized='view'",
            2 => "materialized='incremental', incremental_strategy='append'",
            3 => "materialized='incremental', incremental_strategy='merge', unique_key='id'",
            _ => "materialized='incremental', incremental_strategy='delete+insert', unique_key='id'",
        };
        let parent =
            if number < 10 { "raw".to_owned() } else { format!("m{:03}", number * 7 % (number - 5)) };
        // Half of the ids of a run were there before: they are changed where the strategy goes by keys.
        let text = format!(
            "{{{{ config({config}) }}}}\nselect {{{{ var('n') }}}} * 20 + range as id, {{{{ var('n') }}}} as run,\n\
             (select count(*) from {{{{ ref('{parent}') }}}}) as seen\nfrom range(40)\n"
        );
        project.write(&format!("models/m{number:03}.sql"), &text);
    }
    project
}

fn start(folder: &Path, home: &Path, arguments: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_martlet"));
    command.args(arguments).current_dir(folder).env("HOME", home).env("NO_COLOR", "1");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Runs the program to its end and asks that all went well.
fn finish(folder: &Path, home: &Path, arguments: &[&str]) {
    let status = start(folder, home, arguments).wait().unwrap();
    assert!(status.success(), "{arguments:?} in {}: {status}", folder.display());
}

/// Runs the program and kills it after a while, unless it ends before.
fn kill(folder: &Path, home: &Path, arguments: &[&str], after: Duration) {
    let mut child = start(folder, home, arguments);
    // Nobody sends: the wait is the moment that is looked for.
    let (_sender, receiver) = mpsc::channel::<()>();
    let _ = receiver.recv_timeout(after);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Runs the program and kills it as soon as its journal says for the given time that rows are about to be committed:
/// whether they were, only the database knows.
fn kill_at_commit(folder: &Path, home: &Path, arguments: &[&str], time: usize) {
    let before = journals(folder);
    let mut child = start(folder, home, arguments);
    while child.try_wait().unwrap().is_none() {
        let newest = journals(folder).into_iter().find(|path| !before.contains(path));
        let text = newest.map(|path| fs::read_to_string(path).unwrap_or_default()).unwrap_or_default();
        if text.matches("\"committing\"").count() > time {
            break;
        }
        std::thread::yield_now();
    }
    // It may have ended by itself in the meantime.
    let _ = child.kill();
    child.wait().unwrap();
}

/// Tells every relation with its rows: how many, and the sum of their hashes.
fn told(folder: &Path) -> Vec<String> {
    let database = duckdb::Connection::open(folder.join("shop.duckdb")).unwrap();
    let mut statement =
        database.prepare("select table_name from information_schema.tables order by 1").unwrap();
    let names: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let rows = |name: &String| -> String {
        let query = format!(
            "select '{name} ' || count(*) || ' ' || coalesce(sum(hash(t)), 0)::varchar from {name} t"
        );
        database.query_row(&query, [], |row| row.get(0)).unwrap()
    };
    names.iter().map(rows).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn journals(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join(".martlet/journal")).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

const SECOND: &[&str] = &["build", "--vars", "{n: 2}"];

#[test]
fn a_killed_build_is_finished_by_retry() {
    let project = project();
    let (folder, home) = (project.folder(), project.home());
    finish(&folder, &home, &["build"]);
    let copies = tempfile::tempdir().unwrap();
    let undisturbed = copies.path().join("undisturbed");
    project.write("seeds/raw.csv", "id,name\n1,a\n3,c\n4,d\n");
    copy(&folder, &undisturbed);
    let watch = Instant::now();
    finish(&undisturbed, &home, SECOND);
    let whole = watch.elapsed();
    let expected = told(&undisturbed);
    assert_eq!(expected.len(), MODELS + 2);

    let config =
        Config { cases: rounds(100), failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    // When the build is killed, and when those who go on are.
    let first =
        prop_oneof![(0.05..1.0_f64).prop_map(Moment::Share), (0..MODELS / 2).prop_map(Moment::Commit)];
    let moments = (first, proptest::collection::vec(0.0..1.0_f64, 0..3));
    let round = |(first, others): (Moment, Vec<f64>)| {
        let copied = tempfile::tempdir().unwrap();
        let folder = copied.path();
        copy(&project.folder(), folder);
        let before = journals(folder).len();
        match first {
            Moment::Share(share) => kill(folder, &home, SECOND, whole.mul_f64(share)),
            Moment::Commit(time) => kill_at_commit(folder, &home, SECOND, time),
        }
        // Killed before it knew what to run, the build left nothing to go on with.
        let go_on = |folder: &Path| if journals(folder).len() > before { &["retry"][..] } else { SECOND };
        for moment in others {
            kill(folder, &home, go_on(folder), whole.mul_f64(moment));
        }
        finish(folder, &home, go_on(folder));
        prop_assert_eq!(told(folder), expected.clone());
        Ok(())
    };
    runner.run(&moments, round).unwrap();
}
