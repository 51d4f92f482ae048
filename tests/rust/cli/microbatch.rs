//! Models built by batches, and the rows that flags let through: what is said when something is wrong.

use crate::support::project::Project;
use crate::support::run::run;

/// A model of three days, and a model built by its days whose configuration is given.
fn project(config: &str) -> Project {
    let project = Project::new(
        "
//- models/events.sql
{{ config(materialized='table', event_time='happened') }}
select 1 as id, timestamp '2024-01-01 10:00' as happened
union all select 2, timestamp '2024-01-02 10:00'
union all select 3, timestamp '2024-01-03 10:00'
",
    );
    let text = format!(
        "{{{{ config(materialized='incremental', incremental_strategy='microbatch'{config}) }}}}\n\
         select id, happened from {{{{ ref('events') }}}}\n\
         {{% if model.batch and model.batch.id in var('bad', []) %}}where cast('x' as integer) = id{{% endif %}}\n"
    );
    project.write("models/daily.sql", &text);
    project
}

fn parsed(config: &str) -> String {
    run(&project(config), "parse").news()
}

const WHOLE: &str = ", event_time='happened', begin='2024-01-01', batch_size='day'";

#[test]
fn what_is_missing() {
    insta::assert_snapshot!(parsed(""), @"
    error[missing-key]: the microbatch model `daily` has no `batch_size`
     --> models/daily.sql:1:1
      |
    1 | {{ config(materialized='incremental', incremental_strategy='microbatch') }}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: say how long a batch is: `batch_size='day'`, or `hour`, `month`, `year`
    error[missing-key]: the microbatch model `daily` has no `begin`
     --> models/daily.sql:1:1
      |
    1 | {{ config(materialized='incremental', incremental_strategy='microbatch') }}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: say the day on which the model begins: `begin='2024-01-01'`
    error[missing-key]: the microbatch model `daily` has no `event_time`
     --> models/daily.sql:1:1
      |
    1 | {{ config(materialized='incremental', incremental_strategy='microbatch') }}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: say the column that holds the time of a row: `event_time='created_at'`
    ! the project has 3 errors; nothing was run
    exit 2
    ");
}

#[test]
fn what_is_wrong() {
    insta::assert_snapshot!(parsed(", event_time=1, begin='soon', batch_size='week', lookback='two', concurrent_batches='often'"), @"
    error[invalid-value]: `event_time` of the microbatch model `daily` cannot be `1`
     --> models/daily.sql:1:74
      |
    1 | {{ config(materialized='incremental', incremental_strategy='microbatch', event_time=1, begin='soon', batch_size='week', lookback='two...
      |                                                                          ^^^^^^^^^^
      |
      = help: say the column that holds the time of a row: `event_time='created_at'`
    error[invalid-value]: `begin` of the microbatch model `daily` cannot be `soon`
     --> models/daily.sql:1:88
      |
    1 | {{ config(materialized='incremental', incremental_strategy='microbatch', event_time=1, begin='soon', batch_size='week', lookback='two...
      |                                                                                        ^^^^^
      |
      = help: say the day on which the model begins: `begin='2024-01-01'`
    error[invalid-value]: `batch_size` of the microbatch model `daily` cannot be `week`
     --> models/daily.sql:1:102
      |
    1 | {{ config(materialized='incremental', incremental_strategy='microbatch', event_time=1, begin='soon', batch_size='week', lookback='two...
      |                                                                                                      ^^^^^^^^^^
      |
      = help: say how long a batch is: `batch_size='day'`, or `hour`, `month`, `year`
    error[invalid-value]: `lookback` of the microbatch model `daily` is `two`; it must be a whole number
     --> models/daily.sql:1:121
      |
    1 | {{ config(materialized='incremental', incremental_strategy='microbatch', event_time=1, begin='soon', batch_size='week', lookback='two...
      |                                                                                                                         ^^^^^^^^
    error[invalid-value]: `concurrent_batches` of the microbatch model `daily` is `often`; it must be true or false
     --> models/daily.sql:1:137
      |
    1 | ...ime=1, begin='soon', batch_size='week', lookback='two', concurrent_batches='often') }}
      |                                                            ^^^^^^^^^^^^^^^^^^
    ! the project has 5 errors; nothing was run
    exit 2
    ");
}

#[test]
fn nothing_with_a_time() {
    let project = project(WHOLE);
    project.write("models/events.sql", "select 1 as id, timestamp '2024-01-01 10:00' as happened");
    insta::assert_snapshot!(run(&project, "parse").news(), @"
    warning[no-event-time]: nothing that the microbatch model `daily` reads has an `event_time`
     --> models/daily.sql:1:61
      |
    1 | {{ config(materialized='incremental', incremental_strategy='microbatch', event_time='happened', begin='2024-01-01', batch_size='day') }}
      |                                                             ^^^^^^^^^^
      |
      = note: each batch gets all rows, and rows can come twice
      = help: give the models or sources that it reads an `event_time`
    exit 0
    ");
}

#[test]
fn a_strategy_of_the_project_itself() {
    let project = project(WHOLE);
    project.write(
        "macros/own.sql",
        "{% macro get_incremental_microbatch_sql(arg_dict) %}{{ get_incremental_append_sql(arg_dict) }}{% endmacro %}",
    );
    insta::assert_snapshot!(run(&project, "run --threads 1").news(), @"
    warning[deprecated]: with a microbatch strategy of its own, the project builds microbatch models in one statement
     --> macros/own.sql:1:1
      |
    1 | {% macro get_incremental_microbatch_sql(arg_dict) %}{{ get_incremental_append_sql(arg_dict) }}{% endmacro %}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: set the flag `require_batched_execution_for_custom_microbatch_strategy` to have it called for each batch
    HH:MM:SS  1 of 2 START sql table model main.events ....................................... [RUN]
    HH:MM:SS  1 of 2 OK created sql table model main.events .................................. [OK in S.SSs]
    HH:MM:SS  2 of 2 START sql incremental model main.daily .................................. [RUN]
    HH:MM:SS  2 of 2 OK created sql incremental model main.daily ............................. [OK in S.SSs]
    HH:MM:SS  Finished running 1 incremental model, 1 table model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed successfully
    HH:MM:SS  Done. PASS=2 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=2
    exit 0
    ");
}

#[test]
fn batches_that_fail_are_shown() {
    let span = "--event-time-start 2024-01-01 --event-time-end 2024-01-04 --threads 1";
    let project = project(WHOLE);
    insta::assert_snapshot!(run(&project, &format!("run {span} --vars {{\"bad\":[\"20240102\"]}}")).news(), @"
    HH:MM:SS  1 of 2 START sql table model main.events ....................................... [RUN]
    HH:MM:SS  1 of 2 OK created sql table model main.events .................................. [OK in S.SSs]
    HH:MM:SS  2 of 2 START sql microbatch model main.daily ................................... [RUN]
    HH:MM:SS  Batch 1 of 3 START batch 2024-01-01 of main.daily .................................... [RUN]
    HH:MM:SS  Batch 1 of 3 OK created batch 2024-01-01 of main.daily ............................... [OK in S.SSs]
    HH:MM:SS  Batch 2 of 3 START batch 2024-01-02 of main.daily .................................... [RUN]
    HH:MM:SS  Batch 2 of 3 ERROR creating batch 2024-01-02 of main.daily ........................... [ERROR in S.SSs]
    HH:MM:SS  Batch 3 of 3 START batch 2024-01-03 of main.daily .................................... [RUN]
    HH:MM:SS  Batch 3 of 3 OK created batch 2024-01-03 of main.daily ............................... [OK in S.SSs]
    HH:MM:SS  2 of 2 PARTIALLY created sql microbatch model main.daily ....................... [PARTIAL SUCCESS (2/3) in S.SSs]
    HH:MM:SS  Finished running 1 incremental model, 1 table model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 partial success and 0 warnings
    HH:MM:SS  Failed batches of model daily (models/daily.sql)
    HH:MM:SS  error[database-error]: Conversion Error: Could not convert string 'x' to INT32
    HH:MM:SS   --> models/daily.sql:3:64
    HH:MM:SS    |
    HH:MM:SS  3 | {% if model.batch and model.batch.id in var('bad', []) %}where cast('x' as integer) = id{% endif %}
    HH:MM:SS    |                                                                ^^^^
    HH:MM:SS    |
    HH:MM:SS    = note: in the batch that begins at 2024-01-02 00:00
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=2
    exit 1
    ");
    insta::assert_snapshot!(run(&project, &format!("run {span} --vars {{\"bad\":[\"20240101\"]}}")).news(), @"
    HH:MM:SS  1 of 2 START sql table model main.events ....................................... [RUN]
    HH:MM:SS  1 of 2 OK created sql table model main.events .................................. [OK in S.SSs]
    HH:MM:SS  2 of 2 START sql microbatch model main.daily ................................... [RUN]
    HH:MM:SS  Batch 1 of 3 START batch 2024-01-01 of main.daily .................................... [RUN]
    HH:MM:SS  Batch 1 of 3 ERROR creating batch 2024-01-01 of main.daily ........................... [ERROR in S.SSs]
    HH:MM:SS  Batch 2 of 3 SKIP batch 2024-01-02 of main.daily ..................................... [SKIPPED in S.SSs]
    HH:MM:SS  Batch 3 of 3 SKIP batch 2024-01-03 of main.daily ..................................... [SKIPPED in S.SSs]
    HH:MM:SS  2 of 2 ERROR creating sql microbatch model main.daily .......................... [ERROR in S.SSs]
    HH:MM:SS  Finished running 1 incremental model, 1 table model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in model daily (models/daily.sql)
    HH:MM:SS  error[database-error]: Conversion Error: Could not convert string 'x' to INT32
    HH:MM:SS   --> models/daily.sql:3:64
    HH:MM:SS    |
    HH:MM:SS  3 | {% if model.batch and model.batch.id in var('bad', []) %}where cast('x' as integer) = id{% endif %}
    HH:MM:SS    |                                                                ^^^^
    HH:MM:SS    |
    HH:MM:SS    = note: in the batch that begins at 2024-01-01 00:00
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=2
    exit 1
    ");
    insta::assert_snapshot!(
        run(&project, &format!("run {span} --fail-fast --vars {{\"bad\":[\"20240102\"]}}")).news(), @"
    HH:MM:SS  1 of 2 START sql table model main.events ....................................... [RUN]
    HH:MM:SS  1 of 2 OK created sql table model main.events .................................. [OK in S.SSs]
    HH:MM:SS  2 of 2 START sql microbatch model main.daily ................................... [RUN]
    HH:MM:SS  Batch 1 of 3 START batch 2024-01-01 of main.daily .................................... [RUN]
    HH:MM:SS  Batch 1 of 3 OK created batch 2024-01-01 of main.daily ............................... [OK in S.SSs]
    HH:MM:SS  Batch 2 of 3 START batch 2024-01-02 of main.daily .................................... [RUN]
    HH:MM:SS  Batch 2 of 3 ERROR creating batch 2024-01-02 of main.daily ........................... [ERROR in S.SSs]
    HH:MM:SS  Batch 3 of 3 START batch 2024-01-03 of main.daily .................................... [RUN]
    HH:MM:SS  Batch 3 of 3 OK created batch 2024-01-03 of main.daily ............................... [OK in S.SSs]
    HH:MM:SS  2 of 2 PARTIALLY created sql microbatch model main.daily ....................... [PARTIAL SUCCESS (2/3) in S.SSs]
    HH:MM:SS  Failed batches of model daily (models/daily.sql)
    HH:MM:SS  error[database-error]: Conversion Error: Could not convert string 'x' to INT32
    HH:MM:SS   --> models/daily.sql:3:64
    HH:MM:SS    |
    HH:MM:SS  3 | {% if model.batch and model.batch.id in var('bad', []) %}where cast('x' as integer) = id{% endif %}
    HH:MM:SS    |                                                                ^^^^
    HH:MM:SS    |
    HH:MM:SS    = note: in the batch that begins at 2024-01-02 00:00
    HH:MM:SS  Finished running 1 incremental model, 1 table model in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 partial success and 0 warnings
    HH:MM:SS  Failed batches of model daily (models/daily.sql)
    HH:MM:SS  error[database-error]: Conversion Error: Could not convert string 'x' to INT32
    HH:MM:SS   --> models/daily.sql:3:64
    HH:MM:SS    |
    HH:MM:SS  3 | {% if model.batch and model.batch.id in var('bad', []) %}where cast('x' as integer) = id{% endif %}
    HH:MM:SS    |                                                                ^^^^
    HH:MM:SS    |
    HH:MM:SS    = note: in the batch that begins at 2024-01-02 00:00
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=2
    exit 1
    ");
}

#[test]
fn spans_that_cannot_be() {
    let project = project(WHOLE);
    let told = |flags: &str| run(&project, &format!("run {flags}")).news();
    insta::assert_snapshot!(told("--event-time-start 2024-01-01"), @"
    ! error: The flag `--event-time-start` was specified, but `--event-time-end` was not. When specifying `--event-time-start`, `--event-time-end` must also be present.
    exit 2
    ");
    insta::assert_snapshot!(told("--event-time-end 2024-01-01"), @"
    ! error: The flag `--event-time-end` was specified, but `--event-time-start` was not. When specifying `--event-time-end`, `--event-time-start` must also be present.
    exit 2
    ");
    insta::assert_snapshot!(told("--event-time-start 2024-01-01 --event-time-end 2024-01-01"), @"
    ! error: Value for `--event-time-start` must be less than `--event-time-end`
    exit 2
    ");
    insta::assert_snapshot!(told("--event-time-start today --event-time-end 2024-01-01"), @"
    ! error: Invalid value for '--event-time-start': 'today' does not match the formats '%Y-%m-%d', '%Y-%m-%dT%H:%M:%S', '%Y-%m-%d %H:%M:%S'.
    exit 2
    ");
    insta::assert_snapshot!(told("--sample 3"), @"
    ! error: Invalid value for '--sample': Cannot load SAMPLE_WINDOW from '3'. Must be of form 'DAYS_INT GRAIN_SIZE'.
    exit 2
    ");
    insta::assert_snapshot!(told("--sample {\"start\":\"2024-01-01\"}"), @r#"
    ! error: Invalid value for '--sample': Field "end" of type datetime is missing in SampleWindow instance
    exit 2
    "#);
    insta::assert_snapshot!(run(&project, "test --empty").news(), @"
    ! error: unexpected argument '--empty' found
    exit 2
    ");
}
