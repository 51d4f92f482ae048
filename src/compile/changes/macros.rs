//! Which macros differ from another state, and which templates reach them by what they call. The macros that come with
//! the program are looked through, and never compared: another program has its own.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::compile::changes::text::{mentions, plain};
use crate::compile::project::Project;
use crate::jinja::macros::{Macro, MacroRegistry};
use crate::state::Manifest;

/// How a macro differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MacroChange {
    /// Its id.
    pub(super) id: String,
    /// What became of it: `differs`, `is new`, `is gone`.
    pub(super) what: &'static str,
}

/// The macros that differ, by the names that lead to them.
#[derive(Debug, Default)]
pub(super) struct MacroChanges {
    /// For each name of a macro that leads to one that differs: the first it leads to.
    reaching: HashMap<String, MacroChange>,
}

impl MacroChanges {
    /// Compares all macros of projects and packages.
    pub(super) fn new(project: &Project, other: &Manifest) -> Self {
        let macros = &project.macros;
        let changed = changed(project, other);
        if changed.is_empty() {
            return Self::default();
        }
        let callers = callers(macros, other);
        let mut reaching = HashMap::new();
        let mut open: Vec<(String, MacroChange)> = Vec::new();
        for change in changed {
            let name = change.id.rsplit('.').next().unwrap_or_default().to_owned();
            open.push((name, change));
        }
        while let Some((name, change)) = open.pop() {
            if reaching.contains_key(&name) {
                continue;
            }
            // Dispatching calls `duckdb__name` for `name`.
            let general = name.split_once("__").map(|(_, general)| general.to_owned());
            let leading = callers.get(name.as_str()).into_iter().flatten().map(|name| (*name).to_owned());
            open.extend(leading.chain(general).map(|name| (name, change.clone())));
            reaching.insert(name, change);
        }
        Self { reaching }
    }

    /// Tells whether no macro differs at all.
    pub(super) fn is_empty(&self) -> bool {
        self.reaching.is_empty()
    }

    /// Returns the macro that a name leads to and that differs, if there is one.
    pub(super) fn behind(&self, name: &str) -> Option<&MacroChange> {
        self.reaching.get(name)
    }
}

/// Returns the macros that differ, in the order of their ids.
fn changed(project: &Project, other: &Manifest) -> Vec<MacroChange> {
    let built_in =
        |entry: &Macro| project.sources.get(entry.file).is_some_and(|file| file.name.starts_with('<'));
    let all = project.macros.all();
    let mut brought: HashSet<&str> = HashSet::from(["dbt"]);
    brought.extend(all.iter().filter(|entry| built_in(entry)).map(|entry| entry.package.as_str()));
    let adapter = format!("dbt_{}", other.adapter);
    brought.insert(&adapter);
    let own = all.iter().filter(|entry| !brought.contains(entry.package.as_str()));
    let here: BTreeMap<String, &str> = own.map(|entry| (entry.unique_id(), entry.sql())).collect();
    let package = |id: &str| id.split('.').nth(1).unwrap_or_default().to_owned();
    let there: BTreeMap<&String, &String> =
        other.macros().iter().filter(|(id, _)| !brought.contains(package(id).as_str())).collect();
    let mut found = Vec::new();
    for (id, text) in &here {
        let what = match there.get(id) {
            None => "is new",
            Some(other) if other.trim() != text.trim() && plain(other) != plain(text) => "differs",
            Some(_) => continue,
        };
        found.push(MacroChange { id: id.clone(), what });
    }
    let gone = there.keys().filter(|id| !here.contains_key(**id));
    found.extend(gone.map(|id| MacroChange { id: (*id).clone(), what: "is gone" }));
    found
}

/// Returns for each name the names of the macros whose texts hold it, in one order always.
fn callers<'m>(macros: &'m MacroRegistry, other: &'m Manifest) -> HashMap<&'m str, BTreeSet<&'m str>> {
    let mut callers: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    let here = macros.all().into_iter().map(|entry| (entry.name.as_str(), entry.sql()));
    let there =
        other.macros().iter().map(|(id, text)| (id.rsplit('.').next().unwrap_or_default(), text.as_str()));
    for (name, text) in here.chain(there) {
        for mentioned in mentions(text) {
            callers.entry(mentioned).or_default().insert(name);
        }
    }
    callers
}
