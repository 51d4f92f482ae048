//! `load`: CSV files into tables of texts, on Snowflake and on DuckDB alike.

use martlet::base::table::{Cell, Table};
use serde_json::{Value, json};

use super::live::{Warehouse, ask};
use super::server::Server;
use crate::support::project::Project;
use crate::support::run::{Answer, run, succeed};

/// A project whose source has two tables, and two outputs.
struct Shop {
    project: Project,
    outputs: [(&'static str, Value); 2],
    // Dropped last: its database goes with it.
    warehouse: Warehouse,
}

impl Shop {
    fn new(warehouse: Warehouse) -> Self {
        let project = Project::new(
            "
//- project.yml
name: shop
profile: shop
//- models/sources.yml
sources:
  - name: raw
    schema: landed
    tables: [{name: goods}, {name: sales}]
",
        );
        let duckdb = json!({"type": "duckdb", "path": project.path("shop.duckdb"), "database": "shop", "schema": "main"});
        let outputs = [("snowflake", warehouse.output("PUBLIC")), ("duckdb", duckdb)];
        let all: serde_json::Map<_, _> =
            outputs.iter().map(|(name, o)| ((*name).to_owned(), o.clone())).collect();
        let profile = json!({"shop": {"target": "snowflake", "outputs": all}});
        project.write("profiles.yml", &profile.to_string());
        project.write("raw/sales.csv", "id\n1\n");
        Self { project, outputs, warehouse }
    }

    /// Loads goods for a target, and tells everything.
    fn load(&self, target: &str, more: &str) -> Answer {
        run(&self.project, &format!("load raw --tables goods --target {target} {more}"))
    }

    fn ask(&self, target: &str, sql: &str) -> Table {
        let (_, output) = self.outputs.iter().find(|(name, _)| *name == target).unwrap();
        ask(output, sql)
    }

    /// Returns the rows of goods, an empty text as a null, which means the same.
    fn goods(&self, target: &str) -> Vec<Vec<Option<String>>> {
        let text = |cell: Cell| match cell {
            Cell::Null => None,
            Cell::Text(text) => Some(text).filter(|text| !text.is_empty()),
            other => panic!("{other:?} is no text"),
        };
        let table = self.ask(target, "select * from landed.goods order by 1");
        table.rows.into_iter().map(|row| row.into_iter().map(text).collect()).collect()
    }

    /// Returns the names of all tables in the schema of the source.
    fn tables(&self, target: &str) -> Vec<String> {
        let sql = "select lower(table_name) from information_schema.tables where lower(table_schema) = 'landed' order by 1";
        self.ask(target, sql).rows.iter().map(|row| row[0].to_text()).collect()
    }
}

const TARGETS: [&str; 2] = ["snowflake", "duckdb"];

/// A file of everything that a field may hold, and its rows.
fn peculiar() -> (String, Vec<Vec<Option<String>>>) {
    let texts = [
        "plain",
        "it's",
        "a \"quoted\" word",
        "back\\slash",
        "\\n",
        "two\nlines",
        "two\r\nlines",
        "a, b",
        " blanks ",
        "tab\there",
        "ünïcödé 𝄞 日本",
        "00042",
        "null",
        "''",
        "\\'; drop table goods; --",
        "$$",
        "{{ 1 }}",
        "%s :1 ? &x",
        "\u{a0}",
        "/* c */ -- d",
    ];
    let mut file = "\u{feff}Id,Text,More\r\n".to_owned();
    let mut rows = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let id = format!("{number:02}");
        file.push_str(&format!("{id},\"{}\",\r\n", text.replace('"', "\"\"")));
        rows.push(vec![Some(id), Some((*text).to_owned()), None]);
    }
    file.push_str("97,,end\r\n98,\"\",end\r\n99,it's \\ bare,'x'");
    for (id, text, more) in [("97", None, "end"), ("98", None, "end"), ("99", Some("it's \\ bare"), "'x'")] {
        rows.push(vec![Some(id.to_owned()), text.map(str::to_owned), Some(more.to_owned())]);
    }
    (file, rows)
}

#[test]
fn every_text_arrives_as_it_stands_in_the_file() {
    let shop = Shop::new(Warehouse::new());
    let (file, rows) = peculiar();
    shop.project.write("raw/goods.csv", &file);
    for target in TARGETS {
        let told = shop.load(target, "").news();
        assert!(told.contains(&format!("[LOAD {} in S.SSs]", rows.len())), "{told}");
        assert_eq!(shop.goods(target), rows, "{target}");
        assert_eq!(shop.tables(target), ["goods"], "{target}");
    }
    let columns = shop.ask("snowflake", "select * from landed.goods").columns;
    assert_eq!(columns.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["ID", "TEXT", "MORE"]);
}

#[test]
fn files_on_a_stage_are_copied() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(Warehouse::on(Server::shared(), &json!({"STANDIN_STAGE": folder.path()})));
    let (file, rows) = peculiar();
    // What the stage holds is told apart from what lies here by its ids.
    std::fs::create_dir_all(folder.path().join("today")).unwrap();
    std::fs::write(folder.path().join("today/goods.csv"), file.replace("\n99,", "\n990,")).unwrap();
    shop.project.write("raw/goods.csv", &file);
    let told = shop.load("snowflake", "--stage @landing/today").news();
    assert!(told.contains(&format!("[LOAD {} in S.SSs]", rows.len())), "{told}");
    let mut staged = rows;
    staged.last_mut().unwrap()[0] = Some("990".to_owned());
    assert_eq!(shop.goods("snowflake"), staged);
    assert_eq!(shop.tables("snowflake"), ["goods"]);
    // A stage without the file, and one that holds another number of rows.
    std::fs::remove_file(folder.path().join("today/goods.csv")).unwrap();
    let told = shop.load("snowflake", "--stage @landing/today/").news();
    assert!(told.contains("Remote file 'today/goods.csv' was not found"), "{told}");
    std::fs::write(folder.path().join("goods.csv"), "id,text,more\n1,2,3\n").unwrap();
    let told = shop.load("snowflake", "--stage @landing").news();
    let counts = format!("goods.csv has {} rows, and 1 arrived: the table stays as it was", staged.len());
    assert!(told.contains(&counts), "{told}");
    assert_eq!((shop.goods("snowflake"), shop.tables("snowflake")), (staged, vec!["goods".to_owned()]));
}

#[test]
fn a_second_load_replaces_the_rows() {
    let shop = Shop::new(Warehouse::new());
    for target in TARGETS {
        shop.project.write("raw/goods.csv", "id,text\n1,old\n2,old\n");
        assert_eq!(shop.load(target, "").code, 0);
        shop.project.write("raw/goods.csv", "id,text,more\n3,new,x\n");
        assert_eq!(shop.load(target, "").code, 0);
        let row = ["3", "new", "x"].map(|text| Some(text.to_owned()));
        assert_eq!(shop.goods(target), [row], "{target}");
    }
}

#[test]
fn a_broken_row_is_told_at_its_line_and_the_old_table_stays() {
    let shop = Shop::new(Warehouse::new());
    for target in TARGETS {
        shop.project.write("raw/goods.csv", "id,text\n1,old\n");
        assert_eq!(shop.load(target, "").code, 0);
        let many: Vec<String> = (0..20_000).map(|number| format!("{number},{}\n", "x".repeat(60))).collect();
        let many = many.concat();
        let files = [
            (
                format!("id,text\n{many}7\n"),
                "goods.csv:20002: this row has 1 value, and the header names 2 columns",
            ),
            ("id,text\n1,a\n2,\"b\nb\"\n3,c,d\n".to_owned(), "goods.csv:5: this row has 3 values"),
            (String::new(), "goods.csv:1: the file has no header"),
        ];
        for (file, fault) in files {
            shop.project.write("raw/goods.csv", &file);
            let answer = shop.load(target, "");
            assert_eq!(
                (answer.code, answer.news().contains(fault)),
                (1, true),
                "{target}: {}",
                answer.news()
            );
            let row = ["1", "old"].map(|text| Some(text.to_owned()));
            assert_eq!(
                (shop.goods(target), shop.tables(target)),
                (vec![row.to_vec()], vec!["goods".to_owned()])
            );
        }
    }
}

#[test]
fn a_row_that_gets_lost_on_the_way_is_missed() {
    let shop = Shop::new(Warehouse::on(Server::shared(), &json!({"STANDIN_LOSES_A_ROW": "true"})));
    shop.warehouse.ask("create schema landed");
    shop.warehouse.ask("create table landed.goods as select 'old' as id");
    shop.project.write("raw/goods.csv", "id\n1\n2\n3\n");
    let answer = shop.load("snowflake", "");
    let told = answer.news();
    assert!(told.contains("goods.csv has 3 rows, and 2 arrived: the table stays as it was"), "{told}");
    assert_eq!(answer.code, 1, "{told}");
    assert_eq!(shop.goods("snowflake"), [[Some("old".to_owned())]]);
    assert_eq!(shop.tables("snowflake"), ["goods"]);
}

#[test]
fn what_cannot_be_loaded_is_told_before_anything_is_sent() {
    let shop = Shop::new(Warehouse::new());
    for target in TARGETS {
        let told = run(&shop.project, &format!("load raw --tables good --target {target}")).news();
        assert!(told.contains("the source has no table `good`; did you mean `goods`?"), "{told}");
        let told = run(&shop.project, &format!("load raw --target {target}")).news();
        assert!(told.contains("there is no raw/goods.csv: leave the table out with `--tables`"), "{told}");
        assert!(shop.tables(target).is_empty(), "{target}");
    }
}

#[test]
fn thirty_thousand_rows_go_in_few_statements() {
    let shop = Shop::new(Warehouse::new());
    let rows: Vec<String> = (0..30_000).map(|number| format!("{number},it's \\ {number}\n")).collect();
    shop.project.write("raw/goods.csv", &format!("id,text\n{}", rows.concat()));
    succeed(&shop.project, "load raw --tables goods --target snowflake");
    let table =
        shop.ask("snowflake", "select count(*), count(distinct id), max(length(text)) from landed.goods");
    assert_eq!(table.rows[0].iter().map(Cell::to_text).collect::<Vec<_>>(), ["30000", "30000", "12"]);
}

#[test]
fn blank_lines_are_no_rows() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(Warehouse::on(Server::shared(), &json!({"STANDIN_STAGE": folder.path()})));
    for (file, rows) in [("id,text\n1,a\n\n2,b\n\n", 2), ("id,text\r\n1,a\r\n\r\n", 1)] {
        shop.project.write("raw/goods.csv", file);
        std::fs::write(folder.path().join("goods.csv"), file).unwrap();
        for (target, more) in [("snowflake", ""), ("duckdb", ""), ("snowflake", "--stage @landing")] {
            let told = shop.load(target, more).news();
            assert!(told.contains(&format!("[LOAD {rows} in S.SSs]")), "{target} {more}\n{told}");
            assert_eq!(shop.goods(target).len(), rows, "{target} {more}");
        }
    }
}
