//! The project with one of every kind, from its Markdown file.

use crate::support::project::Project;

/// The project, as prose with its files.
const EVERY_KIND: &str = include_str!("every_kind.md");

/// Its connection.
const PROFILE: &str =
    "every_kind: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 4}}}\n";

/// Writes the project with one of every kind. A line that is nothing but a path in backticks names the block behind it.
pub(super) fn every_kind() -> Project {
    let project = Project::empty();
    project.write("profiles.yml", PROFILE);
    let mut lines = EVERY_KIND.lines();
    while let Some(line) = lines.next() {
        let Some(path) = line.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) else { continue };
        let is_block = lines.next().is_some_and(|fence| fence.starts_with("```"));
        assert!(is_block, "{path} has no block");
        let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
        project.write(path, &(body.join("\n") + "\n"));
    }
    project
}
