//! `debug`: checks the project file, the profile and the connection, and tells where these lie.

use std::path::{Path, PathBuf};

use crate::adapter::{self, Access, AdapterError};
use crate::cli::args::Debug;
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::compile::load::Loaded;
use crate::packages::git;
use crate::project::profile::{self, Target};
use crate::report::lines::plural;
use crate::run::events::Event;

/// Runs the command.
pub(super) fn run(setting: &Setting, asked: Debug) -> Exit {
    let folder = PathBuf::from(setting.flags.told_text("profiles_dir").unwrap_or_default());
    if asked.config_dir {
        say(setting, format!("To view your profiles.yml file, run:\n\n{} {}", opener(), folder.display()));
        return Exit::Fine;
    }
    let loaded = setting.load("debug");
    tell_places(setting, &folder, loaded.as_ref().ok());
    let target = loaded.as_ref().ok().map(|loaded| loaded.invocation.target.clone());
    let mut failed = Vec::new();
    if asked.connection {
        say(setting, "Skipping steps before connection verification".to_owned());
    } else {
        let verdict = if target.is_some() { "OK found and valid" } else { "ERROR" };
        say(setting, "Configuration:".to_owned());
        say(setting, format!("  project file and profile [{verdict}]"));
        say(setting, "Required dependencies:".to_owned());
        let has_git = git::is_there();
        say(setting, format!(" - git [{}]", if has_git { "OK found" } else { "ERROR" }));
        if !has_git {
            failed.push("git cannot be run: packages of git repositories cannot be installed".to_owned());
        }
    }
    match target {
        Some(target) => {
            say(setting, "Connection:".to_owned());
            let verdict = match connect(setting, &target) {
                Ok(()) => "OK connection ok",
                Err(error) => {
                    failed.push(format!("the database cannot be reached: {error}"));
                    "ERROR"
                }
            };
            say(setting, format!("  Connection test: [{verdict}]"));
        }
        None => {
            say(setting, "Connection test skipped since no profile was found".to_owned());
            failed.push("the project or its profile cannot be read".to_owned());
        }
    }
    conclude(setting, &failed)
}

fn say(setting: &Setting, text: String) {
    setting.listener.notice(&Event::Message { text, info: true });
}

fn tell_places(setting: &Setting, folder: &Path, loaded: Option<&Loaded>) {
    say(setting, format!("Using profiles dir at {}", folder.display()));
    say(setting, format!("Using profiles.yml file at {}", folder.join(profile::FILE_NAME).display()));
    let project = setting.flags.told_text("project_dir").unwrap_or_default();
    say(setting, format!("Using project at {project}"));
    if let Some(loaded) = loaded {
        let target = &loaded.invocation.target;
        say(setting, format!("profile: {}, target: {}", target.profile, target.name));
        say(setting, format!("adapter type: {}", target.adapter));
    }
}

/// Connects, and asks the simplest question there is.
fn connect(setting: &Setting, target: &Target) -> Result<(), AdapterError> {
    let adapter = adapter::open(target, Access::Write)?;
    for (key, value) in adapter.describe() {
        say(setting, format!("  {key}: {value}"));
    }
    adapter.connect(&|text| setting.complain(text))?.run("select 1", true, None).map(|_| ())
}

fn conclude(setting: &Setting, failed: &[String]) -> Exit {
    if failed.is_empty() {
        say(setting, "All checks passed!".to_owned());
        return Exit::Fine;
    }
    say(setting, format!("{} failed:", plural(failed.len(), "check")));
    for text in failed {
        setting.complain(&format!("error: {text}"));
    }
    Exit::Failed
}

/// Returns the program that opens a folder.
fn opener() -> &'static str {
    if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "start"
    } else {
        "xdg-open"
    }
}
