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
mod show;

use crate::cli::args::{Arguments, Command};
use crate::cli::exit::Exit;
use crate::cli::session::Setting;

/// Runs a command.
pub(super) fn run(arguments: Arguments) -> Exit {
    let setting = Setting::new(&arguments.global);
    match arguments.command {
        Command::Build { selection, running } => {
            build::run(&setting, build::Kind::Build, &selection, &running)
        }
        Command::Run { selection, running } => build::run(&setting, build::Kind::Run, &selection, &running),
        Command::Test { selection, running } => build::run(&setting, build::Kind::Test, &selection, &running),
        Command::Seed { selection, running } => build::run(&setting, build::Kind::Seed, &selection, &running),
        Command::Compile { selection } => compile::run(&setting, &selection),
        Command::Parse => parse::run(&setting),
        Command::List { selection, resource_type, output } => {
            list::run(&setting, &selection, &resource_type, output)
        }
        Command::Show { selection, inline, limit, output } => {
            show::run(&setting, &selection, inline.as_deref(), limit, output)
        }
        Command::Deps(asked) => deps::run(&setting, &asked),
        Command::Debug => debug::run(&setting),
        Command::Clean => clean::run(&setting),
        Command::Init { name } => init::run(&setting, &name),
        Command::Generate { what } => generate::run(&setting, &what),
    }
}
