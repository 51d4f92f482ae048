//! Which warnings are errors, and which are not told at all: `--warn-error` and `--warn-error-options`, by dbt's names
//! of events.

use crate::base::data::{Data, DataMap};
use crate::diagnostic::codes::{self, Code};
use crate::diagnostic::{Diagnostic, Severity};

/// The name that stands for every deprecation.
const DEPRECATIONS: &str = "Deprecations";

/// What becomes of a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Treatment {
    /// It stops what warns.
    Error,
    /// It is told.
    Warn,
    /// It is not told.
    Silence,
}

/// Which warnings are errors.
#[derive(Debug, Clone, Default)]
pub struct Warnings {
    all: bool,
    every: bool,
    error: Vec<String>,
    warn: Vec<String>,
    silence: Vec<String>,
}

/// Returns dbt's names of what a finding tells; the first that the user names counts.
pub fn events(code: &Code) -> &'static [&'static str] {
    const TABLE: &[(&Code, &[&str])] = &[
        (codes::REPEATED_KEY, &["DuplicateYAMLKeysDeprecation", DEPRECATIONS]),
        (
            codes::UNKNOWN_KEY,
            &[
                "CustomTopLevelKeyDeprecation",
                "CustomKeyInObjectDeprecation",
                "CustomKeyInConfigDeprecation",
                "ValidationWarning",
                DEPRECATIONS,
            ],
        ),
        (codes::DEPRECATED, &[DEPRECATIONS]),
        (
            codes::UNMATCHED_PROPERTIES,
            &["NoNodeForYamlKey", "WrongResourceSchemaFile", "MacroNotFoundForPatch"],
        ),
        (codes::TEST_LEFT_OUT, &["NodeNotFoundOrDisabled"]),
        (codes::UNUSED_CONFIG_PATH, &["UnusedResourceConfigPath"]),
        (codes::EMPTY_SELECTION, &["NoNodesForSelectionCriteria"]),
        (codes::DEPRECATED_MODEL, &["DeprecatedModel"]),
        (codes::DEPRECATED_REFERENCE, &["DeprecatedReference"]),
        (codes::COMING_DEPRECATION, &["UpcomingReferenceDeprecation"]),
        (codes::CONSTRAINT_LEFT_OUT, &["UnsupportedConstraintMaterialization"]),
        (codes::UNPINNED_PACKAGE, &["DepsUnpinned"]),
    ];
    TABLE.iter().find(|(known, _)| *known == code).map_or(&[], |(_, names)| names)
}

impl Warnings {
    /// Reads the options; `every` is `--warn-error`. `Err` tells what is wrong with them.
    pub(super) fn read(every: bool, options: &DataMap) -> Result<Self, String> {
        let mut warnings = Self { every, ..Self::default() };
        for (key, value) in options {
            let is_all = matches!(value.as_str(), Some("all" | "*"));
            let names = value.as_list().map(|items| items.iter().filter_map(Data::to_text).collect());
            match (key.as_str(), names) {
                ("error" | "include", _) if is_all => warnings.all = true,
                ("error" | "include", Some(names)) => warnings.error = names,
                ("warn" | "exclude", Some(names)) => warnings.warn = names,
                ("silence", Some(names)) => warnings.silence = names,
                ("error" | "include" | "warn" | "exclude" | "silence", None) if value.is_null() => {}
                ("error" | "include", None) => {
                    return Err(format!(
                        "warn_error_options: `{key}` must be `all` or a list of names of events"
                    ));
                }
                ("warn" | "exclude" | "silence", None) => {
                    return Err(format!("warn_error_options: `{key}` must be a list of names of events"));
                }
                _ => {
                    return Err(format!("warn_error_options: `{key}` is none of `error`, `warn`, `silence`"));
                }
            }
        }
        Ok(warnings)
    }

    /// Returns the options as dbt writes them.
    pub(super) fn to_data(&self) -> Data {
        let names = |names: &Vec<String>| Data::from(names.clone());
        let error = if self.all { Data::from("all") } else { names(&self.error) };
        let entries = [("error", error), ("warn", names(&self.warn)), ("silence", names(&self.silence))];
        Data::Map(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }

    /// Returns what becomes of an event that has one of these names. A name counts before `Deprecations`, and this
    /// before `all`; to be silent counts before to warn, and this before an error.
    pub fn treat(&self, names: &[&str]) -> Treatment {
        if self.every {
            return Treatment::Error;
        }
        let (deprecations, own): (Vec<&str>, Vec<&str>) =
            names.iter().partition(|name| **name == DEPRECATIONS);
        for names in [own, deprecations] {
            let holds = |list: &[String]| names.iter().any(|name| list.iter().any(|known| known == name));
            if holds(&self.silence) {
                return Treatment::Silence;
            }
            if holds(&self.warn) {
                return Treatment::Warn;
            }
            if holds(&self.error) {
                return Treatment::Error;
            }
        }
        if self.all { Treatment::Error } else { Treatment::Warn }
    }

    /// Makes errors of the findings that are to be errors, and drops those that are not to be told.
    pub fn apply(&self, findings: &mut Vec<Diagnostic>) {
        findings.retain_mut(|finding| {
            if finding.is_error() {
                return true;
            }
            let treatment = self.treat(events(finding.code));
            if treatment == Treatment::Error {
                finding.severity = Severity::Error;
            }
            treatment != Treatment::Silence
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warnings(error: Data, warn: &[&str], silence: &[&str]) -> Warnings {
        let names = |names: &[&str]| Data::List(names.iter().map(|name| Data::from(*name)).collect());
        let options = [("error", error), ("warn", names(warn)), ("silence", names(silence))];
        let options = options.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        Warnings::read(false, &options).unwrap()
    }

    #[test]
    fn a_name_counts_before_its_group_and_this_before_all() {
        let warnings = warnings("all".into(), &[DEPRECATIONS], &["NothingToDo"]);
        assert_eq!(warnings.treat(&["NoNodeForYamlKey"]), Treatment::Error);
        assert_eq!(warnings.treat(&["NothingToDo"]), Treatment::Silence);
        assert_eq!(warnings.treat(&["DuplicateYAMLKeysDeprecation", DEPRECATIONS]), Treatment::Warn);
    }

    #[test]
    fn an_event_that_is_named_counts_whatever_its_group() {
        let named = Data::List(vec!["DuplicateYAMLKeysDeprecation".into()]);
        let warnings = warnings(named, &[], &[DEPRECATIONS]);
        assert_eq!(warnings.treat(&["DuplicateYAMLKeysDeprecation", DEPRECATIONS]), Treatment::Error);
        assert_eq!(warnings.treat(&[DEPRECATIONS]), Treatment::Silence);
        assert_eq!(warnings.treat(&["NoNodeForYamlKey"]), Treatment::Warn);
    }
}
