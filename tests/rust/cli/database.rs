//! How a DuckDB file is shared: with readers, with another process, and among the workers of a run.

use crate::support::project::Project;
use crate::support::run::{run, succeed};

fn project() -> Project {
    Project::new("//- models/a.sql\n{{ config(materialized='table') }} select 1 as id\n")
}

/// Holds the database of a project open, for reading alone.
fn reader(project: &Project) -> duckdb::Connection {
    let config = duckdb::Config::default().access_mode(duckdb::AccessMode::ReadOnly).unwrap();
    duckdb::Connection::open_with_flags(project.path("shop.duckdb"), config).unwrap()
}

#[test]
fn show_reads_beside_another_reader_and_run_says_who_is_in_the_way() {
    let project = project();
    succeed(&project, "run");
    let _reader = reader(&project);
    insta::assert_snapshot!(run(&project, "show --select a").news(), @"
    Previewing node 'a':
    | id |
    |----|
    | 1  |
    exit 0
    ");
    insta::assert_snapshot!(run(&project, "run").news(), @"
    ! error: the database shop.duckdb is in use by process NNN (PROGRAM). Close that program, or raise `retries: {connect_attempts: ...}` in the profile
    exit 2
    ");
}

#[test]
fn a_held_database_is_waited_for_as_the_profile_says() {
    let project = project();
    succeed(&project, "run");
    project.write(
        "profiles.yml",
        "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, retries: {connect_attempts: 2}}}}\n",
    );
    project.write("project.yml", "name: shop\nprofile: shop\n");
    let reader = reader(&project);
    insta::assert_snapshot!(run(&project, "run").news(), @"
    HH:MM:SS  The database shop.duckdb is in use by process NNN (PROGRAM); attempt 1 of 2, the next one in 1 s
    ! error: the database shop.duckdb is in use by process NNN (PROGRAM); waited 1 s. Close that program, or raise `retries: {connect_attempts: ...}` in the profile
    exit 2
    ");
    drop(reader);
    succeed(&project, "run");
}

#[test]
fn show_makes_no_database() {
    let project = project();
    insta::assert_snapshot!(run(&project, "show --select a --output json --quiet").told(), @r#"
    {
      "node": "a",
      "show": [
        {
          "id": 1
        }
      ]
    }
    exit 0
    "#);
    assert!(!project.path("shop.duckdb").exists());
}

#[test]
fn nodes_that_change_the_same_row_take_turns() {
    let project = Project::new("");
    project.write(
        "profiles.yml",
        "shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 8}}}\n",
    );
    project.write(
        "project.yml",
        "name: shop\nprofile: shop\n\
         on-run-start: create or replace table counted as select 0 as n\n\
         models: {+post-hook: 'update counted set n = n + 1'}\n",
    );
    for number in 0..40 {
        project.write(
            &format!("models/m{number}.sql"),
            "{{ config(materialized='table') }} select range as id from range(1000)",
        );
    }
    succeed(&project, "run");
    assert_eq!(project.query("select n from counted"), "40");
}
