//! What commands share: options from arguments, who listens, reading the project, selecting, ctrl-C.

use std::collections::BTreeSet;
use std::io::{IsTerminal, stderr, stdout};
use std::sync::Arc;

use crate::base::clock::Surroundings;
use crate::base::data::{Data, DataMap};
use crate::base::source::SourceMap;
use crate::cli::args::{Global, Indirect, LogFormat, Running, Selection};
use crate::cli::exit::Exit;
use crate::compile::load::LoadError;
use crate::compile::parse;
use crate::compile::project::{DBT_VERSION, Options, Project};
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::graph::nodes::Node;
use crate::graph::select::selectors::Selector;
use crate::graph::select::{IndirectSelection, Request, select, select_spec};
use crate::report::json_lines::JsonReport;
use crate::report::text::{self, TextReport};
use crate::run::events::{Event, Listener};
use crate::run::label;
use crate::yaml;

/// What a command works with.
pub(super) struct Setting {
    pub(super) global: Global,
    pub(super) surroundings: Surroundings,
    pub(super) sources: Arc<SourceMap>,
    pub(super) listener: Arc<dyn Listener>,
    pub(super) colour: bool,
}

impl Setting {
    /// Decides who listens, from the arguments and from what stdout is.
    pub(super) fn new(global: &Global) -> Self {
        let surroundings = Surroundings::read();
        let sources = Arc::new(SourceMap::default());
        let no_colour = surroundings.environment.get("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colour = stdout().is_terminal() && !no_colour && !global.no_use_colors;
        let listener: Arc<dyn Listener> = if global.log_format == LogFormat::Json {
            let id = uuid::Uuid::new_v4().to_string();
            Arc::new(JsonReport::new(
                id,
                sources.clone(),
                global.quiet,
                global.debug,
                global.printer_width,
                stdout(),
            ))
        } else {
            let options = text::Options {
                quiet: global.quiet,
                debug: global.debug,
                colour,
                width: global.printer_width,
                progress: stderr().is_terminal() && stdout().is_terminal() && !global.quiet,
            };
            Arc::new(TextReport::new(options, sources.clone(), stdout()))
        };
        Self { global: global.clone(), surroundings, sources, listener, colour }
    }

    /// Says something to people, on stderr.
    pub(super) fn complain(&self, text: &str) {
        anstream::eprintln!("{text}");
    }

    /// Reads the project and reports everything found. `Err` is the exit code.
    pub(super) fn read(
        &self,
        which: &'static str,
        running: Option<&Running>,
        selection: Option<&Selection>,
    ) -> Result<Arc<Project>, Exit> {
        let version = env!("CARGO_PKG_VERSION");
        self.listener.notice(&Event::Started { dbt_version: DBT_VERSION.to_owned(), version });
        let options = self.options(which, running, selection)?;
        let mut findings = Vec::new();
        let read = parse::read(options, &self.surroundings, &self.sources, &mut findings);
        if self.global.strict {
            for finding in &mut findings {
                finding.severity = Severity::Error;
            }
        }
        let broken = self.report(&mut findings);
        match read {
            Ok(project) if !broken => {
                let target = &project.invocation.target;
                let version =
                    crate::adapter::open(target).map(|adapter| adapter.engine_version()).unwrap_or_default();
                self.listener.notice(&Event::Adapter { name: target.adapter.clone(), version });
                self.listener.notice(&Event::Found { counts: label::found(&project) });
                Ok(Arc::new(project))
            }
            Ok(_) | Err(LoadError::Broken) => Err(Exit::Misuse),
            Err(error) => {
                self.complain(&format!("error: {error}"));
                Err(Exit::Misuse)
            }
        }
    }

    /// Reports findings, sorted; returns whether one is an error.
    pub(super) fn report(&self, findings: &mut Vec<Diagnostic>) -> bool {
        diagnostic::sort(findings);
        for finding in findings.iter() {
            self.listener.notice(&Event::Finding(finding.clone()));
        }
        let errors = findings.iter().filter(|finding| finding.is_error()).count();
        if errors > 0 {
            self.complain(&format!(
                "the project has {}; nothing was run",
                crate::report::lines::plural(errors, "error")
            ));
        }
        errors > 0
    }

    fn options(
        &self,
        which: &'static str,
        running: Option<&Running>,
        selection: Option<&Selection>,
    ) -> Result<Options, Exit> {
        let global = &self.global;
        let vars = self.vars()?;
        let full_refresh = running.is_some_and(|running| running.full_refresh);
        let store_failures = running.is_some_and(|running| running.store_failures);
        let texts = |items: Option<&Vec<String>>| Data::from(items.cloned().unwrap_or_default());
        let arguments: DataMap = [
            ("which", which.into()),
            ("vars", Data::Map(vars.clone())),
            ("select", texts(selection.map(|selection| &selection.select))),
            ("exclude", texts(selection.map(|selection| &selection.exclude))),
            ("full_refresh", full_refresh.into()),
            ("store_failures", store_failures.into()),
            ("fail_fast", running.is_some_and(|running| running.fail_fast).into()),
            ("quiet", global.quiet.into()),
            ("target", global.target.clone().into()),
            ("project_dir", global.project_dir.as_ref().map(|path| path.display().to_string()).into()),
            ("profiles_dir", global.profiles_dir.as_ref().map(|path| path.display().to_string()).into()),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
        Ok(Options {
            project_folder: global.project_dir.clone(),
            profiles_folder: global.profiles_dir.clone(),
            profile: global.profile.clone(),
            target: global.target.clone(),
            threads: global.threads.map(usize::from),
            target_path: global.target_path.clone(),
            vars,
            full_refresh,
            store_failures,
            which,
            arguments,
        })
    }

    /// Reads `--vars`, which must be a mapping in YAML.
    pub(super) fn vars(&self) -> Result<DataMap, Exit> {
        let text = self.global.vars.as_str();
        let file = self.sources.add("--vars", text);
        let (tree, mut findings) = yaml::parse(file, text);
        if findings.iter().any(Diagnostic::is_error) {
            diagnostic::sort(&mut findings);
            for finding in findings {
                self.listener.notice(&Event::Finding(finding));
            }
            self.complain(&format!(
                "error: String '{text}' is not valid YAML for --vars; write --vars '{{name: value}}'"
            ));
            return Err(Exit::Misuse);
        }
        match tree.to_data() {
            Data::Map(map) => Ok(map),
            Data::Null => Ok(DataMap::new()),
            other => {
                self.complain(&format!(
                    "error: String '{text}' is not valid YAML for --vars: it must be a mapping, not {}; write --vars '{{name: value}}'",
                    other.type_name()
                ));
                Err(Exit::Misuse)
            }
        }
    }

    /// Selects nodes that a command is for.
    pub(super) fn select(
        &self,
        project: &Project,
        selection: &Selection,
        takes: impl Fn(&Node) -> bool,
    ) -> Result<BTreeSet<String>, Exit> {
        let indirect = match selection.indirect_selection {
            Indirect::Eager => IndirectSelection::Eager,
            Indirect::Cautious => IndirectSelection::Cautious,
            Indirect::Buildable => IndirectSelection::Buildable,
            Indirect::Empty => IndirectSelection::Empty,
        };
        if let Some(selector) = self.selector(project, selection)? {
            let found = select_spec(&project.nodes, &project.graph, &selector.spec, indirect);
            return Ok(found.into_iter().filter(|id| project.nodes.get(id).is_some_and(&takes)).collect());
        }
        let request =
            Request { select: selection.select.clone(), exclude: selection.exclude.clone(), indirect };
        let found = match select(&project.nodes, &project.graph, &request) {
            Ok(found) => found,
            Err(error) => {
                self.complain(&format!("error: {error}"));
                return Err(Exit::Misuse);
            }
        };
        for criterion in &found.unmatched {
            let text = format!("The selection criterion '{criterion}' does not match any enabled nodes");
            self.listener.notice(&Event::Warning(text));
        }
        Ok(found.ids.into_iter().filter(|id| project.nodes.get(id).is_some_and(&takes)).collect())
    }

    /// Returns the selector that is asked for, or the default one when nothing is.
    fn selector<'p>(
        &self,
        project: &'p Project,
        selection: &Selection,
    ) -> Result<Option<&'p Selector>, Exit> {
        let selectors = &project.selectors;
        if let Some(name) = &selection.selector {
            if let Some(selector) = selectors.get(name) {
                return Ok(Some(selector));
            }
            let known = selectors.names();
            let near = diagnostic::suggest::nearest(name, known.iter().copied());
            let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            let known = if known.is_empty() {
                "selectors.yml has none".to_owned()
            } else {
                format!("expected one of {}", known.join(", "))
            };
            self.complain(&format!("error: Could not find selector named {name}, {known}{hint}"));
            return Err(Exit::Misuse);
        }
        let default = selectors
            .default
            .as_ref()
            .filter(|_| selection.select.is_empty() && selection.exclude.is_empty());
        Ok(default.and_then(|name| {
            let selector = selectors.get(name)?;
            let text = format!("Using default selector {name}");
            self.listener.notice(&Event::Message { text, info: true });
            Some(selector)
        }))
    }
}
