//! Spoiled data turns the tests of the bundled project red: each fault below breaks a rule that some test watches.

use std::path::Path;

use crate::bundled::workbench::Workbench;

/// One fault: a row of a file is written once more, with some columns changed.
struct Fault {
    file: &'static str,
    row: usize,
    changes: &'static [(&'static str, &'static str)],
}

const NOBODY: &str = "00000000-0000-4000-8000-000000000000";
const NEW_ID: &str = "00000000-0000-4000-8000-000000000001";

const FAULTS: &[Fault] = &[
    // The same patient twice, with different attributes.
    Fault {
        file: "patients",
        row: 1,
        changes: &[("GENDER", "X"), ("RACE", "green"), ("ETHNICITY", "unknown")],
    },
    Fault {
        file: "patients",
        row: 2,
        changes: &[
            ("Id", NEW_ID),
            ("BIRTHDATE", "1899-12-31"),
            ("DEATHDATE", "1890-01-01"),
            ("MARITAL", "Q"),
        ],
    },
    Fault {
        file: "patients",
        row: 3,
        changes: &[("Id", ""), ("SSN", "12-34"), ("LAT", "91"), ("LON", "-181"), ("ZIP", "12")],
    },
    Fault {
        file: "encounters",
        row: 1,
        changes: &[("PATIENT", NOBODY), ("ORGANIZATION", NOBODY), ("PROVIDER", NOBODY), ("PAYER", NOBODY)],
    },
    Fault {
        file: "encounters",
        row: 2,
        changes: &[
            ("Id", NEW_ID),
            ("STOP", "1990-01-01T00:00:00Z"),
            ("ENCOUNTERCLASS", "spaceship"),
            ("CODE", "x1"),
        ],
    },
    Fault {
        file: "encounters",
        row: 3,
        changes: &[("Id", ""), ("BASE_ENCOUNTER_COST", "-1.00"), ("PAYER_COVERAGE", "999999.00")],
    },
    Fault {
        file: "conditions",
        row: 1,
        changes: &[("PATIENT", NOBODY), ("ENCOUNTER", NOBODY), ("CODE", "abc")],
    },
    Fault { file: "conditions", row: 2, changes: &[("STOP", "1950-01-01")] },
    Fault {
        file: "procedures",
        row: 1,
        changes: &[("PATIENT", NOBODY), ("ENCOUNTER", NOBODY), ("BASE_COST", "-5.00")],
    },
    Fault { file: "procedures", row: 2, changes: &[("STOP", "1950-01-01T00:00:00Z"), ("REASONCODE", "1")] },
    Fault {
        file: "medications",
        row: 1,
        changes: &[("PATIENT", NOBODY), ("ENCOUNTER", NOBODY), ("PAYER", NOBODY), ("CODE", "x")],
    },
    Fault {
        file: "medications",
        row: 2,
        changes: &[("DISPENSES", "0"), ("PAYER_COVERAGE", "99999.00"), ("STOP", "1950-01-01T00:00:00Z")],
    },
    Fault { file: "organizations", row: 1, changes: &[("NAME", "Another name")] },
    Fault { file: "providers", row: 1, changes: &[("NAME", "Another name"), ("ORGANIZATION", NOBODY)] },
    Fault { file: "payers", row: 1, changes: &[("NAME", "Another name")] },
];

fn spoil(raw: &Path) {
    for fault in FAULTS {
        let path = raw.join(format!("{}.csv", fault.file));
        let mut text = std::fs::read_to_string(&path).unwrap();
        let header: Vec<String> = text.lines().next().unwrap().split(',').map(str::to_owned).collect();
        let mut row: Vec<String> =
            text.lines().nth(fault.row).unwrap().split(',').map(str::to_owned).collect();
        for (column, value) in fault.changes {
            let at = header
                .iter()
                .position(|name| name == column)
                .unwrap_or_else(|| panic!("{} has no {column}", fault.file));
            row[at] = (*value).to_owned();
        }
        text.push_str(&row.join(","));
        text.push('\n');
        std::fs::write(&path, text).unwrap();
    }
}

#[test]
fn spoiled_data_turns_tests_red() {
    let bench = Workbench::new();
    bench.generate(60, 3);
    let raw = bench.path("raw");
    spoil(&raw);
    bench.succeed(&raw, &["seed"]);
    bench.succeed(&raw, &["run"]);
    let run = bench.martlet(&raw, &["test"]);
    assert_eq!(run.status.code(), Some(1));
    let printed = String::from_utf8_lossy(&run.stdout);
    let mut red: Vec<String> = printed
        .lines()
        .filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            let at = words.iter().position(|word| matches!(*word, "FAIL" | "WARN" | "ERROR"))?;
            (words.get(2) == Some(&"of"))
                .then(|| format!("{} {}", words[at], words[at + if words[at] == "ERROR" { 1 } else { 2 }]))
        })
        .collect();
    red.sort();
    insta::assert_snapshot!(red.join("\n"));
}
