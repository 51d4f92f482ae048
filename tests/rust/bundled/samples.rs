//! The marts of real Synthea exports against right answers that were computed without this program.
//!
//! The exports are not part of the project: the folder is named by `MARTLET_SYNTHEA_SAMPLES`, and where it is not set
//! there is nothing to compare.

use std::path::{Path, PathBuf};

use crate::bundled::workbench::Workbench;

/// Answers about things that are not marts of this project.
const NOT_MARTS: &[&str] = &["deid_patient", "dq_checks", "row_counts", "dim_checks"];

fn samples() -> Vec<(PathBuf, PathBuf)> {
    let Some(folder) = std::env::var_os("MARTLET_SYNTHEA_SAMPLES").map(PathBuf::from) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in
        std::fs::read_dir(folder.join("expected")).expect("MARTLET_SYNTHEA_SAMPLES has no folder `expected`")
    {
        let expected = entry.unwrap().path();
        found.push((folder.join(expected.file_name().unwrap()), expected));
    }
    found.sort();
    assert!(!found.is_empty(), "MARTLET_SYNTHEA_SAMPLES holds no samples");
    found
}

/// Writes a value so that equal ones are equal texts: numbers with six decimals, all else as it is.
fn normal(text: &str) -> String {
    let numeric = text.len() < 20 && text.chars().all(|c| c.is_ascii_digit() || ".-+eE".contains(c));
    match text.parse::<f64>() {
        Ok(number) if numeric => format!("{number:.6}"),
        _ => text.to_owned(),
    }
}

/// Reads a CSV file of answers: its columns, and its rows sorted.
fn answers(bench: &Workbench, path: &Path, columns: &[String]) -> Vec<Vec<String>> {
    let names: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
    let sql = format!(
        "select {} from read_csv('{}', all_varchar = true, header = true, quote = '\"', delim = ',')",
        names.join(", "),
        path.display()
    );
    sorted(bench.ask(&sql))
}

fn sorted(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> =
        rows.into_iter().map(|row| row.iter().map(|value| normal(value)).collect()).collect();
    rows.sort();
    rows
}

fn header(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().next().unwrap_or_default().split(',').map(str::to_owned).collect()
}

fn compare(name: &str, found: &[Vec<String>], expected: &[Vec<String>], faults: &mut Vec<String>) {
    let missing: Vec<_> = expected.iter().filter(|row| !found.contains(row)).take(3).collect();
    let extra: Vec<_> = found.iter().filter(|row| !expected.contains(row)).take(3).collect();
    if found.len() != expected.len() || !missing.is_empty() || !extra.is_empty() {
        let counts = format!("{} rows, expected {}", found.len(), expected.len());
        faults.push(format!("{name}: {counts}; missing {missing:?}; not expected {extra:?}"));
    }
}

#[test]
fn marts_of_real_exports_equal_the_right_answers() {
    let mut faults = Vec::new();
    for (raw, expected) in samples() {
        let bench = Workbench::new();
        bench.succeed(&raw, &["build"]);
        for entry in std::fs::read_dir(&expected).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            if NOT_MARTS.contains(&name.as_str()) {
                continue;
            }
            let mut columns = header(&path);
            columns.sort();
            let names: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
            let found = sorted(bench.ask(&format!("select {} from analytics.{name}", names.join(", "))));
            compare(
                &format!("{}: {name}", raw.display()),
                &found,
                &answers(&bench, &path, &columns),
                &mut faults,
            );
        }
        check_star(&bench, &raw, &expected, &mut faults);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Table, key as hashed, money, date.
const STAR: &[(&str, &str, &str, &str)] = &[
    ("condition_dim", "condition_key", "null", "start_date"),
    ("encounter_dim", "md5(encounter_id)", "total_claim_cost", "start_date"),
    ("location_dim", "md5(location_key)", "null", "null::date"),
    ("medication_dim", "medication_key", "total_cost", "start_ts::date"),
    ("organization_dim", "md5(organization_id)", "null", "null::date"),
    ("patient_fact", "md5(patient_id)", "total_claim_cost", "birth_date"),
    ("procedure_dim", "procedure_key", "base_cost", "start_ts::date"),
    ("provider_dim", "md5(provider_id)", "null", "null::date"),
];

fn check_star(bench: &Workbench, raw: &Path, expected: &Path, faults: &mut Vec<String>) {
    let columns: Vec<String> =
        ["table_name", "row_count", "distinct_keys", "key_checksum", "money_sum", "min_date", "max_date"]
            .map(String::from)
            .to_vec();
    let parts: Vec<String> = STAR
        .iter()
        .map(|(table, key, money, date)| {
            format!(
                "select '{table}', count(*), count(distinct {key}), sum(('0x' || left({key}, 8))::bigint), sum({money}), \
                 min({date}), max({date}) from analytics.{table}"
            )
        })
        .collect();
    let found = sorted(bench.ask(&parts.join(" union all ")));
    compare(
        &format!("{}: dim_checks", raw.display()),
        &found,
        &answers(bench, &expected.join("dim_checks.csv"), &columns),
        faults,
    );

    let mut counts: Vec<String> =
        STAR.iter().map(|(table, ..)| format!("select '{table}', count(*) from analytics.{table}")).collect();
    counts.push(
        "select 'inpatient_encounters', count(*) from intermediate.int_synthea__inpatient_rows".to_owned(),
    );
    counts
        .push("select 'inpatient_stays', count(*) from intermediate.int_synthea__inpatient_stays".to_owned());
    let found = sorted(bench.ask(&counts.join(" union all ")));
    let columns = ["table_name", "row_count"].map(String::from);
    compare(
        &format!("{}: row_counts", raw.display()),
        &found,
        &answers(bench, &expected.join("row_counts.csv"), &columns),
        faults,
    );
}
