//! Which kinds of nodes a command is for: `--resource-type`, `--exclude-resource-type`, and the variables that stand in
//! for them.

use std::collections::BTreeMap;

use crate::cli::args::Kinds;
use crate::graph::nodes::ResourceType;

/// The kinds of nodes that a command takes.
pub(super) struct Taken(Vec<ResourceType>);

impl Taken {
    /// Settles the kinds: those a command takes by `default`, all that it can take, and what the user says. `Err` tells
    /// which variable cannot be.
    pub(super) fn settle(
        asked: &Kinds,
        environment: &BTreeMap<String, String>,
        default: &[ResourceType],
        all: &[ResourceType],
    ) -> Result<Self, String> {
        let words = |given: &[String], variable, known: &[&str]| match given {
            [] => in_environment(variable, environment, known),
            given => Ok(given.to_vec()),
        };
        let included = words(&asked.resource_type, "RESOURCE_TYPES", &Kinds::words())?;
        let excluded = words(&asked.exclude_resource_type, "EXCLUDE_RESOURCE_TYPES", &Kinds::NAMES)?;
        let named = |words: &[String]| -> Vec<_> {
            words.iter().flat_map(|word| meant(word, default, all)).collect()
        };
        let mut kinds = if included.is_empty() { default.to_vec() } else { named(&included) };
        let excluded = named(&excluded);
        kinds.retain(|kind| !excluded.contains(kind));
        Ok(Self(kinds))
    }

    /// Makes those of one kind.
    pub(super) fn only(kind: ResourceType) -> Self {
        Self(vec![kind])
    }

    /// Tells whether nodes of a kind are taken.
    pub(super) fn has(&self, kind: ResourceType) -> bool {
        self.0.contains(&kind)
    }
}

fn meant(word: &str, default: &[ResourceType], all: &[ResourceType]) -> Vec<ResourceType> {
    match word.to_lowercase().as_str() {
        "default" => default.to_vec(),
        "all" => all.to_vec(),
        name => all.iter().copied().filter(|kind| kind.name() == name).collect(),
    }
}

/// Reads a variable: words with blanks between them.
fn in_environment(
    name: &str,
    environment: &BTreeMap<String, String>,
    known: &[&str],
) -> Result<Vec<String>, String> {
    let names = [format!("DBT_ENGINE_{name}"), format!("DBT_{name}")];
    let found = names.iter().find_map(|name| Some((name, environment.get(name)?)));
    let Some((name, text)) = found else { return Ok(Vec::new()) };
    let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    match words.iter().find(|word| !known.contains(&word.to_lowercase().as_str())) {
        Some(word) => Err(format!("the variable {name} holds `{word}`: expected {}", known.join(", "))),
        None => Ok(words),
    }
}
