//! The statements of seeds, clones, functions, tests, the catalog and freshness.

use super::shop::Shop;

#[test]
fn a_seed_is_filled_in_the_place_of_its_old_rows() {
    let shop = Shop::new("//- seeds/codes.csv\nid,name\n1,it's\n2,\n");
    insta::assert_snapshot!(shop.sent(&["seed"]), @"
    create table DEV.marts.codes (id integer, name text)
    insert overwrite into DEV.marts.codes (id, name) values (1, 'it''s'), (2, null)
    ");
    insta::assert_snapshot!(shop.sent(&["seed"]), @"insert overwrite into DEV.marts.codes (id, name) values (1, 'it''s'), (2, null)");
    insta::assert_snapshot!(shop.sent(&["seed", "--full-refresh"]), @"
    create or replace table DEV.marts.codes (id integer, name text)
    insert overwrite into DEV.marts.codes (id, name) values (1, 'it''s'), (2, null)
    ");
    assert_eq!(shop.rows(&["codes"]), r#"codes: ["1","it's"] ["2",null]"#);
}

#[test]
fn a_clone_is_one_statement() {
    let shop = Shop::new(
        "
//- models/orders.sql
{{ config(materialized='table', copy_grants=true) }} select 1 as id
//- models/seen.sql
{{ config(materialized='view') }} select id from {{ ref('orders') }}
",
    );
    shop.sent(&["run", "--target", "blue", "--target-path", "state"]);
    insta::assert_snapshot!(shop.sent(&["clone", "--state", "state"]), @"
    create or replace transient table DEV.marts.orders clone DEV.blue.orders copy grants
    create or replace view DEV.marts.seen as (select * from DEV.blue.seen)
    ");
    insta::assert_snapshot!(shop.sent(&["clone", "--state", "state"]), @"");
    assert_eq!(shop.rows(&["orders"]), r#"orders: ["1"]"#);
}

#[test]
fn a_function_is_named_with_its_types() {
    let shop = Shop::new(
        "
//- functions/twice.sql
a * 2
//- functions/functions.yml
functions:
  - name: twice
    description: doubles
    config: {volatility: deterministic, grants: {usage: [reader]}, persist_docs: {relation: true}}
    arguments: [{name: a, data_type: number}]
    returns: {data_type: number}
",
    );
    // The stand-in has no functions.
    let (_, sent) = shop.run(&["build"]);
    insta::assert_snapshot!(sent, @"create or replace function DEV.marts.twice (a number) returns number immutable comment = 'doubles' as $$ a * 2 $$  -- refused: 001003");
}

#[test]
fn the_catalog_and_freshness_are_one_question_each() {
    let shop = Shop::new(
        "
//- models/orders.sql
{{ config(materialized='table') }} select 1 as id
//- models/sources.yml
sources:
  - name: marts
    tables:
      - {name: orders, config: {freshness: {warn_after: {count: 1, period: hour}}}}
      - {name: people, config: {freshness: {warn_after: {count: 1, period: hour}}}}
",
    );
    shop.sql(&["create table marts.people (id integer)"]);
    shop.sent(&["run"]);
    let sent = shop.sent(&["docs", "generate"]);
    assert_eq!(sent.lines().count(), 1, "{sent}");
    assert!(sent.contains("from DEV.INFORMATION_SCHEMA.tables"), "{sent}");
    let catalog: serde_json::Value = serde_json::from_str(&shop.project.read("target/catalog.json")).unwrap();
    assert_eq!(catalog["nodes"]["model.shop.orders"]["metadata"]["type"], "BASE TABLE");
    assert_eq!(catalog["nodes"]["model.shop.orders"]["columns"]["ID"]["type"], "NUMBER");
    insta::assert_snapshot!(shop.sent(&["source", "freshness"]), @"select table_schema as schema, table_name as identifier, last_altered as last_modified, convert_timezone('UTC', current_timestamp()) as snapshotted_at from DEV.INFORMATION_SCHEMA.tables where ((upper(table_schema) = upper('marts') and upper(table_name) = upper('orders')) or (upper(table_schema) = upper('marts') and upper(table_name) = upper('people')))");
}
