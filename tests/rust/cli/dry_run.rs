//! `--dry-run`: statements in their order, and nothing sent.

use insta::assert_snapshot;

use crate::support::project::Project;
use crate::support::run::run;

/// A project whose account is nowhere.
fn nowhere() -> Project {
    Project::new(
        "
//- profiles.yml
shop:
  target: dev
  outputs:
    dev:
      type: snowflake
      account: nowhere
      user: nobody
      password: nothing
      host: nowhere.invalid
      database: shop
      schema: main
      threads: 4
//- project.yml
name: shop
profile: shop
query-comment: ''
//- seeds/s.csv
id,name
1,it's
2,\\
//- models/b.sql
{{ config(materialized='table') }} select id from {{ ref('a') }}
//- models/a.sql
select id from {{ ref('s') }}
//- models/c.sql
{{ config(materialized='incremental', unique_key='id') }} select id from {{ ref('b') }}
//- models/m.yml
models:
  - name: c
    columns: [{name: id, data_tests: [not_null]}]
//- raw/t.csv
Id,text
1,a
//- models/sources.yml
sources:
  - name: raw
    tables: [{name: t}]
",
    )
}

#[test]
fn every_statement_of_a_build_is_shown_in_order() {
    let project = nowhere();
    assert_snapshot!(run(&project, "build --dry-run -q").told(), @r"
    -- master
    show terse schemas in database shop limit 10000;

    create schema if not exists shop.main;

    -- seed.shop.s
    create table shop.main.s (id integer, name text);

    insert overwrite into shop.main.s (id, name) values
    (1, 'it''s'), (2, '\\');

    -- model.shop.a
    create or replace view shop.main.a


        as (
            select id from shop.main.s
        );

    -- model.shop.b
    create or replace transient table shop.main.b



        as (
             select id from shop.main.a
        );

    -- model.shop.c
    create or replace transient table shop.main.c



        as (
             select id from shop.main.b
        );

    -- test.shop.not_null_c_id.2f016e14d2
    select
            count(*) as failures,
            count(*) != 0 as should_warn,
            count(*) != 0 as should_error
        from (

    select id
    from shop.main.c
    where id is null


        ) dbt_internal_test;

    exit 0
    ");
    assert!(!project.path("target/run_results.json").exists(), "nothing was run");
    assert!(!project.path(".martlet").exists(), "there is nothing to go on with");
}

#[test]
fn every_statement_of_loading_is_shown() {
    assert_snapshot!(run(&nowhere(), "load raw --dry-run -q").told(), @r#"
    -- master
    show terse schemas in database shop limit 10000;

    create schema if not exists shop.raw;

    create or replace table shop.raw.t__martlet_load (
                "ID" TEXT,
                "TEXT" TEXT
            );

    insert into shop.raw.t__martlet_load ("ID", "TEXT") values
    ('1', 'a');

    select count(*) as n from shop.raw.t__martlet_load;

    create or replace table shop.raw.t clone shop.raw.t__martlet_load copy grants;

    drop table if exists shop.raw.t__martlet_load;

    exit 0
    "#);
}

#[test]
fn what_cannot_be_made_is_told_apart_from_the_statements() {
    let project = nowhere();
    project.write("models/b.sql", "select {{ nothing() }} from {{ ref('a') }}");
    let answer = run(&project, "run --dry-run -q");
    assert_snapshot!(answer.stderr, @"error: models/b.sql:1:11: sql view model main.b: 'nothing' is undefined");
    assert_eq!(answer.code, 1);
    assert!(answer.stdout.contains("create or replace view shop.main.a"), "{}", answer.stdout);
}

#[test]
fn no_database_is_made() {
    let project = Project::new("\n//- models/a.sql\nselect 1 as id\n");
    let answer = run(&project, "build --dry-run -q");
    assert!(answer.code == 0 && answer.stdout.contains("create view"), "{}", answer.told());
    assert!(!project.path("shop.duckdb").exists());
}
