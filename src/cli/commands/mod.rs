//! The commands, one file each.

mod build;
mod check;
mod clean;
mod compile;
mod completions;
mod debug;
mod deps;
mod docs;
mod generate;
mod init;
mod inline;
mod list;
mod load;
mod manual;
mod parse;
mod query;
mod retry;
mod run_operation;
mod show;
mod source;
mod verify_incremental;
mod why;

use crate::base::clock::Stopwatch;
use crate::base::data::{Data, DataMap};
use crate::cli::args::{Arguments, Command, EventTimes, Rows, Running};
use crate::cli::commands::build::More;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;

/// Runs a command.
pub(super) fn run(mut arguments: Arguments) -> Exit {
    match &arguments.command {
        Command::Completions { shell } => return completions::run(*shell),
        Command::Manual(asked) => return manual::run(asked),
        _ => {}
    }
    arguments.global.flags.0.extend(given(&arguments.command));
    if let Command::Retry { .. } = &arguments.command {
        return retry::run(arguments);
    }
    let setting = match Setting::new(&arguments.global, running(&arguments.command)) {
        Ok(setting) => setting,
        Err(exit) => return exit,
    };
    let watch = Stopwatch::start();
    let exit = carry_out(&setting, arguments.command);
    setting.completed(exit, watch);
    exit
}

fn carry_out(setting: &Setting, command: Command) -> Exit {
    match command {
        Command::Build { selection, kinds, show, .. } => {
            build::run(setting, build::Kind::Build, &selection, &More { kinds, shows: show })
        }
        Command::Run { selection, .. } => build::run(setting, build::Kind::Run, &selection, &More::default()),
        Command::Test { selection, kinds, .. } => {
            build::run(setting, build::Kind::Test, &selection, &More { kinds, shows: false })
        }
        Command::Seed { selection, show, .. } => {
            build::run(setting, build::Kind::Seed, &selection, &More { shows: show, ..More::default() })
        }
        Command::Snapshot { selection, .. } => {
            build::run(setting, build::Kind::Snapshot, &selection, &More::default())
        }
        Command::Clone { selection, kinds, .. } => {
            build::run(setting, build::Kind::Clone, &selection, &More { kinds, shows: false })
        }
        Command::Compile { selection, asked, .. } => compile::run(setting, &selection, &asked),
        // What it goes on with is found before there is a setting.
        Command::Retry { .. } | Command::Completions { .. } | Command::Manual(_) => Exit::Misuse,
        Command::Parse => parse::run(setting),
        Command::List(asked) => list::run(setting, &asked),
        Command::Show { selection, asked, .. } => show::run(setting, &selection, &asked),
        Command::VerifyIncremental { selection, asked } => {
            verify_incremental::run(setting, &selection, &asked)
        }
        Command::RunOperation { name, args } => run_operation::run(setting, &name, args.as_deref()),
        Command::Docs { what } => docs::run(setting, &what),
        Command::Source { what } => source::run(setting, &what),
        Command::Load(asked) => load::run(setting, &asked),
        Command::Query(asked) => query::run(setting, &asked),
        Command::Check(asked) => check::run(setting, &asked),
        Command::Deps(asked) => deps::run(setting, &asked),
        Command::Debug(asked) => debug::run(setting, asked),
        Command::Clean(_) => clean::run(setting),
        Command::Init(asked) => init::run(setting, &asked),
        Command::Generate { what } => generate::run(setting, &what),
    }
}

/// Returns how a command is to run nodes, if it is one that does.
fn running(command: &Command) -> Option<&Running> {
    match command {
        Command::Retry { running, .. }
        | Command::Build { running, .. }
        | Command::Run { running, .. }
        | Command::Test { running, .. }
        | Command::Seed { running, .. }
        | Command::Snapshot { running, .. }
        | Command::Clone { running, .. }
        | Command::Compile { running, .. }
        | Command::Show { running, .. } => Some(running),
        _ => None,
    }
}

/// Returns what a command was given that the environment may say too, as flags.
fn given(command: &Command) -> DataMap {
    let mut flags = rows(command);
    let mut switch = |name: &str, on: bool, off: bool| {
        if on || off {
            flags.insert(name.to_owned(), on.into());
        }
    };
    match command {
        Command::Build { export_saved_queries, no_export_saved_queries, .. } => {
            switch("export_saved_queries", *export_saved_queries, *no_export_saved_queries);
        }
        Command::Clean(asked) => switch(
            "clean_project_files_only",
            asked.clean_project_files_only,
            asked.no_clean_project_files_only,
        ),
        Command::Load(asked) => switch("dry_run", asked.dry_run, false),
        _ => {}
    }
    flags
}

/// Returns what is given of the rows that a command reads, as flags.
fn rows(command: &Command) -> DataMap {
    let none = EventTimes::default();
    let (Rows { empty, no_empty }, times) = match command {
        Command::Build { rows, times, .. }
        | Command::Run { rows, times, .. }
        | Command::Retry { rows, times, .. } => (rows, times),
        Command::Compile { rows, .. } | Command::Snapshot { rows, .. } => (rows, &none),
        _ => return DataMap::new(),
    };
    let EventTimes { sample, event_time_start, event_time_end } = times;
    let is_given = *empty || *no_empty;
    let texts =
        [("sample", sample), ("event_time_start", event_time_start), ("event_time_end", event_time_end)];
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name, Data::from(text.as_deref()?))));
    let empty = is_given.then_some(("empty", Data::Bool(*empty)));
    texts.chain(empty).map(|(name, value)| (name.to_owned(), value)).collect()
}
