//! What one invocation knows: settings, macros, nodes, graph.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};

use crate::base::data::{Data, DataMap};
use crate::base::fs::{self, FileError};
use crate::base::secrets::Secrets;
use crate::base::source::{Place, SourceMap};
use crate::compile::deferral::Deferral;
use crate::compile::event_time::RowsRead;
use crate::compile::flags::Flags;
use crate::graph::build::{Graph, Resolver};
use crate::graph::nodes::{Node, Nodes, ResourceType};
use crate::graph::select::selectors::Selectors;
use crate::jinja::core;
use crate::jinja::macros::MacroRegistry;
use crate::jinja::syntax::tree::Template;
use crate::project::definition::Definition;
use crate::project::profile::Target;
use crate::project::properties::MacroProperties;
use crate::project::properties::exposure::GroupProperties;
use crate::project::variables::Variables;

/// The version of dbt whose behaviour and artifacts these are.
pub const DBT_VERSION: &str = "1.11.16";

/// What the command line asks of reading a project.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// `--project-dir`
    pub project_folder: Option<PathBuf>,
    /// `--profiles-dir`
    pub profiles_folder: Option<PathBuf>,
    /// `--profile`
    pub profile: Option<String>,
    /// `--target`
    pub target: Option<String>,
    /// `--threads`
    pub threads: Option<usize>,
    /// `--target-path`
    pub target_path: Option<String>,
    /// `--vars`
    pub vars: DataMap,
    /// Every flag.
    pub flags: Flags,
    /// The command: `build`, `run`, ...
    pub which: &'static str,
    /// All arguments, for artifacts and templates.
    pub arguments: DataMap,
    /// Which rows are read.
    pub rows: RowsRead,
    /// The words of the command line, without the program's name; of one that goes on with another, those of both.
    pub command_lines: Vec<Vec<String>>,
    /// The invocation's id, where one was made already.
    pub invocation_id: Option<String>,
}

/// What every template of one invocation shares.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// What the command line asked for.
    pub options: Options,
    /// Its id.
    pub id: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// The environment variables.
    pub environment: Arc<BTreeMap<String, String>>,
    /// The values that nobody may see.
    pub secrets: Secrets,
    /// The connection.
    pub target: Arc<Target>,
    /// The project's variables.
    pub variables: Arc<Variables>,
    /// The root project's name.
    pub project_name: String,
    /// The ids of the nodes that the command chose; nothing before it did.
    pub selected: OnceLock<Vec<String>>,
}

impl Invocation {
    /// Returns when what it read was made, in seconds since 1970: all of it when the invocation began.
    pub fn created_at(&self) -> f64 {
        self.started_at.timestamp_micros() as f64 / 1e6
    }
}

/// One package: the root project or an installed one.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its folder.
    pub root: PathBuf,
    /// What is put before its paths in messages.
    pub prefix: String,
    /// Its project file.
    pub definition: Definition,
}

impl Package {
    /// Tells whether database, schema and identifier are quoted, in packages too if this is the root project; `usual` is
    /// what the database has of itself.
    pub fn quoting(&self, usual: [bool; 3]) -> [bool; 3] {
        let given = &self.definition.quoting;
        let part = |keys: &[&str], usual| {
            let found = keys.iter().find_map(|key| given.get(*key));
            found.and_then(Data::as_bool).unwrap_or(usual)
        };
        let [database, schema, identifier] = usual;
        [
            part(&["database", "project"], database),
            part(&["schema", "dataset"], schema),
            part(&["identifier"], identifier),
        ]
    }
}

/// One `docs` block.
#[derive(Debug, Clone)]
pub struct DocBlock {
    /// Its name.
    pub name: String,
    /// The package it belongs to.
    pub package: String,
    /// The path relative to the resource folder.
    pub path: String,
    /// The path relative to the package's folder.
    pub original_file_path: String,
    /// Its text, rendered and stripped.
    pub contents: String,
    /// Where it stands.
    pub place: Place,
}

impl DocBlock {
    /// Returns dbt's id: `doc.shop.orders`.
    pub fn unique_id(&self) -> String {
        format!("doc.{}.{}", self.package, self.name)
    }
}

/// People who own models.
#[derive(Debug, Clone)]
pub struct Group {
    /// The package it belongs to.
    pub package: String,
    /// The path relative to the resource folder.
    pub path: String,
    /// The path relative to the package's folder.
    pub original_file_path: String,
    /// What the property file says.
    pub properties: GroupProperties,
    /// Its configuration.
    pub config: DataMap,
}

impl Group {
    /// Returns dbt's id: `group.shop.finance`.
    pub fn unique_id(&self) -> String {
        format!("group.{}.{}", self.package, self.properties.name)
    }
}

/// A project that has been read.
#[derive(Debug)]
pub struct Project {
    /// What every template shares.
    pub invocation: Arc<Invocation>,
    /// Every text read.
    pub sources: Arc<SourceMap>,
    /// All packages, the root project's last.
    pub packages: Vec<Package>,
    /// All macros.
    pub macros: Arc<MacroRegistry>,
    /// What property files say of macros.
    pub macro_properties: Vec<(String, String, MacroProperties)>,
    /// All nodes.
    pub nodes: Nodes,
    /// Finds nodes by name.
    pub resolver: Resolver,
    /// How nodes depend on each other.
    pub graph: Graph,
    /// The nodes' templates, by id.
    pub templates: HashMap<String, Arc<Template>>,
    /// The selections of `selectors.yml`.
    pub selectors: Selectors,
    /// All docs blocks.
    pub docs: Vec<DocBlock>,
    /// All groups.
    pub groups: Vec<Group>,
    /// Which relations of another environment stand in for those of this one.
    pub deferral: Deferral,
}

impl Project {
    /// Returns the root project.
    pub fn root(&self) -> Option<&Package> {
        self.packages.last()
    }

    /// Writes a file that a run leaves behind, without the secrets in it: artifacts, compiled SQL, statements that ran.
    pub fn write(&self, path: &Path, text: &str) -> Result<(), FileError> {
        fs::write(path, self.invocation.secrets.scrub(text).as_bytes())
    }

    /// Tells whether database, schema and identifier are quoted.
    pub fn quoting(&self) -> [bool; 3] {
        let usual = core::dialect(&self.invocation.target.adapter).quoting;
        self.root().map_or(usual, |root| root.quoting(usual))
    }

    /// Tells whether a model is built by batches.
    pub fn runs_in_batches(&self, node: &Node) -> bool {
        is_microbatch(node) && batches_are_made(&self.macros, &self.invocation)
    }

    /// Returns the folder that artifacts are written to.
    pub fn target_folder(&self) -> PathBuf {
        let own = self.root().map(|package| package.definition.target_folder());
        self.invocation
            .options
            .target_path
            .as_ref()
            .map(PathBuf::from)
            .or(own)
            .unwrap_or_else(|| PathBuf::from("target"))
    }

    /// Returns the place and path of a node's file as people see it.
    pub fn display_path<'n>(&self, node: &'n Node) -> &'n str {
        &node.original_file_path
    }
}

/// Tells whether a model says that it is built by batches.
pub fn is_microbatch(node: &Node) -> bool {
    node.resource_type == ResourceType::Model
        && node.materialization() == "incremental"
        && node.config.text("incremental_strategy") == Some("microbatch")
}

/// Tells whether models that say so are built by batches: a project with a strategy of its own from the time before
/// batches gets one statement for all, unless it says otherwise.
pub fn batches_are_made(macros: &MacroRegistry, invocation: &Invocation) -> bool {
    let strategy = macros.find(&invocation.project_name, "get_incremental_microbatch_sql");
    invocation.options.flags.is_on("require_batched_execution_for_custom_microbatch_strategy")
        || strategy.is_none_or(|strategy| strategy.package == "dbt")
}
