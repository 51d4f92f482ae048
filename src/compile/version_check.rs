//! Whether the project and its packages take the version of dbt whose behaviour this is (`require-dbt-version`).

use crate::compile::project::{DBT_VERSION, Package};
use crate::diagnostic::{Diagnostic, codes};
use crate::packages::version::{Comparator, Version};

/// Finds what is asked of dbt's version and not met, or cannot be read.
pub(super) fn check(packages: &[Package], findings: &mut Vec<Diagnostic>) {
    let Some(own) = Version::parse(DBT_VERSION) else { return };
    for package in packages {
        let name = &package.name;
        for (text, place) in &package.definition.required_versions {
            let (message, hint) = match Comparator::parse(text) {
                Some(comparator) if comparator.accepts(&own) => continue,
                Some(_) => (
                    format!("`{name}` asks for dbt {text}, and this is dbt {DBT_VERSION}"),
                    "take another version of the package, or go on with `--no-version-check`",
                ),
                None => (
                    format!("`{text}` is no version that `{name}` could ask for"),
                    "write comparisons such as `>=1.0.0`, with three numbers",
                ),
            };
            findings.push(Diagnostic::at(codes::WRONG_VERSION, *place, message).hint(hint));
        }
    }
}
