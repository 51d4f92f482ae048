//! The bundled healthcare project on Snowflake from raw files to the catalog, and table by table the same as on DuckDB.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use martlet::base::table::{Cell, Table, TableColumn};
use serde_json::{Value, json};

use super::live::{Warehouse, ask};
use crate::bundled::workbench::Workbench;

/// The project with an output on each database, and raw files.
struct Both {
    bench: Workbench,
    outputs: BTreeMap<&'static str, Value>,
}

impl Both {
    fn new(warehouse: &Warehouse) -> Self {
        let bench = Workbench::new();
        let path = bench.path("healthcare.duckdb");
        let duckdb = json!({"type": "duckdb", "path": path, "database": "healthcare", "schema": "analytics"});
        let outputs = BTreeMap::from([("duckdb", duckdb), ("snowflake", warehouse.output("analytics"))]);
        let profile = json!({"healthcare": {"target": "duckdb", "outputs": outputs}});
        std::fs::create_dir(bench.path("profiles")).unwrap();
        std::fs::write(bench.path("profiles/profiles.yml"), profile.to_string()).unwrap();
        bench.generate(60, 11);
        Self { bench, outputs }
    }

    /// Runs a command that must succeed with four threads, and returns what it printed.
    fn succeed(&self, target: &str, arguments: &[&str]) -> String {
        let path = |name: &str| self.bench.path(name).display().to_string();
        let (profiles, logs) = (path("profiles"), path("logs"));
        let more = ["--target", target, "--profiles-dir", &profiles, "--log-path", &logs, "--threads", "4"];
        self.bench.succeed(&self.bench.path("raw"), &[arguments, &more].concat())
    }

    fn artifact(&self, name: &str) -> Value {
        let path: PathBuf = self.bench.path("target").join(name);
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    /// Returns schema and name of every model and seed.
    fn relations(&self) -> Vec<String> {
        let manifest = self.artifact("manifest.json");
        let nodes = manifest["nodes"].as_object().unwrap().values();
        let built = nodes.filter(|node| node["resource_type"] != "test");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let mut names: Vec<String> =
            built.map(|node| format!("{}.{}", text(&node["schema"]), text(&node["alias"]))).collect();
        names.sort();
        names
    }

    fn table(&self, target: &str, relation: &str) -> Table {
        ask(&self.outputs[target], &format!("select * from {relation}"))
    }
}

/// The files that incremental models are made of; others refer to nothing in them.
const EXPORTED: [&str; 3] = ["raw/conditions.csv", "raw/medications.csv", "raw/procedures.csv"];

/// Types that are the same on both: what Snowflake says, and what DuckDB says. `#` is any number of digits.
const TYPES: [(&str, &str); 7] = [
    ("BOOLEAN", "BOOLEAN"),
    ("DATE", "DATE"),
    ("FLOAT", "DOUBLE"),
    ("NUMBER(#,0)", "BIGINT"),
    ("TIMESTAMP_NTZ", "TIMESTAMP"),
    ("VARCHAR(#)", "VARCHAR"),
    // Sums and differences have a digit more than DuckDB gives them; digits after the point have to agree.
    ("NUMBER(#,", "DECIMAL(#,"),
];

/// How far floats may be apart: they are added up in another order.
const FLOATS_APART: f64 = 1e-6;

/// Tells how two tables differ: columns, types, the number of rows, the first rows in any order.
fn difference(snowflake: &Table, duckdb: &Table) -> Vec<String> {
    let mut told = Vec::new();
    for (one, other) in snowflake.columns.iter().zip(&duckdb.columns) {
        if one.name.to_lowercase() != other.name || !same_type(&one.data_type, &other.data_type) {
            told.push(format!("{} {} | {} {}", one.name, one.data_type, other.name, other.data_type));
        }
    }
    let size = |table: &Table| (table.columns.len(), table.rows.len());
    if size(snowflake) != size(duckdb) {
        told.push(format!("columns and rows: {:?} | {:?}", size(snowflake), size(duckdb)));
    }
    let rows = sorted(snowflake).into_iter().zip(sorted(duckdb));
    let differ = rows.filter(|(one, other)| !one.iter().zip(*other).all(|(a, b)| same_cell(a, b)));
    told.extend(differ.take(3).map(|(one, other)| format!("{one:?}\n  {other:?}")));
    told
}

fn same_type(snowflake: &str, duckdb: &str) -> bool {
    let digits = regex::Regex::new(r"\((\d+)").unwrap();
    let (one, other) = (digits.replace(snowflake, "(#"), digits.replace(duckdb, "(#"));
    TYPES.iter().any(|(first, second)| match (one.strip_prefix(first), other.strip_prefix(second)) {
        (Some(rest), Some(rest_of_other)) => rest == rest_of_other,
        _ => false,
    })
}

/// Sorts rows by all that is no float, then by the floats.
fn sorted(table: &Table) -> Vec<&Vec<Cell>> {
    let mut rows: Vec<&Vec<Cell>> = table.rows.iter().collect();
    rows.sort_by_cached_key(|row| {
        let (floats, others): (Vec<&Cell>, Vec<&Cell>) =
            row.iter().partition(|cell| matches!(cell, Cell::Float(_)));
        let texts = |cells: Vec<&Cell>| cells.into_iter().map(Cell::to_text).collect::<Vec<_>>();
        (texts(others), texts(floats))
    });
    rows
}

fn same_cell(one: &Cell, other: &Cell) -> bool {
    match (one, other) {
        (Cell::Float(one), Cell::Float(other)) => (one - other).abs() <= FLOATS_APART,
        // How a whole number or a decimal is kept is told by its column's type.
        (Cell::Int(_) | Cell::Decimal(_), Cell::Int(_) | Cell::Decimal(_)) => {
            one.to_text() == other.to_text()
        }
        _ => one == other,
    }
}

#[test]
fn it_builds_to_the_same_rows_as_on_duckdb() {
    let warehouse = Warehouse::new();
    let both = Both::new(&warehouse);
    let raw = both.bench.path("raw").display().to_string();
    let exports = EXPORTED.map(|name| std::fs::read_to_string(both.bench.path(name)).unwrap());
    for round in 0..2 {
        // An export of another day: some rows are gone since the one before, and some have come.
        for (name, export) in EXPORTED.iter().zip(&exports) {
            let lines = export.lines().enumerate().filter(|(at, _)| *at == 0 || at % 3 != round);
            let lines: Vec<&str> = lines.map(|(_, line)| line).collect();
            std::fs::write(both.bench.path(name), lines.join("\n") + "\n").unwrap();
        }
        both.succeed("snowflake", &["load", &raw]);
        let told = both.succeed("snowflake", &["build"]);
        assert!(told.contains("Done. PASS=344 WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=344"), "{told}");
        both.succeed("duckdb", &["build"]);
    }
    let relations = both.relations();
    assert_eq!(relations.len(), 38);
    let mut told = String::new();
    for relation in &relations {
        let tables = (both.table("snowflake", relation), both.table("duckdb", relation));
        assert!(!tables.0.rows.is_empty(), "{relation} has no rows");
        for difference in difference(&tables.0, &tables.1) {
            writeln!(told, "{relation}: {difference}").unwrap();
        }
    }
    assert!(told.is_empty(), "{told}");
    catalog_tells_of(&both, &relations);
}

/// `docs generate` tells of every relation, with all of its columns in their order.
fn catalog_tells_of(both: &Both, relations: &[String]) {
    both.succeed("snowflake", &["docs", "generate"]);
    let catalog = both.artifact("catalog.json");
    for relation in relations {
        let nodes = catalog["nodes"].as_object().unwrap().values();
        let named = |node: &Value, part: &str| node["metadata"][part].as_str().unwrap().to_lowercase();
        let node = nodes
            .into_iter()
            .find(|node| format!("{}.{}", named(node, "schema"), named(node, "name")) == *relation)
            .unwrap_or_else(|| panic!("the catalog lacks {relation}"));
        let mut columns: Vec<&Value> = node["columns"].as_object().unwrap().values().collect();
        columns.sort_by_key(|column| column["index"].as_i64());
        let told: Vec<&str> = columns.iter().map(|column| column["name"].as_str().unwrap()).collect();
        let table = both.table("snowflake", &format!("{relation} limit 0"));
        let there: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(told, there, "{relation}");
    }
    assert_eq!(catalog["sources"].as_object().unwrap().len(), 9);
}

/// A table of one column, as a database tells of it.
fn column(data_type: &str, cells: Vec<Cell>) -> Table {
    let column = TableColumn { name: "x".to_owned(), data_type: data_type.to_owned() };
    Table { columns: vec![column], rows: cells.into_iter().map(|cell| vec![cell]).collect() }
}

#[test]
fn a_difference_is_told() {
    let float = |number| column("FLOAT", vec![Cell::Float(number)]);
    let double = |number| column("DOUBLE", vec![Cell::Float(number)]);
    let cells = |texts: &[&str]| texts.iter().map(|text| Cell::Text((*text).to_owned())).collect();
    let (text, plain) = (
        |texts: &[&str]| column("VARCHAR(16777216)", cells(texts)),
        |texts: &[&str]| column("VARCHAR", cells(texts)),
    );
    let decimal = |kind, number: &str| column(kind, vec![Cell::Decimal(number.parse().unwrap())]);
    let same = [
        (float(1.0), double(1.000_000_9)),
        (text(&["a", "b"]), plain(&["b", "a"])),
        (decimal("NUMBER(19,2)", "1.50"), decimal("DECIMAL(18,2)", "1.50")),
        (column("NUMBER(38,0)", vec![Cell::Int(7)]), column("BIGINT", vec![Cell::Int(7)])),
    ];
    for (one, other) in &same {
        assert_eq!(difference(one, other), [""; 0]);
    }
    let others = [
        (float(1.0), double(1.000_002)),
        (float(1.0), float(1.0)),
        (text(&["a", "b"]), plain(&["a", "a"])),
        (text(&["a"]), plain(&["a", "a"])),
        (text(&[""]), column("VARCHAR", vec![Cell::Null])),
        (decimal("NUMBER(18,2)", "1.50"), decimal("DECIMAL(18,2)", "1.51")),
        (decimal("NUMBER(18,3)", "1.500"), decimal("DECIMAL(18,2)", "1.50")),
        (column("NUMBER(38,0)", vec![Cell::Int(7)]), double(7.0)),
    ];
    for (one, other) in &others {
        assert!(!difference(one, other).is_empty(), "{one:?}\n{other:?}");
    }
}
