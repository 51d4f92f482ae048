//! Imports go down: the layers of the library, and the test that no module imports from its own layer's peers or above.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The layers from the ground up. Modules of one layer do not import each other.
const LAYERS: &[&[&str]] = &[
    &["base"],
    &["diagnostic"],
    &["yaml", "generate"],
    &["project", "dialect"],
    &["jinja", "sql"],
    &["graph", "adapter", "packages", "state"],
    &["compile"],
    &["run"],
    &["artifact"],
    &["report", "docs", "lsp"],
    &["cli"],
];

/// Files that belong to no layer: the crate's map and the program.
const ROOTS: &[&str] = &["lib.rs", "main.rs"];

#[test]
fn imports_go_down() {
    let ranks: BTreeMap<&str, usize> = LAYERS
        .iter()
        .enumerate()
        .flat_map(|(rank, names)| names.iter().map(move |name| (*name, rank)))
        .collect();
    let mut faults = Vec::new();
    for path in rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let relative = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
        let top = relative.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
        if ROOTS.contains(&top.as_str()) {
            continue;
        }
        let module = top.trim_end_matches(".rs");
        let Some(own) = ranks.get(module) else {
            faults.push(format!("{} lies in no layer: add `{module}` to LAYERS", relative.display()));
            continue;
        };
        let text = fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            for target in imported_modules(line) {
                let wrong = ranks.get(target).is_none_or(|rank| target != module && rank >= own);
                if wrong {
                    faults.push(format!("{}:{} imports `{target}`", relative.display(), number + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "imports that do not go down:\n{}", faults.join("\n"));
}

/// Returns the top-level modules that a line of code names after `crate::`.
fn imported_modules(line: &str) -> Vec<&str> {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices("crate::")
        .filter(|(at, _)| !code[..*at].ends_with('$'))
        .map(|(at, found)| {
            let rest = &code[at + found.len()..];
            &rest[..rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())]
        })
        .filter(|name| name.chars().next().is_some_and(char::is_lowercase))
        .collect()
}

/// Returns every Rust file below a folder, sorted.
pub(crate) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}
