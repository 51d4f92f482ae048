//! `docs/snowflake-stand-in.md`: what it says of statements and rules is so.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::server::{Server, environment};

fn page() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/snowflake-stand-in.md")).unwrap()
}

/// Returns kind, statement and verdict of each row.
fn rows(page: &str) -> Vec<(String, String, String)> {
    let told = page.lines().filter_map(|line| {
        let line = line.replace("\\|", "\u{0}");
        let cells: Vec<_> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
        let [kind, statement, verdict] = cells[..] else { return None };
        let statement = statement.strip_prefix('`')?.strip_suffix('`')?.replace('\u{0}', "|");
        Some((kind.to_owned(), statement, verdict.to_owned()))
    });
    told.collect()
}

#[test]
fn each_kind_of_statement_does_what_the_page_says() {
    let server = Server::shared();
    let database = server.database();
    // What the page copies from a stage.
    let stage = tempfile::tempdir().unwrap();
    std::fs::write(stage.path().join("goods.csv"), "id,name\n1,a\n").unwrap();
    let place = format!("databaseName={database}&schemaName=PUBLIC&warehouse=WH");
    let wire = server.login(&json!({"STANDIN_STAGE": stage.path()}), &place);
    let rows = rows(&page());
    assert!(rows.len() > 70, "{}", rows.len());
    let mut faults = Vec::new();
    for (kind, statement, verdict) in rows {
        let here = statement
            .replace("dev.", &format!("{database}."))
            .replace("database dev ", &format!("database {database} "));
        let reply = wire.query(&here);
        if (reply["success"] == true) == verdict.starts_with("not run") {
            faults.push(format!("{kind}: {verdict}\n  {here}\n  {} {}", reply["code"], reply["message"]));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_page_shows_the_rules_of_today() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snowflake/server.py");
    let done = Command::new(environment().join("bin/python"))
        .arg(script)
        .arg("--rules")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let rules = String::from_utf8(done.stdout).unwrap();
    assert!(rules.contains("create dynamic table"), "{}", String::from_utf8_lossy(&done.stderr));
    let page = page();
    assert!(page.ends_with(&rules), "print the rules anew with `tests/snowflake/server.py --rules`");
}
