//! `manual`: the pages that `man` shows, made from the arguments themselves.

use std::io::{Write, stdout};
use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::base::fs;
use crate::cli::args::{Arguments, Manual};
use crate::cli::exit::Exit;

/// Runs the command.
pub(super) fn run(asked: &Manual) -> Exit {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = &asked.out else {
        // A reader that has gone away is no failure.
        let _ = stdout().write_all(&page(&command, "martlet"));
        return Exit::Fine;
    };
    match write(&command, "martlet", folder) {
        Ok(()) => Exit::Fine,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            Exit::Misuse
        }
    }
}

/// Writes the page of a command and those of the commands below it.
fn write(command: &Command, name: &str, folder: &Path) -> fs::Result<()> {
    fs::write(&folder.join(format!("{name}.1")), &page(command, name))?;
    command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
        .try_for_each(|below| write(below, &format!("{name}-{}", below.get_name()), folder))
}

fn page(command: &Command, name: &str) -> Vec<u8> {
    let mut text = Vec::new();
    let version = env!("CARGO_PKG_VERSION");
    let command = command.clone().name(name.to_owned()).version(version);
    // Writing to memory does not fail.
    let _ = Man::new(command).render(&mut text);
    text
}
