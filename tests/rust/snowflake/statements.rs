//! The statements of tables and views, with all that they come with: properties, policies, contracts, comments, grants.

use super::shop::Shop;

#[test]
fn tables_and_views_are_one_statement() {
    let shop = Shop::new(
        "
//- models/plain.sql
{{ config(materialized='table') }} select 1 as id
//- models/kept.sql
{{ config(materialized='table', transient=false, cluster_by=['id', 'day'], automatic_clustering=true, copy_grants=true) }}
select 1 as id, '2024-01-02'::date as day
//- models/seen.sql
{{ config(materialized='view') }} select id from {{ ref('plain') }}
//- models/hidden.sql
{{ config(materialized='view', secure=true, copy_grants=true) }} select id from {{ ref('plain') }}
//- models/headed.sql
{{ config(materialized='table', sql_header='set x = 1;') }} select $x as id
",
    );
    insta::assert_snapshot!(shop.sent(&["run"]), @"
    set x = 1
    create or replace transient table DEV.marts.headed as (select $x as id)
    create or replace table DEV.marts.kept cluster by (id, day) copy grants as (select * from (select 1 as id, '2024-01-02'::date as day) order by id, day)
    alter table DEV.marts.kept resume recluster
    create or replace transient table DEV.marts.plain as (select 1 as id)
    create or replace secure view DEV.marts.hidden copy grants as (select id from DEV.marts.plain)
    create or replace view DEV.marts.seen as (select id from DEV.marts.plain)
    ");
    let again = shop.sent(&["run"]);
    assert_eq!(again.lines().count(), 7, "the same statements:\n{again}");
    assert_eq!(shop.sent(&["run", "--full-refresh"]), again);
}

#[test]
fn a_relation_of_another_kind_stays_until_the_new_one_is_built() {
    let shop = Shop::new(
        "
//- models/shape.sql
{{ config(materialized=var('kind'), unique_key='id', target_lag='1 hour', snowflake_warehouse='wh') }}
select {{ var('what', 1) }} as id
",
    );
    let mut told = Vec::new();
    for kind in ["table", "view", "dynamic_table", "incremental", "dynamic_table", "view"] {
        told.push(format!("-- {kind}"));
        told.push(shop.sent(&["run", "--vars", &format!("{{kind: {kind}}}")]));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    -- table
    create or replace transient table DEV.marts.shape as (select 1 as id)
    -- view
    create or replace view DEV.marts.shape__dbt_tmp as (select 1 as id)
    drop table if exists "DEV"."MARTS"."SHAPE" cascade
    alter view DEV.marts.shape__dbt_tmp rename to DEV.marts.shape
    -- dynamic_table
    create or replace dynamic table DEV.marts.shape__dbt_tmp target_lag = '1 hour' warehouse = wh refresh_mode = AUTO initialize = ON_CREATE as (select 1 as id)
    drop view if exists "DEV"."MARTS"."SHAPE"
    alter dynamic table DEV.marts.shape__dbt_tmp rename to DEV.marts.shape
    -- incremental
    create or replace transient table DEV.marts.shape__dbt_tmp as (select 1 as id)
    drop dynamic table if exists "DEV"."MARTS"."SHAPE"
    alter table DEV.marts.shape__dbt_tmp rename to DEV.marts.shape
    -- dynamic_table
    create or replace dynamic table DEV.marts.shape__dbt_tmp target_lag = '1 hour' warehouse = wh refresh_mode = AUTO initialize = ON_CREATE as (select 1 as id)
    drop table if exists "DEV"."MARTS"."SHAPE" cascade
    alter dynamic table DEV.marts.shape__dbt_tmp rename to DEV.marts.shape
    -- view
    create or replace view DEV.marts.shape__dbt_tmp as (select 1 as id)
    drop dynamic table if exists "DEV"."MARTS"."SHAPE"
    alter view DEV.marts.shape__dbt_tmp rename to DEV.marts.shape
    "#);
    let (answer, sent) = shop.run(&["run", "--vars", "{kind: table, what: nope}"]);
    assert_eq!(answer.code, 1);
    insta::assert_snapshot!(sent, @"create or replace transient table DEV.marts.shape__dbt_tmp as (select nope as id)  -- refused: 000904");
    assert_eq!(shop.rows(&["shape"]), r#"shape: ["1"]"#);
}

#[test]
fn what_guards_and_describes_a_relation_stands_in_its_statement() {
    let shop = Shop::new(
        r#"
//- models/models.yml
models:
  - name: bare
    description: it's $1 \ "all"
    columns: [{name: id, description: the key}]
  - name: promised
    description: promised
    constraints: [{type: primary_key, columns: [id]}]
    columns:
      - {name: id, data_type: int, description: the key, constraints: [{type: not_null}]}
      - {name: name, data_type: varchar(20), config: {meta: {masking_policy: marts.hidden}}}
  - name: view
    description: seen
    columns: [{name: id, description: the key}]
//- models/bare.sql
{{ config(materialized='table', persist_docs={'relation': true, 'columns': true}) }} select 1 as id, 2 as two
//- models/masked.sql
{{ config(materialized='table', masking_policies={'name': 'marts.hidden'}) }} select 1 as id, 'a' as name
//- models/promised.sql
{{ config(materialized='table', contract={'enforced': true}, persist_docs={'relation': true, 'columns': true},
   row_access_policy='marts.mine on (id)', table_tag="marts.cost = 'a'", copy_grants=true, copy_tags=true) }}
select 'a' as name, 1 as id
//- models/view.sql
{{ config(materialized='view', persist_docs={'relation': true, 'columns': true}, masking_policies={'name': 'marts.hidden'},
   row_access_policy='marts.mine on (id)', table_tag="marts.cost = 'a'") }}
select 'a' as name, 1 as id
"#,
    );
    shop.sql(&[
        "create masking policy marts.hidden as (val varchar) returns varchar -> '***'",
        "create row access policy marts.mine as (id integer) returns boolean -> true",
    ]);
    insta::assert_snapshot!(shop.sent(&["run"]), @r#"
    create or replace transient table DEV.marts.bare comment = 'it''s $1 \\ "all"' as (select 1 as id, 2 as two)
    describe table DEV.marts.bare
    alter table DEV.marts.bare alter "ID" comment 'the key'
    select * from (select 1 as id, 'a' as name) as __dbt_sbq where false limit 0
    create or replace transient table DEV.marts.masked ("ID" NUMBER(38,0), "NAME" VARCHAR(16777216) with masking policy marts.hidden) as (select 1 as id, 'a' as name)
    select * from (select 'a' as name, 1 as id) as __dbt_sbq where false limit 0
    select * from (select cast(null as int) as id, cast(null as varchar(20)) as name) as __dbt_sbq where false limit 0
    create or replace transient table DEV.marts.promised (id int not null comment 'the key', name varchar(20) with masking policy marts.hidden, primary key (id)) copy grants copy tags comment = 'promised' with row access policy marts.mine on (id) with tag (marts.cost = 'a') as (select id, name from (select 'a' as name, 1 as id) as model_subq)
    select * from (select 'a' as name, 1 as id) as __dbt_sbq where false limit 0
    create or replace view DEV.marts.view ("NAME" with masking policy marts.hidden comment '', "ID" comment 'the key') comment = 'seen' with row access policy marts.mine on (id) with tag (marts.cost = 'a') as (select 'a' as name, 1 as id)
    "#);
    let (answer, _) = shop.run(&["run", "--select", "bare", "--vars", "{}"]);
    assert_eq!(answer.code, 0);
    shop.project.write(
        "models/masked.sql",
        "{{ config(masking_policies={'nme': 'marts.hidden'}) }} select 'a' as name",
    );
    let (answer, _) = shop.run(&["run", "--select", "masked"]);
    assert!(
        answer.told().contains("is for the column NME, which the model does not have"),
        "{}",
        answer.told()
    );
}

#[test]
fn comments_are_put_where_they_differ() {
    let shop = Shop::new(
        "
//- models/models.yml
models:
  - name: told
    description: all
    columns: [{name: id, description: \"{{ var('id', 'the key') }}\"}]
//- models/told.sql
{{ config(materialized='incremental', unique_key='id', persist_docs={'relation': true, 'columns': true}) }}
select 1 as id, 2 as two
",
    );
    let mut told = Vec::new();
    for vars in ["{}", "{}", "{id: its key}"] {
        let sent = shop.sent(&["run", "--vars", vars]);
        let kept = sent.lines().filter(|line| line.contains("comment") || line.starts_with("describe"));
        told.push(format!("-- {vars}"));
        told.extend(kept.map(str::to_owned));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    -- {}
    create or replace transient table DEV.marts.told comment = 'all' as (select 1 as id, 2 as two)
    describe table DEV.marts.told
    alter table DEV.marts.told alter "ID" comment 'the key'
    -- {}
    describe table DEV.marts.told__dbt_tmp
    describe table DEV.marts.told
    comment on table DEV.marts.told is 'all'
    -- {id: its key}
    describe table DEV.marts.told__dbt_tmp
    describe table DEV.marts.told
    comment on table DEV.marts.told is 'all'
    alter table DEV.marts.told alter "ID" comment 'its key'
    "#);
}

#[test]
fn grants_are_a_difference() {
    let shop = Shop::new(
        "
//- models/granted.sql
{{ config(materialized=var('kind', 'table'), copy_grants=var('copy', true), unique_key='id',
   grants={'select': var('readers')}) }}
select 1 as id
",
    );
    let mut told = Vec::new();
    for vars in [
        "{readers: [reader, auditor]}",
        "{readers: [reader, auditor]}",
        "{readers: [reader, other]}",
        "{readers: [reader], copy: false}",
        "{readers: [other], kind: incremental}",
        "{readers: [other], kind: view}",
    ] {
        let sent = shop.sent(&["run", "--vars", vars]);
        let kept = sent
            .lines()
            .filter(|line| ["show grants", "grant", "revoke"].iter().any(|word| line.starts_with(word)));
        told.push(format!("-- {vars}"));
        told.extend(kept.map(str::to_owned));
    }
    insta::assert_snapshot!(told.join("\n"), @r#"
    -- {readers: [reader, auditor]}
    grant select on table DEV.marts.granted to role reader
    grant select on table DEV.marts.granted to role auditor
    -- {readers: [reader, auditor]}
    show grants on table DEV.marts.granted
    -- {readers: [reader, other]}
    show grants on table DEV.marts.granted
    revoke SELECT on table DEV.marts.granted from role "AUDITOR"
    grant select on table DEV.marts.granted to role other
    -- {readers: [reader], copy: false}
    grant select on table DEV.marts.granted to role reader
    -- {readers: [other], kind: incremental}
    show grants on table DEV.marts.granted
    revoke SELECT on table DEV.marts.granted from role "READER"
    grant select on table DEV.marts.granted to role other
    -- {readers: [other], kind: view}
    grant select on view DEV.marts.granted to role other
    "#);
}
