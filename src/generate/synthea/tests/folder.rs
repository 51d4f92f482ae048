//! Where exports may be written, and what is left behind when they cannot be.

use std::path::Path;

use tempfile::TempDir;

use super::{Layout, options};
use crate::base::fs;
use crate::generate::synthea::{GenerateError, Manifest, Options, Progress, generate};

fn run(options: &Options) -> Result<Manifest, GenerateError> {
    generate(options, &mut |_| {})
}

fn names(folder: &Path) -> Vec<String> {
    let name = |path: &std::path::PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    fs::list_folder(folder).unwrap().iter().map(name).collect()
}

#[test]
fn a_missing_folder_is_made_and_holds_the_files_alone() {
    let folder = TempDir::new().unwrap();
    let mut options = options(2, 1, Layout::Latest, &folder);
    options.out = folder.path().join("a/b");
    run(&options).unwrap();
    let expected = [
        "_manifest.json",
        "conditions.csv",
        "encounters.csv",
        "medications.csv",
        "organizations.csv",
        "patients.csv",
        "payer_transitions.csv",
        "payers.csv",
        "procedures.csv",
        "providers.csv",
    ];
    assert_eq!(names(&options.out), expected);
}

#[test]
fn an_earlier_export_is_replaced_and_hidden_files_are_let_be() {
    let folder = TempDir::new().unwrap();
    fs::write(&folder.path().join(".gitignore"), b"*").unwrap();
    run(&options(3, 1, Layout::Latest, &folder)).unwrap();
    let first = fs::read_text(&folder.path().join("_manifest.json")).unwrap();
    run(&options(3, 2, Layout::Y2022, &folder)).unwrap();
    assert_ne!(first, fs::read_text(&folder.path().join("_manifest.json")).unwrap());
    assert_eq!(names(folder.path()).len(), 11);
}

#[test]
fn a_run_that_was_cut_off_does_not_bar_the_next() {
    let folder = TempDir::new().unwrap();
    fs::write(&folder.path().join(".patients.csv.part"), b"Id").unwrap();
    fs::write(&folder.path().join("encounters.csv"), b"Id").unwrap();
    run(&options(1, 1, Layout::Latest, &folder)).unwrap();
    assert_eq!(names(folder.path()).len(), 10);
}

#[test]
fn files_of_others_are_neither_replaced_nor_mixed_with() {
    for (entry, beside_ours) in [("patients.csv", false), ("notes.txt", false), ("claims.csv", true)] {
        let folder = TempDir::new().unwrap();
        if beside_ours {
            run(&options(1, 1, Layout::Latest, &folder)).unwrap();
        }
        fs::write(&folder.path().join(entry), b"precious").unwrap();
        let before = names(folder.path());
        let error = run(&options(1, 2, Layout::Latest, &folder)).unwrap_err();
        let expected = format!(
            "{} holds `{entry}`, which is not of an earlier run of this generator: choose another folder or empty it",
            folder.path().display()
        );
        assert_eq!(error.to_string(), expected);
        assert_eq!(names(folder.path()), before);
        assert_eq!(fs::read_text(&folder.path().join(entry)).unwrap(), "precious");
    }
}

#[test]
fn a_manifest_of_something_else_does_not_make_files_ours() {
    let folder = TempDir::new().unwrap();
    fs::write(&folder.path().join("_manifest.json"), b"{\"generator\": \"another\"}").unwrap();
    let error = run(&options(1, 1, Layout::Latest, &folder)).unwrap_err();
    assert!(matches!(error, GenerateError::ForeignFile { entry, .. } if entry == "_manifest.json"));
}

#[test]
fn failures_of_the_disk_name_the_path_and_leave_nothing_behind() {
    let folder = TempDir::new().unwrap();
    let mut wrong = options(1, 1, Layout::Latest, &folder);
    wrong.out = folder.path().join("file");
    fs::write(&wrong.out, b"").unwrap();
    let error = run(&wrong).unwrap_err().to_string();
    assert!(error.starts_with(&format!("cannot create {}: ", wrong.out.display())), "{error}");

    let folder = TempDir::new().unwrap();
    let good = options(1, 1, Layout::Latest, &folder);
    run(&good).unwrap();
    let blocked = folder.path().join("payers.csv");
    fs::remove(&blocked).unwrap();
    fs::create_folder(&blocked.join("inside")).unwrap();
    let error = run(&good).unwrap_err().to_string();
    assert!(error.contains("payers.csv"), "{error}");
    assert!(names(folder.path()).iter().all(|name| !name.ends_with(".csv.part")));
}

#[test]
fn options_without_sense_are_refused() {
    let folder = TempDir::new().unwrap();
    let good = options(1, 1, Layout::Latest, &folder);
    let message = |options: Options| run(&options).unwrap_err().to_string();
    let none = Options { patients: 0, ..good.clone() };
    assert_eq!(message(none), "patients must be from 1 to 100000000, not 0");
    assert_eq!(message(Options { years: 51, ..good.clone() }), "years must be from 1 to 50, not 51");
    let early = chrono::NaiveDate::from_ymd_opt(1999, 12, 31).unwrap();
    assert_eq!(
        message(Options { end: early, ..good }),
        "the year of end must be from 2000 to 2100, not 1999"
    );
    assert!(names(folder.path()).is_empty());
}

#[test]
fn progress_is_told_after_each_patient() {
    let folder = TempDir::new().unwrap();
    let mut heard: Vec<Progress> = Vec::new();
    generate(&options(4, 1, Layout::Latest, &folder), &mut |progress| heard.push(progress)).unwrap();
    assert_eq!(heard.iter().map(|progress| progress.patients).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert!(heard.is_sorted_by_key(|progress| progress.bytes));
}
