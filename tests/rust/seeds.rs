//! The types of seeds' columns beside those that dbt Core gives them, on many odd values.

use std::path::Path;

use martlet::run::seeds::column_types;

/// `scripts/seed_types.py` makes the file; `MARTLET_SEED_TYPES` names another one of its kind.
#[test]
fn columns_have_the_types_that_dbt_gives_them() {
    let given = std::env::var("MARTLET_SEED_TYPES");
    let path = given.unwrap_or_else(|_| format!("{}/tests/rust/seed_types.csv", env!("CARGO_MANIFEST_DIR")));
    let columns = column_types(Path::new(&path), b',', &[]).unwrap();
    assert!(columns.len() > 100, "there are cases");
    let mut reader = csv::Reader::from_path(&path).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
    let wrong: Vec<String> = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| !column.name.starts_with(&format!("{} ", column.data_type)))
        .map(|(at, column)| {
            let values: Vec<&str> = rows.iter().filter_map(|row| row.get(at)).collect();
            format!("{values:?}: dbt says {}, here it is {}", column.name, column.data_type)
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), columns.len(), wrong.join("\n"));
}
