//! Arguments of single commands, and the words that these may be.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::args::nodes::{Kinds, Selection};
use crate::graph::select;

/// What `deps` does.
#[derive(Debug, Clone, Args)]
pub struct Deps {
    /// Write package-lock.yml and install nothing
    #[arg(long, alias = "dry-run")]
    pub lock: bool,
    /// Settle on the newest versions that fit, whatever the lock says
    #[arg(long)]
    pub upgrade: bool,
    /// Add a package to packages.yml, as in `dbt-labs/dbt_utils@1.3.0`, and install it
    #[arg(long, value_name = "NAME@VERSION")]
    pub add_package: Option<String>,
    /// Where the package that is added comes from
    #[arg(long, value_enum, default_value_t = PackageSource::Hub, requires = "add_package")]
    pub source: PackageSource,
}

/// Where a package comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PackageSource {
    /// The hub: organisation/name@version
    Hub,
    /// A git repository: address@revision
    Git,
    /// A folder
    Local,
}

/// What `list` names, and how.
#[derive(Debug, Clone, Args)]
#[command(after_long_help = methods())]
pub struct Listing {
    /// Nodes to take: names, `+name`, `name+`, `@name`, `tag:x`, `path:models/a`, ... (can be repeated)
    #[arg(long, short = 's', num_args = 1..)]
    pub select: Vec<String>,
    /// As `--select`, and models alone are listed (can be repeated)
    #[arg(long, short = 'm', num_args = 1.., visible_alias = "model")]
    #[arg(conflicts_with_all = ["select", "resource_type"])]
    pub models: Vec<String>,
    /// Nodes to leave out, as for `--select` (can be repeated)
    #[arg(long, num_args = 1..)]
    pub exclude: Vec<String>,
    /// Selection of selectors.yml to take, whatever `--select` and `--exclude` say
    #[arg(long, value_name = "NAME")]
    pub selector: Option<String>,
    /// Which kinds
    #[command(flatten)]
    pub kinds: Kinds,
    /// What is written of each node
    #[arg(long, value_enum, ignore_case = true, default_value_t = ListOutput::Selector)]
    pub output: ListOutput,
    /// Keys that JSON has of each node; `config.materialized` goes into mappings (can be repeated)
    #[arg(long, num_args = 1.., value_delimiter = ' ', value_name = "KEY")]
    pub output_keys: Vec<String>,
    /// Say of each node what differs from the state (`--state`), and where its references lead (`--defer`)
    #[arg(long)]
    pub why: bool,
}

/// Tells people the methods of selection.
fn methods() -> String {
    let lines = select::methods().map(|(name, about)| format!("  {:<16}{about}", format!("{name}:")));
    format!("Methods of selection:\n{}", lines.collect::<Vec<_>>().join("\n"))
}

/// What `list` writes of each node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListOutput {
    /// What `--select` takes
    Selector,
    /// The name
    Name,
    /// The file
    Path,
    /// A JSON object
    Json,
}

/// How `show` and `compile` write what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// As people read it
    Text,
    /// JSON
    Json,
}

/// What `compile` writes.
#[derive(Debug, Clone, Args)]
#[group(skip)]
pub struct Compile {
    /// Query to compile instead of nodes
    #[arg(long, value_name = "SQL", conflicts_with_all = ["select", "exclude", "selector"])]
    pub inline: Option<String>,
    /// How the SQL of the nodes that are named is shown
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub output: Output,
}

/// What `show` shows.
#[derive(Debug, Clone, Args)]
#[group(skip)]
pub struct Show {
    /// Query to show instead of a node; templates are rendered
    #[arg(long, value_name = "SQL", conflicts_with_all = ["select", "exclude", "selector"])]
    pub inline: Option<String>,
    /// Query to show as it is: no templates are rendered
    #[arg(long, value_name = "SQL", conflicts_with_all = ["select", "exclude", "selector", "inline"])]
    pub inline_direct: Option<String>,
    /// Number of rows, -1 for all
    #[arg(long, default_value_t = 5, allow_negative_numbers = true)]
    pub limit: i64,
    /// How rows are written
    #[arg(long, value_enum, default_value_t = Output::Text)]
    pub output: Output,
}

/// What `debug` checks.
#[derive(Debug, Clone, Copy, Args)]
pub struct Debug {
    /// Check the connection alone
    #[arg(long)]
    pub connection: bool,
    /// Tell how to open the folder of profiles.yml, and check nothing
    #[arg(long)]
    pub config_dir: bool,
}

/// What `clean` removes.
#[derive(Debug, Clone, Copy, Args)]
pub struct Clean {
    /// Remove nothing outside of the project (unless told otherwise, it is so)
    #[arg(long, overrides_with = "no_clean_project_files_only")]
    pub clean_project_files_only: bool,
    /// Remove also what lies outside of the project
    #[arg(long, overrides_with = "clean_project_files_only")]
    pub no_clean_project_files_only: bool,
}

/// What `init` writes.
#[derive(Debug, Clone, Args)]
pub struct Init {
    /// Name of the project, and of its folder
    pub name: String,
    /// Ask nothing about a profile (nothing is ever asked; dbt Core would)
    #[arg(long, short = 's')]
    pub skip_profile_setup: bool,
}

/// Where the manual is written to.
#[derive(Debug, Clone, Args)]
pub struct Manual {
    /// Folder for one page a command; the first page goes to stdout without it
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
}

/// What data can be made up.
#[derive(Debug, Subcommand)]
pub enum Generate {
    /// Patient records in Synthea's layout
    Synthea {
        /// Number of patients
        #[arg(long, default_value_t = 1000)]
        patients: u64,
        /// Number that all chance comes from
        #[arg(long, default_value_t = 42)]
        seed: u64,
        /// Years that are told
        #[arg(long, default_value_t = 10)]
        years: u32,
        /// Day before which everything happens
        #[arg(long, default_value = "2026-01-01")]
        end: chrono::NaiveDate,
        /// Layout of the files: `latest`, `2023`, `2022`
        #[arg(long, default_value = "latest")]
        layout: String,
        /// Folder the files are written to
        #[arg(long)]
        out: PathBuf,
    },
}

/// What describes a project.
#[derive(Debug, Subcommand)]
pub enum Docs {
    /// Write catalog.json, of what the database tells of the project's relations, and manifest.json
    Generate {
        /// Which nodes
        #[command(flatten)]
        selection: Selection,
        /// Leave the manifest as it is, without the SQL of nodes
        #[arg(long, overrides_with = "compile")]
        no_compile: bool,
        /// Compile nodes first (as it is anyway)
        #[arg(long, hide = true)]
        compile: bool,
        /// Ask the database nothing, and write a catalog of nothing
        #[arg(long)]
        empty_catalog: bool,
        /// Accepted, as there is no page yet that could hold the artifacts
        #[arg(long = "static", hide = true)]
        is_static: bool,
    },
}

/// What is looked at of sources.
#[derive(Debug, Subcommand)]
pub enum Source {
    /// Tell how old sources are, and whether they are too old
    #[command(visible_alias = "snapshot-freshness")]
    Freshness {
        /// Which sources
        #[command(flatten)]
        selection: Selection,
        /// File to write instead of sources.json in the target folder
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// A question about the project.
#[derive(Debug, Clone, Args)]
pub struct Query {
    /// The question, in DuckDB's SQL; `-` reads it from the standard input
    #[arg(value_name = "SQL", required_unless_present = "tables")]
    pub question: Option<String>,
    /// Tell what tables and columns there are
    #[arg(long)]
    pub tables: bool,
    /// How the answer is written
    #[arg(long, value_enum, ignore_case = true, default_value_t = QueryOutput::Text)]
    pub output: QueryOutput,
}

/// How the answer to a question is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum QueryOutput {
    /// A table
    Text,
    /// A list of JSON objects
    Json,
    /// CSV with a header
    Csv,
}

/// Which rules are run.
#[derive(Debug, Clone, Args)]
pub struct Check {
    /// Names of rules: their paths below the folder, without `.sql`; all of them when none is named
    #[arg(value_name = "RULE")]
    pub names: Vec<String>,
    /// Folder of the rules, instead of `checks`
    #[arg(long, value_name = "FOLDER")]
    pub folder: Option<PathBuf>,
}

/// Which files become which tables.
#[derive(Debug, Clone, Args)]
pub struct Load {
    /// Folder with a file `<table>.csv` for each table of the source
    #[arg(value_name = "FOLDER")]
    pub folder: PathBuf,
    /// The source; not needed where the project has only one
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// Tables of the source to load; all of them when none is named
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub tables: Vec<String>,
    /// Show every statement in order, and send none
    #[arg(long)]
    pub dry_run: bool,
    /// Where the database has the same folder itself, as `@stage/path` on Snowflake: files are copied from there
    #[arg(long, value_name = "STAGE")]
    pub stage: Option<String>,
}
