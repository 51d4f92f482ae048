//! Dynamic tables: what differs from what is there, what is done about it, and what the node says.

use super::shop::Shop;

const FILES: &str = "
//- models/orders.sql
{{ config(materialized='table') }} select 1 as id, 2 as amount
//- models/moving.sql
{{ config(materialized='dynamic_table', snowflake_warehouse=var('wh', 'wh'), target_lag=var('lag', '5 minutes'),
   refresh_mode=var('mode', 'auto'), initialize=var('init', 'on_create'), transient=var('transient', false),
   cluster_by=var('by', none), on_configuration_change=var('change', 'apply'), grants=var('grants', {})) }}
select id {{ var('more', '') }} from {{ ref('orders') }}
";

/// Runs with each of some variables, one after another: what the node said, and what was sent.
fn runs(shop: &Shop, all: &[&str]) -> String {
    let mut told = Vec::new();
    for vars in all {
        let (answer, sent) = shop.run(&["run", "--select", "moving", "--vars", vars]);
        let said = answer.told();
        let said = said.lines().find(|line| line.contains("1 of 1") && !line.contains("START")).unwrap();
        let said = said.split('[').nth(1).unwrap().split(" in ").next().unwrap();
        told.push(format!("-- {vars}: {said}"));
        told.push(sent);
    }
    told.join("\n")
}

#[test]
fn settings_are_altered_and_all_else_made_anew() {
    let shop = Shop::new(FILES);
    shop.sent(&["run", "--select", "orders"]);
    let told = runs(
        &shop,
        &[
            "{}",
            "{lag: 300 seconds, grants: {select: [reader]}}",
            "{lag: 1 hour}",
            "{lag: downstream, wh: big, by: [id]}",
            "{lag: downstream, wh: big}",
            "{lag: downstream, wh: big, mode: full}",
            "{lag: downstream, wh: big, mode: full, init: on_schedule}",
            "{more: ', amount'}",
            "{more: ', amount', transient: true}",
        ],
    );
    insta::assert_snapshot!(told, @"
    -- {}: CREATED
    create or replace dynamic table DEV.marts.moving target_lag = '5 minutes' warehouse = wh refresh_mode = AUTO initialize = ON_CREATE as (select id from DEV.marts.orders)
    -- {lag: 300 seconds, grants: {select: [reader]}}: UNCHANGED
    show dynamic tables like 'MOVING' in schema DEV.marts
    show grants on dynamic table DEV.marts.moving
    grant select on dynamic table DEV.marts.moving to role reader
    -- {lag: 1 hour}: ALTERED target_lag
    show dynamic tables like 'MOVING' in schema DEV.marts
    alter dynamic table DEV.marts.moving set target_lag = '1 hour'
    -- {lag: downstream, wh: big, by: [id]}: ALTERED target_lag, snowflake_warehouse, cluster_by
    show dynamic tables like 'MOVING' in schema DEV.marts
    alter dynamic table DEV.marts.moving cluster by (id)
    alter dynamic table DEV.marts.moving set target_lag = downstream warehouse = big
    -- {lag: downstream, wh: big}: ALTERED cluster_by
    show dynamic tables like 'MOVING' in schema DEV.marts
    alter dynamic table DEV.marts.moving drop clustering key
    -- {lag: downstream, wh: big, mode: full}: REPLACED refresh_mode
    show dynamic tables like 'MOVING' in schema DEV.marts
    create or replace dynamic table DEV.marts.moving target_lag = downstream warehouse = big refresh_mode = FULL initialize = ON_CREATE as (select id from DEV.marts.orders)
    -- {lag: downstream, wh: big, mode: full, init: on_schedule}: UNCHANGED
    show dynamic tables like 'MOVING' in schema DEV.marts
    -- {more: ', amount'}: REPLACED query, target_lag, snowflake_warehouse
    show dynamic tables like 'MOVING' in schema DEV.marts
    create or replace dynamic table DEV.marts.moving target_lag = '5 minutes' warehouse = wh refresh_mode = AUTO initialize = ON_CREATE as (select id , amount from DEV.marts.orders)
    -- {more: ', amount', transient: true}: REPLACED transient
    show dynamic tables like 'MOVING' in schema DEV.marts
    create or replace transient dynamic table DEV.marts.moving target_lag = '5 minutes' warehouse = wh refresh_mode = AUTO initialize = ON_CREATE as (select id , amount from DEV.marts.orders)
    ");
    let again = shop.sent(&["run", "--select", "moving", "--full-refresh"]);
    insta::assert_snapshot!(again, @"create or replace dynamic table DEV.marts.moving target_lag = '5 minutes' warehouse = wh refresh_mode = AUTO initialize = ON_CREATE as (select id from DEV.marts.orders)");
    assert_eq!(shop.rows(&["moving"]), r#"moving: ["1"]"#);
}

#[test]
fn changes_may_be_left_or_refused() {
    let shop = Shop::new(FILES);
    shop.sent(&["run"]);
    insta::assert_snapshot!(runs(&shop, &["{lag: 1 day, change: continue}", "{lag: 1 day, change: fail}"]), @"
    -- {lag: 1 day, change: continue}: LEFT target_lag
    show dynamic tables like 'MOVING' in schema DEV.marts
    -- {lag: 1 day, change: fail}: ERROR
    show dynamic tables like 'MOVING' in schema DEV.marts
    ");
    let (answer, _) = shop.run(&["run", "--select", "moving", "--vars", "{mode: sometimes}"]);
    assert!(
        answer.told().contains("`refresh_mode` is auto, full or incremental, not sometimes"),
        "{}",
        answer.told()
    );
}
