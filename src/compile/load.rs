//! Reading a project folder: project file, profile, packages. Ends with the invocation and the packages' files.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use crate::base::clock::Surroundings;
use crate::base::data::DataMap;
use crate::base::fs;
use crate::base::secrets::Secrets;
use crate::base::source::{FileId, Place, SourceMap};
use crate::base::text::Span;
use crate::compile::context;
use crate::compile::project::{Invocation, Options, Package};
use crate::compile::version_check;
use crate::compile::yaml_text;
use crate::diagnostic::{Diagnostic, codes};
use crate::graph::select::selectors::{self, Selectors};
use crate::packages::request;
use crate::project::definition::Definition;
use crate::project::files::{self, ProjectFile};
use crate::project::locate::{self, LocateError};
use crate::project::profile::{self, Target};
use crate::project::variables::Variables;
use crate::yaml::{self, Node};

/// What stops reading before anything can be said of the project.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// No project file.
    #[error(transparent)]
    Locate(#[from] LocateError),
    /// A file that cannot be read.
    #[error(transparent)]
    File(#[from] fs::FileError),
    /// The project or its profile is broken; the findings say how.
    #[error("the project cannot be read")]
    Broken,
}

/// A project's files, read and not yet parsed.
pub struct Loaded {
    /// What every template shares.
    pub invocation: Arc<Invocation>,
    /// The packages, the root project's last.
    pub packages: Vec<Package>,
    /// The files of each package.
    pub files: Vec<Vec<ProjectFile>>,
    /// The selections of `selectors.yml`.
    pub selectors: Selectors,
}

/// Reads a project. Enters its folder, so that relative paths are taken from it.
pub fn load(
    options: Options,
    surroundings: &Surroundings,
    sources: &Arc<SourceMap>,
    findings: &mut Vec<Diagnostic>,
) -> Result<Loaded, LoadError> {
    let started_in = fs::current_folder()?;
    let asked = options.project_folder.as_ref().map(|folder| started_in.join(folder));
    let file = locate::project_file(asked.as_deref(), &started_in)?;
    let root = file.parent().map(Path::to_path_buf).unwrap_or_default();
    fs::enter_folder(&root)?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (tree, _) = read_yaml(Path::new(&name), &name, sources, findings)?;

    let environment = Arc::new(surroundings.environment.clone());
    // The profile's name may be a template, but the target is not known before the profile is read.
    let early = yaml_text::environment();
    context::base(&early, &environment, &Arc::new(command_line_variables(&options)), "", true);
    early.set("flags", options.flags.value(options.which));
    let target = read_target(&tree, &options, &started_in, &root, surroundings, sources, &early, findings)?;
    let Some(target) = target.map(Arc::new) else { return Err(LoadError::Broken) };
    let definition = read_definition(&tree, &options, &environment, &target, findings);
    let selectors = read_selectors(&options, &environment, &target, sources, findings)?;
    let mut packages = installed_packages(&definition, &environment, &target, sources, findings)?;
    // What is removed or connected to does not depend on what is installed.
    if !matches!(options.which, "clean" | "debug") {
        findings.extend(missing_packages(&definition, packages.len(), sources));
    }
    packages.push(Package {
        name: definition.name.clone(),
        root: PathBuf::new(),
        prefix: String::new(),
        definition,
    });

    if options.flags.is_on("version_check") {
        version_check::check(&packages, findings);
    }

    let mut read = Vec::with_capacity(packages.len());
    for package in &packages {
        read.push(files::read_all(&package.root, &package.prefix, &package.definition, sources, findings));
    }
    let project_name = packages.last().map(|package| package.name.clone()).unwrap_or_default();
    let variables = Variables {
        command_line: options.vars.clone(),
        root: project_name.clone(),
        packages: packages
            .iter()
            .map(|package| (package.name.clone(), package.definition.vars.clone()))
            .collect(),
    };
    let invocation = Invocation {
        id: options.invocation_id.clone().unwrap_or_else(|| uuid::Uuid::new_v4().to_string()),
        options,
        started_at: surroundings.started_at,
        secrets: Secrets::of(&environment),
        environment,
        target,
        variables: Arc::new(variables),
        project_name,
        selected: OnceLock::new(),
    };
    Ok(Loaded { invocation: Arc::new(invocation), packages, files: read, selectors })
}

fn command_line_variables(options: &Options) -> Variables {
    Variables { command_line: options.vars.clone(), root: String::new(), packages: Vec::new() }
}

fn read_yaml(
    path: &Path,
    name: &str,
    sources: &SourceMap,
    findings: &mut Vec<Diagnostic>,
) -> Result<(Node, FileId), LoadError> {
    let text = fs::read_text(path)?;
    let file = sources.add(name, text.as_str());
    let (tree, more) = yaml::parse(file, &text);
    findings.extend(more);
    Ok((tree, file))
}

fn read_definition(
    tree: &Node,
    options: &Options,
    environment: &Arc<std::collections::BTreeMap<String, String>>,
    target: &Arc<Target>,
    findings: &mut Vec<Diagnostic>,
) -> Definition {
    let names = yaml_text::environment();
    context::base(&names, environment, &Arc::new(command_line_variables(options)), "", false);
    names.set("flags", options.flags.value(options.which));
    context::target(&names, target);
    let collected = RefCell::new(Vec::new());
    let definition = Definition::read(tree, &mut yaml_text::renderer(&names, &collected), findings);
    findings.extend(collected.into_inner());
    definition
}

/// Reads the project's selections, which know what the project file knows.
fn read_selectors(
    options: &Options,
    environment: &Arc<std::collections::BTreeMap<String, String>>,
    target: &Arc<Target>,
    sources: &SourceMap,
    findings: &mut Vec<Diagnostic>,
) -> Result<Selectors, LoadError> {
    if !fs::is_file(Path::new(selectors::FILE)) {
        return Ok(Selectors::default());
    }
    let (tree, _) = read_yaml(Path::new(selectors::FILE), selectors::FILE, sources, findings)?;
    let names = yaml_text::environment();
    context::base(&names, environment, &Arc::new(command_line_variables(options)), "", false);
    names.set("flags", options.flags.value(options.which));
    context::target(&names, target);
    let collected = RefCell::new(Vec::new());
    let rendered = tree.map_texts(&mut Vec::new(), &mut yaml_text::renderer(&names, &collected));
    findings.extend(collected.into_inner());
    Ok(Selectors::read(&rendered, findings))
}

/// Finds and reads the target; `None` after an error finding.
#[expect(clippy::too_many_arguments, reason = "each is a different source that decides the target")]
fn read_target(
    tree: &Node,
    options: &Options,
    started_in: &Path,
    root: &Path,
    surroundings: &Surroundings,
    sources: &SourceMap,
    names: &crate::jinja::eval::Environment,
    findings: &mut Vec<Diagnostic>,
) -> Result<Option<Target>, LoadError> {
    let project = tree.get("name").and_then(Node::as_text).unwrap_or("project");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let collected = RefCell::new(Vec::new());
    let mut render = yaml_text::renderer(names, &collected);
    let named = tree.get("profile").map(|node| node.map_texts(&mut Vec::new(), &mut render));
    let wanted = options.profile.clone().or_else(|| named.and_then(|node| node.to_data().to_text()));
    let Some(wanted) = wanted else {
        let mut target = profile::without_profile(project, cores);
        target.threads = options.threads.unwrap_or(target.threads);
        return Ok(Some(target));
    };
    let setting = |name: &str| surroundings.environment.get(name).map(PathBuf::from);
    let asked = options
        .profiles_folder
        .clone()
        .or_else(|| setting("DBT_ENGINE_PROFILES_DIR"))
        .or_else(|| setting("DBT_PROFILES_DIR"));
    let asked = asked.map(|folder| started_in.join(folder));
    let folders = profile::folders(asked.as_deref(), started_in, root, setting("HOME").as_deref());
    let Some(path) = profile::find(&folders) else {
        let searched: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
        let place =
            tree.get("profile").map_or(Place::new(tree.place.file, Span::default()), |node| node.place);
        let message = format!("the profile `{wanted}` cannot be found: there is no {}", profile::FILE_NAME);
        let finding = Diagnostic::at(codes::UNKNOWN_PROFILE, place, message);
        findings.push(
            finding
                .note(format!("searched in: {}", searched.join(", ")))
                .hint("remove `profile:` to run on a DuckDB file in the project's folder, or name the folder with `--profiles-dir`"),
        );
        return Ok(None);
    };
    let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
    let named_at = tree.get("profile").filter(|_| options.profile.is_none()).map(|node| node.place);
    let (profiles, _) = read_yaml(&path, &shown, sources, findings)?;
    let mut target =
        profile::read(&profiles, &wanted, options.target.as_deref(), named_at, &mut render, findings);
    drop(render);
    findings.extend(collected.into_inner());
    if let (Some(target), Some(threads)) = (&mut target, options.threads) {
        target.threads = threads;
    }
    Ok(target.filter(|_| !findings.iter().any(Diagnostic::is_error)))
}

/// Says that fewer packages are installed than the project asks for. Which ones they are only `deps` can tell.
fn missing_packages(root: &Definition, installed: usize, sources: &SourceMap) -> Option<Diagnostic> {
    let (wanted, place, file) = request::count(Path::new(""), sources)?;
    let folder = &root.packages_install_path;
    let plural = if wanted == 1 { "" } else { "s" };
    let message = format!("{file} asks for {wanted} package{plural}, and `{folder}` holds {installed}");
    let finding = Diagnostic::at(codes::MISSING_PACKAGES, place, message);
    (installed < wanted).then(|| finding.hint("run `martlet deps`"))
}

/// Reads the packages that lie in the install folder as they are.
fn installed_packages(
    root: &Definition,
    environment: &Arc<std::collections::BTreeMap<String, String>>,
    target: &Arc<Target>,
    sources: &Arc<SourceMap>,
    findings: &mut Vec<Diagnostic>,
) -> Result<Vec<Package>, LoadError> {
    let folder = PathBuf::from(&root.packages_install_path);
    if !fs::is_folder(&folder) {
        return Ok(Vec::new());
    }
    let mut packages: Vec<Package> = Vec::new();
    for path in fs::list_folder(&folder)? {
        let Some(name) =
            [locate::NATIVE_NAME, locate::DBT_NAME].into_iter().find(|name| fs::is_file(&path.join(name)))
        else {
            continue;
        };
        let prefix = format!("{}/", path.display());
        let (tree, _) = read_yaml(&path.join(name), &format!("{prefix}{name}"), sources, findings)?;
        // A package's project file sees no variables of the command line.
        let options = Options { vars: DataMap::new(), ..Options::default() };
        let definition = read_definition(&tree, &options, environment, target, findings);
        if let Some(other) = packages.iter().find(|other| other.name == definition.name) {
            let message = format!("two installed packages are called `{}`", definition.name);
            let finding = Diagnostic::at(codes::DUPLICATE_NAME, definition.place, message);
            findings.push(
                finding.also(other.definition.place, "the other one").hint("remove one of the two folders"),
            );
        }
        packages.push(Package { name: definition.name.clone(), root: path, prefix, definition });
    }
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(packages)
}
