//! `list` and the grammar of selections: which nodes each names.

use crate::support::project::Project;
use crate::support::run::{run, run_with, succeed};

fn shop() -> Project {
    Project::new(
        "
//- seeds/raw_orders.csv
id
1
//- models/staging/stg_orders.sql
{{ config(tags=['daily']) }}
select * from {{ ref('raw_orders') }}
//- models/staging/stg_customers.sql
select * from {{ source('crm', 'customers') }}
//- models/marts/orders.sql
{{ config(materialized='table', tags='daily') }}
select * from {{ ref('stg_orders') }}
//- models/marts/customers.sql
select * from {{ ref('orders') }}, {{ ref('stg_customers') }}
//- models/properties.yml
sources:
  - name: crm
    tables:
      - name: customers
models:
  - name: orders
    columns:
      - name: id
        data_tests: [unique]
",
    )
}

/// Names the models, seeds and sources that a selection takes, on one line.
fn names(project: &Project, arguments: &str) -> String {
    let kinds = "--resource-type model --resource-type seed --resource-type source --output name";
    succeed(project, &format!("list {kinds} {arguments}")).stdout.lines().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_node_is_listed_by_default() {
    insta::assert_snapshot!(run(&shop(), "list").told(), @r"
    shop.marts.customers
    shop.marts.orders
    shop.staging.stg_customers
    shop.staging.stg_orders
    shop.raw_orders
    source:shop.crm.customers
    shop.unique_orders_id
    exit 0
    ");
    insta::assert_snapshot!(run(&shop(), "ls --output path").told(), @r"
    models/marts/customers.sql
    models/marts/orders.sql
    models/staging/stg_customers.sql
    models/staging/stg_orders.sql
    seeds/raw_orders.csv
    models/properties.yml
    models/properties.yml
    exit 0
    ");
    insta::assert_snapshot!(run(&shop(), "list --output json --select orders --resource-type model").told(), @r#"
    {"name": "orders", "resource_type": "model", "package_name": "shop", "original_file_path": "models/marts/orders.sql", "unique_id": "model.shop.orders", "alias": "orders", "config": {"enabled": true, "alias": null, "schema": null, "database": null, "tags": ["daily"], "meta": {}, "group": null, "static_analysis": null, "materialized": "table", "incremental_strategy": null, "batch_size": null, "lookback": 1, "begin": null, "persist_docs": {}, "post-hook": [], "pre-hook": [], "quoting": {}, "column_types": {}, "full_refresh": null, "unique_key": null, "on_schema_change": "ignore", "on_configuration_change": "apply", "grants": {}, "packages": [], "docs": {"show": true, "node_color": null}, "contract": {"enforced": false, "alias_types": true}, "event_time": null, "concurrent_batches": null, "access": "protected", "freshness": null}, "tags": ["daily"], "depends_on": {"macros": [], "nodes": ["model.shop.stg_orders"]}}
    exit 0
    "#);
}

#[test]
fn selections_by_name_and_graph() {
    let shop = shop();
    insta::assert_snapshot!(names(&shop, "--select orders"), @"orders");
    insta::assert_snapshot!(names(&shop, "--select +orders"), @"orders stg_orders raw_orders");
    insta::assert_snapshot!(names(&shop, "--select 1+orders"), @"orders stg_orders");
    insta::assert_snapshot!(names(&shop, "--select stg_orders+"), @"customers orders stg_orders");
    insta::assert_snapshot!(names(&shop, "--select stg_orders+1"), @"orders stg_orders");
    insta::assert_snapshot!(names(&shop, "--select @stg_orders"), @"customers orders stg_customers stg_orders raw_orders crm.customers");
    insta::assert_snapshot!(names(&shop, "--select stg_*"), @"stg_customers stg_orders");
}

#[test]
fn selections_by_method() {
    let shop = shop();
    insta::assert_snapshot!(names(&shop, "--select tag:daily"), @"orders stg_orders");
    insta::assert_snapshot!(names(&shop, "--select path:models/staging"), @"stg_customers stg_orders");
    insta::assert_snapshot!(names(&shop, "--select models/marts"), @"customers orders");
    insta::assert_snapshot!(names(&shop, "--select staging"), @"stg_customers stg_orders");
    insta::assert_snapshot!(names(&shop, "--select shop.marts"), @"customers orders");
    insta::assert_snapshot!(names(&shop, "--select config.materialized:table"), @"orders");
    insta::assert_snapshot!(names(&shop, "--select source:crm+"), @"customers stg_customers crm.customers");
    insta::assert_snapshot!(names(&shop, "--select resource_type:seed"), @"raw_orders");
    insta::assert_snapshot!(names(&shop, "--select package:shop"), @"customers orders stg_customers stg_orders raw_orders crm.customers");
    insta::assert_snapshot!(names(&shop, "--select fqn:shop.marts.*"), @"customers orders");
    insta::assert_snapshot!(names(&shop, "--select file:orders.sql"), @"orders");
}

#[test]
fn unions_intersections_and_what_is_left_out() {
    let shop = shop();
    insta::assert_snapshot!(names(&shop, "--select orders stg_customers"), @"orders stg_customers");
    insta::assert_snapshot!(names(&shop, "--select orders --select customers"), @"customers orders");
    insta::assert_snapshot!(names(&shop, "--select tag:daily,path:models/marts"), @"orders");
    insta::assert_snapshot!(names(&shop, "--select +customers --exclude tag:daily"), @"customers stg_customers raw_orders crm.customers");
    insta::assert_snapshot!(names(&shop, "--exclude staging"), @"customers orders raw_orders crm.customers");
    insta::assert_snapshot!(
        run_with(&shop, &["list", "--output", "name", "--select", "stg_orders customers"]).told(), @r"
    customers
    stg_orders
    exit 0
    ");
}

#[test]
fn tests_come_along_with_what_they_test() {
    let shop = shop();
    insta::assert_snapshot!(run(&shop, "list --select orders").told(), @r"
    shop.marts.orders
    shop.unique_orders_id
    exit 0
    ");
    insta::assert_snapshot!(run(&shop, "list --select orders --indirect-selection empty").told(), @r"
    shop.marts.orders
    exit 0
    ");
    insta::assert_snapshot!(run(&shop, "list --select test_type:generic").told(), @r"
    shop.unique_orders_id
    exit 0
    ");
}

#[test]
fn a_selection_of_nothing_says_so_beside_the_list() {
    insta::assert_snapshot!(run(&shop(), "list --select nothing").told(), @"
    ! warning: The selection criterion 'nothing' does not match any enabled nodes
    ! No nodes selected!
    exit 0
    ");
}
