//! Which macros a macro's text calls, as the manifest has it: by what the text says, not by what is reached when it runs.

use crate::compile::project::Project;
use crate::jinja::macros::{Macro, MacroRegistry};
use crate::jinja::syntax::calls::{Callee, calls};

/// Functions that every template has; a call of one names no macro, though a project may have a macro of that name.
const FUNCTIONS: [&str; 18] = [
    "source",
    "ref",
    "config",
    "var",
    "env_var",
    "return",
    "log",
    "print",
    "fromjson",
    "tojson",
    "fromyaml",
    "toyaml",
    "set",
    "set_strict",
    "zip",
    "zip_strict",
    "local_md5",
    "diff_of_two_dicts",
];

/// Returns the ids of the macros that a macro's text calls, without repeats, in the order of the calls.
pub fn called_by(project: &Project, entry: &Macro) -> Vec<String> {
    let Ok(definition) = entry.definition() else { return Vec::new() };
    let names = Names { project, package: &entry.package };
    let mut ids: Vec<String> = Vec::new();
    for callee in calls(definition) {
        for found in names.meant_by(&callee, &entry.name) {
            let id = found.unique_id();
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    ids
}

/// Where the names in a macro of a package are looked for.
struct Names<'p> {
    project: &'p Project,
    package: &'p str,
}

impl<'p> Names<'p> {
    fn registry(&self) -> &'p MacroRegistry {
        &self.project.macros
    }

    fn meant_by(&self, callee: &Callee, own_name: &str) -> Vec<&'p Macro> {
        match callee {
            Callee::Bare(name) if FUNCTIONS.contains(&&**name) || &**name == own_name => Vec::new(),
            Callee::Bare(name) => self.find(self.package, name).into_iter().collect(),
            Callee::Attribute(package, name) => self.find(package, name).into_iter().collect(),
            // A macro of the very name that is dispatched counts as called, unless it is the one that dispatches.
            Callee::Dispatch { name, namespace } => {
                let same = (&**name != own_name).then(|| self.find(self.package, name)).flatten();
                let variant = self.registry().dispatch(self.package, name, namespace.as_deref());
                same.into_iter().chain(variant.ok().map(|found| &**found)).collect()
            }
        }
    }

    /// Looks in a package, then in the root project, in every other package, and among what is built in.
    fn find(&self, package: &str, name: &str) -> Option<&'p Macro> {
        let registry = self.registry();
        let packages = self.project.packages.iter().rev().map(|package| package.name.as_str());
        let mut places = std::iter::once(package).chain(packages);
        let found = places.find_map(|package| registry.get(package, name));
        found.or_else(|| registry.find(package, name)).map(|found| &**found)
    }
}
