//! Connection profiles (`profiles.yml`): which target a run uses and what it says.

use std::path::{Path, PathBuf};

use crate::base::data::{Data, DataMap};
use crate::base::fs;
use crate::base::source::Place;
use crate::diagnostic::{Diagnostic, Label, codes};
use crate::project::RenderText;
use crate::yaml::Node;

/// The name of the profile file.
pub const FILE_NAME: &str = "profiles.yml";

/// The keys of an output of type snowflake: dbt-snowflake's, and those that all outputs have here.
const SNOWFLAKE_KEYS: &[&str] = &[
    "type",
    "threads",
    "template_limits",
    "account",
    "user",
    "password",
    "database",
    "schema",
    "warehouse",
    "role",
    "authenticator",
    "private_key",
    "private_key_path",
    "private_key_passphrase",
    "token",
    "passcode",
    "oauth_client_id",
    "oauth_client_secret",
    "query_tag",
    "session_parameters",
    "client_session_keep_alive",
    "host",
    "port",
    "protocol",
    "proxy_host",
    "proxy_port",
    "connect_retries",
    "connect_timeout",
    "retry_on_database_errors",
    "retry_all",
    "insecure_mode",
    "reuse_connections",
    "workload_identity_provider",
    "workload_identity_entra_resource",
    "s3_stage_vpce_dns_name",
    "platform_detection_timeout_seconds",
];

/// The connection that an invocation uses.
#[derive(Clone, PartialEq)]
pub struct Target {
    /// The profile it belongs to.
    pub profile: String,
    /// Its name among the profile's outputs.
    pub name: String,
    /// The kind of database: `duckdb`, `snowflake`.
    pub adapter: String,
    /// The database (catalog) models are written to unless they say otherwise.
    pub database: String,
    /// The schema models are written to unless they say otherwise.
    pub schema: String,
    /// How many nodes run at the same time.
    pub threads: usize,
    /// How much a template may use, where that differs from the usual.
    pub template_limits: TemplateLimits,
    /// Every key of the output as the file gives it, rendered.
    pub settings: DataMap,
}

impl std::fmt::Debug for Target {
    /// Leaves out what the settings are: secrets are among them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target")
            .field("profile", &self.profile)
            .field("name", &self.name)
            .field("adapter", &self.adapter)
            .field("database", &self.database)
            .field("schema", &self.schema)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

/// What an output's `template_limits` says; nothing stands for the usual bound.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct TemplateLimits {
    /// `macro_depth`: calls of macros inside each other.
    pub macro_depth: Option<usize>,
    /// `output_mib`: mebibytes that one template may write.
    pub output_mib: Option<usize>,
    /// `memory_mib`: mebibytes of all values that one template makes.
    pub memory_mib: Option<usize>,
    /// `steps`: expressions evaluated and items gone through.
    pub steps: Option<usize>,
}

impl TemplateLimits {
    fn read(node: &Node, findings: &mut Vec<Diagnostic>) -> Self {
        let mut limits = Self::default();
        let known = ["macro_depth", "output_mib", "memory_mib", "steps"];
        if !node.is_map() {
            let message = "`template_limits` must be a mapping";
            findings.push(Diagnostic::at(codes::INVALID_VALUE, node.place, message));
        }
        for entry in node.entries() {
            let field = match entry.key.as_str() {
                "macro_depth" => &mut limits.macro_depth,
                "output_mib" => &mut limits.output_mib,
                "memory_mib" => &mut limits.memory_mib,
                "steps" => &mut limits.steps,
                other => {
                    let message = format!("`template_limits` has no `{other}`");
                    let finding = Diagnostic::at(codes::UNKNOWN_KEY, entry.key_place, message);
                    findings.push(finding.hint_nearest(other, known));
                    continue;
                }
            };
            let number = entry.value.to_data().as_i64().and_then(|number| usize::try_from(number).ok());
            *field = number.filter(|number| *number > 0);
            if field.is_none() {
                let message = format!("`{}` must be a whole number from 1", entry.key);
                findings.push(Diagnostic::at(codes::INVALID_VALUE, entry.value.place, message));
            }
        }
        limits
    }
}

/// Returns the folders to search for a profile file, in order, without repeats.
pub fn folders(asked: Option<&Path>, current: &Path, project: &Path, home: Option<&Path>) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = match asked {
        Some(folder) => vec![folder.to_path_buf()],
        None => {
            let named = [
                Some(current.to_path_buf()),
                Some(project.to_path_buf()),
                home.map(|home| home.join(".dbt")),
            ];
            named.into_iter().flatten().collect()
        }
    };
    let mut seen: Vec<PathBuf> = Vec::new();
    folders.retain(|folder| {
        let fresh = !seen.contains(folder);
        seen.push(folder.clone());
        fresh
    });
    folders
}

/// Returns the first folder that holds a profile file.
pub fn find(folders: &[PathBuf]) -> Option<PathBuf> {
    folders.iter().map(|folder| folder.join(FILE_NAME)).find(|path| fs::is_file(path))
}

/// The target of a project that names no profile: a DuckDB file named for the project, in its folder.
pub fn without_profile(project: &str, threads: usize) -> Target {
    let settings = [
        ("type".to_owned(), Data::from("duckdb")),
        ("path".to_owned(), Data::from(format!("{project}.duckdb"))),
    ];
    Target {
        profile: project.to_owned(),
        name: "dev".to_owned(),
        adapter: "duckdb".to_owned(),
        database: project.to_owned(),
        schema: "main".to_owned(),
        threads,
        template_limits: TemplateLimits::default(),
        settings: settings.into_iter().collect(),
    }
}

/// Reads one target out of a profile file. Only the chosen output is rendered.
///
/// `target` is the name asked for on the command line; `named_at` is where the project names the profile. Returns `None` after an error finding.
pub fn read(
    tree: &Node,
    profile: &str,
    target: Option<&str>,
    named_at: Option<Place>,
    render: &mut RenderText<'_>,
    findings: &mut Vec<Diagnostic>,
) -> Option<Target> {
    let Some(node) = tree.get(profile) else {
        let known = tree.entries().iter().map(|entry| entry.key.as_str()).filter(|key| *key != "config");
        let names = known.clone().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let message = format!("the profile `{profile}` is not in {FILE_NAME}");
        let mut finding = Diagnostic::new(codes::UNKNOWN_PROFILE, message).hint_nearest(profile, known);
        finding.primary = named_at.map(|place| Label { place, text: "named here".to_owned() });
        findings.push(finding.note(format!("{FILE_NAME} holds: {names}")));
        return None;
    };
    let mut rendered = |node: &Node| node.map_texts(&mut Vec::new(), render);
    let named = node.get("target").map(|node| rendered(node).to_data().to_text().unwrap_or_default());
    let name = target.map(str::to_owned).or(named).unwrap_or_else(|| "default".to_owned());
    let outputs = node.get("outputs");
    let Some(output) = outputs.and_then(|outputs| outputs.get(&name)) else {
        let known = outputs.map(Node::entries).unwrap_or_default().iter().map(|entry| entry.key.as_str());
        let names = known.clone().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let place = outputs.unwrap_or(node).place;
        let message = format!("the profile `{profile}` has no target `{name}`");
        let finding = Diagnostic::at(codes::UNKNOWN_PROFILE, place, message).hint_nearest(&name, known);
        findings.push(finding.note(format!("its targets: {names}")));
        return None;
    };
    let output = rendered(output);
    target_of(&output, profile, name, findings)
}

fn target_of(output: &Node, profile: &str, name: String, findings: &mut Vec<Diagnostic>) -> Option<Target> {
    let settings = output.to_data().as_map().cloned().unwrap_or_default();
    let text = |key: &str| settings.get(key).and_then(Data::to_text);
    let Some(adapter) = text("type") else {
        let message = format!("the target `{name}` has no `type`");
        let finding = Diagnostic::at(codes::MISSING_KEY, output.place, message);
        findings.push(finding.hint("write `type: duckdb` or `type: snowflake`"));
        return None;
    };
    if adapter == "snowflake" {
        for entry in output.entries().iter().filter(|entry| !SNOWFLAKE_KEYS.contains(&entry.key.as_str())) {
            let message = format!("an output of type snowflake has no `{}`", entry.key);
            let finding = Diagnostic::at(codes::UNKNOWN_KEY, entry.key_place, message);
            findings.push(finding.hint_nearest(&entry.key, SNOWFLAKE_KEYS.iter().copied()));
        }
    }
    let threads = match settings.get("threads") {
        None => 1,
        Some(data) => {
            let number = data.as_i64().or_else(|| data.as_str().and_then(|text| text.trim().parse().ok()));
            let Some(number) =
                number.and_then(|number| usize::try_from(number).ok()).filter(|number| *number > 0)
            else {
                let place = output.get("threads").map_or(output.place, |node| node.place);
                findings.push(Diagnostic::at(
                    codes::INVALID_VALUE,
                    place,
                    "`threads` must be a whole number from 1",
                ));
                return None;
            };
            number
        }
    };
    let database = text("database")
        .or_else(|| text("dbname"))
        .unwrap_or_else(|| text("path").map_or_else(|| "memory".to_owned(), |path| duckdb_database(&path)));
    let schema = text("schema").unwrap_or_else(|| "main".to_owned());
    let template_limits = output
        .get("template_limits")
        .map_or_else(TemplateLimits::default, |node| TemplateLimits::read(node, findings));
    let profile = profile.to_owned();
    Some(Target { profile, name, adapter, database, schema, threads, template_limits, settings })
}

/// Returns the name DuckDB gives to a database file: the stem of its name.
pub fn duckdb_database(path: &str) -> String {
    if path == ":memory:" {
        return "memory".to_owned();
    }
    Path::new(path).file_stem().map_or_else(|| path.to_owned(), |stem| stem.to_string_lossy().into_owned())
}
