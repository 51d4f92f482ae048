//! What a node puts on its session, and that it is taken off again however the node ends.

use super::shop::Shop;

const FILES: &str = "
//- models/tagged.sql
{{ config(materialized='table', query_tag=\"it's\") }} select 1 as id
//- models/big.sql
{{ config(materialized='table', snowflake_warehouse='big') }} select 1 as id
//- models/same.sql
{{ config(materialized='table', snowflake_warehouse='WH', query_tag='nightly') }} select 1 as id
//- models/failing.sql
{{ config(materialized='table', query_tag='x', snowflake_warehouse='big') }} select nope
//- models/models.yml
models:
  - name: big
    columns: [{name: id, data_tests: [{not_null: {config: {snowflake_warehouse: small, query_tag: tests}}}]}]
unit_tests:
  - name: doubles
    model: tagged
    given: []
    config: {snowflake_warehouse: small}
    expect: {rows: [{id: 1}]}
";

#[test]
fn a_node_leaves_the_session_as_it_was() {
    let shop = Shop::with_profile(FILES, "warehouse: wh, query_tag: nightly");
    let (answer, sent) = shop.run(&["build"]);
    assert_eq!(answer.code, 1, "{}", answer.told());
    insta::assert_snapshot!(sent, @r#"
    use warehouse big
    create or replace transient table DEV.marts.big as (select 1 as id)
    use warehouse wh
    use warehouse big
    alter session set query_tag = 'x'
    create or replace transient table DEV.marts.failing as (select nope)  -- refused: 000904
    alter session set query_tag = 'nightly'
    use warehouse wh
    create or replace transient table DEV.marts.same as (select 1 as id)
    use warehouse small
    create or replace temporary table DEV.marts.doubles__dbt_tmp as (select * from (select 1 as id) as __dbt_sbq where false limit 0)
    describe table DEV.marts.doubles__dbt_tmp
    with dbt_internal_unit_test_actual as (select "ID", 'actual' as "actual_or_expected" from (select 1 as id) _dbt_internal_unit_test_actual), dbt_internal_unit_test_expected as (select "ID", 'expected' as "actual_or_expected" from (select try_cast('1' as NUMBER(38,0)) as "ID") _dbt_internal_unit_test_expected) select * from dbt_internal_unit_test_actual union all select * from dbt_internal_unit_test_expected
    drop table if exists DEV.marts.doubles__dbt_tmp cascade
    use warehouse wh
    alter session set query_tag = 'it''s'
    create or replace transient table DEV.marts.tagged as (select 1 as id)
    alter session set query_tag = 'nightly'
    use warehouse small
    alter session set query_tag = 'tests'
    select count(*) as failures, count(*) != 0 as should_warn, count(*) != 0 as should_error from (select id from DEV.marts.big where id is null) dbt_internal_test
    alter session set query_tag = 'nightly'
    use warehouse wh
    "#);
}

#[test]
fn where_the_profile_says_nothing_the_session_is_asked() {
    let shop = Shop::with_profile(FILES, "session_parameters: {QUERY_TAG: ours}");
    insta::assert_snapshot!(shop.sent(&["run", "--select", "big tagged"]), @"
    select current_warehouse()
    use warehouse big
    create or replace transient table DEV.marts.big as (select 1 as id)
    alter session set query_tag = 'it''s'
    create or replace transient table DEV.marts.tagged as (select 1 as id)
    alter session set query_tag = 'ours'
    ");
}
