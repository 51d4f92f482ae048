//! Snapshots whose configuration or history is not whole.

use crate::support::project::Project;
use crate::support::run::{run, succeed};

fn snapshot(config: &str, rows: &str) -> Project {
    let project = Project::new("");
    project.write(
        "snapshots/s.sql",
        &format!("{{% snapshot s %}}\n\n{{{{ config({config}) }}}}\nselect * from (values {rows}) as v(id, seen)\n{{% endsnapshot %}}\n"),
    );
    project
}

const BY_TIME: &str = "strategy='timestamp', unique_key='id', updated_at='seen'";

#[test]
fn what_is_missing_is_told_at_the_configuration() {
    let project = snapshot("strategy='timestamp', unique_key='id'", "(1, now())");
    insta::assert_snapshot!(run(&project, "snapshot").news(), @"
    error[missing-key]: the snapshot `s` has no `updated_at`
     --> snapshots/s.sql:3:4
      |
    3 | {{ config(strategy='timestamp', unique_key='id') }}
      |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: name the column that tells when a row was changed
    ! the project has 1 error; nothing was run
    exit 2
    ");
}

#[test]
fn what_is_wrong_in_yaml_is_told_at_the_entry() {
    let project = Project::new("");
    project.write("models/m.sql", "select 1 as id");
    project.write(
        "snapshots/s.yml",
        "snapshots:\n  - name: s\n    relation: ref('m')\n    config: {strategy: check, unique_key: id, check_cols: id}\n",
    );
    insta::assert_snapshot!(run(&project, "snapshot").news(), @"
    error[invalid-value]: `check_cols` of the snapshot `s` is `id`
     --> snapshots/s.yml:2:11
      |
    2 |   - name: s
      |           ^
      |
      = help: it is a list of columns, or `all`
    ! the project has 1 error; nothing was run
    exit 2
    ");
}

#[test]
fn a_relation_in_yaml_that_is_not_there_is_told_at_its_line() {
    let project = Project::new("");
    project.write(
        "snapshots/s.yml",
        "snapshots:\n  - name: s\n    relation: ref('nowhere')\n    config: {strategy: check, unique_key: id, check_cols: all}\n",
    );
    insta::assert_snapshot!(run(&project, "snapshot").news(), @"
    error[unknown-ref]: snapshot `s` depends on a node named `nowhere` which was not found
     --> snapshots/s.yml:3:15
      |
    3 |     relation: ref('nowhere')
      |               ^^^^^^^^^^^^^^ no model, seed or snapshot of this name
    ! the project has 1 error; nothing was run
    exit 2
    ");
}

const TWICE: &str = "(1, timestamp '2024-01-01'), (1, timestamp '2024-01-02'), (2, timestamp '2024-01-01')";

#[test]
fn keys_with_several_rows_are_warned_of() {
    let project = snapshot(BY_TIME, TWICE);
    insta::assert_snapshot!(succeed(&project, "snapshot").news(), @r#"
    HH:MM:SS  1 of 1 START snapshot main.s ................................................... [RUN]
    HH:MM:SS  [WARNING]: the history in "shop"."main"."s" is not whole, by the key (id):
    HH:MM:SS    1 key has more than one row that holds now: 1
    HH:MM:SS    Give the snapshot a query with one row for each key, whose times only rise; then mend these rows.
    HH:MM:SS  1 of 1 OK snapshotted main.s ................................................... [OK in S.SSs]
    HH:MM:SS  Finished running 1 snapshot in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed successfully
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=1
    exit 0
    "#);
}

#[test]
fn a_history_that_is_not_whole_can_be_an_error_that_leaves_the_table_as_it_was() {
    let project = snapshot(BY_TIME, "(1, timestamp '2024-01-01')");
    succeed(&project, "snapshot");
    project.write(
        "snapshots/s.sql",
        &project
            .read("snapshots/s.sql")
            .replace("(values ", "(values (1, timestamp '2024-03-01'), (1, timestamp '2024-04-01'), "),
    );
    let told = run(&project, "--warn-error snapshot");
    assert_eq!(told.code, 1, "{}", told.stdout);
    assert_eq!(project.query("select count(*) from s"), "1");
    let silent = r#"snapshot --warn-error-options {"silence":["SnapshotHistoryWarning"]}"#;
    assert!(!succeed(&project, silent).stdout.contains("not whole"));
}

#[test]
fn overlaps_and_gaps_that_somebody_made_are_found() {
    let rows = "(1, timestamp '2024-02-01'), (2, timestamp '2024-02-01'), (3, timestamp '2024-02-01')";
    let project = snapshot(BY_TIME, &rows.replace("-02-", "-01-"));
    succeed(&project, "snapshot");
    project.write("snapshots/s.sql", &project.read("snapshots/s.sql").replace("-01-01", "-02-01"));
    succeed(&project, "snapshot");
    project
        .database()
        .execute_batch(
            "update s set dbt_valid_to = '2024-01-15' where id = 1 and dbt_valid_to is not null;
             update s set dbt_valid_to = '2024-02-15' where id = 2 and dbt_valid_to is not null;
             update s set dbt_valid_to = '2024-02-20' where id = 3",
        )
        .unwrap();
    project.write(
        "snapshots/s.sql",
        &project.read("snapshots/s.sql").replace(", (3, timestamp '2024-02-01')", ""),
    );
    insta::assert_snapshot!(succeed(&project, "snapshot").news(), @r#"
    HH:MM:SS  1 of 1 START snapshot main.s ................................................... [RUN]
    HH:MM:SS  [WARNING]: the history in "shop"."main"."s" is not whole, by the key (id):
    HH:MM:SS    2 keys have rows whose times overlap: 2; 3
    HH:MM:SS    1 key has a time that no row holds for: 1
    HH:MM:SS    1 key has no row that holds now: 3
    HH:MM:SS    Give the snapshot a query with one row for each key, whose times only rise; then mend these rows.
    HH:MM:SS  1 of 1 OK snapshotted main.s ................................................... [OK in S.SSs]
    HH:MM:SS  Finished running 1 snapshot in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed successfully
    HH:MM:SS  Done. PASS=1 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=1
    exit 0
    "#);
}

#[test]
fn gaps_are_no_fault_where_deletions_end_rows() {
    let project = snapshot(&format!("{BY_TIME}, hard_deletes='invalidate'"), "(1, timestamp '2024-01-01')");
    succeed(&project, "snapshot");
    project.database().execute_batch("update s set dbt_valid_to = '2024-01-02'").unwrap();
    project.write("snapshots/s.sql", &project.read("snapshots/s.sql").replace("2024-01-01", "2024-02-01"));
    assert!(!succeed(&project, "snapshot").stdout.contains("not whole"));
}
