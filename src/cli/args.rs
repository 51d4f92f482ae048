//! The arguments of every command. Doc comments are the help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cli::flags::GivenFlags;

/// Compile and run SQL models: Jinja-templated `select` statements in, tested tables out
#[derive(Debug, Parser)]
#[command(name = "martlet", version, propagate_version = true, max_term_width = 100)]
pub struct Arguments {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    /// What holds for every command
    #[command(flatten)]
    pub global: Global,
}

/// What holds for every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// What dbt has for every command
    #[command(flatten)]
    pub flags: GivenFlags,
    /// Number of nodes that run at the same time
    #[arg(long, global = true, value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Variables, as YAML: '{raw_dir: data}'
    #[arg(long, global = true)]
    pub vars: Option<String>,
    /// Treat unknown keys and other warnings about the project as errors
    #[arg(long, global = true)]
    pub strict: bool,
    /// The words of the command line, without the program's name; of `retry`, after those of what it goes on with
    #[arg(skip)]
    pub command_lines: Vec<Vec<String>>,
}

impl Global {
    /// Takes over what a later command line says.
    pub fn absorb(&mut self, later: Self) {
        self.flags.0.extend(later.flags.0);
        self.threads = later.threads.or(self.threads);
        self.vars = later.vars.or(self.vars.take());
        self.strict |= later.strict;
        self.command_lines.extend(later.command_lines);
    }
}

/// Which nodes.
#[derive(Debug, Clone, Args)]
pub struct Selection {
    /// Nodes to take: names, `+name`, `name+`, `@name`, `tag:x`, `path:models/a`, ... (can be repeated)
    #[arg(long, short = 's', num_args = 1.., visible_aliases = ["models", "model"], short_alias = 'm')]
    pub select: Vec<String>,
    /// Nodes to leave out, as for `--select` (can be repeated)
    #[arg(long, num_args = 1..)]
    pub exclude: Vec<String>,
    /// Selection of selectors.yml to take, whatever `--select` and `--exclude` say
    #[arg(long, value_name = "NAME")]
    pub selector: Option<String>,
}

/// How nodes are run.
#[derive(Debug, Clone, Args)]
pub struct Running {
    /// Build incremental models and seeds anew
    #[arg(long, short = 'f')]
    pub full_refresh: bool,
    /// Keep the rows that fail a test in a table
    #[arg(long)]
    pub store_failures: bool,
}

impl Running {
    /// Takes over what a later command line says.
    pub fn absorb(&mut self, later: &Self) {
        self.full_refresh |= later.full_refresh;
        self.store_failures |= later.store_failures;
    }
}

/// How many rows of what nodes refer to are read.
#[derive(Debug, Clone, Default, Args)]
pub struct Rows {
    /// Read no rows: relations get their columns, and stay empty
    #[arg(long, overrides_with = "no_empty")]
    pub empty: bool,
    /// Read all rows, whatever the environment says
    #[arg(long, overrides_with = "empty", hide = true)]
    pub no_empty: bool,
}

/// Which rows by the time of their events.
#[derive(Debug, Clone, Default, Args)]
pub struct EventTimes {
    /// Read only rows of a span of time, where `event_time` says which column holds it: '3 days', '{start: ..., end: ...}'
    #[arg(long, value_name = "SPAN", allow_hyphen_values = true)]
    pub sample: Option<String>,
    /// Build microbatch models from this moment on: '2024-01-31', '2024-01-31 10:00:00'
    #[arg(long, value_name = "MOMENT")]
    pub event_time_start: Option<String>,
    /// Build microbatch models up to this moment
    #[arg(long, value_name = "MOMENT")]
    pub event_time_end: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build seeds, models, snapshots and tests in the order of the graph
    Build {
        /// Which nodes
        #[command(flatten)]
        selection: Selection,
        /// How
        #[command(flatten)]
        running: Running,
        /// How many rows are read
        #[command(flatten)]
        rows: Rows,
        /// Which rows are read
        #[command(flatten)]
        times: EventTimes,
    },
    /// Build models
    Run {
        /// Which nodes
        #[command(flatten)]
        selection: Selection,
        /// How
        #[command(flatten)]
        running: Running,
        /// How many rows are read
        #[command(flatten)]
        rows: Rows,
        /// Which rows are read
        #[command(flatten)]
        times: EventTimes,
    },
    /// Test what was built
    Test {
        /// Which nodes
        #[command(flatten)]
        selection: Selection,
        /// How
        #[command(flatten)]
        running: Running,
    },
    /// Load CSV files into tables
    Seed {
        /// Which nodes
        #[command(flatten)]
        selection: Selection,
        /// How
        #[command(flatten)]
        running: Running,
    },
    /// Record in snapshots how the rows of their queries have changed
    Snapshot {
        /// Which nodes
        #[command(flatten)]
        selection: Selection,
        /// How
        #[command(flatten)]
        running: Running,
        /// How many rows are read
        #[command(flatten)]
        rows: Rows,
    },
    /// Go on with the last run: what failed, was skipped, or never came to its end
    Retry {
        /// Folder with the `run_results.json` to go on from, instead of the project's own last run
        #[arg(long)]
        state: Option<PathBuf>,
        /// How, beside what the last run was told
        #[command(flatten)]
        running: Running,
        /// How many rows are read
        #[command(flatten)]
        rows: Rows,
        /// Which rows
        #[command(flatten)]
        times: EventTimes,
    },
    /// Write the SQL of nodes without running it
    Compile {
        /// Which nodes
        #[command(flatten)]
        selection: Selection,
        /// How
        #[command(flatten)]
        running: Running,
        /// How many rows are read
        #[command(flatten)]
        rows: Rows,
    },
    /// Read the project and report what is wrong with it
    Parse,
    /// List nodes
    #[command(visible_alias = "ls")]
    List {
        /// Which nodes
        #[command(flatten)]
        selection: Selection,
        /// Kinds of nodes (can be repeated)
        #[arg(long)]
        resource_type: Vec<String>,
        /// What is written of each node
        #[arg(long, value_enum, default_value_t = ListOutput::Selector)]
        output: ListOutput,
    },
    /// Show the first rows of a model, or of a query
    Show {
        /// Which node
        #[command(flatten)]
        selection: Selection,
        /// How
        #[command(flatten)]
        running: Running,
        /// Query to show instead of a node; templates are rendered
        #[arg(long, conflicts_with = "select")]
        inline: Option<String>,
        /// Number of rows, -1 for all
        #[arg(long, default_value_t = 5, allow_negative_numbers = true)]
        limit: i64,
        /// How rows are written
        #[arg(long, value_enum, default_value_t = ShowOutput::Text)]
        output: ShowOutput,
    },
    /// Call a macro
    RunOperation {
        /// Name of the macro: `name`, or `package.name`
        #[arg(value_name = "MACRO")]
        name: String,
        /// Its arguments, as YAML: '{days: 3}'
        #[arg(long)]
        args: Option<String>,
    },
    /// Prove that incremental models are by batches what they are when built whole
    ///
    /// In a schema of its own each model is built from relations that are filled part by part, then once whole, and
    /// both tables are compared row by row. What the model reads must be built; nothing of it is changed.
    VerifyIncremental {
        /// Which models
        #[command(flatten)]
        selection: Selection,
        /// How
        #[command(flatten)]
        asked: Verification,
    },
    /// Describe the project
    Docs {
        /// What is made
        #[command(subcommand)]
        what: Docs,
    },
    /// Look at sources
    Source {
        /// What is looked at
        #[command(subcommand)]
        what: Source,
    },
    /// Install the packages that packages.yml asks for
    Deps(Deps),
    /// Check the project, the profile and the connection
    Debug,
    /// Remove what was generated (`clean-targets`)
    Clean,
    /// Write a small project that builds at once
    Init {
        /// Name of the project, and of its folder
        name: String,
    },
    /// Make up data
    Generate {
        /// What data
        #[command(subcommand)]
        what: Generate,
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

/// How incremental models are proved.
#[derive(Debug, Clone, Args)]
pub struct Verification {
    /// Number of parts in which rows come
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(2..=1000))]
    pub batches: u16,
    /// Column by which rows come, instead of each relation's `event_time`
    #[arg(long, value_name = "COLUMN")]
    pub by: Option<String>,
    /// Columns that are not compared, as the time of loading (can be repeated)
    #[arg(long, value_name = "COLUMN", num_args = 1..)]
    pub ignore: Vec<String>,
    /// Leave the tables there to be looked at
    #[arg(long)]
    pub keep: bool,
}

/// What `deps` does.
#[derive(Debug, Clone, Args)]
pub struct Deps {
    /// Write package-lock.yml and install nothing
    #[arg(long)]
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

/// How `show` writes rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ShowOutput {
    /// A table
    Text,
    /// JSON
    Json,
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
