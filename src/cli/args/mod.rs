//! The arguments of every command. Doc comments are the help.

mod nodes;
mod single;

use clap::{ArgAction, Args, Parser, Subcommand};

use crate::cli::flags::GivenFlags;
use crate::compile::project::DBT_VERSION;

pub use nodes::{EventTimes, Kinds, Rows, Running, Selection, Verification};
pub use single::{
    Check, Clean, Compile, Debug, Deps, Docs, Generate, Init, ListOutput, Listing, Load, Manual, Output,
    PackageSource, Query, QueryOutput, Show, Source,
};

/// Compile and run SQL models: Jinja-templated `select` statements in, tested tables out
#[derive(Debug, Parser)]
#[command(name = "martlet", version = version(), propagate_version = true, disable_version_flag = true)]
#[command(max_term_width = 100)]
pub struct Arguments {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    /// What holds for every command
    #[command(flatten)]
    pub global: Global,
}

/// Returns what `--version` tells: the program's version, and what scripts look for that ask dbt for its own.
fn version() -> String {
    let own = env!("CARGO_PKG_VERSION");
    format!("{own}\n\nCore:\n  - installed: {DBT_VERSION}\n\nPlugins:\n  - duckdb: built in")
}

/// What holds for every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Tell the version, and the version of dbt that projects are read as
    #[arg(long, short = 'V', short_alias = 'v', global = true, action = ArgAction::Version)]
    pub version: Option<bool>,
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

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build seeds, models, snapshots and tests in the order of the graph
    Build {
        /// Which nodes
        #[command(flatten)]
        selection: Selection,
        /// Of which kinds
        #[command(flatten)]
        kinds: Kinds,
        /// Show some rows of each seed
        #[arg(long)]
        show: bool,
        /// Write saved queries: dbt Core takes this and exports nothing, and so is it here
        #[arg(long, hide = true, overrides_with = "no_export_saved_queries")]
        export_saved_queries: bool,
        /// Write no saved queries
        #[arg(long, hide = true, overrides_with = "export_saved_queries")]
        no_export_saved_queries: bool,
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
        /// Of which kinds
        #[command(flatten)]
        kinds: Kinds,
        /// How
        #[command(flatten)]
        running: Running,
    },
    /// Load CSV files into tables
    Seed {
        /// Which nodes
        #[command(flatten)]
        selection: Selection,
        /// Show some rows of each seed
        #[arg(long)]
        show: bool,
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
    /// Put relations of another environment (`--state`) under the nodes' own names: clones of tables, or views
    Clone {
        /// Which nodes
        #[command(flatten)]
        selection: Selection,
        /// Of which kinds
        #[command(flatten)]
        kinds: Kinds,
        /// How
        #[command(flatten)]
        running: Running,
    },
    /// Go on with the last run: what failed, was skipped, or never came to its end
    Retry {
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
        /// What
        #[command(flatten)]
        asked: Compile,
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
    List(Listing),
    /// Show the first rows of a model, or of a query
    Show {
        /// Which node
        #[command(flatten)]
        selection: Selection,
        /// How
        #[command(flatten)]
        running: Running,
        /// What
        #[command(flatten)]
        asked: Show,
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
    /// Load CSV files into the tables of a source, every column a text
    Load(Load),
    /// Ask a question in SQL about the project itself
    Query(Query),
    /// Run the project's own rules: SQL files in `checks/` that must return no row
    Check(Check),
    /// Install the packages that packages.yml asks for
    Deps(Deps),
    /// Check the project, the profile and the connection
    Debug(Debug),
    /// Remove what was generated (`clean-targets`)
    Clean(Clean),
    /// Write a small project that builds at once
    Init(Init),
    /// Write what a shell needs to complete commands and options
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the manual: pages that `man` shows
    Manual(Manual),
    /// Make up data
    Generate {
        /// What data
        #[command(subcommand)]
        what: Generate,
    },
}
