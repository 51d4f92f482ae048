//! `source freshness`: how old sources are.

use serde_json::Value;

use crate::support::project::Project;
use crate::support::run::{run, succeed};

/// Sources of every age. The times have no zone and are universal.
fn aged() -> Project {
    let project = Project::new(
        "//- models/sources.yml
sources:
  - name: raw
    config:
      loaded_at_field: loaded_at
      freshness: {warn_after: {count: 1, period: hour}, error_after: {count: 1, period: day}}
    tables:
      - name: fresh
      - name: old
      - name: stale
      - name: absent
      - name: silent
        config: {freshness: null}
      - name: nothing
      - name: asked
        config: {loaded_at_field: null, loaded_at_query: \"select max(loaded_at) from {{ this }}\"}
        identifier: old
      - name: filtered
        identifier: both
        config: {freshness: {filter: \"id = 1\"}}
",
    );
    let make = "create schema raw;
        create view raw.at as select now() at time zone 'utc' as now;
        create table raw.fresh as select now - interval 5 minute as loaded_at from raw.at;
        create table raw.old as select now - interval 2 hour as loaded_at from raw.at;
        create table raw.stale as select now - interval 2 day as loaded_at from raw.at;
        create table raw.nothing as select now as loaded_at from raw.at where false;
        create table raw.both as select 1 as id, now - interval 2 day as loaded_at from raw.at
            union all select 2, now from raw.at;";
    project.database().execute_batch(make).unwrap();
    project
}

fn results(project: &Project, name: &str) -> String {
    let sources: Value = serde_json::from_str(&project.read(name)).unwrap();
    let lines = sources["results"].as_array().unwrap().iter().map(|one| {
        let age = match one["max_loaded_at_time_ago_in_s"].as_f64().map(|age| age / 3600.0) {
            None => String::new(),
            Some(hours) if hours > 1e6 => " since ever".to_owned(),
            Some(hours) => format!(" {hours:.0}h"),
        };
        format!("{} {}{age}", one["unique_id"].as_str().unwrap(), one["status"].as_str().unwrap())
    });
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    lines.join("\n")
}

#[test]
fn each_source_is_told_with_its_age() {
    let project = aged();
    let told = run(&project, "source freshness --threads 1");
    insta::assert_snapshot!(told.news(), @r#"
    HH:MM:SS  1 of 7 START freshness of raw.absent ........................................... [RUN]
    HH:MM:SS  1 of 7 ERROR freshness of raw.absent ........................................... [ERROR in S.SSs]
    HH:MM:SS  2 of 7 START freshness of raw.asked ............................................ [RUN]
    HH:MM:SS  2 of 7 WARN freshness of raw.asked ............................................. [WARN in S.SSs]
    HH:MM:SS  3 of 7 START freshness of raw.filtered ......................................... [RUN]
    HH:MM:SS  3 of 7 ERROR STALE freshness of raw.filtered ................................... [ERROR STALE in S.SSs]
    HH:MM:SS  4 of 7 START freshness of raw.fresh ............................................ [RUN]
    HH:MM:SS  4 of 7 PASS freshness of raw.fresh ............................................. [PASS in S.SSs]
    HH:MM:SS  5 of 7 START freshness of raw.nothing .......................................... [RUN]
    HH:MM:SS  5 of 7 ERROR STALE freshness of raw.nothing .................................... [ERROR STALE in S.SSs]
    HH:MM:SS  6 of 7 START freshness of raw.old .............................................. [RUN]
    HH:MM:SS  6 of 7 WARN freshness of raw.old ............................................... [WARN in S.SSs]
    HH:MM:SS  7 of 7 START freshness of raw.stale ............................................ [RUN]
    HH:MM:SS  7 of 7 ERROR STALE freshness of raw.stale ...................................... [ERROR STALE in S.SSs]
    HH:MM:SS  Error in source absent (models/sources.yml)
    HH:MM:SS  error[jinja-error]: Catalog Error: Table with name absent does not exist!
    HH:MM:SS    --> models/sources.yml:10:15
    HH:MM:SS     |
    HH:MM:SS  10 |       - name: absent
    HH:MM:SS     |               ^^^^^^
    HH:MM:SS     |
    HH:MM:SS     = note: Did you mean "stale"?
    HH:MM:SS  Done.
    exit 1
    "#);
    insta::assert_snapshot!(results(&project, "target/sources.json"), @"
    source.shop.raw.absent runtime error
    source.shop.raw.asked warn 2h
    source.shop.raw.filtered error 48h
    source.shop.raw.fresh pass 0h
    source.shop.raw.nothing error since ever
    source.shop.raw.old warn 2h
    source.shop.raw.stale error 48h
    ");
}

#[test]
fn a_warning_is_no_failure_and_the_old_name_is_known() {
    let project = aged();
    succeed(
        &project,
        "source snapshot-freshness --select source:raw.fresh source:raw.old --output told/ages.json",
    );
    assert_eq!(
        results(&project, "told/ages.json"),
        "source.shop.raw.fresh pass 0h\nsource.shop.raw.old warn 2h"
    );
    assert!(!project.path("target/sources.json").exists());
    let nothing = succeed(&project, "source freshness --select source:raw.silent");
    insta::assert_snapshot!(nothing.news(), @"
    HH:MM:SS  [WARNING]: Nothing to do. Try checking your model configs and model specification args
    exit 0
    ");
}

#[test]
fn json_lines_have_dbts_name_of_the_event() {
    let project = aged();
    let told = run(&project, "--log-format json source freshness --select source:raw.stale");
    assert_eq!(told.code, 1);
    let line = told.stdout.lines().find(|line| line.contains("LogFreshnessResult")).unwrap();
    let event: Value = serde_json::from_str(line).unwrap();
    assert_eq!((&event["info"]["code"], &event["info"]["level"]), (&"Q018".into(), &"error".into()));
}

#[test]
fn hooks_run_around_it_unless_a_flag_says_no() {
    let project = aged();
    let hook = "name: shop\non-run-end: create or replace table raw.noted as select 1 as id\n";
    let noted = || project.query("select count(*) from duckdb_tables() where table_name = 'noted'");
    project.write("project.yml", &format!("{hook}flags: {{source_freshness_run_project_hooks: false}}\n"));
    succeed(&project, "source freshness --select source:raw.fresh");
    assert_eq!(noted(), "0");
    project.write("project.yml", hook);
    succeed(&project, "source freshness --select source:raw.fresh");
    assert_eq!(noted(), "1");
}

#[test]
fn who_only_looks_keeps_nobody_out() {
    let project = aged();
    let settings = duckdb::Config::default().access_mode(duckdb::AccessMode::ReadOnly).unwrap();
    let reader = duckdb::Connection::open_with_flags(project.path("shop.duckdb"), settings).unwrap();
    succeed(&project, "source freshness --select source:raw.fresh");
    drop(reader);
}
