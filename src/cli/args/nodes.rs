//! Arguments that several commands share: which nodes, how they are run, which rows are read.

use clap::Args;

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

/// Which kinds of nodes.
#[derive(Debug, Clone, Default, Args)]
pub struct Kinds {
    /// Kinds of nodes to take; `default` and `all` stand for several (can be repeated)
    #[arg(long, visible_alias = "resource-types", num_args = 1.., value_name = "KIND")]
    #[arg(value_delimiter = ' ', value_parser = Kinds::words(), ignore_case = true)]
    pub resource_type: Vec<String>,
    /// Kinds of nodes to leave out (can be repeated)
    #[arg(long, visible_alias = "exclude-resource-types", num_args = 1.., value_name = "KIND")]
    #[arg(value_delimiter = ' ', value_parser = Kinds::NAMES, ignore_case = true)]
    pub exclude_resource_type: Vec<String>,
}

impl Kinds {
    /// dbt's names of the kinds.
    pub const NAMES: [&str; 12] = [
        "model",
        "seed",
        "snapshot",
        "test",
        "unit_test",
        "source",
        "exposure",
        "metric",
        "semantic_model",
        "saved_query",
        "function",
        "analysis",
    ];

    /// Returns the names, and the words for several kinds.
    pub fn words() -> Vec<&'static str> {
        Self::NAMES.into_iter().chain(["default", "all"]).collect()
    }
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
    /// Show every statement in order, and send none: as if the database were empty
    #[arg(long)]
    pub dry_run: bool,
}

impl Running {
    /// Takes over what a later command line says.
    pub fn absorb(&mut self, later: &Self) {
        self.full_refresh |= later.full_refresh;
        self.store_failures |= later.store_failures;
        self.dry_run |= later.dry_run;
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
