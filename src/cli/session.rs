//! What commands share: options from arguments, who listens, reading the project, selecting, ctrl-C.

use std::collections::BTreeSet;
use std::io::{IsTerminal, stdout};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::adapter::Access;
use crate::base::clock::{Stopwatch, Surroundings};
use crate::base::data::{Data, DataMap};
use crate::base::dotenv;
use crate::base::fs::{self, FileError};
use crate::base::secrets::Secrets;
use crate::base::source::SourceMap;
use crate::cli::args::{Global, Running, Selection};
use crate::cli::exit::Exit;
use crate::cli::listening::Listening;
use crate::compile::changes::Changes;
use crate::compile::event_time::RowsRead;
use crate::compile::flags::{self, Flags};
use crate::compile::load::{self, LoadError, Loaded};
use crate::compile::node_value;
use crate::compile::parse;
use crate::compile::project::{DBT_VERSION, Options, Project};
use crate::compile::warnings::Treatment;
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::graph::nodes::Node;
use crate::graph::select::earlier::Earlier;
use crate::graph::select::selectors::Selector;
use crate::graph::select::{Ground, IndirectSelection, Request, SelectError, select, select_spec};
use crate::project::{locate, profile};
use crate::run::events::{Event, Listener};
use crate::run::label;
use crate::state::State;
use crate::yaml;

/// What a command works with.
#[derive(Clone)]
pub(super) struct Setting {
    pub(super) global: Global,
    pub(super) flags: Flags,
    pub(super) surroundings: Surroundings,
    pub(super) sources: Arc<SourceMap>,
    pub(super) listener: Arc<dyn Listener>,
    /// The log file alone, for what is not to be shown.
    pub(super) log: Option<Arc<dyn Listener>>,
    pub(super) colour: bool,
    secrets: Secrets,
    invocation_id: String,
    /// The state that `--state` names, read when somebody wants it.
    pub(super) state: Arc<OnceLock<Arc<State>>>,
}

impl Setting {
    /// Settles the flags, and decides who listens. `Err` is the exit code, after the reason was told.
    pub(super) fn new(global: &Global, running: Option<&Running>) -> Result<Self, Exit> {
        let mut surroundings = Surroundings::read();
        let settled = settle(global, running, &mut surroundings);
        let secrets = Secrets::of(&surroundings.environment);
        let (flags, has_project) = settled.map_err(|error| {
            anstream::eprintln!("error: {}", secrets.scrub(&error));
            Exit::Misuse
        })?;
        let sources = Arc::new(SourceMap::default());
        let no_colour = surroundings.environment.get("NO_COLOR").is_some_and(|value| !value.is_empty());
        let colour = stdout().is_terminal() && !no_colour && flags.is_on("use_colors");
        let invocation_id = uuid::Uuid::new_v4().to_string();
        let here = fs::current_folder().unwrap_or_default();
        let listening = Listening {
            flags: &flags,
            colour,
            secrets: &secrets,
            sources: &sources,
            here: &here,
            has_project,
        };
        let (listener, log) = listening.listeners(&invocation_id);
        Ok(Self {
            global: global.clone(),
            flags,
            surroundings,
            sources,
            listener,
            log,
            colour,
            secrets,
            invocation_id,
            state: Arc::default(),
        })
    }

    /// Makes the same setting with another listener.
    pub(super) fn heard_by(&self, listener: Arc<dyn Listener>) -> Self {
        Self { listener, ..self.clone() }
    }

    /// Tells that the command came to its end.
    pub(super) fn completed(&self, exit: Exit, watch: Stopwatch) {
        let command = self.global.command_lines.last().map(|words| words.join(" ")).unwrap_or_default();
        let (success, seconds) = (exit == Exit::Fine, watch.seconds());
        self.listener.notice(&Event::Completed { command, success, seconds });
    }

    /// Says to people why nothing comes of it.
    pub(super) fn complain(&self, text: &str) {
        self.listener.notice(&Event::Complaint(self.secrets.scrub(text).into_owned()));
    }

    /// Reads the project and reports everything found. `Err` is the exit code.
    pub(super) fn read(
        &self,
        which: &'static str,
        selection: Option<&Selection>,
    ) -> Result<Arc<Project>, Exit> {
        let version = env!("CARGO_PKG_VERSION");
        self.listener.notice(&Event::Started { dbt_version: DBT_VERSION.to_owned(), version });
        let options = self.options(which, selection)?;
        let mut findings = Vec::new();
        let read = parse::read(options, &self.surroundings, &self.sources, &mut findings);
        self.flags.warnings().apply(&mut findings);
        if self.global.strict {
            for finding in &mut findings {
                finding.severity = Severity::Error;
            }
        }
        let broken = self.report(&mut findings);
        match read {
            Ok(mut project) if !broken => {
                project.deferral = self.deferral(which)?;
                let target = &project.invocation.target;
                let version = crate::adapter::open(target, Access::Read)
                    .map(|adapter| adapter.engine_version())
                    .unwrap_or_default();
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

    /// Reads the project file, the profile and what is installed, and nothing that these lead to. `Err` is the exit
    /// code, after the reason was told.
    pub(super) fn load(&self, which: &'static str) -> Result<Loaded, Exit> {
        let version = env!("CARGO_PKG_VERSION");
        self.listener.notice(&Event::Started { dbt_version: DBT_VERSION.to_owned(), version });
        let options = self.options(which, None)?;
        let mut findings = Vec::new();
        let loaded = load::load(options, &self.surroundings, &self.sources, &mut findings);
        self.flags.warnings().apply(&mut findings);
        let broken = self.report(&mut findings);
        match loaded {
            Ok(loaded) if !broken => Ok(loaded),
            Ok(_) | Err(LoadError::Broken) => Err(Exit::Misuse),
            Err(error) => {
                self.complain(&format!("error: {error}"));
                Err(Exit::Misuse)
            }
        }
    }

    /// Reports one finding, to people.
    pub(super) fn report_alone(&self, finding: Diagnostic) {
        self.listener.notice(&Event::Finding(finding));
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

    fn options(&self, which: &'static str, selection: Option<&Selection>) -> Result<Options, Exit> {
        let flags = &self.flags;
        let vars = self.vars()?;
        let mut arguments = flags.arguments();
        arguments.retain(|name, _| flags::is_taken(name, which));
        let mut set = |key: &str, value: Data| arguments.insert(key.to_owned(), value);
        set("which", which.into());
        set("vars", Data::Map(vars.clone()));
        for name in ["show_resource_report", "strict_mode"] {
            set(name, false.into());
        }
        if let Some(selection) = selection {
            set("select", selection.select.clone().into());
            set("exclude", selection.exclude.clone().into());
            selection.selector.as_ref().map(|name| set("selector", name.as_str().into()));
        }
        let rows = RowsRead::read(flags, which, self.surroundings.started_at).map_err(|error| {
            self.complain(&format!("error: {error}"));
            Exit::Misuse
        })?;
        rows.tell(which, &mut arguments);
        self.listener.notice(&Event::Arguments(arguments.clone()));
        let path = |name| flags.text(name).map(PathBuf::from);
        let asked = self.global.threads.map(usize::from);
        Ok(Options {
            project_folder: path("project_dir"),
            profiles_folder: path("profiles_dir"),
            profile: flags.text("profile").map(str::to_owned),
            target: flags.text("target").map(str::to_owned),
            threads: if flags.is_on("single_threaded") || flags.is_on("dry_run") { Some(1) } else { asked },
            target_path: flags.text("target_path").map(str::to_owned),
            vars,
            flags: flags.clone(),
            which,
            arguments,
            rows,
            command_lines: self.global.command_lines.clone(),
            invocation_id: Some(self.invocation_id.clone()),
        })
    }

    /// Reads `--vars`.
    pub(super) fn vars(&self) -> Result<DataMap, Exit> {
        self.mapping("--vars", self.global.vars.as_deref())
    }

    /// Reads what was given for an argument, which must be a mapping in YAML.
    pub(super) fn mapping(&self, argument: &str, given: Option<&str>) -> Result<DataMap, Exit> {
        let text = given.unwrap_or("{}");
        let file = self.sources.add(argument, text);
        let (tree, mut findings) = yaml::parse(file, text);
        let cure = format!("write {argument} '{{name: value}}'");
        if findings.iter().any(Diagnostic::is_error) {
            diagnostic::sort(&mut findings);
            for finding in findings {
                self.listener.notice(&Event::Finding(finding));
            }
            self.complain(&format!("error: String '{text}' is not valid YAML for {argument}; {cure}"));
            return Err(Exit::Misuse);
        }
        match tree.to_data() {
            Data::Map(map) => Ok(map),
            Data::Null => Ok(DataMap::new()),
            other => {
                let kind = other.type_name();
                self.complain(&format!(
                    "error: String '{text}' is not valid YAML for {argument}: it must be a mapping, not {kind}; {cure}"
                ));
                Err(Exit::Misuse)
            }
        }
    }

    /// Warns of what dbt has a name for, unless that is an error or not to be told.
    pub(super) fn warn(&self, event: &str, text: String) -> Result<(), Exit> {
        match self.flags.warnings().treat(&[event]) {
            Treatment::Warn => self.listener.notice(&Event::Warning { name: event.to_owned(), text }),
            Treatment::Silence => {}
            Treatment::Error => {
                self.complain(&format!("error: {text}"));
                return Err(Exit::Misuse);
            }
        }
        Ok(())
    }

    /// Selects nodes that a command is for, with the tests that come along.
    pub(super) fn select(
        &self,
        project: &Project,
        selection: &Selection,
        takes: impl Fn(&Node) -> bool,
    ) -> Result<BTreeSet<String>, Exit> {
        let indirect = self.flags.text("indirect_selection").and_then(IndirectSelection::named);
        self.select_with(project, selection, indirect.unwrap_or_default(), takes)
    }

    /// Selects nodes that a command is for.
    pub(super) fn select_with(
        &self,
        project: &Project,
        selection: &Selection,
        indirect: IndirectSelection,
        takes: impl Fn(&Node) -> bool,
    ) -> Result<BTreeSet<String>, Exit> {
        let refuse = |error: SelectError| {
            self.complain(&format!("error: {error}"));
            Exit::Misuse
        };
        let changes = self.state()?.map(|state| Changes::new(project, state));
        let ground = Ground {
            nodes: &project.nodes,
            graph: &project.graph,
            selectors: &project.selectors,
            root: project.root().map_or("", |root| &root.name),
            config: node_value::config,
            earlier: changes.as_ref().map(|changes| changes as &dyn Earlier),
        };
        let found = if let Some(selector) = self.selector(project, selection).map_err(refuse)? {
            select_spec(ground, &selector.spec, indirect).map_err(refuse)?
        } else {
            let request =
                Request { select: selection.select.clone(), exclude: selection.exclude.clone(), indirect };
            let found = select(ground, &request).map_err(refuse)?;
            for criterion in &found.unmatched {
                let text = format!("The selection criterion '{criterion}' does not match any enabled nodes");
                self.warn("NoNodesForSelectionCriteria", text)?;
            }
            found.ids
        };
        Ok(found.into_iter().filter(|id| project.nodes.get(id).is_some_and(&takes)).collect())
    }

    /// Returns the selector that is asked for, or the default one when nothing is.
    fn selector<'p>(
        &self,
        project: &'p Project,
        selection: &Selection,
    ) -> Result<Option<&'p Selector>, SelectError> {
        let selectors = &project.selectors;
        if let Some(name) = &selection.selector {
            return selectors.find(name).map(Some);
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

/// Reads `.env` into the environment and settles every flag. Tells also whether there is a project.
fn settle(
    global: &Global,
    running: Option<&Running>,
    surroundings: &mut Surroundings,
) -> Result<(Flags, bool), String> {
    let told = |error: FileError| error.to_string();
    let here = fs::current_folder().map_err(told)?;
    let mut given = global.flags.0.clone();
    if let Some(running) = running {
        let switches = [
            ("full_refresh", running.full_refresh),
            ("store_failures", running.store_failures),
            ("dry_run", running.dry_run),
        ];
        given.extend(
            switches.into_iter().filter(|(_, on)| *on).map(|(name, on)| (name.to_owned(), on.into())),
        );
    }
    let folder = given.get("project_dir").and_then(Data::as_str).map(|folder| here.join(folder));
    dotenv::load(folder.as_deref().unwrap_or(&here), &mut surroundings.environment).map_err(told)?;
    let variable = |name: &str| surroundings.environment.get(name).filter(|text| !text.is_empty());
    let named = variable("DBT_ENGINE_PROJECT_DIR").or_else(|| variable("DBT_PROJECT_DIR"));
    let folder = folder.or_else(|| named.map(|folder| here.join(folder)));
    let project = flags::of_project(folder.as_deref(), &here);
    let mut flags = Flags::settle(given, &surroundings.environment, &project)?;
    flags.tell(
        "invocation_command",
        format!("dbt {}", global.command_lines.last().map(|words| words.join(" ")).unwrap_or_default())
            .into(),
    );
    let has_project = set_folders(&mut flags, &here, folder.as_deref(), surroundings);
    Ok((flags, has_project))
}

/// Sets the folders that nobody named: where dbt would look. Tells whether there is a project.
fn set_folders(flags: &mut Flags, here: &Path, project: Option<&Path>, surroundings: &Surroundings) -> bool {
    let found = locate::project_file(project, here).ok();
    let found = found.as_deref().and_then(Path::parent);
    let project = found.or(project).unwrap_or(here);
    let home = surroundings.environment.get("HOME").map(Path::new);
    let folders = profile::folders(None, here, project, home);
    let profiles = profile::find(&folders).and_then(|file| file.parent().map(Path::to_path_buf));
    let profiles = profiles.or_else(|| folders.last().cloned()).unwrap_or_default();
    for (name, folder) in
        [("project_dir", project), ("profiles_dir", &profiles), ("log_path", &project.join("logs"))]
    {
        let told = flags.text(name).map_or_else(|| folder.to_path_buf(), |asked| here.join(asked));
        flags.tell(name, told.display().to_string().into());
    }
    found.is_some()
}
