//! What `flags` are: every switch that dbt has for all its commands, who may set it, and what templates see of it.
//! Knows nothing of the command line's grammar.

use std::any::Any;
use std::collections::BTreeMap;
use std::path::Path;

use crate::base::data::{Data, DataMap};
use crate::base::fs;
use crate::base::source::SourceMap;
use crate::compile::project::Options;
use crate::compile::warnings::Warnings;
use crate::jinja::value::{Object, Value};
use crate::project::locate;
use crate::yaml;

/// What a flag may be, with what it is when nobody says so.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// On or off: `--name` and `--no-name`.
    Switch(Option<bool>),
    /// On, and never off: `--name`.
    Mark,
    /// One of some words; the first is meant when there is none.
    Choice(&'static [&'static str]),
    /// A whole number.
    Number(i64),
    /// A text.
    Text,
    /// A path.
    Path,
    /// A mapping in YAML.
    Mapping,
}

/// One flag.
#[derive(Debug, Clone, Copy)]
pub struct Flag {
    /// Its name as the project file writes it.
    pub name: &'static str,
    /// Its letter on the command line.
    pub short: Option<char>,
    /// What it may be.
    pub kind: Kind,
    /// What the command line's help says; empty for what is accepted and changes nothing here.
    pub help: &'static str,
}

const fn flag(name: &'static str, kind: Kind, help: &'static str) -> Flag {
    Flag { name, short: None, kind, help }
}

const fn lettered(name: &'static str, short: char, kind: Kind, help: &'static str) -> Flag {
    Flag { name, short: Some(short), kind, help }
}

const ON: Kind = Kind::Switch(Some(true));
const OFF: Kind = Kind::Switch(Some(false));
const FORMATS: &[&str] = &["default", "text", "debug", "json"];
const LEVELS: &[&str] = &["info", "debug", "warn", "error", "none"];
const FILE_LEVELS: &[&str] = &["debug", "info", "warn", "error", "none"];
const INDIRECT: &[&str] = &["eager", "cautious", "buildable", "empty"];

/// Every flag of the command line that holds for all commands.
pub const FLAGS: &[Flag] = &[
    lettered("quiet", 'q', OFF, "Show only errors and what templates print"),
    lettered("debug", 'd', OFF, "Show also what is said for debugging"),
    lettered("fail_fast", 'x', OFF, "Stop at the first failure"),
    flag("warn_error", Kind::Mark, "Treat every warning as an error"),
    flag(
        "warn_error_options",
        Kind::Mapping,
        "Which warnings are errors, as YAML: '{error: all, warn: [NoNodeForYamlKey], silence: []}'",
    ),
    flag("log_format", Kind::Choice(FORMATS), "How log lines are written"),
    flag("log_level", Kind::Choice(LEVELS), "The least important log lines that are shown"),
    flag("use_colors", ON, "Write no colours"),
    flag("printer_width", Kind::Number(80), "Width that status lines are filled to"),
    flag("print", ON, "Show nothing that templates print"),
    flag("version_check", ON, "Take projects and packages that ask for another version of dbt"),
    flag("write_json", ON, "Write no artifacts"),
    flag(
        "indirect_selection",
        Kind::Choice(INDIRECT),
        "Which tests come along that nobody named: `eager` those of any chosen node, `cautious` those of chosen \
         nodes alone, `buildable` those of chosen nodes and what they need, `empty` none",
    ),
    flag("project_dir", Kind::Path, "Folder of the project"),
    flag("profiles_dir", Kind::Path, "Folder of profiles.yml"),
    flag("profile", Kind::Text, "Profile to use instead of the project's"),
    lettered("target", 't', Kind::Text, "Target of the profile to use"),
    flag("target_path", Kind::Path, "Folder that artifacts are written to"),
    flag("single_threaded", OFF, "Run one node at a time"),
    flag("defer", OFF, "Take from the state what is not built here and not chosen"),
    flag("favor_state", OFF, "Take from the state what is not chosen, whether it is built here or not"),
    flag(
        "state",
        Kind::Path,
        "Folder with the artifacts of another run or environment: for `--defer`, `clone`, `state:`, `result:`, \
         `source_status:` and `retry`",
    ),
    flag(
        "defer_state",
        Kind::Path,
        "Folder with the manifest that `--defer` and `clone` take, instead of `--state`",
    ),
    flag("cache_selected_only", OFF, ""),
    flag("introspect", ON, "Let no template ask the database while nodes are compiled"),
    flag("log_cache_events", OFF, ""),
    flag(
        "log_file_max_bytes",
        Kind::Number(10_485_760),
        "Bytes that a log file holds before it is put aside; five are kept",
    ),
    flag(
        "log_format_file",
        Kind::Choice(&["debug", "text", "json", "default"]),
        "How lines of the log file are written",
    ),
    flag("log_level_file", Kind::Choice(FILE_LEVELS), "The least important lines of the log file"),
    flag("log_path", Kind::Path, "Folder of the log file, `logs` if nobody says so"),
    flag("macro_debugging", OFF, ""),
    flag("partial_parse", ON, ""),
    flag("partial_parse_file_diff", ON, ""),
    flag("partial_parse_file_path", Kind::Path, ""),
    flag("populate_cache", ON, ""),
    lettered("record_timing_info", 'r', Kind::Path, "File that is told how long each node took"),
    flag("send_anonymous_usage_stats", ON, ""),
    flag("show_all_deprecations", OFF, ""),
    flag("show_resource_report", OFF, ""),
    flag("static_parser", ON, ""),
    flag("upload_to_artifacts_ingest_api", OFF, ""),
    flag("use_colors_file", ON, "Write no colours to the log file"),
    flag("use_experimental_parser", OFF, ""),
    flag("use_fast_test_edges", OFF, ""),
];

/// Flags of single commands, which the environment may set too.
const OF_COMMANDS: &[Flag] = &[
    flag("full_refresh", OFF, ""),
    flag("store_failures", OFF, ""),
    flag("dry_run", OFF, ""),
    flag("empty", OFF, ""),
    flag("sample", Kind::Text, ""),
    flag("event_time_start", Kind::Text, ""),
    flag("event_time_end", Kind::Text, ""),
    flag("export_saved_queries", OFF, ""),
    flag("clean_project_files_only", ON, ""),
];

/// Flags that only the project file sets, with what they are when it does not.
const OF_PROJECTS: &[(&str, bool)] = &[
    ("require_batched_execution_for_custom_microbatch_strategy", false),
    ("require_explicit_package_overrides_for_builtin_materializations", true),
    ("require_resource_names_without_spaces", true),
    ("source_freshness_run_project_hooks", true),
    ("skip_nodes_if_on_run_start_fails", false),
    ("state_modified_compare_more_unrendered_values", false),
    ("state_modified_compare_vars", false),
    ("require_yaml_configuration_for_mf_time_spines", false),
    ("require_nested_cumulative_type_params", false),
    ("validate_macro_args", false),
    ("require_all_warnings_handled_by_warn_error", false),
    ("require_generic_test_arguments_property", true),
    ("require_unique_project_resource_names", false),
    ("require_ref_searches_node_package_before_root", false),
];

/// Flags of log files, which are what the screen's are unless they are set themselves.
const FOLLOWERS: &[(&str, &str)] =
    &[("use_colors", "use_colors_file"), ("log_level", "log_level_file"), ("log_format", "log_format_file")];

/// What `flags` has in templates, beside FULL_REFRESH, STORE_FAILURES and WHICH.
const SEEN: &[&str] = &[
    "cache_selected_only",
    "debug",
    "fail_fast",
    "indirect_selection",
    "introspect",
    "invocation_command",
    "log_cache_events",
    "log_format",
    "log_path",
    "partial_parse",
    "printer_width",
    "profiles_dir",
    "quiet",
    "send_anonymous_usage_stats",
    "static_parser",
    "target_path",
    "use_colors",
    "use_experimental_parser",
    "version_check",
    "warn_error",
    "write_json",
];

/// Arguments that dbt leaves out of its list of arguments where they are off.
const TOLD_WHEN_ON: &[&str] = &[
    "debug",
    "full_refresh",
    "fail_fast",
    "warn_error",
    "single_threaded",
    "log_cache_events",
    "store_failures",
    "use_experimental_parser",
];

/// Arguments that are tuples in templates.
const TUPLES: &[&str] = &["select", "exclude", "resource_types", "exclude_resource_types"];

/// What `flags` is: names alone, no dictionary.
struct Seen(Vec<(String, Value)>);

impl Object for Seen {
    fn type_name(&self) -> &'static str {
        "Namespace"
    }

    fn is_true(&self) -> bool {
        true
    }

    fn attribute(&self, name: &str) -> Option<Value> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Every flag with its value.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    values: DataMap,
    told: DataMap,
    warnings: Warnings,
}

impl Flags {
    /// Settles every flag: what was given on the command line counts before the environment, this before the
    /// project file, this before the default. `Err` tells which value cannot be.
    pub fn settle(
        mut given: DataMap,
        environment: &BTreeMap<String, String>,
        project: &DataMap,
    ) -> Result<Self, String> {
        let mut values = DataMap::new();
        let mut said = Vec::new();
        for flag in FLAGS.iter().chain(OF_COMMANDS) {
            let value = match given.shift_remove(flag.name) {
                Some(value) => Some(value),
                None => flag.in_environment(environment)?,
            };
            let in_project = project.get(flag.name).filter(|value| flag.kind.takes(value)).cloned();
            if value.is_some() || in_project.is_some() {
                said.push(flag.name);
            }
            values
                .insert(flag.name.to_owned(), value.or(in_project).unwrap_or_else(|| flag.kind.otherwise()));
        }
        for (lead, follower) in FOLLOWERS {
            if said.contains(lead) && !said.contains(follower) {
                let value = values.get(*lead).cloned().unwrap_or_default();
                values.insert((*follower).to_owned(), value);
            }
        }
        for (name, otherwise) in OF_PROJECTS {
            let value = project.get(*name).and_then(Data::as_bool).unwrap_or(*otherwise);
            values.insert((*name).to_owned(), value.into());
        }
        values.extend(given);
        if said.contains(&"warn_error") && said.contains(&"warn_error_options") {
            return Err("warn_error_options: not allowed with argument warn_error".to_owned());
        }
        let options = values.get("warn_error_options").and_then(Data::as_map).cloned().unwrap_or_default();
        let mut flags = Self { values, ..Self::default() };
        flags.warnings = Warnings::read(flags.is_on("warn_error"), &options)?;
        flags.tell("warn_error_options", flags.warnings.to_data());
        Ok(flags)
    }

    /// Sets what templates and artifacts are told, whatever the flag itself is.
    pub fn tell(&mut self, name: &str, value: Data) {
        self.told.insert(name.to_owned(), value);
    }

    /// Tells whether a switch is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.values.get(name).and_then(Data::as_bool).unwrap_or_default()
    }

    /// Returns a flag's text, if it has one.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(Data::as_str)
    }

    /// Returns the text that templates and artifacts are told.
    pub fn told_text(&self, name: &str) -> Option<&str> {
        self.told(name).and_then(Data::as_str)
    }

    /// Returns a flag's number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.values.get(name).and_then(Data::as_i64)
    }

    /// Returns what becomes of warnings.
    pub fn warnings(&self) -> &Warnings {
        &self.warnings
    }

    /// Makes what `flags` is in templates: names in capitals.
    pub fn value(&self, which: &str) -> Value {
        let mut seen: Vec<(String, Value)> = Vec::new();
        for name in SEEN.iter().copied().chain(["warn_error_options", "full_refresh", "store_failures"]) {
            seen.push((name.to_uppercase(), self.told(name).map_or(Value::None, Value::from)));
        }
        seen.push(("NO_PRINT".to_owned(), Value::None));
        seen.push((
            "EMPTY".to_owned(),
            if takes_empty(which) { Value::Bool(self.is_on("empty")) } else { Value::None },
        ));
        seen.push(("WHICH".to_owned(), Value::from(which)));
        Value::object(Seen(seen))
    }

    /// Makes the list of arguments that artifacts and templates are told: every flag that has a value.
    pub fn arguments(&self) -> DataMap {
        let is_told = |name: &str, value: &Data| {
            !(value.is_null() || TOLD_WHEN_ON.contains(&name) && value == &Data::Bool(false))
        };
        let mut all = self.values.clone();
        all.extend(self.told.clone());
        all.retain(|name, value| is_told(name, value));
        all
    }

    fn told(&self, name: &str) -> Option<&Data> {
        self.told.get(name).or_else(|| self.values.get(name))
    }
}

/// Tells whether a flag means anything to a command, where only some commands have it.
pub fn is_taken(name: &str, which: &str) -> bool {
    match name {
        "export_saved_queries" => which == "build",
        "clean_project_files_only" => which == "clean",
        _ => true,
    }
}

/// Tells whether a command of dbt's can build relations without rows.
pub fn takes_empty(which: &str) -> bool {
    matches!(which, "build" | "compile" | "run" | "snapshot")
}

/// Tells whether a command of dbt's can read a span of time alone.
pub fn takes_event_times(which: &str) -> bool {
    matches!(which, "build" | "run")
}

/// Makes what `invocation_args_dict` is.
pub fn arguments_value(options: &Options) -> Value {
    let one = |(name, data): (&String, &Data)| {
        let value = match data {
            Data::List(items) if TUPLES.contains(&name.as_str()) => {
                Value::tuple(items.iter().map(Value::from).collect())
            }
            other => Value::from(other),
        };
        (name.clone(), value)
    };
    Value::dict(options.arguments.iter().map(one).collect::<Vec<_>>())
}

/// Makes what `dbt_metadata_envs` is: variables that are for artifacts, without the beginning of their names.
pub fn metadata_variables(environment: &BTreeMap<String, String>) -> DataMap {
    let named = |(name, value): (&String, &String)| {
        let name = name.strip_prefix("DBT_ENV_CUSTOM_ENV_")?;
        Some((name.to_owned(), Data::from(value.as_str())))
    };
    environment.iter().filter_map(named).collect()
}

/// Reads `flags:` of the project file, before anything else is read and as it is written. What is wrong with the
/// file is told when it is read as a whole.
pub fn of_project(asked: Option<&Path>, current: &Path) -> DataMap {
    let Ok(file) = locate::project_file(asked, current) else { return DataMap::new() };
    let flags = as_written(&file, "flags").and_then(|flags| flags.as_map().cloned());
    flags.unwrap_or_default()
}

/// Reads one text of the project file, as it is written.
pub fn text_of_project(file: &Path, key: &str) -> Option<String> {
    as_written(file, key)?.to_text()
}

fn as_written(file: &Path, key: &str) -> Option<Data> {
    let text = fs::read_text(file).ok()?;
    let id = SourceMap::default().add("the project file", text.as_str());
    Some(yaml::parse(id, &text).0.get(key)?.to_data())
}

impl Flag {
    /// Reads the variables that say the opposite of a flag.
    fn under_another_name(&self, environment: &BTreeMap<String, String>) -> Option<Data> {
        let name = match self.name {
            "print" => "DBT_NO_PRINT",
            "send_anonymous_usage_stats" => "DO_NOT_TRACK",
            _ => return None,
        };
        let says_so = self.kind.parse(environment.get(name)?)?.as_bool()?;
        says_so.then(|| false.into())
    }

    /// Returns what the flag's variable was called before dbt 1.5; both programs still take it.
    fn old_variable(&self) -> Option<&'static str> {
        match self.name {
            "defer" => Some("DBT_DEFER_TO_STATE"),
            "favor_state" => Some("DBT_FAVOR_STATE_MODE"),
            "state" => Some("DBT_ARTIFACT_STATE_PATH"),
            _ => None,
        }
    }

    /// Reads the flag's variable; `DBT_ENGINE_X` counts before `DBT_X`, and an empty one is none.
    fn in_environment(&self, environment: &BTreeMap<String, String>) -> Result<Option<Data>, String> {
        let upper = self.name.to_uppercase();
        let names = [format!("DBT_ENGINE_{upper}"), format!("DBT_{upper}")];
        let old = self.old_variable().map(str::to_owned);
        let found = names
            .iter()
            .chain(&old)
            .find_map(|name| environment.get(name).filter(|text| !text.is_empty()).map(|text| (name, text)));
        let Some((name, text)) = found else { return Ok(self.under_another_name(environment)) };
        match self.kind.parse(text) {
            Some(value) => Ok(Some(value)),
            None => Err(format!("the variable {name} is `{text}`: {}", self.kind.wanted())),
        }
    }
}

impl Kind {
    /// Reads a text of the command line or of the environment.
    pub fn parse(self, text: &str) -> Option<Data> {
        match self {
            Kind::Switch(_) | Kind::Mark => match text.trim().to_lowercase().as_str() {
                "1" | "true" | "t" | "yes" | "y" | "on" => Some(true.into()),
                "0" | "false" | "f" | "no" | "n" | "off" => Some(false.into()),
                _ => None,
            },
            Kind::Choice(words) => {
                words.iter().find(|word| **word == text.to_lowercase()).map(|word| Data::from(*word))
            }
            Kind::Number(_) => text.trim().parse::<i64>().ok().map(|number| Data::Int(number.into())),
            Kind::Text | Kind::Path => Some(text.into()),
            Kind::Mapping => {
                let id = SourceMap::default().add("a flag", text);
                Some(yaml::parse(id, text).0.to_data()).filter(|data| data.as_map().is_some())
            }
        }
    }

    /// Tells what a value must be.
    pub fn wanted(self) -> String {
        match self {
            Kind::Switch(_) | Kind::Mark => "write `true` or `false`".to_owned(),
            Kind::Choice(words) => format!("expected one of {}", words.join(", ")),
            Kind::Number(_) => "expected a whole number".to_owned(),
            Kind::Text | Kind::Path => "expected a text".to_owned(),
            Kind::Mapping => "expected a mapping in YAML".to_owned(),
        }
    }

    fn takes(self, value: &Data) -> bool {
        match self {
            Kind::Switch(_) | Kind::Mark => value.as_bool().is_some(),
            Kind::Choice(words) => value.as_str().is_some_and(|text| words.contains(&text)),
            Kind::Number(_) => value.as_i64().is_some(),
            Kind::Text | Kind::Path => value.as_str().is_some(),
            Kind::Mapping => value.as_map().is_some(),
        }
    }

    fn otherwise(self) -> Data {
        match self {
            Kind::Switch(truth) => truth.into(),
            Kind::Choice(words) => words.first().copied().into(),
            Kind::Number(number) => Data::Int(number.into()),
            Kind::Mark | Kind::Text | Kind::Path => Data::Null,
            Kind::Mapping => Data::Map(DataMap::new()),
        }
    }
}
