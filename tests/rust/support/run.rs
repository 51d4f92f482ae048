//! Running the binary in a project, and the one table of what differs from run to run.

use std::process::{Command, Output};

use regex::Regex;

use crate::support::project::Project;

/// What differs from run to run, and what stands for it: as wide, so that columns stay.
const REDACTIONS: &[(&str, &str)] = &[
    (r"\b\d\d:\d\d:\d\d\b", "HH:MM:SS"),
    (
        r"\d+ hours \d+ minutes and \d+\.\d\d seconds \(\d+\.\d\ds\)",
        "H hours M minutes and S.SS seconds (S.SSs)",
    ),
    (r"in \d+\.\d\ds\b", "in S.SSs"),
    // What a node's statements did is told in `cli::receipts` alone.
    (r"\]  [\d,.]+ (?:rows?|statements?|[kMGT]?B)\b.*", "]"),
    (r"martlet=\d+\.\d+\.\d+ \(dbt=\d+\.\d+\.\d+\)", "martlet=V.V.V (dbt=V.VV.V)"),
    (r"duckdb=v?\d+\.\d+\.\d+", "duckdb=V.V.V"),
    (r"\b\d+ macros\b", "NNN macros"),
    (r"process \d+ \([^)]*\)", "process NNN (PROGRAM)"),
];

/// Lines that every run begins with.
const PREAMBLE: &[&str] = &["Running with ", "Registered adapter: ", "Found ", "Concurrency: "];

/// How a run ended.
pub(crate) struct Answer {
    /// What was written to stdout.
    pub(crate) stdout: String,
    /// What was written to stderr.
    pub(crate) stderr: String,
    /// The exit code.
    pub(crate) code: i32,
    root: String,
}

/// Runs the binary with arguments separated by blanks.
pub(crate) fn run(project: &Project, arguments: &str) -> Answer {
    run_with(project, &arguments.split_whitespace().collect::<Vec<_>>())
}

/// Runs the binary with arguments.
pub(crate) fn run_with(project: &Project, arguments: &[&str]) -> Answer {
    run_in(project, arguments, &[])
}

/// Runs the binary with arguments and variables of the environment.
pub(crate) fn run_in(project: &Project, arguments: &[&str], environment: &[(&str, &str)]) -> Answer {
    let output = command(project, arguments, environment).output().unwrap();
    answer(project, &output)
}

/// Makes the command that runs the binary.
pub(crate) fn command(project: &Project, arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_martlet"));
    command.args(arguments).current_dir(project.folder()).env("HOME", project.home()).env("NO_COLOR", "1");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("DBT_")) {
        command.env_remove(name);
    }
    // Nothing that a test asks for lies behind a proxy.
    command.env("NO_PROXY", "*").envs(environment.iter().copied());
    command
}

/// Reads how a run of the binary ended.
pub(crate) fn answer(project: &Project, output: &Output) -> Answer {
    Answer {
        stdout: String::from_utf8(output.stdout.clone()).unwrap(),
        stderr: String::from_utf8(output.stderr.clone()).unwrap(),
        code: output.status.code().unwrap(),
        root: project.root().canonicalize().unwrap().to_string_lossy().into_owned(),
    }
}

/// Runs the binary and asks that everything went well.
pub(crate) fn succeed(project: &Project, arguments: &str) -> Answer {
    succeed_with(project, &arguments.split_whitespace().collect::<Vec<_>>())
}

/// Runs the binary with arguments and asks that everything went well.
pub(crate) fn succeed_with(project: &Project, arguments: &[&str]) -> Answer {
    let answer = run_with(project, arguments);
    assert_eq!(answer.code, 0, "martlet {arguments:?}\n{}{}", answer.stdout, answer.stderr);
    answer
}

impl Answer {
    /// Tells everything: stdout, then stderr behind `!`, then the exit code.
    pub(crate) fn told(&self) -> String {
        let mut lines: Vec<String> = redacted(&self.stdout, &self.root).lines().map(str::to_owned).collect();
        lines.extend(redacted(&self.stderr, &self.root).lines().map(|line| format!("! {line}")));
        lines.push(format!("exit {}", self.code));
        lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
    }

    /// Tells everything but what every run begins with and empty lines.
    pub(crate) fn news(&self) -> String {
        let told = self.told();
        let kept = told.lines().filter(|line| {
            let text = line.strip_prefix("HH:MM:SS").unwrap_or(line).trim_start();
            !text.is_empty() && !PREAMBLE.iter().any(|start| text.starts_with(start))
        });
        kept.collect::<Vec<_>>().join("\n")
    }
}

fn redacted(text: &str, root: &str) -> String {
    let text = text.replace(root, "[ROOT]");
    REDACTIONS.iter().fold(text, |text, (pattern, stand_in)| {
        Regex::new(pattern).unwrap().replace_all(&text, *stand_in).into_owned()
    })
}
