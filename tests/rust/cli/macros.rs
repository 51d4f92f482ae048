//! Built-in macros that need a database: comments, catalogs, columns, schema changes, contracts, snapshots, files.

use crate::support::project::Project;
use crate::support::run::{run, succeed};

#[test]
fn descriptions_become_comments() {
    let project = Project::new(
        "
//- models/orders.sql
{{ config(materialized='table') }}
select 1 as id, 'a' as \"Name\"
//- models/seen.sql
select * from {{ ref('orders') }}
//- models/models.yml
models:
  - name: orders
    description: all of 'them', $1 each
    config: {persist_docs: {relation: true, columns: true}}
    columns:
      - {name: id, description: the key}
      - {name: Name, description: who, quote: true}
  - name: seen
    description: a view
    config: {persist_docs: {relation: true, columns: true}}
    columns:
      - {name: gone, description: not there}
",
    );
    let answer = succeed(&project, "run");
    assert!(answer.told().contains("not present in the database: gone"), "{}", answer.told());
    insta::assert_snapshot!(project.query(
        "select table_name, comment from duckdb_tables() union all
         select view_name, comment from duckdb_views() where not internal order by 1"
    ), @r"
    orders all of 'them', $1 each
    seen a view
    ");
    insta::assert_snapshot!(project.query(
        "select column_name, comment from duckdb_columns() where table_name = 'orders' order by 1"
    ), @r"
    Name who
    id the key
    ");
}

#[test]
fn columns_are_read_from_relations_and_queries() {
    let project = Project::new(
        "
//- models/orders.sql
{{ config(materialized='table') }}
select 1 as id, 'a' as name, 1.50::decimal(10, 2) as price, {'x': 1, 'y': 'b'} as pair
//- models/described.sql
{{ config(materialized='table') }}
{% set lines = [] %}
{% if execute %}
{% for c in adapter.get_columns_in_relation(ref('orders')) %}{% do lines.append(c.name ~ ' ' ~ c.data_type) %}{% endfor %}
{% for c in get_column_schema_from_query('select * from ' ~ ref('orders')) %}{% do lines.append('query ' ~ c.name ~ ' ' ~ c.dtype) %}{% endfor %}
{% do lines.append('none ' ~ adapter.get_columns_in_relation(this.incorporate(path={'identifier': 'gone'})) | length) %}
{% endif %}
{% for line in lines or ['nothing'] %}
select '{{ line }}' as line {{ 'union all' if not loop.last }}
{% endfor %}
-- {{ ref('orders') }}
",
    );
    succeed(&project, "run");
    insta::assert_snapshot!(project.query("select line from described"), @"
    id INTEGER
    name character varying(256)
    price DECIMAL(10,2)
    pair STRUCT(x INTEGER, y VARCHAR)
    query id INTEGER
    query name VARCHAR
    query price DECIMAL(10,2)
    query pair.x INTEGER
    query pair.y VARCHAR
    none 0
    ");
}

#[test]
fn the_catalog_tells_tables_views_and_columns() {
    let project = Project::new(
        "
//- models/orders.sql
{{ config(materialized='table') }}
select 1 as id, 'a' as name
//- models/seen.sql
select id from {{ ref('orders') }}
//- models/told.sql
{{ config(materialized='table') }}
-- depends on {{ ref('seen') }}
{% set found = get_catalog(this.information_schema(), [this.schema]) if execute else none %}
select * from (values ('', '', '', 0, '')
{% if found is not none %}{% for row in found.rows %}
, ('{{ row.table_name }}', '{{ row.table_type }}', '{{ row.column_name }}', {{ row.column_index }}, '{{ row.column_type }}')
{% endfor %}{% endif %}
) as t (relation, kind, name, place, type) where relation <> ''
",
    );
    succeed(&project, "run");
    insta::assert_snapshot!(project.query("select * from told where relation <> 'told'"), @"
    orders BASE TABLE id 1 INTEGER
    orders BASE TABLE name 2 VARCHAR
    seen VIEW id 1 INTEGER
    ");
}

#[test]
fn changed_columns_are_brought_together() {
    for (mode, expected) in [
        ("append_new_columns", "id INTEGER\nold VARCHAR\nfresh VARCHAR"),
        ("sync_all_columns", "id INTEGER\nfresh VARCHAR"),
    ] {
        let project = Project::new(&format!(
            "
//- models/days.sql
{{{{ config(materialized='incremental', on_schema_change='{mode}') }}}}
select 1 as id, 'a' as old
"
        ));
        succeed(&project, "run");
        let changed = "{{ config(materialized='incremental', on_schema_change='MODE') }}\nselect 2 as id, 'b' as fresh\n";
        let changed = if mode == "append_new_columns" {
            changed.replace("as fresh", "as old, 'c' as fresh")
        } else {
            changed.to_owned()
        };
        project.write("models/days.sql", &changed.replace("MODE", mode));
        succeed(&project, "run");
        let columns =
            "select column_name, data_type from information_schema.columns where table_name = 'days'
                       order by ordinal_position";
        assert_eq!(project.query(columns), expected, "{mode}");
    }
}

#[test]
fn a_contract_makes_the_columns_and_keeps_its_constraints() {
    let project = Project::new(
        "
//- models/orders.sql
{{ config(materialized='table', contract={'enforced': true}) }}
select 'a' as name, 1 as id
//- models/models.yml
models:
  - name: orders
    columns:
      - {name: id, data_type: integer, constraints: [{type: not_null}, {type: primary_key}]}
      - {name: name, data_type: varchar}
",
    );
    succeed(&project, "run");
    insta::assert_snapshot!(project.query(
        "select column_name, data_type, is_nullable from information_schema.columns order by ordinal_position"
    ), @"
    id INTEGER NO
    name VARCHAR YES
    ");
    project.write(
        "models/orders.sql",
        "{{ config(materialized='table', contract={'enforced': true}) }}\nselect 'a' as name, 'x' as id\n",
    );
    let answer = run(&project, "run");
    assert_eq!(answer.code, 1);
    insta::assert_snapshot!(answer.news(), @"
    HH:MM:SS  1 of 1 START sql table model main.orders ....................................... [RUN]
    HH:MM:SS  1 of 1 ERROR creating sql table model main.orders .............................. [ERROR in S.SSs]
    HH:MM:SS  Finished running 1 table model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in model orders (models/orders.sql)
    HH:MM:SS  error[jinja-error]: the query does not give the columns of the contract
    HH:MM:SS   --> models/orders.sql:1:1
    HH:MM:SS    |
    HH:MM:SS  1 | {{ config(materialized='table', contract={'enforced': true}) }}
    HH:MM:SS    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    HH:MM:SS    |
    HH:MM:SS    = note:   id: VARCHAR in the query, INTEGER in the contract
    HH:MM:SS    compiled code at target/compiled/shop/models/orders.sql
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
    exit 1
    ");
}

#[test]
fn a_model_can_be_a_file() {
    let project = Project::new(
        "
//- models/orders.sql
{{ config(materialized='external', location='orders.csv', format='csv') }}
select 1 as id, 'a' as name
//- models/seen.sql
{{ config(materialized='table') }}
select * from {{ ref('orders') }}
",
    );
    succeed(&project, "run");
    assert_eq!(project.query("select * from seen"), "1 a");
    assert_eq!(project.read("orders.csv"), "id,name\n1,a\n");
    succeed(&project, "run");
}

#[test]
fn a_model_can_be_a_function_that_gives_a_table() {
    let project = Project::new(
        "
//- models/upto.sql
{{ config(materialized='table_function', parameters=['n']) }}
select range as id from range(n)
//- models/seen.sql
{{ config(materialized='table') }}
select id from {{ ref('upto') }}(3)
",
    );
    succeed(&project, "run");
    assert_eq!(project.query("select * from seen order by id"), "0\n1\n2");
    succeed(&project, "run");
}

#[test]
fn a_seed_can_be_inserted_row_by_row() {
    let project = Project::new(
        "
//- seeds/days.csv
id,name,held
1,it's,2024-01-02
2,,
//- seeds/seeds.yml
seeds:
  - name: days
    config: {fast: false}
",
    );
    succeed(&project, "seed");
    succeed(&project, "seed");
    insta::assert_snapshot!(project.query("select id, name, held from days order by id"), @"
    1 it's 2024-01-02
    2 null null
    ");
}

#[test]
fn indexes_are_made_again_with_the_table() {
    let project = Project::new(
        "
//- models/orders.sql
{{ config(materialized='table', indexes=[{'columns': ['id'], 'unique': true}, {'columns': ['id', 'name']}]) }}
select 1 as id, 'a' as name
",
    );
    succeed(&project, "run");
    succeed(&project, "run");
    insta::assert_snapshot!(
        project.query("select is_unique, expressions from duckdb_indexes() order by 1"), @r#"
    false [id, '"name"']
    true [id]
    "#
    );
}

/// A model that is materialized as a snapshot of a seed-like table, taken three times.
fn history(config: &str) -> Project {
    let project = Project::new("");
    project.write(
        "models/history.sql",
        &format!(
            "{{{{ config(materialized='snapshot', unique_key='id', {config}) }}}}\nselect * from dev_days\n"
        ),
    );
    for rows in [
        "(1, 'a', timestamp '2024-01-01'), (2, 'b', timestamp '2024-01-01')",
        "(1, 'a', timestamp '2024-01-01'), (2, 'c', timestamp '2024-01-02'), (3, 'd', timestamp '2024-01-02')",
        "(1, 'a', timestamp '2024-01-01'), (3, 'd', timestamp '2024-01-02')",
    ] {
        project
            .database()
            .execute_batch(&format!(
                "create or replace table dev_days as select * from (values {rows}) as t (id, state, held)"
            ))
            .unwrap();
        succeed(&project, "run");
    }
    project
}

#[test]
fn a_snapshot_by_time_keeps_what_has_changed() {
    let project = history("strategy='timestamp', updated_at='held'");
    insta::assert_snapshot!(project.query(
        "select id, state, dbt_valid_from::date, dbt_valid_to::date from history order by 1, 3"
    ), @"
    1 a 2024-01-01 null
    2 b 2024-01-01 2024-01-02
    2 c 2024-01-02 null
    3 d 2024-01-02 null
    ");
}

#[test]
fn a_snapshot_by_columns_ends_rows_that_are_gone() {
    let project = history("strategy='check', check_cols='all', hard_deletes='invalidate'");
    insta::assert_snapshot!(project.query(
        "select id, state, dbt_valid_to is null from history order by 1, dbt_valid_from"
    ), @"
    1 a true
    2 b false
    2 c false
    3 d true
    ");
}

#[test]
fn a_snapshot_can_record_that_rows_are_gone() {
    let project = history("strategy='check', check_cols=['state'], hard_deletes='new_record'");
    insta::assert_snapshot!(project.query(
        "select id, state, dbt_valid_to is null, dbt_is_deleted from history order by 1, dbt_valid_from"
    ), @"
    1 a true False
    2 b false False
    2 c false False
    2 c true True
    3 d true False
    ");
}

#[test]
fn a_table_that_is_no_snapshot_is_left_alone() {
    let project = Project::new(
        "
//- models/history.sql
{{ config(materialized='snapshot', unique_key='id', strategy='check', check_cols='all') }}
select 1 as id
",
    );
    project.database().execute_batch("create table history as select 1 as id").unwrap();
    let answer = run(&project, "run");
    assert_eq!(answer.code, 1);
    assert!(answer.stdout.contains("not a snapshot table"), "{}", answer.stdout);
}

#[test]
fn while_a_project_is_read_the_adapter_answers_nothing() {
    let project = Project::new(
        "
//- models/orders.sql
{% if not execute %}
{% set told = [
    adapter.get_relation('a', 'b', 'c'), adapter.get_columns_in_relation(this), adapter.get_missing_columns(this, this),
    adapter.check_schema_exists('a', 'b'), adapter.execute('select 1')[0], adapter.execute('select 1')[1].rows | length,
    adapter.add_query('select 1'), adapter.list_relations('a', 'b'), adapter.get_column_schema_from_query('select 1'),
    adapter.drop_relation(this), adapter.cache_added(this), adapter.get_incremental_strategy_macro(context, 'x'),
    adapter.quote('a'), adapter.type(), adapter.valid_incremental_strategies(), adapter.get_hard_deletes_behavior({})
] %}
{% do exceptions.raise_compiler_error(told) %}
{% endif %}
",
    );
    let answer = run(&project, "run");
    insta::assert_snapshot!(answer.news(), @r#"
    error[jinja-error]: [None, [], [], False, '', 0, (None, None), [], [], None, '', None, '"a"', 'duckdb', ['append', 'delete+insert', 'merge', 'microbatch'], None]
     --> models/orders.sql:9:17
      |
    9 | {% do exceptions.raise_compiler_error(told) %}
      |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^
    ! the project has 1 error; nothing was run
    exit 2
    "#);
}
