//! The truth of the manifest, counted again from the files by other means: every pair of encounters, no shared code.

use std::collections::BTreeMap;

use chrono::{Datelike, Months, NaiveDate, NaiveDateTime, TimeDelta};
use regex::Regex;
use serde_json::{Value, json};

use super::{Export, Layout, Options, moment};

/// What the definitions look at in an encounter.
#[derive(Debug, Clone)]
struct Visit {
    id: String,
    start: NaiveDateTime,
    stop: NaiveDateTime,
    class: String,
    planned: bool,
    excluded: bool,
}

/// What they look at in a person.
struct Patient {
    birth: NaiveDate,
    death: Option<NaiveDate>,
    visits: Vec<Visit>,
}

fn patients(export: &Export) -> Vec<Patient> {
    let date = |text: &str| text.parse::<NaiveDate>().ok();
    let mut by_id: BTreeMap<String, Patient> = (export.rows("patients.csv").iter())
        .map(|row| {
            let (birth, death) = (date(&row["BIRTHDATE"]).unwrap(), date(&row["DEATHDATE"]));
            (row["Id"].clone(), Patient { birth, death, visits: Vec::new() })
        })
        .collect();
    let words = Regex::new("carcinoma|malignant|neoplasm|cancer|leukemia|lymphoma").unwrap();
    for row in export.rows("encounters.csv") {
        let cancer = words.is_match(&row["REASONDESCRIPTION"].to_lowercase());
        let code = row["CODE"].as_str();
        let planned = ["305432006", "183495009", "185389009", "56876005"].contains(&code)
            || ["183996000", "39898005"].contains(&row["REASONCODE"].as_str());
        by_id.get_mut(&row["PATIENT"]).unwrap().visits.push(Visit {
            id: row["Id"].clone(),
            start: moment(&row["START"]),
            stop: moment(&row["STOP"]),
            class: row["ENCOUNTERCLASS"].clone(),
            planned: planned || cancer,
            excluded: cancer || code == "56876005",
        });
    }
    by_id.into_values().collect()
}

impl Patient {
    fn inpatient(&self) -> Vec<Visit> {
        let mut rows: Vec<Visit> =
            self.visits.iter().filter(|visit| visit.class == "inpatient").cloned().collect();
        rows.sort_by_key(|visit| (visit.start, visit.stop, visit.id.clone()));
        rows
    }

    fn stays(&self) -> Vec<Visit> {
        let mut stays: Vec<Visit> = Vec::new();
        for row in self.inpatient() {
            match stays.last_mut() {
                Some(stay) if row.start <= stay.stop + TimeDelta::hours(24) => {
                    stay.stop = stay.stop.max(row.stop);
                    stay.planned |= row.planned;
                    stay.excluded |= row.excluded;
                }
                _ => stays.push(row),
            }
        }
        stays
    }

    fn survived(&self, visit: &Visit) -> bool {
        self.death.is_none_or(|death| death < visit.start.date() || death > visit.stop.date())
    }

    fn age(&self, date: NaiveDate) -> i32 {
        let had_birthday = (date.month(), date.day()) >= (self.birth.month(), self.birth.day());
        date.year() - self.birth.year() - i32::from(!had_birthday)
    }
}

fn gap(first: &Visit, second: &Visit) -> i64 {
    (second.start.date() - first.stop.date()).num_days()
}

/// Returns index and readmitted counts by definition.
fn readmissions(patients: &[Patient], as_of: NaiveDate) -> Value {
    let names = ["A_naive", "B_simple", "C_stay", "D_cms_18plus", "E_cms_65plus", "F_acute_return"];
    let mut counts: BTreeMap<&str, (u64, u64)> = names.into_iter().map(|name| (name, (0, 0))).collect();
    let mut count = |definition, readmitted: bool| {
        let (index, numerator) = counts.entry(definition).or_default();
        *index += 1;
        *numerator += u64::from(readmitted);
    };
    for patient in patients {
        let followed = |visit: &Visit| visit.stop.date() <= as_of - TimeDelta::days(30);
        let (rows, stays) = (patient.inpatient(), patient.stays());
        for (place, row) in rows.iter().enumerate() {
            count("A_naive", rows.get(place + 1).is_some_and(|next| gap(row, next) <= 30));
            if patient.survived(row) && followed(row) {
                let near = |other: &Visit| other.start >= row.stop && gap(row, other) <= 30;
                count("B_simple", rows.iter().any(|other| other.id != row.id && near(other)));
            }
        }
        for (place, stay) in stays.iter().enumerate() {
            if !(patient.survived(stay) && followed(stay)) {
                continue;
            }
            let later = &stays[place + 1..];
            count("C_stay", later.iter().any(|next| gap(stay, next) <= 30));
            let unplanned = later.first().is_some_and(|next| gap(stay, next) <= 30 && !next.planned);
            let age = patient.age(stay.start.date());
            for (definition, youngest) in [("D_cms_18plus", 18), ("E_cms_65plus", 65)] {
                if age >= youngest && !stay.excluded {
                    count(definition, unplanned);
                }
            }
            let acute = |visit: &Visit| ["inpatient", "emergency"].contains(&visit.class.as_str());
            let returned = |visit: &Visit| acute(visit) && visit.start > stay.stop && gap(stay, visit) <= 30;
            count("F_acute_return", patient.visits.iter().any(returned));
        }
    }
    let pairs = counts.into_iter().map(|(name, (index, readmitted))| {
        (name.to_owned(), json!({ "index": index, "readmitted": readmitted }))
    });
    Value::Object(pairs.collect())
}

fn lengths(visits: &[Visit]) -> Value {
    let mut days: Vec<i64> =
        visits.iter().map(|visit| (visit.stop.date() - visit.start.date()).num_days().max(1)).collect();
    days.sort_unstable();
    let middle = days.len().saturating_sub(1) / 2..days.len().min(days.len() / 2 + 1);
    let median = days[middle.clone()].iter().sum::<i64>() as f64 / middle.len().max(1) as f64;
    json!({ "count": days.len(), "total_days": days.iter().sum::<i64>(), "median_days": median })
}

fn truth(export: &Export) -> Value {
    let patients = patients(export);
    let visits: Vec<&Visit> = patients.iter().flat_map(|patient| &patient.visits).collect();
    let as_of = visits.iter().map(|visit| visit.stop.date()).max().unwrap();
    let mut classes: BTreeMap<&str, u64> = BTreeMap::new();
    for visit in &visits {
        *classes.entry(&visit.class).or_default() += 1;
    }
    let rows: Vec<Visit> = patients.iter().flat_map(Patient::inpatient).collect();
    let stays: Vec<Visit> = patients.iter().flat_map(Patient::stays).collect();
    json!({
        "as_of": as_of.to_string(),
        "patients": patients.len(),
        "deaths": patients.iter().filter(|patient| patient.death.is_some()).count(),
        "encounters": visits.len(),
        "encounters_by_class": classes,
        "inpatient_encounters": rows.len(),
        "inpatient_stays": stays.len(),
        "readmissions": readmissions(&patients, as_of),
        "length_of_stay": { "encounter": lengths(&rows), "stay": lengths(&stays) },
    })
}

#[test]
fn the_manifest_is_true() {
    for (seed, layout) in [(1, Layout::Latest), (2, Layout::Y2022)] {
        let export = Export::new(400, seed, layout);
        assert_is_true(&export);
    }
}

/// The least and the most that options allow, and ends on odd days.
#[test]
fn manifests_of_odd_options_are_true() {
    let date = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    for (patients, years, end) in [
        (1, 1, date(2000, 1, 1)),
        (80, 1, date(2024, 2, 29)),
        (40, 50, date(2100, 12, 31)),
        (25, 50, date(2000, 3, 1)),
    ] {
        let export =
            Export::adjusted(patients, u64::MAX, Layout::Latest, |options| Options { years, end, ..options });
        assert_is_true(&export);
        let first = end.checked_sub_months(Months::new(12 * years)).unwrap();
        for row in export.rows("encounters.csv") {
            let (start, stop) = (moment(&row["START"]).date(), moment(&row["STOP"]).date());
            assert!(first <= start && stop < end, "{row:?}");
        }
        for row in export.rows("patients.csv") {
            assert!("1900-01-01" <= row["BIRTHDATE"].as_str() && row["BIRTHDATE"] < end.to_string());
        }
    }
}

fn assert_is_true(export: &Export) {
    let manifest: Value = serde_json::from_str(export.text("_manifest.json")).unwrap();
    assert_eq!(format!("{:#}", manifest["truth"]), format!("{:#}", truth(export)));
}
