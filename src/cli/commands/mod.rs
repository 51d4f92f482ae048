//! The commands, one file each.

mod build;
mod clean;
mod compile;
mod debug;
mod deps;
mod docs;
mod generate;
mod init;
mod list;
mod parse;
mod retry;
mod run_operation;
mod show;
mod source;
mod verify_incremental;

use crate::base::data::{Data, DataMap};
use crate::cli::args::{Arguments, Command, EventTimes, Rows, Running};
use crate::cli::exit::Exit;
use crate::cli::session::Setting;

/// Runs a command.
pub(super) fn run(mut arguments: Arguments) -> Exit {
    arguments.global.flags.0.extend(rows(&arguments.command));
    if let Command::Retry { .. } = &arguments.command {
        return retry::run(arguments);
    }
    let setting = match Setting::new(&arguments.global, running(&arguments.command)) {
        Ok(setting) => setting,
        Err(exit) => return exit,
    };
    match arguments.command {
        Command::Build { selection, .. } => build::run(&setting, build::Kind::Build, &selection),
        Command::Run { selection, .. } => build::run(&setting, build::Kind::Run, &selection),
        Command::Test { selection, .. } => build::run(&setting, build::Kind::Test, &selection),
        Command::Seed { selection, .. } => build::run(&setting, build::Kind::Seed, &selection),
        Command::Snapshot { selection, .. } => build::run(&setting, build::Kind::Snapshot, &selection),
        Command::Clone { selection, .. } => build::run(&setting, build::Kind::Clone, &selection),
        Command::Compile { selection, .. } => compile::run(&setting, &selection),
        // What it goes on with is found before there is a setting.
        Command::Retry { .. } => Exit::Misuse,
        Command::Parse => parse::run(&setting),
        Command::List(asked) => list::run(&setting, &asked),
        Command::Show { selection, inline, limit, output, .. } => {
            show::run(&setting, &selection, inline.as_deref(), limit, output)
        }
        Command::VerifyIncremental { selection, asked } => {
            verify_incremental::run(&setting, &selection, &asked)
        }
        Command::RunOperation { name, args } => run_operation::run(&setting, &name, args.as_deref()),
        Command::Docs { what } => docs::run(&setting, &what),
        Command::Source { what } => source::run(&setting, &what),
        Command::Deps(asked) => deps::run(&setting, &asked),
        Command::Debug => debug::run(&setting),
        Command::Clean => clean::run(&setting),
        Command::Init { name } => init::run(&setting, &name),
        Command::Generate { what } => generate::run(&setting, &what),
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
