//! Project variables and the order in which `var()` looks for them (dbt's documented precedence).

use crate::base::data::{Data, DataMap};

/// All variables that one invocation knows.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    /// `--vars` of the command line, which win everywhere.
    pub command_line: DataMap,
    /// The root project's name.
    pub root: String,
    /// `vars:` of each package's project file.
    pub packages: Vec<(String, DataMap)>,
}

impl Variables {
    /// Looks a variable up for a node of a package: command line, then the root's scope for the package, the
    /// root's own, the package's scope for itself, the package's own.
    pub fn get(&self, package: &str, name: &str) -> Option<&Data> {
        let own = |owner: &str| self.packages.iter().find(|(name, _)| name == owner).map(|(_, vars)| vars);
        let scoped = |owner: &str| own(owner)?.get(package)?.as_map()?.get(name);
        let global = |owner: &str| own(owner)?.get(name);
        self.command_line
            .get(name)
            .or_else(|| scoped(&self.root))
            .or_else(|| global(&self.root))
            .or_else(|| scoped(package))
            .or_else(|| global(package))
    }

    /// Returns the names a node of a package can see, to suggest one.
    pub fn names(&self, package: &str) -> Vec<&str> {
        let seen = self.packages.iter().filter(|(owner, _)| *owner == self.root || owner == package);
        self.command_line.keys().chain(seen.flat_map(|(_, vars)| vars.keys())).map(String::as_str).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, Data)]) -> DataMap {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
    }

    #[test]
    fn the_command_line_wins_then_the_root_then_the_package() {
        let variables = Variables {
            command_line: map(&[("a", 1.into())]),
            root: "root".into(),
            packages: vec![
                (
                    "root".into(),
                    map(&[("a", 2.into()), ("b", 2.into()), ("pkg", Data::Map(map(&[("c", 3.into())])))]),
                ),
                ("pkg".into(), map(&[("b", 5.into()), ("c", 5.into()), ("d", 5.into())])),
            ],
        };
        let found: Vec<_> = ["a", "b", "c", "d"]
            .iter()
            .map(|name| variables.get("pkg", name).and_then(Data::as_i64))
            .collect();
        assert_eq!(found, [Some(1), Some(2), Some(3), Some(5)]);
        assert_eq!(variables.get("root", "c"), None);
    }
}
