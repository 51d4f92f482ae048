//! The one table of findings: name, default severity, what it means. Only ever added to.

use crate::diagnostic::Severity;

/// A kind of finding.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// The name shown in brackets, which names the pattern found.
    pub name: &'static str,
    /// How bad it is unless the user says otherwise.
    pub severity: Severity,
    /// What it means, in one sentence.
    pub summary: &'static str,
}

macro_rules! codes {
    ($($(#[doc = $summary:literal])+ $severity:ident $constant:ident = $name:literal;)+) => {
        $($(#[doc = $summary])+
        pub const $constant: &Code =
            &Code { name: $name, severity: Severity::$severity, summary: concat!($($summary),+) };)+

        /// Every code, in the order of the table.
        pub const ALL: &[&Code] = &[$($constant),+];
    };
}

codes! {
    /// A file or folder of the project cannot be read.
    Error UNREADABLE_FILE = "unreadable-file";
    /// A YAML file breaks the grammar of YAML.
    Error YAML_SYNTAX = "yaml-syntax";
    /// A mapping in a YAML file holds one key twice; the last one counts.
    Warning REPEATED_KEY = "repeated-key";
    /// A key is not one that martlet or dbt knows here.
    Warning UNKNOWN_KEY = "unknown-key";
    /// A value has the wrong type or is not one of those allowed.
    Error INVALID_VALUE = "invalid-value";
    /// A required key is absent.
    Error MISSING_KEY = "missing-key";
    /// No project file was found, or two of them.
    Error NO_PROJECT = "no-project";
    /// The profile or target named by the project was not found.
    Error UNKNOWN_PROFILE = "unknown-profile";
    /// Two resources of one kind have one name.
    Error DUPLICATE_NAME = "duplicate-name";
    /// Two resources would be written to one relation.
    Error DUPLICATE_RELATION = "duplicate-relation";
    /// A `ref` names no model, seed or snapshot.
    Error UNKNOWN_REF = "unknown-ref";
    /// A `ref` names a model that is disabled.
    Error DISABLED_REF = "disabled-ref";
    /// A `source` names no table of any source.
    Error UNKNOWN_SOURCE = "unknown-source";
    /// A node belongs to a group that is not there.
    Error UNKNOWN_GROUP = "unknown-group";
    /// A `ref` names a model that its owners keep to themselves.
    Error NO_ACCESS = "no-access";
    /// Models depend on each other in a circle.
    Error CYCLE = "cycle";
    /// A template breaks the grammar of Jinja.
    Error JINJA_SYNTAX = "jinja-syntax";
    /// A template fails when it is rendered.
    Error JINJA_ERROR = "jinja-error";
    /// A property file describes a resource that does not exist.
    Warning UNMATCHED_PROPERTIES = "unmatched-properties";
    /// A data test refers to a model that is absent or disabled, and is left out.
    Warning TEST_LEFT_OUT = "test-left-out";
    /// A configuration path applies to no resource.
    Warning UNUSED_CONFIG_PATH = "unused-config-path";
    /// A deprecated spelling that still works.
    Warning DEPRECATED = "deprecated";
    /// A selection names nothing that exists.
    Warning EMPTY_SELECTION = "empty-selection";
    /// A selection breaks the grammar of selections.
    Error SELECTION_SYNTAX = "selection-syntax";
    /// The database refused a statement.
    Error DATABASE_ERROR = "database-error";
    /// A part of dbt that martlet does not run.
    Error UNSUPPORTED = "unsupported";
    /// A package cannot be fetched, or is none.
    Error UNAVAILABLE_PACKAGE = "unavailable-package";
    /// An archive tries to leave its folder, or is beyond all measure.
    Error UNSAFE_PACKAGE = "unsafe-package";
    /// A package is not what it was when it was locked.
    Error CHANGED_PACKAGE = "changed-package";
    /// No version of a package satisfies everybody who asks for it.
    Error PACKAGE_CONFLICT = "package-conflict";
    /// A git package is taken from a branch, which moves.
    Warning UNPINNED_PACKAGE = "unpinned-package";
    /// The project asks for packages that are not installed.
    Error MISSING_PACKAGES = "missing-packages";
    /// The project or a package asks for another version of dbt.
    Error WRONG_VERSION = "wrong-version";
    /// A model that is built by batches reads nothing that says when its rows happened.
    Warning NO_EVENT_TIME = "no-event-time";
    /// A model is past its deprecation date.
    Warning DEPRECATED_MODEL = "deprecated-model";
    /// A model refers to one that is past its deprecation date.
    Warning DEPRECATED_REFERENCE = "deprecated-reference";
    /// A model refers to one that has a deprecation date.
    Warning COMING_DEPRECATION = "coming-deprecation";
    /// A model has constraints that its materialization cannot keep.
    Warning CONSTRAINT_LEFT_OUT = "constraint-left-out";
    /// A row that a rule of the project (`martlet check`) says must not be.
    Error RULE_BROKEN = "rule-broken";
}
