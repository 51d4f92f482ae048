//! The statements of incremental models and snapshots, what their rows are after each run, and what a failure leaves.

use super::shop::Shop;

/// A model of each strategy. The second run has other rows.
fn strategies() -> Shop {
    let body = "{% if is_incremental() %} select 2 as id, 'later' as name union all select 3, 'new' \
                {% else %} select 1 as id, 'first' as name union all select 2, 'first' {% endif %}";
    let model = |name: &str, config: &str| {
        format!("//- models/{name}.sql\n{{{{ config(materialized='incremental', {config}) }}}}\n{body}\n")
    };
    Shop::new(
        &[
            model("appended", "incremental_strategy='append'"),
            model("deleted", "incremental_strategy='delete+insert', unique_key='id'"),
            model("merged", "unique_key='id'"),
            model("overwritten", "incremental_strategy='insert_overwrite'"),
            model("unkeyed", "incremental_strategy='merge'"),
            model("via_transient", "unique_key='id', tmp_relation_type='transient', cluster_by='id', table_tag=\"a = 'b'\""),
            model("via_table", "unique_key=['id', 'name'], tmp_relation_type='table', incremental_predicates=['DBT_INTERNAL_DEST.id > 0']"),
        ]
        .concat(),
    )
}

const MODELS: &[&str] =
    &["appended", "deleted", "merged", "overwritten", "unkeyed", "via_table", "via_transient"];

#[test]
fn each_strategy_changes_rows_in_one_transaction() {
    let shop = strategies();
    let first = shop.sent(&["run"]);
    assert_eq!(first.lines().count(), MODELS.len(), "one for each:\n{first}");
    insta::assert_snapshot!(shop.sent(&["run"]), @r#"
    create or replace temporary view DEV.marts.appended__dbt_tmp as (select 2 as id, 'later' as name union all select 3, 'new')
    describe table DEV.marts.appended__dbt_tmp
    describe table DEV.marts.appended
    select count(*) as n from DEV.marts.appended
    insert into DEV.marts.appended ("ID", "NAME") (select "ID", "NAME" from DEV.marts.appended__dbt_tmp)
    drop view if exists DEV.marts.appended__dbt_tmp
    create or replace temporary table DEV.marts.deleted__dbt_tmp as (select 2 as id, 'later' as name union all select 3, 'new')
    describe table DEV.marts.deleted__dbt_tmp
    describe table DEV.marts.deleted
    begin
    delete from DEV.marts.deleted as DBT_INTERNAL_DEST where (id) in (select distinct id from DEV.marts.deleted__dbt_tmp as DBT_INTERNAL_SOURCE)
    insert into DEV.marts.deleted ("ID", "NAME") (select "ID", "NAME" from DEV.marts.deleted__dbt_tmp)
    commit
    drop table if exists DEV.marts.deleted__dbt_tmp cascade
    create or replace temporary view DEV.marts.merged__dbt_tmp as (select 2 as id, 'later' as name union all select 3, 'new')
    describe table DEV.marts.merged__dbt_tmp
    describe table DEV.marts.merged
    merge into DEV.marts.merged as DBT_INTERNAL_DEST using DEV.marts.merged__dbt_tmp as DBT_INTERNAL_SOURCE on ((DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id)) when matched then update set "ID" = DBT_INTERNAL_SOURCE."ID", "NAME" = DBT_INTERNAL_SOURCE."NAME" when not matched then insert ("ID", "NAME") values (DBT_INTERNAL_SOURCE."ID", DBT_INTERNAL_SOURCE."NAME")
    drop view if exists DEV.marts.merged__dbt_tmp
    create or replace temporary view DEV.marts.overwritten__dbt_tmp as (select 2 as id, 'later' as name union all select 3, 'new')
    describe table DEV.marts.overwritten__dbt_tmp
    describe table DEV.marts.overwritten
    insert overwrite into DEV.marts.overwritten ("ID", "NAME") select "ID", "NAME" from DEV.marts.overwritten__dbt_tmp
    drop view if exists DEV.marts.overwritten__dbt_tmp
    create or replace temporary view DEV.marts.unkeyed__dbt_tmp as (select 2 as id, 'later' as name union all select 3, 'new')
    describe table DEV.marts.unkeyed__dbt_tmp
    describe table DEV.marts.unkeyed
    select count(*) as n from DEV.marts.unkeyed
    insert into DEV.marts.unkeyed ("ID", "NAME") (select "ID", "NAME" from DEV.marts.unkeyed__dbt_tmp)
    drop view if exists DEV.marts.unkeyed__dbt_tmp
    create or replace temporary table DEV.marts.via_table__dbt_tmp as (select 2 as id, 'later' as name union all select 3, 'new')
    describe table DEV.marts.via_table__dbt_tmp
    describe table DEV.marts.via_table
    merge into DEV.marts.via_table as DBT_INTERNAL_DEST using DEV.marts.via_table__dbt_tmp as DBT_INTERNAL_SOURCE on (DBT_INTERNAL_DEST.id > 0) and (DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id) and (DBT_INTERNAL_SOURCE.name = DBT_INTERNAL_DEST.name) when matched then update set "ID" = DBT_INTERNAL_SOURCE."ID", "NAME" = DBT_INTERNAL_SOURCE."NAME" when not matched then insert ("ID", "NAME") values (DBT_INTERNAL_SOURCE."ID", DBT_INTERNAL_SOURCE."NAME")
    drop table if exists DEV.marts.via_table__dbt_tmp cascade
    create or replace transient table DEV.marts.via_transient__dbt_tmp as (select 2 as id, 'later' as name union all select 3, 'new')
    describe table DEV.marts.via_transient__dbt_tmp
    describe table DEV.marts.via_transient
    merge into DEV.marts.via_transient as DBT_INTERNAL_DEST using DEV.marts.via_transient__dbt_tmp as DBT_INTERNAL_SOURCE on ((DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id)) when matched then update set "ID" = DBT_INTERNAL_SOURCE."ID", "NAME" = DBT_INTERNAL_SOURCE."NAME" when not matched then insert ("ID", "NAME") values (DBT_INTERNAL_SOURCE."ID", DBT_INTERNAL_SOURCE."NAME")
    drop table if exists DEV.marts.via_transient__dbt_tmp cascade
    "#);
    insta::assert_snapshot!(shop.rows(MODELS), @r#"
    appended: ["1","first"] ["2","first"] ["2","later"] ["3","new"]
    deleted: ["1","first"] ["2","later"] ["3","new"]
    merged: ["1","first"] ["2","later"] ["3","new"]
    overwritten: ["2","later"] ["3","new"]
    unkeyed: ["1","first"] ["2","first"] ["2","later"] ["3","new"]
    via_table: ["1","first"] ["2","first"] ["2","later"] ["3","new"]
    via_transient: ["1","first"] ["2","later"] ["3","new"]
    "#);
    assert_eq!(shop.sent(&["run", "--full-refresh"]), first);
    insta::assert_snapshot!(shop.rows(&["merged"]), @r#"merged: ["1","first"] ["2","first"]"#);
}

#[test]
fn columns_are_described_once_and_changed_where_they_have_to() {
    let shop = Shop::new(
        "
//- models/appends.sql
{{ config(materialized='incremental', unique_key='id', on_schema_change='append_new_columns') }}
select 1 as id {{ \", 'x' as more\" if is_incremental() }}
//- models/syncs.sql
{{ config(materialized='incremental', unique_key='id', on_schema_change='sync_all_columns') }}
select 1 as id, {{ '1 as new' if is_incremental() else '1 as old' }}
//- models/widens.sql
{{ config(materialized='incremental', unique_key='id') }}
select 1 as id, 'a'::varchar({{ 20 if is_incremental() else 5 }}) as name
",
    );
    shop.sent(&["run"]);
    insta::assert_snapshot!(shop.sent(&["run"]), @r#"
    create or replace temporary view DEV.marts.appends__dbt_tmp as (select 1 as id , 'x' as more)
    describe table DEV.marts.appends__dbt_tmp
    describe table DEV.marts.appends
    alter table "DEV"."MARTS"."APPENDS" add column "MORE" character varying(16777216)
    merge into DEV.marts.appends as DBT_INTERNAL_DEST using DEV.marts.appends__dbt_tmp as DBT_INTERNAL_SOURCE on ((DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id)) when matched then update set "ID" = DBT_INTERNAL_SOURCE."ID", "MORE" = DBT_INTERNAL_SOURCE."MORE" when not matched then insert ("ID", "MORE") values (DBT_INTERNAL_SOURCE."ID", DBT_INTERNAL_SOURCE."MORE")
    drop view if exists DEV.marts.appends__dbt_tmp
    create or replace temporary view DEV.marts.syncs__dbt_tmp as (select 1 as id, 1 as new)
    describe table DEV.marts.syncs__dbt_tmp
    describe table DEV.marts.syncs
    alter table "DEV"."MARTS"."SYNCS" add column "NEW" NUMBER(38,0)
    alter table "DEV"."MARTS"."SYNCS" drop column "OLD"
    merge into DEV.marts.syncs as DBT_INTERNAL_DEST using DEV.marts.syncs__dbt_tmp as DBT_INTERNAL_SOURCE on ((DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id)) when matched then update set "ID" = DBT_INTERNAL_SOURCE."ID", "NEW" = DBT_INTERNAL_SOURCE."NEW" when not matched then insert ("ID", "NEW") values (DBT_INTERNAL_SOURCE."ID", DBT_INTERNAL_SOURCE."NEW")
    drop view if exists DEV.marts.syncs__dbt_tmp
    create or replace temporary view DEV.marts.widens__dbt_tmp as (select 1 as id, 'a'::varchar(20) as name)
    describe table DEV.marts.widens__dbt_tmp
    describe table DEV.marts.widens
    alter table DEV.marts.widens alter "NAME" set data type character varying(20)
    describe table "DEV"."MARTS"."WIDENS"
    merge into DEV.marts.widens as DBT_INTERNAL_DEST using DEV.marts.widens__dbt_tmp as DBT_INTERNAL_SOURCE on ((DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id)) when matched then update set "ID" = DBT_INTERNAL_SOURCE."ID", "NAME" = DBT_INTERNAL_SOURCE."NAME" when not matched then insert ("ID", "NAME") values (DBT_INTERNAL_SOURCE."ID", DBT_INTERNAL_SOURCE."NAME")
    drop view if exists DEV.marts.widens__dbt_tmp
    "#);
}

#[test]
fn a_batch_replaces_its_rows_in_one_transaction() {
    let shop = Shop::new(
        "
//- models/events.sql
{{ config(materialized='table', event_time='happened') }}
select 1 as id, '2024-01-01 10:00:00'::timestamp_ntz as happened union all select 2, '2024-01-02 10:00:00'::timestamp_ntz
//- models/days.sql
{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='happened', begin='2024-01-01',
   batch_size='day') }}
select * from {{ ref('events') }}
",
    );
    let days = ["run", "--event-time-start", "2024-01-01", "--event-time-end", "2024-01-03"];
    shop.sent(&["run", "--select", "events"]);
    insta::assert_snapshot!(shop.sent(&[&days[..], &["--select", "days"]].concat()), @r#"
    create or replace transient table DEV.marts.days as (select * from (select * from DEV.marts.events where happened >= '2024-01-01 00:00:00+00:00' and happened < '2024-01-02 00:00:00+00:00'))
    create or replace temporary view DEV.marts.days__dbt_tmp_20240102 as (select * from (select * from DEV.marts.events where happened >= '2024-01-02 00:00:00+00:00' and happened < '2024-01-03 00:00:00+00:00'))
    describe table DEV.marts.days__dbt_tmp_20240102
    describe table DEV.marts.days
    begin
    delete from DEV.marts.days DBT_INTERNAL_TARGET where (DBT_INTERNAL_TARGET.happened >= to_timestamp_tz('2024-01-02 00:00:00+00:00') and DBT_INTERNAL_TARGET.happened < to_timestamp_tz('2024-01-03 00:00:00+00:00'))
    insert into DEV.marts.days ("ID", "HAPPENED") (select "ID", "HAPPENED" from DEV.marts.days__dbt_tmp_20240102)
    commit
    drop view if exists DEV.marts.days__dbt_tmp_20240102
    "#);
    shop.sent(&[&days[..], &["--select", "days"]].concat());
    insta::assert_snapshot!(shop.rows(&["days"]), @r#"days: ["1","1704103200.000000000"] ["2","1704189600.000000000"]"#);
}

#[test]
fn what_fails_in_the_middle_leaves_rows_as_they_were() {
    let shop = Shop::new(
        "
//- models/deleted.sql
{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='id') }}
select 1 as id, {{ \"'a'\" if is_incremental() else '1' }} as amount
//- models/merged.sql
{{ config(materialized='incremental', unique_key='id') }}
select 1 as id, 1 as amount {{ 'union all select 1, 2' if is_incremental() }}
//- models/next.sql
{{ config(materialized='table') }} select 1 as id
",
    );
    shop.sent(&["run"]);
    let (answer, sent) = shop.run(&["run"]);
    assert_eq!(answer.code, 1, "{}", answer.told());
    insta::assert_snapshot!(sent, @r#"
    create or replace temporary table DEV.marts.deleted__dbt_tmp as (select 1 as id, 'a' as amount)
    describe table DEV.marts.deleted__dbt_tmp
    describe table DEV.marts.deleted
    begin
    delete from DEV.marts.deleted as DBT_INTERNAL_DEST where (id) in (select distinct id from DEV.marts.deleted__dbt_tmp as DBT_INTERNAL_SOURCE)
    insert into DEV.marts.deleted ("ID", "AMOUNT") (select "ID", "AMOUNT" from DEV.marts.deleted__dbt_tmp)  -- refused: 100038
    rollback
    create or replace temporary view DEV.marts.merged__dbt_tmp as (select 1 as id, 1 as amount union all select 1, 2)
    describe table DEV.marts.merged__dbt_tmp
    describe table DEV.marts.merged
    merge into DEV.marts.merged as DBT_INTERNAL_DEST using DEV.marts.merged__dbt_tmp as DBT_INTERNAL_SOURCE on ((DBT_INTERNAL_SOURCE.id = DBT_INTERNAL_DEST.id)) when matched then update set "ID" = DBT_INTERNAL_SOURCE."ID", "AMOUNT" = DBT_INTERNAL_SOURCE."AMOUNT" when not matched then insert ("ID", "AMOUNT") values (DBT_INTERNAL_SOURCE."ID", DBT_INTERNAL_SOURCE."AMOUNT")  -- refused: 100090
    create or replace transient table DEV.marts.next as (select 1 as id)
    "#);
    insta::assert_snapshot!(shop.rows(&["deleted", "merged"]), @r#"
    deleted: ["1","1"]
    merged: ["1","1"]
    "#);
}

const SNAPSHOT: &str = "
//- models/people.sql
{{ config(materialized='table') }}
select 1 as id, '{{ var('name', 'a') }}' as name {{ var('more', '') }}
//- snapshots/people.yml
snapshots:
  - name: history
    relation: ref('people')
    config: {strategy: check, unique_key: id, check_cols: [name]}
";

#[test]
fn a_snapshot_is_looked_at_before_it_is_committed() {
    let shop = Shop::new(SNAPSHOT);
    shop.sent(&["run"]);
    let short = |sent: &str| {
        sent.lines().map(|line| line.chars().take(110).collect::<String>()).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(short(&shop.sent(&["snapshot"])), @"
    select * from (select * from DEV.marts.people) as __dbt_sbq where false limit 0
    create or replace transient table DEV.marts.history as (select *, md5(coalesce(cast(id as varchar), '') || '|'
    with held as (select coalesce(cast(id as varchar), 'null') as dbt_key, dbt_valid_from as dbt_from, dbt_valid_t
    ");
    shop.sent(&["run", "--vars", "{name: b}"]);
    let second = shop.sent(&["snapshot"]);
    insta::assert_snapshot!(short(&second), @r#"
    select * from (select name from (select * from DEV.marts.people) subq) as __dbt_sbq where false limit 0
    describe table "DEV"."MARTS"."HISTORY"
    create or replace temporary table "DEV"."MARTS"."HISTORY__dbt_tmp" as (with snapshot_query as (select * from D
    describe table "DEV"."MARTS"."HISTORY__dbt_tmp"
    begin
    merge into "DEV"."MARTS"."HISTORY" as DBT_INTERNAL_DEST using "DEV"."MARTS"."HISTORY__dbt_tmp" as DBT_INTERNAL
    with held as (select coalesce(cast(id as varchar), 'null') as dbt_key, dbt_valid_from as dbt_from, dbt_valid_t
    commit
    "#);
    let merge = second.lines().find(|line| line.starts_with("merge")).unwrap();
    insta::assert_snapshot!(merge, @r#"merge into "DEV"."MARTS"."HISTORY" as DBT_INTERNAL_DEST using "DEV"."MARTS"."HISTORY__dbt_tmp" as DBT_INTERNAL_SOURCE on DBT_INTERNAL_SOURCE.dbt_scd_id = DBT_INTERNAL_DEST.dbt_scd_id when matched and DBT_INTERNAL_DEST.dbt_valid_to is null and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete') then update set dbt_valid_to = DBT_INTERNAL_SOURCE.dbt_valid_to when not matched and DBT_INTERNAL_SOURCE.dbt_change_type = 'insert' then insert ("ID", "NAME", "DBT_UPDATED_AT", "DBT_VALID_FROM", "DBT_VALID_TO", "DBT_SCD_ID") values (DBT_INTERNAL_SOURCE."ID", DBT_INTERNAL_SOURCE."NAME", DBT_INTERNAL_SOURCE."DBT_UPDATED_AT", DBT_INTERNAL_SOURCE."DBT_VALID_FROM", DBT_INTERNAL_SOURCE."DBT_VALID_TO", DBT_INTERNAL_SOURCE."DBT_SCD_ID")"#);
    shop.sent(&["run", "--vars", "{more: \"union all select 2, 'b' union all select 2, 'c'\"}"]);
    let (answer, sent) = shop.run(&["snapshot", "--warn-error"]);
    assert_eq!(answer.code, 1, "{}", answer.told());
    insta::assert_snapshot!(short(&sent), @r#"
    select * from (select name from (select * from DEV.marts.people) subq) as __dbt_sbq where false limit 0
    describe table "DEV"."MARTS"."HISTORY"
    create or replace temporary table "DEV"."MARTS"."HISTORY__dbt_tmp" as (with snapshot_query as (select * from D
    describe table "DEV"."MARTS"."HISTORY__dbt_tmp"
    begin
    merge into "DEV"."MARTS"."HISTORY" as DBT_INTERNAL_DEST using "DEV"."MARTS"."HISTORY__dbt_tmp" as DBT_INTERNAL
    with held as (select coalesce(cast(id as varchar), 'null') as dbt_key, dbt_valid_from as dbt_from, dbt_valid_t
    rollback
    "#);
}
