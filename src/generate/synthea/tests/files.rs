//! The bytes of exports: the same twice, the same for the first patients of more, and as each layout writes them.

use sha2::{Digest, Sha256};

use super::{Export, Layout, PATIENT_FILES};
use crate::generate::synthea::layout::Table;

/// Returns one checksum over all files.
fn checksum(export: &Export) -> String {
    let mut digest = Sha256::new();
    for file in &export.manifest.files {
        digest.update(format!("{} {}\n", file.sha256, file.name));
    }
    digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

#[test]
fn the_same_options_give_the_same_bytes() {
    let (first, second) = (Export::new(12, 5, Layout::Latest), Export::new(12, 5, Layout::Latest));
    assert_eq!(first.manifest.files, second.manifest.files);
    assert_eq!(first.text("_manifest.json"), second.text("_manifest.json"));
    assert_ne!(first.manifest.files, Export::new(12, 6, Layout::Latest).manifest.files);
}

/// When this fails the bytes have changed: raise `VERSION` if a released version wrote the old ones.
#[test]
fn the_bytes_of_three_exports_are_known() {
    let exports = [(1, Layout::Latest), (42, Layout::Y2023), (7, Layout::Y2022)];
    let checksums = exports.map(|(seed, layout)| checksum(&Export::new(40, seed, layout)));
    assert_eq!(checksums, ["f3898bbdaef7be34", "c027e90dfade22c3", "ac473b98e80319cf"]);
}

#[test]
fn fewer_patients_are_the_first_of_more() {
    for layout in [Layout::Latest, Layout::Y2022] {
        let (few, many) = (Export::new(8, 3, layout), Export::new(20, 3, layout));
        for file in PATIENT_FILES {
            let (few, many) = (few.text(file), many.text(file));
            assert!(few.len() < many.len() && many.starts_with(few), "{file}");
        }
    }
}

#[test]
fn the_manifest_tells_rows_sizes_and_checksums_of_the_files() {
    let export = Export::new(10, 9, Layout::Y2022);
    for file in &export.manifest.files {
        let bytes = export.text(file.name).as_bytes();
        let digest = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>();
        assert_eq!(file.sha256, digest.concat(), "{}", file.name);
        assert_eq!(file.bytes, bytes.len() as u64);
        let lines = export.text(file.name).lines().count() as u64;
        assert_eq!(file.rows, lines - 1);
    }
    let manifest: serde_json::Value = serde_json::from_str(export.text("_manifest.json")).unwrap();
    assert_eq!(
        manifest["options"].to_string(),
        r#"{"patients":10,"seed":9,"years":10,"end":"2026-01-01","layout":"2022"}"#
    );
    assert_eq!(manifest["files"].as_object().unwrap().len(), 9);
}

/// The first lines of the nine files, as read off real exports and, for the newest, the exporter's own list.
#[test]
fn headers_are_those_of_the_exporter() {
    let export = Export::new(1, 1, Layout::Latest);
    let header = |file: &str| export.text(file).lines().next().unwrap().to_owned();
    assert_eq!(header("conditions.csv"), "START,STOP,PATIENT,ENCOUNTER,SYSTEM,CODE,DESCRIPTION");
    assert!(header("organizations.csv").ends_with(",PHONE,REVENUE,UTILIZATION,NPI"));
    assert!(header("providers.csv").contains(",SPECIALITY,"));
    assert!(header("providers.csv").ends_with(",ENCOUNTERS,PROCEDURES,NPI"));
    assert_eq!(header("patients.csv").split(',').count(), 28);
    for table in Table::ALL {
        let columns = |layout| table.header(layout).split(',').collect::<Vec<_>>();
        let lost = |newer, older| {
            let kept = columns(older);
            columns(newer).into_iter().filter(|column| !kept.contains(column)).collect::<Vec<_>>()
        };
        let expected: (&[&str], &[&str]) = match table {
            Table::Patients => (&["MIDDLE"], &["FIPS", "INCOME"]),
            Table::Conditions => (&["SYSTEM"], &[]),
            Table::Procedures => (&["SYSTEM"], &["START", "STOP"]),
            Table::Organizations | Table::Providers => (&["NPI"], &[]),
            _ => (&[], &[]),
        };
        assert_eq!(lost(Layout::Latest, Layout::Y2023), expected.0, "{table:?}");
        assert_eq!(lost(Layout::Y2023, Layout::Y2022), expected.1, "{table:?}");
    }
}

#[test]
fn layouts_tell_the_same_in_other_columns() {
    let (latest, y2023, y2022) = (
        Export::new(15, 4, Layout::Latest),
        Export::new(15, 4, Layout::Y2023),
        Export::new(15, 4, Layout::Y2022),
    );
    for file in PATIENT_FILES {
        let mut newest = latest.rows(file);
        let mut middle = y2023.rows(file);
        for row in &mut newest {
            row.retain(|column, _| middle.first().unwrap().contains_key(column));
        }
        assert_eq!(newest, middle, "{file}");
        let mut oldest = y2022.rows(file);
        oldest.dedup();
        let columns = oldest.first().unwrap().clone();
        for row in &mut middle {
            if let Some(start) = row.get("START").cloned().filter(|_| file == "procedures.csv") {
                row.insert("DATE".to_owned(), start);
            }
            row.retain(|column, _| columns.contains_key(column));
        }
        assert_eq!(middle, oldest, "{file}");
    }
}

#[test]
fn exports_of_2022_repeat_rows_that_the_manifest_counts() {
    let export = Export::new(60, 2, Layout::Y2022);
    for file in &export.manifest.files {
        let rows = export.rows(file.name);
        let repeated = rows.iter().zip(rows.iter().skip(1)).filter(|(row, next)| row == next).count();
        assert_eq!(file.repeated_rows, repeated as u64, "{}", file.name);
        let repeats = ["conditions.csv", "procedures.csv", "medications.csv"].contains(&file.name);
        assert_eq!(repeats, repeated > 0, "{}", file.name);
    }
}
