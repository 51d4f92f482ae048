//! Seeds that cannot be loaded, and seeds that need not be.

use crate::support::project::Project;
use crate::support::run::{run, succeed};

fn seed(text: &str) -> Project {
    let project = Project::new("");
    project.write("seeds/s.csv", text);
    project
}

#[test]
fn a_row_that_is_too_short_is_shown() {
    let project = seed("id,name\n1,\"a\nb\"\n2\n3,c\n");
    insta::assert_snapshot!(run(&project, "seed").news(), @"
    HH:MM:SS  1 of 1 START seed file main.s .................................................. [RUN]
    HH:MM:SS  1 of 1 ERROR loading seed file main.s .......................................... [ERROR in S.SSs]
    HH:MM:SS  Finished running 1 seed in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in seed s (seeds/s.csv)
    HH:MM:SS  error[jinja-error]: this row has 1 value, and the header names 2 columns
    HH:MM:SS   --> seeds/s.csv:4:1
    HH:MM:SS    |
    HH:MM:SS  4 | 2
    HH:MM:SS    | ^
    HH:MM:SS    |
    HH:MM:SS    = help: give every row as many values as the header; put a value that holds a delimiter in quotes
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
    exit 1
    ");
}

#[test]
fn a_row_that_is_too_long_is_shown() {
    let project = seed("id,name\n1,a\n2,b,c\n");
    insta::assert_snapshot!(run(&project, "seed").news(), @"
    HH:MM:SS  1 of 1 START seed file main.s .................................................. [RUN]
    HH:MM:SS  1 of 1 ERROR loading seed file main.s .......................................... [ERROR in S.SSs]
    HH:MM:SS  Finished running 1 seed in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in seed s (seeds/s.csv)
    HH:MM:SS  error[jinja-error]: this row has 3 values, and the header names 2 columns
    HH:MM:SS   --> seeds/s.csv:3:1
    HH:MM:SS    |
    HH:MM:SS  3 | 2,b,c
    HH:MM:SS    | ^^^^^
    HH:MM:SS    |
    HH:MM:SS    = help: give every row as many values as the header; put a value that holds a delimiter in quotes
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
    exit 1
    ");
}

#[test]
fn bytes_that_are_no_text_are_shown() {
    let project = Project::new("");
    project.write("seeds/s.csv", "");
    std::fs::write(project.path("seeds/s.csv"), b"id,name\n1,a\n2,caf\xe9\n").unwrap();
    insta::assert_snapshot!(run(&project, "seed").news(), @"
    HH:MM:SS  1 of 1 START seed file main.s .................................................. [RUN]
    HH:MM:SS  1 of 1 ERROR loading seed file main.s .......................................... [ERROR in S.SSs]
    HH:MM:SS  Finished running 1 seed in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in seed s (seeds/s.csv)
    HH:MM:SS  error[jinja-error]: this row is not UTF-8: its value 2 holds other bytes
    HH:MM:SS   --> seeds/s.csv:3:1
    HH:MM:SS    |
    HH:MM:SS  3 | 2,caf�
    HH:MM:SS    | ^^^^^^
    HH:MM:SS    |
    HH:MM:SS    = help: save the file as UTF-8
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
    exit 1
    ");
}

#[test]
fn a_file_without_a_header_is_told() {
    insta::assert_snapshot!(run(&seed(""), "seed").news(), @"
    HH:MM:SS  1 of 1 START seed file main.s .................................................. [RUN]
    HH:MM:SS  1 of 1 ERROR loading seed file main.s .......................................... [ERROR in S.SSs]
    HH:MM:SS  Finished running 1 seed in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in seed s (seeds/s.csv)
    HH:MM:SS  error[jinja-error]: the file has no header
    HH:MM:SS  --> seeds/s.csv
    HH:MM:SS   = help: begin the file with a line of column names
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
    exit 1
    ");
}

#[test]
fn a_value_that_does_not_have_the_type_of_its_column_is_shown() {
    let project = seed("id,name\n1,a\nx2,b\n");
    project.write("seeds/s.yml", "seeds: [{name: s, config: {column_types: {id: integer}}}]\n");
    insta::assert_snapshot!(run(&project, "seed").news(), @r#"
    HH:MM:SS  1 of 1 START seed file main.s .................................................. [RUN]
    HH:MM:SS  1 of 1 ERROR loading seed file main.s .......................................... [ERROR in S.SSs]
    HH:MM:SS  Finished running 1 seed in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in seed s (seeds/s.csv)
    HH:MM:SS  error[database-error]: Could not convert string "x2" to 'INTEGER'
    HH:MM:SS   --> seeds/s.csv:3:1
    HH:MM:SS    |
    HH:MM:SS  3 | x2,b
    HH:MM:SS    | ^^^^
    HH:MM:SS    |
    HH:MM:SS    = help: mend the value, or give its column another type in `column_types`
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
    exit 1
    "#);
}

#[test]
fn a_delimiter_is_one_character() {
    let project = seed("id||name\n1||a\n");
    project.write("seeds/s.yml", "seeds: [{name: s, config: {delimiter: '||'}}]\n");
    insta::assert_snapshot!(run(&project, "seed").news(), @"
    HH:MM:SS  1 of 1 START seed file main.s .................................................. [RUN]
    HH:MM:SS  1 of 1 ERROR loading seed file main.s .......................................... [ERROR in S.SSs]
    HH:MM:SS  Finished running 1 seed in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in seed s (seeds/s.csv)
    HH:MM:SS  error[jinja-error]: the delimiter `||` is not one character of ASCII
    HH:MM:SS  --> seeds/s.csv
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
    exit 1
    ");
}

/// Returns what the one seed was told to have done.
fn message(project: &Project) -> String {
    let told = succeed(project, "seed").stdout;
    let line = told.lines().find(|line| line.contains("OK loaded")).unwrap_or_default();
    let status = line.rsplit_once('[').map_or("", |(_, status)| status);
    status.split(" in ").next().unwrap_or_default().to_owned()
}

fn watched() -> Project {
    let project = seed("id,name\n1,a\n2,b\n");
    project.write("seeds/s.yml", "seeds: [{name: s, config: {skip_unchanged: true}}]\n");
    assert_eq!(message(&project), "INSERT 2");
    project
}

#[test]
fn an_unchanged_seed_is_not_loaded_again_where_that_is_asked_for() {
    let project = watched();
    assert_eq!(message(&project), "UNCHANGED");
    let plain = seed("id\n1\n");
    assert_eq!(message(&plain), "INSERT 1");
    assert_eq!(message(&plain), "INSERT 1");
}

#[test]
fn a_seed_is_loaded_again_when_its_file_or_configuration_changed() {
    let project = watched();
    project.write("seeds/s.csv", "id,name\n1,a\n2,c\n");
    assert_eq!(message(&project), "INSERT 2");
    assert_eq!(message(&project), "UNCHANGED");
    project.write(
        "seeds/s.yml",
        "seeds: [{name: s, config: {skip_unchanged: true, column_types: {id: bigint}}}]\n",
    );
    assert_eq!(message(&project), "INSERT 2");
    let told = succeed(&project, "seed --full-refresh").stdout;
    assert!(told.contains("CREATE 2"), "a full refresh loads: {told}");
}

#[test]
fn a_seed_is_loaded_again_when_its_table_was_touched() {
    for touched in [
        "update s set name = 'z' where id = 1",
        "delete from s",
        "insert into s values (3, 'c')",
        "alter table s add column more integer",
        "alter table s alter column id type bigint",
        "drop table s",
        "create or replace table s as select 1 as id, 'a' as name",
    ] {
        let project = watched();
        project.database().execute_batch(touched).unwrap();
        if touched.contains("add column") {
            // Loaded by name, the column stays empty.
            project.database().execute_batch("alter table s drop column more").unwrap();
            project.database().execute_batch("update s set name = 'q'").unwrap();
        }
        assert_eq!(message(&project), "INSERT 2", "{touched}");
        assert_eq!(project.query("select id, name from s order by id"), "1 a\n2 b", "{touched}");
    }
}

#[test]
fn what_was_put_back_as_it_was_counts_as_unchanged() {
    let project = watched();
    project.database().execute_batch("delete from s; insert into s values (2, 'b'), (1, 'a')").unwrap();
    assert_eq!(message(&project), "UNCHANGED");
}

#[test]
fn a_seed_with_other_columns_than_its_table_says_what_to_do() {
    let project = Project::new("\n//- seeds/s.csv\nid,name\n1,a\n");
    succeed(&project, "seed");
    project.write("seeds/s.csv", "id,title\n1,a\n");
    insta::assert_snapshot!(run(&project, "seed").news(), @r#"
    HH:MM:SS  1 of 1 START seed file main.s .................................................. [RUN]
    HH:MM:SS  1 of 1 ERROR loading seed file main.s .......................................... [ERROR in S.SSs]
    HH:MM:SS  Finished running 1 seed in H hours M minutes and S.SS seconds (S.SSs).
    HH:MM:SS  Completed with 1 error, 0 partial successes, and 0 warnings:
    HH:MM:SS  Error in seed s (seeds/s.csv)
    HH:MM:SS  error[database-error]: Binder Error: Table "s" does not have a column with name "title"
    HH:MM:SS   --> seeds/s.csv:1:1
    HH:MM:SS    |
    HH:MM:SS  1 | id,title
    HH:MM:SS    | ^^^^^^^^
    HH:MM:SS    |
    HH:MM:SS    = note:
    HH:MM:SS            Did you mean: "id"
    HH:MM:SS    = help: the table has the columns that the seed had before: build it with `--full-refresh`
    HH:MM:SS  Done. PASS=0 WARN=0 ERROR=1 SKIP=0 NO-OP=0 TOTAL=1
    exit 1
    "#);
    succeed(&project, "seed --full-refresh");
}
