//! Incremental and ephemeral models: what lies in the database after a second run.

use crate::support::project::Project;
use crate::support::run::{run, succeed, succeed_with};

/// A model that takes what is new or changed of a seed, with a strategy.
fn incremental(config: &str) -> Project {
    let project = Project::new(
        "
//- models/days.sql
{% if is_incremental() %}
select 2 as id, 'changed' as state
union all
select 3, 'new'
{% else %}
select 1 as id, 'first' as state
union all
select 2, 'second'
{% endif %}
",
    );
    project.write(
        "models/properties.yml",
        &format!("models:\n  - name: days\n    config: {{materialized: incremental, {config}}}\n"),
    );
    project
}

const DAYS: &str = "select id, state from days order by id, state";

#[test]
fn append_adds_rows() {
    let project = incremental("incremental_strategy: append");
    succeed(&project, "build");
    succeed(&project, "build");
    insta::assert_snapshot!(project.query(DAYS), @r"
    1 first
    2 changed
    2 second
    3 new
    ");
}

#[test]
fn delete_and_insert_replaces_by_key() {
    let project = incremental("incremental_strategy: delete+insert, unique_key: id");
    succeed(&project, "build");
    succeed(&project, "build");
    insta::assert_snapshot!(project.query(DAYS), @r"
    1 first
    2 changed
    3 new
    ");
}

#[test]
fn merge_updates_by_key() {
    let project = incremental("incremental_strategy: merge, unique_key: id");
    succeed(&project, "build");
    succeed(&project, "build");
    insta::assert_snapshot!(project.query(DAYS), @r"
    1 first
    2 changed
    3 new
    ");
}

#[test]
fn a_full_refresh_builds_anew() {
    let project = incremental("incremental_strategy: append");
    succeed(&project, "build");
    succeed(&project, "build --full-refresh");
    insta::assert_snapshot!(project.query(DAYS), @r"
    1 first
    2 second
    ");
}

#[test]
fn a_changed_query_can_add_columns() {
    let project = incremental("incremental_strategy: append, on_schema_change: append_new_columns");
    succeed(&project, "build");
    project.write("models/days.sql", "select 4 as id, 'later' as state, true as checked\n");
    succeed(&project, "build");
    insta::assert_snapshot!(project.query("select id, checked from days order by id"), @r"
    1 null
    2 null
    4 true
    ");
}

#[test]
fn an_ephemeral_model_is_part_of_the_query_that_needs_it() {
    let project = Project::new(
        "
//- models/base.sql
{{ config(materialized='ephemeral') }}
select 1 as id
//- models/middle.sql
{{ config(materialized='ephemeral') }}
select id + 1 as id from {{ ref('base') }}
//- models/orders.sql
{{ config(materialized='table') }}
with own as (select * from {{ ref('middle') }})
select * from own
",
    );
    succeed(&project, "build");
    insta::assert_snapshot!(project.query("select id from orders"), @"2");
    insta::assert_snapshot!(project.query("select table_name from information_schema.tables"), @"orders");
}

#[test]
fn a_failed_build_leaves_the_old_table_untouched() {
    let project = Project::new(
        "
//- models/orders.sql
{{ config(materialized='table') }}
select unnest([1, 2]) as id
",
    );
    succeed(&project, "build");
    project.write(
        "models/orders.sql",
        "{{ config(materialized='table') }}\nselect cast(unnest(['7', 'x']) as integer) as id\n",
    );
    assert_eq!(run(&project, "build").code, 1);
    assert_eq!(project.query("select id from orders order by id"), "1\n2");
}

#[test]
fn a_failed_increment_leaves_the_old_rows_untouched() {
    let project = incremental("incremental_strategy: delete+insert, unique_key: id");
    succeed(&project, "build");
    project.write("models/days.sql", "select 1 as id, error('no state') as state\n");
    assert_eq!(run(&project, "build").code, 1);
    insta::assert_snapshot!(project.query(DAYS), @r"
    1 first
    2 second
    ");
}

#[test]
fn a_table_becomes_a_view_and_a_table_again() {
    let project = Project::new(
        "
//- models/orders.sql
{{ config(materialized=var('kind')) }}
select 1 as id
",
    );
    let kind = "select table_type from information_schema.tables where table_name = 'orders'";
    for (given, found) in [("table", "BASE TABLE"), ("view", "VIEW"), ("table", "BASE TABLE")] {
        succeed_with(&project, &["build", "--vars", &format!("kind: {given}")]);
        assert_eq!(project.query(kind), found);
    }
}
