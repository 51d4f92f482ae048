//! `retry`: goes on with the last run, as often as wanted. What failed, was skipped, or never came to its end is run as
//! it was to be, with whatever flags are given now on top.

use std::path::{Path, PathBuf};

use clap::Parser;

use crate::base::fs;
use crate::cli::args::{Arguments, Command, Running, Selection};
use crate::cli::commands::build::{self, Kind};
use crate::cli::commands::{given, run_operation, running};
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::compile::flags;
use crate::project::locate;
use crate::run::journal::STATE;
use crate::run::past::Past;

/// Runs the command.
pub(super) fn run(mut arguments: Arguments) -> Exit {
    let setting = match Setting::new(&arguments.global, running(&arguments.command)) {
        Ok(setting) => setting,
        Err(exit) => return exit,
    };
    let misuse = |text: String| {
        setting.complain(&format!("error: {text}"));
        Exit::Misuse
    };
    // It says what is gone on with; what that run itself compared with or deferred to stays what it was.
    arguments.global.flags.0.shift_remove("state");
    let past = match past(&setting, setting.flags.text("state").map(Path::new)) {
        Ok(past) => past,
        Err(text) => return misuse(text),
    };
    let combined = match combined(&past, arguments) {
        Ok(combined) => combined,
        Err(text) => return misuse(text),
    };
    let setting = match Setting::new(&combined.global, running(&combined.command)) {
        Ok(setting) => setting,
        Err(exit) => return exit,
    };
    if let Command::RunOperation { name, args } = &combined.command {
        if past.left(false).is_empty() {
            return build::nothing_left(&setting, &past);
        }
        return run_operation::run(&setting, name, args.as_deref());
    }
    match kind(&combined.command) {
        Some((kind, selection)) => build::again(&setting, kind, selection, &past),
        None => misuse(format!(
            "the last command was `{}`, which runs no nodes: there is nothing to retry",
            past.command
        )),
    }
}

/// Finds what to go on with.
fn past(setting: &Setting, state: Option<&Path>) -> Result<Past, String> {
    let here = fs::current_folder().map_err(|error| error.to_string())?;
    let asked = setting.flags.text("project_dir").map(PathBuf::from);
    let file = locate::project_file(asked.as_deref(), &here).map_err(|error| error.to_string())?;
    let folder = file.parent().unwrap_or(&here);
    if let Some(state) = state {
        let results = folder.join(state).join("run_results.json");
        return Past::of_results(&results).ok_or_else(|| {
            format!(
                "Could not find previous run in '{}': there is no run_results.json that can be read",
                state.display()
            )
        });
    }
    let target = setting.flags.text("target_path").map(str::to_owned);
    let target = target
        .or_else(|| flags::text_of_project(&file, "target-path"))
        .unwrap_or_else(|| "target".to_owned());
    let results = folder.join(&target).join("run_results.json");
    Past::last(&folder.join(STATE), &results).ok_or_else(|| {
        format!("Could not find previous run in '{target}' target directory, nor a journal in `{STATE}`: run something first, or name a folder with --state")
    })
}

/// Puts the command lines of the past and the present one together.
fn combined(past: &Past, mut now: Arguments) -> Result<Arguments, String> {
    now.global.flags.0.extend(given(&now.command));
    let parsed = past.command_lines.iter().map(|words| {
        let line = words.join(" ");
        let mut parsed =
            Arguments::try_parse_from(std::iter::once("martlet").chain(words.iter().map(String::as_str)))
                .map_err(|_| format!("the last command cannot be run again: `{line}`"))?;
        parsed.global.command_lines = vec![words.clone()];
        parsed.global.flags.0.extend(given(&parsed.command));
        Ok(parsed)
    });
    let mut lines = parsed.collect::<Result<Vec<_>, String>>()?.into_iter().chain([now]);
    let Some(mut first) = lines.next() else { return Err("there is no last command".to_owned()) };
    for later in lines {
        if let (Some(how), Some(also)) = (running_mut(&mut first.command), running(&later.command)) {
            how.absorb(also);
        }
        first.global.absorb(later.global);
    }
    Ok(first)
}

fn running_mut(command: &mut Command) -> Option<&mut Running> {
    match command {
        Command::Build { running, .. }
        | Command::Run { running, .. }
        | Command::Test { running, .. }
        | Command::Seed { running, .. }
        | Command::Snapshot { running, .. } => Some(running),
        _ => None,
    }
}

fn kind(command: &Command) -> Option<(Kind, &Selection)> {
    match command {
        Command::Build { selection, .. } => Some((Kind::Build, selection)),
        Command::Run { selection, .. } => Some((Kind::Run, selection)),
        Command::Test { selection, .. } => Some((Kind::Test, selection)),
        Command::Seed { selection, .. } => Some((Kind::Seed, selection)),
        Command::Snapshot { selection, .. } => Some((Kind::Snapshot, selection)),
        Command::Clone { selection, .. } => Some((Kind::Clone, selection)),
        _ => None,
    }
}
