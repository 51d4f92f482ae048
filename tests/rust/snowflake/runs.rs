//! Whole runs against a server that fails: where the error is shown, what is written down, and that `retry` goes on.

use serde_json::Value;

use crate::snowflake::mock::{Mock, Reply};
use crate::support::project::Project;
use crate::support::run::run;

fn project(mock: &Mock) -> Project {
    let project = Project::new(
        "
//- project.yml
name: shop
profile: shop
//- models/first.sql
{{ config(materialized='table') }}
select 1 as id
//- models/second.sql
{{ config(materialized='table') }}
select
  id,
  nope
from {{ ref('first') }}
",
    );
    project.write("profiles.yml", &mock.profile(&[]));
    project
}

fn results(project: &Project) -> Value {
    let results: Value = serde_json::from_str(&project.read("target/run_results.json")).unwrap();
    results["results"].clone()
}

#[test]
fn an_error_is_shown_on_the_line_of_the_model() {
    let mock = Mock::start();
    let project = project(&mock);
    let said = "SQL compilation error: error line 5 at position 2\ninvalid identifier 'NOPE'";
    mock.on("nope", [Reply::Refused("000904", said)]);
    insta::assert_snapshot!(run(&project, "run --threads 1").news(), @"
    HH:MM:SS  1 of 2 START sql table model public.first ...................................... [RUN]
    HH:MM:SS  1 of 2 OK created sql table model public.first ................................. [SUCCESS 1 in S.SSs]
    HH:MM:SS  2 of 2 START sql table model public.second ..................................... [RUN]
    HH:MM:SS  2 of 2 ERROR creating sql table model public.second ............................ [ERROR in S.SSs]
    HH:MM:SS  Finished running 2 table models in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in model second (models/second.sql)
    HH:MM:SS  error[database-error]: 000904: SQL compilation error: error line 5 at position 2
    HH:MM:SS   --> models/second.sql:1:1
    HH:MM:SS    |
    HH:MM:SS  1 | {{ config(materialized='table') }}
    HH:MM:SS    | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    HH:MM:SS    |
    HH:MM:SS    = note: invalid identifier 'NOPE' (query id query-9)
    HH:MM:SS    compiled code at target/compiled/shop/models/second.sql
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=2
    exit 1
    ");
    insta::assert_snapshot!(mock.statements().join("\n"), @r#"
    1 /* {"app": "dbt", "dbt_version": "1.11.16", "profile_name": "shop", "target_name": "dev", "connection_name": "master"} */

            show terse schemas in database analytics limit 10000
    1 /* {"app": "dbt", "dbt_version": "1.11.16", "profile_name": "shop", "target_name": "dev", "connection_name": "master"} */
    BEGIN
    1 /* {"app": "dbt", "dbt_version": "1.11.16", "profile_name": "shop", "target_name": "dev", "connection_name": "master"} */
    create schema if not exists "analytics"."public"
    1 /* {"app": "dbt", "dbt_version": "1.11.16", "profile_name": "shop", "target_name": "dev", "connection_name": "master"} */
    COMMIT
    2 /* {"app": "dbt", "dbt_version": "1.11.16", "profile_name": "shop", "target_name": "dev", "node_id": "model.shop.first"} */
    BEGIN
    2 /* {"app": "dbt", "dbt_version": "1.11.16", "profile_name": "shop", "target_name": "dev", "node_id": "model.shop.first"} */

        create or replace transient table analytics.public.first
        
        as (
            
    select 1 as id
        )
    2 /* {"app": "dbt", "dbt_version": "1.11.16", "profile_name": "shop", "target_name": "dev", "node_id": "model.shop.first"} */
    ROLLBACK
    2 /* {"app": "dbt", "dbt_version": "1.11.16", "profile_name": "shop", "target_name": "dev", "node_id": "model.shop.second"} */
    BEGIN
    2 /* {"app": "dbt", "dbt_version": "1.11.16", "profile_name": "shop", "target_name": "dev", "node_id": "model.shop.second"} */

        create or replace transient table analytics.public.second
        
        as (
            
    select
      id,
      nope
    from "analytics"."public"."first"
        )
    2 /* {"app": "dbt", "dbt_version": "1.11.16", "profile_name": "shop", "target_name": "dev", "node_id": "model.shop.second"} */
    ROLLBACK
    "#);
    insta::assert_snapshot!(results(&project)[0]["adapter_response"].to_string(), @r#"{"_message":"SUCCESS 1","query_id":"query-6","statements":3,"seconds":0.009321163}"#);
    insta::assert_snapshot!(run(&project, "retry --threads 1").news(), @"
    HH:MM:SS  1 of 1 START sql table model public.second ..................................... [RUN]
    HH:MM:SS  1 of 1 OK created sql table model public.second ................................ [SUCCESS 1 in S.SSs]
    HH:MM:SS  Finished running 1 table model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed successfully
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=1
    exit 0
    ");
}
