//! Every heading of `tests/cases/**/*.md` is a named test; the kind of case is the name of its folder.
//!
//! `MARTLET_UPDATE=1 cargo test --test cases` writes what cases really give into their files.

mod case_file;
mod case_jinja;
mod case_list;
mod case_macros;
mod case_project;
mod case_run;

use std::path::Path;

use case_file::{Answer, Case};
use libtest_mimic::{Arguments, Failed, Trial};

/// What runs a case and says what it gives; an error is a fault that no expectation can make good.
type Run = fn(&Case) -> Result<Answer, String>;

/// The kinds of cases: the folder's name and what runs them.
const KINDS: &[(&str, Run)] = &[
    ("jinja", case_jinja::run),
    ("list", case_list::run),
    ("macros", case_macros::run),
    ("native", case_jinja::run_native),
    ("project", case_project::run),
    ("run", case_run::run),
];

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut trials = Vec::new();
    for (kind, run) in KINDS {
        for case in case_file::read_folder(&root, kind) {
            trials.push(Trial::test(case.name.clone(), move || check(&case, *run)));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn check(case: &Case, run: Run) -> Result<(), Failed> {
    let answer = run(case).map_err(Failed::from)?;
    let expected = case.expected().ok_or("this case has no block that says what is expected")?;
    if answer.block == expected.block && answer.text == expected.text {
        return Ok(());
    }
    if std::env::var_os("MARTLET_UPDATE").is_some() {
        return case.update(&answer).map_err(|error| Failed::from(error.to_string()));
    }
    let told = format!(
        "expected {}:\n{}\n--- but got {}:\n{}\n---",
        expected.block, expected.text, answer.block, answer.text
    );
    Err(Failed::from(told))
}
