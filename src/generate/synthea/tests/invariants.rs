//! What must hold in every export: the tests of the bundled project that are errors, and more, on the files.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::NaiveDate;
use regex::Regex;

use super::{Export, Layout, Row, cents, moment};

/// Enough patients for every rare thing that the tests look at.
const PATIENTS: u64 = 200;

/// The export that most tests look at.
static EXPORT: LazyLock<Export> = LazyLock::new(|| Export::new(PATIENTS, 11, Layout::Latest));

fn ids(rows: &[Row]) -> BTreeSet<&str> {
    let ids: BTreeSet<&str> = rows.iter().map(|row| row["Id"].as_str()).collect();
    assert_eq!(ids.len(), rows.len(), "identifiers repeat");
    ids
}

fn by_id(rows: &[Row]) -> BTreeMap<&str, &Row> {
    rows.iter().map(|row| (row["Id"].as_str(), row)).collect()
}

/// Fails unless every value of a column is in a set; an empty one may be allowed.
fn all_in(rows: &[Row], column: &str, set: &BTreeSet<&str>, or_empty: bool) {
    for row in rows {
        let value = row[column].as_str();
        assert!(set.contains(value) || (or_empty && value.is_empty()), "{column}: {row:?}");
    }
}

fn all_match(rows: &[Row], column: &str, pattern: &str) {
    let pattern = Regex::new(pattern).unwrap();
    for row in rows {
        assert!(pattern.is_match(&row[column]), "{column}: {row:?}");
    }
}

fn all_distinct(rows: &[Row], columns: &[&str]) {
    let keys: BTreeSet<Vec<&str>> =
        rows.iter().map(|row| columns.iter().map(|column| row[*column].as_str()).collect()).collect();
    assert_eq!(keys.len(), rows.len(), "{columns:?} repeat");
}

#[test]
fn keys_are_unique_and_references_resolve() {
    let export = &*EXPORT;
    let [patients, encounters, organizations, providers, payers] =
        ["patients", "encounters", "organizations", "providers", "payers"]
            .map(|file| export.rows(&format!("{file}.csv")));
    let known = [&patients, &organizations, &providers, &payers].map(|rows| ids(rows));
    for (column, set) in ["PATIENT", "ORGANIZATION", "PROVIDER", "PAYER"].into_iter().zip(&known) {
        all_in(&encounters, column, set, false);
    }
    all_in(&providers, "ORGANIZATION", &known[1], false);
    let encounter_ids = ids(&encounters);
    let encounters_by_id = by_id(&encounters);
    for (file, key) in [
        ("conditions", &["PATIENT", "ENCOUNTER", "CODE"][..]),
        ("procedures", &["PATIENT", "ENCOUNTER", "CODE", "START"]),
        ("medications", &["PATIENT", "ENCOUNTER", "CODE", "START", "STOP"]),
    ] {
        let rows = export.rows(&format!("{file}.csv"));
        all_in(&rows, "ENCOUNTER", &encounter_ids, false);
        all_distinct(&rows, key);
        for row in &rows {
            assert_eq!(encounters_by_id[row["ENCOUNTER"].as_str()]["PATIENT"], row["PATIENT"]);
        }
    }
    all_in(&export.rows("medications.csv"), "PAYER", &known[3], false);
    let transitions = export.rows("payer_transitions.csv");
    all_in(&transitions, "PATIENT", &known[0], false);
    all_in(&transitions, "PAYER", &known[3], false);
    all_in(&transitions, "SECONDARY_PAYER", &known[3], true);
    for rows in [&organizations, &providers, &payers] {
        assert!(rows.is_sorted_by_key(|row| row["Id"].clone()));
    }
}

#[test]
fn only_what_is_used_is_named_and_totals_add_up() {
    let export = &*EXPORT;
    let encounters = export.rows("encounters.csv");
    let procedures = export.rows("procedures.csv");
    let encounters_by_id = by_id(&encounters);
    let mut houses: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let mut clinicians: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for row in &encounters {
        let house = houses.entry(&row["ORGANIZATION"]).or_default();
        *house = (house.0 + 1, house.1 + cents(&row["TOTAL_CLAIM_COST"]));
        clinicians.entry(&row["PROVIDER"]).or_default().0 += 1;
    }
    for row in &procedures {
        clinicians.get_mut(encounters_by_id[row["ENCOUNTER"].as_str()]["PROVIDER"].as_str()).unwrap().1 += 1;
    }
    let number = |row: &Row, column: &str| row[column].parse::<u64>().unwrap();
    let organizations = export.rows("organizations.csv");
    let told = organizations
        .iter()
        .map(|row| (row["Id"].as_str(), (number(row, "UTILIZATION"), cents(&row["REVENUE"]))));
    assert_eq!(told.collect::<BTreeMap<_, _>>(), houses);
    let providers = export.rows("providers.csv");
    let told = providers
        .iter()
        .map(|row| (row["Id"].as_str(), (number(row, "ENCOUNTERS"), number(row, "PROCEDURES"))));
    assert_eq!(told.collect::<BTreeMap<_, _>>(), clinicians);
    let payers = export.rows("payers.csv");
    let sum = |columns: &[&str]| -> u64 {
        payers.iter().flat_map(|row| columns.iter().map(move |column| number(row, column))).sum()
    };
    let rows = |file: &str| export.rows(file).len() as u64;
    assert_eq!(sum(&["COVERED_ENCOUNTERS", "UNCOVERED_ENCOUNTERS"]), rows("encounters.csv"));
    assert_eq!(sum(&["COVERED_PROCEDURES", "UNCOVERED_PROCEDURES"]), rows("procedures.csv"));
    assert_eq!(sum(&["COVERED_MEDICATIONS", "UNCOVERED_MEDICATIONS"]), rows("medications.csv"));
    assert_eq!(sum(&["MEMBER_MONTHS"]), 12 * rows("payer_transitions.csv"));
}

#[test]
fn everything_happens_within_a_life_and_in_order() {
    let export = &*EXPORT;
    let patients = export.rows("patients.csv");
    let patients_by_id = by_id(&patients);
    let encounters = export.rows("encounters.csv");
    let encounters_by_id = by_id(&encounters);
    let end = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let mut certified = BTreeSet::new();
    for row in &encounters {
        let (start, stop) = (moment(&row["START"]), moment(&row["STOP"]));
        assert!(start <= stop && stop.date() < end, "{row:?}");
        assert!(start.date() >= NaiveDate::from_ymd_opt(2016, 1, 1).unwrap(), "{row:?}");
        let patient = patients_by_id[row["PATIENT"].as_str()];
        assert!(start.date().to_string() >= patient["BIRTHDATE"], "{row:?}");
        let dead = !patient["DEATHDATE"].is_empty() && start.date().to_string() > patient["DEATHDATE"];
        assert_eq!(dead, row["DESCRIPTION"] == "Death Certification", "{row:?}");
        if dead {
            assert!(certified.insert(&row["PATIENT"]), "two certifications");
        }
    }
    assert_eq!(certified.len(), patients.iter().filter(|row| !row["DEATHDATE"].is_empty()).count());
    assert!(certified.len() > 5);
    for row in export.rows("conditions.csv") {
        assert_eq!(row["START"], encounters_by_id[row["ENCOUNTER"].as_str()]["START"][..10]);
        assert!(row["STOP"].is_empty() || row["STOP"] >= row["START"], "{row:?}");
    }
    for row in export.rows("procedures.csv") {
        let encounter = encounters_by_id[row["ENCOUNTER"].as_str()];
        assert!(encounter["START"] <= row["START"] && row["START"] <= row["STOP"], "{row:?}");
        assert!(row["STOP"] <= encounter["STOP"], "{row:?}");
    }
    for row in export.rows("medications.csv") {
        assert_eq!(row["START"], encounters_by_id[row["ENCOUNTER"].as_str()]["START"]);
        assert!(row["STOP"].is_empty() || row["STOP"] > row["START"], "{row:?}");
    }
}

#[test]
fn rows_of_a_patient_are_in_the_order_of_time() {
    let export = &*EXPORT;
    let order: Vec<String> = export.rows("patients.csv").iter().map(|row| row["Id"].clone()).collect();
    let place: BTreeMap<&str, usize> =
        order.iter().enumerate().map(|(place, id)| (id.as_str(), place)).collect();
    for file in ["encounters", "conditions", "procedures", "medications"] {
        let rows = export.rows(&format!("{file}.csv"));
        let key = |row: &Row| {
            let code = if file == "encounters" { String::new() } else { row["CODE"].clone() };
            (place[row["PATIENT"].as_str()], row["START"].clone(), code)
        };
        assert!(rows.is_sorted_by_key(key), "{file}");
    }
}

#[test]
fn years_of_payers_follow_each_other() {
    let export = &*EXPORT;
    let rows = export.rows("payer_transitions.csv");
    for (row, next) in rows.iter().zip(rows.iter().skip(1)) {
        assert!(row["START_DATE"] < row["END_DATE"]);
        assert!(row["PATIENT"] != next["PATIENT"] || row["END_DATE"] <= next["START_DATE"], "{row:?}");
        let insured = !row["MEMBERID"].is_empty();
        assert_eq!(insured, !row["PLAN_OWNERSHIP"].is_empty());
        assert_eq!(insured, !row["OWNER_NAME"].is_empty());
    }
}

#[test]
fn payers_bear_no_more_than_the_bill() {
    let export = &*EXPORT;
    let mut bills: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let mut procedures: BTreeMap<String, u64> = BTreeMap::new();
    for row in export.rows("procedures.csv") {
        *procedures.entry(row["ENCOUNTER"].clone()).or_default() += cents(&row["BASE_COST"]);
    }
    for row in export.rows("encounters.csv") {
        let [base, claim, covered] =
            ["BASE_ENCOUNTER_COST", "TOTAL_CLAIM_COST", "PAYER_COVERAGE"].map(|column| cents(&row[column]));
        assert!(covered <= claim && base + procedures.get(&row["Id"]).unwrap_or(&0) <= claim, "{row:?}");
        let bill = bills.entry(row["PATIENT"].clone()).or_default();
        *bill = (bill.0 + claim - covered, bill.1 + covered);
    }
    for row in export.rows("medications.csv") {
        let [base, covered, total] =
            ["BASE_COST", "PAYER_COVERAGE", "TOTALCOST"].map(|column| cents(&row[column]));
        let fills: u64 = row["DISPENSES"].parse().unwrap();
        assert!(fills >= 1 && total == base * fills && covered <= total, "{row:?}");
        let bill = bills.entry(row["PATIENT"].clone()).or_default();
        *bill = (bill.0 + total - covered, bill.1 + covered);
    }
    for row in export.rows("patients.csv") {
        let bill = bills.get(&row["Id"]).copied().unwrap_or_default();
        assert_eq!((cents(&row["HEALTHCARE_EXPENSES"]), cents(&row["HEALTHCARE_COVERAGE"])), bill);
    }
}

#[test]
fn values_have_the_shapes_of_real_exports() {
    let export = &*EXPORT;
    let patients = export.rows("patients.csv");
    let set = |values: &[&'static str]| values.iter().copied().collect::<BTreeSet<&str>>();
    all_match(&patients, "SSN", r"^999-\d\d-\d{4}$");
    all_match(&patients, "ZIP", r"^\d{5}$");
    all_match(&patients, "FIPS", r"^(\d{5})?$");
    all_match(&patients, "FIRST", r"^[\p{L}']+\d{1,3}$");
    all_match(&patients, "LAT", r"^\d\d\.\d{6}$");
    all_match(&patients, "LON", r"^-\d{2,3}\.\d{6}$");
    all_match(&patients, "DRIVERS", r"^(S\d{8})?$");
    all_match(&patients, "PASSPORT", r"^(X\d{8}X)?$");
    all_in(&patients, "GENDER", &set(&["F", "M"]), false);
    all_in(&patients, "RACE", &set(&["white", "black", "asian", "native", "hawaiian", "other"]), false);
    all_in(&patients, "ETHNICITY", &set(&["hispanic", "nonhispanic"]), false);
    all_in(&patients, "MARITAL", &set(&["M", "S", "D", "W"]), true);
    for row in &patients {
        assert!(row["DEATHDATE"].is_empty() || row["DEATHDATE"] >= row["BIRTHDATE"]);
        assert_eq!(row["ZIP"] == "00000", row["FIPS"].is_empty());
        assert!(row["BIRTHDATE"].as_str() < "2007-12-31" || row["MARITAL"].is_empty(), "{row:?}");
    }
    for file in ["encounters", "conditions", "procedures", "medications"] {
        all_match(&export.rows(&format!("{file}.csv")), "CODE", r"^\d{5,18}$");
    }
    let classes = set(&[
        "ambulatory",
        "emergency",
        "hospice",
        "inpatient",
        "outpatient",
        "snf",
        "urgentcare",
        "virtual",
        "wellness",
    ]);
    all_in(&export.rows("encounters.csv"), "ENCOUNTERCLASS", &classes, false);
    for file in ["organizations", "providers"] {
        let rows = export.rows(&format!("{file}.csv"));
        all_match(&rows, "ZIP", r"^\d{5}(-?\d{4})?$");
        all_match(&rows, "NPI", r"^9\d{9}$");
        all_match(&rows, "STATE", "^[A-Z]{2}$");
    }
    all_match(&export.rows("organizations.csv"), "PHONE", r"^\d{3}55501\d\d$");
}

#[test]
fn rare_people_occur() {
    let export = Export::new(600, 1, Layout::Latest);
    let patients = export.rows("patients.csv");
    let count = |found: &dyn Fn(&Row) -> bool| patients.iter().filter(|row| found(row)).count();
    assert!(count(&|row| row["BIRTHDATE"].as_str() < "1936-01-01") > 5, "over ninety");
    assert!((40..80).contains(&count(&|row| row["ZIP"] == "00000")));
    for restricted in ["036", "059", "556"] {
        assert!(count(&|row| row["ZIP"].starts_with(restricted)) > 0, "{restricted}");
    }
    assert!(count(&|row| !row["FIRST"].is_ascii()) > 10);
}

/// The texts of the catalogue, wherever they are used: one text a code, and none that would need quotes.
#[test]
fn a_code_has_one_text() {
    let export = &*EXPORT;
    let mut texts: BTreeMap<String, String> = BTreeMap::new();
    for (file, code, text) in [
        ("encounters", "CODE", "DESCRIPTION"),
        ("encounters", "REASONCODE", "REASONDESCRIPTION"),
        ("conditions", "CODE", "DESCRIPTION"),
        ("procedures", "CODE", "DESCRIPTION"),
        ("procedures", "REASONCODE", "REASONDESCRIPTION"),
        ("medications", "CODE", "DESCRIPTION"),
        ("medications", "REASONCODE", "REASONDESCRIPTION"),
    ] {
        for row in export.rows(&format!("{file}.csv")) {
            assert_eq!(row[code].is_empty(), row[text].is_empty());
            let known = texts.entry(row[code].clone()).or_insert_with(|| row[text].clone());
            assert_eq!(*known, row[text], "{}", row[code]);
        }
    }
    assert!(texts.len() > 120, "{}", texts.len());
}
