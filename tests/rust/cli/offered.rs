//! What the program offers: help, completions for shells, manual pages; each option is told of.

use crate::support::project::Project;
use crate::support::run::{run, succeed};

const COMMANDS: &[&str] = &[
    "build",
    "run",
    "test",
    "seed",
    "snapshot",
    "clone",
    "retry",
    "compile",
    "parse",
    "list",
    "show",
    "run-operation",
    "verify-incremental",
    "docs generate",
    "source freshness",
    "deps",
    "debug",
    "clean",
    "init",
    "completions",
    "manual",
];

#[test]
fn help_begins_with_what_there_is() {
    let help = succeed(&Project::empty(), "--help").stdout;
    let commands = help.split("\n\nOptions:").next().unwrap_or_default();
    insta::assert_snapshot!(commands, @"
    Compile and run SQL models: Jinja-templated `select` statements in, tested tables out

    Usage: martlet [OPTIONS] <COMMAND>

    Commands:
      build               Build seeds, models, snapshots and tests in the order of the graph
      run                 Build models
      test                Test what was built
      seed                Load CSV files into tables
      snapshot            Record in snapshots how the rows of their queries have changed
      clone               Put relations of another environment (`--state`) under the nodes' own names:
                          clones of tables, or views
      retry               Go on with the last run: what failed, was skipped, or never came to its end
      compile             Write the SQL of nodes without running it
      parse               Read the project and report what is wrong with it
      list                List nodes [alias: ls]
      show                Show the first rows of a model, or of a query
      run-operation       Call a macro
      verify-incremental  Prove that incremental models are by batches what they are when built whole
      docs                Describe the project
      source              Look at sources
      load                Load CSV files into the tables of a source, every column a text
      query               Ask a question in SQL about the project itself
      check               Run the project's own rules: SQL files in `checks/` that must return no row
      deps                Install the packages that packages.yml asks for
      debug               Check the project, the profile and the connection
      clean               Remove what was generated (`clean-targets`)
      init                Write a small project that builds at once
      completions         Write what a shell needs to complete commands and options
      manual              Write the manual: pages that `man` shows
      generate            Make up data
      help                Print this message or the help of the given subcommand(s)
    ");
}

#[test]
fn every_option_of_every_command_is_told_of() {
    let project = Project::empty();
    for command in COMMANDS {
        let help = succeed(&project, &format!("{command} --help")).stdout;
        let lines: Vec<&str> = help.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let option = line.trim_start();
            if option.starts_with('-') && line.starts_with(' ') {
                let below = lines.get(at + 1).is_some_and(|next| next.starts_with("          "));
                assert!(option.contains("  ") || below, "{command}: `{option}` says nothing");
            }
        }
    }
}

#[test]
fn each_shell_gets_its_completions() {
    let project = Project::empty();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = succeed(&project, &format!("completions {shell}")).stdout;
        for word in ["martlet", "run-operation", "full-refresh", "indirect-selection"] {
            assert!(script.contains(word), "no {word} for {shell}");
        }
    }
    assert_eq!(run(&project, "completions tcsh").code, 2);
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let project = Project::empty();
    let page = succeed(&project, "manual").stdout;
    assert!(page.contains(".TH martlet 1") && page.contains("\\-\\-fail\\-fast"), "{page}");
    succeed(&project, "manual --out pages/man1");
    for command in COMMANDS {
        let page = project.read(&format!("pages/man1/martlet-{}.1", command.replace(' ', "-")));
        assert!(page.contains(".SH DESCRIPTION"), "{command}");
    }
}

#[test]
fn the_version_tells_what_scripts_ask_dbt_for() {
    let project = Project::empty();
    let version = succeed(&project, "--version").stdout;
    assert!(version.starts_with("martlet ") && version.contains("- installed: 1.11."), "{version}");
    assert_eq!(succeed(&project, "-v").stdout, version);
    assert_eq!(succeed(&project, "-V").stdout, version);
}
