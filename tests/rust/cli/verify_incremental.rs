//! `verify-incremental`: models that are by batches what they are when built whole, and models that are not.

use crate::support::project::Project;
use crate::support::run::{run, succeed};

fn project() -> Project {
    let project = Project::new(
        "
//- models/events.sql
{{ config(materialized='table', event_time='happened_at') }}
select range as id, range % 3 as customer, timestamp '2024-01-01' + range * interval 1 hour as happened_at
from range(90)
//- models/recent.sql
{{ config(materialized='ephemeral') }} select * from {{ ref('events') }}
//- models/good.sql
{{ config(materialized='incremental', unique_key='id') }}
select id, happened_at, now() as loaded_at from {{ ref('recent') }}
{% if is_incremental() %} where happened_at >= (select max(happened_at) from {{ this }}) {% endif %}
//- models/wrong_key.sql
{{ config(materialized='incremental', unique_key='customer') }}
select customer, count(*) as n, max(happened_at) as last from {{ ref('events') }}
{% if is_incremental() %} where happened_at > (select max(last) from {{ this }}) {% endif %} group by 1
//- models/broken_later.sql
{{ config(materialized='incremental') }}
select id from {{ ref('events') }} {% if is_incremental() %} where no_such_column > 1 {% endif %}
//- models/daily.sql
{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='happened_at', begin='2024-01-01',
          batch_size='day', lookback=1) }}
select id, happened_at from {{ ref('events') }}
//- models/daily_sums.sql
{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='happened_at', begin='2024-01-01',
          batch_size='day', lookback=0) }}
select count(*) as n, min(happened_at) as happened_at from {{ ref('events') }}
//- models/timeless.sql
{{ config(materialized='incremental') }} select 1 as id
",
    );
    succeed(&project, "run --exclude daily daily_sums");
    project
}

const TABLES: &str = "select table_schema, table_name from information_schema.tables order by all";

#[test]
fn a_model_that_is_the_same_either_way() {
    let project = project();
    let before = project.query(TABLES);
    insta::assert_snapshot!(run(&project, "verify-incremental --select good --ignore LOADED_AT --quiet").told(), @"
    good: 90 rows, the same in 4 batches as built whole
    exit 0
    ");
    assert_eq!(project.query(TABLES), before);
    assert_eq!(project.query("select count(*) from good"), "90");
}

#[test]
fn a_model_that_forgets_rows_shows_which() {
    let project = project();
    let before = project.query(TABLES);
    insta::assert_snapshot!(run(&project, "verify-incremental --select wrong_key --batches 2").news(), @"
    HH:MM:SS  sql incremental model main__martlet_verify.wrong_key from rows before 2024-01-02 HH:MM:SS
    HH:MM:SS  sql incremental model main__martlet_verify.wrong_key from all rows
    HH:MM:SS  sql incremental model main__martlet_verify.wrong_key__whole from all rows
    wrong_key: 6 rows differ between 2 batches and building it whole
    (`difference`: how often the row is there more by batches than whole)
    | difference | customer | n  | last                |
    |------------|----------|----|---------------------|
    | 1          | 0        | 15 | 2024-01-04 HH:MM:SS |
    | -1         | 0        | 30 | 2024-01-04 HH:MM:SS |
    | 1          | 1        | 15 | 2024-01-04 HH:MM:SS |
    | -1         | 1        | 30 | 2024-01-04 HH:MM:SS |
    | 1          | 2        | 15 | 2024-01-04 HH:MM:SS |
    | -1         | 2        | 30 | 2024-01-04 HH:MM:SS |
    exit 1
    ");
    assert_eq!(project.query(TABLES), before);
    let kept =
        succeed(&project, "verify-incremental --select good --by happened_at --ignore loaded_at --keep");
    assert!(kept.stdout.contains("kept: "), "{}", kept.stdout);
    let scratch = "select count(*) from main__martlet_verify.good__whole";
    assert_eq!(project.query(scratch), "90");
}

#[test]
fn what_cannot_be_proved_is_told() {
    let project = project();
    let before = project.query(TABLES);
    insta::assert_snapshot!(run(&project, "verify-incremental --select broken_later").news(), @r#"
    HH:MM:SS  sql incremental model main__martlet_verify.broken_later from rows before 2024-01-01 HH:MM:SS
    HH:MM:SS  sql incremental model main__martlet_verify.broken_later from rows before 2024-01-02 HH:MM:SS
    HH:MM:SS  Error in model broken_later (models/broken_later.sql)
    HH:MM:SS  error[database-error]: Binder Error: Referenced column "no_such_column" not found in FROM clause!
    HH:MM:SS   --> models/broken_later.sql:2:68
    HH:MM:SS    |
    HH:MM:SS  2 | select id from {{ ref('events') }} {% if is_incremental() %} where no_such_column > 1 {% endif %}
    HH:MM:SS    |                                                                    ^^^^^^^^^^^^^^
    HH:MM:SS    |
    HH:MM:SS    = note: Candidate bindings: "customer"
    HH:MM:SS    compiled code at target/compiled/shop/models/broken_later.sql
    exit 1
    "#);
    insta::assert_snapshot!(run(&project, "verify-incremental --select timeless good --by nope --quiet").told(), @"
    ! error: good: nothing that `good` reads has a column `nope`
    ! error: timeless: nothing that `timeless` reads has a column `nope`
    exit 1
    ");
    insta::assert_snapshot!(run(&project, "verify-incremental --select events --quiet").told(), @"
    ! error: no incremental model is selected
    exit 2
    ");
    assert_eq!(project.query(TABLES), before);
}

#[test]
fn microbatch_models_are_built_as_time_goes_by() {
    let project = project();
    insta::assert_snapshot!(run(&project, "verify-incremental --select daily --quiet").told(), @"
    daily: 90 rows, the same in 4 batches as built whole
    exit 0
    ");
    insta::assert_snapshot!(run(&project, "verify-incremental --select daily_sums --batches 3 --quiet").told(), @"
    daily_sums: 4 rows, the same in 3 batches as built whole
    exit 0
    ");
}
