//! House rules that a reader would otherwise have to check by eye.

use std::fs;
use std::path::Path;

use crate::layers::rust_files;

/// The longest a file may be, without its unit tests.
const LONGEST_FILE: usize = 500;

/// Data tables that may be longer.
const LONG_FILES: &[&str] = &[];

/// Names that say nothing of what a file holds.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "imp", "misc"];

/// Layers that may print: everything else hands text to them.
const PRINTERS: &[&str] = &["src/cli/", "src/report/", "src/main.rs"];

/// The layers that touch the disk and the clock for all others.
const GATES: &[&str] = &["src/base/", "src/main.rs"];

fn each_source(mut look: impl FnMut(&str, &str)) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for path in rust_files(&root.join("src")) {
        let relative = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        look(&relative, &fs::read_to_string(&path).unwrap());
    }
}

/// Returns the text before the unit tests.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text)
}

fn report(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_file_says_what_it_owns() {
    let mut faults = Vec::new();
    each_source(|path, text| {
        if !text.starts_with("//! ") {
            faults.push(format!("{path} does not open with `//!`"));
        }
    });
    report(&faults);
}

#[test]
fn no_file_is_too_long() {
    let mut faults = Vec::new();
    each_source(|path, text| {
        let lines = without_tests(text).lines().count();
        if lines > LONGEST_FILE && !LONG_FILES.contains(&path) {
            faults.push(format!("{path} has {lines} lines, more than {LONGEST_FILE}"));
        }
    });
    report(&faults);
}

#[test]
fn no_file_has_an_empty_name() {
    let mut faults = Vec::new();
    each_source(|path, _| {
        let stem = Path::new(path).file_stem().unwrap().to_string_lossy().into_owned();
        if EMPTY_NAMES.contains(&stem.as_str()) {
            faults.push(format!("{path} is not named for what it holds"));
        }
    });
    report(&faults);
}

#[test]
fn only_the_outer_layers_print() {
    let mut faults = Vec::new();
    each_source(|path, text| {
        if PRINTERS.iter().any(|printer| path.starts_with(printer)) {
            return;
        }
        for word in ["println!", "eprintln!", "std::io::stdout", "std::io::stderr"] {
            if without_tests(text).contains(word) {
                faults.push(format!("{path} prints with {word}"));
            }
        }
    });
    report(&faults);
}

#[test]
fn only_the_ground_layer_touches_disk_clock_and_environment() {
    let mut faults = Vec::new();
    each_source(|path, text| {
        if GATES.iter().any(|gate| path.starts_with(gate)) {
            return;
        }
        for word in ["std::fs", "std::env", "Instant::now", "SystemTime::now", "Utc::now", "Local::now"] {
            if without_tests(text).contains(word) {
                faults.push(format!("{path} uses {word}: ask `base`"));
            }
        }
    });
    report(&faults);
}

#[test]
fn every_test_file_has_an_owner() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut faults = Vec::new();
    for path in rust_files(&root.join("tests/rust")) {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let parent = path.parent().unwrap();
        let owners = if stem == "mod" { parent.parent().unwrap() } else { parent };
        let name =
            if stem == "mod" { parent.file_name().unwrap().to_string_lossy().into_owned() } else { stem };
        let declares = |file: &str| {
            fs::read_to_string(owners.join(file)).is_ok_and(|text| text.contains(&format!("mod {name};")))
        };
        let root_target = owners.ends_with("tests/rust") && (name == "it" || name == "cases");
        if !(root_target || declares("it.rs") || declares("mod.rs") || declares("cases.rs")) {
            faults.push(format!("{} is not listed by any module", path.display()));
        }
    }
    report(&faults);
}
