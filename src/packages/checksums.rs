//! `package-checksums.yml`: what each locked package held when it was first installed. It lies beside dbt's lock,
//! because dbt takes no key in the lock that it does not know.

use std::path::Path;

use indexmap::IndexMap;

use crate::base::fs::{self, FileError};
use crate::base::source::{Place, SourceMap};
use crate::packages::lock::yaml_scalar;
use crate::yaml::{self, Node};

/// The name of the file.
pub const FILE: &str = "package-checksums.yml";

/// What each package held, by what it is called with its version.
#[derive(Debug, Clone, Default)]
pub struct Checksums {
    known: IndexMap<String, (String, Place)>,
}

impl Checksums {
    /// Reads the file of a project; a file that is not there knows nothing.
    pub fn read(root: &Path, sources: &SourceMap) -> Result<Self, FileError> {
        let text = match fs::read_text(&root.join(FILE)) {
            Ok(text) => text,
            Err(error) if error.is_not_found() => return Ok(Self::default()),
            Err(error) => return Err(error),
        };
        let file = sources.add(FILE, text.as_str());
        let (tree, _) = yaml::parse(file, &text);
        let known = tree.get("packages").map(Node::items).unwrap_or_default().iter().filter_map(|item| {
            let package = item.get("package").and_then(Node::as_text)?;
            let checksum = item.get("sha256").and_then(Node::as_text)?;
            Some((package.to_owned(), (checksum.to_owned(), item.place)))
        });
        Ok(Self { known: known.collect() })
    }

    /// Returns the checksum of a package and where it stands.
    pub fn get(&self, package: &str) -> Option<(&str, Place)> {
        self.known.get(package).map(|(checksum, place)| (checksum.as_str(), *place))
    }
}

/// Returns the text of the file.
pub fn text(packages: &[(String, &str)]) -> String {
    let mut text = String::from(
        "# What the packages of package-lock.yml hold (SHA-256). Kept by `martlet deps`, which refuses a package\n\
         # whose content has changed although its version has not. Belongs into version control, as the lock does.\n\
         packages:\n",
    );
    for (package, checksum) in packages {
        text.push_str(&format!("  - package: {}\n    sha256: {checksum}\n", yaml_scalar(package)));
    }
    text
}
