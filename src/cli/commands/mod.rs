//! The commands, one file each.

mod build;
mod clean;
mod compile;
mod debug;
mod deps;
mod generate;
mod init;
mod list;
mod parse;
mod retry;
mod show;

use crate::cli::args::{Arguments, Command, Running};
use crate::cli::exit::Exit;
use crate::cli::session::Setting;

/// Runs a command.
pub(super) fn run(arguments: Arguments) -> Exit {
    if let Command::Retry { state, .. } = &arguments.command {
        let state = state.clone();
        return retry::run(arguments, state.as_deref());
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
        Command::Compile { selection, .. } => compile::run(&setting, &selection),
        // What it goes on with is found before there is a setting.
        Command::Retry { .. } => Exit::Misuse,
        Command::Parse => parse::run(&setting),
        Command::List { selection, resource_type, output } => {
            list::run(&setting, &selection, &resource_type, output)
        }
        Command::Show { selection, inline, limit, output, .. } => {
            show::run(&setting, &selection, inline.as_deref(), limit, output)
        }
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
        | Command::Compile { running, .. }
        | Command::Show { running, .. } => Some(running),
        _ => None,
    }
}
