//! `load` where files are not as usual. What it does with rows is shown by `snowflake::loading`, on both databases.

use crate::support::project::Project;
use crate::support::run::run;

const SOURCE: &str = "
//- models/sources.yml
sources:
  - name: raw
    tables: [{name: t}]
";

#[test]
fn a_blank_line_is_no_row_in_a_file_of_one_column() {
    let project = Project::new(&format!("{SOURCE}//- raw/t.csv\nid\n1\n\n\"\"\n2\n"));
    let told = run(&project, "load raw").news();
    assert!(told.contains("[LOAD 3 in S.SSs]"), "{told}");
    assert_eq!(project.query("select count(*), count(id), max(id) from raw.t"), "3 2 2");
}

#[test]
fn a_name_of_two_lines_is_not_left_to_a_copy_that_skips_one() {
    let project = Project::new(&format!(
        "{SOURCE}//- raw/t.csv\nid,\"two\nlines\"\n1,a\n//- profiles.yml\nshop:\n  target: dev\n  outputs:\n    dev: \
         {{type: snowflake, account: a, user: b, password: cccc, host: nowhere.invalid, database: d, schema: s}}\n\
         //- project.yml\nname: shop\nprofile: shop\nquery-comment: ''\n"
    ));
    let told = run(&project, "load raw --stage @landing --dry-run -q").told();
    assert!(told.contains("insert into d.raw.t__martlet_load") && !told.contains("copy into"), "{told}");
}

#[test]
fn lines_may_end_in_two_ways() {
    let project = Project::new(&format!("{SOURCE}//- raw/t.csv\nid,name\n1,a\r\n2,\"b\nc\"\n3,d\r\n"));
    let told = run(&project, "load raw").news();
    assert!(told.contains("[LOAD 3 in S.SSs]"), "{told}");
    assert_eq!(project.query("select string_agg(name, '|' order by id) from raw.t"), "a|b\nc|d");
}

#[test]
fn a_table_that_cannot_be_replaced_is_in_no_other_ones_way() {
    let project = Project::new(
        "
//- profiles.yml
shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 1}}}
//- models/sources.yml
sources:
  - name: raw
    tables: [{name: t}, {name: u}]
//- raw/t.csv
id,name
1,a
//- raw/u.csv
id,name
2,b
",
    );
    project.database().execute_batch("create schema raw; create view raw.t as select 0 as id").unwrap();
    let told = run(&project, "load raw");
    assert_eq!(told.code, 1);
    assert!(told.stdout.contains("Existing object t is of type View"), "{}", told.told());
    let left =
        "select table_name, table_type from information_schema.tables where table_schema = 'raw' order by 1";
    assert_eq!(project.query(left), "t VIEW\nu BASE TABLE");
    assert_eq!(project.query("select id, name from raw.u"), "2 b");
}
