//! `deps`: installs the packages that the project asks for.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::fs;
use crate::cli::args::{Deps, PackageSource};
use crate::cli::exit::Exit;
use crate::cli::session::Setting;
use crate::compile::load::LoadError;
use crate::compile::project::DBT_VERSION;
use crate::compile::{context, yaml_text};
use crate::diagnostic::{self, Diagnostic};
use crate::packages::Notice;
use crate::packages::edit::{self, Addition};
use crate::packages::install::{Installer, Job};
use crate::packages::version::Version;
use crate::project::locate;
use crate::project::variables::Variables;
use crate::report::lines::plural;
use crate::run::events::Event;

/// Runs the command.
pub(super) fn run(setting: &Setting, asked: &Deps) -> Exit {
    let version = env!("CARGO_PKG_VERSION");
    setting.listener.notice(&Event::Started { dbt_version: DBT_VERSION.to_owned(), version });
    let command_line = match setting.vars() {
        Ok(vars) => vars,
        Err(exit) => return exit,
    };
    let root = match enter_project(setting) {
        Ok(root) => root,
        Err(error) => {
            setting.complain(&format!("error: {error}"));
            return Exit::Misuse;
        }
    };
    let mut say = |notice| setting.listener.notice(&event(notice));
    if let Some(text) = &asked.add_package {
        let key = match asked.source {
            PackageSource::Hub => "package",
            PackageSource::Git => "git",
            PackageSource::Local => "local",
        };
        let added = Addition::parse(key, text)
            .and_then(|addition| edit::add_to_project(&root, &setting.sources, &addition, &mut say));
        if let Err(error) = added {
            setting.complain(&format!("error: `{text}` is not added to the project's packages: {error}"));
            return Exit::Misuse;
        }
    }
    let environment = Arc::new(setting.surroundings.environment.clone());
    let variables = Variables { command_line, root: String::new(), packages: Vec::new() };
    let names = yaml_text::environment();
    context::base(&names, &environment, &Arc::new(variables), "", true);
    let collected = RefCell::new(Vec::new());
    let mut findings = Vec::new();
    let job = Job {
        root,
        upgrade: asked.upgrade,
        lock_only: asked.lock,
        dbt_version: Version::parse(DBT_VERSION).filter(|_| setting.flags.is_on("version_check")),
        environment: setting.surroundings.environment.clone(),
    };
    let result = Installer {
        job,
        sources: &setting.sources,
        render: &mut yaml_text::renderer(&names, &collected),
        say: &mut say,
        rendering: &collected,
        findings: &mut findings,
    }
    .run();
    let broken = report(setting, &mut findings);
    match result {
        Ok(()) if broken => Exit::Misuse,
        Ok(()) => Exit::Fine,
        Err(error) => {
            setting.complain(&format!("error: {error}"));
            Exit::Misuse
        }
    }
}

/// Finds the project and enters its folder, so that relative paths are taken from it.
fn enter_project(setting: &Setting) -> Result<PathBuf, LoadError> {
    let started_in = fs::current_folder()?;
    let asked = setting.flags.text("project_dir").map(|folder| started_in.join(folder));
    let file = locate::project_file(asked.as_deref(), &started_in)?;
    let root = file.parent().map(Path::to_path_buf).unwrap_or_default();
    fs::enter_folder(&root)?;
    Ok(root)
}

fn event(notice: Notice) -> Event {
    match notice {
        Notice::Info(text) => Event::Message { text, info: true },
        Notice::Detail(text) => Event::Message { text, info: false },
    }
}

/// Reports findings, sorted; returns whether one is an error.
fn report(setting: &Setting, findings: &mut Vec<Diagnostic>) -> bool {
    setting.flags.warnings().apply(findings);
    diagnostic::sort(findings);
    for finding in findings.iter() {
        setting.listener.notice(&Event::Finding(finding.clone()));
    }
    let errors = findings.iter().filter(|finding| finding.is_error()).count();
    if errors > 0 {
        setting.complain(&format!("{}; installed packages are as they were", plural(errors, "error")));
    }
    errors > 0
}
