//! `list` and the grammar of selections: which nodes each names.

use crate::support::project::Project;
use crate::support::run::{run, run_in, run_with, succeed};

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

#[test]
fn selections_that_cannot_be_say_what_can() {
    let shop = shop();
    let told = |selection: &str| run(&shop, &format!("list --select {selection}")).told();
    insta::assert_snapshot!(told("tagg:daily"), @"
    ! error: invalid selection `tagg:daily`: `tagg` is not a valid method name; did you mean `tag`?
    exit 2
    ");
    insta::assert_snapshot!(told("@orders+"), @"
    ! error: invalid selection `@orders+`: `@` reaches all descendants already, so a `+` behind the name has no meaning
    exit 2
    ");
    insta::assert_snapshot!(told("resource_type:view"), @"
    ! error: invalid value `view` of the method `resource_type`: expected one of model, seed, snapshot, test, unit_test, source, exposure, metric, semantic_model, saved_query, function, analysis, operation
    exit 2
    ");
    insta::assert_snapshot!(told("test_type:relationships"), @"
    ! error: invalid value `relationships` of the method `test_type`: expected generic, singular, data or unit
    exit 2
    ");
    insta::assert_snapshot!(told("version:2"), @"
    ! error: invalid value `2` of the method `version`: expected latest, old, prerelease or none
    exit 2
    ");
    insta::assert_snapshot!(told("source:a.b.c.d"), @"
    ! error: invalid value `a.b.c.d` of the method `source`: expected `source`, `source.table` or `package.source.table`
    exit 2
    ");
    insta::assert_snapshot!(told("exposure:a.b.c"), @"
    ! error: invalid value `a.b.c` of the method `exposure`: expected `name` or `package.name`
    exit 2
    ");
    insta::assert_snapshot!(told("/models/marts"), @"
    ! error: invalid value `/models/marts` of the method `path`: expected a path from the project's folder on, as `models/marts`
    exit 2
    ");
    insta::assert_snapshot!(told("state:modified"), @"
    ! error: Got a state selector method, but no comparison manifest; name the folder with that state's artifacts with `--state FOLDER`
    exit 2
    ");
    insta::assert_snapshot!(told("result:error"), @"
    ! error: No comparison run_results; name the folder with that state's artifacts with `--state FOLDER`
    exit 2
    ");
    insta::assert_snapshot!(told("source_status:fresher+"), @"
    ! error: No previous state comparison freshness results in sources.json; name the folder with that state's artifacts with `--state FOLDER`
    exit 2
    ");
}

#[test]
fn warnings_of_selections_can_be_errors() {
    insta::assert_snapshot!(run(&shop(), "list --select absent orders --warn-error").told(), @"
    ! error: The selection criterion 'absent' does not match any enabled nodes
    exit 2
    ");
}

#[test]
fn kinds_are_written_in_any_case_and_checked() {
    let shop = shop();
    assert_eq!(succeed(&shop, "list --resource-type SEED").stdout, "shop.raw_orders\n");
    let environment = [("DBT_RESOURCE_TYPES", "seed view")];
    insta::assert_snapshot!(run_in(&shop, &["list"], &environment).told(), @"
    ! error: the variable DBT_RESOURCE_TYPES holds `view`: expected model, seed, snapshot, test, unit_test, source, exposure, metric, semantic_model, saved_query, function, analysis, default, all
    exit 2
    ");
}

#[test]
fn both_kinds_of_slashes_part_folders() {
    insta::assert_snapshot!(names(&shop(), r"--select models\staging"), @"stg_customers stg_orders");
    insta::assert_snapshot!(names(&shop(), "--select ./ --exclude models/marts"), @"stg_customers stg_orders raw_orders crm.customers");
}

#[test]
fn the_help_names_every_method() {
    let help = succeed(&shop(), "list --help").stdout;
    let (_, methods) = help.split_once("Methods of selection:").unwrap();
    insta::assert_snapshot!(methods, @"

    access:         models that are `public`, `protected` or `private`
    config:         nodes by their configuration: `config.materialized:table`
    exposure:       exposures: `name`, `package.name`
    file:           nodes by the name of their file: `orders.sql`, `orders`
    fqn:            nodes by name, or by the dotted folders they lie in; meant where no method stands
    group:          nodes of a group
    metric:         metrics: `name`, `package.name`
    package:        nodes of a package; `this` is the project
    path:           nodes by file or folder, from the project's folder on: `models/marts`
    resource_type:  nodes of a kind: `model`, `seed`, `unit_test`, ...
    result:         nodes by what became of them in the state: `error`, `fail`, ...
    saved_query:    saved queries: `name`, `package.name`
    selector:       what a selector of selectors.yml selects
    semantic_model: semantic models: `name`, `package.name`
    source:         source tables: `source`, `source.table`, `package.source.table`
    source_status:  sources that got newer rows since the state: `fresher`
    state:          nodes by what differs from the state: `new`, `modified`, `modified.body`, ...
    tag:            nodes with a tag
    test_name:      generic tests by what they test for, unit tests by name
    test_type:      tests that are `generic`, `singular`, `data` (both) or `unit`
    unit_test:      unit tests: `name`, `package.name`
    version:        models that are the `latest` version, `old`, `prerelease`, or have `none`
    ");
}
