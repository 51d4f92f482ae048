//! Cases of `list`: what command lines name of a project, as in a transcript.
//!
//! The project is that of `project.md` beside the case. In the block that is expected, a line `$` is what stands behind
//! `list`, and below it stand the lines it gives, warnings as `! text` before them, or the exit code alone.
//! `Env:` is a variable of the environment. Blocks with a path write files and `Remove:` takes one away, from top to
//! bottom; `State:` between them is a command whose artifacts go to the folder `state`: another state of the project.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::case_file::{self, Answer, Case, Step};
use crate::case_project::{complete, words};

/// Runs the command lines of a case and tells what each gives.
pub(crate) fn run(case: &Case) -> Result<Answer, String> {
    let scratch = tempfile::tempdir().map_err(|error| error.to_string())?;
    let folder = scratch.path().join("p");
    let project = case_file::read_files(&case.folder().join("project.md"));
    let given = project.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    for (path, text) in complete(given) {
        write(&folder.join(path), &text)?;
    }
    let environment: Vec<(&str, &str)> =
        case.lines("Env").filter_map(|variable| variable.split_once('=')).collect();
    let martlet = |arguments: &[String]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_martlet"));
        command.env_clear().env("HOME", scratch.path()).env("NO_COLOR", "1").env("PATH", "/usr/bin:/bin");
        command.envs(environment.iter().copied()).arg("--no-use-colors").args(arguments);
        command.current_dir(&folder).output().map_err(|error| error.to_string())
    };
    for step in case.steps() {
        match step {
            Step::File(path, text) => write(&folder.join(path), &format!("{text}\n"))?,
            Step::Line("Remove", path) => {
                fs::remove_file(folder.join(path)).map_err(|error| format!("{path}: {error}"))?;
            }
            Step::Line("State", line) => {
                martlet(&words(&format!("{line} --target-path state")))?;
            }
            Step::Line(..) => {}
        }
    }
    let expected = case.expected().ok_or("this case has no block that says what is expected")?;
    let mut told = Vec::new();
    for line in expected.text.lines().filter_map(|line| line.strip_prefix("$ ")) {
        let output = martlet(&words(&format!("list {line}")))?;
        told.push(format!("$ {line}\n{}", listed(&output)?).trim_end().to_owned());
    }
    Ok(Answer { block: "list", text: told.join("\n\n") })
}

/// Tells what a command listed and warned of. What is said of an error is our own: other tests have the words.
fn listed(output: &Output) -> Result<String, String> {
    let code = output.status.code().ok_or("the program was killed")?;
    if code != 0 {
        return Ok(format!("exit {code}"));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().map(|line| format!("! {}\n", line.strip_prefix("warning: ").unwrap_or(line)));
    Ok(said.collect::<String>() + &String::from_utf8_lossy(&output.stdout))
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::create_dir_all(path.parent().unwrap_or(path)).map_err(|error| error.to_string())?;
    fs::write(path, text).map_err(|error| error.to_string())
}
