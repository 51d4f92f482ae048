//! Each command on a small project that is whole.

use crate::support::project::Project;
use crate::support::run::{run, succeed};

#[test]
fn a_new_project_builds_twice() {
    let project = Project::empty();
    insta::assert_snapshot!(run(&project, "init fresh").told(), @r#"
    HH:MM:SS  Your new project "fresh" was created.
    HH:MM:SS
    HH:MM:SS    cd fresh
    HH:MM:SS    martlet build
    exit 0
    "#);
    insta::assert_snapshot!(run(&project, "build --project-dir fresh --threads 1").told(), @r"
    HH:MM:SS  Running with martlet=V.V.V (dbt=V.VV.V)
    HH:MM:SS  Registered adapter: duckdb=V.V.V
    HH:MM:SS  Found 2 models, 1 seed, 5 data tests, NNN macros
    HH:MM:SS
    HH:MM:SS  Concurrency: 1 thread (target='dev')
    HH:MM:SS
    HH:MM:SS  1 of 8 START seed file main.raw_orders ......................................... [RUN]
    HH:MM:SS  1 of 8 OK loaded seed file main.raw_orders ..................................... [INSERT 3 in S.SSs]
    HH:MM:SS  2 of 8 START sql view model main.stg_orders .................................... [RUN]
    HH:MM:SS  2 of 8 OK created sql view model main.stg_orders ............................... [OK in S.SSs]
    HH:MM:SS  3 of 8 START test not_null_stg_orders_order_id ................................. [RUN]
    HH:MM:SS  3 of 8 PASS not_null_stg_orders_order_id ....................................... [PASS in S.SSs]
    HH:MM:SS  4 of 8 START test unique_stg_orders_order_id ................................... [RUN]
    HH:MM:SS  4 of 8 PASS unique_stg_orders_order_id ......................................... [PASS in S.SSs]
    HH:MM:SS  5 of 8 START sql table model main.customers .................................... [RUN]
    HH:MM:SS  5 of 8 OK created sql table model main.customers ............................... [OK in S.SSs]
    HH:MM:SS  6 of 8 START test dbt_utils_accepted_range_customers_amount__0 ................. [RUN]
    HH:MM:SS  6 of 8 PASS dbt_utils_accepted_range_customers_amount__0 ....................... [PASS in S.SSs]
    HH:MM:SS  7 of 8 START test not_null_customers_customer .................................. [RUN]
    HH:MM:SS  7 of 8 PASS not_null_customers_customer ........................................ [PASS in S.SSs]
    HH:MM:SS  8 of 8 START test unique_customers_customer .................................... [RUN]
    HH:MM:SS  8 of 8 PASS unique_customers_customer .......................................... [PASS in S.SSs]
    HH:MM:SS
    HH:MM:SS  Finished running 5 data tests, 1 seed, 1 table model, 1 view model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS
    HH:MM:SS  Completed successfully
    HH:MM:SS
    HH:MM:SS  Done. PASS=8 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=8
    exit 0
    ");
    succeed(&project, "build --project-dir fresh");
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
